/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Selectors as attributes. All return false where it does not fit.
 */
#ifndef _ESPAH_LIB_SELECTOR_H
#define _ESPAH_LIB_SELECTOR_H

#include <libmnl/libmnl.h>

#include "model.h"

bool espah_put_selector(struct nlmsghdr *nlh, uint16_t type, const struct espah_selector *sel);
bool espah_take_selector(const struct nlattr *attr, struct espah_selector *sel);

#endif /* _ESPAH_LIB_SELECTOR_H */
