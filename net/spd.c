// SPDX-License-Identifier: GPL-2.0-only
/* The policies of one namespace: which one speaks of a packet, and how they come and go. */

#include <linux/jhash.h>
#include <linux/module.h>
#include <linux/rculist.h>
#include <linux/rhashtable.h>
#include <linux/sched.h>

#include "flowtable.h"
#include "hooks.h"
#include "netns.h"
#include "sad.h"
#include "spd.h"

/* So few are gone through one by one, which costs less than to look them up. */
#define FEW	6

/* What names a policy among others. */
struct name {
	const struct espah_selector	*sel;
	const struct espah_fwmark	*mark;
	u32				if_id;
	u8				dir;
};

static u32 name_hash(const void *data, u32 len, u32 seed)
{
	const struct name *name = data;
	const struct espah_selector *sel = name->sel;

	/* All that selectors have, and no holes. */
	BUILD_BUG_ON(sizeof(*sel) != 4 * 16 + 2 + 1 + 1 + 2 * 4 + 4 + 8);

	seed = jhash(sel, sizeof(*sel), jhash_1word(name->if_id, seed));
	return jhash_3words(name->mark->value, name->mark->mask, name->dir,
			    seed);
}

static struct name name_of(const struct espah_policy *policy)
{
	return (struct name){
		.sel	= &policy->config.sel,
		.mark	= &policy->config.mark,
		.if_id	= policy->config.if_id,
		.dir	= policy->config.dir,
	};
}

static u32 policy_hash(const void *data, u32 len, u32 seed)
{
	struct name name = name_of(data);

	return name_hash(&name, len, seed);
}

static int name_differs(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct name *name = arg->key;
	struct name other = name_of(obj);

	return name->dir != other.dir || name->if_id != other.if_id ||
	       !espah_fwmark_equal(name->mark, other.mark) ||
	       !espah_selector_equal(name->sel, other.sel);
}

static const struct rhashtable_params name_params = {
	.head_offset		= offsetof(struct espah_policy, name_node),
	.key_len		= sizeof(struct name),
	.hashfn			= name_hash,
	.obj_hashfn		= policy_hash,
	.obj_cmpfn		= name_differs,
	.automatic_shrinking	= true,
};

/**
 * espah_spd_init() - an empty SPD
 * @spd: zeroed
 *
 * Return: 0 or a negative errno.
 */
int espah_spd_init(struct espah_spd *spd)
{
	int dir, err;

	err = rhashtable_init(&spd->by_name, &name_params);
	if (err)
		return err;
	for (dir = 0; dir < ESPAH_DIRS; dir++)
		espah_order_init(&spd->order[dir]);
	xa_init_flags(&spd->by_index, XA_FLAGS_ALLOC1 | XA_FLAGS_ACCOUNT);
	xa_init_flags(&spd->links, XA_FLAGS_ACCOUNT);
	spd->generation = 1;
	return 0;
}

/**
 * espah_spd_exit() - give up an empty SPD
 * @spd: flushed, and nobody looks at it any more
 */
void espah_spd_exit(struct espah_spd *spd)
{
	WARN_ON_ONCE(!xa_empty(&spd->by_index) || !xa_empty(&spd->links));
	xa_destroy(&spd->by_index);
	rhashtable_destroy(&spd->by_name);
}

static void changed(struct espah_net *en)
{
	struct espah_spd *spd = &en->spd;

	if (!++spd->generation)
		spd->generation = 1;
	espah_net_changed(en);
}

/**
 * espah_spd_lookup() - the policy that speaks of a flow
 * @en: namespace
 * @dir: ESPAH_DIR_*
 * @flow: flow of the packet, in clear
 *
 * The caller holds RCU, and the answer is good as long.
 *
 * Return: the first policy that matches, by priority and then by age, or NULL.
 */
