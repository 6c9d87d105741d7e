/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_DIRECT_H
#define _ESPAH_DIRECT_H

#include <linux/percpu.h>
#include <linux/skbuff.h>

struct espah_net;
struct espah_policy;
struct espah_sa;
struct espah_ways;
struct rtable;

/* Of each CPU, the packet that is on its direct way in, which our policies have judged. */
DECLARE_PER_CPU(const struct sk_buff *, espah_direct_packet);

/**
 * espah_direct_judged() - did this packet come out of its protection just now?
 * @skb: packet, on its way in
 *
 * What is on the direct way has no mark (net/mark.h).
 *
 * Return: true if it did, and was judged by our policies.
 */
static __always_inline bool espah_direct_judged(const struct sk_buff *skb)
{
	return this_cpu_read(espah_direct_packet) == skb;
}

bool espah_direct_may(const struct espah_sa *sa, const struct sk_buff *skb);
bool espah_direct_keeps(const struct espah_net *en, const struct sk_buff *skb);
struct rtable *espah_direct_way(struct espah_net *en, struct sk_buff *skb);
void espah_direct_learn(const struct espah_sa *sa, const struct sk_buff *skb,
			struct espah_policy *policy, unsigned long generation);
int espah_direct_again(struct espah_sa *sa, struct sk_buff *skb);
void espah_direct_deliver(struct espah_sa *sa, struct sk_buff *skb,
			  struct rtable *rt);
void espah_direct_prepare(struct espah_net *en);
void espah_direct_free(struct espah_net *en);

#endif /* _ESPAH_DIRECT_H */
