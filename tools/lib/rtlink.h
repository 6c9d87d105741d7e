/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Virtual interfaces: what rtnetlink says of them.
 */
#ifndef _ESPAH_RTLINK_H
#define _ESPAH_RTLINK_H

#include <net/if.h>

#include "model.h"
#include "nl.h"

struct espah_link {
	char name[IFNAMSIZ];
	uint32_t ifindex;
	/* 0: the next one that is free */
	uint32_t id;
	uint32_t mtu;
	bool up;
	/* Of the namespace that its SAs are in, as this one numbers it; -1: this one. */
	int32_t netnsid;
	uint64_t rx_packets;
	uint64_t rx_bytes;
	uint64_t rx_dropped;
	uint64_t tx_packets;
	uint64_t tx_bytes;
	uint64_t tx_dropped;
};

struct espah_link_list {
	struct espah_link *link;
	size_t count;
	size_t room;
};

int espah_link_add(struct espah_nl *nl, const struct espah_link *link, struct espah_err *err);
int espah_link_delete(struct espah_nl *nl, const char *name, struct espah_err *err);
int espah_link_take(const struct nlmsghdr *nlh, struct espah_link *link, struct espah_err *err);
int espah_link_dump(struct espah_nl *nl, struct espah_link_list *list, struct espah_err *err);
void espah_link_list_free(struct espah_link_list *list);

#endif /* _ESPAH_RTLINK_H */
