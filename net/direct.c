// SPDX-License-Identifier: GPL-2.0-only
/* The direct way in: where nobody listens between here and the sockets, a packet that came
 * out of its protection goes straight to them, or on by the route that the last one like it
 * took.
 *
 * Otherwise it has to be marked (net/mark.c), and enters the stack as one that has
 * just arrived (net/deliver.c).
 */

#include <linux/hash.h>
#include <linux/icmp.h>
#include <linux/ip.h>
#include <linux/log2.h>
#include <linux/netdevice.h>
#include <linux/percpu.h>
#include <net/icmp.h>
#include <net/inet_ecn.h>
#include <net/ip.h>
#include <net/l3mdev.h>
#include <net/protocol.h>
#include <net/route.h>
#include <net/xfrm.h>

#include "bypass.h"
#include "compat.h"
#include "deliver.h"
#include "direct.h"
#include "flow.h"
#include "listen.h"
#include "mark.h"
#include "netns.h"
#include "packet.h"
#include "route.h"
#include "sa.h"
#include "trace.h"

DEFINE_PER_CPU(const struct sk_buff *, espah_direct_packet);

/* A power of two: so many flows have ways that are remembered. */
#define WAYS	64

/**
 * struct way - where packets that look so go from here, and why they may
 * @saddr: their source
 * @daddr: their destination
 * @ports: as espah_flow_ports() has them
 * @mark: their mark
 * @iif: what they arrived by, in a VRF the device and not the VRF
 * @tos: as their header has it
 * @proto: their protocol
 * @rt: the route that the stack has found, held; or NULL where they keep the one that they
 *	came by
 * @sa: SA that they came under; what it is good for, and @policy, as long as @generation is
 * @policy: policy that lets them in, or NULL where that was not found out
 * @generation: from espah_net_generation(), before it was
 */
struct way {
	__be32			saddr;
	__be32			daddr;
	__be32			ports;
	u32			mark;
	int			iif;
	u8			tos;
	u8			proto;
	struct rtable		*rt;
	const struct espah_sa	*sa;
	struct espah_policy	*policy;
	unsigned long		generation;
};

/**
 * struct espah_ways - what one CPU remembers
 * @way: by a hash of the addresses; softirqs are off wherever it is touched
 */
struct espah_ways {
	struct way	way[WAYS];
};

static __always_inline bool unheard(const struct espah_net *en)
{
	/* Who hooks in may look at the mark, and change things. (At POST_ROUTING, nobody may ask
	 * how a packet came.)
	 */
	return !espah_listen_hooks(en->net, NF_INET_PRE_ROUTING,
				   READ_ONCE(en->hooked_pre)) &&
	       !espah_listen_hooks(en->net, NF_INET_LOCAL_IN,
				   READ_ONCE(en->hooked_in)) &&
	       !espah_listen_xfrm(en->net) && !this_cpu_read(espah_direct_packet);
}

/* IPv4, and by no interface of its own. */
static __always_inline bool may(const struct espah_sa *sa,
				const struct sk_buff *skb)
{
	return !sa->if_id && !espah_packet_is6(skb) && unheard(sa->en);
}

/**
 * espah_direct_may() - may a packet that came under one SA go directly?
 * @sa: SA
 * @skb: packet in clear, with its data at its header
 *
 * The caller holds RCU.
 *
 * Return: true if nobody can ask for its mark between here and the sockets, and no packet is on
 * its way to them on this CPU: what is inside of that one is marked, which bounds how deep
 * it goes.
 */
