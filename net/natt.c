// SPDX-License-Identifier: GPL-2.0-only
/* UDP encapsulation: RFC 3948. */

#include <linux/ip.h>
#include <linux/jiffies.h>
#include <linux/udp.h>
#include <net/inet6_hashtables.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ip6_route.h>
#include <net/route.h>
#include <net/udp.h>

#include "bypass.h"
#include "compat.h"
#include "encap.h"
#include "ends.h"
#include "ext6.h"
#include "flow.h"
#include "natt.h"
#include "netlink_attr.h"
#include "netns.h"
#include "notify.h"
#include "packet.h"

/* A peer that wanders is told of no more often. */
#define TELL_EVERY	HZ
/* One that is elsewhere is told of as often: whoever listens may have missed it. */
#define TELL_AGAIN	(5 * HZ)

/* Octets of IP header in front of UDP, or 0 where there is no UDP header. */
static unsigned int headers_before_udp(const struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);
	struct espah_ext6 ext;

	if (likely(!espah_packet_is6(skb)))
		return iph->protocol == IPPROTO_UDP && !ip_is_fragment(iph) ?
		       ip_hdrlen(skb) : 0;
	espah_ext6_walk(skb, &ext);
	return ext.proto == IPPROTO_UDP && !ext.fragment ? ext.upper : 0;
}

static struct sock *find_socket(struct net *net, const struct sk_buff *skb,
				const struct udphdr *uh)
{
	const struct iphdr *iph = ip_hdr(skb);

	if (unlikely(espah_packet_is6(skb)))
		return __udp6_lib_lookup(net, &ipv6_hdr(skb)->saddr,
					 uh->source, &ipv6_hdr(skb)->daddr,
					 uh->dest, inet6_iif(skb),
					 inet6_sdif(skb), espah_udp_table(net),
					 NULL);
	return __udp4_lib_lookup(net, iph->saddr, uh->source, iph->daddr,
				 uh->dest, inet_iif(skb), inet_sdif(skb),
				 espah_udp_table(net), NULL);
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
	unsigned int before = headers_before_udp(skb);
	const struct udphdr *uh;
	struct udphdr copy;

	if (!before)
		return NULL;
	uh = skb_header_pointer(skb, skb_network_offset(skb) + before,
				sizeof(copy), &copy);
	return uh ? find_socket(net, skb, uh) : NULL;
}

/**
 * espah_natt_opens4() - does the UDP socket that a datagram is for take ESP out of it?
 * @net: namespace
 * @skb: IPv4 packet without options for this host, whole, with its UDP header in the linear
 *	part
 *
 * Where several share the port (SO_REUSEPORT), or the socket has a policy that may ask for
 * something, the answer is no. The caller holds RCU.
 *
 * Return: true if it does, whatever the packet is.
 */
bool espah_natt_opens4(struct net *net, const struct sk_buff *skb)
{
	const struct sock *sk;

	sk = find_socket(net, skb, (const struct udphdr *)(ip_hdr(skb) + 1));
	return likely(sk) && !sk->sk_reuseport &&
	       READ_ONCE(udp_sk(sk)->encap_type) == UDP_ENCAP_ESPINUDP &&
	       espah_bypass_takes(sk);
}

/**
 * espah_natt_write_header() - the UDP header of an encapsulated packet
 * @skb: packet, with its data at the UDP header and whole to its end
 * @sa: SA
 *
 * Leaves the data where the ESP header goes. The checksum is zero (section 2.1):
 * the ICV covers more. For IPv6 it is written at the end.
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

/**
 * espah_natt_write_checksum6() - the checksum of an encapsulated packet over IPv6
 * @skb: protected packet, with its data at the IPv6 header and its transport header
 *	at the UDP header
 *
 * A receiver that has not agreed to go without it drops the packet (RFC 8200 section
 * 8.1, RFC 6935).
 */
void espah_natt_write_checksum6(struct sk_buff *skb)
{
	const struct ipv6hdr *iph = ipv6_hdr(skb);
	unsigned int at = skb_transport_offset(skb);
	unsigned int len = skb->len - at;
	struct udphdr *uh = udp_hdr(skb);

	uh->check = csum_ipv6_magic(&iph->saddr, &iph->daddr, len, IPPROTO_UDP,
				    skb_checksum(skb, at, len, 0)) ?:
		    CSUM_MANGLED_0;
}

