// SPDX-License-Identifier: GPL-2.0-only
/* A counter for every reason a packet can end, and for what is to be said of one
 * that goes on.
 */

#include <linux/percpu.h>
#include <linux/skbuff.h>
#include <net/net_namespace.h>

#include "causes.h"
#include "drops.h"
#include "netns.h"
#include "sa.h"
#include "stats.h"

/**
 * espah_count() - one packet more
 * @en: namespace
 * @cause: ESPAH_A_CNT_*
 */
void espah_count(const struct espah_net *en, unsigned int cause)
{
	this_cpu_inc(en->counters->value[cause]);
}

/**
 * espah_count_drop() - a packet ends, and its owner frees it
 * @en: namespace
 * @sa: SA it belonged to, or NULL
 * @skb: packet, or NULL where it is gone already
 * @cause: ESPAH_A_CNT_*
 */
void espah_count_drop(const struct espah_net *en, struct espah_sa *sa,
		      const struct sk_buff *skb, unsigned int cause)
{
	espah_count(en, cause);
	if (sa)
		atomic_long_inc(&sa->drops[cause]);
	espah_drops_add(en, sa, skb, cause);
}

/**
 * espah_drop() - a packet ends here
 * @en: namespace
 * @sa: SA it belonged to, or NULL
 * @skb: packet, freed
 * @cause: ESPAH_A_CNT_*
 */
void espah_drop(const struct espah_net *en, struct espah_sa *sa,
		struct sk_buff *skb, unsigned int cause)
{
	espah_count_drop(en, sa, skb, cause);
	kfree_skb_reason(skb, espah_cause_reason(cause));
}

/**
 * espah_note() - a packet goes on, and something is to be said of it
 * @sa: SA that it belongs to
 * @what: ESPAH_A_CNT_*
 */
void espah_note(struct espah_sa *sa, unsigned int what)
{
	espah_count(sa->en, what);
	atomic_long_inc(&sa->drops[what]);
}

/**
 * espah_counter_read() - one counter of a namespace
 * @en: namespace
 * @cause: ESPAH_A_CNT_*
 *
 * Return: the sum over all CPUs.
 */
u64 espah_counter_read(const struct espah_net *en, unsigned int cause)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += per_cpu_ptr(en->counters, cpu)->value[cause];
	return sum;
}
