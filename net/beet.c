// SPDX-License-Identifier: GPL-2.0-only
/* BEET mode, a bound end-to-end tunnel: draft-nikander-esp-beet-mode-09, on the wire as
 * the kernel's xfrm has it.
 *
 * The addresses of the packet inside are fixed, and both ends know them: the SA's
 * selector has them. So its header is not sent. The outer header says what else there
 * was in it, even where it is of the other family: DSCP and ECN, TTL, and of IPv4 in
 * IPv4 identification and DF. What an IPv4 header has besides goes into a pseudo header
 * in front of the payload.
 */

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <net/dsfield.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "beet.h"
#include "encap.h"
#include "packet.h"
#include "sa.h"

/* The length of a pseudo header is a multiple of that, the options of this. */
#define UNIT		8
#define OPTION_UNIT	4

/**
 * struct common - what an outer and an inner header have of each other
 * @proto: what is behind the header
 * @dsfield: TOS or traffic class
 * @ttl: TTL or hop limit
 * @id: identification, 0 where there is none
 * @df: %IP_DF, or 0; what is IPv6 has it, unless it has to be fragmented
 * @label: flow label, 0 where there is none
 */
struct common {
	u8	proto;
	u8	dsfield;
	u8	ttl;
	__be16	id;
	__be16	df;
	__be32	label;
};

static struct common common4(const struct iphdr *iph)
{
	return (struct common){
		.proto		= iph->protocol,
		.dsfield	= iph->tos,
		.ttl		= iph->ttl,
		.id		= iph->id,
		.df		= iph->frag_off & htons(IP_DF),
	};
}

static struct common common6(const struct ipv6hdr *iph, bool fragmented)
{
	return (struct common){
		.proto		= iph->nexthdr,
		.dsfield	= ipv6_get_dsfield(iph),
		.ttl		= iph->hop_limit,
		.df		= fragmented ? 0 : htons(IP_DF),
		.label		= ip6_flowlabel(iph),
	};
}

/* But for addresses, lengths and checksum. */
static void write4(struct iphdr *iph, const struct common *common)
{
	iph->version = IPVERSION;
	iph->ihl = sizeof(*iph) / 4;
	iph->tos = common->dsfield;
	iph->id = common->id;
	iph->frag_off = common->df;
	iph->ttl = common->ttl;
	iph->protocol = common->proto;
}

static void write6(struct ipv6hdr *iph, const struct common *common)
{
	ip6_flow_hdr(iph, common->dsfield, common->label);
	iph->nexthdr = common->proto;
	iph->hop_limit = common->ttl;
}

static unsigned int options_len(const struct sk_buff *skb)
{
	return espah_packet_is6(skb) ? 0 : ip_hdrlen(skb) - sizeof(struct iphdr);
}

static unsigned int fixed_len(const struct sk_buff *skb)
{
	return espah_packet_is6(skb) ? sizeof(struct ipv6hdr) :
				       sizeof(struct iphdr);
}

/* Octets in front of the options, with padding: together they are whole units. */
static unsigned int pseudo_len(unsigned int options)
{
	if (likely(!options))
		return 0;
	return options % UNIT ? sizeof(struct ip_beet_phdr) : UNIT;
}

static void write_pseudo(struct ip_beet_phdr *ph, unsigned int options, u8 next)
{
	unsigned int len = pseudo_len(options);

	ph->nexthdr = next;
	ph->hdrlen = (len + options) / UNIT - 1;
	ph->padlen = len - sizeof(*ph);
	ph->reserved = 0;
	memset(ph + 1, IPOPT_NOOP, ph->padlen);
}

/* Returns how many octets of options there are, or a negative errno. */
static int read_pseudo(const struct ip_beet_phdr *ph)
{
	int options = (ph->hdrlen + 1) * UNIT - sizeof(*ph) - ph->padlen;

	if (options < 0 || options > MAX_IPOPTLEN || options % OPTION_UNIT)
		return -EINVAL;
	return options;
}

/**
 * espah_beet_own() - how much of a packet is not sent as payload
 * @skb: packet in clear, with its IP header in the linear part
 *
 * Return: octets of its fixed header, less those of a pseudo header.
 */
unsigned int espah_beet_own(const struct sk_buff *skb)
{
	return fixed_len(skb) - pseudo_len(options_len(skb));
}

static void write_outer4(struct net *net, struct sk_buff *skb,
			 const struct espah_sa *sa, const struct common *inner,
			 bool inner6)
{
	struct iphdr *outer = ip_hdr(skb);

	write4(outer, inner);
	outer->protocol = espah_encap_proto(sa);
	outer->saddr = sa->src.v4;
	outer->daddr = sa->id.dst.v4;
	/* As the outer header of a tunnel: see espah_sa.header. */
	if (sa->encap_len)
		outer->frag_off = 0;
	/* Who has not been able to be fragmented may have no identification. */
	if (!outer->frag_off && (inner6 || inner->df))
		__ip_select_ident(net, outer, 1);
	memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
}

static void write_outer6(struct sk_buff *skb, const struct espah_sa *sa,
			 const struct common *inner)
{
	struct ipv6hdr *outer = ipv6_hdr(skb);

	write6(outer, inner);
	outer->nexthdr = espah_encap_proto(sa);
	outer->saddr = sa->src.v6;
	outer->daddr = sa->id.dst.v6;
	memset(IP6CB(skb), 0, sizeof(*IP6CB(skb)));
}

