// SPDX-License-Identifier: GPL-2.0-only
/* The send path, in order: policy, SA, route, size; then the packet is protected
 * (net/protect.c).
 */

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <net/ip.h>
#include <net/route.h>
#include <net/xfrm.h>

#include "acquire.h"
#include "bundle.h"
#include "bypass.h"
#include "compat.h"
#include "conntrack.h"
#include "dev.h"
#include "ext6.h"
#include "flow.h"
#include "flowtable.h"
#include "netns.h"
#include "notify.h"
#include "output.h"
#include "output6.h"
#include "packet.h"
#include "pmtu.h"
#include "protect.h"
#include "quoted.h"
#include "route.h"
#include "sent.h"

/* Looked up without a protocol, which keeps xfrm's policies out of it. */
static noinline struct dst_entry *find_route(struct espah_sa *sa, u32 mark)
{
	struct flowi4 fl4 = {
		.daddr		= sa->id.dst.v4,
		.saddr		= sa->src.v4,
		.flowi4_mark	= mark,
	};
	struct rtable *rt;

	if (sa->id.family == AF_INET6)
		return espah_output6_route(sa, mark);
	rt = ip_route_output_key(sa->en->net, &fl4);
	if (IS_ERR(rt))
		return NULL;
	espah_route_keep(sa, mark, &rt->dst, 0);
	return &rt->dst;
}

/* The route to the other end of a tunnel, for packets with this mark.
 *
 * Returns a route to be given back with dst_release(), or NULL.
 */
static __always_inline struct dst_entry *tunnel_route(struct espah_sa *sa,
						      u32 mark)
{
	struct dst_entry *dst = espah_route_for(sa, mark);

	return likely(dst) ? dst : find_route(sa, mark);
}

/**
 * espah_output_route() - the route to the other end of a tunnel
 * @sa: SA in tunnel or BEET mode
 * @mark: of the protected packet
 *
 * The caller holds RCU, and has softirqs off.
 *
 * Return: a route to be given back with dst_release(), or NULL.
 */
struct dst_entry *espah_output_route(struct espah_sa *sa, u32 mark)
{
	return tunnel_route(sa, mark);
}

/* The route of the protected packet, which in transport mode is the packet's own. */
static __always_inline struct dst_entry *
outer_route(struct espah_sa *sa, struct sk_buff *skb, u32 mark)
{
	if (sa->mode == ESPAH_MODE_TRANSPORT)
		return skb_dst_force(skb) ? dst_clone(skb_dst(skb)) : NULL;
	return tunnel_route(sa, mark);
}

static unsigned int refuse(struct espah_net *en, struct espah_sa *sa,
			   struct sk_buff *skb, unsigned int cause)
{
	espah_count_drop(en, sa, skb, cause);
	return cause == ESPAH_A_CNT_OUT_TOO_BIG ? NF_DROP_ERR(-EMSGSIZE) :
						  NF_DROP;
}

/* The IP layer hands each over twice, one for this host's own ears. */
static bool is_multicast(const struct sk_buff *skb)
{
	if (unlikely(espah_packet_is6(skb)))
		return ipv6_addr_is_multicast(&ipv6_hdr(skb)->daddr);
	return skb_rtable(skb)->rt_flags & (RTCF_MULTICAST | RTCF_BROADCAST);
}

/* The way to the other end is this virtual interface, or this host itself. */
static bool leads_back(const struct dst_entry *route,
		       const struct net_device *link)
{
	return route->dev == link || route->dev->flags & IFF_LOOPBACK;
}

/* The SA is known, or the bundle that it is the first of. Takes the packet over, or says
 * what to do with it. Where @link is not NULL, a route has brought it to this virtual
 * interface, and it has left the stack before.
 *
 * This and what it consists of is inlined into leave(): the calls
 * would be some 50 instructions for each packet.
 */