struct espah_policy *espah_spd_lookup(const struct espah_net *en, u8 dir,
				      const struct espah_flow *flow)
{
	const struct espah_order *order = &en->spd.order[dir];
	struct espah_policy *policy;

	/* Each way finds what is there before and after. */
	if (READ_ONCE(en->spd.count[dir]) > FEW)
		return espah_order_search(order, flow);
	list_for_each_entry_rcu(policy, &order->list, node)
		if (espah_policy_match(policy, flow))
			return policy;
	return NULL;
}

/**
 * espah_spd_has_link() - does any policy speak of a virtual interface?
 * @en: namespace
 * @if_id: id of the interface
 *
 * The caller holds RCU or &espah_net.lock.
 *
 * Return: true if one has this id, in whatever direction.
 */
bool espah_spd_has_link(const struct espah_net *en, u32 if_id)
{
	return xa_load((struct xarray *)&en->spd.links, if_id);
}

/**
 * espah_spd_find() - the policy with exactly this selector, mark and interface
 * @en: namespace; the caller holds its lock
 * @dir: ESPAH_DIR_*
 * @sel: selector
 * @mark: mark
 * @if_id: virtual interface, or 0
 *
 * Return: the policy or NULL.
 */
struct espah_policy *espah_spd_find(const struct espah_net *en, u8 dir,
				    const struct espah_selector *sel,
				    const struct espah_fwmark *mark,
				    u32 if_id)
{
	/* rhashtable_lookup() does not write to the table. */
	struct rhashtable *table = (struct rhashtable *)&en->spd.by_name;
	const struct name name = {
		.sel	= sel,
		.mark	= mark,
		.if_id	= if_id,
		.dir	= dir,
	};

	lockdep_assert_held(&en->lock);

	return rhashtable_lookup_fast(table, &name, name_params);
}

/**
 * espah_spd_find_index() - the policy with this number
 * @en: namespace; the caller holds its lock
 * @dir: ESPAH_DIR_*
 * @index: number
 *
 * Return: the policy, or NULL if there is none in this direction.
 */
struct espah_policy *espah_spd_find_index(struct espah_net *en, u8 dir,
					  u32 index)
{
	struct espah_policy *policy = xa_load(&en->spd.by_index, index);

	lockdep_assert_held(&en->lock);

	return policy && policy->config.dir == dir ? policy : NULL;
}

/**
 * espah_spd_has_index() - is this number taken?
 * @en: namespace; the caller holds its lock
 * @index: number
 *
 * Return: true if a policy has it, in whatever direction.
 */
bool espah_spd_has_index(struct espah_net *en, u32 index)
{
	lockdep_assert_held(&en->lock);

	return xa_load(&en->spd.by_index, index);
}

/**
 * espah_spd_find_name() - the policy with this name
 * @en: namespace; the caller holds its lock
 * @name: name, not empty
 *
 * Return: the policy or NULL.
 */
struct espah_policy *espah_spd_find_name(struct espah_net *en,
					 const char *name)
{
	struct espah_policy *policy;
	unsigned long index;

	lockdep_assert_held(&en->lock);

	xa_for_each(&en->spd.by_index, index, policy)
		if (!strcmp(policy->config.name, name))
			return policy;
	return NULL;
}

/* The one that it shall have, which is free, or the next that is; @entry is put there, or
 * with NULL the place is taken for what comes.
 */
static int get_index(struct espah_spd *spd, struct espah_policy *policy,
		     struct espah_policy *entry)
{
	int err;

	if (policy->config.index) {
		policy->index = policy->config.index;
		return xa_insert(&spd->by_index, policy->index, entry,
				 GFP_KERNEL_ACCOUNT);
	}
	err = xa_alloc_cyclic(&spd->by_index, &policy->index, entry,
			      xa_limit_32b, &spd->next_index,
			      GFP_KERNEL_ACCOUNT);
	return min(err, 0);
}

