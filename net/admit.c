// SPDX-License-Identifier: GPL-2.0-only
/* What judges a packet that is out of its protection: selectors, then policies, of the
 * direction in which it goes on.
 */

#include <linux/ip.h>
#include <net/route.h>

#include "admit.h"
#include "deliver.h"
#include "dev.h"
#include "direct.h"
#include "flow.h"
#include "heir.h"
#include "netns.h"
#include "packet.h"
#include "path.h"
#include "quoted.h"

/* As covers(), for a packet that came under others before. Whoever was removed meanwhile
 * must not speak for anybody any more.
 */
static noinline unsigned int covers_nested(struct espah_sa *sa,
					   struct espah_path *path,
					   const struct espah_flow *flow)
{
	unsigned int i;

	path->sas[path->count] = sa;
	for (i = 0; i <= path->count; i++) {
		if (espah_sa_gone(path->sas[i]))
			return ESPAH_A_CNT_IN_SA_DEAD;
		if (!espah_sa_covers(path->sas[i], flow))
			return ESPAH_A_CNT_IN_SELECTOR;
	}
	return 0;
}

static __always_inline unsigned int covers(struct espah_sa *sa,
					   struct espah_path *path,
					   const struct espah_flow *flow)
{
	if (unlikely(path))
		return covers_nested(sa, path, flow);
	return espah_sa_covers(sa, flow) ? 0 : ESPAH_A_CNT_IN_SELECTOR;
}

/* RFC 4301 section 5.2 step 4: the SA's selector, then the policy, which is set to that which
 * speaks of what came out, if there is one.
 */
static __always_inline unsigned int judge(struct espah_sa *sa,
					  const struct sk_buff *skb,
					  struct espah_path *path, u8 dir,
					  const struct espah_flow *flow,
					  struct espah_policy **policy)
{
	unsigned int cause = covers(sa, path, flow);

	if (unlikely(cause))
		return cause;
	*policy = espah_spd_lookup(sa->en, dir, flow);
	if (likely(*policy))
		espah_policy_use(*policy, skb->len);
	return unlikely(path) ?
	       espah_policy_admits(*policy, path->sas, path->count + 1) :
	       espah_policy_admits_one(*policy, sa);
}

/* RFC 4301 section 6.2: an ICMP error that may not pass by its own ends may if it quotes a
 * packet whose answer may. A policy that discards it means it.
 */
static noinline unsigned int judge_error(struct espah_sa *sa,
					 const struct sk_buff *skb,
					 struct espah_path *path, u8 dir,
					 const struct espah_flow *flow,
					 unsigned int cause)
{
	struct espah_policy *policy;
	struct espah_flow back;

	if (cause == ESPAH_A_CNT_IN_POLICY_DISCARD ||
	    !espah_quoted_back(skb, flow, &back) ||
	    judge(sa, skb, path, dir, &back, &policy))
		return cause;
	return 0;
}

/* What came under one SA may go directly. */
static __always_inline struct espah_onwards
go_where(const struct espah_sa *sa, struct sk_buff *skb,
	 const struct espah_path *path, bool marked)
{
	struct espah_onwards onwards = {};

	if (path || marked || !espah_direct_may(sa, skb))
		return onwards;
	if (sa->mode != ESPAH_MODE_TRANSPORT) {
		onwards.rt = espah_direct_way(sa->en, skb);
		onwards.direct = onwards.rt;
	} else {
		onwards.direct = espah_direct_keeps(sa->en, skb);
	}
	return onwards;
}

static __always_inline bool is_here(const struct espah_sa *sa,
				    struct sk_buff *skb,
				    const struct espah_onwards *onwards)
{
	if (sa->mode == ESPAH_MODE_TRANSPORT)
		return true;
	if (likely(onwards->rt))
		return onwards->rt->rt_type == RTN_LOCAL;
	return unlikely(sa->if_id) ? espah_dev_here(sa, skb) :
				     espah_deliver_here(sa->en->net, skb);
}

/**
 * espah_admit() - may a packet that is out of its protection go on, and how?
 * @sa: SA that it came under last, or alone
 * @skb: packet, with its data at its IP header; the interface that it comes by changes
 *	where the SA has a virtual one
 * @path: the SAs that it came under before, or NULL
 * @marked: it has its mark already, as its parts had
 * @onwards: filled in
 *
 * RFC 4301 section 5.2. The caller holds RCU, and has softirqs off.
 *
 * Return: 0, or the counter that says why not.
 */
unsigned int espah_admit(struct espah_sa *sa, struct sk_buff *skb,
			 struct espah_path *path, bool marked,
			 struct espah_onwards *onwards)
{
	unsigned long generation = espah_net_generation(sa->en);
	struct espah_policy *policy;
	struct espah_flow flow;
	unsigned int cause;
	u8 dir;

	*onwards = go_where(sa, skb, path, marked);
	if (unlikely(sa->if_id)) {
		cause = espah_dev_enter(sa, skb, espah_path_in_tunnel(sa, path));
		if (cause)
			return cause;
	}
	espah_flow_in(sa->en, skb, &flow);
	flow.if_id = sa->if_id;
	dir = is_here(sa, skb, onwards) ? ESPAH_DIR_IN : ESPAH_DIR_FWD;
	cause = judge(sa, skb, path, dir, &flow, &policy);
	if (likely(!cause) && onwards->direct && policy)
		espah_direct_learn(sa, skb, policy, generation);
	if (unlikely(cause) && espah_quoted_worth(&flow))
		cause = judge_error(sa, skb, path, dir, &flow, cause);
	return cause;
}
