// SPDX-License-Identifier: GPL-2.0-only
/* Outer and inner IP headers, in transport and in tunnel mode. (Of BEET mode: net/beet.c.) */

#include <linux/ip.h>
#include <linux/skbuff.h>
#include <net/dsfield.h>
#include <net/ip.h>
#include <net/route.h>

#include "encap.h"
#include "route.h"

/**
 * espah_encap_transport4() - make room behind the IP header
 * @net: namespace
 * @skb: packet, with its data at the IP header and @header octets of headroom
 * @sa: SA
 * @header: octets that the transform puts there
 *
 * Leaves the data where the transform's header goes. The total length and the
 * checksum are ip_local_out()'s to write.
 *
 * Return: the protocol that the IP header named.
 */
u8 espah_encap_transport4(struct net *net, struct sk_buff *skb,
			  const struct espah_sa *sa, unsigned int header)
{
	unsigned int ip_len = ip_hdrlen(skb);
	u8 next = ip_hdr(skb)->protocol;
	struct iphdr *iph;

	__skb_push(skb, header);
	memmove(skb->data, skb->data + header, ip_len);
	skb_reset_network_header(skb);
	iph = ip_hdr(skb);
	iph->protocol = espah_encap_proto(sa);
	/* As the outer header of a tunnel: see espah_sa.header. */
	if (sa->encap_len && iph->frag_off & htons(IP_DF)) {
		iph->frag_off &= ~htons(IP_DF);
		__ip_select_ident(net, iph, 1);
	}
	__skb_pull(skb, ip_len);
	skb_reset_transport_header(skb);
	return next;
}

/* Routers never fragment an IPv6 packet, and need not when it is inside: that is DF.
 * Only one that no sender has to make smaller is fragmented (RFC 4213 section 3.2.2).
 */
static __be16 inner_df(const struct sk_buff *skb)
{
	if (likely(!espah_packet_is6(skb)))
		return ip_hdr(skb)->frag_off & htons(IP_DF);
	return skb->ignore_df ? 0 : htons(IP_DF);
}

/**
 * espah_encap_tunnel4() - put an outer IPv4 header in front
 * @net: namespace
 * @skb: packet of either family, with its data at the inner header, room in front,
 *	and the outer route as its dst
 * @sa: SA
 * @header: octets that the transform puts between the headers
 *
 * The outer header is made as RFC 4301 section 5.1.2.1 has it: unless the SA says
 * something else, DSCP and DF are copied, and so is ECN (RFC 6040 section 4.1, normal
 * mode). Leaves the data where the transform's header goes.
 *
 * Return: the protocol of the inner packet.
 */
u8 espah_encap_tunnel4(struct net *net, struct sk_buff *skb,
		       const struct espah_sa *sa, unsigned int header)
{
	u8 next = unlikely(espah_packet_is6(skb)) ? IPPROTO_IPV6 : IPPROTO_IPIP;
	__be16 df = espah_header_df(&sa->header, inner_df(skb));
	u8 tos = espah_header_tos(&sa->header, espah_encap_dsfield(skb));
	u8 ttl = espah_header_ttl(&sa->header, espah_encap_ttl(skb));
	struct iphdr *outer;

	__skb_push(skb, header + sizeof(*outer));
	skb_reset_network_header(skb);
	outer = ip_hdr(skb);
	outer->version = IPVERSION;
	outer->ihl = sizeof(*outer) / 4;
	outer->tos = tos;
	outer->frag_off = df;
	outer->ttl = ttl ? ttl : ip4_dst_hoplimit(skb_dst(skb));
	outer->protocol = espah_encap_proto(sa);
	outer->saddr = sa->src.v4;
	outer->daddr = sa->id.dst.v4;
	/* What is never fragmented needs no identification (RFC 6864). */
	outer->id = 0;
	if (!df)
		espah_route_ident(net, sa, outer);

	memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
	__skb_pull(skb, sizeof(*outer));
	skb_reset_transport_header(skb);
	return next;
}

/**
 * espah_decap_transport4() - give the IP header its packet back
 * @skb: packet, with its data at the payload and its network header at the IP
 *	header in front of what was taken off
 * @next: protocol of the payload
 *
 * Leaves the data at the IP header.
 */
void espah_decap_transport4(struct sk_buff *skb, u8 next)
{
	unsigned int ip_len = ip_hdrlen(skb);
	struct iphdr *iph;

	memmove(skb->data - ip_len, skb_network_header(skb), ip_len);
	skb_reset_transport_header(skb);
	__skb_push(skb, ip_len);
	skb_reset_network_header(skb);

	iph = ip_hdr(skb);
	iph->protocol = next;
	iph->tot_len = htons(skb->len);
	ip_send_check(iph);
}

