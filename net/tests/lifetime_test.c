// SPDX-License-Identifier: GPL-2.0-only
/* The end of an SA by its limits: net/lifetime.c. */

#include <linux/sched.h>

#include "../lifetime.h"
#include "../sad.h"
#include "fixture.h"
#include "suites.h"

#define SEQ_SOFT	(ESPAH_SEQ_LAST - ESPAH_SEQ_FEW)
#define ESN_SOFT	(ESPAH_ESN_LAST - ESPAH_SEQ_FEW)

static struct espah_sa *add(struct kunit *test, u32 spi,
			    const struct espah_limits *limits)
{
	struct espah_sa_config config = fixture_sa_config(spi);
	struct espah_sa *sa;

	config.limits = limits;
	sa = fixture_sa_add(fixture_net(test), &config);
	KUNIT_ASSERT_FALSE(test, IS_ERR(sa));
	return sa;
}

static void change(struct kunit *test, struct espah_sa *sa,
		   const struct espah_limits *limits)
{
	static const struct espah_thresholds none;

	mutex_lock(&sa->en->lock);
	KUNIT_EXPECT_EQ(test, espah_sa_change(sa, NULL, limits, &none), 0);
	espah_lifetime_start(sa);
	mutex_unlock(&sa->en->lock);
}

/* The work comes when it comes, but not after ten seconds. */
static bool wait_expired(struct kunit *test, enum espah_expiry kind, int count)
{
	struct fixture *fixture = test->priv;
	int i;

	for (i = 0; i < 10 * HZ; i++) {
		if (READ_ONCE(fixture->expired[kind]) >= count)
			return true;
		schedule_timeout_uninterruptible(1);
	}
	return false;
}

static int expired(struct kunit *test, enum espah_expiry kind)
{
	struct fixture *fixture = test->priv;

	return READ_ONCE(fixture->expired[kind]);
}

static u32 count(struct espah_net *en)
{
	u32 count;

	mutex_lock(&en->lock);
	count = en->sad.count;
	mutex_unlock(&en->lock);
	return count;
}

static void packets_are_exact(struct kunit *test)
{
	static const struct espah_limits limits = { .packets = { 3, 5 } };
	struct espah_net *en = fixture_net(test);
	struct espah_sa *sa = add(test, 0x100, &limits);
	u64 packets, bytes;
	int i;

	KUNIT_ASSERT_TRUE(test, espah_sa_hold(sa));
	for (i = 0; i < 2; i++)
		KUNIT_EXPECT_TRUE(test, fixture_sa_use(sa, 100));
	KUNIT_EXPECT_EQ(test, expired(test, ESPAH_EXPIRY_SOFT), 0);
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_TRUE(test, fixture_sa_use(sa, 100));
	KUNIT_EXPECT_TRUE(test, wait_expired(test, ESPAH_EXPIRY_SOFT, 1));
	KUNIT_EXPECT_EQ(test, count(en), 1);
	KUNIT_EXPECT_FALSE(test, fixture_sa_use(sa, 100));
	KUNIT_EXPECT_FALSE(test, fixture_sa_use(sa, 100));
	KUNIT_EXPECT_TRUE(test, wait_expired(test, ESPAH_EXPIRY_HARD, 1));
	KUNIT_EXPECT_EQ(test, count(en), 0);
	KUNIT_EXPECT_FALSE(test, fixture_sa_use(sa, 100));

	espah_sa_usage(sa, &packets, &bytes);
	KUNIT_EXPECT_EQ(test, packets, 5);
	KUNIT_EXPECT_EQ(test, bytes, 500);
	espah_sa_put(sa);
	fixture_wait_freed(en, 0);
	KUNIT_EXPECT_EQ(test, expired(test, ESPAH_EXPIRY_SOFT), 1);
	KUNIT_EXPECT_EQ(test, expired(test, ESPAH_EXPIRY_HARD), 1);
}

