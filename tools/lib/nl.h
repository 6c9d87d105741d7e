/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ways to the kernel: a netlink socket each, requests and their answers.
 * What stands in the messages is the business of sa, policy and info, and for
 * rtnetlink, which has the interfaces, of rtlink.
 */
#ifndef _ESPAH_NL_H
#define _ESPAH_NL_H

#include <stdint.h>

#include <linux/netlink.h>

#include "err.h"

/* No request is longer. */
#define ESPAH_NL_REQUEST_MAX	8192

struct espah_nl;

/* Where answers go. */
struct espah_nl_sink {
	/* One message of the answer; -1 fails the request. */
	int (*item)(const struct nlmsghdr *nlh, void *to, struct espah_err *err);
	/* Forget what came so far: a dump begins again. */
	void (*reset)(void *to);
	void *to;
};

int espah_netns_enter(const char *name, struct espah_err *err);

struct espah_nl *espah_nl_open(struct espah_err *err);
struct espah_nl *espah_nl_open_route(struct espah_err *err);
void espah_nl_close(struct espah_nl *nl);
uint16_t espah_nl_family(const struct espah_nl *nl);
uint32_t espah_nl_events_group(const struct espah_nl *nl);
uint32_t espah_nl_drops_group(const struct espah_nl *nl);
struct nlmsghdr *espah_nl_request(struct espah_nl *nl, uint8_t cmd);
struct nlmsghdr *espah_nl_route_request(struct espah_nl *nl, uint16_t type);
int espah_nl_transact(struct espah_nl *nl, const struct espah_nl_sink *sink,
		      struct espah_err *err);
int espah_nl_dump(struct espah_nl *nl, const struct espah_nl_sink *sink, struct espah_err *err);

#endif /* _ESPAH_NL_H */
