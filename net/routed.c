// SPDX-License-Identifier: GPL-2.0-only
/* What a route has brought to a virtual interface: it goes under an SA of the interface's id
 * or ends here, and never goes on in clear. Where policies have that id, they say which SA;
 * where none has, the SAs themselves and the route do.
 */

#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/dst.h>
#include <net/ip.h>
#include <net/ip6_route.h>
#include <net/route.h>

#include "dev.h"
#include "flow.h"
#include "netns.h"
#include "output.h"
#include "packet.h"
#include "quoted.h"
#include "routed.h"

/* One interface's packet may leave by another. Deeper than that it is a loop, and the
 * stack's own limit leaves room for lighter interfaces than this.
 */
#define NESTED_MAX	4

/* What the selectors read: a whole IP header in the linear part. */
static bool header_is_there4(struct sk_buff *skb)
{
	const struct iphdr *iph;

	if (!pskb_may_pull(skb, skb_network_offset(skb) + sizeof(*iph)))
		return false;
	iph = ip_hdr(skb);
	return iph->version == 4 && iph->ihl >= 5 &&
	       pskb_may_pull(skb, skb_network_offset(skb) + iph->ihl * 4);
}

static bool header_is_there6(struct sk_buff *skb)
{
	return pskb_may_pull(skb, skb_network_offset(skb) +
				  sizeof(struct ipv6hdr)) &&
	       ipv6_hdr(skb)->version == 6;
}

/* The IP layer's notes are not those of a packet that comes from elsewhere, and may have
 * been overwritten.
 */
static bool take_header(struct sk_buff *skb)
{
	bool is_there;

	__skb_pull(skb, skb_network_offset(skb));
	memset(skb->cb, 0, sizeof(struct espah_packet));
	switch (skb->protocol) {
	case htons(ETH_P_IP):
		is_there = header_is_there4(skb);
		break;
	case htons(ETH_P_IPV6):
		is_there = header_is_there6(skb);
		break;
	default:
		is_there = false;
	}
	return is_there;
}

static struct dst_entry *route4(struct net_device *dev, const struct sk_buff *skb)
{
	struct flowi4 fl4 = {
		.flowi4_oif	= dev->ifindex,
		.flowi4_mark	= skb->mark,
		.flowi4_flags	= FLOWI_FLAG_ANYSRC,
		.daddr		= ip_hdr(skb)->daddr,
		.saddr		= ip_hdr(skb)->saddr,
	};
	struct rtable *rt = __ip_route_output_key(dev_net(dev), &fl4);

	return IS_ERR(rt) ? NULL : &rt->dst;
}

static struct dst_entry *route6(struct net_device *dev, const struct sk_buff *skb)
{
	struct flowi6 fl6 = {
		.flowi6_oif	= dev->ifindex,
		.flowi6_mark	= skb->mark,
		.flowi6_flags	= FLOWI_FLAG_ANYSRC,
		.daddr		= ipv6_hdr(skb)->daddr,
		.saddr		= ipv6_hdr(skb)->saddr,
	};
	struct dst_entry *dst = ip6_route_output(dev_net(dev), NULL, &fl6);

	if (!dst->error)
		return dst;
	dst_release(dst);
	return NULL;
}

/* Who puts a packet there by hand, or by tc, has no route for it. Its sender is told by it
 * what is too large, and it may name the peer.
 */
static bool take_route(struct espah_link *link, struct sk_buff *skb)
{
	struct net_device *dev = link->dev;
	struct dst_entry *dst = skb_dst(skb);

	if (likely(dst && dst->dev == dev))
		return true;
	dst = espah_packet_is6(skb) ? route6(dev, skb) : route4(dev, skb);
	if (!dst)
		return false;
	skb_dst_drop(skb);
	skb_dst_set(skb, dst);
	return dst->dev == dev;
}

/* What is not the protected packet's. */
static void leave_stack(const struct espah_link *link, struct sk_buff *skb)
{
	nf_reset_ct(skb);
	nf_reset_trace(skb);
	skb_clear_tstamp(skb);
	skb->pkt_type = PACKET_HOST;
	skb->skb_iif = 0;
	if (net_eq(dev_net(link->dev), link->en->net))
		return;
	skb_orphan(skb);
	skb_ext_reset(skb);
	ipvs_reset(skb);
	skb->mark = 0;
}

/* The next hop that the route names: the peer's outer address. Returns its family, or 0 where
 * it names none.
 */
static u16 next_hop(const struct sk_buff *skb, union espah_addr *hop)
{
	const struct rtable *rt = skb_rtable(skb);
	const struct rt6_info *rt6 = (const struct rt6_info *)rt;

	if (espah_packet_is6(skb)) {
		if (!(rt6->rt6i_flags & RTF_GATEWAY))
			return 0;
		*hop = espah_addr6(&rt6->rt6i_gateway);
		return AF_INET6;
	}
	/* What it has learnt of a path names a host as its own next hop. */
	if (!rt->rt_uses_gateway)
		return 0;
	*hop = rt->rt_gw_family == AF_INET ? espah_addr4(rt->rt_gw4) :
					     espah_addr6(&rt->rt_gw6);
	return rt->rt_gw_family;
}