static void last_octets_come_whole(struct kunit *test)
{
	static const struct espah_limits limits = { .bytes = { 0, 1000 } };
	struct espah_sa *sa = add(test, 0x100, &limits);

	KUNIT_ASSERT_TRUE(test, espah_sa_hold(sa));
	KUNIT_EXPECT_TRUE(test, fixture_sa_use(sa, 999));
	KUNIT_EXPECT_TRUE(test, fixture_sa_use(sa, 1500));
	KUNIT_EXPECT_FALSE(test, fixture_sa_use(sa, 1));
	KUNIT_EXPECT_TRUE(test, wait_expired(test, ESPAH_EXPIRY_HARD, 1));
	KUNIT_EXPECT_EQ(test, expired(test, ESPAH_EXPIRY_SOFT), 0);
	espah_sa_put(sa);
}

static void seconds_pass(struct kunit *test)
{
	static const struct espah_limits limits = { .added = { 1, 2 } };
	struct espah_net *en = fixture_net(test);

	add(test, 0x100, &limits);
	KUNIT_EXPECT_TRUE(test, wait_expired(test, ESPAH_EXPIRY_SOFT, 1));
	KUNIT_EXPECT_EQ(test, count(en), 1);
	KUNIT_EXPECT_TRUE(test, wait_expired(test, ESPAH_EXPIRY_HARD, 1));
	KUNIT_EXPECT_EQ(test, expired(test, ESPAH_EXPIRY_SOFT), 1);
	KUNIT_EXPECT_EQ(test, count(en), 0);
	fixture_wait_freed(en, 0);
}

static void use_starts_the_clock(struct kunit *test)
{
	static const struct espah_limits limits = { .used = { 0, 1 } };
	struct espah_sa *used = add(test, 0x100, &limits);
	struct espah_sa *idle = add(test, 0x101, &limits);

	KUNIT_EXPECT_TRUE(test, fixture_sa_use(used, 100));
	KUNIT_EXPECT_TRUE(test, wait_expired(test, ESPAH_EXPIRY_HARD, 1));
	KUNIT_EXPECT_FALSE(test, READ_ONCE(idle->dead));
	KUNIT_EXPECT_EQ(test, idle->first_used, 0);
	KUNIT_EXPECT_EQ(test, expired(test, ESPAH_EXPIRY_HARD), 1);
}

static void lifetime_can_change(struct kunit *test)
{
	static const struct espah_limits tight = { .packets = { 1, 2 } };
	static const struct espah_limits wide = { .packets = { 3, 4 } };
	static const struct espah_limits past = { .added = { 0, 1 } };
	struct espah_sa *sa = add(test, 0x100, NULL);

	KUNIT_ASSERT_TRUE(test, espah_sa_hold(sa));
	KUNIT_EXPECT_TRUE(test, fixture_sa_use(sa, 100));
	change(test, sa, &tight);
	/* What passed before counts. */
	KUNIT_EXPECT_TRUE(test, fixture_sa_use(sa, 100));
	KUNIT_EXPECT_TRUE(test, wait_expired(test, ESPAH_EXPIRY_SOFT, 1));
	change(test, sa, &wide);
	KUNIT_EXPECT_TRUE(test, fixture_sa_use(sa, 100));
	/* Other limits, another event. */
	KUNIT_EXPECT_TRUE(test, wait_expired(test, ESPAH_EXPIRY_SOFT, 2));
	change(test, sa, NULL);
	KUNIT_EXPECT_TRUE(test, fixture_sa_use(sa, 100));
	KUNIT_EXPECT_TRUE(test, fixture_sa_use(sa, 100));
	change(test, sa, &past);
	KUNIT_EXPECT_TRUE(test, wait_expired(test, ESPAH_EXPIRY_HARD, 1));
	espah_sa_put(sa);
}

/* Those who want to know how far it has got are told, and other limits do not matter to
 * that.
 */