/* That of the old one, and whether it was chosen, where nothing else is asked for. */
static int take_over_index(struct espah_spd *spd, struct espah_policy *policy,
			   const struct espah_policy *old)
{
	struct espah_policy_config *config = &policy->config;

	if (config->other_index ||
	    (config->index && config->index != old->index))
		return get_index(spd, policy, NULL);
	policy->index = old->index;
	if (!config->index)
		config->index = old->config.index;
	return 0;
}

/* Never a moment without. Where the place in the order changes, a reader may be
 * past the new one's and not yet at the old one's: it must be gone before the
 * old one goes.
 */
static int replace(struct espah_net *en, struct espah_policy *policy,
		   struct espah_policy *old)
{
	struct espah_spd *spd = &en->spd;
	struct espah_order *order = &spd->order[policy->config.dir];
	int err = take_over_index(spd, policy, old);

	if (err)
		return err;
	if (policy->config.priority == old->config.priority) {
		espah_order_replace(order, old, policy);
	} else {
		espah_order_enter(order, policy);
		synchronize_rcu();
		espah_order_leave(order, old);
	}
	/* The place is taken already: this needs no memory, nor does the name. */
	rhashtable_replace_fast(&spd->by_name, &old->name_node,
				&policy->name_node, name_params);
	xa_store(&spd->by_index, policy->index, policy, GFP_KERNEL_ACCOUNT);
	if (policy->index != old->index)
		xa_erase(&spd->by_index, old->index);
	changed(en);
	espah_policy_free(en, old);
	return 0;
}

static unsigned long link_policies(struct espah_spd *spd, u32 if_id)
{
	void *entry = xa_load(&spd->links, if_id);

	return entry ? xa_to_value(entry) : 0;
}

static int link_get(struct espah_spd *spd, u32 if_id)
{
	unsigned long policies = link_policies(spd, if_id);

	if (!if_id)
		return 0;
	return xa_err(xa_store(&spd->links, if_id, xa_mk_value(policies + 1),
			       GFP_KERNEL_ACCOUNT));
}

/* The place is taken already: this needs no memory. */
static void link_put(struct espah_spd *spd, u32 if_id)
{
	unsigned long policies = link_policies(spd, if_id);

	if (policies > 1)
		xa_store(&spd->links, if_id, xa_mk_value(policies - 1),
			 GFP_KERNEL_ACCOUNT);
	else if (policies)
		xa_erase(&spd->links, if_id);
}

static int enter(struct espah_net *en, struct espah_policy *policy)
{
	struct espah_spd *spd = &en->spd;
	int err;

	/* The module stays while policies exist. */
	if (!try_module_get(THIS_MODULE))
		return -ENODEV;
	err = espah_hooks_get(en);
	if (err)
		goto put_module;
	err = rhashtable_insert_fast(&spd->by_name, &policy->name_node,
				     name_params);
	if (err)
		goto put_hooks;
	err = get_index(spd, policy, policy);
	if (err)
		goto remove_name;
	err = link_get(spd, policy->config.if_id);
	if (err)
		goto erase_index;
	WRITE_ONCE(spd->count[policy->config.dir],
		   spd->count[policy->config.dir] + 1);
	espah_order_enter(&spd->order[policy->config.dir], policy);
	changed(en);
	return 0;

erase_index:
	xa_erase(&spd->by_index, policy->index);
remove_name:
	rhashtable_remove_fast(&spd->by_name, &policy->name_node, name_params);
put_hooks:
	espah_hooks_put(en);
put_module:
	module_put(THIS_MODULE);
	return err;
}

/**
 * espah_spd_prepare() - make a policy that shall take the place of another
 * @en: namespace; the caller holds its lock
 * @config: what it says, but for limits
 *
 * Return: the policy, to be given to espah_spd_succeed() or espah_spd_discard(), or an
 * ERR_PTR().
 */
