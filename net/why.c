// SPDX-License-Identifier: GPL-2.0-only
/* What would become of a packet that there is not: the look-ups of the packet path, by the
 * functions that do them there, for a flow that somebody asks about.
 */

#include <linux/inet.h>
#include <net/ip.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/route.h>

#include "bundle.h"
#include "clear.h"
#include "encap.h"
#include "netns.h"
#include "notify.h"
#include "output.h"
#include "pmtu.h"
#include "why.h"

/* The route of a packet in clear, as from this host; whoever is asked about may have come
 * from elsewhere, and be passed on. Looked up without a protocol, which keeps xfrm out.
 */
static struct dst_entry *clear_route(struct espah_net *en,
				     const struct espah_flow *flow)
{
	struct flowi4 fl4 = {
		.daddr		= flow->dst.v4,
		.saddr		= flow->src.v4,
		.flowi4_mark	= flow->mark,
		.flowi4_flags	= FLOWI_FLAG_ANYSRC,
	};
	struct flowi6 fl6 = {
		.daddr		= flow->dst.v6,
		.saddr		= flow->src.v6,
		.flowi6_mark	= flow->mark,
		.flowi6_flags	= FLOWI_FLAG_ANYSRC,
	};
	struct dst_entry *dst;
	struct rtable *rt;

	if (flow->family == AF_INET) {
		rt = ip_route_output_key(en->net, &fl4);
		return IS_ERR(rt) ? NULL : &rt->dst;
	}
	dst = ip6_route_output(en->net, NULL, &fl6);
	if (!dst->error)
		return dst;
	dst_release(dst);
	return NULL;
}

static bool to_many(const struct espah_flow *flow)
{
	return flow->family == AF_INET ? ipv4_is_multicast(flow->dst.v4) :
					 ipv6_addr_is_multicast(&flow->dst.v6);
}

/* The SA whose ends the packet has when all protection is on it. */
static struct espah_sa *outermost_tunnel(const struct espah_why *why)
{
	unsigned int i;

	for (i = why->count; i-- > 0;)
		if (why->sas[i]->mode != ESPAH_MODE_TRANSPORT)
			return why->sas[i];
	return NULL;
}

static u32 outer_mark(const struct espah_why *why, const struct espah_flow *flow)
{
	u32 mark = flow->mark;
	unsigned int i;

	for (i = 0; i < why->count; i++)
		mark = espah_fwmark_apply(&why->sas[i]->output_mark, mark);
	return mark;
}

/* From the outermost layer inwards, as far as lengths alone say. */
static void measure(struct espah_why *why, const struct espah_flow *flow,
		    const struct dst_entry *route)
{
	unsigned int plain = flow->family == AF_INET ? sizeof(struct iphdr) :
						       sizeof(struct ipv6hdr);
	unsigned int i, j, front;

	why->outer = espah_pmtu_outer(why->sas[why->count - 1], route);
	why->inner = why->outer;
	for (i = why->count; i-- > 0;) {
		/* The header that it goes behind: its own, or that of a tunnel inside. */
		front = plain;
		for (j = 0; j <= i; j++)
			if (why->sas[j]->mode != ESPAH_MODE_TRANSPORT)
				front = espah_encap_outer(why->sas[j]);
		why->inner = min(why->inner, espah_pmtu_outer(why->sas[i], route));
		why->inner = espah_pmtu_inner(why->sas[i], why->inner, front);
	}
}

static void drop(struct espah_why *why, unsigned int cause)
{
	why->verdict = ESPAH_VERDICT_DROP;
	why->cause = cause;
}

/* There is an SA for each template that needs one. */
static void why_under(const struct espah_flow *flow, struct dst_entry *clear,
		      struct espah_why *why)
{
	struct espah_sa *tunnel = outermost_tunnel(why);
	struct dst_entry *route = clear;