static void progress_is_told(struct kunit *test)
{
	static const struct espah_limits limits = { .packets = { 0, 100 } };
	struct espah_sa_config config = fixture_sa_config(0x100);
	struct fixture *fixture = test->priv;
	struct espah_sa *sa;
	int i;

	config.thresholds.packets = 2;
	sa = fixture_sa_add(fixture_net(test), &config);
	KUNIT_ASSERT_FALSE(test, IS_ERR(sa));
	KUNIT_EXPECT_TRUE(test, fixture_sa_use(sa, 100));
	flush_work(&sa->en->judge.work);
	KUNIT_EXPECT_EQ(test, fixture->progress, 0);
	KUNIT_EXPECT_TRUE(test, fixture_sa_use(sa, 100));
	flush_work(&sa->en->judge.work);
	KUNIT_EXPECT_EQ(test, fixture->progress, 1);

	mutex_lock(&sa->en->lock);
	KUNIT_EXPECT_EQ(test, espah_sa_change(sa, NULL, &limits,
					      &config.thresholds), 0);
	espah_lifetime_start(sa);
	mutex_unlock(&sa->en->lock);
	for (i = 0; i < 2; i++)
		KUNIT_EXPECT_TRUE(test, fixture_sa_use(sa, 100));
	flush_work(&sa->en->judge.work);
	KUNIT_EXPECT_EQ(test, fixture->progress, 2);
	change(test, sa, NULL);
	for (i = 0; i < 4; i++)
		KUNIT_EXPECT_TRUE(test, fixture_sa_use(sa, 100));
	KUNIT_EXPECT_EQ(test, atomic_read(&sa->asked), 0);
	KUNIT_EXPECT_EQ(test, fixture->progress, 2);
}

/* Its timer and its work leave with it. */
static void removed_one_is_not_heard_of(struct kunit *test)
{
	static const struct espah_limits limits = {
		.added = { 0, 1 }, .packets = { 0, 1 },
	};
	struct espah_net *en = fixture_net(test);
	struct espah_sa *sa = add(test, 0x100, &limits);

	KUNIT_ASSERT_TRUE(test, espah_sa_hold(sa));
	fixture_sa_remove(en, sa);
	KUNIT_EXPECT_FALSE(test, hrtimer_active(&sa->timer->timer));
	fixture_sa_use(sa, 1);
	KUNIT_EXPECT_FALSE(test, fixture_sa_use(sa, 1));
	espah_sa_put(sa);
	fixture_wait_freed(en, 0);
	KUNIT_EXPECT_EQ(test, expired(test, ESPAH_EXPIRY_HARD), 0);
}

/* More packets than an SA with a limit of one may have. */
static void use_up(struct kunit *test, struct espah_sa *sa)
{
	KUNIT_EXPECT_TRUE(test, fixture_sa_use(sa, 100));
	KUNIT_EXPECT_FALSE(test, fixture_sa_use(sa, 100));
}

/* More SAs than there might be threads are at their end in a namespace whose lock is
 * taken, as a request may keep it for long. What ends elsewhere does not wait for that.
 */
static void one_namespace_does_not_stall_another(struct kunit *test)
{
	static const struct espah_limits limits = { .packets = { 0, 1 } };
	struct fixture *stuck = test->priv;
	struct espah_sa *sas[64], *theirs;
	int i;

	for (i = 0; i < ARRAY_SIZE(sas); i++)
		sas[i] = add(test, 0x100 + i, &limits);
	KUNIT_EXPECT_EQ(test, fixture_init(test), 0);
	theirs = add(test, 0x100, &limits);

	mutex_lock(&stuck->en.lock);
	for (i = 0; i < ARRAY_SIZE(sas); i++)
		use_up(test, sas[i]);
	use_up(test, theirs);
	KUNIT_EXPECT_TRUE(test, wait_expired(test, ESPAH_EXPIRY_HARD, 1));
	KUNIT_EXPECT_EQ(test, stuck->expired[ESPAH_EXPIRY_HARD], 0);
	mutex_unlock(&stuck->en.lock);

	fixture_exit(test);
	test->priv = stuck;
	KUNIT_EXPECT_TRUE(test, wait_expired(test, ESPAH_EXPIRY_HARD,
					     ARRAY_SIZE(sas)));
}

