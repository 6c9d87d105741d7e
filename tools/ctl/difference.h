/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What has to change so that there is what there should be.
 */
#ifndef _ESPAH_DIFFERENCE_H
#define _ESPAH_DIFFERENCE_H

#include "config.h"

/* From NULL: to be added. To NULL: to be removed. */
struct sa_change {
	struct espah_sa *from;
	struct espah_sa *to;
	/* An update does: no other SA has to take its place. */
	bool in_place;
};

struct policy_change {
	struct espah_policy *from;
	struct espah_policy *to;
};

/* What comes or changes is in the order of the file, and before what goes. */
struct difference {
	struct sa_change *sa;
	struct policy_change *policy;
	size_t sas;
	size_t policies;
	/* How many are as they should be. */
	size_t same;
};

int difference_make(struct difference *diff, struct config *there, struct config *wanted,
		    struct espah_err *err);
bool difference_in_place(const struct espah_sa *from, const struct espah_sa *to);
void difference_free(struct difference *diff);

#endif /* _ESPAH_DIFFERENCE_H */
