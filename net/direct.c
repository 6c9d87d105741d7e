// SPDX-License-Identifier: GPL-2.0-only
/* The direct way in: where nobody listens between here and the sockets, a packet that came
 * out of its protection goes straight to them, or on by the route that the last one like it
 * took.
 *
 * Otherwise it has to be marked (net/mark.c), and enters the stack as one that has
 * just arrived (net/deliver.c).
 */

#include <linux/hash.h>
#include <linux/ip.h>
#include <linux/log2.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/percpu.h>
#include <net/inet_ecn.h>
#include <net/ip.h>
#include <net/l3mdev.h>
#include <net/route.h>
#include <net/xfrm.h>

#include "compat.h"
#include "direct.h"
#include "mark.h"
#include "netns.h"

DEFINE_PER_CPU(const struct sk_buff *, espah_direct_packet);

/* A power of two: so many flows have ways that are remembered. */
#define WAYS	64

/**
 * struct way - where packets that look so go from here
 * @saddr: their source
 * @daddr: their destination
 * @mark: their mark
 * @iif: what they arrived by
 * @tos: as their header has it
 * @rt: the route that the stack has found, held; or NULL
 */
struct way {
	__be32		saddr;
	__be32		daddr;
	u32		mark;
	int		iif;
	u8		tos;
	struct rtable	*rt;
};

/**
 * struct espah_ways - what one CPU remembers
 * @way: by a hash of the addresses; softirqs are off wherever it is touched
 */
struct espah_ways {
	struct way	way[WAYS];
};

/* Who hooks in besides us may look at the mark, and change things. (At POST_ROUTING, nobody may
 * ask how a packet came.)
 */
static __always_inline bool hooked(const struct net *net, unsigned int hook,
				   unsigned int ours)
{
	const struct nf_hook_entries *entries =
		rcu_dereference(net->nf.hooks_ipv4[hook]);

	return entries && entries->num_hook_entries != ours;
}

/* xfrm's policies want to see the mark, those of sockets among them. */
static __always_inline bool xfrm_asks(const struct net *net)
{
	const struct netns_xfrm *xfrm = &net->xfrm;

	return xfrm->policy_count[XFRM_POLICY_IN] |
	       xfrm->policy_count[XFRM_POLICY_FWD] |
	       xfrm->policy_count[XFRM_POLICY_MAX + XFRM_POLICY_IN] ||
	       xfrm->policy_default[XFRM_POLICY_IN] != XFRM_USERPOLICY_ACCEPT ||
	       xfrm->policy_default[XFRM_POLICY_FWD] != XFRM_USERPOLICY_ACCEPT;
}

/**
 * espah_direct_unheard() - would nobody notice that an IPv4 packet has no mark?
 * @en: namespace
 *
 * The caller holds RCU.
 *
 * Return: true if nobody can ask between here and the sockets, and no packet is on its way
 * to them on this CPU: what is inside of that one is marked, which bounds how deep it goes.
 */
bool espah_direct_unheard(const struct espah_net *en)
{
	return !hooked(en->net, NF_INET_PRE_ROUTING, 0) &&
	       !hooked(en->net, NF_INET_LOCAL_IN, READ_ONCE(en->hooked_in)) &&
	       !xfrm_asks(en->net) && !this_cpu_read(espah_direct_packet);
}

/* Does anybody capture? Of who wants to see IP alone, wherever it arrives, neither the device nor
 * the list of those who want to see all knows.
 */
static bool captured(struct net_device *dev)
{
#if IS_ENABLED(CONFIG_PACKET)
	if (!hlist_empty(&dev_net(dev)->packet.sklist))
		return true;
#endif
	return dev_nit_active(dev);
}

/* Nobody wants to see what arrives by this device, and what becomes of it does not
 * depend on the device but by its number. TCP that is to be coalesced takes the long way.
 */
static bool plain(struct net_device *dev, u8 proto)
{
	if (rcu_access_pointer(dev->rx_handler) || espah_dev_ingress(dev) ||
	    netif_is_l3_slave(dev) || netif_is_l3_master(dev) ||
	    captured(dev))
		return false;
	return netif_elide_gro(dev) ? !rcu_access_pointer(dev->xdp_prog) :
				      proto != IPPROTO_TCP;
}

/* Where there are several ways, may ports have a say in which it is? */
static bool hashes_more(const struct net *net)
{
#ifdef CONFIG_IP_ROUTE_MULTIPATH
	return READ_ONCE(net->ipv4.sysctl_fib_multipath_hash_policy);
#else
	return false;
#endif
}

/* Which of a flow's packets takes which way can be another question than its addresses. */
static __always_inline bool ways_are_by_address(const struct net *net,
						const struct rtable *rt)
{
	return rt->rt_type == RTN_LOCAL ||
	       (rt->rt_type == RTN_UNICAST && !hashes_more(net));
}

/* The stack finds the way, as for a marked packet, which the source filter lets pass. */
static noinline struct rtable *find_way(struct espah_net *en,
					struct sk_buff *skb, struct way *way)
{
	const struct iphdr *iph = ip_hdr(skb);
	struct rtable *rt;
	int err;