/* A namespace may end before its judge has looked. */
static void flushed_ones_are_not_heard_of(struct kunit *test)
{
	static const struct espah_limits limits = { .packets = { 0, 1 } };
	struct espah_net *en = fixture_net(test);
	struct espah_sa *sas[8];
	int i;

	for (i = 0; i < ARRAY_SIZE(sas); i++)
		sas[i] = add(test, 0x100 + i, &limits);
	mutex_lock(&en->lock);
	for (i = 0; i < ARRAY_SIZE(sas); i++)
		use_up(test, sas[i]);
	KUNIT_EXPECT_FALSE(test, llist_empty(&en->judge.sas));
	espah_sad_flush(en, 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&en->sas), ARRAY_SIZE(sas));
	mutex_unlock(&en->lock);
	fixture_wait_freed(en, 0);
	KUNIT_EXPECT_EQ(test, expired(test, ESPAH_EXPIRY_HARD), 0);
}

static u64 number(struct espah_sa *sa)
{
	u64 seq;

	rcu_read_lock();
	seq = espah_lifetime_seq(sa);
	rcu_read_unlock();
	return seq;
}

static struct espah_sa *next_out(struct espah_slot *slot)
{
	struct espah_flow flow = fixture_flow(1, 2, IPPROTO_UDP);
	struct espah_sa *sa;
	bool excluded;

	rcu_read_lock();
	sa = espah_sad_find_out(slot, 0, &flow, 0, &excluded);
	rcu_read_unlock();
	return sa;
}

/* RFC 4303 section 3.3.3: an SA without any limit ends with its numbers, after it has
 * been told that few are left, and packets go on with another.
 */
static void numbers_run_out(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	struct espah_sa *other = add(test, 0x100, NULL);
	struct espah_sa *sa = add(test, 0x101, NULL);
	struct espah_sa_config config = fixture_sa_config(0x101);
	struct espah_slot *slot = fixture_slot(en, &config, config.reqid);

	KUNIT_ASSERT_TRUE(test, espah_sa_hold(sa));
	atomic64_set(&sa->oseq, SEQ_SOFT - 2);
	KUNIT_EXPECT_EQ(test, number(sa), SEQ_SOFT - 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&sa->asked), 0);
	KUNIT_EXPECT_EQ(test, number(sa), SEQ_SOFT);
	KUNIT_EXPECT_TRUE(test, wait_expired(test, ESPAH_EXPIRY_SOFT, 1));

	atomic64_set(&sa->oseq, U32_MAX - 2);
	KUNIT_EXPECT_EQ(test, number(sa), U32_MAX - 1);
	KUNIT_EXPECT_PTR_EQ(test, next_out(slot), sa);
	KUNIT_EXPECT_EQ(test, number(sa), U32_MAX);
	KUNIT_EXPECT_EQ(test, number(sa), 0);
	KUNIT_EXPECT_TRUE(test, wait_expired(test, ESPAH_EXPIRY_HARD, 1));
	KUNIT_EXPECT_PTR_EQ(test, next_out(slot), other);
	KUNIT_EXPECT_EQ(test, count(en), 1);
	KUNIT_EXPECT_EQ(test, number(sa), 0);

	espah_sa_put(sa);
	flush_work(&en->judge.work);
	KUNIT_EXPECT_EQ(test, expired(test, ESPAH_EXPIRY_SOFT), 1);
	KUNIT_EXPECT_EQ(test, expired(test, ESPAH_EXPIRY_HARD), 1);
}

