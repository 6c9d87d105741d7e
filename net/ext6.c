// SPDX-License-Identifier: GPL-2.0-only
/* IPv6 extension headers: RFC 8200 section 4. */

#include <linux/icmpv6.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <net/ipv6.h>
#include <net/ndisc.h>

#include "ext6.h"

/* AH and ESP are not meant: they are what a selector calls a protocol. */
static bool is_extension(u8 next)
{
	return next == NEXTHDR_HOP || next == NEXTHDR_ROUTING ||
	       next == NEXTHDR_DEST || next == NEXTHDR_FRAGMENT;
}

/* All of them begin as the Fragment header does: what is next, and a length,
 * which that one does not need.
 */
static unsigned int extension_len(u8 next, const struct frag_hdr *hdr)
{
	return next == NEXTHDR_FRAGMENT ? sizeof(*hdr) :
					  (hdr->reserved + 1) * 8u;
}

/**
 * espah_ext6_walk_at() - find the way through the headers of an IPv6 packet
 * @skb: holds it
 * @base: where its IPv6 header is, from the data on
 * @next: what that one says is next
 * @ext: filled in
 *
 * Protection goes behind what each router on the way looks at (RFC 4303 section
 * 3.1.1): hop-by-hop options, routing headers and the destination options in front of
 * those. Other destination options are for the last destination only, and are
 * protected. A chain that breaks off ends where it does.
 */
void espah_ext6_walk_at(const struct sk_buff *skb, int base, u8 next,
			struct espah_ext6 *ext)
{
	unsigned int at = sizeof(struct ipv6hdr), len;
	const struct frag_hdr *hdr;
	struct frag_hdr copy;
	__be16 frag_off;

	ext->front = at;
	ext->front_next = offsetof(struct ipv6hdr, nexthdr);
	ext->fragment = false;
	ext->headless = false;
	while (is_extension(next)) {
		hdr = skb_header_pointer(skb, base + at, sizeof(copy), &copy);
		if (!hdr)
			break;
		len = extension_len(next, hdr);
		if (base + at + len > skb->len)
			break;
		frag_off = next == NEXTHDR_FRAGMENT ? hdr->frag_off : 0;
		if (frag_off & htons(IP6_OFFSET | IP6_MF))
			ext->fragment = true;
		at += len;
		if (next == NEXTHDR_HOP || next == NEXTHDR_ROUTING) {
			ext->front = at;
			ext->front_next = at - len;
		}
		next = hdr->nexthdr;
		/* What follows in a part that is not the first is no header. */
		if (frag_off & htons(IP6_OFFSET)) {
			ext->headless = true;
			break;
		}
	}
	ext->upper = at;
	ext->proto = next;
}

/**
 * espah_ext6_walk() - the same of a packet that is not inside of another
 * @skb: packet; its network header is an IPv6 header in the linear part
 * @ext: filled in
 */
void espah_ext6_walk(const struct sk_buff *skb, struct espah_ext6 *ext)
{
	espah_ext6_walk_at(skb, skb_network_offset(skb), ipv6_hdr(skb)->nexthdr,
			   ext);
}

/**
 * espah_ext6_fragment() - is this a part of a datagram?
 * @skb: packet; its network header is an IPv6 header in the linear part
 *
 * A Fragment header that says that it is the only part does not count (RFC 6946).
 *
 * Return: true if it is.
 */
bool espah_ext6_fragment(const struct sk_buff *skb)
{
	struct espah_ext6 ext;

	espah_ext6_walk(skb, &ext);
	return ext.fragment;
}

/* As far as the last address, which both types have in the same place: mobility's home
 * address (RFC 6275 section 6.4) and the first of the segment list (RFC 8754 section 2).
 */
struct last_hop {
	struct ipv6_rt_hdr	rt;
	__be32			other;
	struct in6_addr		addr;
};

/**
 * espah_ext6_final() - where an IPv6 packet goes when a routing header has had its way
 * @skb: packet; its network header is an IPv6 header in the linear part
 * @final: set, where there is one of a type that Linux sends, and not at its end
 *
 * Return: true if @final was set.
 */
bool espah_ext6_final(const struct sk_buff *skb, struct in6_addr *final)
{
	const struct last_hop *last;
	struct last_hop copy;
	unsigned int at = 0;

	if (!is_extension(ipv6_hdr(skb)->nexthdr) ||
	    ipv6_find_hdr(skb, &at, NEXTHDR_ROUTING, NULL, NULL) < 0)
		return false;
	last = skb_header_pointer(skb, at, sizeof(copy), &copy);
	if (!last || !last->rt.segments_left ||
	    (last->rt.type != IPV6_SRCRT_TYPE_2 &&
	     last->rt.type != IPV6_SRCRT_TYPE_4))
		return false;
	*final = last->addr;
	return true;
}

/* The type of an ICMPv6 message that begins at an octet of the packet, or -1. */
static int icmp_type(const struct sk_buff *skb, unsigned int at)
{
	const u8 *type;
	u8 copy;

	type = skb_header_pointer(skb, skb_network_offset(skb) + at,
				  sizeof(copy), &copy);
	return type ? *type : -1;
}

/* Behind the Router Alert option, from this link and for no other: RFC 3810 sections 5 and
 * 5.2.13. Which group it is about does not matter: switches read all of them.
 */
static bool is_listener(const struct sk_buff *skb)
{
	const struct ipv6hdr *iph = ipv6_hdr(skb);
	struct espah_ext6 ext;

	if (iph->hop_limit != 1 || !(ipv6_addr_any(&iph->saddr) ||
				     ipv6_addr_type(&iph->saddr) & IPV6_ADDR_LINKLOCAL))
		return false;
	espah_ext6_walk(skb, &ext);
	if (ext.proto != NEXTHDR_ICMP || ext.fragment ||
	    ext.upper != sizeof(*iph) + 8)
		return false;
	switch (icmp_type(skb, ext.upper)) {
	case ICMPV6_MGM_QUERY:
	case ICMPV6_MGM_REPORT:
	case ICMPV6_MGM_REDUCTION:
	case ICMPV6_MLD2_REPORT:
		return true;
	default:
		return false;
	}
}

/**
 * espah_ext6_neighbour() - do the hosts of a link find each other by this?
 * @skb: packet; its network header is an IPv6 header in the linear part
 *
 * Neighbour discovery has never passed a router (RFC 4861 section 7.1), and no extension
 * header is in front (RFC 6980). It goes to multicast groups, and where switches pass on
 * only those that somebody is in (RFC 4541 section 3), it needs multicast listener
 * discovery.
 *
 * Return: true for the messages of RFC 4861, and for those of RFC 2710 and RFC 3810.
 */
bool espah_ext6_neighbour(const struct sk_buff *skb)
{
	const struct ipv6hdr *iph = ipv6_hdr(skb);
	int type;

	if (iph->nexthdr == NEXTHDR_HOP)
		return is_listener(skb);
	if (iph->nexthdr != NEXTHDR_ICMP || iph->hop_limit != 255)
		return false;
	type = icmp_type(skb, sizeof(*iph));
	return type >= NDISC_ROUTER_SOLICITATION && type <= NDISC_REDIRECT;
}
