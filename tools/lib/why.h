/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What would become of a packet.
 */
#ifndef _ESPAH_WHY_H
#define _ESPAH_WHY_H

#include <linux/netlink.h>

#include "err.h"
#include "model.h"
#include "nl.h"

int espah_why_take(const struct nlmsghdr *nlh, struct espah_why *why, struct espah_err *err);
int espah_why_get(struct espah_nl *nl, const struct espah_probe *probe, uint8_t dir,
		  struct espah_why *why, struct espah_err *err);

#endif /* _ESPAH_WHY_H */
