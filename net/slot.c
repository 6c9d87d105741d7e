// SPDX-License-Identifier: GPL-2.0-only
/* The slots of a namespace: SAs that are alike to the policies, or to the virtual interface, that
 * ask for them.
 */

#include <linux/rculist.h>
#include <linux/rhashtable.h>
#include <linux/siphash.h>
#include <linux/slab.h>

#include "netns.h"
#include "slot.h"

/* Whoever asks for SAs names addresses: the hash has a secret key. rhashtable's own seed is mixed
 * in, since it picks a new one when a chain grows long.
 */
static hsiphash_key_t hash_key __read_mostly;

static u32 keyed_hash(const void *data, u32 len, u32 seed)
{
	hsiphash_key_t key = hash_key;

	key.key[0] ^= seed;
	return hsiphash(data, len, &key);
}

static const struct rhashtable_params slot_params = {
	.head_offset		= offsetof(struct espah_slot, node),
	.key_offset		= offsetof(struct espah_slot, key),
	.key_len		= sizeof(struct espah_slot_key),
	.hashfn			= keyed_hash,
	.automatic_shrinking	= true,
};

/**
 * espah_slot_init() - no slot yet
 * @slots: zeroed
 *
 * Return: 0 or a negative errno. Ends with rhashtable_destroy().
 */
int espah_slot_init(struct rhashtable *slots)
{
	net_get_random_once(&hash_key, sizeof(hash_key));

	/* A key has no holes, or equal ones would not compare equal. */
	BUILD_BUG_ON(sizeof(struct espah_slot_key) != 2 * 16 + 4 + 4 + 2 + 1 + 1);

	return rhashtable_init(slots, &slot_params);
}

/**
 * espah_slot_find() - the slot with this key
 * @en: namespace
 * @key: what its SAs share
 *
 * The caller holds RCU or &espah_net.lock, and the answer is good as long.
 *
 * Return: the slot or NULL.
 */
struct espah_slot *espah_slot_find(const struct espah_net *en,
				   const struct espah_slot_key *key)
{
	struct rhashtable *table = (struct rhashtable *)&en->sad.slots;

	return rhashtable_lookup_fast(table, key, slot_params);
}

/**
 * espah_slot_get() - hold the slot with this key
 * @en: namespace; the caller holds its lock
 * @key: what its SAs share
 *
 * Return: the slot, made if there was none, or an ERR_PTR(). Ends with
 * espah_slot_put().
 */
struct espah_slot *espah_slot_get(struct espah_net *en,
				  const struct espah_slot_key *key)
{
	struct espah_slot *slot = espah_slot_find(en, key);
	int err;

	lockdep_assert_held(&en->lock);

	if (slot) {
		slot->users++;
		return slot;
	}

	slot = kzalloc(sizeof(*slot), GFP_KERNEL_ACCOUNT);
	if (!slot)
		return ERR_PTR(-ENOMEM);
	slot->key = *key;
	slot->users = 1;
	INIT_LIST_HEAD(&slot->sas);
	err = rhashtable_insert_fast(&en->sad.slots, &slot->node, slot_params);
	if (err) {
		kfree(slot);
		return ERR_PTR(err);
	}
	return slot;
}

/**
 * espah_slot_put() - let go of a slot
 * @en: namespace; the caller holds its lock
 * @slot: from espah_slot_get(), or NULL
 */
void espah_slot_put(struct espah_net *en, struct espah_slot *slot)
{
	lockdep_assert_held(&en->lock);

	if (!slot || --slot->users)
		return;
	rhashtable_remove_fast(&en->sad.slots, &slot->node, slot_params);
	kfree_rcu(slot, rcu);
}

/* Policies may ask for the SA's reqid or for any, which is written 0; its interface, for all
 * that have its id.
 */
static struct espah_slot_key slot_key(const struct espah_sa *sa,
				      enum espah_sa_slot which)
{
	if (which == ESPAH_SLOT_LINK)
		return (struct espah_slot_key){ .if_id = sa->if_id };
	return (struct espah_slot_key){
		.src	= sa->src,
		.dst	= sa->id.dst,
		.reqid	= which == ESPAH_SLOT_ANY ? 0 : sa->reqid,
		.if_id	= sa->if_id,
		.family	= sa->id.family,
		.proto	= sa->id.proto,
		.mode	= sa->mode,
	};
}

/**
 * espah_slot_leave() - let an SA be found in one of its slots no more
 * @en: namespace; the caller holds its lock
 * @sa: SA
 * @which: slot, in which it need not be
 */
void espah_slot_leave(struct espah_net *en, struct espah_sa *sa,
		      enum espah_sa_slot which)
{
	struct list_head *node = &sa->slot_node[which];
	struct espah_slot_key key = slot_key(sa, which);