bool espah_direct_may(const struct espah_sa *sa, const struct sk_buff *skb)
{
	return may(sa, skb);
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
 * depend on the device but by its number.
 */
static __always_inline bool plain(struct net_device *dev)
{
	return !rcu_access_pointer(dev->rx_handler) && !espah_dev_ingress(dev) &&
	       !netif_is_l3_slave(dev) && !netif_is_l3_master(dev) &&
	       !captured(dev) && !rcu_access_pointer(dev->xdp_prog);
}

/* May a packet go on by another route than it came by, where that is known? */
static __always_inline bool open_to(const struct espah_net *en,
				    const struct sk_buff *skb)
{
	return !espah_custom_rules(en->net) && plain(skb->dev);
}

/* TCP is coalesced where that of its device is, and goes up as one big packet. What came in
 * transport mode may do so by another route than it came by, where that can only be the same.
 */
static __always_inline bool coalesces(const struct espah_sa *sa,
				      const struct sk_buff *skb)
{
	return ip_hdr(skb)->protocol == IPPROTO_TCP && !netif_elide_gro(skb->dev) &&
	       espah_mark_shareable(sa->en, skb) &&
	       (sa->mode != ESPAH_MODE_TRANSPORT ||
		(espah_packet_plain4(skb) && open_to(sa->en, skb)));
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

static __always_inline struct way *remembered(struct espah_ways __percpu *ways,
					      const struct iphdr *iph,
					      __be32 ports)
{
	u32 sum = (__force u32)iph->saddr ^ (__force u32)iph->daddr ^
		  (__force u32)ports;

	return &this_cpu_ptr(ways)->way[hash_32(sum, ilog2(WAYS))];
}

static __always_inline bool looks_so(const struct way *way,
				     const struct sk_buff *skb, __be32 ports)
{
	const struct iphdr *iph = ip_hdr(skb);

	return way->saddr == iph->saddr && way->daddr == iph->daddr &&
	       way->ports == ports && way->mark == skb->mark &&
	       way->iif == skb->skb_iif && way->tos == iph->tos &&
	       way->proto == iph->protocol;
}

static __always_inline bool leads(const struct espah_net *en,
				  const struct way *way)
{
	return way->rt && espah_route_holds4(en->net, way->rt);
}

/* Nothing is known of why they may. */
static struct way *begin_way(struct espah_ways __percpu *ways,
			     const struct sk_buff *skb, __be32 ports)
{
	const struct iphdr *iph = ip_hdr(skb);
	struct way *way = remembered(ways, iph, ports);

	if (way->rt)
		dst_release(&way->rt->dst);
	*way = (struct way){
		.saddr	= iph->saddr,
		.daddr	= iph->daddr,
		.ports	= ports,
		.mark	= skb->mark,
		.iif	= skb->skb_iif,
		.tos	= iph->tos,
		.proto	= iph->protocol,
	};
	return way;
}

/* The stack finds the way, as for a marked packet, which the source filter lets pass. */
static noinline struct rtable *find_way(struct espah_net *en,
					struct espah_ways __percpu *ways,
					struct sk_buff *skb, __be32 ports)
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
	if (err || !ways_are_by_address(en->net, rt) ||
	    !dst_hold_safe(&rt->dst))
		return NULL;

	begin_way(ways, skb, ports)->rt = rt;
	return rt;
}

/* What is passed on passes who hooks in there. What is for a socket here, that may have a policy
 * of its own; a key daemon's has, and wants nothing.
 */
static __always_inline bool may_go_by(const struct espah_net *en,
				      const struct sk_buff *skb,
				      const struct rtable *rt)
{
	if (likely(rt->rt_type == RTN_LOCAL))
		return !unlikely(espah_listen_sockets(en->net)) ||
		       espah_bypass_unasked(en->net, skb);
	return !espah_listen_hooks(en->net, NF_INET_FORWARD,
				   READ_ONCE(en->hooked_fwd));
}

/**
 * espah_direct_way() - where a packet goes that came out of a tunnel
 * @en: namespace
 * @skb: IPv4 packet, whole, with its data at its checked header, out of a tunnel;
 *	it may go directly (espah_direct_may())
 *
 * The caller holds RCU, and has softirqs off.
 *
 * Return: the route, which is good as long as RCU is held, or NULL where it has to enter the
 * stack as one that has just arrived; then it may have lost the route that it came by.
 */
struct rtable *espah_direct_way(struct espah_net *en, struct sk_buff *skb)
{
	struct espah_ways __percpu *ways = READ_ONCE(en->ways);
	__be32 ports = espah_flow_ports(skb);
	struct rtable *rt;
	struct way *way;

	if (unlikely(!ways || !espah_packet_plain4(skb) || !open_to(en, skb)))
		return NULL;
	way = remembered(ways, ip_hdr(skb), ports);
	rt = looks_so(way, skb, ports) && leads(en, way) ?
	     way->rt : find_way(en, ways, skb, ports);
	return rt && may_go_by(en, skb, rt) ? rt : NULL;
}

/**
 * espah_direct_keeps() - may a packet go on by the route that it came by?
 * @en: namespace
 * @skb: packet of espah_direct_may(), in transport mode
 *
 * The caller holds RCU.
 *
 * Return: false where it has none, or would be missed on its way.
 */
bool espah_direct_keeps(const struct espah_net *en, const struct sk_buff *skb)
{
	return skb_dst(skb) && may_go_by(en, skb, skb_rtable(skb));
}

/**
 * espah_direct_learn() - remember why a packet may go on directly
 * @sa: SA that it came under
 * @skb: IPv4 packet, whole, with its data at its checked header
 * @policy: policy that lets it in
 * @generation: from espah_net_generation(), before that was found out
 *
 * Where a policy or the SA asks for more than addresses and protocol, that is not seen of
 * what has no ports. The caller holds RCU, and has softirqs off.
 */
void espah_direct_learn(const struct espah_sa *sa, const struct sk_buff *skb,
			struct espah_policy *policy, unsigned long generation)
{
	struct espah_ways __percpu *ways = READ_ONCE(sa->en->ways);
	__be32 ports = espah_flow_ports(skb);
	struct way *way;

	if (!ways || !espah_packet_plain4(skb) || (!ports && espah_narrow(sa->en)))
		return;
	way = sa->mode == ESPAH_MODE_TRANSPORT ?
	      begin_way(ways, skb, ports) :
	      remembered(ways, ip_hdr(skb), ports);
	/* Its route may be in here, or not. */
	if (!looks_so(way, skb, ports))
		return;
	way->sa = sa;
	way->policy = policy;
	way->generation = generation;
}

/* What the IP layer does with a packet that has just arrived. */
static __always_inline void enter(struct espah_net *en, struct sk_buff *skb,
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

/* What the IP layer would have to hand to this protocol for this host's sockets, or NULL: nobody
 * but these shall ask for it.
 */
static __always_inline const struct net_protocol *
upper(const struct net *net, const struct sk_buff *skb)
{
	u8 proto = ip_hdr(skb)->protocol;

	if (skb_rtable(skb)->rt_type != RTN_LOCAL ||
	    (proto != IPPROTO_UDP && proto != IPPROTO_TCP) ||
	    espah_listen_raw(net, proto))
		return NULL;
	return rcu_dereference(inet_protos[proto]);
}

/* A tunnel's socket has taken UDP off, and hands back what was in it. */
static noinline void hand_back(struct net *net, struct sk_buff *skb, int proto)
{
	const struct net_protocol *to;

	while (proto > 0) {
		to = rcu_dereference(inet_protos[proto]);
		if (!to) {
			__IP_INC_STATS(net, IPSTATS_MIB_INUNKNOWNPROTOS);
			icmp_send(skb, ICMP_DEST_UNREACH, ICMP_PROT_UNREACH, 0);
			kfree_skb(skb);
			return;
		}
		proto = -to->handler(skb);
	}
	__IP_INC_STATS(net, IPSTATS_MIB_INDELIVERS);
}

/* As the IP layer does it, when it has asked everybody. */
static __always_inline void hand_up(struct net *net, struct sk_buff *skb,
				    const struct net_protocol *to)
{
	int ret;

	skb_clear_delivery_time(skb);
	__skb_pull(skb, skb_network_header_len(skb));
	ret = to->handler(skb);
	if (unlikely(ret < 0))
		hand_back(net, skb, -ret);
	else
		__IP_INC_STATS(net, IPSTATS_MIB_INDELIVERS);
}

/* A packet without a mark goes to the sockets, or on, by @rt where that is not NULL. What is
 * coalesced meets our hooks later, and has one.
 */
static __always_inline void go(struct espah_sa *sa, struct sk_buff *skb,
			       struct rtable *rt)
{
	struct net *net = sa->en->net;
	const struct net_protocol *to;

	trace_espah_input(sa, skb);
	nf_reset_ct(skb);
	if (coalesces(sa, skb)) {
		espah_mark_share(sa->en, skb);
		espah_deliver_arrived(sa, skb);
		return;
	}
	espah_count(sa->en, ESPAH_A_CNT_IN_OK);
	if (rt)
		enter(sa->en, skb, rt);
	to = upper(net, skb);
	this_cpu_write(espah_direct_packet, skb);
	if (likely(to))
		hand_up(net, skb, to);
	else
		dst_input(skb);
	this_cpu_write(espah_direct_packet, NULL);
}

/**
 * espah_direct_deliver() - a packet goes on in clear where nobody listens
 * @sa: SA that it came under, and no other; the caller keeps it
 * @skb: IPv4 packet, without a mark, with its data at its header
 * @rt: where it goes, if it came out of a tunnel, from espah_direct_way(); otherwise NULL,
 *	and it goes by the route that it came by
 *
 * The caller holds RCU, and has softirqs off.
 */
void espah_direct_deliver(struct espah_sa *sa, struct sk_buff *skb,
			  struct rtable *rt)
{
	go(sa, skb, rt);
}

/* What was learnt of packets that look so, or NULL. */
static __always_inline const struct way *known(const struct espah_sa *sa,
					       const struct sk_buff *skb)
{
	struct espah_ways __percpu *ways = READ_ONCE(sa->en->ways);
	const struct way *way;
	__be32 ports;

	if (unlikely(!ways || !espah_packet_plain4(skb)))
		return NULL;
	ports = espah_flow_ports(skb);
	way = remembered(ways, ip_hdr(skb), ports);
	if (unlikely(way->sa != sa || !looks_so(way, skb, ports) ||
		     way->generation != espah_net_generation(sa->en)))
		return NULL;
	if (sa->mode == ESPAH_MODE_TRANSPORT)
		return espah_direct_keeps(sa->en, skb) ? way : NULL;
	return open_to(sa->en, skb) && leads(sa->en, way) &&
	       may_go_by(sa->en, skb, way->rt) ? way : NULL;
}

/**
 * espah_direct_again() - a packet goes the way of others that looked like it
 * @sa: SA that it came under, and no other; the caller keeps it
 * @skb: packet in clear, with its data at its header; taken over where this returns 0
 *
 * As espah_admit() and what follows it. The caller holds RCU, and has softirqs off.
 *
 * Return: 0, the counter that says why it may not, or -ENOENT where all has to be found out.
 */
int espah_direct_again(struct espah_sa *sa, struct sk_buff *skb)
{
	const struct way *way;

	if (unlikely(!may(sa, skb)))
		return -ENOENT;
	way = known(sa, skb);
	if (unlikely(!way))
		return -ENOENT;
	espah_policy_use(way->policy, skb->len);
	if (unlikely(!espah_sa_use(sa, skb->len)))
		return ESPAH_A_CNT_IN_EXPIRED;
	go(sa, skb, way->rt);
	return 0;
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
	if (!en->mark)
		WRITE_ONCE(en->mark, espah_mark_make(en));
}

/**
 * espah_direct_free() - give back what espah_direct_prepare() has made
 * @en: namespace that no packet comes to any more
 */
void espah_direct_free(struct espah_net *en)
{
	struct way *way;
	int cpu, i;

	if (en->mark)
		__skb_ext_put(en->mark);
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
