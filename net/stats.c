// SPDX-License-Identifier: GPL-2.0-only
/* A counter for every reason a packet can end, and for what is to be said of one
 * that goes on.
 */

#include <linux/percpu.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <net/net_namespace.h>

#include "causes.h"
#include "drops.h"
#include "heir.h"
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

/* Where the cause stands. */
#define CAUSE_SHIFT	56

static bool is_of(u64 value, unsigned int cause)
{
	return value >> CAUSE_SHIFT == cause;
}

/* One of the few counters is the cause's, or becomes it. */
static bool count_few(struct espah_tally *tally, unsigned int cause, u64 count)
{
	s64 seen, first = ((u64)cause << CAUSE_SHIFT) + count;
	int i;

	for (i = 0; i < ESPAH_TALLY_FEW; i++) {
		seen = atomic64_read(&tally->few[i]);
		if (!seen) {
			seen = atomic64_cmpxchg(&tally->few[i], 0, first);
			if (!seen)
				return true;
		}
		if (is_of(seen, cause)) {
			atomic64_add(count, &tally->few[i]);
			return true;
		}
	}
	return false;
}

/* Where there are many causes; made by who comes first. */
static noinline atomic64_t *many(struct espah_tally *tally)
{
	atomic64_t *new, *old = READ_ONCE(tally->many);

	if (old)
		return old;
	new = kcalloc(ESPAH_COUNTERS, sizeof(*new),
		      GFP_ATOMIC | __GFP_ACCOUNT | __GFP_NOWARN);
	if (!new)
		return NULL;
	old = cmpxchg(&tally->many, NULL, new);
	if (!old)
		return new;
	kfree(new);
	return old;
}

/* The namespace has counted it already, which needs no memory. The other counters are
 * asked for while one of the few is left, and then by each packet: only where memory is
 * short all that time, an SA does not know of a packet of a fourth cause, and the
 * namespace knows of how many.
 */
static void add_to_sa(struct espah_sa *sa, unsigned int cause, u64 count)
{
	struct espah_tally *tally = &sa->tally;
	atomic64_t *others;

	if (count_few(tally, cause, count)) {
		if (atomic64_read(&tally->few[ESPAH_TALLY_FEW - 2]))
			many(tally);
		return;
	}
	others = many(tally);
	if (others)
		atomic64_add(count, &others[cause]);
	else
		this_cpu_add(sa->en->counters->value[ESPAH_A_CNT_SA_UNCOUNTED],
			     count);
}

/* Of one that has moved it is counted where it is. */
static void count_of_sa(struct espah_sa *sa, unsigned int cause)
{
	add_to_sa(espah_heir_last(sa), cause, 1);
}

/**
 * espah_tally_read() - one counter of an SA
 * @tally: its counters
 * @cause: ESPAH_A_CNT_*
 *
 * Return: how many packets.
 */
u64 espah_tally_read(const struct espah_tally *tally, unsigned int cause)
{
	const atomic64_t *others = READ_ONCE(tally->many);
	u64 value;
	int i;

	for (i = 0; i < ESPAH_TALLY_FEW; i++) {
		value = atomic64_read(&tally->few[i]);
		if (is_of(value, cause))
			return value & GENMASK_ULL(CAUSE_SHIFT - 1, 0);
	}
	return others ? atomic64_read(&others[cause]) : 0;
}

/**
 * espah_tally_add() - an SA has what another was counted
 * @sa: SA
 * @tally: counters that nobody counts with any more
 */
void espah_tally_add(struct espah_sa *sa, const struct espah_tally *tally)
{
	unsigned int cause;
	u64 count;

	for (cause = 1; cause < ESPAH_COUNTERS; cause++) {
		count = espah_tally_read(tally, cause);
		if (count)
			add_to_sa(sa, cause, count);
	}
}

/**
 * espah_tally_free() - give the counters of an SA up
 * @tally: counters that nobody looks at any more
 */
void espah_tally_free(struct espah_tally *tally)
{
	kfree(tally->many);
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
		count_of_sa(sa, cause);
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
	count_of_sa(sa, what);
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
