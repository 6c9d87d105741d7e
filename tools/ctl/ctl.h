/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What all commands share: the global options and the way to the kernel.
 */
#ifndef _ESPAH_CTL_H
#define _ESPAH_CTL_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/socket.h>

#include "argv.h"
#include "err.h"
#include "nl.h"

struct ctl {
	/* Opened when first needed. */
	struct espah_nl *nl;
	/* To the interfaces; likewise. */
	struct espah_nl *route;
	const char *netns;
	const char *batch;
	/* Of espahd; NULL: where it listens by itself. */
	const char *socket;
	/* AF_UNSPEC: either */
	int family;
	bool force;
	bool json;
	bool oneline;
	/* What is printed is to be read again, as a command. */
	bool words;
	bool pretty;
	bool show_keys;
	bool stats;
	bool stamps;
	bool help;
	bool version;
};

/* One verb of an object; a verb without run() is unknown to this version. */
struct verb {
	const char *name;
	int (*run)(struct ctl *ctl, struct args *args);
	const char *lacks;
};

struct object {
	const char *name;
	/* An object without verbs is a command of its own. */
	int (*run)(struct ctl *ctl, struct args *args);
	/* The first one is what is done when none is given. Ends without a name. */
	const struct verb *verbs;
	const char *help;
};

extern const struct object object_state;
extern const struct object object_policy;
extern const struct object object_stat;
extern const struct object object_ike;
extern const struct object object_monitor;
extern const struct object object_drops;
extern const struct object object_save;
extern const struct object object_restore;
extern const struct object object_sync;
extern const struct object object_why;
extern const struct object object_migrate;
extern const struct object object_top;
extern const struct object object_link;

int ctl_connect(struct ctl *ctl, struct espah_err *err);
int ctl_connect_route(struct ctl *ctl, struct espah_err *err);
int ctl_endless(const struct ctl *ctl, struct espah_err *err);
int ctl_run(struct ctl *ctl, struct args *args);
int ctl_report(const struct espah_err *err);
int ctl_batch(struct ctl *ctl, const char *path);
void ctl_usage(FILE *to);

#endif /* _ESPAH_CTL_H */
