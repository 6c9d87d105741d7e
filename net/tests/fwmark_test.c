// SPDX-License-Identifier: GPL-2.0-only
/* A packet's mark: net/fwmark.h. */

#include <linux/kernel.h>

#include "../fwmark.h"
#include "suites.h"

struct marked {
	const char		*name;
	struct espah_fwmark	wanted;
	u32			mark;
	bool			matches;
	u32			applied;
};

static const struct marked marks[] = {
	{ "marks do not matter, 0", { 0, 0 }, 0, true, 0 },
	{ "marks do not matter, all ones", { 0, 0 }, U32_MAX, true, U32_MAX },
	{ "the whole of it", { 5, U32_MAX }, 5, true, 5 },
	{ "one bit more", { 5, U32_MAX }, 7, false, 5 },
	{ "one bit less", { 5, U32_MAX }, 4, false, 5 },
	{ "the highest bit", { 5, U32_MAX }, 0x80000005, false, 5 },
	{ "only 0", { 0, U32_MAX }, 1, false, 0 },
	{ "some bits, others outside", { 0x50, 0xf0 }, 0xff00005f, true, 0xff00005f },
	{ "some bits, one wrong", { 0x50, 0xf0 }, 0x40, false, 0x50 },
	{ "some bits that are 0", { 0, 0xf0 }, 0xf0f, true, 0xf0f },
	{ "some bits that are not 0", { 0, 0xf0 }, 0xfff, false, 0xf0f },
	{ "the highest bit alone", { 0x80000000, 0x80000000 }, 0x7fffffff, false,
	  U32_MAX },
};

static void marked_desc(const struct marked *marked, char *desc)
{
	strscpy(desc, marked->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(marked, marks, marked_desc);

static void match_and_apply(struct kunit *test)
{
	const struct marked *marked = test->param_value;
	u32 applied;

	KUNIT_EXPECT_EQ(test, espah_fwmark_match(&marked->wanted, marked->mark),
			marked->matches);
	applied = espah_fwmark_apply(&marked->wanted, marked->mark);
	KUNIT_EXPECT_EQ(test, applied, marked->applied);
	/* What was set is there, and what matched before is as before. */
	KUNIT_EXPECT_TRUE(test, espah_fwmark_match(&marked->wanted, applied));
	KUNIT_EXPECT_EQ(test, applied == marked->mark, marked->matches);
}

static void value_and_mask_tell_apart(struct kunit *test)
{
	const struct espah_fwmark one = { 1, 3 };
	const struct espah_fwmark other_value = { 2, 3 };
	const struct espah_fwmark other_mask = { 1, 1 };

	KUNIT_EXPECT_TRUE(test, espah_fwmark_equal(&one, &one));
	KUNIT_EXPECT_FALSE(test, espah_fwmark_equal(&one, &other_value));
	KUNIT_EXPECT_FALSE(test, espah_fwmark_equal(&one, &other_mask));
}

static struct kunit_case fwmark_cases[] = {
	KUNIT_CASE_PARAM(match_and_apply, marked_gen_params),
	KUNIT_CASE(value_and_mask_tell_apart),
	{}
};

struct kunit_suite fwmark_suite = {
	.name		= "fwmark",
	.test_cases	= fwmark_cases,
};
