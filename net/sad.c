// SPDX-License-Identifier: GPL-2.0-only
/* The SAs of one namespace: found by SPI on input, by slot on output. */

#include <linux/rculist.h>
#include <linux/rhashtable.h>
#include <linux/sched.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <net/addrconf.h>
#include <net/route.h>
#include <net/xfrm.h>

#include "direct.h"
#include "dummy.h"
#include "early.h"
#include "hooks.h"
#include "keepalive.h"
#include "lifetime.h"
#include "netns.h"
#include "sad.h"
#include "sent.h"

/* Peers choose the SPIs of outbound SAs, and the addresses are in their hands
 * too: the hash has a secret key. rhashtable's own seed is mixed in, since it
 * picks a new one when a chain grows long.
 */
static hsiphash_key_t hash_key __read_mostly;

/* Over IPv4, the rest of the name is the same for all, but that ESP and AH may share an SPI. */
static u32 id_hash(const void *data, u32 len, u32 seed)
{
	const struct espah_sa_id *id = data;
	hsiphash_key_t key = hash_key;

	key.key[0] ^= seed;
	if (likely(id->family == AF_INET))
		return hsiphash_2u32((__force u32)id->dst.v4,
				     (__force u32)id->spi, &key);
	return hsiphash(data, len, &key);
}

static u32 sa_hash(const void *data, u32 len, u32 seed)
{
	const struct espah_sa *sa = data;

	return id_hash(&sa->id, sizeof(sa->id), seed);
}

static int id_differs(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct espah_sa_id *id = arg->key;
	const struct espah_sa *sa = obj;

	return id->spi != sa->id.spi || id->proto != sa->id.proto ||
	       id->family != sa->id.family ||
	       !espah_addr_equal(&id->dst, &sa->id.dst);
}

static const struct rhashtable_params by_spi_params = {
	.head_offset		= offsetof(struct espah_sa, spi_node),
	.key_len		= sizeof(struct espah_sa_id),
	.hashfn			= id_hash,
	.obj_hashfn		= sa_hash,
	.obj_cmpfn		= id_differs,
	.automatic_shrinking	= true,
};

/**
 * espah_sad_init() - an empty SAD
 * @sad: zeroed
 *
 * Return: 0 or a negative errno.
 */
int espah_sad_init(struct espah_sad *sad)
{
	int err;

	net_get_random_once(&hash_key, sizeof(hash_key));

	/* It has no holes, or equal ones would not compare equal. */
	BUILD_BUG_ON(sizeof(struct espah_sa_id) != 16 + 4 + 2 + 1 + 1);

	err = rhashtable_init(&sad->by_spi, &by_spi_params);
	if (err)
		return err;
	err = espah_slot_init(&sad->slots);
	if (err) {
		rhashtable_destroy(&sad->by_spi);
		return err;
	}
	xa_init_flags(&sad->by_index, XA_FLAGS_ALLOC1 | XA_FLAGS_ACCOUNT);
	sad->generation = 1;
	return 0;
}

/**
 * espah_sad_exit() - give up an empty SAD
 * @sad: flushed, and nobody looks at it any more
 */
void espah_sad_exit(struct espah_sad *sad)
{
	WARN_ON_ONCE(sad->count || !xa_empty(&sad->by_index));
	xa_destroy(&sad->by_index);
	rhashtable_destroy(&sad->slots);
	rhashtable_destroy(&sad->by_spi);
}

/* A dump that saw an older generation says so; 0 would mean "not asked". */
static void changed(struct espah_net *en)
{
	struct espah_sad *sad = &en->sad;

	if (!++sad->generation)
		sad->generation = 1;
	espah_net_changed(en);
}

/**
 * espah_sad_find() - the SA that a packet names
 * @en: namespace
 * @id: destination, SPI and protocol
 *
 * The caller holds RCU or &espah_net.lock, and the answer is good as long.
 *
 * Return: the SA or NULL.
 */