static __always_inline unsigned int take_under(struct espah_net *en,
					       const struct espah_policy *policy,
					       struct espah_sa *sa,
					       struct espah_bundle *bundle,
					       struct sk_buff *skb,
					       const struct nf_hook_state *state,
					       const struct net_device *link)
{
	struct espah_layer *next = bundle ? espah_layer_next(bundle->layers) :
					    NULL;
	u32 mark = bundle ? espah_bundle_mark(bundle, skb->mark) :
			    espah_fwmark_apply(&sa->output_mark, skb->mark);
	struct dst_entry *route;

	if (!link && is_multicast(skb))
		return refuse(en, sa, skb, ESPAH_A_CNT_OUT_MULTICAST);
	route = outer_route(bundle ? espah_bundle_routed(bundle) : sa, skb,
			    mark);
	if (!route)
		return refuse(en, sa, skb, ESPAH_A_CNT_OUT_NO_ROUTE);
	if (unlikely(link) && leads_back(route, link)) {
		dst_release(route);
		return refuse(en, sa, skb, ESPAH_A_CNT_OUT_LINK_LOOP);
	}
	/* What helpers write may make it longer; and what is said of a packet that is
	 * too big finds its way back by its connection.
	 */
	if (!espah_conntrack_leave(skb, state)) {
		dst_release(route);
		return refuse(en, sa, skb, ESPAH_A_CNT_OUT_CONNTRACK);
	}
	if (!espah_pmtu_fits(sa, next, skb, route)) {
		dst_release(route);
		return refuse(en, sa, skb, ESPAH_A_CNT_OUT_TOO_BIG);
	}

	skb_dst_drop(skb);
	skb_dst_set(skb, route);
	skb->mark = mark;
	espah_protect(sa, next, skb, policy &&
		      policy->config.sel.asks & ESPAH_ASKS_VALUES);
	return NF_STOLEN;
}

/* The policy has several templates. Its SAs are looked for once more, to be held: who has
 * one template pays nothing for that.
 */
static noinline unsigned int take_bundled(struct espah_net *en,
					  const struct espah_policy *policy,
					  const struct espah_flow *flow,
					  struct sk_buff *skb,
					  const struct nf_hook_state *state,
					  const struct net_device *link)
{
	struct espah_sa *sas[ESPAH_TMPLS_MAX];
	struct espah_bundle *bundle;
	unsigned int verdict;
	unsigned int count;
	bool excluded;

	count = espah_policy_sas(en, policy, flow, sas, &excluded);
	bundle = count ? espah_bundle_create(policy, sas, count) : ERR_PTR(-ENOENT);
	if (IS_ERR(bundle))
		return refuse(en, NULL, skb, bundle == ERR_PTR(-ENOMEM) ?
			      ESPAH_A_CNT_OUT_NOMEM : ESPAH_A_CNT_OUT_NO_SA);
	verdict = take_under(en, policy, sas[0], bundle, skb, state, link);
	espah_bundle_put(bundle);
	return verdict;
}

static __always_inline unsigned int take(struct espah_net *en,
					 const struct espah_policy *policy,
					 const struct espah_flow *flow,
					 struct espah_sa *sa,
					 struct sk_buff *skb,
					 const struct nf_hook_state *state,
					 const struct net_device *link)
{
	if (unlikely(policy && policy->config.tmpls > 1))
		return take_bundled(en, policy, flow, skb, state, link);
	return take_under(en, policy, sa, NULL, skb, state, link);
}

/* For those that need no haste. Those that wait or might have to have left netfilter
 * before, and have no @state.
 */
static noinline unsigned int take_slowly(struct espah_net *en,
					 const struct espah_policy *policy,
					 const struct espah_flow *flow,
					 struct espah_sa *sa,
					 struct sk_buff *skb,
					 const struct nf_hook_state *state,
					 const struct net_device *link)
{
	return take(en, policy, flow, sa, skb, state, link);
}

/* The packet will stay for a while. It keeps its route and its socket; what else
 * it refers to may go meanwhile, a port of a bridge for one. Returns 0 or the
 * counter that says why not.
 */