/* No policy has the id. Where the route names a next hop, that is the peer, and another's SA
 * will not do, whatever it covers.
 */
static struct espah_sa *find_sa(const struct espah_link *link,
				const struct sk_buff *skb,
				const struct espah_flow *flow, bool *excluded)
{
	union espah_addr hop;
	u16 family = next_hop(skb, &hop);

	return espah_sad_find_link(link->en, link->slot, flow,
				   family ? &hop : NULL, family, excluded);
}

/* RFC 4301 section 6.2: what nobody speaks of may be an ICMP error about what somebody does
 * speak of. No SA is made for it, and one in BEET mode carries its own two ends alone.
 */
static bool find_back(const struct sk_buff *skb, struct espah_flow *flow)
{
	struct espah_flow back = {};

	if (!espah_quoted_worth(flow) || !espah_quoted_back(skb, flow, &back))
		return false;
	*flow = back;
	return true;
}

static struct espah_sa *for_error(struct espah_sa *sa)
{
	return sa && sa->mode != ESPAH_MODE_BEET ? sa : NULL;
}

static int go_by_sa(struct espah_link *link, struct sk_buff *skb,
		    struct espah_flow *flow)
{
	bool excluded = false;
	struct espah_sa *sa;

	sa = find_sa(link, skb, flow, &excluded);
	if (!sa && find_back(skb, flow))
		sa = for_error(find_sa(link, skb, flow, &excluded));
	if (sa)
		return espah_output_link(link->en, NULL, flow, sa, skb);
	espah_count_drop(link->en, NULL, skb, excluded ?
			 ESPAH_A_CNT_OUT_SELECTOR : ESPAH_A_CNT_OUT_NO_SA);
	return -EHOSTUNREACH;
}

static bool protects(const struct espah_policy *policy)
{
	return policy && policy->config.action == ESPAH_ACTION_PROTECT;
}

/* The policy that speaks of what an ICMP error is about, where its SA is there. */
static struct espah_policy *find_policy_back(struct espah_net *en,
					     const struct sk_buff *skb,
					     struct espah_flow *flow)
{
	struct espah_policy *policy;
	bool excluded;

	if (!find_back(skb, flow))
		return NULL;
	policy = espah_spd_lookup(en, ESPAH_DIR_OUT, flow);
	return protects(policy) &&
	       for_error(espah_policy_sa(en, policy, flow, &excluded)) ?
	       policy : NULL;
}

static int go_by_policy(struct espah_link *link, struct sk_buff *skb,
			struct espah_flow *flow)
{
	struct espah_net *en = link->en;
	struct espah_policy *policy;

	policy = espah_spd_lookup(en, ESPAH_DIR_OUT, flow);
	if (!policy)
		policy = find_policy_back(en, skb, flow);
	if (protects(policy))
		return espah_output_link(en, policy, flow, NULL, skb);
	espah_count_drop(en, NULL, skb, policy &&
			 policy->config.action == ESPAH_ACTION_DISCARD ?
			 ESPAH_A_CNT_OUT_POLICY_DISCARD :
			 ESPAH_A_CNT_OUT_NO_POLICY);
	return -EACCES;
}

static int refuse(const struct espah_link *link, const struct sk_buff *skb,
		  unsigned int cause, int err)
{
	espah_count_drop(link->en, NULL, skb, cause);
	return err;
}

/* Returns 0 where the packet was taken, or a negative errno. */
static int take(struct espah_link *link, struct sk_buff *skb)
{
	struct espah_net *en = link->en;
	struct espah_flow flow;

	if (!take_header(skb))
		return refuse(link, skb, ESPAH_A_CNT_OUT_LINK_HEADER, -EINVAL);
	if (dev_recursion_level() > NESTED_MAX)
		return refuse(link, skb, ESPAH_A_CNT_OUT_LINK_LOOP, -ELOOP);
	if (!READ_ONCE(en->live) || !take_route(link, skb))
		return refuse(link, skb, ESPAH_A_CNT_OUT_NO_ROUTE, -ENETUNREACH);
	leave_stack(link, skb);

	espah_flow_out(en, skb, &flow);
	flow.if_id = link->id;
	return espah_spd_has_link(en, link->id) ?
	       go_by_policy(link, skb, &flow) : go_by_sa(link, skb, &flow);
}

/**
 * espah_routed() - a packet leaves by a virtual interface
 * @link: interface
 * @skb: packet, taken over
 *
 * The caller holds RCU and has softirqs off.
 *
 * Return: 0 where it goes under an SA, or waits for one; or a negative errno, where it was
 * dropped and counted.
 */
int espah_routed(struct espah_link *link, struct sk_buff *skb)
{
	int err = take(link, skb);

	if (!err)
		return 0;
	/* As where a neighbour does not answer. */
	if (err == -EHOSTUNREACH)
		dst_link_failure(skb);
	kfree_skb(skb);
	return err;
}