struct espah_sa *espah_sad_find(const struct espah_net *en,
				const struct espah_sa_id *id)
{
	/* rhashtable_lookup() does not write to the table. */
	struct rhashtable *table = (struct rhashtable *)&en->sad.by_spi;

	return rhashtable_lookup_fast(table, id, by_spi_params);
}

/**
 * espah_sad_find_out() - the SA to protect an outbound packet with
 * @slot: where to look
 * @spi: only an SA with this SPI, or 0 for any
 * @flow: flow of the packet
 * @mark: mark that the SA has to be for
 * @excluded: set to true if an SA was passed over for its selector
 *
 * The caller holds RCU, and the answer is good as long.
 *
 * Return: the newest SA that will do, or NULL.
 */
struct espah_sa *espah_sad_find_out(const struct espah_slot *slot, __be32 spi,
				    const struct espah_flow *flow, u32 mark,
				    bool *excluded)
{
	enum espah_sa_slot which = slot->key.reqid ? ESPAH_SLOT_REQID :
						     ESPAH_SLOT_ANY;
	struct espah_sa *sa;

	list_for_each_entry_rcu(sa, &slot->sas, slot_node[which]) {
		if ((spi && sa->id.spi != spi) ||
		    !espah_fwmark_match(&sa->mark, mark))
			continue;
		if (espah_sa_covers(sa, flow))
			return sa;
		*excluded = true;
	}
	return NULL;
}

/**
 * espah_sad_ends_here() - is it this host that an SA ends at?
 * @net: namespace
 * @id: its name
 *
 * Return: true if its destination is an address of the namespace.
 */
bool espah_sad_ends_here(struct net *net, const struct espah_sa_id *id)
{
	if (id->family == AF_INET6)
		return ipv6_chk_addr(net, &id->dst.v6, NULL, 0);
	return inet_addr_type(net, id->dst.v4) == RTN_LOCAL;
}

/**
 * espah_sad_is_xfrms() - does the kernel's own xfrm have an SA of this name?
 * @net: namespace
 * @mark: of the packet, or 0: one that is for marked packets only is not found then
 * @id: its name
 *
 * Return: true if it does.
 */
bool espah_sad_is_xfrms(struct net *net, u32 mark, const struct espah_sa_id *id)
{
	struct xfrm_state *state;

	state = xfrm_state_lookup(net, mark, (const xfrm_address_t *)&id->dst,
				  id->spi, id->proto, id->family);
	if (!state)
		return false;
	xfrm_state_put(state);
	return true;
}

static bool is_for(const struct espah_sa *sa, const union espah_addr *peer,
		   u16 family)
{
	return !peer || (sa->id.family == family &&
			 espah_addr_equal(&sa->id.dst, peer));
}

/**
 * espah_sad_find_link() - the SA to protect a packet of a virtual interface with, where
 * no policy says which
 * @en: namespace
 * @slot: the interface's
 * @flow: flow of the packet
 * @peer: only an SA that ends there, or NULL for any
 * @family: of @peer
 * @excluded: set to true if an SA was passed over for its selector
 *
 * SAs of both directions are there, and one that ends at this host is not for sending: its
 * key is the peer's to send under. In transport mode there would be no other end than the
 * packet's own. The caller holds RCU, and the answer is good as long.
 *
 * Return: the newest SA that will do, or NULL.
 */
struct espah_sa *espah_sad_find_link(const struct espah_net *en,
				     const struct espah_slot *slot,
				     const struct espah_flow *flow,
				     const union espah_addr *peer, u16 family,
				     bool *excluded)
{
	struct espah_sa *sa;

	list_for_each_entry_rcu(sa, &slot->sas, slot_node[ESPAH_SLOT_LINK]) {
		if (sa->mode == ESPAH_MODE_TRANSPORT ||
		    !is_for(sa, peer, family) ||
		    !espah_fwmark_match(&sa->mark, flow->mark) ||
		    espah_sad_ends_here(en->net, &sa->id))
			continue;
		if (espah_sa_covers(sa, flow))
			return sa;
		*excluded = true;
	}
	return NULL;
}

