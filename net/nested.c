// SPDX-License-Identifier: GPL-2.0-only
/* A protection that was inside of another one. */

#include "deliver.h"
#include "nested.h"
#include "netns.h"

/* So many octets are in front of it. */
static unsigned int front(const struct espah_sa *sa, const struct sk_buff *skb)
{
	if (!espah_packet_is6(skb))
		return ip_hdrlen(skb);
	return sa->mode == ESPAH_MODE_TRANSPORT ? skb_network_header_len(skb) :
						  sizeof(struct ipv6hdr);
}

/**
 * espah_nested_find() - the SA of the protection inside
 * @sa: SA of the one around it, which is off
 * @skb: packet, with its data at its IP header, where espah_nested() is true
 *
 * There is none where the packet goes on from here: it may be for another host, or
 * xfrm's. A fragment may not be looked into. The caller holds RCU, and the answer is good
 * as long.
 *
 * Return: the SA, with the fixed part of its header in the linear part of the packet; or
 * NULL.
 */
struct espah_sa *espah_nested_find(const struct espah_sa *sa,
				   struct sk_buff *skb)
{
	u8 proto = espah_nested_proto(sa, skb);
	bool is6 = espah_packet_is6(skb);
	unsigned int at = front(sa, skb);
	struct espah_sa_id id = {
		.family	= is6 ? AF_INET6 : AF_INET,
		.proto	= proto,
	};
	struct espah_sa *inside;

	if (!pskb_may_pull(skb, at + espah_packet_fixed(proto)) ||
	    espah_packet_is_fragment(skb, id.family) ||
	    (sa->mode != ESPAH_MODE_TRANSPORT &&
	     !espah_deliver_here(sa->en->net, skb)))
		return NULL;
	id.dst = is6 ? espah_addr6(&ipv6_hdr(skb)->daddr) :
		       espah_addr4(ip_hdr(skb)->daddr);
	id.spi = espah_packet_spi(skb->data + at, proto);
	inside = espah_sad_find(sa->en, &id);
	return inside && espah_fwmark_match(&inside->mark, skb->mark) ? inside :
									NULL;
}

/**
 * espah_nested_enter() - go on at the protection inside
 * @sa: SA of the one around it
 * @skb: packet, for which espah_nested_find() has found an SA
 *
 * Leaves the data at ESP or AH, and the rest as the IP layer would.
 */
void espah_nested_enter(const struct espah_sa *sa, struct sk_buff *skb)
{
	if (sa->mode != ESPAH_MODE_TRANSPORT && espah_packet_is6(skb))
		IP6CB(skb)->nhoff = offsetof(struct ipv6hdr, nexthdr);
	__skb_pull(skb, front(sa, skb));
	skb_reset_transport_header(skb);
}
