// SPDX-License-Identifier: GPL-2.0-only
/* When an SA has had enough: net/limits.c. */

#include <linux/time64.h>

#include "../limits.h"
#include "suites.h"

#define SECOND	((u64)NSEC_PER_SEC)
#define DAY	(86400 * SECOND)

#define NONE	ESPAH_EXPIRY_NONE
#define SOFT	ESPAH_EXPIRY_SOFT
#define HARD	ESPAH_EXPIRY_HARD

struct traffic {
	const char		*desc;
	struct espah_limits	limits;
	u64			packets;
	u64			bytes;
	unsigned int		len;
	enum espah_expiry	expected;
};

static const struct traffic traffics[] = {
	{ "no limit", {}, U64_MAX, U64_MAX, 1, NONE },
	{ "times do not count", { .added = { 1, 1 }, .used = { 1, 1 } },
	  9, 900, 100, NONE },
	{ "packets: one below soft", { .packets = { 3, 5 } }, 2, 0, 0, NONE },
	{ "packets: at soft", { .packets = { 3, 5 } }, 3, 0, 0, SOFT },
	{ "packets: at hard", { .packets = { 3, 5 } }, 5, 0, 0, SOFT },
	{ "packets: at hard, no soft", { .packets = { 0, 5 } }, 5, 0, 0, NONE },
	{ "packets: over hard", { .packets = { 3, 5 } }, 6, 0, 0, HARD },
	{ "packets: one", { .packets = { 0, 1 } }, 1, 0, 0, NONE },
	{ "packets: one, the second", { .packets = { 0, 1 } }, 2, 0, 0, HARD },
	{ "packets: the most", { .packets = { 0, U64_MAX } },
	  U64_MAX, 0, 0, NONE },
	{ "bytes: one below soft", { .bytes = { 100, 200 } }, 1, 99, 99, NONE },
	{ "bytes: at soft", { .bytes = { 100, 200 } }, 1, 100, 100, SOFT },
	{ "bytes: at hard", { .bytes = { 100, 200 } }, 2, 200, 100, SOFT },
	{ "bytes: across hard", { .bytes = { 100, 200 } }, 2, 298, 99, SOFT },
	{ "bytes: over hard", { .bytes = { 100, 200 } }, 3, 300, 100, HARD },
	{ "bytes: over hard by one", { .bytes = { 0, 200 } }, 3, 201, 1, HARD },
	{ "bytes: all in one", { .bytes = { 0, 1 } }, 1, 65535, 65535, NONE },
	{ "bytes: nothing, at hard", { .bytes = { 0, 9 } }, 2, 9, 0, HARD },
	{ "hard before soft", { .packets = { 0, 5 }, .bytes = { 1, 0 } },
	  6, 600, 100, HARD },
	{ "hard of the other", { .packets = { 1, 9 }, .bytes = { 0, 100 } },
	  2, 200, 100, HARD },
	{ "soft above hard", { .packets = { 9, 5 } }, 5, 0, 0, NONE },
};