/* Extended numbers go on after 2^32, and end long before the counter would begin anew. */
static void extended_numbers_run_out(struct kunit *test)
{
	struct espah_sa_config config = fixture_sa_config(0x100);
	struct espah_sa *sa;

	config.esn = true;
	config.oseq = U32_MAX - 1;
	sa = fixture_sa_add(fixture_net(test), &config);
	KUNIT_ASSERT_FALSE(test, IS_ERR(sa));
	KUNIT_ASSERT_TRUE(test, espah_sa_hold(sa));
	KUNIT_EXPECT_EQ(test, number(sa), U32_MAX);
	KUNIT_EXPECT_EQ(test, number(sa), U32_MAX + 1ull);
	KUNIT_EXPECT_EQ(test, number(sa), U32_MAX + 2ull);
	KUNIT_EXPECT_EQ(test, atomic_read(&sa->asked), 0);

	atomic64_set(&sa->oseq, ESN_SOFT - 2);
	KUNIT_EXPECT_EQ(test, number(sa), ESN_SOFT - 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&sa->asked), 0);
	KUNIT_EXPECT_EQ(test, number(sa), ESN_SOFT);
	KUNIT_EXPECT_TRUE(test, wait_expired(test, ESPAH_EXPIRY_SOFT, 1));
	atomic64_set(&sa->oseq, ESPAH_ESN_LAST - 1);
	KUNIT_EXPECT_EQ(test, number(sa), ESPAH_ESN_LAST);
	KUNIT_EXPECT_EQ(test, number(sa), 0);
	KUNIT_EXPECT_TRUE(test, wait_expired(test, ESPAH_EXPIRY_HARD, 1));
	KUNIT_EXPECT_GT(test, U64_MAX - ESPAH_ESN_LAST, U32_MAX - 1ull);
	espah_sa_put(sa);
}

/* Who knows that a new SA is needed is not told again, whatever the reason. */
static void few_numbers_are_one_more_soft_limit(struct kunit *test)
{
	static const struct espah_limits limits = { .packets = { 1, 0 } };
	struct espah_sa *sa = add(test, 0x100, &limits);

	KUNIT_EXPECT_TRUE(test, fixture_sa_use(sa, 100));
	KUNIT_EXPECT_TRUE(test, wait_expired(test, ESPAH_EXPIRY_SOFT, 1));
	atomic64_set(&sa->oseq, SEQ_SOFT - 1);
	KUNIT_EXPECT_EQ(test, number(sa), SEQ_SOFT);
	flush_work(&sa->en->judge.work);
	KUNIT_EXPECT_EQ(test, expired(test, ESPAH_EXPIRY_SOFT), 1);
	atomic64_set(&sa->oseq, ESPAH_SEQ_LAST - 1);
	KUNIT_EXPECT_EQ(test, number(sa), ESPAH_SEQ_LAST);
	KUNIT_EXPECT_TRUE(test, wait_expired(test, ESPAH_EXPIRY_HARD, 1));
}

static struct kunit_case lifetime_cases[] = {
	KUNIT_CASE(packets_are_exact),
	KUNIT_CASE(last_octets_come_whole),
	KUNIT_CASE(seconds_pass),
	KUNIT_CASE(use_starts_the_clock),
	KUNIT_CASE(lifetime_can_change),
	KUNIT_CASE(numbers_run_out),
	KUNIT_CASE(extended_numbers_run_out),
	KUNIT_CASE(few_numbers_are_one_more_soft_limit),
	KUNIT_CASE(progress_is_told),
	KUNIT_CASE(removed_one_is_not_heard_of),
	KUNIT_CASE(one_namespace_does_not_stall_another),
	KUNIT_CASE(flushed_ones_are_not_heard_of),
	{}
};

struct kunit_suite lifetime_suite = {
	.name		= "lifetime",
	.init		= fixture_init,
	.exit		= fixture_exit,
	.test_cases	= lifetime_cases,
};
