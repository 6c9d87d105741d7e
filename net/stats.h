/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_STATS_H
#define _ESPAH_STATS_H

#include <linux/atomic.h>
#include <linux/types.h>
#include <uapi/linux/espah.h>

struct espah_net;
struct espah_sa;
struct sk_buff;

/* Room for a counter at its own attribute number. */
#define ESPAH_COUNTERS	__ESPAH_A_CNT_MAX

/**
 * struct espah_counters - one CPU's share of a namespace's counters
 * @value: indexed by ESPAH_A_CNT_*; each CPU writes its own share only
 */
struct espah_counters {
	unsigned long	value[ESPAH_COUNTERS];
};

/* So many causes an SA counts in itself. */
#define ESPAH_TALLY_FEW	3

/**
 * struct espah_tally - an SA's counters; most SAs have none or few that are not 0
 * @few: each a cause, ESPAH_A_CNT_*, in its highest octet and a count in the others, or 0
 *	where it is nobody's yet; atomic
 * @many: the other causes, by ESPAH_A_CNT_*, or NULL: there was none; written once, by whoever
 *	counts
 */
struct espah_tally {
	atomic64_t	few[ESPAH_TALLY_FEW];
	atomic64_t	*many;
};

void espah_count(const struct espah_net *en, unsigned int cause);
void espah_count_drop(const struct espah_net *en, struct espah_sa *sa,
		      const struct sk_buff *skb, unsigned int cause);
void espah_drop(const struct espah_net *en, struct espah_sa *sa,
		struct sk_buff *skb, unsigned int cause);
void espah_note(struct espah_sa *sa, unsigned int what);
u64 espah_tally_read(const struct espah_tally *tally, unsigned int cause);
void espah_tally_add(struct espah_sa *sa, const struct espah_tally *tally);
void espah_tally_free(struct espah_tally *tally);
u64 espah_counter_read(const struct espah_net *en, unsigned int cause);

#endif /* _ESPAH_STATS_H */
