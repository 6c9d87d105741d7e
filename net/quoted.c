// SPDX-License-Identifier: GPL-2.0-only
/* The packet that an ICMP error quotes: RFC 4301 section 6.2. */

#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/ip.h>

#include "ext6.h"
#include "flow.h"
#include "packet.h"
#include "quoted.h"

/* Both families' ICMP headers have the type first and what is quoted behind them. */
#define ICMP_LEN	sizeof(struct icmphdr)

/* Redirects, which are errors too, steer a neighbour and go no further than to that one
 * (RFC 1122 section 3.2.2.2).
 */
static bool is_error4(int type)
{
	return icmp_is_err(type) && type != ICMP_REDIRECT;
}

static int type_at(const struct sk_buff *skb, int at)
{
	const u8 *type;
	u8 copy;

	type = skb_header_pointer(skb, at, sizeof(copy), &copy);
	return type ? *type : -1;
}

/* The ports of an answer are those of the packet, reversed. What would answer one of
 * another kind, its header does not say, and a part that is not the first has none.
 */
static void back_upper(const struct sk_buff *skb, int at, bool headless,
		       struct espah_flow *back)
{
	back->has_upper = false;
	if (headless || espah_upper_kind(back->proto) != ESPAH_UPPER_PORTS)
		return;
	espah_flow_upper_at(skb, at, back);
	swap(back->upper.src, back->upper.dst);
}

static bool back4(const struct sk_buff *skb, struct espah_flow *back)
{
	int at = skb_network_offset(skb) + ip_hdrlen(skb);
	const struct iphdr *iph;
	struct iphdr copy;

	if (ip_is_fragment(ip_hdr(skb)) || !is_error4(type_at(skb, at)))
		return false;
	iph = skb_header_pointer(skb, at + ICMP_LEN, sizeof(copy), &copy);
	if (!iph || iph->version != IPVERSION)
		return false;
	back->src = espah_addr4(iph->daddr);
	back->dst = espah_addr4(iph->saddr);
	back->proto = iph->protocol;
	back_upper(skb, at + ICMP_LEN + iph->ihl * 4,
		   iph->frag_off & htons(IP_OFFSET), back);
	return true;
}

static bool back6(const struct sk_buff *skb, struct espah_flow *back)
{
	const struct ipv6hdr *iph;
	struct espah_ext6 ext;
	struct ipv6hdr copy;
	int at;

	espah_ext6_walk(skb, &ext);
	at = skb_network_offset(skb) + ext.upper;
	if (ext.fragment || !icmpv6_is_err(type_at(skb, at)))
		return false;
	at += ICMP_LEN;
	iph = skb_header_pointer(skb, at, sizeof(copy), &copy);
	if (!iph || iph->version != 6)
		return false;
	espah_ext6_walk_at(skb, at, iph->nexthdr, &ext);
	back->src = espah_addr6(&iph->daddr);
	back->dst = espah_addr6(&iph->saddr);
	back->proto = ext.proto;
	back_upper(skb, at + ext.upper, ext.headless, back);
	return true;
}

/**
 * espah_quoted_back() - the traffic that an ICMP error belongs to
 * @skb: packet; its network header is a checked IP header in the linear part
 * @flow: its own flow, of which espah_quoted_worth() has said that it is
 * @back: filled in: what would answer the packet that it quotes
 *
 * RFC 4301 section 6.2: the quoted packet's ends, reversed, and its protocol. An error
 * goes to whoever has sent that packet (RFC 1122 section 3.2.2), and is never so large
 * that it comes in fragments: another is none.
 *
 * Return: true for an ICMP error that quotes enough of a packet.
 */
bool espah_quoted_back(const struct sk_buff *skb, const struct espah_flow *flow,
		       struct espah_flow *back)
{
	bool found = flow->family == AF_INET ? back4(skb, back) :
					       back6(skb, back);

	back->family = flow->family;
	back->mark = flow->mark;
	back->if_id = flow->if_id;
	back->ifindex = flow->ifindex;
	back->classes = flow->classes;
	return found && espah_addr_equal(&flow->dst, &back->dst);
}
