// SPDX-License-Identifier: GPL-2.0-only
/* UDP encapsulation: RFC 3948. */

#include <linux/ip.h>
#include <linux/jiffies.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/udp.h>

#include "compat.h"
#include "natt.h"
#include "netlink_attr.h"
#include "netns.h"
#include "notify.h"

/* A peer that wanders is told of no more often. */
#define TELL_EVERY	HZ

/* Whether there is a UDP header, and if so where. */
static const struct udphdr *udp_header(const struct sk_buff *skb,
				       struct udphdr *copy)
{
	const struct iphdr *iph = ip_hdr(skb);

	if (iph->protocol != IPPROTO_UDP || ip_is_fragment(iph))
		return NULL;
	return skb_header_pointer(skb,
				  skb_network_offset(skb) + ip_hdrlen(skb),
				  sizeof(*copy), copy);
}

/**
 * espah_natt_socket() - the UDP socket that a packet would be delivered to
 * @net: namespace
 * @skb: packet for this host, with a checked IP header in the linear part
 *
 * The caller holds RCU, and the answer is good as long.
 *
 * Return: the socket, or NULL if there is none or the packet is not UDP.
 */
struct sock *espah_natt_socket(struct net *net, const struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);
	const struct udphdr *uh;
	struct udphdr copy;

	uh = udp_header(skb, &copy);
	if (!uh)
		return NULL;
	return __udp4_lib_lookup(net, iph->saddr, uh->source, iph->daddr,
				 uh->dest, inet_iif(skb), inet_sdif(skb),
				 espah_udp_table(net), NULL);
}

/**
 * espah_natt_write_header() - the UDP header of an encapsulated packet
 * @skb: packet, with its data at the UDP header and whole to its end
 * @sa: SA
 *
 * Leaves the data where the ESP header goes. The checksum is zero (section 2.1):
 * the ICV covers more.
 */
void espah_natt_write_header(struct sk_buff *skb, const struct espah_sa *sa)
{
	struct udphdr *uh = (struct udphdr *)skb->data;

	uh->source = sa->encap_sport;
	uh->dest = sa->encap_dport;
	uh->len = htons(skb->len);
	uh->check = 0;
	__skb_pull(skb, sizeof(*uh));
}

/* In front of ESP, where the socket has left it. */
static const struct udphdr *outer_udp(const struct sk_buff *skb)
{
	return (const struct udphdr *)(skb->data - sizeof(struct udphdr));
}

/**
 * espah_natt_admits() - may a packet come to this SA so?
 * @sa: SA
 * @skb: packet, with its data at the ESP header
 * @encap_type: UDP_ENCAP_*, or 0 where there is no UDP header
 *
 * The source port may be another than the SA's: NAT forgets and begins anew.
 *
 * Return: 0, or the counter that says why not.
 */
unsigned int espah_natt_admits(const struct espah_sa *sa,
			       const struct sk_buff *skb, int encap_type)
{
	if (likely(!sa->encap_len && !encap_type))
		return 0;
	if (sa->encap_len && encap_type == UDP_ENCAP_ESPINUDP &&
	    outer_udp(skb)->dest == sa->encap_dport)
		return 0;
	return ESPAH_A_CNT_IN_ENCAP;
}

/**
 * struct mapping_event - a peer was seen elsewhere
 * @sa: SA whose packet it was
 * @addr: where it came from
 * @port: where it came from
 */
struct mapping_event {
	const struct espah_sa	*sa;
	union espah_addr	addr;
	__be16			port;
};

static int put_mapping(struct sk_buff *msg, const void *what)
{
	const struct mapping_event *event = what;
	const struct espah_sa *sa = event->sa;

	if (espah_nl_put_addr(msg, ESPAH_A_SA_SRC, &event->addr,
			      sa->id.family) ||
	    espah_nl_put_addr(msg, ESPAH_A_SA_DST, &sa->id.dst,
			      sa->id.family) ||
	    nla_put_u8(msg, ESPAH_A_SA_PROTO, sa->id.proto) ||
	    nla_put_be32(msg, ESPAH_A_SA_SPI, sa->id.spi) ||
	    nla_put_u32(msg, ESPAH_A_SA_REQID, sa->reqid) ||
	    nla_put_be16(msg, ESPAH_A_SA_ENCAP_SPORT, event->port) ||
	    nla_put_be16(msg, ESPAH_A_SA_ENCAP_DPORT, sa->encap_dport))
		return -EMSGSIZE;
	return 0;
}

/* Is there something new, and may it be told? */
static bool to_be_told(struct espah_sa *sa, const union espah_addr *addr,
		       __be16 port)
{
	struct espah_mapping *mapped = &sa->mapped;
	bool tell;

	spin_lock(&sa->replay_lock);
	tell = !mapped->told ||
	       ((mapped->port != port ||
		 !espah_addr_equal(&mapped->addr, addr)) &&
		time_after(jiffies, mapped->told + TELL_EVERY));
	if (tell) {
		mapped->addr = *addr;
		mapped->port = port;
		mapped->told = jiffies ?: 1;
	}
	spin_unlock(&sa->replay_lock);
	return tell;
}

/**
 * espah_natt_learn() - where the peer's packets come from
 * @sa: SA with encapsulation
 * @skb: packet that has proved itself and is new, with its data at the ESP
 *	header
 *
 * Where that is not what the SA says, who listens is told (RFC 7296 section
 * 2.23). The SA stays as it is.
 */
void espah_natt_learn(struct espah_sa *sa, const struct sk_buff *skb)
{
	union espah_addr addr = espah_addr4(ip_hdr(skb)->saddr);
	struct mapping_event event = {
		.sa	= sa,
		.addr	= addr,
		.port	= outer_udp(skb)->source,
	};

	if (likely(event.port == sa->encap_sport &&
		   espah_addr_equal(&addr, &sa->src)))
		return;
	if (to_be_told(sa, &addr, event.port))
		espah_notify(sa->en, ESPAH_CMD_SA_MAPPING_NTF, put_mapping,
			     &event, GFP_ATOMIC);
}

/**
 * espah_natt_carries() - will protection be taken off this datagram, here?
 * @en: namespace
 * @skb: packet for this host, with a checked IP header in the linear part
 *
 * It will if its first word is the SPI of an SA of ours with its port, and the
 * socket takes ESP out of UDP: another would see the packet as it is.
 *
 * Return: true if it will; it is judged then.
 */
bool espah_natt_carries(const struct espah_net *en, const struct sk_buff *skb)
{
	struct espah_sa_id id = {
		.dst	= espah_addr4(ip_hdr(skb)->daddr),
		.family	= AF_INET,
		.proto	= IPPROTO_ESP,
	};
	const struct espah_sa *sa;
	const struct udphdr *uh;
	const struct sock *sk;
	struct udphdr copy;

	uh = udp_header(skb, &copy);
	/* The socket keeps for itself what carries no more than ESP's header. */
	if (!uh || ntohs(uh->len) <= sizeof(*uh) + sizeof(struct ip_esp_hdr) ||
	    skb_copy_bits(skb, skb_network_offset(skb) +
				 ip_hdrlen(skb) + sizeof(*uh), &id.spi,
				 sizeof(id.spi)))
		return false;
	sa = espah_sad_find(en, &id);
	if (!sa || !sa->encap_len || sa->encap_dport != uh->dest)
		return false;
	sk = espah_natt_socket(en->net, skb);
	return sk && READ_ONCE(udp_sk(sk)->encap_type) == UDP_ENCAP_ESPINUDP;
}