/**
 * espah_beet_encap() - make the outer header of the inner one
 * @net: namespace
 * @skb: whole packet of either family, with its data at its header, which is in the
 *	linear part, and in front of it room for @header and an outer header, less
 *	espah_beet_own()
 * @sa: SA in BEET mode
 * @header: octets that the transform puts behind the outer header
 *
 * Leaves the data where the transform's header goes.
 *
 * Return: the protocol of the payload, which is the pseudo header's where there are
 * options.
 */
u8 espah_beet_encap(struct net *net, struct sk_buff *skb,
		    const struct espah_sa *sa, unsigned int header)
{
	bool is6 = sa->id.family == AF_INET6, inner6 = espah_packet_is6(skb);
	unsigned int outer_len = is6 ? sizeof(struct ipv6hdr) :
				       sizeof(struct iphdr);
	unsigned int options = options_len(skb);
	struct common inner = inner6 ?
			      common6(ipv6_hdr(skb), skb->ignore_df) :
			      common4(ip_hdr(skb));
	u8 next = inner.proto;

	__skb_pull(skb, fixed_len(skb));
	if (unlikely(options)) {
		__skb_push(skb, pseudo_len(options));
		write_pseudo((struct ip_beet_phdr *)skb->data, options, next);
		next = IPPROTO_BEETPH;
	}

	__skb_push(skb, header + outer_len);
	skb_reset_network_header(skb);
	if (is6)
		write_outer6(skb, sa, &inner);
	else
		write_outer4(net, skb, sa, &inner, inner6);
	__skb_pull(skb, outer_len);
	skb_reset_transport_header(skb);
	return next;
}

/* Takes a pseudo header off, but for the options, which remain in the linear part.
 * Returns 0 or the counter that says why not.
 */
static unsigned int take_pseudo(struct sk_buff *skb, unsigned int *options,
				u8 *next)
{
	const struct ip_beet_phdr *ph;
	unsigned int len;
	int found;

	if (skb->len < sizeof(*ph))
		return ESPAH_A_CNT_IN_BEET_HEADER;
	if (!pskb_may_pull(skb, sizeof(*ph)))
		return ESPAH_A_CNT_IN_NOMEM;
	ph = (const struct ip_beet_phdr *)skb->data;
	found = read_pseudo(ph);
	len = sizeof(*ph) + ph->padlen;
	if (found < 0 || skb->len < len + found)
		return ESPAH_A_CNT_IN_BEET_HEADER;
	*options = found;
	*next = ph->nexthdr;
	if (!pskb_may_pull(skb, len + found))
		return ESPAH_A_CNT_IN_NOMEM;
	__skb_pull(skb, len);
	return 0;
}

/* Room for a header in front of the payload, and for the link layer's. */
static bool push_header(struct sk_buff *skb, unsigned int len)
{
	if (skb_cow_head(skb, len + skb->mac_len))
		return false;
	__skb_push(skb, len);
	skb_reset_network_header(skb);
	skb_mac_header_rebuild(skb);
	return true;
}

static unsigned int decap4(struct sk_buff *skb, const struct espah_selector *sel,
			   struct common *common)
{
	unsigned int options = 0, cause = 0;
	struct iphdr *iph;

	if (unlikely(common->proto == IPPROTO_BEETPH))
		cause = take_pseudo(skb, &options, &common->proto);
	if (cause)
		return cause;
	/* An IPv6 packet carries more. */
	if (skb->len + sizeof(*iph) > IP_MAX_MTU)
		return ESPAH_A_CNT_IN_BEET_HEADER;
	if (!push_header(skb, sizeof(*iph)))
		return ESPAH_A_CNT_IN_NOMEM;

	iph = ip_hdr(skb);
	write4(iph, common);
	iph->ihl += options / 4;
	iph->tot_len = htons(skb->len);
	iph->saddr = sel->src_min.v4;
	iph->daddr = sel->dst_min.v4;
	ip_send_check(iph);
	skb->protocol = htons(ETH_P_IP);
	return 0;
}

static unsigned int decap6(struct sk_buff *skb, const struct espah_selector *sel,
			   const struct common *common)
{
	unsigned int len = skb->len;
	struct ipv6hdr *iph;

	if (!push_header(skb, sizeof(*iph)))
		return ESPAH_A_CNT_IN_NOMEM;

	iph = ipv6_hdr(skb);
	write6(iph, common);
	iph->payload_len = htons(len);
	iph->saddr = sel->src_min.v6;
	iph->daddr = sel->dst_min.v6;
	skb->protocol = htons(ETH_P_IPV6);
	return 0;
}

/**
 * espah_beet_decap() - give the packet inside its header back
 * @skb: packet, with its data at the payload and its network header at the outer
 *	header
 * @sa: SA in BEET mode; the caller holds RCU
 * @next: protocol of the payload
 *
 * Leaves the data at the inner header, which has the addresses of the SA's selector. What
 * routers have said of congestion in the outer header is in it, too.
 *
 * Return: 0, or the counter that says why not.
 */
unsigned int espah_beet_decap(struct sk_buff *skb, const struct espah_sa *sa,
			      u8 next)
{
	const struct espah_selector *sel = &rcu_dereference(sa->sel)->sel;
	struct common common = sa->id.family == AF_INET6 ?
			       common6(ipv6_hdr(skb), false) :
			       common4(ip_hdr(skb));
	unsigned int cause;

	common.proto = next;
	cause = sel->family == AF_INET6 ? decap6(skb, sel, &common) :
					  decap4(skb, sel, &common);
	if (cause)
		return cause;
	skb->encapsulation = 0;
	skb_clear_hash(skb);
	return 0;
}
