// SPDX-License-Identifier: GPL-2.0-only
/* An address of either family: net/addr.h. */

#include "../addr.h"
#include "suites.h"

static void v4_leaves_no_garbage(struct kunit *test)
{
	union espah_addr addr = espah_addr4(htonl(0xffffffff));

	KUNIT_EXPECT_EQ(test, ntohl(addr.v4), 0xffffffff);
	KUNIT_EXPECT_NULL(test, memchr_inv(addr.v6.s6_addr + 4, 0, 12));
}

/* Each octet counts: the first, the last, and all between. */
static void every_octet_is_compared(struct kunit *test)
{
	union espah_addr one = {}, other;
	int i;

	KUNIT_EXPECT_TRUE(test, espah_addr_equal(&one, &one));
	for (i = 0; i < sizeof(one); i++) {
		other = one;
		other.v6.s6_addr[i] ^= 1 << (i % 8);
		KUNIT_EXPECT_FALSE_MSG(test, espah_addr_equal(&one, &other),
				       "octet %d", i);
		KUNIT_EXPECT_FALSE_MSG(test, espah_addr_equal(&other, &one),
				       "octet %d", i);
	}
}

static void any_is_all_zero(struct kunit *test)
{
	union espah_addr addr = {};
	int i;

	KUNIT_EXPECT_TRUE(test, espah_addr_any(&addr));
	for (i = 0; i < sizeof(addr); i++) {
		memset(&addr, 0, sizeof(addr));
		addr.v6.s6_addr[i] = 1 << (i % 8);
		KUNIT_EXPECT_FALSE_MSG(test, espah_addr_any(&addr),
				       "octet %d", i);
	}
}

static struct kunit_case addr_cases[] = {
	KUNIT_CASE(v4_leaves_no_garbage),
	KUNIT_CASE(every_octet_is_compared),
	KUNIT_CASE(any_is_all_zero),
	{}
};

struct kunit_suite addr_suite = {
	.name		= "addr",
	.test_cases	= addr_cases,
};
