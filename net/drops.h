/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_DROPS_H
#define _ESPAH_DROPS_H

#include <linux/atomic.h>
#include <linux/spinlock.h>

#include "sa.h"
#include "selector.h"

struct espah_net;
struct sk_buff;

/* So many are kept of a namespace's last ones. */
#define ESPAH_DROPS_KEPT	128

/* In a flood, no more than so many are noted in an eighth of a second, and told in a
 * second: what a stranger sends must not cost more than it does already.
 */
#define ESPAH_DROPS_NOTED	ESPAH_DROPS_KEPT
#define ESPAH_DROPS_TOLD	128

/**
 * struct espah_dropped - one packet that has ended
 * @number: counts those that are noted in the namespace, from 1 on
 * @time: when, in nanoseconds since 1970
 * @suppressed: so many before it, since the one that was noted or told last, were not
 * @flow: what is known of it; family 0 where that is nothing. Of a packet that is gone, the
 *	ends of its SA
 * @sa: its SA; family 0 where it had none
 * @sa_index: &espah_sa.index
 * @reqid: of the SA
 * @cause: ESPAH_A_CNT_*
 * @len: octets of its IP packet, 0 where that is not known
 * @iif: interface that it has come by, or 0
 * @oif: interface that it was to leave by, or 0
 */
struct espah_dropped {
	u64			number;
	u64			time;
	u64			suppressed;
	struct espah_flow	flow;
	struct espah_sa_id	sa;
	u32			sa_index;
	u32			reqid;
	unsigned int		cause;
	unsigned int		len;
	int			iif;
	int			oif;
};

/**
 * struct espah_drop_rate - so many in a while, and the rest is counted
 * @since: jiffies when the while began; who replaces it begins the next one
 * @left: so many there may be until it ends; atomic
 * @missed: so many there were too many, and nobody has been told of; atomic
 */
struct espah_drop_rate {
	unsigned long	since;
	atomic_t	left;
	atomic_long_t	missed;
};

/**
 * struct espah_drops - the last packets of a namespace that have ended
 * @noting: how often one is noted
 * @telling: how often one is told
 * @lock: covers @next and @kept; softirqs are off wherever it is taken
 * @next: &espah_dropped.number of the next one
 * @kept: by number, the rest of which is overwritten
 */
struct espah_drops {
	struct espah_drop_rate	noting;
	struct espah_drop_rate	telling;
	spinlock_t		lock;	/* next, kept */
	u64			next;
	struct espah_dropped	kept[ESPAH_DROPS_KEPT];
};

int espah_drops_prepare(struct espah_net *en);
void espah_drops_free(struct espah_net *en);
void espah_drops_add(const struct espah_net *en, const struct espah_sa *sa,
		     const struct sk_buff *skb, unsigned int cause);
u64 espah_drops_next(const struct espah_net *en);
bool espah_drops_read(const struct espah_net *en, u64 number,
		      struct espah_dropped *dropped);

#endif /* _ESPAH_DROPS_H */
