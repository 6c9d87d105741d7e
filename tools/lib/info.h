/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The figures of one network namespace.
 */
#ifndef _ESPAH_INFO_H
#define _ESPAH_INFO_H

#include <linux/netlink.h>

#include "err.h"
#include "model.h"
#include "nl.h"

int espah_info_take(const struct nlmsghdr *nlh, struct espah_info *info, struct espah_err *err);
int espah_info_get(struct espah_nl *nl, struct espah_info *info, struct espah_err *err);

#endif /* _ESPAH_INFO_H */
