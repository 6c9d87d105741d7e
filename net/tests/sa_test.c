// SPDX-License-Identifier: GPL-2.0-only
/* One SA: net/sa.c. */

#include "fixture.h"
#include "suites.h"

static struct espah_sa *create(struct espah_net *en,
			       const struct espah_sa_config *config,
			       struct netlink_ext_ack *extack)
{
	struct espah_sa *sa;

	mutex_lock(&en->lock);
	sa = espah_sa_create(en, config, extack);
	mutex_unlock(&en->lock);
	return sa;
}

static int set_selector(struct espah_net *en, struct espah_sa *sa,
			const struct espah_selector *sel)
{
	static const struct espah_thresholds none;
	int err;

	mutex_lock(&en->lock);
	err = espah_sa_change(sa, sel, NULL, &none);
	mutex_unlock(&en->lock);
	return err;
}

static bool covers(const struct espah_sa *sa, const struct espah_flow *flow)
{
	bool yes;

	rcu_read_lock();
	yes = espah_sa_covers(sa, flow);
	rcu_read_unlock();
	return yes;
}

static void config_is_copied(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	struct espah_sa_config config = fixture_sa_config(0x100);
	struct espah_sa *sa;
	u8 key[36];

	memset(key, 0x42, sizeof(key));
	config.key = key;
	config.key_len = sizeof(key);
	config.reqid = U32_MAX;
	sa = create(en, &config, NULL);
	KUNIT_ASSERT_FALSE(test, IS_ERR(sa));
	/* The request's memory is wiped as soon as the SA is made. */
	memset(key, 0, sizeof(key));

	KUNIT_EXPECT_EQ(test, memcmp(&sa->id, &config.id, sizeof(sa->id)), 0);
	KUNIT_EXPECT_TRUE(test, espah_addr_equal(&sa->src, &config.src));
	KUNIT_EXPECT_EQ(test, sa->mode, ESPAH_MODE_TUNNEL);
	KUNIT_EXPECT_EQ(test, sa->reqid, U32_MAX);
	KUNIT_EXPECT_EQ(test, sa->iv_len, 8);
	KUNIT_EXPECT_EQ(test, sa->icv_len, 16);
	KUNIT_EXPECT_EQ(test, sa->key_len, 36);
	KUNIT_EXPECT_NULL(test, memchr_inv(sa->key, 0x42, 36));
	KUNIT_EXPECT_STREQ(test, sa->alg_name, config.alg_name);
	KUNIT_EXPECT_PTR_NE(test, (const char *)sa->alg_name, config.alg_name);
	espah_sa_put(sa);
}

static void new_one_has_done_nothing(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	struct espah_sa_config config = fixture_sa_config(0x100);
	struct espah_sa *sa = create(en, &config, NULL);
	u64 packets, bytes;

	KUNIT_ASSERT_FALSE(test, IS_ERR(sa));
	KUNIT_EXPECT_EQ(test, atomic64_read(&sa->oseq), 0);
	KUNIT_EXPECT_EQ(test, sa->replay.top, 0);
	KUNIT_EXPECT_EQ(test, sa->replay.window, 64);
	KUNIT_EXPECT_FALSE(test, sa->dead);
	KUNIT_EXPECT_EQ(test, sa->pmtu, 0);
	KUNIT_EXPECT_EQ(test, sa->used, 0);
	espah_sa_usage(sa, &packets, &bytes);
	KUNIT_EXPECT_EQ(test, packets, 0);
	KUNIT_EXPECT_EQ(test, bytes, 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&en->sas), 1);
	espah_sa_put(sa);
	fixture_wait_freed(en, 0);
}

/* Two SAs with one key do not make the same IVs. */
static void iv_masks_differ(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	struct espah_sa_config config = fixture_sa_config(0x100);
	struct espah_sa *one = create(en, &config, NULL);
	struct espah_sa *other = create(en, &config, NULL);

	KUNIT_EXPECT_FALSE(test, IS_ERR(one));
	KUNIT_EXPECT_FALSE(test, IS_ERR(other));
	if (!IS_ERR(one) && !IS_ERR(other))
		KUNIT_EXPECT_NE(test, one->iv_mask, other->iv_mask);
	if (!IS_ERR(one))
		espah_sa_put(one);
	if (!IS_ERR(other))
		espah_sa_put(other);
}

/* The ring is part of the SA's memory: KASAN watches its end. */
static void windows_have_their_memory(struct kunit *test)
{
	static const u32 windows[] = { 0, 1, 63, 64, 65, 4096 };
	struct espah_net *en = fixture_net(test);
	struct espah_sa_config config = fixture_sa_config(0x100);
	struct espah_sa *sa;
	u64 seq;
	int i;

	for (i = 0; i < ARRAY_SIZE(windows); i++) {
		config.window = windows[i];
		sa = create(en, &config, NULL);
		KUNIT_ASSERT_FALSE(test, IS_ERR(sa));
		for (seq = 1; seq <= 3 * 4096; seq += 61)
			KUNIT_EXPECT_EQ(test,
					espah_replay_advance(&sa->replay, seq),
					ESPAH_REPLAY_NEW);
		espah_sa_put(sa);
	}
}

