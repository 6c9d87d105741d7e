// SPDX-License-Identifier: GPL-2.0-only
/* The early way in: where nobody else has a say in what arrives for this host, ESP whose SA
 * was found before is taken when the IP layer has checked its header, by the SA and the route
 * that were found then. So is ESP in UDP (RFC 3948), as long as there is a socket that would
 * only take UDP off.
 *
 * What does not look the same in every way goes on, and comes to net/input.c as it always
 * did.
 */

#include <linux/hash.h>
#include <linux/ip.h>
#include <linux/log2.h>
#include <linux/percpu.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/l3mdev.h>
#include <net/route.h>
#include <net/udp.h>
#include <net/xfrm.h>

#include "clear.h"
#include "compat.h"
#include "direct.h"
#include "early.h"
#include "input.h"
#include "listen.h"
#include "natt.h"
#include "netns.h"
#include "packet.h"
#include "route.h"
#include "sa.h"

/* A power of two: so many SAs are remembered. */
#define ARRIVALS	128

/**
 * struct arrival - what was found for a packet that arrived
 * @spi: its SPI
 * @saddr: its source
 * @daddr: its destination
 * @ports: those of the UDP header that it is behind, or 0 where there is none
 * @mark: its mark, which is the SA's
 * @iif: what it arrived by
 * @tos: as its header has it
 * @sa: its SA, which takes packets that arrive so; good as long as @generation is
 * @policy: inbound policy that speaks of the UDP datagram, or NULL; likewise
 * @rt: its route to this host, held; or NULL where this is empty
 * @generation: from espah_net_generation(), before it was found
 */
struct arrival {
	__be32		spi;
	__be32		saddr;
	__be32		daddr;
	__be32		ports;
	u32		mark;
	int		iif;
	u8		tos;
	struct espah_sa	*sa;
	struct espah_policy *policy;
	struct rtable	*rt;
	unsigned long	generation;
};

/**
 * struct espah_arrivals - what one CPU remembers
 * @arrival: by a hash of the SPI; softirqs are off wherever it is touched
 */
struct espah_arrivals {
	struct arrival	arrival[ARRIVALS];
};

static __always_inline struct arrival *
remembered(struct espah_arrivals __percpu *arrivals, __be32 spi)
{
	return &this_cpu_ptr(arrivals)->arrival[hash_32((__force u32)spi,
							ilog2(ARRIVALS))];
}

/* Nobody between here and our handler would see it, nor change anything about it. */
static __always_inline bool alone(const struct espah_net *en,
				  const struct sk_buff *skb)
{
	const struct net *net = en->net;

	return !espah_listen_hooks(net, NF_INET_PRE_ROUTING, 1) &&
	       !espah_listen_hooks(net, NF_INET_LOCAL_IN,
				   READ_ONCE(en->hooked_in)) &&
	       !espah_listen_raw(net, ip_hdr(skb)->protocol) &&
	       !espah_custom_rules(net) && !netif_is_l3_slave(skb->dev);
}

static __always_inline bool known(const struct arrival *arrival,
				  const struct espah_net *en,
				  const struct sk_buff *skb, __be32 spi,
				  __be32 ports)
{
	const struct iphdr *iph = ip_hdr(skb);

	return arrival->spi == spi && arrival->saddr == iph->saddr &&
	       arrival->daddr == iph->daddr && arrival->ports == ports &&
	       arrival->mark == skb->mark &&
	       arrival->iif == skb->dev->ifindex && arrival->tos == iph->tos &&
	       arrival->rt &&
	       arrival->generation == espah_net_generation(en) &&
	       espah_route_holds4(en->net, arrival->rt);
}