/* In front of ESP, where the socket has left it. */
static const struct udphdr *outer_udp(const struct sk_buff *skb)
{
	return (const struct udphdr *)(skb->data - sizeof(struct udphdr));
}

/**
 * espah_natt_ports() - both ports of the datagram that a packet was in
 * @skb: packet, with its data at the ESP header, behind UDP
 *
 * Return: the ports as the datagram has them.
 */
__be32 espah_natt_ports(const struct sk_buff *skb)
{
	return *(const __be32 *)outer_udp(skb);
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

/* The last packet came from there. Is that to be told? */
static bool seen_at(struct espah_sa *sa, const union espah_addr *addr,
		    __be16 port)
{
	struct espah_mapping *mapped = &sa->nat->mapped;
	bool tell;

	spin_lock(&sa->replay_lock);
	if (mapped->port != port || !espah_addr_equal(&mapped->addr, addr)) {
		mapped->addr = *addr;
		WRITE_ONCE(mapped->port, port);
		mapped->news = true;
	}
	tell = !mapped->told ||
	       time_after(jiffies, mapped->told +
			  (mapped->news ? TELL_EVERY : TELL_AGAIN));
	if (tell) {
		mapped->news = false;
		mapped->told = jiffies ?: 1;
	}
	spin_unlock(&sa->replay_lock);
	return tell;
}

/* The peer is where the SA says. */
static void seen_at_home(struct espah_sa *sa)
{
	spin_lock(&sa->replay_lock);
	WRITE_ONCE(sa->nat->mapped.port, 0);
	spin_unlock(&sa->replay_lock);
}

/**
 * espah_natt_learn() - where the peer's packets come from
 * @sa: SA with encapsulation
 * @skb: packet that has proved itself and is new, with its data at the ESP
 *	header
 *
 * Where that is not what the SA says, who listens is told (RFC 7296 section
 * 2.23), again and again as long as it is so. The SA stays as it is.
 */
void espah_natt_learn(struct espah_sa *sa, const struct sk_buff *skb)
{
	union espah_addr addr = sa->id.family == AF_INET ?
				espah_addr4(ip_hdr(skb)->saddr) :
				espah_addr6(&ipv6_hdr(skb)->saddr);
	struct mapping_event event = {
		.sa	= sa,
		.addr	= addr,
		.port	= outer_udp(skb)->source,
	};

	if (likely(event.port == sa->encap_sport &&
		   espah_addr_equal(&addr, &sa->src))) {
		if (unlikely(READ_ONCE(sa->nat->mapped.port)))
			seen_at_home(sa);
		return;
	}
	if (seen_at(sa, &addr, event.port))
		espah_notify(sa->en, ESPAH_CMD_SA_MAPPING_NTF, put_mapping,
			     &event, GFP_ATOMIC);
}

/**
 * espah_natt_mapped() - where the peer is now
 * @sa: SA
 * @addr: set where it was seen elsewhere than the SA says
 *
 * Return: source port of its last packet, or 0 where that came from where the SA says, or
 * never.
 */
__be16 espah_natt_mapped(const struct espah_sa *sa, union espah_addr *addr)
{
	/* Nothing of the SA changes but that it is locked meanwhile. */
	spinlock_t *lock = (spinlock_t *)&sa->replay_lock;
	__be16 port;

	if (likely(!READ_ONCE(sa->nat->mapped.port)))
		return 0;
	spin_lock_bh(lock);
	*addr = sa->nat->mapped.addr;
	port = sa->nat->mapped.port;
	spin_unlock_bh(lock);
	return port;
}

/* How ESP in UDP begins. */
struct udp_and_spi {
	struct udphdr	udp;
	__be32		spi;
};

/**
 * espah_natt_carries() - will protection be taken off this datagram, here?
 * @en: namespace
 * @skb: packet for this host, with a checked IP header in the linear part
 *
 * It will if its first word is the SPI of an SA of ours with its port, and the
 * socket takes ESP out of UDP: another would see the packet as it is.
 *
 * The caller holds RCU, and the answer is good as long.
 *
 * Return: the SA if it will; it is judged then. Otherwise NULL.
 */
struct espah_sa *espah_natt_carries(const struct espah_net *en,
				    const struct sk_buff *skb)
{
	struct espah_sa_id id = { .proto = IPPROTO_ESP };
	const struct udp_and_spi *seen;
	struct udp_and_spi copy;
	const struct sock *sk;
	struct espah_flow flow;
	unsigned int before;
	struct espah_sa *sa;

	before = headers_before_udp(skb);
	if (!before)
		return NULL;
	seen = skb_header_pointer(skb, skb_network_offset(skb) + before,
				  sizeof(copy), &copy);
	/* The socket keeps for itself what carries no more than ESP's header. */
	if (!seen || ntohs(seen->udp.len) <=
		     sizeof(seen->udp) + sizeof(struct ip_esp_hdr))
		return NULL;
	espah_flow_of(skb, &flow);
	id.dst = flow.dst;
	id.family = flow.family;
	id.spi = seen->spi;
	sa = espah_sad_find(en, &id);
	if (!sa || !sa->encap_len || sa->encap_dport != seen->udp.dest)
		return NULL;
	sk = find_socket(en->net, skb, &seen->udp);
	return sk && READ_ONCE(udp_sk(sk)->encap_type) == UDP_ENCAP_ESPINUDP ?
	       sa : NULL;
}

/* What a NAT is reminded by. */
#define KEEPALIVE	0xff
/* From UDP on. */
#define KEEPALIVE_LEN	(sizeof(struct udphdr) + 1)

/* With room for the IP header and the link layer's. */
static struct sk_buff *keepalive_alloc(const struct espah_sa *sa,
				       struct dst_entry *dst)
{
	unsigned int head = LL_RESERVED_SPACE(dst->dev) +
			    espah_encap_outer(sa);
	struct sk_buff *skb = alloc_skb(head + KEEPALIVE_LEN, GFP_ATOMIC);
	struct udphdr *uh;

	if (!skb)
		return NULL;
	skb_reserve(skb, head);
	uh = skb_put(skb, sizeof(*uh));
	uh->source = sa->encap_sport;
	uh->dest = sa->encap_dport;
	uh->len = htons(KEEPALIVE_LEN);
	uh->check = 0;
	skb_put_u8(skb, KEEPALIVE);
	skb_reset_transport_header(skb);
	return skb;
}

static int keepalive_leave(struct sk_buff *skb, const struct espah_sa *sa)
{
	struct net *net = sa->en->net;

	espah_ends_header(skb, sa, IPPROTO_UDP);
	if (sa->id.family == AF_INET) {
		IPCB(skb)->flags |= IPSKB_XFRM_TRANSFORMED;
		return ip_local_out(net, NULL, skb);
	}
	espah_natt_write_checksum6(skb);
	IP6CB(skb)->flags |= IP6SKB_XFRM_TRANSFORMED;
	return ip6_local_out(net, NULL, skb);
}

/* Returns 0 or the counter that says why it was not sent. */
static unsigned int keepalive_send(struct espah_sa *sa)
{
	u32 mark = espah_fwmark_apply(&sa->output_mark, 0);
	struct dst_entry *dst;
	struct sk_buff *skb;
	int err;

	dst = espah_ends_route(sa, mark);
	if (!dst)
		return ESPAH_A_CNT_OUT_NO_ROUTE;
	skb = keepalive_alloc(sa, dst);
	if (!skb) {
		dst_release(dst);
		return ESPAH_A_CNT_OUT_NOMEM;
	}
	skb_dst_set(skb, dst);
	skb->mark = mark;
	err = keepalive_leave(skb, sa);
	return net_xmit_eval(err) ? ESPAH_A_CNT_OUT_SEND : 0;
}

/**
 * espah_natt_keepalive() - remind the NATs on the way to the peer
 * @sa: SA with encapsulation; the caller keeps it
 *
 * A datagram of one octet between the ports of the SA (section 2.3), which no policy
 * speaks of. Called where sleeping is allowed.
 */
void espah_natt_keepalive(struct espah_sa *sa)
{
	unsigned int cause;

	rcu_read_lock();
	local_bh_disable();
	cause = keepalive_send(sa);
	if (cause)
		espah_count_drop(sa->en, sa, NULL, cause);
	else
		espah_count(sa->en, ESPAH_A_CNT_OUT_KEEPALIVE);
	local_bh_enable();
	rcu_read_unlock();
}