struct espah_policy *
espah_spd_prepare(struct espah_net *en,
		  const struct espah_policy_config *config)
{
	struct espah_policy *policy = espah_policy_create(en, config);

	lockdep_assert_held(&en->lock);

	/* The other one may have been given its number so. */
	if (!IS_ERR(policy))
		policy->config.other_index = false;
	return policy;
}

/**
 * espah_spd_discard() - a policy will not come into force
 * @en: namespace; the caller holds its lock
 * @policy: from espah_spd_prepare()
 */
void espah_spd_discard(struct espah_net *en, struct espah_policy *policy)
{
	lockdep_assert_held(&en->lock);

	espah_policy_free(en, policy);
}

/* What it counts and how long it lasts, packets that have found the other one and its heir
 * share: that one frees it.
 */
static void share(struct espah_policy *policy, struct espah_policy *heir)
{
	free_percpu(heir->usage);
	heir->usage = policy->usage;
	heir->added = policy->added;
	heir->used = READ_ONCE(policy->used);
	heir->term = policy->term;
	if (heir->term)
		heir->term->policy = heir;
}

/**
 * espah_spd_succeed() - a policy goes on as one whose templates are elsewhere
 * @en: namespace; the caller holds its lock
 * @policy: policy in the SPD
 * @heir: from espah_spd_prepare(), of the same name, direction, selector, mark, interface
 *	and priority, after espah_queue_move(). It goes on with the number, the figures
 *	and the lifetime
 *
 * This needs no memory.
 */
void espah_spd_succeed(struct espah_net *en, struct espah_policy *policy,
		       struct espah_policy *heir)
{
	lockdep_assert_held(&en->lock);

	share(policy, heir);
	/* Only a number of its own might need memory. */
	WARN_ON_ONCE(replace(en, heir, policy));
}

/**
 * espah_spd_insert() - put a policy into force
 * @en: namespace; the caller holds its lock
 * @config: what it says
 * @old: policy of the same direction that it takes the place of and whose number it
 *	gets where @config asks for no other, or NULL
 *
 * Return: the policy, or an ERR_PTR(); nothing has changed then.
 */
struct espah_policy *espah_spd_insert(struct espah_net *en,
				      const struct espah_policy_config *config,
				      struct espah_policy *old)
{
	struct espah_policy *policy;
	int err;

	lockdep_assert_held(&en->lock);

	policy = espah_policy_create(en, config);
	if (IS_ERR(policy))
		return policy;
	err = old ? replace(en, policy, old) : enter(en, policy);
	if (err) {
		espah_policy_free(en, policy);
		return ERR_PTR(err);
	}
	espah_term_begin(policy);
	espah_flowtable_empty();
	return policy;
}

/**
 * espah_spd_remove() - end a policy
 * @en: namespace; the caller holds its lock
 * @policy: policy in the SPD
 */
void espah_spd_remove(struct espah_net *en, struct espah_policy *policy)
{
	struct espah_spd *spd = &en->spd;
	u8 dir = policy->config.dir;

	lockdep_assert_held(&en->lock);

	espah_order_leave(&spd->order[dir], policy);
	rhashtable_remove_fast(&spd->by_name, &policy->name_node, name_params);
	xa_erase(&spd->by_index, policy->index);
	WRITE_ONCE(spd->count[dir], spd->count[dir] - 1);
	link_put(spd, policy->config.if_id);
	changed(en);
	espah_policy_free(en, policy);
	espah_hooks_put(en);
	module_put(THIS_MODULE);
}

/**
 * espah_spd_flush() - end policies
 * @en: namespace; the caller holds its lock
 * @dir: ESPAH_DIR_*, or -1 for all directions
 */
void espah_spd_flush(struct espah_net *en, int dir)
{
	struct espah_policy *policy;
	unsigned long index;

	lockdep_assert_held(&en->lock);

	xa_for_each(&en->spd.by_index, index, policy) {
		if (dir < 0 || policy->config.dir == dir)
			espah_spd_remove(en, policy);
		cond_resched();
	}
}
