/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What becomes of packets that no policy speaks of: what can be asked of the kernel.
 */
#ifndef _ESPAH_DEFAULT_H
#define _ESPAH_DEFAULT_H

#include <linux/netlink.h>

#include "err.h"
#include "model.h"
#include "nl.h"

bool espah_default_given(const struct espah_defaults *defaults, unsigned int dir);
bool espah_default_put(struct nlmsghdr *nlh, const struct espah_defaults *defaults);
int espah_default_take(const struct nlmsghdr *nlh, struct espah_defaults *defaults,
		       struct espah_err *err);
int espah_default_set(struct espah_nl *nl, const struct espah_defaults *defaults,
		      struct espah_err *err);
int espah_default_get(struct espah_nl *nl, struct espah_defaults *defaults,
		      struct espah_err *err);

#endif /* _ESPAH_DEFAULT_H */
