// SPDX-License-Identifier: GPL-2.0-only
/* What ICMP says of packets of ours: that one was too large. */

#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter_ipv6.h>
#include <net/ipv6.h>

#include "icmp.h"
#include "netns.h"
#include "packet.h"
#include "pmtu.h"

/* Routers quote so many octets at least of what is behind the IP header. They have the
 * SPI; AH's sequence number comes behind.
 */
#define QUOTED	8

/* An ICMP error about a packet of ours, of which it quotes what begins at an octet, says
 * that it was too large for an MTU; non-zero if it was not ours. MTU 0: it says something
 * else.
 */
static int told(struct net *net, const struct sk_buff *skb,
		struct espah_sa_id *id, unsigned int at, u32 mtu)
{
	struct espah_net *en = espah_net(net);
	struct ip_auth_hdr copy;
	const void *header;
	struct espah_sa *sa;

	if (!READ_ONCE(en->live))
		return -ENOENT;
	header = skb_header_pointer(skb, at, QUOTED, &copy);
	if (!header)
		return -ENOENT;
	id->spi = espah_packet_spi(header, id->proto);
	sa = espah_sad_find(en, id);
	if (!sa)
		return -ENOENT;

	if (!mtu)
		return 0;
	header = skb_header_pointer(skb, at, espah_packet_fixed(id->proto),
				    &copy);
	if (header)
		espah_pmtu_learn(sa, ntohl(espah_packet_seq_no(header, id->proto)),
				 mtu);
	return 0;
}

/**
 * espah_icmp_err4() - an ICMP error about ESP or AH over IPv4
 * @skb: message, with its data at the packet that it quotes
 * @info: what it says, in host byte order
 * @proto: ESP or AH
 *
 * Return: 0, or -ENOENT if the packet was not ours.
 */
int espah_icmp_err4(struct sk_buff *skb, u32 info, u8 proto)
{
	const struct iphdr *iph = (const struct iphdr *)skb->data;
	struct espah_sa_id id = {
		.dst	= espah_addr4(iph->daddr),
		.family	= AF_INET,
		.proto	= proto,
	};
	bool too_big = icmp_hdr(skb)->type == ICMP_DEST_UNREACH &&
		       icmp_hdr(skb)->code == ICMP_FRAG_NEEDED;

	return told(dev_net(skb->dev), skb, &id, iph->ihl * 4,
		    too_big ? info : 0);
}

/**
 * espah_icmp_err6() - an ICMPv6 error about ESP over IPv6
 * @skb: message, with its data at the packet that it quotes
 * @type: of the message
 * @offset: where ESP is, from there
 * @info: what it says
 *
 * Return: 0, or -ENOENT if the packet was not ours.
 */
int espah_icmp_err6(struct sk_buff *skb, u8 type, int offset, __be32 info)
{
	const struct ipv6hdr *iph = (const struct ipv6hdr *)skb->data;
	struct espah_sa_id id = {
		.dst	= espah_addr6(&iph->daddr),
		.family	= AF_INET6,
		.proto	= IPPROTO_ESP,
	};

	return told(dev_net(skb->dev), skb, &id, offset,
		    type == ICMPV6_PKT_TOOBIG ? ntohl(info) : 0);
}

/* Quotes an octet and what follows of an AH packet. */
static void too_big_ah6(struct net *net, const struct sk_buff *skb,
			unsigned int quoted, u32 mtu)
{
	struct espah_sa_id id = {
		.family	= AF_INET6,
		.proto	= IPPROTO_AH,
	};
	const struct ipv6hdr *iph;
	unsigned int at = quoted;
	struct ipv6hdr copy;

	if (ipv6_find_hdr(skb, &at, NEXTHDR_AUTH, NULL, NULL) != NEXTHDR_AUTH)
		return;
	iph = skb_header_pointer(skb, quoted, sizeof(copy), &copy);
	if (!iph)
		return;
	id.dst = espah_addr6(&iph->daddr);
	told(net, skb, &id, at, mtu);
}

/**
 * espah_icmp_in6_hook() - a packet is about to reach this host
 * @priv: unused
 * @skb: packet, with a checked IPv6 header in the linear part
 * @state: namespace
 *
 * Who handles AH is not asked about errors: to the IP layer AH is an extension header, and
 * it asks whoever is behind. So Packet Too Big is looked at here, after the policies and the
 * firewall have let it pass.
 *
 * Return: %NF_ACCEPT.
 */
unsigned int espah_icmp_in6_hook(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state)
{
	const struct icmp6hdr *icmp;
	struct icmp6hdr copy;
	unsigned int at = 0;

	if (ipv6_find_hdr(skb, &at, NEXTHDR_ICMP, NULL, NULL) != NEXTHDR_ICMP)
		return NF_ACCEPT;
	icmp = skb_header_pointer(skb, at, sizeof(copy), &copy);
	if (icmp && icmp->icmp6_type == ICMPV6_PKT_TOOBIG &&
	    !nf_ip6_checksum(skb, state->hook, at, IPPROTO_ICMPV6))
		too_big_ah6(state->net, skb, at + sizeof(copy),
			    ntohl(icmp->icmp6_mtu));
	return NF_ACCEPT;
}
