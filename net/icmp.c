// SPDX-License-Identifier: GPL-2.0-only
/* What ICMP says of packets of ours: that one was too large, or why it came to nothing.
 *
 * Anybody can send such a message (RFC 4301 section 8, 6.1.1). One that says that a packet
 * was too large is believed within bounds (net/pmtu.c); what others say is counted, so that
 * who looks for a peer in vain sees why, and changes nothing.
 */

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

/**
 * struct message - what an ICMP error says of the packet that it quotes
 * @cause: ESPAH_A_CNT_* of why it came to nothing, or 0
 * @mtu: size that would have fitted, where it was too large
 */
struct message {
	unsigned int	cause;
	u32		mtu;
};

/* Whoever answers for the destination has no use for ESP or AH, or not for this one. (An
 * IPv6 host says so of a protocol with a parameter problem: RFC 8200 section 4.)
 */
static unsigned int unreachable4(u8 code)
{
	switch (code) {
	case ICMP_PROT_UNREACH:
	case ICMP_PORT_UNREACH:
		return ESPAH_A_CNT_ICMP_REFUSED;
	case ICMP_NET_ANO:
	case ICMP_HOST_ANO:
	case ICMP_PKT_FILTERED:
		return ESPAH_A_CNT_ICMP_PROHIBITED;
	default:
		return ESPAH_A_CNT_ICMP_UNREACHABLE;
	}
}

static unsigned int unreachable6(u8 code)
{
	switch (code) {
	case ICMPV6_PORT_UNREACH:
		return ESPAH_A_CNT_ICMP_REFUSED;
	case ICMPV6_ADM_PROHIBITED:
	case ICMPV6_POLICY_FAIL:
	case ICMPV6_REJECT_ROUTE:
		return ESPAH_A_CNT_ICMP_PROHIBITED;
	default:
		return ESPAH_A_CNT_ICMP_UNREACHABLE;
	}
}

/* @info: the MTU, in host byte order, where it is about one. */
static struct message read4(u8 type, u8 code, u32 info)
{
	struct message says = {};

	switch (type) {
	case ICMP_DEST_UNREACH:
		if (code == ICMP_FRAG_NEEDED)
			says.mtu = info;
		else
			says.cause = unreachable4(code);
		break;
	case ICMP_TIME_EXCEEDED:
		says.cause = ESPAH_A_CNT_ICMP_EXPIRED;
		break;
	case ICMP_PARAMETERPROB:
		says.cause = ESPAH_A_CNT_ICMP_HEADER;
		break;
	}
	return says;
}

static struct message read6(u8 type, u8 code, u32 info)
{
	struct message says = {};

	switch (type) {
	case ICMPV6_DEST_UNREACH:
		says.cause = unreachable6(code);
		break;
	case ICMPV6_PKT_TOOBIG:
		says.mtu = info;
		break;
	case ICMPV6_TIME_EXCEED:
		says.cause = ESPAH_A_CNT_ICMP_EXPIRED;
		break;
	case ICMPV6_PARAMPROB:
		says.cause = code == ICMPV6_UNK_NEXTHDR ?
			     ESPAH_A_CNT_ICMP_REFUSED :
			     ESPAH_A_CNT_ICMP_HEADER;
		break;
	}
	return says;
}

/* Whose packet does the message quote, of which there is so much? What is in UDP may be
 * anybody's; what is not and is of no SA may be xfrm's.
 */
static struct espah_sa *quoted_sa(const struct espah_net *en,
				  const struct espah_sa_id *id,
				  const struct udphdr *udp)
{
	struct espah_sa *sa = espah_sad_find(en, id);

	if (sa && sent_behind(sa, udp))
		return sa;
	if (!udp)
		espah_count(en, ESPAH_A_CNT_ICMP_UNKNOWN_SPI);
	return NULL;
}

/* An ICMP error says something about a packet, of which it quotes what begins at an octet
 * and perhaps a UDP header in front of that; non-zero if it was not ours.
 */
static int told(struct net *net, const struct sk_buff *skb,
		struct espah_sa_id *id, const struct udphdr *udp,
		unsigned int at, const struct message *says)
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
	sa = quoted_sa(en, id, udp);
	if (!sa)
		return -ENOENT;

	if (says->cause)
		espah_note(sa, says->cause);
	if (!says->mtu)
		return 0;
	header = skb_header_pointer(skb, at, espah_packet_fixed(id->proto),
				    &copy);
	if (header)
		espah_pmtu_learn(sa, ntohl(espah_packet_seq_no(header, id->proto)),
				 says->mtu);
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
	struct message says = read4(icmp_hdr(skb)->type, icmp_hdr(skb)->code,
				    info);

	/* What is in a part that is not the first is no header. */
	if (iph->frag_off & htons(IP_OFFSET))
		return -ENOENT;
	return told(dev_net(skb->dev), skb, &id, NULL, iph->ihl * 4, &says);
}