static void traffic_desc(const struct traffic *traffic, char *desc)
{
	strscpy(desc, traffic->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(traffic, traffics, traffic_desc);

static void packets_have_their_verdicts(struct kunit *test)
{
	const struct traffic *traffic = test->param_value;

	KUNIT_EXPECT_EQ(test,
			espah_limits_traffic(&traffic->limits, traffic->packets,
					     traffic->bytes, traffic->len),
			traffic->expected);
}

struct moment {
	const char		*desc;
	struct espah_limits	limits;
	u64			added;
	u64			used;
	enum espah_expiry	expected;
	u64			left;
};

static const struct moment moments[] = {
	{ "no limit", {}, 9 * DAY, 9 * DAY, NONE, U64_MAX },
	{ "traffic does not tell the time",
	  { .bytes = { 1, 1 }, .packets = { 1, 1 } },
	  9 * DAY, 9 * DAY, NONE, U64_MAX },
	{ "at once", { .added = { 2, 4 } }, 0, 0, NONE, 2 * SECOND },
	{ "just before soft", { .added = { 2, 4 } },
	  2 * SECOND - 1, 0, NONE, 1 },
	{ "at soft", { .added = { 2, 4 } }, 2 * SECOND, 0, SOFT, 2 * SECOND },
	{ "just before hard", { .added = { 2, 4 } },
	  4 * SECOND - 1, 0, SOFT, 1 },
	{ "at hard", { .added = { 2, 4 } }, 4 * SECOND, 0, HARD, U64_MAX },
	{ "long past", { .added = { 2, 4 } }, U64_MAX, 0, HARD, U64_MAX },
	{ "soft alone", { .added = { 2, 0 } }, 3 * SECOND, 0, SOFT, U64_MAX },
	{ "hard alone", { .added = { 0, 4 } }, SECOND, 0, NONE, 3 * SECOND },
	{ "never used", { .used = { 1, 2 } }, 9 * SECOND, 0, NONE, U64_MAX },
	{ "just used", { .used = { 1, 2 } },
	  9 * SECOND, 1, NONE, SECOND - 1 },
	{ "used, soft", { .used = { 1, 2 } },
	  9 * SECOND, SECOND, SOFT, SECOND },
	{ "used, hard", { .used = { 1, 2 } },
	  9 * SECOND, 2 * SECOND, HARD, U64_MAX },
	{ "the sooner of two", { .added = { 0, 9 }, .used = { 0, 3 } },
	  5 * SECOND, SECOND, NONE, 2 * SECOND },
	{ "the sooner of two, turned", { .added = { 0, 6 }, .used = { 0, 9 } },
	  5 * SECOND, SECOND, NONE, SECOND },
	{ "soft of one, waiting for the other",
	  { .added = { 4, 0 }, .used = { 0, 3 } },
	  5 * SECOND, SECOND, SOFT, 2 * SECOND },
	{ "hard of one, soft of the other",
	  { .added = { 4, 0 }, .used = { 0, 3 } },
	  5 * SECOND, 3 * SECOND, HARD, U64_MAX },
	{ "a day at most", { .added = { 0, U64_MAX } }, 0, 0, NONE, DAY },
	{ "a day and a bit", { .added = { 0, 86401 } }, 0, 0, NONE, DAY },
	{ "a day exactly", { .added = { 0, 86400 } }, 0, 0, NONE, DAY },
};

static void moment_desc(const struct moment *moment, char *desc)
{
	strscpy(desc, moment->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(moment, moments, moment_desc);

static void moments_have_their_verdicts(struct kunit *test)
{
	const struct moment *moment = test->param_value;
	enum espah_expiry said;
	u64 left;

	said = espah_limits_time(&moment->limits, moment->added, moment->used,
				 &left);
	KUNIT_EXPECT_EQ(test, said, moment->expected);
	/* After the end there is nothing to wait for. */
	if (said != HARD)
		KUNIT_EXPECT_EQ(test, left, moment->left);
}

static void numbers_have_their_verdicts(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, espah_limits_seq(0, ESPAH_SEQ_LAST), NONE);
	KUNIT_EXPECT_EQ(test, espah_limits_seq(0xefffffff, ESPAH_SEQ_LAST), NONE);
	KUNIT_EXPECT_EQ(test, espah_limits_seq(0xf0000000, ESPAH_SEQ_LAST), SOFT);
	KUNIT_EXPECT_EQ(test, espah_limits_seq(0xfffffffe, ESPAH_SEQ_LAST), SOFT);
	KUNIT_EXPECT_EQ(test, espah_limits_seq(0xffffffff, ESPAH_SEQ_LAST), HARD);
	KUNIT_EXPECT_EQ(test, espah_limits_seq(0x100000000, ESPAH_SEQ_LAST), HARD);
	KUNIT_EXPECT_EQ(test, espah_limits_seq(U64_MAX, ESPAH_SEQ_LAST), HARD);

	KUNIT_EXPECT_EQ(test, espah_limits_seq(0x100000000, ESPAH_ESN_LAST), NONE);
	KUNIT_EXPECT_EQ(test, espah_limits_seq(ESPAH_ESN_LAST - ESPAH_SEQ_FEW - 1,
					       ESPAH_ESN_LAST), NONE);
	KUNIT_EXPECT_EQ(test, espah_limits_seq(ESPAH_ESN_LAST - ESPAH_SEQ_FEW,
					       ESPAH_ESN_LAST), SOFT);
	KUNIT_EXPECT_EQ(test, espah_limits_seq(ESPAH_ESN_LAST - 1, ESPAH_ESN_LAST), SOFT);
	KUNIT_EXPECT_EQ(test, espah_limits_seq(ESPAH_ESN_LAST, ESPAH_ESN_LAST), HARD);
	KUNIT_EXPECT_EQ(test, espah_limits_seq(U64_MAX, ESPAH_ESN_LAST), HARD);
}

static void each_limit_is_one(struct kunit *test)
{
	struct espah_limits limits = {};
	u64 *each = (u64 *)&limits;
	int i;

	KUNIT_EXPECT_FALSE(test, espah_limits_any(&limits));
	for (i = 0; i < sizeof(limits) / sizeof(*each); i++) {
		each[i] = 1;
		KUNIT_EXPECT_TRUE(test, espah_limits_any(&limits));
		/* Octets and packets come first. */
		KUNIT_EXPECT_EQ(test, espah_limits_count(&limits), i < 4);
		each[i] = 0;
	}
}

static struct kunit_case limits_cases[] = {
	KUNIT_CASE_PARAM(packets_have_their_verdicts, traffic_gen_params),
	KUNIT_CASE_PARAM(moments_have_their_verdicts, moment_gen_params),
	KUNIT_CASE(numbers_have_their_verdicts),
	KUNIT_CASE(each_limit_is_one),
	{}
};

struct kunit_suite limits_suite = {
	.name		= "limits",
	.test_cases	= limits_cases,
};
