// SPDX-License-Identifier: GPL-2.0-only
/* SAs and policies move to other outer addresses together: a host has got another address, or
 * its peer has (RFC 4555). All that needs memory, or may be refused, comes first; from there on
 * nothing fails.
 */

#include <linux/in.h>
#include <linux/list.h>
#include <linux/netlink.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "heir.h"
#include "migrate.h"
#include "netns.h"
#include "notify.h"

/**
 * struct moving_sa - an SA that moves
 * @node: in &struct plan.sas
 * @sa: as it is
 * @heir: as it will be
 */
struct moving_sa {
	struct list_head	node;
	struct espah_sa		*sa;
	struct espah_sa		*heir;
};

/**
 * struct moving_policy - a policy whose templates move
 * @node: in &struct plan.policies
 * @policy: as it is
 * @heir: as it will be
 */
struct moving_policy {
	struct list_head	node;
	struct espah_policy	*policy;
	struct espah_policy	*heir;
};

/**
 * struct plan - all that moves
 * @en: namespace
 * @sas: SAs
 * @policies: policies
 */
struct plan {
	struct espah_net	*en;
	struct list_head	sas;
	struct list_head	policies;
};

static struct espah_site site_of(const struct espah_sa *sa,
				 const struct espah_move *move)
{
	struct espah_site site = {
		.id		= sa->id,
		.src		= move->new_src,
		.encap_sport	= sa->encap_sport,
		.encap_dport	= sa->encap_dport,
	};

	site.id.dst = move->new_dst;
	site.id.family = move->new_family;
	/* Only ESP goes in UDP. */
	if (move->encap && sa->id.proto == IPPROTO_ESP) {
		site.encap_sport = move->sport;
		site.encap_dport = move->dport;
	}
	return site;
}

static int refuse_taken(struct netlink_ext_ack *extack)
{
	NL_SET_ERR_MSG(extack, "new-dst: another SA with this dst, proto and spi exists");
	return -EEXIST;
}

static int make_heir(struct plan *plan, struct moving_sa *moving,
		     const struct espah_site *site,
		     struct netlink_ext_ack *extack)
{
	struct espah_sa *found = espah_sad_find(plan->en, &site->id);
	int err;

	if ((found && found != moving->sa) ||
	    espah_sad_is_xfrms(plan->en->net, 0, &site->id))
		return refuse_taken(extack);
	moving->heir = espah_heir_make(moving->sa, site);
	if (IS_ERR(moving->heir))
		return PTR_ERR(moving->heir);
	err = espah_sad_announce(plan->en, moving->sa, moving->heir);
	if (err)
		espah_heir_give_up(moving->heir);
	return err == -EEXIST ? refuse_taken(extack) : err;
}

static int plan_sa(struct plan *plan, struct espah_sa *sa,
		   const struct espah_site *site,
		   struct netlink_ext_ack *extack)
{
	struct moving_sa *moving = kzalloc(sizeof(*moving), GFP_KERNEL_ACCOUNT);
	int err;

	if (!moving)
		return -ENOMEM;
	moving->sa = sa;
	err = make_heir(plan, moving, site, extack);
	if (err) {
		kfree(moving);
		return err;
	}
	list_add_tail(&moving->node, &plan->sas);
	return 0;
}

static int plan_sas(struct plan *plan, struct espah_migration *migration,
		    struct netlink_ext_ack *extack)
{
	const struct espah_move *move;
	struct espah_site site;
	unsigned long index;
	struct espah_sa *sa;
	int err;

	xa_for_each(&plan->en->sad.by_index, index, sa) {
		cond_resched();
		if (migration->with_link && sa->if_id != migration->if_id)
			continue;
		move = espah_moves_find(&migration->moves, sa);
		if (!move)
			continue;
		site = site_of(sa, move);
		err = plan_sa(plan, sa, &site, extack);
		if (err)
			return err;
		migration->sas++;
	}
	return 0;
}

static int plan_policy(struct plan *plan, struct espah_policy *policy,
		       const struct espah_policy_config *config)
{
	struct moving_policy *moving = kzalloc(sizeof(*moving),
					       GFP_KERNEL_ACCOUNT);
	int err;

	if (!moving)
		return -ENOMEM;
	moving->policy = policy;
	moving->heir = espah_spd_prepare(plan->en, config);
	if (IS_ERR(moving->heir)) {
		err = PTR_ERR(moving->heir);
		kfree(moving);
		return err;
	}
	list_add_tail(&moving->node, &plan->policies);
	return 0;
}

