// SPDX-License-Identifier: GPL-2.0-only
/* One SA: made whole before anybody sees it, wiped after nobody does. */

#include <linux/module.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/udp.h>
#include <linux/wait_bit.h>

#include "chapoly.h"
#include "crypto.h"
#include "dummy.h"
#include "heir.h"
#include "icv.h"
#include "keepalive.h"
#include "lifetime.h"
#include "narrow.h"
#include "netns.h"
#include "route.h"
#include "sa.h"

/* Freeing an SA sleeps, in the crypto layer. */
static struct workqueue_struct *reaper;

static void free_selector(struct espah_sa *sa)
{
	struct espah_selector_rcu *sel = rcu_dereference_protected(sa->sel, true);

	if (!sel)
		return;
	espah_narrow_put(sa->en, &sel->sel);
	kfree(sel);
}

/* Everything an SA owns. Whatever it could not get is NULL, so that this also
 * undoes a half-made one.
 */
static void sa_free(struct espah_sa *sa)
{
	if (unlikely(sa->heir))
		espah_heir_part(sa);
	espah_chapoly_free(sa->chapoly);
	espah_crypto_free(sa->tfm);
	espah_icv_unkey(sa->mac);
	espah_route_free(sa->route);
	espah_tally_free(&sa->tally);
	free_selector(sa);
	kfree(rcu_dereference_protected(sa->limits, true));
	kfree(sa->timer);
	if (sa->nat)
		kfree(sa->nat->keepalive);
	kfree(sa->nat);
	kfree(sa->dummy);
	kfree_sensitive(sa);
}

static void one_less(struct espah_net *en)
{
	if (atomic_dec_and_test(&en->sas))
		wake_up_var(&en->sas);
}

/* Nobody can see them any more: their last reference is gone, and so is every RCU
 * section that might have found them in a table before.
 */
static void reap(struct work_struct *work)
{
	struct espah_net *en = container_of(work, struct espah_net, reaper.work);
	struct espah_sa *sa, *next;
	struct llist_node *list;

	list = llist_del_all(&en->reaper.sas);
	llist_for_each_entry_safe(sa, next, list, judge_node) {
		pr_debug("sa %u: freed\n", sa->index);
		sa_free(sa);
		one_less(en);
		module_put(THIS_MODULE);
		cond_resched();
	}
}

static void unseen(struct rcu_head *rcu)
{
	struct espah_sa *sa = container_of(rcu, struct espah_sa, rcu);
	struct espah_net *en = sa->en;

	/* The namespace stays until this returns, though the SA may be freed before. */
	atomic_inc(&en->sas);
	if (llist_add(&sa->judge_node, &en->reaper.sas))
		queue_work(reaper, &en->reaper.work);
	one_less(en);
}

/**
 * espah_sa_begin() - the life of an SA begins, which espah_sa_put() ends
 * @sa: SA whose namespace is set
 *
 * Return: 0, or -ENODEV where the module is being removed.
 */
int espah_sa_begin(struct espah_sa *sa)
{
	/* The module stays while SAs exist: see espah_sa_exit(). */
	if (!try_module_get(THIS_MODULE))
		return -ENODEV;
	atomic_inc(&sa->en->sas);
	refcount_set(&sa->refs, 1);
	return 0;
}

/**
 * espah_sa_put() - give back a reference
 * @sa: SA, gone with its last reference
 */
void espah_sa_put(struct espah_sa *sa)
{
	if (refcount_dec_and_test(&sa->refs))
		call_rcu(&sa->rcu, unseen);
}

static void copy_cipher(struct espah_sa *sa,
			const struct espah_sa_config *config)
{
	sa->iv_len = config->alg->iv_len;
	sa->iv = config->alg->iv;
	if (config->flags & ESPAH_SA_FLAG_IIV) {
		sa->iv_len = 0;
		sa->iv = ESPAH_IV_IMPLICIT;
	}
	sa->aad_apart = sa->esn || sa->iv == ESPAH_IV_IMPLICIT;
	sa->align = config->alg->align;
}

/* A name that is the algorithm's own is there already; a larval SA has none. */
static size_t name_len(const char *name, const struct espah_alg *alg)
{
	return alg && strcmp(name, alg->name) ? strlen(name) + 1 : 0;
}

/* What has no room of its own lies behind the ring of the replay window. */
static size_t tail_len(const struct espah_sa_config *config)
{
	return config->key_len + config->auth_key_len +
	       name_len(config->alg_name, config->alg) +
	       name_len(config->auth_name, config->auth);
}

