// SPDX-License-Identifier: GPL-2.0-only
/* One policy: how it comes to be and ends, and the SAs that it wants for a packet. */

#include <linux/slab.h>

#include "narrow.h"
#include "netns.h"
#include "policy.h"
#include "sad.h"

static struct espah_slot *tmpl_get_slot(struct espah_net *en,
					const struct espah_tmpl *tmpl,
					u32 if_id)
{
	struct espah_slot_key key = {
		.src	= tmpl->src,
		.dst	= tmpl->dst,
		.reqid	= tmpl->reqid,
		.if_id	= if_id,
		.family	= tmpl->family,
		.proto	= tmpl->proto,
		.mode	= tmpl->mode,
	};

	return espah_slot_get(en, &key);
}

static void policy_put_slots(struct espah_net *en, struct espah_policy *policy)
{
	unsigned int i;

	for (i = 0; i < ESPAH_TMPLS_MAX; i++)
		espah_slot_put(en, policy->slots[i]);
}

static bool any_reqid(const struct espah_policy_config *config)
{
	unsigned int i;

	for (i = 0; i < config->tmpls; i++)
		if (!config->tmpl[i].reqid)
			return true;
	return false;
}

/* Where SAs come from is fixed for an outbound tunnel: the template names both
 * ends. A template of any other kind needs no slot.
 */
static int policy_get_slots(struct espah_net *en, struct espah_policy *policy)
{
	const struct espah_policy_config *config = &policy->config;
	struct espah_slot *slot;
	unsigned int i;
	int err = 0;

	if (config->dir != ESPAH_DIR_OUT ||
	    config->action != ESPAH_ACTION_PROTECT)
		return 0;
	if (any_reqid(config))
		err = espah_sad_any(en);
	for (i = 0; !err && i < config->tmpls; i++) {
		if (config->tmpl[i].mode == ESPAH_MODE_TRANSPORT)
			continue;
		slot = tmpl_get_slot(en, &config->tmpl[i], config->if_id);
		if (IS_ERR(slot)) {
			policy_put_slots(en, policy);
			return PTR_ERR(slot);
		}
		policy->slots[i] = slot;
	}
	return err;
}

/**
 * espah_policy_create() - make a policy that nobody can find yet
 * @en: namespace; the caller holds its lock
 * @config: what it shall be; checked
 *
 * It ends with espah_policy_free().
 *
 * Return: the policy, without an index, or an ERR_PTR().
 */
struct espah_policy *
espah_policy_create(struct espah_net *en,
		    const struct espah_policy_config *config)
{
	unsigned int places = espah_order_places(config);
	struct espah_policy *policy;
	int err;

	lockdep_assert_held(&en->lock);

	/* Its places are in one piece with it. */
	policy = kzalloc(sizeof(*policy) + places * sizeof(*policy->place),
			 GFP_KERNEL_ACCOUNT);
	if (!policy)
		return ERR_PTR(-ENOMEM);
	policy->config = *config;
	policy->place = (struct espah_place *)(policy + 1);
	policy->added = ktime_get_real_seconds();
	err = -ENOMEM;
	policy->usage = alloc_percpu_gfp(struct espah_policy_usage,
					 ESPAH_GFP_PERCPU);
	if (!policy->usage)
		goto free;
	policy->config.limits = NULL;
	policy->term = espah_term_alloc(en, config->limits);
	err = PTR_ERR_OR_ZERO(policy->term);
	if (err)
		goto free_usage;
	err = espah_narrow_get(en, &config->sel);
	if (err)
		goto free_term;
	err = policy_get_slots(en, policy);
	if (err)
		goto put_narrow;
	err = espah_order_get(&en->spd.order[config->dir], policy);
	if (err)
		goto put_slots;
	return policy;

put_slots:
	policy_put_slots(en, policy);
put_narrow:
	espah_narrow_put(en, &config->sel);
free_term:
	kfree(policy->term);
free_usage:
	free_percpu(policy->usage);
free:
	kfree(policy);
	return ERR_PTR(err);
}

