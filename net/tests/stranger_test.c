// SPDX-License-Identifier: GPL-2.0-only
/* Who may be told of? net/stranger.c. */

#include <linux/bottom_half.h>
#include <linux/jiffies.h>

#include "../stranger.h"
#include "fixture.h"
#include "suites.h"

static bool comes(struct espah_strangers *strangers, u32 from, u32 spi)
{
	const struct espah_stranger stranger = {
		.id = {
			.dst	= espah_addr4(htonl(FIXTURE_B)),
			.spi	= htonl(spi),
			.proto	= IPPROTO_ESP,
			.family	= AF_INET,
		},
		.src = espah_addr4(htonl(from)),
	};
	bool may;

	local_bh_disable();
	may = espah_stranger_claim(strangers, &stranger);
	local_bh_enable();
	return may;
}

/* Of a second that does not end while the test runs. */
static void hold_second(struct espah_strangers *strangers)
{
	strangers->since = jiffies + 600 * HZ;
}

static void each_once_a_second(struct kunit *test)
{
	struct espah_strangers *strangers = &fixture_net(test)->strangers;

	hold_second(strangers);
	KUNIT_EXPECT_TRUE(test, comes(strangers, FIXTURE_A, 0x1000));
	KUNIT_EXPECT_FALSE(test, comes(strangers, FIXTURE_A, 0x1000));
	KUNIT_EXPECT_TRUE(test, comes(strangers, FIXTURE_A, 0x1001));
	KUNIT_EXPECT_TRUE(test, comes(strangers, FIXTURE_A + 1, 0x1000));
	strangers->since = jiffies - HZ;
	KUNIT_EXPECT_TRUE(test, comes(strangers, FIXTURE_A, 0x1000));
	hold_second(strangers);
	KUNIT_EXPECT_FALSE(test, comes(strangers, FIXTURE_A, 0x1000));
}

static void so_many_a_second(struct kunit *test)
{
	struct espah_strangers *strangers = &fixture_net(test)->strangers;
	u32 spi, told = 0;
	int second;

	hold_second(strangers);
	for (spi = 0x1000; spi < 0x1100; spi++)
		told += comes(strangers, FIXTURE_A, spi);
	KUNIT_EXPECT_EQ(test, told, ESPAH_STRANGERS);
	for (second = 0; second < 3; second++) {
		strangers->since = jiffies - HZ;
		KUNIT_EXPECT_TRUE(test, comes(strangers, FIXTURE_A, 0x1200));
	}
}

static struct kunit_case stranger_cases[] = {
	KUNIT_CASE(each_once_a_second),
	KUNIT_CASE(so_many_a_second),
	{}
};

struct kunit_suite stranger_suite = {
	.name		= "stranger",
	.init		= fixture_init,
	.exit		= fixture_exit,
	.test_cases	= stranger_cases,
};
