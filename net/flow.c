// SPDX-License-Identifier: GPL-2.0-only
/* What a packet shows to a selector. */

#include <linux/ip.h>
#include <linux/ipv6.h>

#include "ext6.h"
#include "flow.h"
#include "packet.h"

/* RFC 4301 section 4.4.1.1: the protocol is what comes after the extension
 * headers.
 */
static noinline void flow_of6(const struct sk_buff *skb, struct espah_flow *flow)
{
	const struct ipv6hdr *iph = ipv6_hdr(skb);
	struct espah_ext6 ext;

	espah_ext6_walk(skb, &ext);
	flow->src.v6 = iph->saddr;
	flow->dst.v6 = iph->daddr;
	flow->family = AF_INET6;
	flow->proto = ext.proto;
	flow->mark = skb->mark;
}

/* As xfrm has it: of this host's own packets, policies speak by the last destination, and by
 * the next one of what it only passes on.
 */
static noinline void go_to_the_end(const struct sk_buff *skb,
				   struct espah_flow *flow)
{
	if (!(IP6CB(skb)->flags & IP6SKB_FORWARDED))
		espah_ext6_final(skb, &flow->dst.v6);
}

static __always_inline void flow_of(const struct sk_buff *skb,
				    struct espah_flow *flow, bool leaving)
{
	const struct iphdr *iph = ip_hdr(skb);

	if (unlikely(espah_packet_is6(skb))) {
		flow_of6(skb, flow);
		if (leaving)
			go_to_the_end(skb, flow);
		return;
	}
	flow->src = espah_addr4(iph->saddr);
	flow->dst = espah_addr4(iph->daddr);
	flow->family = AF_INET;
	flow->proto = iph->protocol;
	flow->mark = skb->mark;
}

/**
 * espah_flow_of() - the flow that a packet belongs to
 * @skb: packet; its network header is a checked IP header in the linear part
 * @flow: filled in
 */
void espah_flow_of(const struct sk_buff *skb, struct espah_flow *flow)
{
	flow_of(skb, flow, false);
}

/**
 * espah_flow_leaving() - the flow that a packet belongs to which is about to leave
 * @skb: packet, with its network header in the linear part and the IP layer's cb
 * @flow: filled in
 */
void espah_flow_leaving(const struct sk_buff *skb, struct espah_flow *flow)
{
	flow_of(skb, flow, true);
}