static void policy_free_rcu(struct rcu_head *rcu)
{
	struct espah_policy *policy = container_of(rcu, struct espah_policy,
						   rcu);

	if (!policy->heir) {
		kfree(policy->term);
		free_percpu(policy->usage);
	}
	kfree(policy);
}

/**
 * espah_policy_free() - a policy that nobody can find any more
 * @en: namespace; the caller holds its lock
 * @policy: policy; who found it before may use it as long as RCU is held
 *
 * What waits for its SA is dropped.
 */
void espah_policy_free(struct espah_net *en, struct espah_policy *policy)
{
	lockdep_assert_held(&en->lock);

	espah_queue_end(en, policy);
	if (!policy->heir)
		espah_term_end(policy);
	espah_order_put(&en->spd.order[policy->config.dir], policy);
	policy_put_slots(en, policy);
	espah_narrow_put(en, &policy->config.sel);
	call_rcu(&policy->rcu, policy_free_rcu);
}

/**
 * espah_policy_usage() - of how much a policy has spoken
 * @policy: policy, under RCU or &espah_net.lock
 * @packets: set to the packets
 * @bytes: set to their octets
 */
void espah_policy_usage(const struct espah_policy *policy, u64 *packets,
			u64 *bytes)
{
	int cpu;

	*packets = 0;
	*bytes = 0;
	for_each_possible_cpu(cpu) {
		const struct espah_policy_usage *usage =
			per_cpu_ptr(policy->usage, cpu);

		*packets += READ_ONCE(usage->packets);
		*bytes += READ_ONCE(usage->bytes);
	}
}

/* The mark that the SA has to be for: the policy's, as with xfrm; where the policy
 * has none, the packet's.
 */
static u32 wanted_mark(const struct espah_policy *policy,
		       const struct espah_flow *flow)
{
	const struct espah_fwmark *mark = &policy->config.mark;

	return mark->mask ? mark->value : flow->mark;
}

/* The SA for one template, where what goes under it is between the ends of @outer. */
static __always_inline struct espah_sa *
tmpl_sa(const struct espah_net *en, const struct espah_policy *policy,
	unsigned int at, const struct espah_flow *flow,
	const struct espah_flow *outer, bool *excluded)
{
	const struct espah_tmpl *tmpl = &policy->config.tmpl[at];
	const struct espah_slot *slot = policy->slots[at];

	/* Transport mode keeps the packet's own addresses. */
	if (!slot) {
		struct espah_slot_key key = {
			.src	= outer->src,
			.dst	= outer->dst,
			.reqid	= tmpl->reqid,
			.if_id	= policy->config.if_id,
			.family	= outer->family,
			.proto	= tmpl->proto,
			.mode	= tmpl->mode,
		};

		slot = espah_slot_find(en, &key);
		if (!slot)
			return NULL;
	}
	return espah_sad_find_out(slot, tmpl->spi, flow,
				  wanted_mark(policy, flow), excluded);
}

/* What is under this SA has its ends, where it is a tunnel. */
static void enter_tunnel(struct espah_flow *outer, const struct espah_sa *sa)
{
	if (sa->mode == ESPAH_MODE_TRANSPORT)
		return;
	outer->src = sa->src;
	outer->dst = sa->id.dst;
	outer->family = sa->id.family;
}

/* As espah_policy_sas(); at the end *@at is the number of the template that lacks its SA,
 * or of templates, and @outer what that one is to protect.
 */
static unsigned int find_sas(const struct espah_net *en,
			     const struct espah_policy *policy,
			     const struct espah_flow *flow,
			     struct espah_sa **sas, bool *excluded,
			     unsigned int *at, struct espah_flow *outer)
{
	const struct espah_policy_config *config = &policy->config;
	unsigned int found = 0;
	struct espah_sa *sa;

	*outer = *flow;
	for (*at = 0; *at < config->tmpls; ++*at) {
		sa = tmpl_sa(en, policy, *at, flow, outer, excluded);
		if (sa) {
			sas[found++] = sa;
			enter_tunnel(outer, sa);
		} else if (!config->tmpl[*at].optional) {
			return 0;
		}
	}
	return found;
}

