// SPDX-License-Identifier: GPL-2.0-only
/* Clear arrivals: refuse what a policy wants protected. */

#include <linux/ip.h>
#include <net/addrconf.h>
#include <net/dst.h>
#include <net/ip.h>
#include <net/netfilter/nf_conntrack.h>

#include "bypass.h"
#include "clear.h"
#include "direct.h"
#include "ext6.h"
#include "flow.h"
#include "flowtable.h"
#include "gather.h"
#include "mark.h"
#include "natt.h"
#include "netns.h"
#include "packet.h"
#include "quoted.h"

static union espah_addr addr_of(const union nf_inet_addr *addr, u16 family)
{
	return likely(family == AF_INET) ? espah_addr4(addr->ip) :
					   espah_addr6(&addr->in6);
}

/* The flow as it was on the wire, which is what policies speak of. Destination
 * NAT has changed the header already; conntrack remembers.
 *
 * Returns true if NAT has given the packet another destination.
 */
static bool wire_flow(const struct espah_net *en, const struct sk_buff *skb,
		      struct espah_flow *flow)
{
	const struct nf_conntrack_tuple *tuple;
	enum ip_conntrack_info ctinfo;
	const struct nf_conn *ct;
	union espah_addr dst;

	espah_flow_in(en, skb, flow);

	ct = nf_ct_get(skb, &ctinfo);
	if (!ct || !(ct->status & IPS_NAT_MASK))
		return false;
	/* An ICMP error belongs to the flow that it speaks of, not to its own. */
	if (espah_quoted_worth(flow) &&
	    (ctinfo == IP_CT_RELATED || ctinfo == IP_CT_RELATED_REPLY))
		return false;

	tuple = &ct->tuplehash[CTINFO2DIR(ctinfo)].tuple;
	flow->src = addr_of(&tuple->src.u3, flow->family);
	dst = addr_of(&tuple->dst.u3, flow->family);
	if (flow->has_upper && espah_upper_kind(flow->proto) == ESPAH_UPPER_PORTS) {
		flow->upper.src = ntohs(tuple->src.u.all);
		flow->upper.dst = ntohs(tuple->dst.u.all);
	}
	if (espah_addr_equal(&flow->dst, &dst))
		return false;
	flow->dst = dst;
	return true;
}

/**
 * espah_clear_refusal() - may what a policy speaks of arrive in clear?
 * @policy: policy, or NULL where none speaks of it
 * @dir: %ESPAH_DIR_IN or %ESPAH_DIR_FWD, its direction
 *
 * Return: 0, or the counter that says why not.
 */
unsigned int espah_clear_refusal(const struct espah_policy *policy, u8 dir)
{
	bool in = dir == ESPAH_DIR_IN;

	if (!policy || policy->config.action == ESPAH_ACTION_BYPASS)
		return 0;
	if (policy->config.action == ESPAH_ACTION_DISCARD)
		return in ? ESPAH_A_CNT_IN_CLEAR_DISCARD :
			    ESPAH_A_CNT_FWD_CLEAR_DISCARD;
	if (espah_policy_optional(policy))
		return 0;
	return in ? ESPAH_A_CNT_IN_CLEAR : ESPAH_A_CNT_FWD_CLEAR;
}

/* No policy speaks of the flow. RFC 4301 section 6.2: an ICMP error passes where the answer to
 * the packet that it quotes would. Returns 0 or a counter.
 */
static noinline unsigned int unspoken(const struct espah_net *en, u8 dir,
				      const struct sk_buff *skb,
				      const struct espah_flow *flow)
{
	const struct espah_policy *policy;
	struct espah_flow back;

	if (espah_quoted_worth(flow) && espah_quoted_back(skb, flow, &back)) {
		policy = espah_spd_lookup(en, dir, &back);
		if (policy && !espah_clear_refusal(policy, dir))
			return 0;
	}
	return dir == ESPAH_DIR_IN ? ESPAH_A_CNT_IN_CLEAR_NO_POLICY :
				     ESPAH_A_CNT_FWD_CLEAR_NO_POLICY;
}

/* What is in clear has to be as the policies of this direction want it. Returns 0 or a
 * counter, as espah_clear_refusal().
 */
static unsigned int judge(const struct espah_net *en, u8 dir,
			  const struct sk_buff *skb,
			  const struct espah_flow *flow)
{
	struct espah_policy *policy = espah_spd_lookup(en, dir, flow);

	if (policy)
		espah_policy_use(policy, skb->len);
	else if (unlikely(espah_default_blocks(en, dir)))
		return unspoken(en, dir, skb, flow);
	return espah_clear_refusal(policy, dir);
}

/* As no_policy(), where only IPv6's own loopback has no sysctl for it. What neighbour
 * discovery says is no more protected than ARP is.
 */
static noinline bool no_policy6(const struct net *net, const struct sk_buff *skb,
				u8 dir)
{
	const struct inet6_dev *idev = __in6_dev_get(skb->dev);
	const struct dst_entry *dst = skb_dst(skb);

	return READ_ONCE(net->ipv6.devconf_all->disable_policy) ||
	       (idev && READ_ONCE(idev->cnf.disable_policy)) ||
	       skb->dev->flags & IFF_LOOPBACK ||
	       (dst && dst->flags & DST_FAKE_RTABLE) ||
	       (dir == ESPAH_DIR_IN && espah_ext6_neighbour(skb));
}

/* Loopback is so, and interfaces where the sysctl disable_policy is set. What a
 * bridge passes on is not routed and no business of ours.
 */
