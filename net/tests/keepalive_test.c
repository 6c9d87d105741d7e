// SPDX-License-Identifier: GPL-2.0-only
/* When NAT is reminded of an SA: net/keepalive.c. */

#include <linux/delay.h>

#include "../keepalive.h"
#include "fixture.h"
#include "suites.h"

struct left {
	const char	*name;
	u32		interval;
	time64_t	now;
	time64_t	used;
	u32		left;
};

#define NOW	1700000000

static const struct left lefts[] = {
	{ "never used", 20, NOW, 0, 0 },
	{ "used now", 20, NOW, NOW, 20 },
	{ "a second ago", 20, NOW, NOW - 1, 19 },
	{ "almost as long", 20, NOW, NOW - 19, 1 },
	{ "just as long", 20, NOW, NOW - 20, 0 },
	{ "longer", 20, NOW, NOW - 21, 0 },
	{ "clock set back", 20, NOW, NOW + 1, 0 },
	{ "clock set back by years", 20, 1, NOW, 0 },
	{ "longest", 3600, NOW, NOW, 3600 },
	{ "years ago", 3600, NOW, 1, 0 },
};

static void left_desc(const struct left *left, char *desc)
{
	strscpy(desc, left->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(left, lefts, left_desc);

static void silence(struct kunit *test)
{
	const struct left *left = test->param_value;

	KUNIT_EXPECT_EQ(test, espah_keepalive_left(left->interval, left->now,
						   left->used), left->left);
}

static struct espah_sa *add(struct kunit *test, u32 keepalive)
{
	struct espah_sa_config config = fixture_sa_config(0x1000);
	struct espah_sa *sa;

	config.encap_sport = htons(4500);
	config.encap_dport = htons(4500);
	config.keepalive = keepalive;
	sa = fixture_sa_add(fixture_net(test), &config);
	KUNIT_ASSERT_FALSE(test, IS_ERR(sa));
	return sa;
}

static void only_who_asks(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, espah_keepalive_interval(add(test, 0)), 0);
}

static void while_it_lives(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	struct fixture *fixture = container_of(en, struct fixture, en);
	struct espah_sa *sa = add(test, 1);
	int seen;

	KUNIT_EXPECT_EQ(test, espah_keepalive_interval(sa), 1);
	for (seen = 0; seen < 6000 && READ_ONCE(fixture->keepalives) < 2; seen++)
		msleep(20);
	KUNIT_EXPECT_GE(test, READ_ONCE(fixture->keepalives), 2);

	fixture_sa_remove(en, sa);
	seen = READ_ONCE(fixture->keepalives);
	msleep(2500);
	KUNIT_EXPECT_EQ(test, READ_ONCE(fixture->keepalives), seen);
}

static struct kunit_case keepalive_cases[] = {
	KUNIT_CASE_PARAM(silence, left_gen_params),
	KUNIT_CASE(only_who_asks),
	KUNIT_CASE(while_it_lives),
	{}
};

struct kunit_suite keepalive_suite = {
	.name		= "keepalive",
	.init		= fixture_init,
	.exit		= fixture_exit,
	.test_cases	= keepalive_cases,
};
