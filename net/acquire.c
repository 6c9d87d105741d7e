// SPDX-License-Identifier: GPL-2.0-only
/* A packet that no SA can protect: who listens is asked for one, and asked again
 * while the packet waits (net/queue.c). Both are bounded (net/acquire.h).
 */

#include "acquire.h"
#include "netlink.h"
#include "netlink_attr.h"
#include "netns.h"
#include "notify.h"
#include "queue.h"

/* A packet that comes asks for an SA no more often. In between it is those that
 * wait that ask, in turns, so that hosts that never answer leave room for others.
 */
#define ASK_ANEW	(4 * ESPAH_ASK_EVERY)

/**
 * struct acquire_event - what an SA is wanted for
 * @en: namespace
 * @policy: policy that wants it
 * @flow: flow of the packet
 * @waiting: packets that wait on @policy
 */
struct acquire_event {
	const struct espah_net		*en;
	const struct espah_policy	*policy;
	const struct espah_flow		*flow;
	unsigned int			waiting;
};

static int put_acquire(struct sk_buff *msg, const void *what)
{
	const struct acquire_event *event = what;
	const struct espah_policy_config *config = &event->policy->config;
	const struct espah_flow *flow = event->flow;
	struct espah_tmpl lacks;
	struct espah_selector sel = espah_selector_of(flow);

	if (nla_put_u8(msg, ESPAH_A_POLICY_DIR, config->dir) ||
	    nla_put_u32(msg, ESPAH_A_POLICY_INDEX, event->policy->index) ||
	    espah_nl_put_selector(msg, ESPAH_A_POLICY_SEL, &sel) ||
	    espah_nl_put_fwmark(msg, ESPAH_A_POLICY_MARK, &config->mark) ||
	    (*config->name &&
	     nla_put_string(msg, ESPAH_A_POLICY_NAME, config->name)))
		return -EMSGSIZE;
	if (config->if_id &&
	    nla_put_u32(msg, ESPAH_A_POLICY_IF_ID, config->if_id))
		return -EMSGSIZE;
	if (nla_put_u32(msg, ESPAH_A_POLICY_WAITING, event->waiting))
		return -EMSGSIZE;
	espah_policy_lacks(event->en, event->policy, flow, &lacks);
	return espah_nl_put_tmpl(msg, &lacks);
}

/* So many packets are about to wait (@joining), and are not in the queue yet. */
static void tell(struct espah_net *en, const struct espah_policy *policy,
		 const struct espah_flow *flow, unsigned int joining)
{
	const struct acquire_event event = {
		.en	= en,
		.policy	= policy,
		.flow	= flow,
		.waiting = espah_queue_waiting(en, policy) + joining,
	};

	espah_notify(en, ESPAH_CMD_ACQUIRE_NTF, put_acquire, &event,
		     GFP_ATOMIC);
}

/* Are the ends of this template's SA the same for all packets? */
static bool ends_are_fixed(const struct espah_policy *policy, unsigned int tmpl)
{
	unsigned int i;

	if (policy->config.tmpl[tmpl].mode == ESPAH_MODE_BEET)
		return false;
	for (i = 0; i <= tmpl; i++)
		if (policy->slots[i])
			return true;
	return false;
}

/* Would the SA do for this flow? One between the ends of a tunnel would; in
 * transport mode its addresses are the packet's, and in BEET mode it has those inside.
 */
static bool would_do(const struct espah_ask *ask,
		     const struct espah_policy *policy, unsigned int tmpl,
		     const struct espah_flow *flow)
{
	return ask->policy == policy && ask->tmpl == tmpl &&
	       (ends_are_fixed(policy, tmpl) ||
		(espah_addr_equal(&ask->flow.src, &flow->src) &&
		 espah_addr_equal(&ask->flow.dst, &flow->dst)));
}