	if (espah_mark_set(en, skb))
		return NULL;
	skb_dst_drop(skb);
	err = ip_route_input_noref(skb, iph->daddr, iph->saddr, iph->tos,
				   skb->dev);
	secpath_reset(skb);
	rt = skb_rtable(skb);
	if (err || !ways_are_by_address(en->net, rt))
		return NULL;

	if (way->rt)
		dst_release(&way->rt->dst);
	dst_hold(&rt->dst);
	*way = (struct way){
		.saddr	= iph->saddr,
		.daddr	= iph->daddr,
		.mark	= skb->mark,
		.iif	= skb->dev->ifindex,
		.tos	= iph->tos,
		.rt	= rt,
	};
	return rt;
}

static __always_inline bool leads(const struct way *way,
				  const struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);

	return way->saddr == iph->saddr && way->daddr == iph->daddr &&
	       way->mark == skb->mark && way->iif == skb->dev->ifindex &&
	       way->tos == iph->tos && way->rt && dst_check(&way->rt->dst, 0);
}

static __always_inline struct way *remembered(struct espah_ways __percpu *ways,
					      const struct iphdr *iph)
{
	u32 sum = (__force u32)iph->saddr ^ (__force u32)iph->daddr;

	return &this_cpu_ptr(ways)->way[hash_32(sum, ilog2(WAYS))];
}

/**
 * espah_direct_way() - where a packet goes that came out of a tunnel
 * @en: namespace
 * @skb: IPv4 packet, whole, with its data at its checked header, of a tunnel over IPv4;
 *	nobody would notice that it has no mark (espah_direct_unheard())
 *
 * The caller holds RCU, and has softirqs off.
 *
 * Return: the route, which is good as long as RCU is held, or NULL where it has to enter the
 * stack as one that has just arrived; then it may have lost the route that it came by.
 */
struct rtable *espah_direct_way(struct espah_net *en, struct sk_buff *skb)
{
	struct espah_ways __percpu *ways = READ_ONCE(en->ways);
	const struct iphdr *iph = ip_hdr(skb);
	struct rtable *rt;
	struct way *way;

	if (unlikely(!ways || iph->ihl != sizeof(*iph) / 4 ||
		     ip_is_fragment(iph) || skb->pkt_type != PACKET_HOST ||
		     espah_custom_rules(en->net) ||
		     !plain(skb->dev, iph->protocol)))
		return NULL;
	way = remembered(ways, iph);
	rt = likely(leads(way, skb)) ? way->rt : find_way(en, skb, way);
	if (unlikely(!rt) || likely(rt->rt_type == RTN_LOCAL))
		return rt;
	return hooked(en->net, NF_INET_FORWARD, READ_ONCE(en->hooked_fwd)) ?
		       NULL : rt;
}

/**
 * espah_direct_enter() - what the IP layer does with a packet that has just arrived
 * @en: namespace
 * @skb: packet of espah_direct_way()
 * @rt: its route
 */
void espah_direct_enter(struct espah_net *en, struct sk_buff *skb,
			struct rtable *rt)
{
	__IP_UPD_PO_STATS(en->net, IPSTATS_MIB_IN, skb->len);
	__IP_INC_STATS(en->net, IPSTATS_MIB_NOECTPKTS +
				(ip_hdr(skb)->tos & INET_ECN_MASK));
	skb_set_transport_header(skb, sizeof(struct iphdr));
	memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
	IPCB(skb)->iif = skb->skb_iif;
	skb_dst_drop(skb);
	skb_dst_set_noref(skb, &rt->dst);
}

/**
 * espah_direct_input() - a packet without a mark goes to the sockets, or on
 * @skb: packet, routed, and judged by our policies; taken over
 *
 * The caller holds RCU, and has softirqs off.
 */
void espah_direct_input(struct sk_buff *skb)
{
	this_cpu_write(espah_direct_packet, skb);
	dst_input(skb);
	this_cpu_write(espah_direct_packet, NULL);
}

/**
 * espah_direct_prepare() - a namespace has SAs
 * @en: namespace; the caller holds its lock
 *
 * Without memory, packets take the long way.
 */
void espah_direct_prepare(struct espah_net *en)
{
	lockdep_assert_held(&en->lock);

	if (!en->ways)
		WRITE_ONCE(en->ways, alloc_percpu_gfp(struct espah_ways,
						      ESPAH_GFP_PERCPU));
}

/**
 * espah_direct_free() - give back what espah_direct_prepare() has made
 * @en: namespace that no packet comes to any more
 */
void espah_direct_free(struct espah_net *en)
{
	struct way *way;
	int cpu, i;

	if (!en->ways)
		return;
	for_each_possible_cpu(cpu) {
		way = per_cpu_ptr(en->ways, cpu)->way;
		for (i = 0; i < WAYS; i++)
			if (way[i].rt)
				dst_release(&way[i].rt->dst);
	}
	free_percpu(en->ways);
}