static u8 *copy_octets(u8 **tail, const void *octets, size_t len)
{
	u8 *copy = *tail;

	if (len)
		memcpy(copy, octets, len);
	*tail += len;
	return copy;
}

static const char *copy_name(u8 **tail, const char *name,
			     const struct espah_alg *alg)
{
	size_t len = name_len(name, alg);

	return len ? (char *)copy_octets(tail, name, len) : alg->name;
}

static void copy_algs(struct espah_sa *sa, const struct espah_sa_config *config)
{
	u8 *tail = (u8 *)&sa->replay.seen[espah_replay_words(config->window)];

	sa->icv_len = config->icv_bits / 8;
	sa->key_len = config->key_len;
	sa->auth_key_len = config->auth_key_len;
	sa->key = copy_octets(&tail, config->key, config->key_len);
	copy_octets(&tail, config->auth_key, config->auth_key_len);
	if (config->alg) {
		copy_cipher(sa, config);
		sa->alg_name = copy_name(&tail, config->alg_name, config->alg);
	}
	if (config->auth)
		sa->auth_name = copy_name(&tail, config->auth_name,
					  config->auth);
}

/* What ends at @end goes on as far as the name, where that lies behind it. */
static const u8 *with_name(const u8 *end, const char *name)
{
	return name == (const char *)end ? end + strlen(name) + 1 : end;
}

/* The SA, with all that lies behind it: as copy_algs() has put it there. */
static size_t whole_len(const struct espah_sa *sa)
{
	unsigned int words = espah_replay_words(sa->replay.window);
	const u8 *end = (const u8 *)&sa->replay.seen[words];

	end += sa->key_len + sa->auth_key_len;
	end = with_name(end, sa->alg_name);
	end = with_name(end, sa->auth_name);
	return end - (const u8 *)sa;
}

/* Where the copy has what the SA has there; what is elsewhere, both have. */
static void *same_in_copy(struct espah_sa *copy, const struct espah_sa *sa,
			  size_t len, const void *at)
{
	unsigned long offset = (unsigned long)at - (unsigned long)sa;

	return offset < len ? (u8 *)copy + offset : (void *)at;
}

/**
 * espah_sa_copy() - the memory of an SA once more
 * @sa: SA
 *
 * Window, keys and names are in it, as they are just now; what it has apart, both have.
 *
 * Return: the copy, which has not begun (espah_sa_begin()), or NULL.
 */
struct espah_sa *espah_sa_copy(const struct espah_sa *sa)
{
	size_t len = whole_len(sa);
	struct espah_sa *copy = kmalloc(len, GFP_KERNEL_ACCOUNT);

	if (!copy)
		return NULL;
	/* What packets change meanwhile is begun anew in it, or handed over later. */
	data_race(memcpy(copy, sa, len));
	copy->key = same_in_copy(copy, sa, len, sa->key);
	copy->alg_name = same_in_copy(copy, sa, len, sa->alg_name);
	copy->auth_name = same_in_copy(copy, sa, len, sa->auth_name);
	return copy;
}

static int copy_encap(struct espah_sa *sa, const struct espah_sa_config *config)
{
	if (!config->encap_dport)
		return 0;
	sa->nat = kzalloc(sizeof(*sa->nat), GFP_KERNEL_ACCOUNT);
	if (!sa->nat)
		return -ENOMEM;
	sa->nat->oaddr = config->encap_oaddr;
	sa->nat->odst = config->encap_odst;
	sa->encap_len = sizeof(struct udphdr);
	sa->encap_sport = config->encap_sport;
	sa->encap_dport = config->encap_dport;
	return 0;
}

static int copy_config(struct espah_sa *sa,
		       const struct espah_sa_config *config)
{
	int err;

	sa->id = config->id;
	sa->src = config->src;
	sa->mode = config->mode;
	sa->reqid = config->reqid;
	sa->if_id = config->if_id;
	sa->larval = !config->alg && !config->auth;
	sa->no_in = config->no_in;
	sa->no_out = config->no_out;
	sa->shut = sa->larval || sa->no_in;
	err = copy_encap(sa, config);
	if (err)
		return err;
	sa->mark = config->mark;
	sa->output_mark = config->output_mark;
	sa->flags = config->flags;
	sa->outer = config->outer;
	sa->tfcpad = config->outer.tfcpad;
	/* What a router says of a UDP datagram may not get past a NAT, nor quote the SPI
	 * behind UDP: there is DF only where somebody has asked for it.
	 */
	sa->header = espah_header_make(&sa->outer, sa->flags, !sa->encap_len);

	err = espah_keepalive_setup(sa, config->keepalive);
	if (!err)
		err = espah_dummy_setup(sa, config->dummy);
	if (err)
		return err;
	espah_dummy_set(sa, config->dummy);
	if (!sa->larval)
		copy_algs(sa, config);
	return espah_sa_change(sa, config->sel, config->limits,
			       &config->thresholds);
}