static noinline unsigned int settle(struct sk_buff *skb,
				    const struct nf_hook_state *state)
{
	if (!skb_dst_force(skb))
		return ESPAH_A_CNT_OUT_NO_ROUTE;
	if (!espah_conntrack_leave(skb, state))
		return ESPAH_A_CNT_OUT_CONNTRACK;
	skb_ext_reset(skb);
	return 0;
}

/* There is no SA. Where nobody can be asked for one, nobody will bring it. */
static noinline unsigned int take_without(struct espah_net *en,
					  struct espah_policy *policy,
					  struct espah_flow *flow,
					  struct sk_buff *skb,
					  const struct nf_hook_state *state,
					  const struct net_device *link,
					  bool excluded)
{
	struct espah_sa *sa;
	unsigned int cause;
	bool room;

	if (!espah_notify_heard(en))
		return refuse(en, NULL, skb, excluded ?
			      ESPAH_A_CNT_OUT_SELECTOR : ESPAH_A_CNT_OUT_NO_SA);
	if (!link && is_multicast(skb))
		return refuse(en, NULL, skb, ESPAH_A_CNT_OUT_MULTICAST);
	/* Who is asked wants to know what for, even where no selector does. */
	espah_flow_upper(skb, flow);
	room = espah_queue_has_room(en, policy, skb);
	espah_acquire(en, policy, flow, room);
	/* Conntrack need not enter connections of what is dropped. */
	if (!room)
		return refuse(en, NULL, skb, ESPAH_A_CNT_OUT_QUEUE_FULL);
	cause = settle(skb, state);
	if (cause)
		return refuse(en, NULL, skb, cause);

	switch (espah_queue_add(en, policy, flow, skb, &sa)) {
	case ESPAH_QUEUE_TAKEN:
		return NF_STOLEN;
	case ESPAH_QUEUE_GO:
		return take_slowly(en, policy, flow, sa, skb, NULL, link);
	case ESPAH_QUEUE_FULL:
		return refuse(en, NULL, skb, ESPAH_A_CNT_OUT_QUEUE_FULL);
	case ESPAH_QUEUE_ENDED:
		return refuse(en, NULL, skb, ESPAH_A_CNT_OUT_QUEUE_POLICY);
	default:
		return refuse(en, NULL, skb, ESPAH_A_CNT_OUT_NOMEM);
	}
}

/* The SA is new, and packets that waited for it have not gone yet. */
static noinline unsigned int take_behind(struct espah_net *en,
					 const struct espah_policy *policy,
					 const struct espah_flow *flow,
					 struct espah_sa *sa,
					 struct sk_buff *skb,
					 const struct nf_hook_state *state,
					 const struct net_device *link)
{
	unsigned int cause = settle(skb, state);

	if (cause)
		return refuse(en, sa, skb, cause);
	if (espah_queue_behind(en, policy, skb))
		return NF_STOLEN;
	return take_slowly(en, policy, flow, sa, skb, NULL, link);
}

/* In transport mode an SA is between two hosts, and for nobody else. So it is in BEET mode,
 * whose selector says for whom.
 */
static bool may_carry(const struct espah_sa *sa, const struct espah_flow *flow)
{
	if (sa->mode == ESPAH_MODE_BEET)
		return espah_sa_covers(sa, flow);
	return sa->mode != ESPAH_MODE_TRANSPORT ||
	       (espah_addr_equal(&flow->src, &sa->src) &&
		espah_addr_equal(&flow->dst, &sa->id.dst));
}

/* No policy speaks of the packet: it goes in clear, unless that is blocked. */
static noinline unsigned int unspoken(struct espah_net *en, struct sk_buff *skb,
				      const struct nf_hook_state *state)
{
	if (!espah_default_blocks(en, ESPAH_DIR_OUT) ||
	    espah_bypass_out(state->sk))
		return NF_ACCEPT;
	return refuse(en, NULL, skb, ESPAH_A_CNT_OUT_NO_POLICY);
}

