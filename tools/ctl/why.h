/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why packets of a flow come to what they come to, in sentences.
 */
#ifndef _ESPAH_CTL_WHY_H
#define _ESPAH_CTL_WHY_H

#include <jansson.h>

#include "ctl.h"
#include "model.h"

/* Of as many directions as were asked about. */
struct why_answers {
	struct espah_why why[ESPAH_DIR_FWD + 1];
	size_t count;
};

void print_why(const struct espah_why *why);
json_t *json_whys(const struct why_answers *answers);
void print_cause(const struct ctl *ctl, unsigned int counter);
json_t *json_cause(unsigned int counter);

#endif /* _ESPAH_CTL_WHY_H */