	if (to_many(flow)) {
		drop(why, ESPAH_A_CNT_OUT_MULTICAST);
		return;
	}
	if (tunnel)
		route = espah_output_route(tunnel, outer_mark(why, flow));
	if (!route) {
		drop(why, ESPAH_A_CNT_OUT_NO_ROUTE);
		return;
	}
	why->verdict = ESPAH_VERDICT_PROTECT;
	why->oif = route->dev->ifindex;
	measure(why, flow, route);
	if (tunnel)
		dst_release(route);
}

/* One is missing: as in the packet path, who listens makes the difference. */
static void why_without(struct espah_net *en, const struct espah_flow *flow,
			struct espah_why *why)
{
	struct espah_tmpl lacks;

	why->lacks = espah_policy_lacks(en, why->policy, flow, &lacks);
	why->heard = espah_notify_heard(en);
	if (!why->heard) {
		drop(why, why->excluded ? ESPAH_A_CNT_OUT_SELECTOR :
					  ESPAH_A_CNT_OUT_NO_SA);
	} else if (to_many(flow)) {
		drop(why, ESPAH_A_CNT_OUT_MULTICAST);
	} else {
		why->verdict = ESPAH_VERDICT_WAIT;
		why->cause = ESPAH_A_CNT_OUT_ACQUIRE_TIMEOUT;
	}
}

static void why_out(struct espah_net *en, struct espah_flow *flow,
		    struct espah_why *why)
{
	struct dst_entry *clear = clear_route(en, flow);

	/* What a selector of interfaces asks about. */
	if (clear && !flow->ifindex)
		flow->ifindex = clear->dev->ifindex;
	why->policy = espah_spd_lookup(en, ESPAH_DIR_OUT, flow);
	if (!why->policy && espah_default_blocks(en, ESPAH_DIR_OUT)) {
		drop(why, ESPAH_A_CNT_OUT_NO_POLICY);
	} else if (why->policy &&
		   why->policy->config.action == ESPAH_ACTION_DISCARD) {
		drop(why, ESPAH_A_CNT_OUT_POLICY_DISCARD);
	} else if (why->policy &&
		   why->policy->config.action == ESPAH_ACTION_PROTECT) {
		why->count = espah_policy_sas(en, why->policy, flow, why->sas,
					      &why->excluded);
		if (why->count)
			why_under(flow, clear, why);
		else if (!espah_policy_optional(why->policy))
			why_without(en, flow, why);
	}
	dst_release(clear);
}

static void why_in(const struct espah_net *en, u8 dir,
		   const struct espah_flow *flow, struct espah_why *why)
{
	why->policy = espah_spd_lookup(en, dir, flow);
	if (!why->policy && espah_default_blocks(en, dir)) {
		drop(why, dir == ESPAH_DIR_IN ?
		     ESPAH_A_CNT_IN_CLEAR_NO_POLICY :
		     ESPAH_A_CNT_FWD_CLEAR_NO_POLICY);
		return;
	}
	why->cause = espah_clear_refusal(why->policy, dir);
	if (!why->cause)
		return;
	why->verdict = why->policy->config.action == ESPAH_ACTION_DISCARD ?
		       ESPAH_VERDICT_DROP : ESPAH_VERDICT_DEMAND;
}

/**
 * espah_why() - what would become of a packet
 * @en: namespace
 * @dir: ESPAH_DIR_*
 * @flow: its flow; outbound, an interface that is not known is looked up
 * @why: filled in
 *
 * What the packet's socket has asked for, what the firewall does with it, and which
 * interfaces are exempt, is not asked. The caller holds RCU, and has softirqs off; the answer
 * is good as long.
 */
void espah_why(struct espah_net *en, u8 dir, struct espah_flow *flow,
	       struct espah_why *why)
{
	memset(why, 0, sizeof(*why));
	why->verdict = ESPAH_VERDICT_CLEAR;
	if (dir == ESPAH_DIR_OUT)
		why_out(en, flow, why);
	else
		why_in(en, dir, flow, why);
}