/* RFC 4301 section 6.2: an ICMP error that no policy speaks of goes as what would answer
 * the packet that it quotes, of which it shows a part. No SA is made for it.
 */
static noinline unsigned int take_error(struct espah_net *en,
					const struct espah_flow *flow,
					struct sk_buff *skb,
					const struct nf_hook_state *state)
{
	struct espah_policy *policy;
	struct espah_flow back;
	struct espah_sa *sa;
	bool excluded;

	if (!espah_quoted_back(skb, flow, &back))
		return unspoken(en, skb, state);
	policy = espah_spd_lookup(en, ESPAH_DIR_OUT, &back);
	if (!policy || policy->config.action == ESPAH_ACTION_DISCARD)
		return unspoken(en, skb, state);
	if (policy->config.action == ESPAH_ACTION_BYPASS)
		return NF_ACCEPT;
	sa = espah_policy_sa(en, policy, &back, &excluded);
	if (!sa && espah_policy_optional(policy))
		return NF_ACCEPT;
	if (!sa || !may_carry(sa, flow))
		return refuse(en, NULL, skb, ESPAH_A_CNT_OUT_NO_SA);
	if (!skb_dst(skb))
		return refuse(en, sa, skb, ESPAH_A_CNT_OUT_NO_ROUTE);
	return take_slowly(en, policy, &back, sa, skb, state, NULL);
}

static __always_inline unsigned int
take_unspoken(struct espah_net *en, const struct espah_flow *flow,
	      struct sk_buff *skb, const struct nf_hook_state *state)
{
	if (unlikely(espah_quoted_worth(flow)))
		return take_error(en, flow, skb, state);
	if (unlikely(espah_default_blocks(en, ESPAH_DIR_OUT)))
		return unspoken(en, skb, state);
	return NF_ACCEPT;
}

/* The packet is as good as protected, which keeps xfrm's policies out of the new
 * route.
 */
static bool refresh4(struct net *net, struct sk_buff *skb)
{
	struct dst_entry *dst = skb_dst(skb);

	IPCB(skb)->flags |= IPSKB_XFRM_TRANSFORMED;
	return (dst->dev != blackhole_netdev && dst_check(dst, 0)) ||
	       !ip_route_me_harder(net, skb->sk, skb, RTN_UNSPEC);
}

/* Routes change while a packet waits. One whose device went away has the black
 * hole for a device, which is another namespace's. What a route has brought to a virtual
 * interface (@link) is there, wherever routes lead since.
 */
static bool refresh_route(struct espah_net *en, struct sk_buff *skb, bool link)
{
	bool routed;

	if (link)
		routed = skb_dst(skb)->dev != blackhole_netdev;
	else
		routed = espah_packet_is6(skb) ?
			 espah_output6_refresh(en->net, skb) :
			 refresh4(en->net, skb);
	if (routed)
		skb->dev = skb_dst(skb)->dev;
	return routed;
}

static void resume(struct espah_net *en, const struct espah_policy *policy,
		   const struct espah_flow *flow, struct espah_sa *sa,
		   struct sk_buff *skb)
{
	bool link = policy->config.if_id;

	if (!refresh_route(en, skb, link))
		espah_drop(en, sa, skb, ESPAH_A_CNT_OUT_NO_ROUTE);
	else if (take_slowly(en, policy, flow, sa, skb, NULL,
			     link ? skb->dev : NULL) != NF_STOLEN)
		kfree_skb(skb);
}

/* One SA has come, and it was not the last that the policy has templates for. */
static bool still_waits(struct espah_net *en, const struct espah_policy *policy,
			const struct espah_flow *flow)
{
	if (policy->config.tmpls > 1 && espah_notify_heard(en))
		espah_acquire(en, policy, flow, false);
	return false;
}