/**
 * espah_icmp_err6() - an ICMPv6 error about ESP over IPv6
 * @skb: message, with its data at the packet that it quotes
 * @type: of the message
 * @code: of the message
 * @offset: where ESP is, from there
 * @info: what it says
 *
 * Return: 0, or -ENOENT if the packet was not ours.
 */
int espah_icmp_err6(struct sk_buff *skb, u8 type, u8 code, int offset,
		    __be32 info)
{
	const struct ipv6hdr *iph = (const struct ipv6hdr *)skb->data;
	struct espah_sa_id id = {
		.dst	= espah_addr6(&iph->daddr),
		.family	= AF_INET6,
		.proto	= IPPROTO_ESP,
	};
	struct message says = read6(type, code, ntohl(info));

	return told(dev_net(skb->dev), skb, &id, NULL, offset, &says);
}

/* As told(), where a UDP header comes first. */
static void told_in_udp(struct net *net, const struct sk_buff *skb,
			struct espah_sa_id *id, unsigned int at,
			const struct message *says)
{
	const struct udphdr *udp;
	struct udphdr copy;

	udp = skb_header_pointer(skb, at, sizeof(copy), &copy);
	if (udp)
		told(net, skb, id, udp, at + sizeof(copy), says);
}

/* As told(), of ESP in UDP; the packet begins at an octet. */
static void overheard4(struct net *net, const struct sk_buff *skb,
		       unsigned int quoted, const struct message *says)
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
	told_in_udp(net, skb, &id, quoted + iph->ihl * 4, says);
}

/* Does the administrator let the IP layer believe an MTU? (Where it wants more than that
 * the SPI is known, as with 3, ESP has nothing to offer it.)
 */
static bool believes_mtu(const struct net *net)
{
	return !READ_ONCE(net->ipv4.sysctl_ip_no_pmtu_disc);
}

/**
 * espah_icmp_in4_hook() - a packet is about to reach this host
 * @priv: unused
 * @skb: packet, with a checked IPv4 header in the linear part, and whole
 * @state: namespace
 *
 * Of what is about a UDP packet, the socket is told which has its port. So it is looked at
 * here, after the policies and the firewall have let it pass.
 *
 * Return: %NF_ACCEPT.
 */
unsigned int espah_icmp_in4_hook(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state)
{
	unsigned int at = skb_network_offset(skb) + ip_hdrlen(skb);
	const struct icmphdr *icmp;
	struct icmphdr copy;
	struct message says;

	if (ip_hdr(skb)->protocol != IPPROTO_ICMP)
		return NF_ACCEPT;
	icmp = skb_header_pointer(skb, at, sizeof(copy), &copy);
	if (!icmp)
		return NF_ACCEPT;
	says = read4(icmp->type, icmp->code, believes_mtu(state->net) ?
					     ntohs(icmp->un.frag.mtu) : 0);
	if ((says.cause || says.mtu) &&
	    !nf_ip_checksum(skb, state->hook, at, IPPROTO_ICMP))
		overheard4(state->net, skb, at + sizeof(copy), &says);
	return NF_ACCEPT;
}

/* As overheard4(); AH needs this, too. */
static void overheard6(struct net *net, const struct sk_buff *skb,
		       unsigned int quoted, const struct message *says)
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
	if (ext.headless)
		return;
	if (ext.proto == IPPROTO_UDP) {
		told_in_udp(net, skb, &id, quoted + ext.upper, says);
	} else if (ext.proto == IPPROTO_AH) {
		id.proto = IPPROTO_AH;
		told(net, skb, &id, NULL, quoted + ext.upper, says);
	}
}

/**
 * espah_icmp_in6_hook() - a packet is about to reach this host
 * @priv: unused
 * @skb: packet, with a checked IPv6 header in the linear part
 * @state: namespace
 *
 * As espah_icmp_in4_hook(). And who handles AH is not asked about errors: to the IP layer
 * AH is an extension header, and it asks whoever is behind.
 *
 * Return: %NF_ACCEPT.
 */
unsigned int espah_icmp_in6_hook(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state)
{
	const struct icmp6hdr *icmp;
	struct icmp6hdr copy;
	unsigned int at = 0;
	struct message says;

	if (ipv6_find_hdr(skb, &at, NEXTHDR_ICMP, NULL, NULL) != NEXTHDR_ICMP)
		return NF_ACCEPT;
	icmp = skb_header_pointer(skb, at, sizeof(copy), &copy);
	if (!icmp)
		return NF_ACCEPT;
	says = read6(icmp->icmp6_type, icmp->icmp6_code,
		     ntohl(icmp->icmp6_mtu));
	if ((says.cause || says.mtu) &&
	    !nf_ip6_checksum(skb, state->hook, at, IPPROTO_ICMPV6))
		overheard6(state->net, skb, at + sizeof(copy), &says);
	return NF_ACCEPT;
}
