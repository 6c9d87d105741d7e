// SPDX-License-Identifier: GPL-2.0-only
/* What a packet shows to a selector. */

#include <linux/icmp.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/dsfield.h>
#include <net/dst.h>
#include <net/gre.h>
#include <net/ip.h>

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
	flow->has_upper = false;
	flow->mark = skb->mark;
	flow->if_id = 0;
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
	flow->has_upper = false;
	flow->mark = skb->mark;
	flow->if_id = 0;
}

/**
 * espah_flow_of() - the flow that a packet belongs to
 * @skb: packet; its network header is a checked IP header in the linear part
 * @flow: filled in with what most selectors ask for
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

static bool read_ports(const struct sk_buff *skb, int at,
		       struct espah_upper *upper)
{
	const __be16 *ports;
	__be16 copy[2];

	ports = skb_header_pointer(skb, at, sizeof(copy), copy);
	if (!ports)
		return false;
	upper->src = ntohs(ports[0]);
	upper->dst = ntohs(ports[1]);
	return true;
}

/* RFC 4301 section 4.4.1.1: both make one number, type * 256 + code. */
static bool read_icmp(const struct sk_buff *skb, int at,
		      struct espah_upper *upper)
{
	const struct icmphdr *icmph;
	struct icmphdr copy;

	icmph = skb_header_pointer(skb, at, sizeof(copy), &copy);
	if (!icmph)
		return false;
	upper->src = icmph->type << 8 | icmph->code;
	upper->dst = 0;
	return true;
}

/* RFC 6275 section 6.1.1: payload protocol, length, type. */
static bool read_mobility(const struct sk_buff *skb, int at,
			  struct espah_upper *upper)
{
	const u8 *header;
	u8 copy[3];

	header = skb_header_pointer(skb, at, sizeof(copy), copy);
	if (!header)
		return false;
	upper->src = header[2];
	upper->dst = 0;
	return true;
}

/* RFC 2890 section 2: the key is behind the checksum, where there is one. */
static bool read_gre(const struct sk_buff *skb, int at,
		     struct espah_upper *upper)
{
	const struct gre_base_hdr *header;
	struct gre_base_hdr copy;

	header = skb_header_pointer(skb, at, sizeof(copy), &copy);
	if (!header || !(header->flags & GRE_KEY))
		return false;
	at += sizeof(*header);
	if (header->flags & GRE_CSUM)
		at += sizeof(__be32);
	return read_ports(skb, at, upper);
}

/**
 * espah_flow_upper_at() - what the upper layer says of itself, of a packet in a packet
 * @skb: holds it
 * @at: where its upper layer's header is, from the data on
 * @flow: has its protocol; filled in with what that header says
 */
void espah_flow_upper_at(const struct sk_buff *skb, int at,
			 struct espah_flow *flow)
{
	static bool (*const read[])(const struct sk_buff *skb, int at,
				    struct espah_upper *upper) = {
		[ESPAH_UPPER_PORTS]	= read_ports,
		[ESPAH_UPPER_ICMP]	= read_icmp,
		[ESPAH_UPPER_MOBILITY]	= read_mobility,
		[ESPAH_UPPER_GRE]	= read_gre,
	};
	enum espah_upper_kind kind = espah_upper_kind(flow->proto);

	flow->has_upper = kind != ESPAH_UPPER_NONE &&
			  read[kind](skb, at, &flow->upper);
}

/**
 * espah_flow_upper() - what the upper layer says of itself
 * @skb: packet; its network header is a checked IP header in the linear part
 * @flow: its flow, to which this is added
 *
 * A fragment that is not the first says nothing (RFC 4301 section 4.4.1.1).
 */
void espah_flow_upper(const struct sk_buff *skb, struct espah_flow *flow)
{
	int at = skb_network_offset(skb);
	struct espah_ext6 ext;

	flow->has_upper = false;
	if (espah_packet_is6(skb)) {
		espah_ext6_walk(skb, &ext);
		if (!ext.headless)
			espah_flow_upper_at(skb, at + ext.upper, flow);
	} else if (!(ip_hdr(skb)->frag_off & htons(IP_OFFSET))) {
		espah_flow_upper_at(skb, at + ip_hdrlen(skb), flow);
	}
}

/**
 * espah_flow_narrow_out() - what few selectors ask of a packet on its way out
 * @skb: as espah_flow_out() has it
 * @flow: its flow, to which this is added
 *
 * RFC 4301 section 4.1: who sends may tell SAs apart by the DSCP.
 */
void espah_flow_narrow_out(const struct sk_buff *skb, struct espah_flow *flow)
{
	const struct dst_entry *dst = skb_dst(skb);
	u8 field = espah_packet_is6(skb) ? ipv6_get_dsfield(ipv6_hdr(skb)) :
					   ipv4_get_dsfield(ip_hdr(skb));

	espah_flow_upper(skb, flow);
	flow->ifindex = dst ? dst->dev->ifindex : 0;
	flow->classes = BIT_ULL(field >> 2);
}

/**
 * espah_flow_narrow_in() - what few selectors ask of a packet that has come
 * @skb: as espah_flow_in() has it
 * @flow: its flow, to which this is added
 *
 * RFC 4301 section 4.1: who receives does not look at the DSCP.
 */
void espah_flow_narrow_in(const struct sk_buff *skb, struct espah_flow *flow)
{
	espah_flow_upper(skb, flow);
	flow->ifindex = skb->skb_iif;
	flow->classes = ~0ULL;
}
