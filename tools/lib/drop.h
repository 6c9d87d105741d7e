/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The last packets that have ended, and why.
 */
#ifndef _ESPAH_DROP_H
#define _ESPAH_DROP_H

#include <linux/netlink.h>

#include "err.h"
#include "model.h"
#include "nl.h"

struct espah_drop_list {
	struct espah_drop *drop;
	size_t count;
	size_t room;
	/* Only drops for which this is true get in; NULL: all do. */
	bool (*keep)(const struct espah_drop *drop, const void *filter);
	const void *filter;
};

int espah_drop_take(const struct nlmsghdr *nlh, struct espah_drop *drop, struct espah_err *err);
int espah_drop_dump(struct espah_nl *nl, struct espah_drop_list *list, struct espah_err *err);
void espah_drop_list_free(struct espah_drop_list *list);

#endif /* _ESPAH_DROP_H */