static int enter_all(struct espah_net *en)
{
	unsigned long index;
	struct espah_sa *sa;
	int err;

	xa_for_each(&en->sad.by_index, index, sa) {
		if (sa->larval || sa->no_out)
			continue;
		err = espah_slot_enter(en, sa, ESPAH_SLOT_ANY);
		if (err)
			return err;
		cond_resched();
	}
	return 0;
}

static void leave_all(struct espah_net *en)
{
	unsigned long index;
	struct espah_sa *sa;

	xa_for_each(&en->sad.by_index, index, sa)
		espah_slot_leave(en, sa, ESPAH_SLOT_ANY);
}

/**
 * espah_sad_any() - a policy is about to ask for SAs of any reqid
 * @en: namespace; the caller holds its lock
 *
 * Few namespaces have such a policy, and SAs have a slot less where there never was
 * one. The first one waits until all SAs are in the slots that it asks for.
 *
 * Return: 0 or a negative errno; nothing has changed then.
 */
int espah_sad_any(struct espah_net *en)
{
	int err;

	lockdep_assert_held(&en->lock);

	if (en->sad.any)
		return 0;
	err = enter_all(en);
	if (err)
		leave_all(en);
	else
		en->sad.any = true;
	return err;
}

/* ESP over IPv4, and tunnels over IPv6 where there is no UDP. */
static bool may_come_early(const struct espah_sa *sa)
{
	return sa->id.proto == IPPROTO_ESP &&
	       (sa->id.family == AF_INET ||
		(sa->mode == ESPAH_MODE_TUNNEL && !sa->encap_len));
}

/* Where it is in UDP, somebody has to read what is said of it. */
static int begin_reading(struct espah_net *en, const struct espah_sa *sa)
{
	int err;

	if (!may_come_early(sa))
		return 0;
	err = espah_hooks_early_get(en, sa->id.family);
	if (err || !sa->encap_len)
		return err;
	err = espah_hooks_icmp_get(en);
	if (err)
		espah_hooks_early_put(en, sa->id.family);
	return err;
}

static void end_reading(struct espah_net *en, const struct espah_sa *sa)
{
	if (!may_come_early(sa))
		return;
	if (sa->encap_len)
		espah_hooks_icmp_put(en);
	espah_hooks_early_put(en, sa->id.family);
}

/**
 * espah_sad_insert() - let an SA be found
 * @en: namespace; the caller holds its lock
 * @sa: SA; the SAD takes over the caller's reference on success
 *
 * Return: 0, -EEXIST if its id is taken, or another negative errno; nothing
 * has changed then.
 */
int espah_sad_insert(struct espah_net *en, struct espah_sa *sa)
{
	struct espah_sad *sad = &en->sad;
	int err;

	lockdep_assert_held(&en->lock);

	espah_direct_prepare(en);
	if (sa->id.family == AF_INET)
		espah_early_prepare(en);
	else
		espah_early6_prepare(en);
	espah_sent_prepare(en);
	err = begin_reading(en, sa);
	if (err)
		return err;
	err = xa_alloc_cyclic(&sad->by_index, &sa->index, NULL, xa_limit_32b,
			      &sad->next_index, GFP_KERNEL_ACCOUNT);
	if (err < 0)
		goto end_reading;
	err = rhashtable_lookup_insert_key(&sad->by_spi, &sa->id, &sa->spi_node,
					   by_spi_params);
	if (err)
		goto free_index;
	err = espah_slots_enter(en, sa);
	if (err)
		goto remove_spi;

	xa_store(&sad->by_index, sa->index, sa, GFP_KERNEL_ACCOUNT);
	sad->count++;
	changed(en);
	espah_lifetime_start(sa);
	espah_keepalive_start(sa);
	espah_dummy_start(sa);
	pr_debug("sa %u: added\n", sa->index);
	return 0;

remove_spi:
	/* A packet may have found it by its SPI meanwhile; it holds RCU or a
	 * reference, as with any SA that is removed.
	 */
	WRITE_ONCE(sa->dead, true);
	rhashtable_remove_fast(&sad->by_spi, &sa->spi_node, by_spi_params);
	espah_net_changed(en);
free_index:
	xa_erase(&sad->by_index, sa->index);
end_reading:
	end_reading(en, sa);
	return err;
}

