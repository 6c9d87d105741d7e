// SPDX-License-Identifier: GPL-2.0-only
/* The end of an SA by its limits. Packets count, a timer waits; both only ask for
 * the work that judges, which is the one to tell and to end. Whatever a packet
 * that is over the limit finds, it does not pass.
 */

#include <linux/hrtimer.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "lifetime.h"
#include "netns.h"
#include "notify.h"
#include "sad.h"

/* Many SAs may end at once, and each of them wants its namespace's lock: no more
 * threads than this are to wait for it.
 */
#define JUDGES	4

static struct workqueue_struct *judges;

/* The work has a reference of its own while it is queued. */
static void ask(struct espah_sa *sa)
{
	if (espah_sa_hold(sa) && !queue_work(judges, &sa->judge))
		espah_sa_put(sa);
}

static enum hrtimer_restart timer_fired(struct hrtimer *timer)
{
	ask(container_of(timer, struct espah_sa, timer));
	return HRTIMER_NORESTART;
}

/* What the clock says of an SA that has limits. */
static enum espah_expiry ask_clock(const struct espah_sa *sa,
				   const struct espah_limits_rcu *limits,
				   u64 *left)
{
	ktime_t now = ktime_get_boottime();
	ktime_t used = READ_ONCE(sa->first_used);

	return espah_limits_time(&limits->limits, ktime_sub(now, sa->born),
				 used ? ktime_sub(now, used) : 0, left);
}

/* The SA is in the SAD. It may end here; then the caller's reference is what is
 * left of it.
 */
static void judge(struct espah_sa *sa)
{
	struct espah_limits_rcu *limits;
	enum espah_expiry expiry;
	u64 left;

	limits = rcu_dereference_protected(sa->limits,
					   lockdep_is_held(&sa->en->lock));
	if (!limits)
		return;
	expiry = ask_clock(sa, limits, &left);
	if (expiry == ESPAH_EXPIRY_HARD || READ_ONCE(limits->hard)) {
		espah_sad_remove(sa->en, sa);
		espah_notify_expire(sa, true);
		return;
	}
	if ((expiry == ESPAH_EXPIRY_SOFT || READ_ONCE(limits->soft)) &&
	    !limits->told) {
		limits->told = true;
		espah_notify_expire(sa, false);
	}
	espah_lifetime_start(sa);
}

static void judge_work(struct work_struct *work)
{
	struct espah_sa *sa = container_of(work, struct espah_sa, judge);
	struct espah_net *en = sa->en;

	mutex_lock(&en->lock);
	if (!sa->dead)
		judge(sa);
	mutex_unlock(&en->lock);
	/* Last: the namespace waits for it. */
	espah_sa_put(sa);
}

/**
 * espah_lifetime_setup() - an SA begins to age
 * @sa: SA that nobody can find yet
 */
void espah_lifetime_setup(struct espah_sa *sa)
{
	sa->born = ktime_get_boottime();
	INIT_WORK(&sa->judge, judge_work);
	hrtimer_init(&sa->timer, CLOCK_BOOTTIME, HRTIMER_MODE_REL_SOFT);
	sa->timer.function = timer_fired;
}

/**
 * espah_lifetime_alloc() - limits as an SA keeps them
 * @limits: limits, or NULL for none
 *
 * Return: to be given to espah_lifetime_set() or kfree(); NULL for no limits; or
 * an ERR_PTR().
 */
struct espah_limits_rcu *
espah_lifetime_alloc(const struct espah_limits *limits)
{
	struct espah_limits_rcu *new;

	if (!limits || !espah_limits_any(limits))
		return NULL;
	new = kzalloc(sizeof(*new), GFP_KERNEL_ACCOUNT);
	if (!new)
		return ERR_PTR(-ENOMEM);
	new->limits = *limits;
	new->counts = espah_limits_count(limits);
	return new;
}

/* What passed while nobody counted. A packet that passes at this moment is
 * counted or not; limits that an SA is born with are exact.
 */
static void count_past(struct espah_sa *sa)
{
	u64 packets, bytes;

	espah_sa_usage(sa, &packets, &bytes);
	atomic64_set(&sa->packets, packets);
	atomic64_set(&sa->bytes, bytes);
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
	if (limits && limits->counts && !(old && old->counts))
		count_past(sa);
	rcu_assign_pointer(sa->limits, limits);
	if (old)
		kfree_rcu(old, rcu);
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
	    (expiry == ESPAH_EXPIRY_SOFT && !limits->told))
		left = 0;
	if (left != U64_MAX)
		hrtimer_start(&sa->timer, ns_to_ktime(left),
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

	hrtimer_cancel(&sa->timer);
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
	if (rcu_access_pointer(sa->limits))
		ask(sa);
}

/**
 * espah_lifetime_count() - a packet of an SA with limits on traffic
 * @sa: SA, under RCU
 * @limits: its limits
 * @bytes: octets of the packet in clear
 *
 * What is over a limit is counted too, so that the next packet is over it as well.
 *
 * Return: false if it must not pass.
 */
bool espah_lifetime_count(struct espah_sa *sa, struct espah_limits_rcu *limits,
			  unsigned int bytes)
{
	u64 packets = atomic64_inc_return(&sa->packets);
	u64 octets = atomic64_add_return(bytes, &sa->bytes);

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

/**
 * espah_lifetime_init() - get ready for SAs with limits
 *
 * Return: 0 or -ENOMEM.
 */
int espah_lifetime_init(void)
{
	judges = alloc_workqueue("espah_lifetime", WQ_UNBOUND, JUDGES);
	return judges ? 0 : -ENOMEM;
}

/**
 * espah_lifetime_exit() - after the last SA
 *
 * What may still run is the tail of judge_work().
 */
void espah_lifetime_exit(void)
{
	destroy_workqueue(judges);
}