static bool speaks_of(const struct espah_migration *migration,
		      const struct espah_policy *policy)
{
	return !migration->with_link ||
	       policy->config.if_id == migration->if_id;
}

static int plan_policies(struct plan *plan, struct espah_migration *migration)
{
	struct espah_policy_config *config;
	struct espah_policy *policy;
	unsigned long index;
	int err = 0;

	config = kmalloc(sizeof(*config), GFP_KERNEL);
	if (!config)
		return -ENOMEM;
	xa_for_each(&plan->en->spd.by_index, index, policy) {
		cond_resched();
		if (!speaks_of(migration, policy))
			continue;
		*config = policy->config;
		if (!espah_moves_apply(&migration->moves, config))
			continue;
		err = plan_policy(plan, policy, config);
		if (err)
			break;
		migration->policies++;
	}
	kfree(config);
	return err;
}

static void give_up(struct plan *plan)
{
	struct moving_policy *policy, *next_policy;
	struct moving_sa *sa, *next_sa;

	list_for_each_entry_safe(policy, next_policy, &plan->policies, node) {
		espah_spd_discard(plan->en, policy->heir);
		kfree(policy);
	}
	list_for_each_entry_safe(sa, next_sa, &plan->sas, node) {
		espah_sad_recall(plan->en, sa->sa, sa->heir);
		espah_heir_give_up(sa->heir);
		kfree(sa);
	}
}

/* SAs are found in their new slots before policies ask there. Policies know of their heirs
 * before that: what they ask for is what comes under the ones or the others.
 */
static void switch_over(struct plan *plan)
{
	struct moving_policy *policy;
	struct moving_sa *sa;

	list_for_each_entry(policy, &plan->policies, node)
		espah_queue_move(plan->en, policy->policy, policy->heir);
	list_for_each_entry(sa, &plan->sas, node) {
		espah_heir_take(sa->sa, sa->heir);
		espah_sad_succeed(plan->en, sa->sa, sa->heir);
	}
	list_for_each_entry(policy, &plan->policies, node)
		espah_spd_succeed(plan->en, policy->policy, policy->heir);
}

/* Packets have found what is no more there: first policies, which ask for SAs where these
 * were, and then those SAs. They are given their numbers and are let in under what has come.
 */
static void wait_for_packets(struct plan *plan)
{
	struct moving_sa *sa;

	synchronize_rcu_expedited();
	list_for_each_entry(sa, &plan->sas, node)
		espah_sad_forsake(plan->en, sa->sa);
	synchronize_rcu_expedited();
}

static void settle(struct plan *plan)
{
	struct moving_policy *policy, *next_policy;
	struct moving_sa *sa, *next_sa;

	list_for_each_entry_safe(sa, next_sa, &plan->sas, node) {
		espah_heir_settle(sa->sa, sa->heir);
		espah_notify_sa(sa->heir, ESPAH_CMD_SA_UPDATE_NTF);
		espah_sa_put(sa->sa);
		kfree(sa);
	}
	list_for_each_entry_safe(policy, next_policy, &plan->policies, node) {
		espah_notify_policy(plan->en, policy->heir,
				    ESPAH_CMD_POLICY_UPDATE_NTF);
		kfree(policy);
	}
}

/**
 * espah_migrate() - move SAs and the templates of policies to other outer addresses
 * @en: namespace; the caller holds its lock
 * @migration: what moves where; its counts are set
 * @extack: where to say what went wrong
 *
 * An SA that moves keeps its keys, numbers, window, lifetime and counters, and no packet is
 * lost for it.
 *
 * Return: 0 or a negative errno, with nothing changed: -ESRCH where nothing has these
 * addresses, -EEXIST where an SA would get a name that is taken.
 */
int espah_migrate(struct espah_net *en, struct espah_migration *migration,
		  struct netlink_ext_ack *extack)
{
	struct plan plan = { .en = en };
	int err;

	lockdep_assert_held(&en->lock);

	INIT_LIST_HEAD(&plan.sas);
	INIT_LIST_HEAD(&plan.policies);
	migration->sas = 0;
	migration->policies = 0;
	err = plan_sas(&plan, migration, extack);
	if (!err)
		err = plan_policies(&plan, migration);
	if (!err && !migration->sas && !migration->policies) {
		NL_SET_ERR_MSG(extack,
			       "move: no SA and no template of a policy has these old addresses (and proto, mode and reqid)");
		err = -ESRCH;
	}
	if (err) {
		give_up(&plan);
		return err;
	}
	espah_queue_hold(en);
	switch_over(&plan);
	espah_queue_release(en);
	wait_for_packets(&plan);
	settle(&plan);
	return 0;
}
