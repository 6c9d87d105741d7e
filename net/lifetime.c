// SPDX-License-Identifier: GPL-2.0-only
/* The end of an SA by its limits, and what is told on the way. Packets count, a timer
 * waits; both only ask for the work that judges, which is the one to tell and to end.
 * Whatever a packet that is over the limit finds, it does not pass.
 *
 * Each namespace has a work of its own, which waits for the namespace's lock: one
 * that keeps its lock busy and has any number of SAs end holds up nobody else.
 */

#include <linux/hrtimer.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "heir.h"
#include "lifetime.h"
#include "netns.h"
#include "notify.h"
#include "sad.h"

static struct workqueue_struct *judges;

/* The list has a reference of its own. The caller keeps the SA until this returns, by
 * RCU or, in the timer, by being waited for; the SA keeps its namespace.
 *
 * Whatever the judge shall see is written before. If the SA is listed already, the
 * xchg() pairs with that in judge_work(), which has not looked yet.
 */
static void ask(struct espah_sa *sa)
{
	struct espah_judge *judge = &sa->en->judge;

	if (atomic_xchg(&sa->asked, 1) || !espah_sa_hold(sa))
		return;
	if (llist_add(&sa->judge_node, &judge->sas))
		queue_work(judges, &judge->work);
}

static enum hrtimer_restart timer_fired(struct hrtimer *timer)
{
	ask(container_of(timer, struct espah_sa_timer, timer)->sa);
	return HRTIMER_NORESTART;
}

/* What the clock says of an SA that has limits. */
static enum espah_expiry ask_clock(const struct espah_sa *sa,
				   const struct espah_limits_rcu *limits,
				   u64 *left)
{
	ktime_t now = ktime_get_boottime();
	ktime_t used = READ_ONCE(sa->first_used);

	/* A coarse clock stands still for a while, and 0 is for what never was used. */
	return espah_limits_time(&limits->limits, ktime_sub(now, sa->born),
				 used ? max_t(u64, ktime_sub(now, used), 1) : 0,
				 left);
}

/* What is reached of all limits. Any SA has that on its sequence numbers. */
static enum espah_expiry verdict(const struct espah_sa *sa)
{
	enum espah_expiry expiry = espah_limits_seq(atomic64_read(&sa->oseq),
						     espah_seq_last(sa->esn));
	const struct espah_limits_rcu *limits;
	u64 left;

	limits = rcu_dereference_protected(sa->limits,
					   lockdep_is_held(&sa->en->lock));
	if (!limits)
		return expiry;
	if (READ_ONCE(limits->hard))
		return ESPAH_EXPIRY_HARD;
	if (READ_ONCE(limits->soft))
		expiry = max(expiry, ESPAH_EXPIRY_SOFT);
	return max(expiry, ask_clock(sa, limits, &left));
}

/* What somebody has asked to be told; see net/progress.c. */
static void judge_progress(const struct espah_sa *sa)
{
	struct espah_limits_rcu *limits;
	enum espah_progress_news news;

	limits = rcu_dereference_protected(sa->limits,
					   lockdep_is_held(&sa->en->lock));
	if (!limits || !espah_progress_any(&limits->progress.thresholds))
		return;
	news = espah_progress_judge(&limits->progress,
				    atomic64_read(&sa->packets),
				    ktime_get_boottime());
	if (news != ESPAH_PROGRESS_NONE)
		espah_notify_progress(sa, news);
}

/* The SA is in the SAD. It may end here; then the caller's reference is what is
 * left of it.
 */
static void judge(struct espah_sa *sa)
{
	enum espah_expiry expiry = verdict(sa);

	if (expiry == ESPAH_EXPIRY_HARD) {
		espah_sad_remove(sa->en, sa);
		espah_notify_expire(sa, true);
		return;
	}
	if (expiry == ESPAH_EXPIRY_SOFT && !sa->told) {
		sa->told = true;
		espah_notify_expire(sa, false);
	}
	judge_progress(sa);
	espah_lifetime_start(sa);
}

/* What was asked of an SA that has moved is asked of who it is by now. */
static void judge_last(struct espah_sa *sa)
{
	if (!sa->dead)
		judge(sa);
}

/* All that were asked for by now, in that order. */
static void judge_work(struct work_struct *work)
{
	struct espah_net *en = container_of(work, struct espah_net, judge.work);
	struct espah_sa *sa, *next;
	struct llist_node *list;

	mutex_lock(&en->lock);
	list = llist_reverse_order(llist_del_all(&en->judge.sas));
	llist_for_each_entry_safe(sa, next, list, judge_node) {
		/* From here on it can be listed again: its node was read before,
		 * and what it is judged by is read after. Pairs with ask().
		 */
		atomic_xchg(&sa->asked, 0);
		judge_last(espah_heir_last(sa));
		espah_sa_put(sa);
		cond_resched();
	}
	mutex_unlock(&en->lock);
}

