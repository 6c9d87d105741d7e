// SPDX-License-Identifier: GPL-2.0-only
/* The early way in: where nobody else has a say in what arrives for this host, ESP whose SA
 * was found before is taken when the IP layer has checked its header, by the SA and the route
 * that were found then.
 *
 * What does not look the same in every way goes on, and comes to net/input.c as it always
 * did.
 */

#include <linux/hash.h>
#include <linux/ip.h>
#include <linux/log2.h>
#include <linux/percpu.h>
#include <net/ip.h>
#include <net/l3mdev.h>
#include <net/route.h>

#include "compat.h"
#include "early.h"
#include "input.h"
#include "listen.h"
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
 * @mark: its mark, which is the SA's
 * @iif: what it arrived by
 * @tos: as its header has it
 * @sa: its SA, which takes packets that arrive without encapsulation; good as long as
 *	@generation is
 * @rt: its route to this host, held; or NULL where this is empty
 * @generation: from espah_net_generation(), before it was found
 */
struct arrival {
	__be32		spi;
	__be32		saddr;
	__be32		daddr;
	u32		mark;
	int		iif;
	u8		tos;
	struct espah_sa	*sa;
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
	       !espah_listen_raw(net, IPPROTO_ESP) &&
	       !espah_custom_rules(net) && !netif_is_l3_slave(skb->dev);
}

static __always_inline bool known(const struct arrival *arrival,
				  const struct espah_net *en,
				  const struct sk_buff *skb, __be32 spi)
{
	const struct iphdr *iph = ip_hdr(skb);

	return arrival->spi == spi && arrival->saddr == iph->saddr &&
	       arrival->daddr == iph->daddr && arrival->mark == skb->mark &&
	       arrival->iif == skb->dev->ifindex && arrival->tos == iph->tos &&
	       arrival->rt &&
	       arrival->generation == espah_net_generation(en) &&
	       espah_route_holds4(en->net, arrival->rt);
}

static __always_inline unsigned int take(struct espah_net *en,
					 struct sk_buff *skb)
{
	struct espah_arrivals __percpu *arrivals = READ_ONCE(en->arrivals);
	const struct arrival *arrival;
	__be32 spi;

	/* What has a route has not just arrived: xfrm has taken it out of something. */
	if (unlikely(!arrivals || !READ_ONCE(en->live) || skb_dst(skb) ||
		     !espah_packet_plain4(skb) || !alone(en, skb) ||
		     !pskb_may_pull(skb, sizeof(struct iphdr) +
					 sizeof(struct ip_esp_hdr))))
		return NF_ACCEPT;
	spi = espah_packet_spi(ip_hdr(skb) + 1, IPPROTO_ESP);
	arrival = remembered(arrivals, spi);
	if (unlikely(!known(arrival, en, skb, spi)))
		return NF_ACCEPT;

	/* What comes out of a tunnel goes by another route. */
	if (arrival->sa->mode != ESPAH_MODE_TUNNEL)
		skb_dst_set_noref(skb, &arrival->rt->dst);
	skb_clear_delivery_time(skb);
	__skb_pull(skb, sizeof(struct iphdr));
	__IP_INC_STATS(en->net, IPSTATS_MIB_INDELIVERS);
	espah_input_known4(arrival->sa, skb);
	return NF_STOLEN;
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
	return ip_hdr(skb)->protocol == IPPROTO_ESP ?
	       take(espah_net(state->net), skb) : NF_ACCEPT;
}

/**
 * espah_early_learn() - remember what was found for a packet
 * @sa: SA that takes it, as it comes: without encapsulation and over IPv4
 * @skb: ESP packet, with its data there, which the IP layer has brought
 * @generation: from espah_net_generation(), before @sa was found
 *
 * The caller holds RCU, and has softirqs off.
 */
void espah_early_learn(struct espah_sa *sa, const struct sk_buff *skb,
		       unsigned long generation)
{
	struct espah_arrivals __percpu *arrivals = READ_ONCE(sa->en->arrivals);
	const struct iphdr *iph = ip_hdr(skb);
	struct rtable *rt = skb_rtable(skb);
	struct arrival *arrival;

	if (!arrivals || !rt || rt->rt_type != RTN_LOCAL || !espah_packet_plain4(skb) ||
	    !alone(sa->en, skb) || !dst_hold_safe(&rt->dst))
		return;
	arrival = remembered(arrivals, sa->id.spi);
	if (arrival->rt)
		dst_release(&arrival->rt->dst);
	*arrival = (struct arrival){
		.spi		= sa->id.spi,
		.saddr		= iph->saddr,
		.daddr		= iph->daddr,
		.mark		= skb->mark,
		.iif		= skb->dev->ifindex,
		.tos		= iph->tos,
		.sa		= sa,
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