/* What was found for packets like this one, with so many octets of UDP in front of ESP; or NULL. */
static __always_inline const struct arrival *
recall(const struct espah_net *en, struct sk_buff *skb, unsigned int udp)
{
	struct espah_arrivals __percpu *arrivals = READ_ONCE(en->arrivals);
	const struct arrival *arrival;
	const void *upper;
	__be32 spi;

	/* What has a route has not just arrived: xfrm has taken it out of something. */
	if (unlikely(!arrivals || !READ_ONCE(en->live) || skb_dst(skb) ||
		     !espah_packet_plain4(skb) || !alone(en, skb) ||
		     !pskb_may_pull(skb, sizeof(struct iphdr) + udp +
					 sizeof(struct ip_esp_hdr))))
		return NULL;
	upper = ip_hdr(skb) + 1;
	spi = espah_packet_spi(upper + udp, IPPROTO_ESP);
	arrival = remembered(arrivals, spi);
	return likely(known(arrival, en, skb, spi,
			    udp ? *(const __be32 *)upper : 0)) ? arrival : NULL;
}

/* As the IP layer hands it to the protocol, and that to us. */
static __always_inline unsigned int enter(struct espah_net *en,
					  const struct arrival *arrival,
					  struct sk_buff *skb, unsigned int udp)
{
	/* What comes out of a tunnel goes by another route. */
	if (arrival->sa->mode != ESPAH_MODE_TUNNEL)
		skb_dst_set_noref(skb, &arrival->rt->dst);
	skb_clear_delivery_time(skb);
	__skb_pull(skb, sizeof(struct iphdr) + udp);
	__IP_INC_STATS(en->net, IPSTATS_MIB_INDELIVERS);
	espah_input_known(arrival->sa, skb);
	return NF_STOLEN;
}

static __always_inline unsigned int take(struct espah_net *en,
					 struct sk_buff *skb)
{
	const struct arrival *arrival = recall(en, skb, 0);

	return likely(arrival) ? enter(en, arrival, skb, 0) : NF_ACCEPT;
}

/* Nobody before here has said more of it than that it has come, and nobody else looks at its
 * memory, which is written to; nor do xfrm's policies speak of what arrives.
 */
static __always_inline bool unclaimed(const struct espah_net *en,
				      const struct sk_buff *skb)
{
	return !skb->sk && !skb_nfct(skb) && !secpath_exists(skb) &&
	       !skb_is_gso(skb) && !skb_cloned(skb) &&
	       !netif_is_l3_master(skb->dev) && !espah_listen_xfrm(en->net);
}

/* RFC 3948: the checksum should be zero (section 2.1), and who has one has it verified by the UDP
 * layer. What is as short as this is for the socket itself.
 */
static __always_inline bool udp_fits(const struct sk_buff *skb)
{
	const struct udphdr *uh = (const struct udphdr *)(ip_hdr(skb) + 1);
	unsigned int len = skb->len - sizeof(struct iphdr);

	return !uh->check && ntohs(uh->len) == len &&
	       len > sizeof(*uh) + sizeof(struct ip_esp_hdr);
}

/* The socket is looked for each time: nothing says that sockets have changed. */
static __always_inline unsigned int take_udp(struct espah_net *en,
					     struct sk_buff *skb)
{
	const struct arrival *arrival = recall(en, skb, sizeof(struct udphdr));
	struct iphdr *iph;

	if (!arrival || unlikely(!udp_fits(skb) || !unclaimed(en, skb) ||
				 !espah_natt_opens4(en->net, skb)))
		return NF_ACCEPT;
	if (arrival->policy)
		espah_policy_use(arrival->policy, skb->len);
	__UDP_INC_STATS(en->net, UDP_MIB_INDATAGRAMS, false);
	iph = ip_hdr(skb);
	iph->tot_len = htons(skb->len - sizeof(struct udphdr));
	skb_set_transport_header(skb, sizeof(*iph) + sizeof(struct udphdr));
	return enter(en, arrival, skb, sizeof(struct udphdr));
}

