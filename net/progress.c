// SPDX-License-Identifier: GPL-2.0-only
/* How far an SA has got, and when that is told: whoever has to go on from there, should
 * this host fail, is behind by no more than it has asked for. Packets count; the judge
 * of net/lifetime.c asks here what is due, and tells it.
 */

#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/limits.h>
#include <linux/math64.h>

#include "progress.h"

/**
 * espah_progress_setup() - begin to count
 * @progress: zeroed
 * @thresholds: when to tell
 */
void espah_progress_setup(struct espah_progress *progress,
			  const struct espah_thresholds *thresholds)
{
	progress->thresholds = *thresholds;
	progress->idle = thresholds->interval;
}

/**
 * espah_progress_go_on() - what was told before counts under new thresholds, too
 * @progress: set up, and seen by no packet yet
 * @old: what it takes the place of, or NULL
 * @packets: packets so far, for where nobody has counted before
 *
 * The caller holds &espah_net.lock.
 */
void espah_progress_go_on(struct espah_progress *progress,
			  const struct espah_progress *old, u64 packets)
{
	progress->told = packets;
	if (!old)
		return;
	progress->told = old->told;
	progress->told_at = old->told_at;
	progress->due = READ_ONCE(old->due);
	progress->idle &= packets == old->told;
}

/**
 * espah_progress_passed() - a packet passes
 * @progress: that of its SA, under RCU
 * @packets: packets so far, with this one; each number comes once
 *
 * Return: true if the judge is to be asked for.
 */
bool espah_progress_passed(struct espah_progress *progress, u64 packets)
{
	u32 every = progress->thresholds.packets, rest;

	if (every) {
		div_u64_rem(packets, every, &rest);
		if (!rest) {
			WRITE_ONCE(progress->due, 1);
			return true;
		}
	}
	/* Pairs with espah_progress_left(): it sees this packet, which was counted with
	 * a full barrier, or the packet sees that nobody waits.
	 */
	if (!READ_ONCE(progress->idle))
		return false;
	WRITE_ONCE(progress->idle, false);
	return true;
}

static bool time_is_over(const struct espah_progress *progress, ktime_t now)
{
	return !progress->told_at ||
	       ktime_sub(now, progress->told_at) >=
	       ms_to_ktime(progress->thresholds.interval);
}

/**
 * espah_progress_judge() - is anything to be told now?
 * @progress: of an SA; the caller holds &espah_net.lock
 * @packets: packets so far
 * @now: by the clock since boot
 *
 * What is said here counts as told.
 *
 * Return: what is.
 */
enum espah_progress_news espah_progress_judge(struct espah_progress *progress,
					      u64 packets, ktime_t now)
{
	enum espah_progress_news news = ESPAH_PROGRESS_NONE;

	if (xchg(&progress->due, 0))
		news = ESPAH_PROGRESS_PACKETS;
	else if (progress->thresholds.interval && packets != progress->told &&
		 time_is_over(progress, now))
		news = ESPAH_PROGRESS_TIME;
	if (news != ESPAH_PROGRESS_NONE) {
		progress->told = packets;
		progress->told_at = now;
	}
	return news;
}

/**
 * espah_progress_left() - when is the judge to look again?
 * @progress: of an SA; the caller holds &espah_net.lock
 * @packets: packets so far
 * @now: by the clock since boot
 *
 * An SA that is not used costs no timer.
 *
 * Return: in so many nanoseconds; %U64_MAX where a packet will say so.
 */
u64 espah_progress_left(struct espah_progress *progress,
			const atomic64_t *packets, ktime_t now)
{
	if (!progress->thresholds.interval || READ_ONCE(progress->idle))
		return U64_MAX;
	if (!time_is_over(progress, now))
		return ms_to_ktime(progress->thresholds.interval) -
		       ktime_sub(now, progress->told_at);
	WRITE_ONCE(progress->idle, true);
	/* Pairs with the counting of a packet; see espah_progress_passed(). */
	smp_mb();
	if (atomic64_read(packets) == progress->told)
		return U64_MAX;
	WRITE_ONCE(progress->idle, false);
	return 0;
}