static bool no_policy(const struct net *net, const struct sk_buff *skb, u8 dir)
{
	const struct dst_entry *dst = skb_dst(skb);

	if (unlikely(espah_packet_is6(skb)))
		return no_policy6(net, skb, dir);
	return IPCB(skb)->flags & IPSKB_NOPOLICY ||
	       (dst && dst->flags & DST_FAKE_RTABLE);
}

/* What carries protection itself is judged when that is taken off, here. (What is forwarded is
 * not taken off here.)
 */
static bool judged_later(const struct sk_buff *skb)
{
	struct espah_ext6 ext;
	u8 proto;

	if (unlikely(espah_packet_is6(skb))) {
		espah_ext6_walk(skb, &ext);
		proto = ext.proto;
	} else {
		proto = ip_hdr(skb)->protocol;
	}
	return proto == IPPROTO_ESP || proto == IPPROTO_AH;
}

static bool no_policies(const struct espah_net *en)
{
	return !READ_ONCE(en->spd.count[ESPAH_DIR_IN]) &&
	       !READ_ONCE(en->spd.count[ESPAH_DIR_FWD]) &&
	       !espah_default_blocks(en, ESPAH_DIR_IN) &&
	       !espah_default_blocks(en, ESPAH_DIR_FWD);
}

/**
 * espah_clear_policy() - the policy that speaks of a packet for this host as it has come
 * @en: namespace
 * @skb: packet, with a checked header in the linear part, which has come by itself, from where
 *	policies speak of what comes, and was not changed by NAT here
 *
 * The caller holds RCU, and the answer is good as long.
 *
 * Return: the policy, which has not counted it, or NULL.
 */
struct espah_policy *espah_clear_policy(const struct espah_net *en,
					const struct sk_buff *skb)
{
	struct espah_flow flow;

	if (no_policies(en))
		return NULL;
	espah_flow_in(en, skb, &flow);
	return espah_spd_lookup(en, ESPAH_DIR_IN, &flow);
}

static noinline unsigned int arrived(const struct nf_hook_state *state,
				     struct sk_buff *skb, u8 dir)
{
	const struct espah_net *en = espah_net(state->net);
	unsigned int cause = 0;
	struct espah_flow flow;

	if (no_policies(en) || no_policy(state->net, skb, dir) ||
	    espah_mark_seen(en, skb))
		return NF_ACCEPT;

	/* What NAT turned elsewhere was sent to this host. */
	if (wire_flow(en, skb, &flow) && dir == ESPAH_DIR_FWD)
		cause = espah_clear_refusal(espah_spd_lookup(en, ESPAH_DIR_IN,
							     &flow),
					    ESPAH_DIR_IN);
	if (!cause)
		cause = judge(en, dir, skb, &flow);
	if (!cause)
		return NF_ACCEPT;
	/* What is forwarded is for no socket here, whatever its port. */
	if (dir == ESPAH_DIR_IN &&
	    (espah_bypass_in(state->net, skb) || espah_natt_carries(en, skb)))
		return NF_ACCEPT;
	espah_count_drop(en, NULL, skb, cause);
	return NF_DROP;
}

/**
 * espah_clear_in_hook() - a packet is about to reach this host
 * @priv: unused
 * @skb: packet, with a checked header in the linear part
 * @state: namespace
 *
 * Return: %NF_ACCEPT or %NF_DROP.
 */
unsigned int espah_clear_in_hook(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state)
{
	return espah_direct_judged(skb) || judged_later(skb) ?
		       NF_ACCEPT : arrived(state, skb, ESPAH_DIR_IN);
}

/* Before it can be judged, it has to be whole. */
static noinline unsigned int fragment_arrived(struct espah_net *en,
					      struct sk_buff *skb)
{
	int err;

	if (no_policies(en) || no_policy6(en->net, skb, ESPAH_DIR_IN) ||
	    espah_mark_seen(en, skb))
		return NF_ACCEPT;
	err = espah_gather_clear6(en->net, skb);
	if (!err)
		return NF_ACCEPT;
	if (err != -EINPROGRESS)
		espah_count_drop(en, NULL, NULL, espah_gather_cause(err));
	return NF_STOLEN;
}

/**
 * espah_clear_in6_hook() - an IPv6 packet is about to reach this host
 * @priv: unused
 * @skb: packet, with a checked header in the linear part; it may be a fragment
 * @state: namespace
 *
 * Return: %NF_ACCEPT, %NF_DROP, or %NF_STOLEN if other fragments are awaited, or will
 * not come to anything.
 */
unsigned int espah_clear_in6_hook(void *priv, struct sk_buff *skb,
				  const struct nf_hook_state *state)
{
	unsigned int verdict;

	if (unlikely(espah_ext6_fragment(skb))) {
		verdict = fragment_arrived(espah_net(state->net), skb);
		if (verdict != NF_ACCEPT)
			return verdict;
	}
	return espah_clear_in_hook(priv, skb, state);
}

/**
 * espah_clear_fwd_hook() - a packet is about to be forwarded
 * @priv: unused
 * @skb: packet, with a checked header in the linear part
 * @state: namespace
 *
 * Return: %NF_ACCEPT or %NF_DROP.
 */
unsigned int espah_clear_fwd_hook(void *priv, struct sk_buff *skb,
				  const struct nf_hook_state *state)
{
	if (espah_flowtable_worth(skb))
		espah_flowtable_forward(espah_net(state->net), skb);
	return espah_direct_judged(skb) ?
		       NF_ACCEPT : arrived(state, skb, ESPAH_DIR_FWD);
}
