// SPDX-License-Identifier: GPL-2.0-only
/* What a packet shows to a selector. */

#include <linux/ip.h>

#include "flow.h"

/**
 * espah_flow_of() - the flow that a packet belongs to
 * @skb: packet; its network header is a checked IPv4 header in the linear part
 * @flow: filled in
 */
void espah_flow_of(const struct sk_buff *skb, struct espah_flow *flow)
{
	const struct iphdr *iph = ip_hdr(skb);

	flow->src = espah_addr4(iph->saddr);
	flow->dst = espah_addr4(iph->daddr);
	flow->family = AF_INET;
	flow->proto = iph->protocol;
	flow->mark = skb->mark;
}