/**
 * espah_early_hook() - the IP layer has checked the header of a packet
 * @priv: unused
 * @skb: packet that has arrived
 * @state: namespace
 *
 * Return: %NF_STOLEN if it was taken, or %NF_ACCEPT.
 */
unsigned int espah_early_hook(void *priv, struct sk_buff *skb,
			      const struct nf_hook_state *state)
{
	struct espah_net *en = espah_net(state->net);

	switch (ip_hdr(skb)->protocol) {
	case IPPROTO_ESP:
		return take(en, skb);
	case IPPROTO_UDP:
		return READ_ONCE(en->encapsulated) ? take_udp(en, skb) :
						     NF_ACCEPT;
	default:
		return NF_ACCEPT;
	}
}

/* It has come to this host by itself, and others that look so will be found in the hook. What was
 * inside of something has passed the source filter for that, and policies otherwise.
 */
static bool worth_learning(const struct espah_net *en, const struct sk_buff *skb)
{
	const struct rtable *rt = skb_rtable(skb);

	return rt && rt->rt_type == RTN_LOCAL && espah_packet_plain4(skb) &&
	       !(IPCB(skb)->flags & IPSKB_NOPOLICY) && alone(en, skb) &&
	       !secpath_exists(skb) && !espah_direct_judged(skb);
}

/**
 * espah_early_learn() - remember what was found for a packet
 * @sa: SA that takes it, as it comes: over IPv4, with or without encapsulation
 * @skb: ESP packet, with its data there, which the IP layer has brought, or a socket
 * @generation: from espah_net_generation(), before @sa was found
 *
 * The caller holds RCU, and has softirqs off.
 */
void espah_early_learn(struct espah_sa *sa, const struct sk_buff *skb,
		       unsigned long generation)
{
	struct espah_arrivals __percpu *arrivals = READ_ONCE(sa->en->arrivals);
	__be32 ports = sa->encap_len ? espah_natt_ports(skb) : 0;
	const struct iphdr *iph = ip_hdr(skb);
	struct rtable *rt = skb_rtable(skb);
	struct arrival *arrival;

	if (!arrivals || !worth_learning(sa->en, skb))
		return;
	arrival = remembered(arrivals, sa->id.spi);
	/* The hook had another reason to let it go on, then. */
	if (known(arrival, sa->en, skb, sa->id.spi, ports) ||
	    !dst_hold_safe(&rt->dst))
		return;
	if (arrival->rt)
		dst_release(&arrival->rt->dst);
	*arrival = (struct arrival){
		.spi		= sa->id.spi,
		.saddr		= iph->saddr,
		.daddr		= iph->daddr,
		.ports		= ports,
		.mark		= skb->mark,
		.iif		= skb->dev->ifindex,
		.tos		= iph->tos,
		.sa		= sa,
		.policy		= ports ? espah_clear_policy(sa->en, skb) : NULL,
		.rt		= rt,
		.generation	= generation,
	};
}

/**
 * espah_early_prepare() - a namespace has SAs
 * @en: namespace; the caller holds its lock
 *
 * Without memory, packets come in later.
 */
void espah_early_prepare(struct espah_net *en)
{
	lockdep_assert_held(&en->lock);

	if (!en->arrivals)
		WRITE_ONCE(en->arrivals, alloc_percpu_gfp(struct espah_arrivals,
							  ESPAH_GFP_PERCPU));
}

/**
 * espah_early_free() - give back what espah_early_prepare() has made
 * @en: namespace that no packet comes to any more
 */
void espah_early_free(struct espah_net *en)
{
	struct arrival *arrival;
	int cpu, i;

	if (!en->arrivals)
		return;
	for_each_possible_cpu(cpu) {
		arrival = per_cpu_ptr(en->arrivals, cpu)->arrival;
		for (i = 0; i < ARRIVALS; i++)
			if (arrival[i].rt)
				dst_release(&arrival[i].rt->dst);
	}
	free_percpu(en->arrivals);
}
