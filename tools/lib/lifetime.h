/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lifetimes: out of the model into a request, and back out of an answer. Both
 * return false where it does not fit.
 */
#ifndef _ESPAH_LIFETIME_H
#define _ESPAH_LIFETIME_H

#include <libmnl/libmnl.h>

#include "model.h"

bool espah_put_limits(struct nlmsghdr *nlh, uint16_t type, const struct espah_limits *limits);
bool espah_take_limits(const struct nlattr *attr, struct espah_limits *limits);

#endif /* _ESPAH_LIFETIME_H */