/**
 * espah_output_resume() - a packet that waited for an SA may go on
 * @en: namespace
 * @policy: outbound policy that it waits on, kept by the caller
 * @skb: packet
 *
 * It is sent under an SA of this policy or not at all. If another speaks of the
 * packet by now, even one that would let it pass in clear, then it is dropped:
 * it came when the policy was this one.
 *
 * Return: false if there is no SA for it; then it is the caller's still.
 */
bool espah_output_resume(struct espah_net *en,
			 const struct espah_policy *policy, struct sk_buff *skb)
{
	bool excluded, gone = true;
	struct espah_flow flow;
	struct espah_sa *sa;

	rcu_read_lock();
	local_bh_disable();
	espah_flow_out(en, skb, &flow);
	flow.if_id = policy->config.if_id;
	if (espah_spd_lookup(en, ESPAH_DIR_OUT, &flow) != policy) {
		espah_drop(en, NULL, skb, ESPAH_A_CNT_OUT_QUEUE_POLICY);
	} else {
		sa = espah_policy_sa(en, policy, &flow, &excluded);
		if (sa)
			resume(en, policy, &flow, sa, skb);
		else
			gone = still_waits(en, policy, &flow);
	}
	local_bh_enable();
	rcu_read_unlock();
	return gone;
}

/* As not_ours(). Loopback has no disable_xfrm for IPv6. Neighbour discovery is what ARP
 * is for IPv4: without it no protected packet finds its way.
 */
static noinline bool not_ours6(const struct sk_buff *skb)
{
	const struct dst_entry *dst = skb_dst(skb);

	return IP6CB(skb)->flags & IP6SKB_XFRM_TRANSFORMED ||
	       (dst && (dst_xfrm(dst) || dst->flags & DST_NOXFRM ||
			dst->dev->flags & IFF_LOOPBACK ||
			espah_dev_leaves_by(dst))) ||
	       espah_ext6_neighbour(skb);
}

/* xfrm's packets on their way to xfrm, what is protected already (over IPv4,
 * espah_output_hook() has seen to that), what leaves by an
 * interface that the administrator (or, for loopback, the kernel) has set
 * disable_xfrm for, and what a route takes to a virtual interface of ours, which goes
 * under an SA there or nowhere.
 */
static bool not_ours(struct sk_buff *skb)
{
	const struct dst_entry *dst = skb_dst(skb);

	if (unlikely(espah_packet_is6(skb)))
		return not_ours6(skb);
	return dst && (dst_xfrm(dst) || dst->flags & DST_NOXFRM ||
		       espah_dev_leaves_by(dst));
}

/* Those that waited for this SA go first. */
static bool waits_behind(const struct espah_net *en,
			 const struct espah_policy *policy)
{
	return READ_ONCE(policy->queue) && READ_ONCE(en->waiting.held);
}

/* What the policies want of it, and what with, is looked for. */
static noinline unsigned int find_and_take(struct espah_net *en,
					   struct sk_buff *skb,
					   const struct nf_hook_state *state,
					   unsigned long generation)
{
	struct espah_policy *policy;
	bool excluded = false;
	struct espah_flow flow;
	struct espah_sa *sa;

	espah_flow_out(en, skb, &flow);
	policy = espah_spd_lookup(en, ESPAH_DIR_OUT, &flow);
	if (!policy)
		return take_unspoken(en, &flow, skb, state);
	espah_policy_use(policy, skb->len);
	if (policy->config.action == ESPAH_ACTION_BYPASS ||
	    espah_bypass_out(state->sk))
		return NF_ACCEPT;
	if (policy->config.action == ESPAH_ACTION_DISCARD)
		return refuse(en, NULL, skb, ESPAH_A_CNT_OUT_POLICY_DISCARD);

	sa = espah_policy_sa(en, policy, &flow, &excluded);
	if (!sa && espah_policy_optional(policy))
		return NF_ACCEPT;
	if (!skb_dst(skb))
		return refuse(en, sa, skb, ESPAH_A_CNT_OUT_NO_ROUTE);
	if (!sa)
		return take_without(en, policy, &flow, skb, state, NULL,
				    excluded);
	if (policy->config.tmpls == 1)
		espah_sent_learn(en, skb, policy, sa, generation);
	if (waits_behind(en, policy))
		return take_behind(en, policy, &flow, sa, skb, state, NULL);
	return take_slowly(en, policy, &flow, sa, skb, state, NULL);
}