/**
 * espah_sad_replace() - put an SA in the place of a larval one
 * @en: namespace; the caller holds its lock
 * @old: larval SA in the SAD; the SAD's reference ends
 * @sa: SA with the same id; it gets @old's index, and the SAD takes over the
 *	caller's reference on success
 *
 * There is no moment in which the SPI is free.
 *
 * Return: 0 or a negative errno; nothing has changed then.
 */
int espah_sad_replace(struct espah_net *en, struct espah_sa *old,
		      struct espah_sa *sa)
{
	struct espah_sad *sad = &en->sad;
	int err;

	lockdep_assert_held(&en->lock);

	sa->index = old->index;
	err = begin_reading(en, sa);
	if (err)
		return err;
	err = espah_slots_enter(en, sa);
	if (err)
		goto end_reading;
	/* @old is there, and this needs no memory; nor does the index. */
	err = rhashtable_replace_fast(&sad->by_spi, &old->spi_node,
				      &sa->spi_node, by_spi_params);
	if (WARN_ON_ONCE(err))
		goto leave_slots;
	xa_store(&sad->by_index, sa->index, sa, GFP_KERNEL_ACCOUNT);
	WRITE_ONCE(old->dead, true);
	espah_lifetime_stop(old);
	end_reading(en, old);
	changed(en);
	espah_lifetime_start(sa);
	espah_keepalive_start(sa);
	espah_dummy_start(sa);
	pr_debug("sa %u: has its keys\n", sa->index);
	espah_sa_put(old);
	return 0;

leave_slots:
	espah_slots_leave(en, sa);
	/* A packet may have found it in a slot meanwhile. */
	WRITE_ONCE(sa->dead, true);
	espah_net_changed(en);
end_reading:
	end_reading(en, sa);
	return err;
}

static void unfound(struct rcu_head *rcu)
{
	espah_sa_put(container_of(rcu, struct espah_sa, rcu));
}

/* The SA is out of the tables, and the SAD's reference ends. A packet that has found it there
 * takes a reference in the same RCU section, and gets one: it is not lost because another SA
 * has taken this one's place.
 */
static void let_go(struct espah_sa *sa)
{
	call_rcu(&sa->rcu, unfound);
}

static bool same_id(const struct espah_sa *a, const struct espah_sa *b)
{
	return !memcmp(&a->id, &b->id, sizeof(a->id));
}

/**
 * espah_sad_announce() - make room for the heir of an SA
 * @en: namespace; the caller holds its lock
 * @sa: SA in the SAD
 * @heir: from espah_heir_make(); it takes no packet yet
 *
 * Return: 0, to be followed by espah_sad_succeed() or espah_sad_recall(); -EEXIST if the
 * heir's id is taken, or another negative errno.
 */
int espah_sad_announce(struct espah_net *en, struct espah_sa *sa,
		       struct espah_sa *heir)
{
	int err;

	lockdep_assert_held(&en->lock);

	err = begin_reading(en, heir);
	if (err)
		return err;
	err = espah_slots_get(en, heir);
	if (err)
		goto end_reading;
	if (!same_id(sa, heir))
		err = rhashtable_lookup_insert_key(&en->sad.by_spi, &heir->id,
						   &heir->spi_node,
						   by_spi_params);
	if (!err)
		return 0;
	espah_slots_put(en, heir);
end_reading:
	end_reading(en, heir);
	return err;
}

