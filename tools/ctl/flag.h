/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * flag FLAG-LIST, extra-flag FLAG-LIST: what an SA has or has not.
 */
#ifndef _ESPAH_FLAG_H
#define _ESPAH_FLAG_H

#include <jansson.h>

#include "argv.h"
#include "model.h"

/* @to is a struct espah_sa. */
int take_policy_flag(struct args *args, void *to);
uint32_t flags_of(const struct espah_sa *sa);
int take_flag(struct args *args, void *to);
int take_extra_flag(struct args *args, void *to);
void print_flags(const struct espah_sa *sa);
json_t *json_flags(const struct espah_sa *sa);

#endif /* _ESPAH_FLAG_H */
