/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_LIFETIME_H
#define _ESPAH_LIFETIME_H

#include <linux/hrtimer.h>
#include <linux/llist.h>
#include <linux/rcupdate.h>
#include <linux/workqueue.h>

#include "sa.h"

/**
 * struct espah_judge - looks at the SAs of one namespace that may be at their end
 * @sas: by &espah_sa.judge_node, each with a reference; lock-free, any writer, emptied
 *	by @work
 * @work: takes &espah_net.lock and looks at them
 */
struct espah_judge {
	struct llist_head	sas;
	struct work_struct	work;
};

/**
 * struct espah_sa_timer - waits for the next limit in time of an SA
 * @timer: asks for the judge
 * @sa: the SA; constant
 */
struct espah_sa_timer {
	struct hrtimer	timer;
	struct espah_sa	*sa;
};

struct espah_limits_rcu *
espah_lifetime_alloc(struct espah_sa *sa, const struct espah_limits *limits,
		     const struct espah_thresholds *thresholds);
void espah_lifetime_set(struct espah_sa *sa, struct espah_limits_rcu *limits);
void espah_lifetime_go_on(struct espah_sa *heir, const struct espah_sa *sa);
void espah_lifetime_start(struct espah_sa *sa);
void espah_lifetime_stop(struct espah_sa *sa);
void espah_lifetime_first_use(struct espah_sa *sa);
bool espah_lifetime_judge(struct espah_sa *sa, struct espah_limits_rcu *limits,
			  u64 packets, u64 octets, unsigned int bytes);
u64 espah_lifetime_sent(const struct espah_sa *sa);
u64 espah_lifetime_late(struct espah_sa *sa, u64 seq);
void espah_lifetime_net_init(struct espah_net *en);
void espah_lifetime_net_exit(struct espah_net *en);
int espah_lifetime_init(void);
void espah_lifetime_exit(void);

/**
 * espah_lifetime_allows() - does the SA's lifetime allow for this packet?
 * @sa: SA, under RCU
 * @packets: what it has carried, with this packet
 * @octets: of these in clear
 * @bytes: octets of the packet in clear
 *
 * Return: false if it must not pass: a hard limit is reached, and the SA ends.
 */
static inline bool espah_lifetime_allows(struct espah_sa *sa, u64 packets,
					 u64 octets, unsigned int bytes)
{
	struct espah_limits_rcu *limits = rcu_dereference(sa->limits);

	if (likely(!limits || !limits->counts))
		return true;
	return espah_lifetime_judge(sa, limits, packets, octets, bytes);
}

/**
 * espah_lifetime_seq() - a sequence number for a packet
 * @sa: SA, under RCU
 *
 * Return: the number, which is this packet's alone, or 0 if there are no more.
 */
static inline u64 espah_lifetime_seq(struct espah_sa *sa)
{
	u64 seq = atomic64_inc_return(&sa->oseq);

	return unlikely(seq >= sa->seq_few) ? espah_lifetime_late(sa, seq) :
					      seq;
}

#endif /* _ESPAH_LIFETIME_H */
