/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words of espahd's command line.
 */
#ifndef _IKE_OPTIONS_H
#define _IKE_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

#include "../lib/err.h"
#include "log.h"
#include "net.h"

#define IKE_CONFIG_PATH	"/etc/espah/espahd.conf"

struct ike_options {
	const char *config;
	const char *socket;
	/* NULL: nobody was named. */
	const char *user;
	struct ike_net_config ports;
	enum ike_log_level level;
	bool syslog;
	bool version;
	bool help;
};

/* Words that are not given have the values that --help names. Pure but for log.h's names. */
int ike_options_read(struct ike_options *options, int argc, char **argv, struct espah_err *err);
void ike_options_help(FILE *to);

#endif /* _IKE_OPTIONS_H */