/* Enough of ip_rcv()'s checks for the header to be looked at. Returns 0 or the
 * counter that says why not.
 */
static unsigned int check_inner4(struct sk_buff *skb)
{
	const struct iphdr *iph;
	unsigned int len;

	if (skb->len < sizeof(*iph))
		return ESPAH_A_CNT_IN_INNER_HEADER;
	if (!pskb_may_pull(skb, sizeof(*iph)))
		return ESPAH_A_CNT_IN_NOMEM;
	iph = (const struct iphdr *)skb->data;
	len = iph->ihl * 4;
	if (iph->version != IPVERSION || len < sizeof(*iph) || skb->len < len)
		return ESPAH_A_CNT_IN_INNER_HEADER;
	if (!pskb_may_pull(skb, len))
		return ESPAH_A_CNT_IN_NOMEM;

	iph = (const struct iphdr *)skb->data;
	if (ntohs(iph->tot_len) < len || ntohs(iph->tot_len) > skb->len ||
	    ip_fast_csum(iph, iph->ihl))
		return ESPAH_A_CNT_IN_INNER_HEADER;
	/* RFC 4303 section 2.7: the rest is to hide how long it is. */
	if (unlikely(ntohs(iph->tot_len) < skb->len) &&
	    pskb_trim(skb, ntohs(iph->tot_len)))
		return ESPAH_A_CNT_IN_NOMEM;
	return 0;
}

static u8 outer_dsfield(const struct sk_buff *skb, const struct espah_sa *sa)
{
	return likely(sa->id.family == AF_INET) ?
		       ip_hdr(skb)->tos : ipv6_get_dsfield(ipv6_hdr(skb));
}

/* Returns 0 with the inner header in the linear part, or the counter that says why
 * not.
 */
static unsigned int check_inner(struct sk_buff *skb, u8 next)
{
	switch (next) {
	case IPPROTO_IPIP:
		return check_inner4(skb);
	case IPPROTO_IPV6:
		return espah_decap_check6(skb);
	default:
		return ESPAH_A_CNT_IN_NEXT_HEADER;
	}
}

/* RFC 6040 section 4.2; what is marked there is counted, so that somebody can see
 * it. Returns 0 or the counter that says why not.
 */
static unsigned int decap_dsfield(struct espah_sa *sa, struct sk_buff *skb,
				  u8 outer)
{
	u8 inner = espah_encap_dsfield(skb), dsfield = inner;

	/* Where both say the same, neither gives the other anything. */
	if (likely(inner == outer))
		return 0;
	switch (espah_header_decap(&sa->header, outer, &dsfield)) {
	case ESPAH_ECN_DROP:
		return ESPAH_A_CNT_IN_ECN;
	case ESPAH_ECN_MARKED:
		espah_note(sa, ESPAH_A_CNT_IN_ECN_MARKED);
		break;
	case ESPAH_ECN_UNUSED:
		espah_note(sa, ESPAH_A_CNT_IN_ECN_UNUSED);
		break;
	default:
		break;
	}
	if (likely(dsfield == inner))
		return 0;
	if (espah_packet_is6(skb))
		ipv6_change_dsfield(ipv6_hdr(skb), 0, dsfield);
	else
		ipv4_change_dsfield(ip_hdr(skb), 0, dsfield);
	return 0;
}

/**
 * espah_decap_tunnel() - let the inner packet stand alone
 * @skb: packet, with its data at the inner packet and its network header at
 *	the outer one
 * @sa: SA
 * @next: protocol of the inner packet, which may be of another family than the SA's
 *
 * Leaves the data at the inner header, with the ECN field that RFC 6040
 * section 4.2 gives it, and the DSCP that the SA does.
 *
 * Return: 0, or the counter that says why not.
 */
unsigned int espah_decap_tunnel(struct sk_buff *skb, struct espah_sa *sa,
				u8 next)
{
	u8 outer = outer_dsfield(skb, sa);
	unsigned int cause;

	cause = check_inner(skb, next);
	if (cause)
		return cause;

	skb_reset_network_header(skb);
	skb->protocol = likely(next == IPPROTO_IPIP) ? htons(ETH_P_IP) :
						       htons(ETH_P_IPV6);
	skb->encapsulation = 0;
	skb_clear_hash(skb);
	return decap_dsfield(sa, skb, outer);
}