static int key_cipher(struct espah_sa *sa, const struct espah_sa_config *config,
		      struct netlink_ext_ack *extack)
{
	struct crypto_aead *tfm = espah_crypto_alloc(config, extack);
	struct espah_chapoly *chapoly;

	if (IS_ERR(tfm))
		return PTR_ERR(tfm);
	sa->tfm = tfm;
	chapoly = espah_chapoly_alloc(config, tfm);
	if (IS_ERR(chapoly))
		return PTR_ERR(chapoly);
	sa->chapoly = chapoly;
	return 0;
}

static int key_hash(struct espah_sa *sa, const struct espah_sa_config *config,
		    struct netlink_ext_ack *extack)
{
	struct crypto_ahash *mac = espah_icv_key(config, extack);

	if (IS_ERR(mac))
		return PTR_ERR(mac);
	sa->mac = mac;
	return 0;
}

/**
 * espah_sa_create() - make an SA that nobody can find yet
 * @en: namespace
 * @config: what it shall be; checked
 * @extack: where to say what went wrong
 *
 * The caller holds &espah_net.lock, and either enters the SA into the SAD or
 * gives it back with espah_sa_put().
 *
 * Return: the SA with one reference, or an ERR_PTR().
 */
struct espah_sa *espah_sa_create(struct espah_net *en,
				 const struct espah_sa_config *config,
				 struct netlink_ext_ack *extack)
{
	struct espah_sa *sa;
	int err;

	lockdep_assert_held(&en->lock);

	/* With a window of 64 packets and one key, that is up to 512 octets. */
	sa = kzalloc(struct_size(sa, replay.seen,
				 espah_replay_words(config->window)) +
		     tail_len(config), GFP_KERNEL_ACCOUNT);
	if (!sa)
		return ERR_PTR(-ENOMEM);

	sa->en = en;
	spin_lock_init(&sa->replay_lock);
	espah_replay_init(&sa->replay, config->window);
	espah_replay_start(&sa->replay, config->seq);
	atomic64_set(&sa->oseq, config->oseq);
	sa->esn = config->esn;
	sa->align4 = config->align4;
	sa->seq_few = espah_seq_last(sa->esn) - ESPAH_SEQ_FEW;
	sa->iv_mask = get_random_u64();
	sa->added = ktime_get_real_seconds();
	sa->born = ktime_get_boottime();

	err = copy_config(sa, config);
	if (!err && !sa->larval)
		err = config->alg ? key_cipher(sa, config, extack) :
				    key_hash(sa, config, extack);
	if (err)
		goto free;

	err = espah_sa_begin(sa);
	if (!err)
		return sa;
	NL_SET_ERR_MSG(extack, "the module is being removed");

free:
	sa_free(sa);
	return ERR_PTR(err);
}

static struct espah_selector_rcu *
get_selector(struct espah_net *en, const struct espah_selector *sel)
{
	struct espah_selector_rcu *new;
	int err;

	if (!sel)
		return NULL;
	new = kmalloc(sizeof(*new), GFP_KERNEL_ACCOUNT);
	if (!new)
		return ERR_PTR(-ENOMEM);
	new->sel = *sel;
	err = espah_narrow_get(en, sel);
	if (!err)
		return new;
	kfree(new);
	return ERR_PTR(err);
}

/* Packets may look at it still. */
static void put_selector(struct espah_net *en, struct espah_selector_rcu *sel)
{
	if (!sel)
		return;
	espah_narrow_put(en, &sel->sel);
	kfree_rcu(sel, rcu);
}

/**
 * espah_sa_change() - change what can change: the inner packets that the SA
 * carries, for how long, and when it is told how far it has got
 * @sa: SA
 * @sel: new selector, or NULL for any packet
 * @limits: new lifetime, or NULL for no end
 * @thresholds: new ones
 *
 * The caller holds &espah_net.lock. In the SAD, espah_lifetime_start() comes next.
 *
 * Return: 0 or a negative errno; nothing has changed then.
 */
