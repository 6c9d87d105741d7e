/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_SENT_H
#define _ESPAH_SENT_H

#include <linux/hash.h>
#include <linux/ip.h>
#include <linux/log2.h>
#include <linux/percpu.h>
#include <net/ip.h>

#include "flow.h"
#include "netns.h"

/**
 * struct espah_sent - what was found for packets that look so
 * @saddr: their source
 * @daddr: their destination
 * @ports: as espah_flow_ports() has them
 * @mark: their mark
 * @oif: what they leave by, in clear
 * @tos: as their header has it
 * @proto: their protocol
 * @policy: of the action "protect", with one template; good as long as @generation is
 * @sa: what it wants them protected with; likewise
 * @generation: from espah_net_generation(), before they were found
 */
struct espah_sent {
	__be32			saddr;
	__be32			daddr;
	__be32			ports;
	u32			mark;
	int			oif;
	u8			tos;
	u8			proto;
	struct espah_policy	*policy;
	struct espah_sa		*sa;
	unsigned long		generation;
};

void espah_sent_learn(const struct espah_net *en, const struct sk_buff *skb,
		      struct espah_policy *policy, struct espah_sa *sa,
		      unsigned long generation);
void espah_sent_prepare(struct espah_net *en);
void espah_sent_free(struct espah_net *en);

/* A power of two: so many flows are remembered. */
#define ESPAH_SENT	64

/**
 * struct espah_sents - what one CPU remembers
 * @sent: by a hash of addresses and ports; softirqs are off wherever it is touched
 */
struct espah_sents {
	struct espah_sent	sent[ESPAH_SENT];
};

static __always_inline struct espah_sent *
espah_sent_at(struct espah_sents __percpu *sents, const struct iphdr *iph,
	      __be32 ports)
{
	u32 sum = (__force u32)iph->saddr ^ (__force u32)iph->daddr ^
		  (__force u32)ports;

	return &this_cpu_ptr(sents)->sent[hash_32(sum, ilog2(ESPAH_SENT))];
}

/* Only what it is known by is looked at. */
static __always_inline bool espah_sent_simple(const struct iphdr *iph)
{
	return iph->version == IPVERSION && iph->ihl == sizeof(*iph) / 4 &&
	       !ip_is_fragment(iph);
}

/**
 * espah_sent_recall() - what was found for packets like this one
 * @en: namespace
 * @skb: packet that is about to leave, with its data at its IP header; without a route,
 *	nothing was found
 * @generation: from espah_net_generation(), just now
 *
 * The caller holds RCU, and has softirqs off; the answer is good as long.
 *
 * Return: what was found, or NULL where it has to be looked for.
 */
static __always_inline const struct espah_sent *
espah_sent_recall(const struct espah_net *en, const struct sk_buff *skb,
		  unsigned long generation)
{
	struct espah_sents __percpu *sents = READ_ONCE(en->sents);
	const struct iphdr *iph = ip_hdr(skb);
	const struct espah_sent *sent;
	__be32 ports;

	if (unlikely(!sents || !skb_dst(skb) || !espah_sent_simple(iph)))
		return NULL;
	ports = espah_flow_ports(skb);
	sent = espah_sent_at(sents, iph, ports);
	return likely(sent->saddr == iph->saddr && sent->daddr == iph->daddr &&
		      sent->ports == ports && sent->mark == skb->mark &&
		      sent->oif == skb_dst(skb)->dev->ifindex && sent->tos == iph->tos &&
		      sent->proto == iph->protocol && sent->policy &&
		      sent->generation == generation) ? sent : NULL;
}

#endif /* _ESPAH_SENT_H */