/* Who never has limits needs no timer. Returns false without memory. */
static bool has_timer(struct espah_sa *sa)
{
	struct espah_sa_timer *timer = sa->timer;

	if (timer)
		return true;
	timer = kzalloc(sizeof(*timer), GFP_KERNEL_ACCOUNT);
	if (!timer)
		return false;
	hrtimer_init(&timer->timer, CLOCK_BOOTTIME, HRTIMER_MODE_REL_SOFT);
	timer->timer.function = timer_fired;
	timer->sa = sa;
	sa->timer = timer;
	return true;
}

/**
 * espah_lifetime_alloc() - limits as an SA keeps them
 * @sa: SA; the caller holds &espah_net.lock
 * @limits: limits, or NULL for none
 * @thresholds: thresholds
 *
 * Return: to be given to espah_lifetime_set() or kfree(); NULL for none of both; or
 * an ERR_PTR().
 */
struct espah_limits_rcu *
espah_lifetime_alloc(struct espah_sa *sa, const struct espah_limits *limits,
		     const struct espah_thresholds *thresholds)
{
	static const struct espah_limits none;
	struct espah_limits_rcu *new;

	limits = limits ?: &none;
	if (!espah_limits_any(limits) && !espah_progress_any(thresholds))
		return NULL;
	if (!has_timer(sa))
		return ERR_PTR(-ENOMEM);
	new = kzalloc(sizeof(*new), GFP_KERNEL_ACCOUNT);
	if (!new)
		return ERR_PTR(-ENOMEM);
	new->limits = *limits;
	new->counts = espah_limits_count(limits) ||
		      espah_progress_any(thresholds);
	espah_progress_setup(&new->progress, thresholds);
	return new;
}

static void go_on(struct espah_sa *sa, struct espah_limits_rcu *limits,
		  const struct espah_limits_rcu *old)
{
	const struct espah_progress *told = NULL;

	if (!limits->counts)
		return;
	if (old && espah_progress_any(&old->progress.thresholds))
		told = &old->progress;
	espah_progress_go_on(&limits->progress, told,
			     atomic64_read(&sa->packets));
}

/**
 * espah_lifetime_set() - give an SA other limits
 * @sa: SA; the caller holds &espah_net.lock
 * @limits: from espah_lifetime_alloc()
 *
 * In the SAD, espah_lifetime_start() comes next.
 */
void espah_lifetime_set(struct espah_sa *sa, struct espah_limits_rcu *limits)
{
	struct espah_limits_rcu *old;

	old = rcu_dereference_protected(sa->limits,
					lockdep_is_held(&sa->en->lock));
	if (limits)
		go_on(sa, limits, old);
	sa->told = false;
	rcu_assign_pointer(sa->limits, limits);
	/* Limits, then @first_used, which espah_lifetime_start() looks at. Pairs with
	 * espah_lifetime_first_use(): the first use sees the limits, or the start of
	 * the clock sees the first use.
	 */
	smp_mb();
	if (old)
		kfree_rcu(old, rcu);
}

/**
 * espah_lifetime_go_on() - an SA takes the place of another, which its limits have spoken of
 * @heir: SA that no packet uses yet, with the same limits and the other's packets; the
 *	caller holds &espah_net.lock
 * @sa: the other one
 *
 * In the SAD, espah_lifetime_start() comes next.
 */
void espah_lifetime_go_on(struct espah_sa *heir, const struct espah_sa *sa)
{
	struct espah_limits_rcu *limits, *old;

	lockdep_assert_held(&sa->en->lock);

	limits = rcu_dereference_protected(heir->limits, true);
	old = rcu_dereference_protected(sa->limits, true);
	if (!limits)
		return;
	go_on(heir, limits, old);
	limits->soft = READ_ONCE(old->soft);
	limits->hard = READ_ONCE(old->hard);
}

/**
 * espah_lifetime_start() - wait for the next limit in time
 * @sa: SA in the SAD; the caller holds &espah_net.lock
 */
void espah_lifetime_start(struct espah_sa *sa)
{
	struct espah_limits_rcu *limits;
	enum espah_expiry expiry;
	u64 left;

	lockdep_assert_held(&sa->en->lock);

	limits = rcu_dereference_protected(sa->limits,
					   lockdep_is_held(&sa->en->lock));
	if (!limits)
		return;
	expiry = ask_clock(sa, limits, &left);
	if (expiry == ESPAH_EXPIRY_HARD ||
	    (expiry == ESPAH_EXPIRY_SOFT && !sa->told))
		left = 0;
	left = min(left, espah_progress_left(&limits->progress, &sa->packets,
					     ktime_get_boottime()));
	if (left != U64_MAX)
		hrtimer_start(&sa->timer->timer, ns_to_ktime(left),
			      HRTIMER_MODE_REL_SOFT);
}

/**
 * espah_lifetime_stop() - wait no more
 * @sa: SA, dead; the caller holds &espah_net.lock
 *
 * Work that is queued will find it dead.
 */
void espah_lifetime_stop(struct espah_sa *sa)
{
	lockdep_assert_held(&sa->en->lock);

	if (sa->timer)
		hrtimer_cancel(&sa->timer->timer);
}