/**
 * espah_sad_recall() - an announced heir will not come
 * @en: namespace; the caller holds its lock
 * @sa: SA in the SAD
 * @heir: its heir; the caller's reference is untouched
 */
void espah_sad_recall(struct espah_net *en, struct espah_sa *sa,
		      struct espah_sa *heir)
{
	lockdep_assert_held(&en->lock);

	WRITE_ONCE(heir->dead, true);
	if (!same_id(sa, heir))
		rhashtable_remove_fast(&en->sad.by_spi, &heir->spi_node,
				       by_spi_params);
	espah_slots_put(en, heir);
	end_reading(en, heir);
}

/**
 * espah_sad_succeed() - let the heir be found, and the SA no more
 * @en: namespace; the caller holds its lock
 * @sa: SA in the SAD, whose heir has taken what it goes on with. The SAD's reference
 *	becomes the caller's, to be given back when no packet finds the SA any more
 * @heir: announced; the SAD takes over the caller's reference
 *
 * This needs no memory.
 */
void espah_sad_succeed(struct espah_net *en, struct espah_sa *sa,
		       struct espah_sa *heir)
{
	struct espah_sad *sad = &en->sad;

	lockdep_assert_held(&en->lock);

	if (same_id(sa, heir))
		WARN_ON_ONCE(rhashtable_replace_fast(&sad->by_spi,
						     &sa->spi_node,
						     &heir->spi_node,
						     by_spi_params));
	else
		rhashtable_remove_fast(&sad->by_spi, &sa->spi_node,
				       by_spi_params);
	espah_slots_fill(en, heir);
	xa_store(&sad->by_index, heir->index, heir, GFP_KERNEL_ACCOUNT);
	WRITE_ONCE(sa->dead, true);
	espah_lifetime_stop(sa);
	espah_keepalive_stop(sa);
	espah_dummy_stop(sa);
	end_reading(en, sa);
	changed(en);
	espah_keepalive_start(heir);
	espah_dummy_start(heir);
	pr_debug("sa %u: has moved\n", heir->index);
}

/**
 * espah_sad_forsake() - let an SA that has moved be found in its slots no more
 * @en: namespace; the caller holds its lock
 * @sa: SA of espah_sad_succeed(); no packet has a policy any more that asks for it there
 */
void espah_sad_forsake(struct espah_net *en, struct espah_sa *sa)
{
	espah_slots_leave(en, sa);
	espah_net_changed(en);
}

/**
 * espah_sad_remove() - make an SA unreachable
 * @en: namespace; the caller holds its lock
 * @sa: SA in the SAD; the SAD's reference ends
 *
 * Still looking at it may be: packets under RCU, packets inside the crypto
 * layer (each holds a reference, and finds it dead), dumps under RCU. It is
 * freed after all of them.
 */
void espah_sad_remove(struct espah_net *en, struct espah_sa *sa)
{
	struct espah_sad *sad = &en->sad;

	lockdep_assert_held(&en->lock);

	WRITE_ONCE(sa->dead, true);
	espah_lifetime_stop(sa);
	espah_keepalive_stop(sa);
	espah_dummy_stop(sa);
	rhashtable_remove_fast(&sad->by_spi, &sa->spi_node, by_spi_params);
	espah_slots_leave(en, sa);
	end_reading(en, sa);
	xa_erase(&sad->by_index, sa->index);
	sad->count--;
	changed(en);
	pr_debug("sa %u: removed\n", sa->index);
	let_go(sa);
}

/**
 * espah_sad_flush() - remove SAs
 * @en: namespace; the caller holds its lock
 * @proto: only those of this IP protocol, or 0 for all
 */
void espah_sad_flush(struct espah_net *en, u8 proto)
{
	unsigned long index;
	struct espah_sa *sa;

	lockdep_assert_held(&en->lock);

	xa_for_each(&en->sad.by_index, index, sa) {
		if (!proto || sa->id.proto == proto)
			espah_sad_remove(en, sa);
		cond_resched();
	}
}
