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
	struct espah_sa *sa = fixture_blank_sa(test);

	KUNIT_ASSERT_NOT_NULL(test, sa);
	espah_count_drop(en, sa, skb, ESPAH_A_CNT_OUT_SEND);
	espah_count_drop(en, NULL, skb, ESPAH_A_CNT_OUT_SEND);
	espah_count_drop(en, sa, NULL, ESPAH_A_CNT_OUT_SEND);
	espah_drop(en, sa, skb_get(skb), ESPAH_A_CNT_IN_ICV);

	KUNIT_EXPECT_EQ(test, espah_counter_read(en, ESPAH_A_CNT_OUT_SEND), 3);
	KUNIT_EXPECT_EQ(test, espah_counter_read(en, ESPAH_A_CNT_IN_ICV), 1);
	KUNIT_EXPECT_EQ(test, espah_tally_read(&sa->tally, ESPAH_A_CNT_OUT_SEND),
			2);
	KUNIT_EXPECT_EQ(test, espah_tally_read(&sa->tally, ESPAH_A_CNT_IN_ICV),
			1);
	KUNIT_EXPECT_EQ(test, refcount_read(&skb->users), 1);
}

/* More causes than an SA has room for in itself, each as often as it is. */
static void sa_counts_all_causes(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	struct espah_sa *sa = fixture_blank_sa(test);
	unsigned int cause, round, last = 0;

	KUNIT_ASSERT_NOT_NULL(test, sa);
	sa->en = en;
	for (round = 1; round <= 3; round++) {
		for (cause = ESPAH_A_CNT_IN_OK; cause <= ESPAH_A_CNT_MAX; cause++) {
			espah_note(sa, cause);
			espah_count_drop(en, sa, NULL, last ?: cause);
			last = cause;
		}
	}
	for (cause = ESPAH_A_CNT_IN_OK; cause <= ESPAH_A_CNT_MAX; cause++)
		KUNIT_EXPECT_EQ_MSG(test, espah_tally_read(&sa->tally, cause),
				    cause == ESPAH_A_CNT_IN_OK ? 7 :
				    cause == ESPAH_A_CNT_MAX ? 5 : 6,
				    "counter %u", cause);
}

static struct kunit_case stats_cases[] = {
	KUNIT_CASE(all_cpus_are_summed),
	KUNIT_CASE(one_counter_rises),
	KUNIT_CASE(sa_has_a_share),
	KUNIT_CASE(sa_counts_all_causes),
	{}
};

struct kunit_suite stats_suite = {
	.name		= "stats",
	.init		= fixture_init,
	.exit		= fixture_exit,
	.test_cases	= stats_cases,
};
