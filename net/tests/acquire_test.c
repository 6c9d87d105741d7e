// SPDX-License-Identifier: GPL-2.0-only
/* When is an SA asked for? net/acquire.c. Who is told is the fixture. */

#include "../acquire.h"
#include "fixture.h"
#include "suites.h"

/* Of a policy it matters which it is, and whether it has a slot, as tunnels have. */
static struct espah_slot slot;
static struct espah_policy tunnel = { .slots = { &slot } };
static struct espah_policy beet = { .slots = { &slot },
				    .config.tmpl[0].mode = ESPAH_MODE_BEET };
static struct espah_policy transports[ESPAH_ASKS_ALL];

/* A packet comes that goes there; returns how often that was told. */
static u32 comes(struct kunit *test, const struct espah_policy *policy, u32 to)
{
	struct espah_flow flow = fixture_flow(FIXTURE_A, to, 17);
	struct fixture *fixture = test->priv;
	u32 before = fixture->acquires;

	rcu_read_lock();
	local_bh_disable();
	espah_acquire(&fixture->en, policy, &flow, true);
	local_bh_enable();
	rcu_read_unlock();
	return fixture->acquires - before;
}

/* A packet waits that goes there. */
static enum espah_ask_verdict waits(struct kunit *test,
				    const struct espah_policy *policy, u32 to,
				    unsigned long *asks)
{
	struct espah_flow flow = fixture_flow(FIXTURE_A, to, 17);
	enum espah_ask_verdict verdict;

	local_bh_disable();
	verdict = espah_acquire_again(fixture_net(test), policy, &flow, asks);
	local_bh_enable();
	return verdict;
}

/* The clock is not waited for: all that was asked for is made older. */
static void time_goes_by(struct kunit *test, unsigned long time)
{
	struct espah_asking *asking = &fixture_net(test)->asking;
	int i;

	for (i = 0; i < ESPAH_ASKS; i++)
		asking->asks[i].asked -= time;
}

static void each_pair_asks(struct kunit *test)
{
	const struct espah_policy *policy = &transports[0];

	KUNIT_EXPECT_EQ(test, comes(test, policy, FIXTURE_B), 1);
	KUNIT_EXPECT_EQ(test, comes(test, policy, FIXTURE_B + 1), 1);
	KUNIT_EXPECT_EQ(test, comes(test, policy, FIXTURE_B), 0);
	KUNIT_EXPECT_EQ(test, comes(test, &transports[1], FIXTURE_B), 1);
}

static void a_tunnel_asks_for_all(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, comes(test, &tunnel, FIXTURE_B), 1);
	KUNIT_EXPECT_EQ(test, comes(test, &tunnel, FIXTURE_B + 1), 0);
}

/* Its ends are a tunnel's, and each pair inside has an SA of its own. */
static void each_pair_in_beet_asks(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, comes(test, &beet, FIXTURE_B), 1);
	KUNIT_EXPECT_EQ(test, comes(test, &beet, FIXTURE_B + 1), 1);
	KUNIT_EXPECT_EQ(test, comes(test, &beet, FIXTURE_B), 0);
}

static void time_allows_it(struct kunit *test)
{
	DECLARE_BITMAP(asks, ESPAH_ASKS);
	struct fixture *fixture = test->priv;

	bitmap_zero(asks, ESPAH_ASKS);
	comes(test, &tunnel, FIXTURE_B);
	KUNIT_EXPECT_EQ(test, waits(test, &tunnel, FIXTURE_B, asks),
			ESPAH_ASK_DONE);
	time_goes_by(test, ESPAH_ASK_EVERY);
	/* What waits is asked for sooner, and what comes leaves it to that. */
	KUNIT_EXPECT_EQ(test, comes(test, &tunnel, FIXTURE_B), 0);
	KUNIT_EXPECT_EQ(test, waits(test, &tunnel, FIXTURE_B, asks),
			ESPAH_ASK_NOW);
	KUNIT_EXPECT_EQ(test, waits(test, &tunnel, FIXTURE_B, asks),
			ESPAH_ASK_DONE);
	KUNIT_EXPECT_EQ(test, fixture->acquires, 1);
	rcu_read_lock();
	espah_acquire_tell(&fixture->en, asks);
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, fixture->acquires, 2);
	time_goes_by(test, 4 * ESPAH_ASK_EVERY);
	KUNIT_EXPECT_EQ(test, comes(test, &tunnel, FIXTURE_B), 1);
}

static void a_policy_is_bounded(struct kunit *test)
{
	DECLARE_BITMAP(asks, ESPAH_ASKS);
	u32 i, told = 0;

	bitmap_zero(asks, ESPAH_ASKS);
	for (i = 0; i < 100; i++)
		told += comes(test, &transports[0], FIXTURE_B + i);
	KUNIT_EXPECT_EQ(test, told, ESPAH_ASKS_POLICY);
	KUNIT_EXPECT_EQ(test, comes(test, &transports[1], FIXTURE_B), 1);

	/* What waits has a bound of its own. */
	for (i = 0; i < ESPAH_ASKS_POLICY; i++)
		KUNIT_EXPECT_EQ(test, waits(test, &transports[0],
					    FIXTURE_B + 50 + i, asks),
				ESPAH_ASK_NOW);
	KUNIT_EXPECT_EQ(test, waits(test, &transports[0], FIXTURE_B + 99, asks),
			ESPAH_ASK_POLICY);
	KUNIT_EXPECT_EQ(test, bitmap_weight(asks, ESPAH_ASKS),
			ESPAH_ASKS_POLICY);
	time_goes_by(test, ESPAH_ASK_EVERY);
	KUNIT_EXPECT_EQ(test, comes(test, &transports[0], FIXTURE_B + 99), 1);
	KUNIT_EXPECT_EQ(test, comes(test, &transports[0], FIXTURE_B), 0);
}

static void a_namespace_is_bounded(struct kunit *test)
{
	DECLARE_BITMAP(asks, ESPAH_ASKS);
	u32 i, told = 0;

	bitmap_zero(asks, ESPAH_ASKS);
	for (i = 0; i < ESPAH_ASKS_ALL; i++)
		told += comes(test, &transports[i], FIXTURE_B);
	KUNIT_EXPECT_EQ(test, told, ESPAH_ASKS_ALL);
	KUNIT_EXPECT_EQ(test, comes(test, &tunnel, FIXTURE_B), 0);

	for (i = 0; i < ESPAH_ASKS_ALL; i++)
		KUNIT_EXPECT_EQ(test, waits(test, &transports[i],
					    FIXTURE_B + 1, asks),
				ESPAH_ASK_NOW);
	KUNIT_EXPECT_EQ(test, waits(test, &tunnel, FIXTURE_B, asks),
			ESPAH_ASK_ALL);
	time_goes_by(test, ESPAH_ASK_EVERY);
	KUNIT_EXPECT_EQ(test, comes(test, &tunnel, FIXTURE_B), 1);
}

static struct kunit_case acquire_cases[] = {
	KUNIT_CASE(each_pair_asks),
	KUNIT_CASE(a_tunnel_asks_for_all),
	KUNIT_CASE(each_pair_in_beet_asks),
	KUNIT_CASE(time_allows_it),
	KUNIT_CASE(a_policy_is_bounded),
	KUNIT_CASE(a_namespace_is_bounded),
	{}
};

struct kunit_suite acquire_suite = {
	.name		= "acquire",
	.init		= fixture_init,
	.exit		= fixture_exit,
	.test_cases	= acquire_cases,
};
