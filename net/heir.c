// SPDX-License-Identifier: GPL-2.0-only
/* An SA is constant to the packets that have found it. Where its place changes, another SA
 * takes its place: of the same keys, and going on where it was. What an SA has falls in four:
 *
 * - copied: what it was asked for and what follows from it, keys and names, its index and its
 *   age (espah_sa_copy());
 * - shared: the keyed cipher or hash, which is the heir's when the old one goes;
 * - begun anew: what belongs to a place (addresses, ports, path MTU, route, what is known of
 *   NAT), to a table or list, and what each has by itself (selector, limits, timers, locks);
 * - handed over under traffic (espah_heir_take()), after which the old one takes from its heir
 *   what it needs. Sequence numbers: the old counter is put beyond the last number, and
 *   whoever gets such a one asks the heir (espah_lifetime_late()). The replay window: whoever
 *   finds an heir beside it, under its lock, looks there. What counts against limits: whoever
 *   has to ask counts there (espah_lifetime_judge()); others count here, and that is added to
 *   the heir's. The causes of drops are counted there (net/stats.c).
 *
 * net/tests/heir_test.c has the list, by field.
 */

#include <linux/slab.h>
#include <linux/udp.h>

#include "dummy.h"
#include "heir.h"
#include "keepalive.h"
#include "lifetime.h"
#include "netns.h"

/* No number: beyond the last one, with room for all who still take one. */
#define NUMBERS_GONE	(ESPAH_ESN_LAST + (U32_MAX >> 1))

/* What is the SA's own, and not as it was with the one before. */
static void begin_anew(struct espah_sa *heir)
{
	spin_lock_init(&heir->replay_lock);
	heir->heir = NULL;
	heir->dead = false;
	heir->shut = true;
	RCU_INIT_POINTER(heir->sel, NULL);
	RCU_INIT_POINTER(heir->limits, NULL);
	heir->timer = NULL;
	heir->nat = NULL;
	heir->dummy = NULL;
	heir->route = NULL;
	heir->pmtu = 0;
	memset(heir->slot_node, 0, sizeof(heir->slot_node));
	memset(&heir->tally, 0, sizeof(heir->tally));
	atomic64_set(&heir->packets, 0);
	atomic64_set(&heir->bytes, 0);
	atomic_set(&heir->asked, 0);
}

static void move_in(struct espah_sa *heir, const struct espah_site *site)
{
	heir->id = site->id;
	heir->src = site->src;
	heir->encap_sport = site->encap_sport;
	heir->encap_dport = site->encap_dport;
	heir->encap_len = site->encap_dport ? sizeof(struct udphdr) : 0;
	heir->header = espah_header_make(&heir->outer, heir->flags,
					 !heir->encap_len);
}

/* Nobody knows yet what NAT makes of the addresses. */
static int know_nat(struct espah_sa *heir)
{
	if (!heir->encap_len)
		return 0;
	heir->nat = kzalloc(sizeof(*heir->nat), GFP_KERNEL_ACCOUNT);
	return heir->nat ? 0 : -ENOMEM;
}

static int change_as(struct espah_sa *heir, const struct espah_sa *sa)
{
	const struct espah_limits_rcu *limits =
		rcu_dereference_protected(sa->limits,
					  lockdep_is_held(&sa->en->lock));
	const struct espah_selector_rcu *sel =
		rcu_dereference_protected(sa->sel,
					  lockdep_is_held(&sa->en->lock));
	const struct espah_thresholds thresholds = espah_sa_thresholds(sa);

	return espah_sa_change(heir, sel ? &sel->sel : NULL,
			       limits ? &limits->limits : NULL, &thresholds);
}

/* Its own of what changes by itself later. */
static int furnish(struct espah_sa *heir, const struct espah_sa *sa)
{
	u32 interval = espah_dummy_interval(sa);
	int err;

	err = know_nat(heir);
	/* Without a UDP header there is nothing to remind NAT of. */
	if (!err && heir->encap_len)
		err = espah_keepalive_setup(heir, espah_keepalive_interval(sa));
	if (!err)
		err = espah_dummy_setup(heir, interval);
	if (err)
		return err;
	espah_dummy_set(heir, interval);
	return change_as(heir, sa);
}

/**
 * espah_heir_make() - make an SA that shall take the place of another, elsewhere
 * @sa: SA in the SAD; the caller holds &espah_net.lock
 * @site: where the heir is
 *
 * It takes no packet before espah_heir_take().
 *
 * Return: the heir with one reference, or an ERR_PTR().
 */
