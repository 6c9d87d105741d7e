// SPDX-License-Identifier: GPL-2.0-only
/* Dummies: net/dummy.c. */

#include <linux/delay.h>

#include "../dummy.h"
#include "fixture.h"
#include "suites.h"

struct len {
	const char	*name;
	u16		tfcpad;
	unsigned int	room;
	u32		random;
	unsigned int	len;
};

static const struct len lens[] = {
	{ "shortest", 0, 1400, 0, 0 },
	{ "longest", 0, 1400, U32_MAX, 1400 },
	{ "half", 0, 1400, 1U << 31, 700 },
	{ "no room", 0, 0, U32_MAX, 0 },
	{ "room for one", 0, 1, U32_MAX, 1 },
	{ "as long as others", 500, 1400, 7, 500 },
	{ "as others, as far as it fits", 1500, 1400, 7, 1400 },
	{ "as others, and it just fits", 1400, 1400, 0, 1400 },
};

static void len_desc(const struct len *len, char *desc)
{
	strscpy(desc, len->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(len, lens, len_desc);

static void lengths(struct kunit *test)
{
	const struct len *len = test->param_value;
	struct espah_sa *sa = fixture_blank_sa(test);

	KUNIT_ASSERT_NOT_NULL(test, sa);
	sa->tfcpad = len->tfcpad;
	KUNIT_EXPECT_EQ(test, espah_dummy_len(sa, len->room, len->random),
			len->len);
}

static struct espah_sa *add(struct kunit *test, u32 interval)
{
	struct espah_sa_config config = fixture_sa_config(0x1000);
	struct espah_sa *sa;

	config.dummy = interval;
	sa = fixture_sa_add(fixture_net(test), &config);
	KUNIT_ASSERT_FALSE(test, IS_ERR(sa));
	return sa;
}

/* Waits until so many were to be sent. */
static void have_come(struct kunit *test, int n)
{
	struct fixture *fixture = container_of(fixture_net(test), struct fixture,
					       en);
	int i;

	for (i = 0; i < 6000 && READ_ONCE(fixture->dummies) < n; i++)
		msleep(20);
	KUNIT_EXPECT_GE(test, READ_ONCE(fixture->dummies), n);
}

static void no_more_come(struct kunit *test)
{
	struct fixture *fixture = container_of(fixture_net(test), struct fixture,
					       en);
	int seen = READ_ONCE(fixture->dummies);

	msleep(200);
	KUNIT_EXPECT_EQ(test, READ_ONCE(fixture->dummies), seen);
}

static void change(struct kunit *test, struct espah_sa *sa, u32 interval)
{
	mutex_lock(&sa->en->lock);
	KUNIT_EXPECT_EQ(test, espah_dummy_setup(sa, interval), 0);
	espah_dummy_set(sa, interval);
	espah_dummy_start(sa);
	mutex_unlock(&sa->en->lock);
	KUNIT_EXPECT_EQ(test, espah_dummy_interval(sa), interval);
}

static void only_who_asks(struct kunit *test)
{
	struct espah_sa *sa = add(test, 0);

	KUNIT_EXPECT_EQ(test, espah_dummy_interval(sa), 0);
	KUNIT_EXPECT_NULL(test, sa->dummy);
	no_more_come(test);
	change(test, sa, 0);
	KUNIT_EXPECT_NULL(test, sa->dummy);
}

static void while_it_lives(struct kunit *test)
{
	struct espah_sa *sa = add(test, 20);

	KUNIT_EXPECT_EQ(test, espah_dummy_interval(sa), 20);
	have_come(test, 3);
	fixture_sa_remove(fixture_net(test), sa);
	no_more_come(test);
}

static void as_it_is_told(struct kunit *test)
{
	struct espah_sa *sa = add(test, 3600000);

	no_more_come(test);
	change(test, sa, 20);
	have_come(test, 3);
	change(test, sa, 0);
	no_more_come(test);
	change(test, sa, 3600000);
	no_more_come(test);
}

static void whoever_asks_later(struct kunit *test)
{
	change(test, add(test, 0), 20);
	have_come(test, 3);
}

/* An interval in which something was sent needs none. */
static void not_beside_traffic(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	struct fixture *fixture = container_of(en, struct fixture, en);
	struct espah_sa *sa = add(test, 1000);
	int i;

	for (i = 0; i < 150; i++) {
		atomic64_inc(&sa->oseq);
		msleep(20);
	}
	KUNIT_EXPECT_EQ(test, READ_ONCE(fixture->dummies), 0);
	fixture_sa_remove(en, sa);
}

static struct kunit_case dummy_cases[] = {
	KUNIT_CASE_PARAM(lengths, len_gen_params),
	KUNIT_CASE(only_who_asks),
	KUNIT_CASE(while_it_lives),
	KUNIT_CASE(as_it_is_told),
	KUNIT_CASE(whoever_asks_later),
	KUNIT_CASE(not_beside_traffic),
	{}
};

struct kunit_suite dummy_suite = {
	.name		= "dummy",
	.init		= fixture_init,
	.exit		= fixture_exit,
	.test_cases	= dummy_cases,
};