/**
 * espah_policy_sas() - the SAs that an outbound policy wants for a packet
 * @en: namespace
 * @policy: policy of the action "protect"
 * @flow: flow of the packet
 * @sas: set to the SAs, innermost first; room for %ESPAH_TMPLS_MAX
 * @excluded: set to true if an SA was passed over for its selector
 *
 * All that is required has to be there. Selectors of SAs speak of the flow in clear, as
 * with xfrm, whatever layer they are for. The caller holds RCU, and the answer is good
 * as long.
 *
 * Return: how many there are; 0 where one is missing, or where all are and none is
 * required.
 */
unsigned int espah_policy_sas(const struct espah_net *en,
			      const struct espah_policy *policy,
			      const struct espah_flow *flow,
			      struct espah_sa **sas, bool *excluded)
{
	struct espah_flow outer;
	unsigned int at;

	return find_sas(en, policy, flow, sas, excluded, &at, &outer);
}

static noinline struct espah_sa *
first_of_many(const struct espah_net *en, const struct espah_policy *policy,
	      const struct espah_flow *flow, bool *excluded)
{
	struct espah_sa *sas[ESPAH_TMPLS_MAX];

	return espah_policy_sas(en, policy, flow, sas, excluded) ? sas[0] : NULL;
}

/**
 * espah_policy_sa() - the first SA that an outbound policy wants for a packet
 * @en: namespace
 * @policy: policy of the action "protect"
 * @flow: flow of the packet
 * @excluded: set to true if an SA was passed over for its selector
 *
 * As espah_policy_sas(); for most policies, which have one template, that is all.
 *
 * Return: the SA or NULL.
 */
struct espah_sa *espah_policy_sa(const struct espah_net *en,
				 const struct espah_policy *policy,
				 const struct espah_flow *flow, bool *excluded)
{
	if (unlikely(policy->config.tmpls > 1))
		return first_of_many(en, policy, flow, excluded);
	return tmpl_sa(en, policy, 0, flow, flow, excluded);
}

/**
 * espah_policy_lacks() - for which template is there no SA?
 * @en: namespace
 * @policy: outbound policy of the action "protect"
 * @flow: flow of the packet
 * @tmpl: set to that template; in transport mode under a tunnel with the addresses that
 *	its SA has to have
 *
 * The caller holds RCU.
 *
 * Return: the number of the first that is required and lacks its SA; that of the first
 * of all where they have come.
 */
unsigned int espah_policy_lacks(const struct espah_net *en,
				const struct espah_policy *policy,
				const struct espah_flow *flow,
				struct espah_tmpl *tmpl)
{
	const struct espah_policy_config *config = &policy->config;
	struct espah_sa *sas[ESPAH_TMPLS_MAX];
	struct espah_flow outer;
	bool excluded;
	unsigned int at;

	if (config->tmpls == 1) {
		*tmpl = config->tmpl[0];
		return 0;
	}
	find_sas(en, policy, flow, sas, &excluded, &at, &outer);
	if (at == config->tmpls)
		at = 0;
	*tmpl = config->tmpl[at];
	if (at && tmpl->mode == ESPAH_MODE_TRANSPORT) {
		tmpl->src = outer.src;
		tmpl->dst = outer.dst;
		tmpl->family = outer.family;
	}
	return at;
}

/**
 * espah_policy_optional() - may a packet do without any protection?
 * @policy: policy of the action "protect"
 *
 * Return: false if one of its templates is required.
 */
bool espah_policy_optional(const struct espah_policy *policy)
{
	unsigned int i;

	for (i = 0; i < policy->config.tmpls; i++)
		if (!policy->config.tmpl[i].optional)
			return false;
	return true;
}
