// SPDX-License-Identifier: GPL-2.0-only
/* When a NAT on the way has to be reminded of an SA (RFC 3948 section 4). */

#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>

#include "keepalive.h"
#include "natt.h"
#include "netns.h"
#include "sa.h"

/**
 * struct espah_keepalive - of an SA that has asked for it
 * @sa: the SA; the work ends before it does
 * @interval: seconds of silence; constant
 * @work: looks whether there was silence; started under &espah_net.lock while the SA is
 *	in the SAD, and stopped when it leaves
 */
struct espah_keepalive {
	struct espah_sa		*sa;
	u32			interval;
	struct delayed_work	work;
};

/**
 * espah_keepalive_left() - for how long may an SA be silent yet?
 * @interval: seconds that it may be silent
 * @now: seconds since 1970
 * @used: when it was last used, likewise, or 0
 *
 * Where the clock was set back meanwhile, nobody knows for how long it was silent.
 *
 * Return: seconds, 0 for no longer.
 */
u32 espah_keepalive_left(u32 interval, time64_t now, time64_t used)
{
	time64_t silent = now - used;

	return silent < 0 || silent >= interval ? 0 : interval - silent;
}

static void wait(struct espah_keepalive *keepalive, u32 seconds)
{
	queue_delayed_work(system_power_efficient_wq, &keepalive->work,
			   seconds * HZ);
}

static void look(struct work_struct *work)
{
	struct espah_keepalive *keepalive =
		container_of(to_delayed_work(work), struct espah_keepalive,
			     work);
	struct espah_sa *sa = keepalive->sa;
	u32 left = espah_keepalive_left(keepalive->interval,
					ktime_get_real_seconds(),
					READ_ONCE(sa->used));

	if (!left) {
		espah_natt_keepalive(sa);
		left = keepalive->interval;
	}
	wait(keepalive, left);
}

static struct espah_keepalive *of(const struct espah_sa *sa)
{
	return sa->nat ? sa->nat->keepalive : NULL;
}

/**
 * espah_keepalive_setup() - an SA wants keepalives
 * @sa: SA that nobody can find yet, with encapsulation
 * @interval: seconds of silence, or 0: it does not
 *
 * What is allocated goes by kfree() with the SA.
 *
 * Return: 0 or -ENOMEM.
 */
int espah_keepalive_setup(struct espah_sa *sa, u32 interval)
{
	struct espah_keepalive *keepalive;

	if (!interval)
		return 0;
	keepalive = kzalloc(sizeof(*keepalive), GFP_KERNEL_ACCOUNT);
	if (!keepalive)
		return -ENOMEM;
	keepalive->sa = sa;
	keepalive->interval = interval;
	INIT_DELAYED_WORK(&keepalive->work, look);
	sa->nat->keepalive = keepalive;
	return 0;
}

/**
 * espah_keepalive_start() - wait for silence
 * @sa: SA in the SAD; the caller holds &espah_net.lock
 */
void espah_keepalive_start(struct espah_sa *sa)
{
	lockdep_assert_held(&sa->en->lock);

	if (of(sa))
		wait(of(sa), of(sa)->interval);
}

/**
 * espah_keepalive_stop() - wait no more
 * @sa: SA, dead; the caller holds &espah_net.lock
 *
 * No keepalive is sent from here on. The work takes no lock of ours.
 */
void espah_keepalive_stop(struct espah_sa *sa)
{
	lockdep_assert_held(&sa->en->lock);

	if (of(sa))
		cancel_delayed_work_sync(&of(sa)->work);
}

/**
 * espah_keepalive_interval() - what was asked for
 * @sa: SA
 *
 * Return: seconds of silence, or 0: it sends no keepalives.
 */
u32 espah_keepalive_interval(const struct espah_sa *sa)
{
	return of(sa) ? of(sa)->interval : 0;
}
