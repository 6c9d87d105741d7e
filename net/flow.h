/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_FLOW_H
#define _ESPAH_FLOW_H

#include <linux/ip.h>
#include <linux/skbuff.h>

#include "netns.h"
#include "selector.h"

void espah_flow_of(const struct sk_buff *skb, struct espah_flow *flow);
void espah_flow_leaving(const struct sk_buff *skb, struct espah_flow *flow);
void espah_flow_upper(const struct sk_buff *skb, struct espah_flow *flow);
void espah_flow_upper_at(const struct sk_buff *skb, int at,
			 struct espah_flow *flow);
void espah_flow_narrow_out(const struct sk_buff *skb, struct espah_flow *flow);
void espah_flow_narrow_in(const struct sk_buff *skb, struct espah_flow *flow);

/**
 * espah_flow_out() - what a packet on its way out shows to the selectors
 * @en: namespace
 * @skb: packet, routed, with its network header in the linear part and the IP layer's cb
 * @flow: filled in, as far as there are selectors that ask
 *
 * The caller holds RCU.
 */
static __always_inline void espah_flow_out(const struct espah_net *en,
					   const struct sk_buff *skb,
					   struct espah_flow *flow)
{
	espah_flow_leaving(skb, flow);
	if (unlikely(espah_narrow(en)))
		espah_flow_narrow_out(skb, flow);
}

/**
 * espah_flow_in() - what a packet that has come shows to the selectors
 * @en: namespace
 * @skb: packet; its network header is a checked IP header in the linear part
 * @flow: filled in, as far as there are selectors that ask
 *
 * The caller holds RCU.
 */
static __always_inline void espah_flow_in(const struct espah_net *en,
					  const struct sk_buff *skb,
					  struct espah_flow *flow)
{
	espah_flow_of(skb, flow);
	if (unlikely(espah_narrow(en)))
		espah_flow_narrow_in(skb, flow);
}

/**
 * espah_flow_ports() - both ports of a packet
 * @skb: IPv4 packet without options, and no fragment, with its data at its header
 *
 * Return: the ports as the packet has them, or 0 where they are not seen without effort.
 */
static __always_inline __be32 espah_flow_ports(const struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);

	return (iph->protocol == IPPROTO_UDP || iph->protocol == IPPROTO_TCP) &&
	       skb_headlen(skb) >= sizeof(*iph) + sizeof(__be32) ?
		       *(const __be32 *)(iph + 1) : 0;
}

#endif /* _ESPAH_FLOW_H */