/**
 * espah_lifetime_first_use() - the first packet passes
 * @sa: SA, under RCU
 *
 * Two first packets on two CPUs may both come here, which does no harm.
 */
void espah_lifetime_first_use(struct espah_sa *sa)
{
	WRITE_ONCE(sa->first_used, ktime_get_boottime());
	/* Pairs with espah_lifetime_set(). There is no second first use that could
	 * ask for limits which this one has missed.
	 */
	smp_mb();
	if (rcu_access_pointer(sa->limits))
		ask(sa);
}

/* The packet counts against the heir's limits, and is the heir's. */
static noinline bool heir_allows(struct espah_sa *sa, unsigned int bytes)
{
	if (!espah_sa_use(espah_heir_of(sa), bytes))
		return false;
	atomic64_dec(&sa->packets);
	atomic64_sub(bytes, &sa->bytes);
	return true;
}

/**
 * espah_lifetime_judge() - a packet of an SA with limits on traffic or thresholds
 * @sa: SA, under RCU
 * @limits: its limits
 * @packets: what it has carried, with this packet
 * @octets: of these in clear
 * @bytes: octets of the packet in clear
 *
 * Return: false if it must not pass.
 */
bool espah_lifetime_judge(struct espah_sa *sa, struct espah_limits_rcu *limits,
			  u64 packets, u64 octets, unsigned int bytes)
{
	if (unlikely(READ_ONCE(sa->heir)))
		return heir_allows(sa, bytes);
	if (espah_progress_passed(&limits->progress, packets))
		ask(sa);
	switch (espah_limits_traffic(&limits->limits, packets, octets, bytes)) {
	case ESPAH_EXPIRY_HARD:
		if (!READ_ONCE(limits->hard)) {
			WRITE_ONCE(limits->hard, true);
			ask(sa);
		}
		return false;
	case ESPAH_EXPIRY_SOFT:
		if (!READ_ONCE(limits->soft)) {
			WRITE_ONCE(limits->soft, true);
			ask(sa);
		}
		return true;
	default:
		return true;
	}
}

/* Whose numbers have come to their end because it has moved, another goes on with them. */
static u64 seq_of_heir(struct espah_sa *sa)
{
	struct espah_sa *heir = espah_heir_of(sa);

	return heir ? espah_lifetime_seq(heir) : 0;
}

/**
 * espah_lifetime_late() - the sequence numbers come to their end
 * @sa: SA, under RCU
 * @seq: a number of the last sixteenth, or beyond
 *
 * Each number is handed out once, so that no more than two packets ask. The SA ends
 * with its last number, and not with the first packet that gets none.
 *
 * Return: the number that the packet has, @seq or one of an SA that has taken this one's
 * place; 0 if there are no more.
 */
u64 espah_lifetime_late(struct espah_sa *sa, u64 seq)
{
	u64 last = espah_seq_last(sa->esn);

	if (seq == sa->seq_few || seq == last)
		ask(sa);
	return seq <= last ? seq : seq_of_heir(sa);
}

/**
 * espah_lifetime_sent() - the last sequence number that was handed out
 * @sa: SA, under RCU or &espah_net.lock
 *
 * Return: the number; of one that has moved meanwhile, that of its heir.
 */
u64 espah_lifetime_sent(const struct espah_sa *sa)
{
	u64 seq = atomic64_read(&sa->oseq);
	struct espah_sa *heir;

	if (likely(seq <= espah_seq_last(sa->esn)))
		return seq;
	/* Nothing of the SA changes but that it is locked meanwhile. */
	heir = espah_heir_of((struct espah_sa *)sa);
	return heir ? espah_lifetime_sent(heir) : seq;
}

/**
 * espah_lifetime_net_init() - a namespace gets its judge
 * @en: namespace
 */
void espah_lifetime_net_init(struct espah_net *en)
{
	init_llist_head(&en->judge.sas);
	INIT_WORK(&en->judge.work, judge_work);
}

/**
 * espah_lifetime_net_exit() - a namespace's judge goes home
 * @en: namespace; its last SA is freed
 *
 * No SA is listed, since the list holds its SAs, and nobody asks. What may still be
 * queued or run is work that has nothing left to do.
 */
void espah_lifetime_net_exit(struct espah_net *en)
{
	cancel_work_sync(&en->judge.work);
	WARN_ON_ONCE(!llist_empty(&en->judge.sas));
}

/**
 * espah_lifetime_init() - get ready for SAs with limits
 *
 * Return: 0 or -ENOMEM.
 */
int espah_lifetime_init(void)
{
	/* One thread for each namespace whose SAs are looked at, at most: as many
	 * as a queue can have.
	 */
	judges = alloc_workqueue("espah_lifetime", WQ_UNBOUND, WQ_MAX_ACTIVE);
	return judges ? 0 : -ENOMEM;
}

/**
 * espah_lifetime_exit() - after the last namespace
 */
void espah_lifetime_exit(void)
{
	destroy_workqueue(judges);
}