	if (!node->prev)
		return;
	/* The slot is there as long as the SA is in it. */
	list_del_rcu(node);
	/* Packets may be on their way by @next, and nobody goes by this one. */
	node->prev = NULL;
	espah_slot_put(en, espah_slot_find(en, &key));
}

/**
 * espah_slots_leave() - let an SA be found in its slots no more
 * @en: namespace; the caller holds its lock
 * @sa: SA
 */
void espah_slots_leave(struct espah_net *en, struct espah_sa *sa)
{
	enum espah_sa_slot which;

	for (which = 0; which < ESPAH_SLOTS; which++)
		espah_slot_leave(en, sa, which);
}

/* Newest first, also where an older one comes later. */
static void enter_list(struct espah_slot *slot, struct espah_sa *sa,
		       enum espah_sa_slot which)
{
	struct espah_sa *other;

	list_for_each_entry(other, &slot->sas, slot_node[which]) {
		if (other->born <= sa->born) {
			list_add_tail_rcu(&sa->slot_node[which],
					  &other->slot_node[which]);
			return;
		}
	}
	list_add_tail_rcu(&sa->slot_node[which], &slot->sas);
}

/**
 * espah_slot_enter() - let an SA be found in one of its slots
 * @en: namespace; the caller holds its lock
 * @sa: SA, which is not there yet
 * @which: slot
 *
 * Return: 0 or -ENOMEM.
 */
int espah_slot_enter(struct espah_net *en, struct espah_sa *sa,
		     enum espah_sa_slot which)
{
	struct espah_slot_key key = slot_key(sa, which);
	struct espah_slot *slot = espah_slot_get(en, &key);

	if (IS_ERR(slot))
		return PTR_ERR(slot);
	enter_list(slot, sa, which);
	return 0;
}

static bool belongs_in(const struct espah_net *en, const struct espah_sa *sa,
		       enum espah_sa_slot which)
{
	if (sa->no_out || sa->larval)
		return false;
	switch (which) {
	case ESPAH_SLOT_REQID:
		return sa->reqid;
	case ESPAH_SLOT_ANY:
		return en->sad.any;
	default:
		return sa->if_id;
	}
}

/* As many of its slots as were held for it. */
static void put_slots(struct espah_net *en, const struct espah_sa *sa,
		      unsigned int count)
{
	struct espah_slot_key key;
	enum espah_sa_slot which;

	for (which = 0; which < count; which++) {
		key = slot_key(sa, which);
		if (belongs_in(en, sa, which))
			espah_slot_put(en, espah_slot_find(en, &key));
	}
}

/**
 * espah_slots_put() - an SA will not enter its slots
 * @en: namespace; the caller holds its lock
 * @sa: SA of espah_slots_get()
 */
void espah_slots_put(struct espah_net *en, const struct espah_sa *sa)
{
	put_slots(en, sa, ESPAH_SLOTS);
}

/**
 * espah_slots_get() - hold the slots that an SA belongs in
 * @en: namespace; the caller holds its lock
 * @sa: SA that is in none; espah_slots_fill() or espah_slots_put() follows
 *
 * Return: 0 or -ENOMEM.
 */
int espah_slots_get(struct espah_net *en, const struct espah_sa *sa)
{
	struct espah_slot_key key;
	enum espah_sa_slot which;
	struct espah_slot *slot;

	for (which = 0; which < ESPAH_SLOTS; which++) {
		key = slot_key(sa, which);
		slot = belongs_in(en, sa, which) ? espah_slot_get(en, &key) :
						   NULL;
		if (IS_ERR(slot)) {
			put_slots(en, sa, which);
			return PTR_ERR(slot);
		}
	}
	return 0;
}

/**
 * espah_slots_fill() - let an SA be found in its slots
 * @en: namespace; the caller holds its lock
 * @sa: SA of espah_slots_get()
 *
 * This needs no memory.
 */
void espah_slots_fill(struct espah_net *en, struct espah_sa *sa)
{
	struct espah_slot_key key;
	enum espah_sa_slot which;

	for (which = 0; which < ESPAH_SLOTS; which++) {
		key = slot_key(sa, which);
		if (belongs_in(en, sa, which))
			enter_list(espah_slot_find(en, &key), sa, which);
	}
}

/**
 * espah_slots_enter() - let an SA be found in its slots
 * @en: namespace; the caller holds its lock
 * @sa: SA that is in none
 *
 * Return: 0 or -ENOMEM.
 */
int espah_slots_enter(struct espah_net *en, struct espah_sa *sa)
{
	int err = espah_slots_get(en, sa);

	if (!err)
		espah_slots_fill(en, sa);
	return err;
}
