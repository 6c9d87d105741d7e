// SPDX-License-Identifier: GPL-2.0-only
/* Counters: net/stats.c. */

#include "../stats.h"
#include "fixture.h"
#include "suites.h"

static void all_cpus_are_summed(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	unsigned int cause;
	u64 expected = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		struct espah_counters *share = per_cpu_ptr(en->counters, cpu);

		for (cause = 1; cause < ESPAH_COUNTERS; cause++)
			share->value[cause] = cause * (cpu + 1);
		expected += cpu + 1;
	}
	for (cause = 1; cause < ESPAH_COUNTERS; cause++)
		KUNIT_EXPECT_EQ(test, espah_counter_read(en, cause),
				cause * expected);
}

/* One event, one counter: the first, the last, and none of the others. */
static void one_counter_rises(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	unsigned int cause, other;

	for (cause = ESPAH_A_CNT_IN_OK; cause <= ESPAH_A_CNT_MAX; cause++) {
		espah_count(en, cause);
		for (other = ESPAH_A_CNT_IN_OK; other <= ESPAH_A_CNT_MAX;
		     other++)
			KUNIT_EXPECT_EQ_MSG(test, espah_counter_read(en, other),
					    other <= cause,
					    "counter %u after %u", other, cause);
	}
}

static void sa_has_a_share(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	struct sk_buff *skb = fixture_skb(test, 0, NULL, 20);
	struct espah_sa *sa = kunit_kzalloc(test, sizeof(*sa), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, sa);
	espah_count_drop(en, sa, skb, ESPAH_A_CNT_OUT_SEND);
	espah_count_drop(en, NULL, skb, ESPAH_A_CNT_OUT_SEND);
	espah_count_drop(en, sa, NULL, ESPAH_A_CNT_OUT_SEND);
	espah_drop(en, sa, skb_get(skb), ESPAH_A_CNT_IN_ICV);

	KUNIT_EXPECT_EQ(test, espah_counter_read(en, ESPAH_A_CNT_OUT_SEND), 3);
	KUNIT_EXPECT_EQ(test, espah_counter_read(en, ESPAH_A_CNT_IN_ICV), 1);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&sa->drops[ESPAH_A_CNT_OUT_SEND]),
			2);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&sa->drops[ESPAH_A_CNT_IN_ICV]),
			1);
	KUNIT_EXPECT_EQ(test, refcount_read(&skb->users), 1);
}

static struct kunit_case stats_cases[] = {
	KUNIT_CASE(all_cpus_are_summed),
	KUNIT_CASE(one_counter_rises),
	KUNIT_CASE(sa_has_a_share),
	{}
};

struct kunit_suite stats_suite = {
	.name		= "stats",
	.init		= fixture_init,
	.exit		= fixture_exit,
	.test_cases	= stats_cases,
};
