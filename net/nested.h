/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_NESTED_H
#define _ESPAH_NESTED_H

#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>

#include "packet.h"
#include "sa.h"

bool espah_nested_part(const struct espah_sa *sa, struct sk_buff *skb);
bool espah_nested_gather(struct espah_sa *sa, struct sk_buff *skb,
			 struct espah_path *path);
struct espah_sa *espah_nested_find(const struct espah_sa *sa,
				   struct sk_buff *skb);
struct espah_sa *espah_nested_find_in_udp(const struct espah_sa *sa,
					  struct sk_buff *skb);
void espah_nested_enter(const struct espah_sa *sa, struct sk_buff *skb,
			unsigned int udp_len);

/* What the IP header, or the last of the extension headers that the IP layer has walked over
 * in front of this SA, says is behind it.
 */
static __always_inline u8 espah_nested_proto(const struct espah_sa *sa,
					     const struct sk_buff *skb)
{
	if (likely(!espah_packet_is6(skb)))
		return ip_hdr(skb)->protocol;
	return sa->mode == ESPAH_MODE_TRANSPORT ?
	       skb_network_header(skb)[IP6CB(skb)->nhoff] :
	       ipv6_hdr(skb)->nexthdr;
}

/**
 * espah_nested() - is what was in a protection protected once more?
 * @sa: SA of the protection that is off
 * @skb: packet, with its data at its IP header
 *
 * Return: true for ESP and AH, whoever's they are, and for what may be a part of them.
 */
static __always_inline bool espah_nested(const struct espah_sa *sa,
					 const struct sk_buff *skb)
{
	u8 proto = espah_nested_proto(sa, skb);

	return unlikely(proto == IPPROTO_ESP || proto == IPPROTO_AH ||
			(espah_packet_is6(skb) && proto == IPPROTO_FRAGMENT));
}

#endif /* _ESPAH_NESTED_H */