/* As find_and_take(), where that is known from packets before. */
static __always_inline unsigned int take_ours(struct espah_net *en,
					      struct sk_buff *skb,
					      const struct nf_hook_state *state)
{
	unsigned long generation = espah_net_generation(en);
	const struct espah_sent *sent = espah_sent_recall(en, skb, generation);

	if (unlikely(!sent || waits_behind(en, sent->policy)))
		return find_and_take(en, skb, state, generation);
	espah_policy_use(sent->policy, skb->len);
	if (unlikely(espah_bypass_out(state->sk)))
		return NF_ACCEPT;
	return take_under(en, sent->policy, sent->sa, NULL, skb, state, NULL);
}

static noinline unsigned int leave(struct sk_buff *skb,
				   const struct nf_hook_state *state)
{
	struct espah_net *en = espah_net(state->net);
	unsigned int verdict;

	if ((!READ_ONCE(en->spd.count[ESPAH_DIR_OUT]) &&
	     !espah_default_blocks(en, ESPAH_DIR_OUT)) || not_ours(skb))
		return NF_ACCEPT;
	if (espah_flowtable_worth(skb) && !espah_flowtable_leave(en, skb))
		return refuse(en, NULL, skb, ESPAH_A_CNT_OUT_NOMEM);

	/* A process may be sending; the per-CPU data wants softirqs off. */
	local_bh_disable();
	verdict = take_ours(en, skb, state);
	local_bh_enable();
	return verdict;
}

/**
 * espah_output_hook() - a packet is about to leave
 * @priv: unused
 * @skb: packet, routed, with its header in the linear part
 * @state: namespace
 *
 * Return: %NF_ACCEPT if no policy wants it protected, %NF_STOLEN if it was
 * taken, or a drop verdict.
 */
unsigned int espah_output_hook(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	/* Every packet that is protected comes once more, and has no need of the rest. */
	if (state->pf == NFPROTO_IPV4 &&
	    IPCB(skb)->flags & IPSKB_XFRM_TRANSFORMED)
		return NF_ACCEPT;
	return leave(skb, state);
}

/**
 * espah_output_link() - a packet that a route has brought to a virtual interface
 * @en: namespace of the interface's SAs
 * @policy: outbound policy of the action "protect" that speaks of it, or NULL
 * @flow: flow of the packet
 * @sa: where there is no policy, the SA for it
 * @skb: packet, which has left the stack; its dst leads to the interface
 *
 * The caller holds RCU and has softirqs off.
 *
 * Return: 0 if it was taken; or a negative errno, where it is the caller's still, and was
 * counted: -EHOSTUNREACH where it has no SA, and none is to come.
 */
int espah_output_link(struct espah_net *en, struct espah_policy *policy,
		      struct espah_flow *flow, struct espah_sa *sa,
		      struct sk_buff *skb)
{
	const struct net_device *link = skb_dst(skb)->dev;
	bool excluded = false;
	unsigned int verdict;
	int err = -ENETUNREACH;

	if (policy)
		sa = espah_policy_sa(en, policy, flow, &excluded);
	if (!sa) {
		verdict = take_without(en, policy, flow, skb, NULL, link,
				       excluded);
		err = espah_notify_heard(en) ? -ENOBUFS : -EHOSTUNREACH;
	} else if (policy && waits_behind(en, policy)) {
		verdict = take_behind(en, policy, flow, sa, skb, NULL, link);
	} else {
		verdict = take_slowly(en, policy, flow, sa, skb, NULL, link);
	}
	return verdict == NF_STOLEN ? 0 : NF_DROP_GETERR(verdict) ?: err;
}