struct espah_sa *espah_heir_make(struct espah_sa *sa,
				 const struct espah_site *site)
{
	struct espah_sa *heir;
	int err;

	lockdep_assert_held(&sa->en->lock);

	heir = espah_sa_copy(sa);
	if (!heir)
		return ERR_PTR(-ENOMEM);
	begin_anew(heir);
	move_in(heir, site);
	err = espah_sa_begin(heir);
	if (err) {
		kfree_sensitive(heir);
		return ERR_PTR(err);
	}
	err = furnish(heir, sa);
	if (!err)
		return heir;
	espah_heir_give_up(heir);
	return ERR_PTR(err);
}

/* Packets that have the SA count with it still, and are the heir's the next time. */
static void move_use(struct espah_sa *sa, struct espah_sa *heir)
{
	time64_t used = READ_ONCE(sa->used);

	atomic64_add(atomic64_xchg(&sa->packets, 0), &heir->packets);
	atomic64_add(atomic64_xchg(&sa->bytes, 0), &heir->bytes);
	if (used > READ_ONCE(heir->used))
		WRITE_ONCE(heir->used, used);
	if (!READ_ONCE(heir->first_used))
		WRITE_ONCE(heir->first_used, READ_ONCE(sa->first_used));
}

/**
 * espah_heir_take() - the heir goes on where the SA is
 * @sa: SA in the SAD, which packets may take from still; the caller holds
 *	&espah_net.lock
 * @heir: from espah_heir_make(), which no packet can use yet; the SA holds it
 *
 * No number is used twice or left out, and none is taken twice.
 */
void espah_heir_take(struct espah_sa *sa, struct espah_sa *heir)
{
	unsigned int words = espah_replay_words(sa->replay.window);

	lockdep_assert_held(&sa->en->lock);

	refcount_inc(&heir->refs);
	heir->told = sa->told;
	spin_lock_bh(&sa->replay_lock);
	/* Whoever takes it after this finds the window. */
	spin_lock_nested(&heir->replay_lock, SINGLE_DEPTH_NESTING);
	heir->replay.top = sa->replay.top;
	memcpy(heir->replay.seen, sa->replay.seen,
	       words * sizeof(*sa->replay.seen));
	/* Whoever gets a number beyond the last one, or counts after this, asks who it is
	 * under the lock, and so finds that he has it all.
	 */
	WRITE_ONCE(sa->heir, heir);
	atomic64_set(&heir->oseq, atomic64_xchg(&sa->oseq, NUMBERS_GONE));
	move_use(sa, heir);
	espah_lifetime_go_on(heir, sa);
	spin_unlock(&heir->replay_lock);
	spin_unlock_bh(&sa->replay_lock);
	/* Whoever finds it open finds all of this (espah_sa_shut()). */
	smp_store_release(&heir->shut, heir->larval || heir->no_in);
}

/**
 * espah_heir_of() - who has taken the place of an SA?
 * @sa: SA, under RCU or with a reference; its @replay_lock is not held
 *
 * Return: its heir, which has all that it goes on with, or NULL.
 */
struct espah_sa *espah_heir_of(struct espah_sa *sa)
{
	struct espah_sa *heir;

	/* It is held until the heir has. */
	spin_lock_bh(&sa->replay_lock);
	heir = sa->heir;
	spin_unlock_bh(&sa->replay_lock);
	return heir;
}

/**
 * espah_heir_whole() - who an SA is by now, with all that it has
 * @sa: SA, under RCU or with a reference; its @replay_lock is not held
 *
 * Return: as espah_heir_last().
 */
struct espah_sa *espah_heir_whole(struct espah_sa *sa)
{
	struct espah_sa *heir;

	while ((heir = espah_heir_of(sa)))
		sa = heir;
	return sa;
}

/**
 * espah_heir_settle() - the heir has it all to itself
 * @sa: SA that no packet finds any more, a grace period ago
 * @heir: its heir, in the SAD; the caller holds &espah_net.lock
 *
 * Packets that are with a cipher still may have the SA.
 */
void espah_heir_settle(struct espah_sa *sa, struct espah_sa *heir)
{
	lockdep_assert_held(&sa->en->lock);

	move_use(sa, heir);
	espah_tally_add(heir, &sa->tally);
	espah_lifetime_start(heir);
}

/**
 * espah_heir_give_up() - an heir has come to nothing
 * @heir: from espah_heir_make(), whose reference ends; the SA keeps what both have
 */
void espah_heir_give_up(struct espah_sa *heir)
{
	heir->tfm = NULL;
	heir->chapoly = NULL;
	heir->mac = NULL;
	espah_sa_put(heir);
}

/**
 * espah_heir_part() - an SA goes that has an heir
 * @sa: SA that nobody sees any more
 *
 * What both have is the heir's.
 */
void espah_heir_part(struct espah_sa *sa)
{
	move_use(sa, sa->heir);
	sa->tfm = NULL;
	sa->chapoly = NULL;
	sa->mac = NULL;
	espah_sa_put(sa->heir);
}