/* From the newest to the oldest that counts. */
static enum espah_ask_verdict judge(const struct espah_asking *asking,
				    const struct espah_policy *policy,
				    unsigned int tmpl,
				    const struct espah_flow *flow, bool again)
{
	unsigned long every = again ? ESPAH_ASK_EVERY : ASK_ANEW;
	unsigned int i, at = asking->next, own = 0, all = 0;
	const struct espah_ask *ask;
	unsigned long age;

	for (i = 0; i < ESPAH_ASKS; i++) {
		at = (at ?: ESPAH_ASKS) - 1;
		ask = &asking->asks[at];
		age = jiffies - ask->asked;
		if (!ask->policy || age >= every)
			break;
		if (would_do(ask, policy, tmpl, flow))
			return ESPAH_ASK_DONE;
		if (age >= ESPAH_ASK_EVERY || ask->again != again)
			continue;
		all++;
		own += ask->policy == policy;
	}
	if (all >= ESPAH_ASKS_ALL)
		return ESPAH_ASK_ALL;
	return own < ESPAH_ASKS_POLICY ? ESPAH_ASK_NOW : ESPAH_ASK_POLICY;
}

/* Of the packets that come at once on several CPUs, one asks. */
static enum espah_ask_verdict claim(struct espah_asking *asking,
				    const struct espah_policy *policy,
				    unsigned int tmpl,
				    const struct espah_flow *flow, bool again)
{
	enum espah_ask_verdict verdict;

	lockdep_assert_held(&asking->lock);

	verdict = judge(asking, policy, tmpl, flow, again);
	if (verdict != ESPAH_ASK_NOW)
		return verdict;
	asking->asks[asking->next] = (struct espah_ask){
		.policy	= policy,
		.asked	= jiffies,
		.flow	= *flow,
		.tmpl	= tmpl,
		.again	= again,
	};
	asking->next = (asking->next + 1) % ESPAH_ASKS;
	return verdict;
}

/**
 * espah_acquire() - ask for an SA for a packet that came
 * @en: namespace
 * @policy: outbound policy that has none for this packet
 * @flow: flow of the packet
 * @joining: it is about to wait, and is not in the queue yet
 *
 * The caller holds RCU, has softirqs off, and deals with the packet.
 */
void espah_acquire(struct espah_net *en, const struct espah_policy *policy,
		   const struct espah_flow *flow, bool joining)
{
	enum espah_ask_verdict verdict;
	struct espah_tmpl lacks;
	unsigned int tmpl;

	tmpl = espah_policy_lacks(en, policy, flow, &lacks);
	spin_lock(&en->asking.lock);
	verdict = claim(&en->asking, policy, tmpl, flow, false);
	spin_unlock(&en->asking.lock);
	if (verdict == ESPAH_ASK_NOW)
		tell(en, policy, flow, joining);
}

/**
 * espah_acquire_again() - an SA is still wanted, for a packet that waits
 * @en: namespace
 * @policy: outbound policy that it waits on
 * @flow: flow of the packet
 * @asks: bitmap of %ESPAH_ASKS, where what is to be asked for is noted
 *
 * Nothing is told yet: the caller has locks. It holds RCU from here until it has
 * called espah_acquire_tell(). Softirqs are off.
 *
 * Return: what became of it.
 */
enum espah_ask_verdict espah_acquire_again(struct espah_net *en,
					   const struct espah_policy *policy,
					   const struct espah_flow *flow,
					   unsigned long *asks)
{
	struct espah_asking *asking = &en->asking;
	enum espah_ask_verdict verdict;
	struct espah_tmpl lacks;
	unsigned int tmpl, at;

	tmpl = espah_policy_lacks(en, policy, flow, &lacks);
	spin_lock(&asking->lock);
	at = asking->next;
	verdict = claim(asking, policy, tmpl, flow, true);
	spin_unlock(&asking->lock);
	if (verdict == ESPAH_ASK_NOW)
		__set_bit(at, asks);
	return verdict;
}

/**
 * espah_acquire_tell() - ask for what was noted
 * @en: namespace
 * @asks: bitmap from espah_acquire_again()
 */
void espah_acquire_tell(struct espah_net *en, const unsigned long *asks)
{
	struct espah_ask ask;
	unsigned int at;

	for_each_set_bit(at, asks, ESPAH_ASKS) {
		spin_lock_bh(&en->asking.lock);
		ask = en->asking.asks[at];
		spin_unlock_bh(&en->asking.lock);
		tell(en, ask.policy, &ask.flow, 0);
	}
}

/**
 * espah_acquire_init() - nothing was asked for yet
 * @en: namespace
 */
void espah_acquire_init(struct espah_net *en)
{
	spin_lock_init(&en->asking.lock);
}
