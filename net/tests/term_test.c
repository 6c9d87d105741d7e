// SPDX-License-Identifier: GPL-2.0-only
/* The end of a policy by its limits: net/term.c. */

#include <linux/sched.h>

#include "../limits.h"
#include "../spd.h"
#include "fixture.h"
#include "suites.h"

static struct espah_policy *add(struct kunit *test,
				const struct espah_limits *limits,
				struct espah_policy *old)
{
	struct espah_net *en = fixture_net(test);
	const struct espah_policy_config config = {
		.sel	= { .family = AF_INET },
		.dir	= ESPAH_DIR_OUT,
		.action	= ESPAH_ACTION_BYPASS,
		.limits	= limits,
	};
	struct espah_policy *policy;

	mutex_lock(&en->lock);
	policy = espah_spd_insert(en, &config, old);
	mutex_unlock(&en->lock);
	KUNIT_ASSERT_FALSE(test, IS_ERR(policy));
	return policy;
}

static void use(struct espah_policy *policy, int packets, unsigned int bytes)
{
	while (packets--) {
		rcu_read_lock();
		espah_policy_use(policy, bytes);
		rcu_read_unlock();
	}
}

static int ended(struct kunit *test, enum espah_expiry kind)
{
	struct fixture *fixture = test->priv;

	return READ_ONCE(fixture->policies_expired[kind]);
}

/* The work comes when it comes, but not after ten seconds. */
static bool wait_ended(struct kunit *test, enum espah_expiry kind)
{
	int i;

	for (i = 0; i < 10 * HZ && !ended(test, kind); i++)
		schedule_timeout_uninterruptible(1);
	return ended(test, kind);
}

static u32 count(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	u32 count;

	mutex_lock(&en->lock);
	count = en->spd.count[ESPAH_DIR_OUT];
	mutex_unlock(&en->lock);
	return count;
}

static void seconds_pass(struct kunit *test)
{
	static const struct espah_limits limits = { .added = { 1, 2 } };

	add(test, &limits, NULL);
	KUNIT_EXPECT_TRUE(test, wait_ended(test, ESPAH_EXPIRY_SOFT));
	KUNIT_EXPECT_EQ(test, count(test), 1);
	KUNIT_EXPECT_TRUE(test, wait_ended(test, ESPAH_EXPIRY_HARD));
	KUNIT_EXPECT_EQ(test, count(test), 0);
	KUNIT_EXPECT_EQ(test, ended(test, ESPAH_EXPIRY_SOFT), 1);
}

static void use_starts_the_clock(struct kunit *test)
{
	static const struct espah_limits limits = { .used = { 0, 1 } };
	struct espah_policy *policy = add(test, &limits, NULL);

	schedule_timeout_uninterruptible(3 * HZ / 2);
	KUNIT_EXPECT_EQ(test, count(test), 1);
	use(policy, 1, 100);
	KUNIT_EXPECT_TRUE(test, wait_ended(test, ESPAH_EXPIRY_HARD));
	KUNIT_EXPECT_EQ(test, count(test), 0);
}

/* What passes after the first look is seen by another, though no packet asks for one. */
static void traffic_is_enough(struct kunit *test)
{
	static const struct espah_limits limits = {
		.packets = { 3, 0 }, .bytes = { 0, 1000 },
	};
	struct espah_policy *policy = add(test, &limits, NULL);

	use(policy, 2, 100);
	flush_delayed_work(&fixture_net(test)->terms.soon);
	KUNIT_EXPECT_EQ(test, ended(test, ESPAH_EXPIRY_SOFT), 0);
	use(policy, 1, 100);
	KUNIT_EXPECT_TRUE(test, wait_ended(test, ESPAH_EXPIRY_SOFT));
	KUNIT_EXPECT_EQ(test, count(test), 1);
	use(policy, 1, 700);
	KUNIT_EXPECT_TRUE(test, wait_ended(test, ESPAH_EXPIRY_HARD));
	KUNIT_EXPECT_EQ(test, count(test), 0);
}

/* What takes its place has limits of its own, or none. */
static void another_takes_its_place(struct kunit *test)
{
	static const struct espah_limits limits = { .added = { 0, 1 } };
	struct espah_net *en = fixture_net(test);

	add(test, NULL, add(test, &limits, NULL));
	KUNIT_EXPECT_TRUE(test, list_empty(&en->terms.list));
	schedule_timeout_uninterruptible(3 * HZ / 2);
	KUNIT_EXPECT_EQ(test, count(test), 1);
	KUNIT_EXPECT_EQ(test, ended(test, ESPAH_EXPIRY_HARD), 0);
}

/* What goes on elsewhere goes on in its lifetime. */
static void it_moves(struct kunit *test)
{
	static const struct espah_limits limits = { .packets = { 0, 3 } };
	struct espah_net *en = fixture_net(test);
	struct espah_policy *policy = add(test, &limits, NULL), *heir;

	use(policy, 2, 10);
	mutex_lock(&en->lock);
	heir = espah_spd_prepare(en, &policy->config);
	KUNIT_EXPECT_FALSE(test, IS_ERR(heir));
	espah_queue_move(en, policy, heir);
	espah_spd_succeed(en, policy, heir);
	mutex_unlock(&en->lock);
	use(heir, 1, 10);
	KUNIT_EXPECT_TRUE(test, wait_ended(test, ESPAH_EXPIRY_HARD));
	KUNIT_EXPECT_EQ(test, count(test), 0);
	KUNIT_EXPECT_TRUE(test, list_empty(&en->terms.list));
}

static struct kunit_case term_cases[] = {
	KUNIT_CASE(seconds_pass),
	KUNIT_CASE(use_starts_the_clock),
	KUNIT_CASE(traffic_is_enough),
	KUNIT_CASE(another_takes_its_place),
	KUNIT_CASE(it_moves),
	{}
};

struct kunit_suite term_suite = {
	.name		= "term",
	.init		= fixture_init,
	.exit		= fixture_exit,
	.test_cases	= term_cases,
};