int espah_sa_change(struct espah_sa *sa, const struct espah_selector *sel,
		    const struct espah_limits *limits,
		    const struct espah_thresholds *thresholds)
{
	struct espah_selector_rcu *old, *new = get_selector(sa->en, sel);
	struct espah_limits_rcu *new_limits;

	if (IS_ERR(new))
		return PTR_ERR(new);
	new_limits = espah_lifetime_alloc(sa, limits, thresholds);
	if (IS_ERR(new_limits)) {
		put_selector(sa->en, new);
		return PTR_ERR(new_limits);
	}
	old = rcu_replace_pointer(sa->sel, new, lockdep_is_held(&sa->en->lock));
	espah_net_changed(sa->en);
	put_selector(sa->en, old);
	espah_lifetime_set(sa, new_limits);
	return 0;
}

/**
 * espah_sa_thresholds() - when is it told how far the SA has got?
 * @sa: SA; the caller holds &espah_net.lock or RCU
 *
 * Return: its thresholds, all zero where it is never told.
 */
struct espah_thresholds espah_sa_thresholds(const struct espah_sa *sa)
{
	const struct espah_limits_rcu *limits;

	limits = rcu_dereference_check(sa->limits,
				       lockdep_is_held(&sa->en->lock));
	return limits ? limits->progress.thresholds :
			(struct espah_thresholds){};
}

/**
 * espah_sa_covers() - may this flow use the SA?
 * @sa: SA, under RCU
 * @flow: flow of an inner packet
 *
 * Return: true if the SA's selector, where it has one, matches.
 */
bool espah_sa_covers(const struct espah_sa *sa, const struct espah_flow *flow)
{
	const struct espah_selector_rcu *sel = rcu_dereference(sa->sel);

	return !sel || espah_selector_match(&sel->sel, flow);
}

/**
 * espah_sa_wants_whole() - may it not carry parts of datagrams?
 * @sa: SA, under RCU
 *
 * RFC 4301 section 7.3: where its selector asks for ports, the peer discards what does
 * not show them.
 *
 * Return: true if it may not.
 */
bool espah_sa_wants_whole(const struct espah_sa *sa)
{
	const struct espah_selector_rcu *sel = rcu_dereference(sa->sel);

	return sel && sel->sel.asks & ESPAH_ASKS_VALUES;
}

/**
 * espah_sa_use() - a packet is protected or accepted
 * @sa: SA
 * @bytes: octets of the packet in clear
 *
 * The caller has softirqs off and holds RCU.
 *
 * Return: false if it must not pass: the SA's lifetime is over.
 */
bool espah_sa_use(struct espah_sa *sa, unsigned int bytes)
{
	u64 packets = atomic64_inc_return(&sa->packets);
	u64 octets = atomic64_add_return(bytes, &sa->bytes);
	time64_t now = ktime_get_real_seconds();

	if (!espah_lifetime_allows(sa, packets, octets, bytes)) {
		atomic64_dec(&sa->packets);
		atomic64_sub(bytes, &sa->bytes);
		return false;
	}

	/* Once a second at most, so that the CPUs do not fight for the line. */
	if (READ_ONCE(sa->used) != now) {
		if (unlikely(!READ_ONCE(sa->first_used)))
			espah_lifetime_first_use(sa);
		WRITE_ONCE(sa->used, now);
	}
	return true;
}

/**
 * espah_sa_usage() - how much the SA has carried
 * @sa: SA
 * @packets: set to the packets protected or accepted
 * @bytes: set to their octets
 */
void espah_sa_usage(const struct espah_sa *sa, u64 *packets, u64 *bytes)
{
	*packets = atomic64_read(&sa->packets);
	*bytes = atomic64_read(&sa->bytes);
}

/**
 * espah_sa_net_init() - a namespace is ready for SAs
 * @en: namespace
 */
void espah_sa_net_init(struct espah_net *en)
{
	init_llist_head(&en->reaper.sas);
	INIT_WORK(&en->reaper.work, reap);
}

/**
 * espah_sa_net_exit() - a namespace has no SA any more
 * @en: namespace whose SAs are freed
 *
 * What may still run is the tail of what freed the last one.
 */
void espah_sa_net_exit(struct espah_net *en)
{
	cancel_work_sync(&en->reaper.work);
}

/**
 * espah_sa_init() - get ready for SAs
 *
 * Return: 0 or -ENOMEM.
 */
int espah_sa_init(void)
{
	reaper = alloc_workqueue("espah", WQ_UNBOUND, 0);
	return reaper ? 0 : -ENOMEM;
}

/**
 * espah_sa_exit() - after the last namespace
 *
 * Every SA holds the module until it is freed; what may still run is the tail
 * of reap() and of unseen().
 */
void espah_sa_exit(void)
{
	rcu_barrier();
	destroy_workqueue(reaper);
}
