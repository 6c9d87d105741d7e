// SPDX-License-Identifier: GPL-2.0-only
/* A packet that no SA can protect: who listens is asked for one. The packet waits
 * meanwhile (net/queue.c).
 */

#include <linux/jiffies.h>

#include "acquire.h"
#include "netlink.h"
#include "netlink_attr.h"
#include "netns.h"
#include "notify.h"

/* As long as nothing comes, a policy asks again no more often. */
#define ASK_EVERY	HZ

/**
 * struct acquire_event - what an SA is wanted for
 * @policy: policy that wants it
 * @flow: flow of the packet
 */
struct acquire_event {
	const struct espah_policy	*policy;
	const struct espah_flow		*flow;
};

static int put_acquire(struct sk_buff *msg, const void *what)
{
	const struct acquire_event *event = what;
	const struct espah_policy_config *config = &event->policy->config;
	const struct espah_flow *flow = event->flow;
	struct espah_selector sel = {
		.src_min	= flow->src,
		.src_max	= flow->src,
		.dst_min	= flow->dst,
		.dst_max	= flow->dst,
		.family		= flow->family,
		.proto		= flow->proto,
	};

	if (nla_put_u8(msg, ESPAH_A_POLICY_DIR, config->dir) ||
	    nla_put_u32(msg, ESPAH_A_POLICY_INDEX, event->policy->index) ||
	    espah_nl_put_selector(msg, ESPAH_A_POLICY_SEL, &sel))
		return -EMSGSIZE;
	return espah_nl_put_tmpl(msg, &config->tmpl);
}

/* Of the packets that come at once on several CPUs, one asks. */
static bool time_to_ask(struct espah_policy *policy)
{
	unsigned long last = READ_ONCE(policy->asked);
	unsigned long now = jiffies ?: 1;

	if (last && time_before(now, last + ASK_EVERY))
		return false;
	return cmpxchg(&policy->asked, last, now) == last;
}

/**
 * espah_acquire() - ask for an SA
 * @en: namespace
 * @policy: outbound policy that has none for this packet
 * @flow: flow of the packet
 *
 * The caller holds RCU, and deals with the packet.
 */
void espah_acquire(const struct espah_net *en, struct espah_policy *policy,
		   const struct espah_flow *flow)
{
	const struct acquire_event event = { .policy = policy, .flow = flow };

	if (time_to_ask(policy))
		espah_notify(en, ESPAH_CMD_ACQUIRE_NTF, put_acquire, &event,
			     GFP_ATOMIC);
}
