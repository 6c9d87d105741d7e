/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SAs and policies as a whole: what there is, or what there should be.
 */
#ifndef _ESPAH_CONFIG_H
#define _ESPAH_CONFIG_H

#include "../lib/policy.h"
#include "ctl.h"
#include "sa.h"

struct config {
	struct espah_sa_list sas;
	struct espah_policy_list policies;
	/* What becomes of packets that they do not speak of; of a file, as far as it says. */
	struct espah_defaults defaults;
	/* Of a file: where each stands in it. */
	unsigned long *sa_line;
	unsigned long *policy_line;
};

int config_fetch(struct ctl *ctl, struct config *config, struct espah_err *err);
int config_read(const struct ctl *ctl, const char *path, struct config *config,
		struct espah_err *err);
void config_wipe(struct config *config);

#endif /* _ESPAH_CONFIG_H */
