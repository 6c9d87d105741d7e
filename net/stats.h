/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_STATS_H
#define _ESPAH_STATS_H

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

void espah_count(const struct espah_net *en, unsigned int cause);
void espah_count_drop(const struct espah_net *en, struct espah_sa *sa,
		      const struct sk_buff *skb, unsigned int cause);
void espah_drop(const struct espah_net *en, struct espah_sa *sa,
		struct sk_buff *skb, unsigned int cause);
void espah_note(struct espah_sa *sa, unsigned int what);
u64 espah_counter_read(const struct espah_net *en, unsigned int cause);

#endif /* _ESPAH_STATS_H */
