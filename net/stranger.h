/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_STRANGER_H
#define _ESPAH_STRANGER_H

#include <linux/spinlock.h>

#include "addr.h"
#include "sa.h"

struct espah_net;
struct sk_buff;

/* So many are told of within a second. Strangers choose what they send, and whoever
 * listens has to keep up.
 */
#define ESPAH_STRANGERS		8

/**
 * struct espah_stranger - who sends with an SPI that nobody has
 * @id: where to, with which SPI
 * @src: where from, as the packet says
 */
struct espah_stranger {
	struct espah_sa_id	id;
	union espah_addr	src;
};

/**
 * struct espah_strangers - those that were told of last
 * @lock: covers all here; taken with softirqs off
 * @since: jiffies when the second began
 * @count: how many were told of in it
 * @told: which
 */
struct espah_strangers {
	spinlock_t		lock;	/* all of this */
	unsigned long		since;
	unsigned int		count;
	struct espah_stranger	told[ESPAH_STRANGERS];
};

void espah_stranger_init(struct espah_strangers *strangers);
bool espah_stranger_claim(struct espah_strangers *strangers,
			  const struct espah_stranger *stranger);
void espah_stranger_seen(struct espah_net *en, const struct sk_buff *skb,
			 const struct espah_sa_id *id);

#endif /* _ESPAH_STRANGER_H */