static void refused_one_leaves_nothing(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	struct espah_sa_config config = fixture_sa_config(0x100);
	struct espah_selector sel = { .family = AF_INET };
	struct netlink_ext_ack extack = {};

	config.sel = &sel;
	config.key_len = 19;
	KUNIT_EXPECT_EQ(test, PTR_ERR(create(en, &config, &extack)), -EINVAL);
	KUNIT_EXPECT_NOT_NULL(test, extack._msg);
	KUNIT_EXPECT_EQ(test, atomic_read(&en->sas), 0);
}

static void last_reference_counts(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	struct espah_sa_config config = fixture_sa_config(0x100);
	struct espah_sa *sa = create(en, &config, NULL);

	KUNIT_ASSERT_FALSE(test, IS_ERR(sa));
	KUNIT_EXPECT_TRUE(test, espah_sa_hold(sa));
	espah_sa_put(sa);
	KUNIT_EXPECT_EQ(test, refcount_read(&sa->refs), 1);
	/* Whoever still looks at it may not hold it any more. */
	rcu_read_lock();
	espah_sa_put(sa);
	KUNIT_EXPECT_FALSE(test, espah_sa_hold(sa));
	rcu_read_unlock();
	fixture_wait_freed(en, 0);
}

static void selector_can_change(struct kunit *test)
{
	struct espah_flow udp = fixture_flow(1, 2, IPPROTO_UDP);
	struct espah_flow tcp = fixture_flow(1, 2, IPPROTO_TCP);
	struct espah_sa_config config = fixture_sa_config(0x100);
	struct espah_net *en = fixture_net(test);
	struct espah_selector sel = {
		.src_max	= espah_addr4(htonl(~0)),
		.dst_max	= espah_addr4(htonl(~0)),
		.family		= AF_INET,
		.proto		= IPPROTO_UDP,
	};
	struct espah_sa *sa;

	config.sel = &sel;
	sa = create(en, &config, NULL);
	KUNIT_ASSERT_FALSE(test, IS_ERR(sa));
	KUNIT_EXPECT_TRUE(test, covers(sa, &udp));
	KUNIT_EXPECT_FALSE(test, covers(sa, &tcp));

	sel.proto = IPPROTO_TCP;
	KUNIT_EXPECT_TRUE(test, covers(sa, &udp));
	KUNIT_EXPECT_EQ(test, set_selector(en, sa, &sel), 0);
	KUNIT_EXPECT_FALSE(test, covers(sa, &udp));
	KUNIT_EXPECT_TRUE(test, covers(sa, &tcp));

	KUNIT_EXPECT_EQ(test, set_selector(en, sa, NULL), 0);
	KUNIT_EXPECT_TRUE(test, covers(sa, &udp));
	KUNIT_EXPECT_TRUE(test, covers(sa, &tcp));
	espah_sa_put(sa);
}

static void usage_adds_up(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	struct espah_sa_config config = fixture_sa_config(0x100);
	struct espah_sa *sa = create(en, &config, NULL);
	u64 packets, bytes;

	KUNIT_ASSERT_FALSE(test, IS_ERR(sa));
	atomic64_set(&sa->bytes, U32_MAX);
	local_bh_disable();
	rcu_read_lock();
	KUNIT_EXPECT_TRUE(test, espah_sa_use(sa, 0));
	KUNIT_EXPECT_TRUE(test, espah_sa_use(sa, 1));
	KUNIT_EXPECT_TRUE(test, espah_sa_use(sa, 65535));
	rcu_read_unlock();
	local_bh_enable();

	espah_sa_usage(sa, &packets, &bytes);
	KUNIT_EXPECT_EQ(test, packets, 3);
	KUNIT_EXPECT_EQ(test, bytes, 65536 + (u64)U32_MAX);
	KUNIT_EXPECT_GE(test, sa->used, sa->added);
	espah_sa_put(sa);
}

static struct kunit_case sa_cases[] = {
	KUNIT_CASE(config_is_copied),
	KUNIT_CASE(new_one_has_done_nothing),
	KUNIT_CASE(iv_masks_differ),
	KUNIT_CASE(windows_have_their_memory),
	KUNIT_CASE(refused_one_leaves_nothing),
	KUNIT_CASE(last_reference_counts),
	KUNIT_CASE(selector_can_change),
	KUNIT_CASE(usage_adds_up),
	{}
};

struct kunit_suite sa_suite = {
	.name		= "sa",
	.init		= fixture_init,
	.exit		= fixture_exit,
	.test_cases	= sa_cases,
};
