/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_PROGRESS_H
#define _ESPAH_PROGRESS_H

#include <linux/atomic.h>
#include <linux/ktime.h>
#include <linux/types.h>

/**
 * struct espah_thresholds - when it is told how far an SA has got
 * @packets: after so many packets protected or accepted; 0 for never
 * @interval: after so many milliseconds in which there were any; 0 for never
 */
struct espah_thresholds {
	u32	packets;
	u32	interval;
};

/**
 * struct espah_progress - how far an SA has got since that was told
 * @thresholds: when to tell; constant
 * @due: as many packets as that have passed; atomic
 * @idle: the timer does not run: the next packet asks for the judge; single word
 * @told: packets that had passed when it was told last; under &espah_net.lock
 * @told_at: when that was, by the clock since boot, 0 for never; as @told
 */
struct espah_progress {
	struct espah_thresholds	thresholds;
	u32			due;
	bool			idle;
	u64			told;
	ktime_t			told_at;
};

/**
 * enum espah_progress_news - what is there to be told
 * @ESPAH_PROGRESS_NONE: nothing
 * @ESPAH_PROGRESS_PACKETS: so many packets have passed
 * @ESPAH_PROGRESS_TIME: some have, and so much time
 */
enum espah_progress_news {
	ESPAH_PROGRESS_NONE,
	ESPAH_PROGRESS_PACKETS,
	ESPAH_PROGRESS_TIME,
};

/**
 * espah_progress_any() - is anything to be told?
 * @thresholds: thresholds
 *
 * Return: true if there is one.
 */
static inline bool
espah_progress_any(const struct espah_thresholds *thresholds)
{
	return thresholds->packets || thresholds->interval;
}

void espah_progress_setup(struct espah_progress *progress,
			  const struct espah_thresholds *thresholds);
void espah_progress_go_on(struct espah_progress *progress,
			  const struct espah_progress *old, u64 packets);
bool espah_progress_passed(struct espah_progress *progress, u64 packets);
enum espah_progress_news espah_progress_judge(struct espah_progress *progress,
					      u64 packets, ktime_t now);
u64 espah_progress_left(struct espah_progress *progress,
			const atomic64_t *packets, ktime_t now);

#endif /* _ESPAH_PROGRESS_H */
