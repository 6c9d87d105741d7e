// SPDX-License-Identifier: GPL-2.0-only
/* The end of a policy by its limits. Unlike an SA's, nobody's safety hangs on them to the
 * packet: they are looked at when it is time, and soon after a policy has been used, so
 * that packets need not be counted against them one by one.
 */

#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "netns.h"
#include "notify.h"
#include "spd.h"
#include "term.h"

/* A policy that has been used is looked at after so long, and so are those that others
 * have used meanwhile.
 */
#define SOON		(HZ / 4)

/* The timer of a work stands still in a suspended machine, and the clock does not. */
#define WAIT_MAX	(60 * HZ)

/* As long as a policy with a limit on traffic speaks of packets it is looked at so often. */
#define TRAFFIC_EVERY	NSEC_PER_SEC

/* What is reached, and after how many nanoseconds to look again. */
static enum espah_expiry verdict(struct espah_term *term, u64 *left)
{
	ktime_t now = ktime_get_boottime();
	ktime_t used = READ_ONCE(term->first_used);
	enum espah_expiry expiry;
	u64 packets, bytes;

	/* A coarse clock stands still for a while, and 0 is for what never was used. */
	expiry = espah_limits_time(&term->limits, ktime_sub(now, term->born),
				   used ? max_t(u64, ktime_sub(now, used), 1) : 0,
				   left);
	if (!espah_limits_count(&term->limits))
		return expiry;
	espah_policy_usage(term->policy, &packets, &bytes);
	if (packets != term->packets)
		*left = min_t(u64, *left, TRAFFIC_EVERY);
	term->packets = packets;
	return max(expiry, espah_limits_reached(&term->limits, packets, bytes));
}

/* The policy may end here, and its term with it. Returns when to look again. */
static u64 judge(struct espah_term *term)
{
	struct espah_net *en = term->en;
	enum espah_expiry expiry;
	u64 left;

	expiry = verdict(term, &left);
	if (expiry == ESPAH_EXPIRY_HARD) {
		espah_notify_policy_expire(en, term->policy, true);
		espah_spd_remove(en, term->policy);
		return U64_MAX;
	}
	if (expiry == ESPAH_EXPIRY_SOFT && !term->told) {
		term->told = true;
		espah_notify_policy_expire(en, term->policy, false);
	}
	return left;
}

static void look(struct espah_net *en)
{
	struct espah_term *term, *next;
	u64 left = U64_MAX;

	mutex_lock(&en->lock);
	list_for_each_entry_safe(term, next, &en->terms.list, node) {
		left = min(left, judge(term));
		cond_resched();
	}
	if (left != U64_MAX)
		mod_delayed_work(system_unbound_wq, &en->terms.due,
				 min_t(u64, nsecs_to_jiffies64(left) + 1,
				       WAIT_MAX));
	mutex_unlock(&en->lock);
}

static void due_work(struct work_struct *work)
{
	look(container_of(to_delayed_work(work), struct espah_net, terms.due));
}

static void soon_work(struct work_struct *work)
{
	look(container_of(to_delayed_work(work), struct espah_net, terms.soon));
}

/**
 * espah_term_net_init() - a namespace without policies that have limits
 * @en: namespace
 */
void espah_term_net_init(struct espah_net *en)
{
	INIT_LIST_HEAD(&en->terms.list);
	INIT_DELAYED_WORK(&en->terms.due, due_work);
	INIT_DELAYED_WORK(&en->terms.soon, soon_work);
}

/**
 * espah_term_net_exit() - nothing is left to look at
 * @en: namespace, without policies; no packet comes any more
 */
void espah_term_net_exit(struct espah_net *en)
{
	WARN_ON_ONCE(!list_empty(&en->terms.list));
	cancel_delayed_work_sync(&en->terms.soon);
	cancel_delayed_work_sync(&en->terms.due);
}

/**
 * espah_term_alloc() - limits as a policy keeps them
 * @en: namespace
 * @limits: limits, or NULL for none
 *
 * Return: to be freed with the policy; NULL for no limits; or an ERR_PTR().
 */
struct espah_term *espah_term_alloc(struct espah_net *en,
				    const struct espah_limits *limits)
{
	struct espah_term *term;

	if (!limits || !espah_limits_any(limits))
		return NULL;
	term = kzalloc(sizeof(*term), GFP_KERNEL_ACCOUNT);
	if (!term)
		return ERR_PTR(-ENOMEM);
	term->limits = *limits;
	term->en = en;
	INIT_LIST_HEAD(&term->node);
	return term;
}

/**
 * espah_term_begin() - a policy has come into force
 * @policy: policy in the SPD; the caller holds &espah_net.lock
 */
void espah_term_begin(struct espah_policy *policy)
{
	struct espah_term *term = policy->term;
	struct espah_net *en;

	if (!term)
		return;
	en = term->en;
	lockdep_assert_held(&en->lock);

	term->policy = policy;
	term->born = ktime_get_boottime();
	list_add_tail(&term->node, &en->terms.list);
	mod_delayed_work(system_unbound_wq, &en->terms.due, 0);
}

/**
 * espah_term_end() - a policy is no longer in force, or never was
 * @policy: policy; the caller holds &espah_net.lock
 */
void espah_term_end(struct espah_policy *policy)
{
	if (!policy->term)
		return;
	lockdep_assert_held(&policy->term->en->lock);

	list_del_init(&policy->term->node);
}

/**
 * espah_term_used() - a policy with limits speaks of a packet, for the first time in this
 * second
 * @term: its limits, under RCU
 */
void espah_term_used(struct espah_term *term)
{
	bool first = !READ_ONCE(term->first_used);

	if (first)
		WRITE_ONCE(term->first_used, ktime_get_boottime());
	if (first || espah_limits_count(&term->limits))
		queue_delayed_work(system_unbound_wq, &term->en->terms.soon,
				   SOON);
}
