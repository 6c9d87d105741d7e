// SPDX-License-Identifier: GPL-2.0-only
/* Packets that this host sends to the other end of an SA by itself: keepalives and
 * dummies.
 */

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/route.h>

#include "ends.h"
#include "netns.h"
#include "output6.h"
#include "sa.h"

/**
 * espah_ends_route() - the route to the other end of an SA
 * @sa: SA
 * @mark: of the packet
 *
 * It is looked up without a protocol, and xfrm is not asked. Softirqs are off.
 *
 * Return: a route to be given back with dst_release(), or NULL.
 */
struct dst_entry *espah_ends_route(struct espah_sa *sa, u32 mark)
{
	struct flowi4 fl4 = {
		.daddr		= sa->id.dst.v4,
		.saddr		= sa->src.v4,
		.flowi4_mark	= mark,
	};
	struct rtable *rt;

	if (sa->id.family == AF_INET6)
		return espah_output6_route(sa, mark);
	rt = ip_route_output_key(sa->en->net, &fl4);
	return IS_ERR(rt) ? NULL : &rt->dst;
}

static void header4(struct sk_buff *skb, const struct espah_sa *sa, u8 proto)
{
	__be16 df = espah_header_df(&sa->header, htons(IP_DF));
	u8 ttl = espah_header_ttl(&sa->header, 0);
	struct iphdr *iph = skb_push(skb, sizeof(*iph));

	memset(iph, 0, sizeof(*iph));
	iph->version = IPVERSION;
	iph->ihl = sizeof(*iph) / 4;
	iph->tos = espah_header_tos(&sa->header, 0);
	iph->frag_off = df;
	iph->ttl = ttl ? ttl : ip4_dst_hoplimit(skb_dst(skb));
	iph->protocol = proto;
	iph->saddr = sa->src.v4;
	iph->daddr = sa->id.dst.v4;
	/* What is never fragmented needs no identification (RFC 6864). */
	if (!df)
		__ip_select_ident(sa->en->net, iph, 1);
	skb->protocol = htons(ETH_P_IP);
}

static void header6(struct sk_buff *skb, const struct espah_sa *sa, u8 proto)
{
	struct ipv6hdr *iph = skb_push(skb, sizeof(*iph));
	u8 ttl = espah_header_ttl(&sa->header, 0);

	ip6_flow_hdr(iph, espah_header_tos(&sa->header, 0), sa->header.label);
	iph->nexthdr = proto;
	iph->hop_limit = ttl ? ttl : ip6_dst_hoplimit(skb_dst(skb));
	iph->saddr = sa->src.v6;
	iph->daddr = sa->id.dst.v6;
	skb->protocol = htons(ETH_P_IPV6);
}

/**
 * espah_ends_header() - put an IP header between the ends of an SA in front
 * @skb: packet with room in front for espah_encap_outer(), and espah_ends_route() as
 *	its dst
 * @sa: SA
 * @proto: protocol of what is there
 *
 * It is that of a tunnel around most of what there is, whose packets have DF: nobody on
 * the way is to see by it that this is another. Lengths and checksum are the IP
 * layer's to write.
 */
void espah_ends_header(struct sk_buff *skb, const struct espah_sa *sa, u8 proto)
{
	if (sa->id.family == AF_INET6)
		header6(skb, sa, proto);
	else
		header4(skb, sa, proto);
	skb_reset_network_header(skb);
}
