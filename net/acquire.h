/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_ACQUIRE_H
#define _ESPAH_ACQUIRE_H

#include <linux/bitmap.h>
#include <linux/jiffies.h>
#include <linux/spinlock.h>

#include "selector.h"

struct espah_net;
struct espah_policy;

/* As long as a packet waits for an SA, the SA is asked for again so often. */
#define ESPAH_ASK_EVERY		HZ

/* So many SAs are asked for within that time at most, on behalf of one policy and
 * in a namespace; as many again on behalf of packets that wait. Strangers choose
 * the addresses of packets, and whoever listens has to keep up.
 */
#define ESPAH_ASKS_POLICY	8
#define ESPAH_ASKS_ALL		24
#define ESPAH_ASKS		(2 * ESPAH_ASKS_ALL)

/**
 * struct espah_ask - an SA that was asked for
 * @policy: outbound policy that wants it, NULL where nothing was asked yet. It may
 *	be gone: to be compared only, unless RCU has been held since before
 * @asked: jiffies when it was
 * @flow: flow of the packet
 * @tmpl: number of the template that it is for
 * @again: the packet waited already
 */
struct espah_ask {
	const struct espah_policy	*policy;
	unsigned long			asked;
	struct espah_flow		flow;
	u8				tmpl;
	bool				again;
};

/**
 * struct espah_asking - what was asked for last in one namespace
 * @lock: covers all here; taken with softirqs off
 * @asks: a ring
 * @next: where the next one goes, in place of the oldest
 */
struct espah_asking {
	spinlock_t		lock;	/* all of this */
	struct espah_ask	asks[ESPAH_ASKS];
	unsigned int		next;
};

/**
 * enum espah_ask_verdict - may an SA be asked for?
 * @ESPAH_ASK_NOW: yes
 * @ESPAH_ASK_DONE: it was, not long ago
 * @ESPAH_ASK_POLICY: the policy has asked for as many as it may
 * @ESPAH_ASK_ALL: the namespace has asked for as many as it may
 */
enum espah_ask_verdict {
	ESPAH_ASK_NOW,
	ESPAH_ASK_DONE,
	ESPAH_ASK_POLICY,
	ESPAH_ASK_ALL,
};

void espah_acquire_init(struct espah_net *en);
void espah_acquire(struct espah_net *en, const struct espah_policy *policy,
		   const struct espah_flow *flow, bool joining);
enum espah_ask_verdict espah_acquire_again(struct espah_net *en,
					   const struct espah_policy *policy,
					   const struct espah_flow *flow,
					   unsigned long *asks);
void espah_acquire_tell(struct espah_net *en, const unsigned long *asks);

#endif /* _ESPAH_ACQUIRE_H */
