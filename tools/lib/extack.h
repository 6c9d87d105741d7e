/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel says about a request, as a sentence.
 */
#ifndef _ESPAH_EXTACK_H
#define _ESPAH_EXTACK_H

#include <linux/netlink.h>

#include "attrs.h"
#include "err.h"

int espah_extack_read(const struct nlmsghdr *reply, const struct nlmsghdr *request,
		      const struct espah_attr_set *set, struct espah_err *err);

#endif /* _ESPAH_EXTACK_H */
