/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events: what the kernel tells without being asked.
 */
#ifndef _ESPAH_EVENT_H
#define _ESPAH_EVENT_H

#include <linux/netlink.h>

#include "err.h"
#include "model.h"
#include "nl.h"

struct espah_event {
	/*
	 * ESPAH_CMD_*_NTF. 0: events were lost; whoever keeps a picture of the
	 * kernel's databases has to look again.
	 */
	uint8_t cmd;
	/* Of an SA or a policy that expires: ESPAH_EXPIRED_*. */
	uint8_t expired;
	/* Of one that tells how far an SA has got: ESPAH_REPLAY_DUE_*. */
	uint8_t due;
	/*
	 * Of events about SAs, and of an SPI that nobody has; of a flush, its proto is 0
	 * where all went. Of a mapping: dst, proto, spi, reqid and encap_dport are the
	 * SA's, while src and encap_sport are where the peer was seen, in place of the
	 * SA's own. Of how far an SA has got: what names it, its numbers, and when
	 * it is told.
	 */
	struct espah_sa sa;
	/*
	 * Of events about policies. Of an acquire: dir, index and the one tmpl are
	 * those of the policy that wants an SA; sel is the flow of the packet, each
	 * of its ranges a single address. In transport mode these are the SA's ends;
	 * in tunnel mode the tmpl has them.
	 */
	struct espah_policy policy;
	/* Of a packet that has ended. */
	struct espah_drop drop;
	/* Of default actions. */
	struct espah_defaults defaults;
	/*
	 * Of a policy that expires: what becomes of packets that none speaks of, as
	 * ESPAH_ACTION_*.
	 */
	uint8_t unspoken;
	/* Of what has moved. */
	struct espah_migration migration;
	/* Of a flush of policies: -1 where those of all directions went. */
	int dir;
};

struct espah_events;

struct espah_events *espah_events_open(struct espah_nl *nl, struct espah_err *err);
int espah_events_add_drops(struct espah_events *events, struct espah_nl *nl,
			   struct espah_err *err);
void espah_events_close(struct espah_events *events);
int espah_events_fd(const struct espah_events *events);
int espah_events_read(struct espah_events *events, struct espah_event *event,
		      struct espah_err *err);

bool espah_event_take(const struct nlmsghdr *nlh, struct espah_event *event,
		      struct espah_err *err);
void espah_event_wipe(struct espah_event *event);

#endif /* _ESPAH_EVENT_H */
