// SPDX-License-Identifier: GPL-2.0-only
/* When it is told how far an SA has got: net/progress.c. */

#include <kunit/test.h>
#include <linux/limits.h>

#include "../progress.h"
#include "suites.h"

static const struct espah_thresholds tens = { .packets = 10 };
static const struct espah_thresholds seconds = { .interval = 1000 };

static ktime_t at(int ms)
{
	return ms_to_ktime(100000 + ms);
}

static struct espah_progress begin(const struct espah_thresholds *thresholds)
{
	struct espah_progress progress = {};

	espah_progress_setup(&progress, thresholds);
	espah_progress_go_on(&progress, NULL, 0);
	return progress;
}

/* Never more than one for so many packets, however late the judge comes. */
static void packets_are_told(struct kunit *test)
{
	struct espah_progress progress = begin(&tens);
	int i, asked = 0;

	for (i = 1; i <= 9; i++)
		asked += espah_progress_passed(&progress, i);
	KUNIT_EXPECT_EQ(test, asked, 0);
	KUNIT_EXPECT_EQ(test, espah_progress_judge(&progress, 9, at(0)),
			ESPAH_PROGRESS_NONE);
	for (i = 10; i <= 39; i++)
		asked += espah_progress_passed(&progress, i);
	KUNIT_EXPECT_EQ(test, asked, 3);
	KUNIT_EXPECT_EQ(test, espah_progress_judge(&progress, 39, at(0)),
			ESPAH_PROGRESS_PACKETS);
	KUNIT_EXPECT_EQ(test, espah_progress_judge(&progress, 39, at(9000)),
			ESPAH_PROGRESS_NONE);
	KUNIT_EXPECT_TRUE(test, espah_progress_passed(&progress, 40));
	KUNIT_EXPECT_EQ(test, espah_progress_judge(&progress, 40, at(9000)),
			ESPAH_PROGRESS_PACKETS);
}

/* Each of them, where that is asked for; numbers have more than 32 bits. */
static void every_packet_is_told(struct kunit *test)
{
	static const struct espah_thresholds ones = { .packets = 1 };
	struct espah_progress progress = begin(&ones);
	u64 i;

	for (i = U32_MAX - 2; i < U32_MAX + 3ull; i++) {
		KUNIT_EXPECT_TRUE(test, espah_progress_passed(&progress, i));
		KUNIT_EXPECT_EQ(test, espah_progress_judge(&progress, i, at(0)),
				ESPAH_PROGRESS_PACKETS);
	}
}

/* The first packet after silence is told at once, those after it when it is time; without
 * any, nobody waits.
 */
static void time_is_told(struct kunit *test)
{
	struct espah_progress progress = begin(&seconds);
	atomic64_t packets = ATOMIC64_INIT(1);

	KUNIT_EXPECT_EQ(test, espah_progress_left(&progress, &packets, at(0)),
			U64_MAX);
	KUNIT_EXPECT_TRUE(test, espah_progress_passed(&progress, 1));
	KUNIT_EXPECT_EQ(test, espah_progress_judge(&progress, 1, at(0)),
			ESPAH_PROGRESS_TIME);
	KUNIT_EXPECT_EQ(test, espah_progress_left(&progress, &packets, at(0)),
			1000 * NSEC_PER_MSEC);
	KUNIT_EXPECT_FALSE(test, espah_progress_passed(&progress, 2));
	atomic64_set(&packets, 2);
	KUNIT_EXPECT_EQ(test, espah_progress_judge(&progress, 2, at(999)),
			ESPAH_PROGRESS_NONE);
	KUNIT_EXPECT_EQ(test, espah_progress_left(&progress, &packets, at(999)),
			NSEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, espah_progress_judge(&progress, 2, at(1000)),
			ESPAH_PROGRESS_TIME);

	KUNIT_EXPECT_EQ(test, espah_progress_judge(&progress, 2, at(2000)),
			ESPAH_PROGRESS_NONE);
	KUNIT_EXPECT_EQ(test, espah_progress_left(&progress, &packets, at(2000)),
			U64_MAX);
	KUNIT_EXPECT_TRUE(test, espah_progress_passed(&progress, 3));
	KUNIT_EXPECT_EQ(test, espah_progress_judge(&progress, 3, at(2001)),
			ESPAH_PROGRESS_TIME);
}

/* A packet that passes as the timer stops is seen by one of the two. */
static void none_is_missed(struct kunit *test)
{
	struct espah_progress progress = begin(&seconds);
	atomic64_t packets = ATOMIC64_INIT(1);

	espah_progress_passed(&progress, 1);
	espah_progress_judge(&progress, 1, at(0));
	KUNIT_EXPECT_EQ(test, espah_progress_judge(&progress, 1, at(1000)),
			ESPAH_PROGRESS_NONE);
	atomic64_inc(&packets);
	KUNIT_EXPECT_FALSE(test, espah_progress_passed(&progress, 2));
	KUNIT_EXPECT_EQ(test, espah_progress_left(&progress, &packets, at(1000)),
			0);
	KUNIT_EXPECT_EQ(test, espah_progress_judge(&progress, 2, at(1000)),
			ESPAH_PROGRESS_TIME);
}

/* Other thresholds: what was not told is told still. */
static void it_goes_on(struct kunit *test)
{
	struct espah_progress old = begin(&seconds), progress = {};
	atomic64_t packets = ATOMIC64_INIT(2);

	espah_progress_passed(&old, 1);
	espah_progress_judge(&old, 1, at(0));
	espah_progress_passed(&old, 2);
	espah_progress_setup(&progress, &seconds);
	espah_progress_go_on(&progress, &old, 2);
	KUNIT_EXPECT_EQ(test, espah_progress_left(&progress, &packets, at(600)),
			400 * NSEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, espah_progress_judge(&progress, 2, at(1000)),
			ESPAH_PROGRESS_TIME);
}

static struct kunit_case progress_cases[] = {
	KUNIT_CASE(packets_are_told),
	KUNIT_CASE(every_packet_is_told),
	KUNIT_CASE(time_is_told),
	KUNIT_CASE(none_is_missed),
	KUNIT_CASE(it_goes_on),
	{}
};

struct kunit_suite progress_suite = {
	.name		= "progress",
	.test_cases	= progress_cases,
};
