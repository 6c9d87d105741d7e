// SPDX-License-Identifier: GPL-2.0-only
/* As early.c, of tunnels over IPv6: where ESP is right behind the IPv6 header, which is what
 * tunnels send.
 */

#include <linux/hash.h>
#include <linux/ipv6.h>
#include <linux/log2.h>
#include <linux/percpu.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/l3mdev.h>
#include <net/xfrm.h>

#include "compat.h"
#include "early.h"
#include "input.h"
#include "listen.h"
#include "netns.h"
#include "packet.h"
#include "sa.h"

/* A power of two: so many SAs are remembered. */
#define ARRIVALS	64

/**
 * struct arrival6 - what was found for a packet that arrived
 * @saddr: its source
 * @daddr: its destination
 * @spi: its SPI
 * @mark: its mark, which is the SA's
 * @iif: what it arrived by
 * @cookie: what tells that @dst holds still
 * @sa: its SA, in tunnel mode; good as long as @generation is
 * @dst: its route to this host, held; or NULL where this is empty
 * @generation: from espah_net_generation(), before it was found
 */
struct arrival6 {
	struct in6_addr		saddr;
	struct in6_addr		daddr;
	__be32			spi;
	u32			mark;
	int			iif;
	u32			cookie;
	struct espah_sa		*sa;
	struct dst_entry	*dst;
	unsigned long		generation;
};

/**
 * struct espah_arrivals6 - what one CPU remembers
 * @arrival: by a hash of the SPI; softirqs are off wherever it is touched
 */
struct espah_arrivals6 {
	struct arrival6	arrival[ARRIVALS];
};

static __always_inline struct arrival6 *
remembered(struct espah_arrivals6 __percpu *arrivals, __be32 spi)
{
	return &this_cpu_ptr(arrivals)->arrival[hash_32((__force u32)spi,
							ilog2(ARRIVALS))];
}

/* Nobody between here and our handler would see it, nor change anything about it. */
static __always_inline bool alone(const struct espah_net *en,
				  const struct sk_buff *skb)
{
	const struct net *net = en->net;

	return !espah_listen_hooks6(net, NF_INET_PRE_ROUTING, 1) &&
	       !espah_listen_hooks6(net, NF_INET_LOCAL_IN,
				    READ_ONCE(en->hooked_in6)) &&
	       !espah_listen_raw6(net, IPPROTO_ESP) &&
	       !espah_custom_rules6(net) && !netif_is_l3_slave(skb->dev);
}

/* Sent to this host on its link, with ESP right behind the IPv6 header. */
static __always_inline bool plain(const struct sk_buff *skb)
{
	return ipv6_hdr(skb)->nexthdr == IPPROTO_ESP &&
	       skb->pkt_type == PACKET_HOST;
}

static __always_inline bool known(const struct arrival6 *arrival,
				  const struct espah_net *en,
				  const struct sk_buff *skb, __be32 spi)
{
	const struct ipv6hdr *iph = ipv6_hdr(skb);

	return arrival->spi == spi &&
	       ipv6_addr_equal(&arrival->saddr, &iph->saddr) &&
	       ipv6_addr_equal(&arrival->daddr, &iph->daddr) &&
	       arrival->mark == skb->mark &&
	       arrival->iif == skb->dev->ifindex && arrival->dst &&
	       arrival->generation == espah_net_generation(en) &&
	       dst_check(arrival->dst, arrival->cookie);
}

static __always_inline unsigned int take(struct espah_net *en,
					 struct sk_buff *skb)
{
	struct espah_arrivals6 __percpu *arrivals = READ_ONCE(en->arrivals6);
	const struct arrival6 *arrival;
	__be32 spi;

	/* What has a route has not just arrived: something was taken off it. */
	if (unlikely(!arrivals || !READ_ONCE(en->live) || skb_dst(skb) ||
		     !alone(en, skb) ||
		     !pskb_may_pull(skb, sizeof(struct ipv6hdr) +
					 sizeof(struct ip_esp_hdr))))
		return NF_ACCEPT;
	spi = espah_packet_spi(ipv6_hdr(skb) + 1, IPPROTO_ESP);
	arrival = remembered(arrivals, spi);
	if (unlikely(!known(arrival, en, skb, spi)))
		return NF_ACCEPT;

	skb_clear_delivery_time(skb);
	__skb_pull(skb, sizeof(struct ipv6hdr));
	__IP6_INC_STATS(en->net, ip6_dst_idev(arrival->dst),
			IPSTATS_MIB_INDELIVERS);
	espah_input_known(arrival->sa, skb);
	return NF_STOLEN;
}

/**
 * espah_early6_hook() - the IP layer has checked the header of an IPv6 packet
 * @priv: unused
 * @skb: packet that has arrived
 * @state: namespace
 *
 * Return: %NF_STOLEN if it was taken, or %NF_ACCEPT.
 */
unsigned int espah_early6_hook(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	return plain(skb) ? take(espah_net(state->net), skb) : NF_ACCEPT;
}

/**
 * espah_early6_learn() - remember what was found for a packet
 * @sa: SA that takes it, in tunnel mode
 * @skb: ESP packet, with its data there, which the IP layer has brought
 * @generation: from espah_net_generation(), before @sa was found
 *
 * The caller holds RCU, and has softirqs off.
 */
void espah_early6_learn(struct espah_sa *sa, const struct sk_buff *skb,
			unsigned long generation)
{
	struct espah_arrivals6 __percpu *arrivals = READ_ONCE(sa->en->arrivals6);
	const struct rt6_info *rt = (const struct rt6_info *)skb_dst(skb);
	struct dst_entry *dst = skb_dst(skb);
	struct arrival6 *arrival;

	/* What was inside of something has passed the source filter for that. */
	if (!arrivals || !rt || !(rt->rt6i_flags & RTF_LOCAL) || !plain(skb) ||
	    !alone(sa->en, skb) || secpath_exists(skb) || !dst_hold_safe(dst))
		return;
	arrival = remembered(arrivals, sa->id.spi);
	dst_release(arrival->dst);
	*arrival = (struct arrival6){
		.saddr		= ipv6_hdr(skb)->saddr,
		.daddr		= ipv6_hdr(skb)->daddr,
		.spi		= sa->id.spi,
		.mark		= skb->mark,
		.iif		= skb->dev->ifindex,
		.cookie		= rt6_get_cookie(rt),
		.sa		= sa,
		.dst		= dst,
		.generation	= generation,
	};
}

/**
 * espah_early6_prepare() - a namespace has tunnels over IPv6
 * @en: namespace; the caller holds its lock
 *
 * Without memory, packets come in later.
 */
void espah_early6_prepare(struct espah_net *en)
{
	lockdep_assert_held(&en->lock);

	if (!en->arrivals6)
		WRITE_ONCE(en->arrivals6, alloc_percpu_gfp(struct espah_arrivals6,
							   ESPAH_GFP_PERCPU));
}

/**
 * espah_early6_free() - give back what espah_early6_prepare() has made
 * @en: namespace that no packet comes to any more
 */
void espah_early6_free(struct espah_net *en)
{
	struct arrival6 *arrival;
	int cpu, i;

	if (!en->arrivals6)
		return;
	for_each_possible_cpu(cpu) {
		arrival = per_cpu_ptr(en->arrivals6, cpu)->arrival;
		for (i = 0; i < ARRIVALS; i++)
			dst_release(arrival[i].dst);
	}
	free_percpu(en->arrivals6);
}
