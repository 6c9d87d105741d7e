// SPDX-License-Identifier: GPL-2.0-only
/* As encap.c, where the header in front of the protection is an IPv6 header. */

#include <net/ip6_route.h>
#include <net/ipv6.h>

#include "encap.h"
#include "ext6.h"

/**
 * espah_encap_front6() - what stays in front of transport mode's protection
 * @skb: packet; its network header is an IPv6 header in the linear part
 *
 * Return: octets of the IPv6 header and of the extension headers that routers read.
 */
unsigned int espah_encap_front6(const struct sk_buff *skb)
{
	struct espah_ext6 ext;

	espah_ext6_walk(skb, &ext);
	return ext.front;
}

/**
 * espah_encap_transport6() - make room behind the IPv6 header and its extensions
 * @skb: packet, with its data at the IPv6 header, @header octets of headroom and
 *	espah_encap_front6() octets in the linear part
 * @sa: SA
 * @header: octets that the transform puts there
 *
 * Leaves the data where the transform's header goes. The payload length is
 * ip6_local_out()'s to write.
 *
 * Return: the protocol that the last header in front named.
 */
u8 espah_encap_transport6(struct sk_buff *skb, const struct espah_sa *sa,
			  unsigned int header)
{
	struct espah_ext6 ext;
	u8 *next_at;
	u8 next;

	espah_ext6_walk(skb, &ext);
	__skb_push(skb, header);
	memmove(skb->data, skb->data + header, ext.front);
	skb_reset_network_header(skb);
	next_at = skb_network_header(skb) + ext.front_next;
	next = *next_at;
	*next_at = espah_encap_proto(sa);
	__skb_pull(skb, ext.front);
	skb_reset_transport_header(skb);
	return next;
}

/* RFC 6438: routers that share flows out between links see what is inside of a tunnel by
 * its flow label only. The hash has a secret key, and its flow none that is called 0.
 */
static noinline __be32 label_of_flow(struct sk_buff *skb)
{
	return (htonl(skb_get_hash(skb)) & IPV6_FLOWLABEL_MASK) ?: htonl(1);
}

static __be32 outer_label(struct sk_buff *skb, const struct espah_sa *sa)
{
	if (unlikely(sa->header.label_auto))
		return label_of_flow(skb);
	return espah_header_label(&sa->header, espah_packet_is6(skb) ?
				  ip6_flowlabel(ipv6_hdr(skb)) : 0);
}

/**
 * espah_encap_tunnel6() - put an outer IPv6 header in front
 * @skb: packet of either family, with its data at the inner header, room in front,
 *	and the outer route as its dst
 * @sa: SA
 * @header: octets that the transform puts between the headers
 *
 * The outer header is made as RFC 4301 section 5.1.2.2 has it: unless the SA says
 * something else, DSCP is copied, so is ECN (RFC 6040 section 4.1, normal mode), and so
 * is the flow label of an IPv6 packet. Leaves the data where the transform's header goes.
 *
 * Return: the protocol of the inner packet.
 */
u8 espah_encap_tunnel6(struct sk_buff *skb, const struct espah_sa *sa,
		       unsigned int header)
{
	bool inner6 = espah_packet_is6(skb);
	__be32 label = outer_label(skb, sa);
	u8 dsfield = espah_header_tos(&sa->header, espah_encap_dsfield(skb));
	u8 ttl = espah_header_ttl(&sa->header, espah_encap_ttl(skb));
	struct ipv6hdr *outer;

	__skb_push(skb, header + sizeof(*outer));
	skb_reset_network_header(skb);
	outer = ipv6_hdr(skb);
	ip6_flow_hdr(outer, dsfield, label);
	outer->nexthdr = espah_encap_proto(sa);
	outer->hop_limit = ttl ? ttl : ip6_dst_hoplimit(skb_dst(skb));
	outer->saddr = sa->src.v6;
	outer->daddr = sa->id.dst.v6;

	memset(IP6CB(skb), 0, sizeof(*IP6CB(skb)));
	__skb_pull(skb, sizeof(*outer));
	skb_reset_transport_header(skb);
	return inner6 ? IPPROTO_IPV6 : IPPROTO_IPIP;
}

/**
 * espah_decap_transport6() - give the IPv6 header its packet back
 * @skb: packet, with its data at the payload, its network header at the IPv6
 *	header in front of what was taken off, its transport header at ESP
 * @sa: SA
 * @next: protocol of the payload
 *
 * The IP layer goes on behind the headers that it has seen already. Leaves the data
 * at the IPv6 header.
 */
void espah_decap_transport6(struct sk_buff *skb, const struct espah_sa *sa,
			    u8 next)
{
	unsigned int front = skb_network_header_len(skb) - sa->encap_len;

	memmove(skb->data - front, skb_network_header(skb), front);
	skb_reset_transport_header(skb);
	__skb_push(skb, front);
	skb_reset_network_header(skb);

	skb_network_header(skb)[IP6CB(skb)->nhoff] = next;
	ipv6_hdr(skb)->payload_len = htons(skb->len - sizeof(struct ipv6hdr));
}

/**
 * espah_decap_check6() - can the inner IPv6 header be looked at?
 * @skb: packet, with its data at the inner packet
 *
 * Enough of ip6_rcv()'s checks. What is behind the inner packet hides how long it is (RFC
 * 4303 section 2.7) and is cut off. (The length of a jumbogram is not there.)
 *
 * Return: 0 with the header in the linear part, or the counter that says why not.
 */
unsigned int espah_decap_check6(struct sk_buff *skb)
{
	const struct ipv6hdr *iph;
	unsigned int len;

	if (skb->len < sizeof(*iph))
		return ESPAH_A_CNT_IN_INNER_HEADER;
	if (!pskb_may_pull(skb, sizeof(*iph)))
		return ESPAH_A_CNT_IN_NOMEM;
	iph = (const struct ipv6hdr *)skb->data;
	len = sizeof(*iph) + ntohs(iph->payload_len);
	if (iph->version != 6 || len > skb->len)
		return ESPAH_A_CNT_IN_INNER_HEADER;
	if (unlikely(len < skb->len) &&
	    (iph->payload_len || iph->nexthdr != NEXTHDR_HOP) &&
	    pskb_trim(skb, len))
		return ESPAH_A_CNT_IN_NOMEM;
	return 0;
}
