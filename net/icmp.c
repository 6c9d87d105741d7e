// SPDX-License-Identifier: GPL-2.0-only
/* What ICMP says of packets of ours: that one was too large. */

#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "ext6.h"
#include "icmp.h"
#include "netns.h"
#include "packet.h"
#include "pmtu.h"

/* Routers quote so many octets at least of what is behind the IP header. They have the
 * SPI; AH's sequence number comes behind.
 */
#define QUOTED	8

/* Was a packet of this SA sent so: behind this UDP header, or behind none? */
static bool sent_behind(const struct espah_sa *sa, const struct udphdr *udp)
{
	if (!udp)
		return !sa->encap_len;
	return sa->encap_len && udp->source == sa->encap_sport &&
	       udp->dest == sa->encap_dport;
}

/* An ICMP error about a packet of ours, of which it quotes what begins at an octet and
 * perhaps a UDP header in front of that, says that it was too large for an MTU; non-zero
 * if it was not ours. MTU 0: it says something else.
 */
static int told(struct net *net, const struct sk_buff *skb,
		struct espah_sa_id *id, const struct udphdr *udp,
		unsigned int at, u32 mtu)
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
	if (!sa || !sent_behind(sa, udp))
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

	return told(dev_net(skb->dev), skb, &id, NULL, iph->ihl * 4,
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

	return told(dev_net(skb->dev), skb, &id, NULL, offset,
		    type == ICMPV6_PKT_TOOBIG ? ntohl(info) : 0);
}

/* As told(), where a UDP header comes first. */
static void told_in_udp(struct net *net, const struct sk_buff *skb,
			struct espah_sa_id *id, unsigned int at, u32 mtu)
{
	const struct udphdr *udp;
	struct udphdr copy;

	udp = skb_header_pointer(skb, at, sizeof(copy), &copy);
	if (udp)
		told(net, skb, id, udp, at + sizeof(copy), mtu);
}

/* The packet that begins at an octet was too large. */
static void too_big4(struct net *net, const struct sk_buff *skb,
		     unsigned int quoted, u32 mtu)
{
	struct espah_sa_id id = {
		.family	= AF_INET,
		.proto	= IPPROTO_ESP,
	};
	const struct iphdr *iph;
	struct iphdr copy;

	iph = skb_header_pointer(skb, quoted, sizeof(copy), &copy);
	if (!iph || iph->version != IPVERSION || iph->protocol != IPPROTO_UDP ||
	    iph->frag_off & htons(IP_OFFSET))
		return;
	id.dst = espah_addr4(iph->daddr);
	told_in_udp(net, skb, &id, quoted + iph->ihl * 4, mtu);
}

/**
 * espah_icmp_in4_hook() - a packet is about to reach this host
 * @priv: unused
 * @skb: packet, with a checked IPv4 header in the linear part, and whole
 * @state: namespace
 *
 * Of what is about a UDP packet, the socket is told which has its port, and no more than
 * that it is to send smaller ones. So it is looked at here, after the policies and the
 * firewall have let it pass, and where the administrator lets the IP layer believe it.
 *
 * Return: %NF_ACCEPT.
 */
unsigned int espah_icmp_in4_hook(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state)
{
	unsigned int at = skb_network_offset(skb) + ip_hdrlen(skb);
	const struct icmphdr *icmp;
	struct icmphdr copy;

	if (ip_hdr(skb)->protocol != IPPROTO_ICMP)
		return NF_ACCEPT;
	icmp = skb_header_pointer(skb, at, sizeof(copy), &copy);
	if (icmp && icmp->type == ICMP_DEST_UNREACH &&
	    icmp->code == ICMP_FRAG_NEEDED &&
	    !READ_ONCE(state->net->ipv4.sysctl_ip_no_pmtu_disc) &&
	    !nf_ip_checksum(skb, state->hook, at, IPPROTO_ICMP))
		too_big4(state->net, skb, at + sizeof(copy),
			 ntohs(icmp->un.frag.mtu));
	return NF_ACCEPT;
}

/* As too_big4(); AH needs this, too. */
static void too_big6(struct net *net, const struct sk_buff *skb,
		     unsigned int quoted, u32 mtu)
{
	struct espah_sa_id id = {
		.family	= AF_INET6,
		.proto	= IPPROTO_ESP,
	};
	const struct ipv6hdr *iph;
	struct espah_ext6 ext;
	struct ipv6hdr copy;

	iph = skb_header_pointer(skb, quoted, sizeof(copy), &copy);
	if (!iph)
		return;
	id.dst = espah_addr6(&iph->daddr);
	espah_ext6_walk_at(skb, quoted, iph->nexthdr, &ext);
	if (ext.proto == IPPROTO_UDP) {
		told_in_udp(net, skb, &id, quoted + ext.upper, mtu);
	} else if (ext.proto == IPPROTO_AH) {
		id.proto = IPPROTO_AH;
		told(net, skb, &id, NULL, quoted + ext.upper, mtu);
	}
}

/**
 * espah_icmp_in6_hook() - a packet is about to reach this host
 * @priv: unused
 * @skb: packet, with a checked IPv6 header in the linear part
 * @state: namespace
 *
 * As espah_icmp_in4_hook(). And who handles AH is not asked about errors: to the IP layer
 * AH is an extension header, and it asks whoever is behind. So Packet Too Big is looked at
 * here, after the policies and the firewall have let it pass.
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
		too_big6(state->net, skb, at + sizeof(copy),
			 ntohl(icmp->icmp6_mtu));
	return NF_ACCEPT;
}
