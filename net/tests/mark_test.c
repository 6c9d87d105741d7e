// SPDX-License-Identifier: GPL-2.0-only
/* The mark of a packet that came through IPsec: net/mark.c. */

#include <net/xfrm.h>

#include "../mark.h"
#include "fixture.h"
#include "suites.h"

/* Of somebody else, and dead, so that it can be let go of. */
static struct xfrm_state *foreign_state(struct kunit *test)
{
	struct xfrm_state *state = xfrm_state_alloc(&init_net);

	KUNIT_ASSERT_NOT_NULL(test, state);
	state->km.state = XFRM_STATE_DEAD;
	return state;
}

/* What rp_filter, the firewalls and xfrm look at. */
static void stub_is_what_xfrm_believes(struct kunit *test)
{
	const struct xfrm_state *stub = fixture_net(test)->stub;

	KUNIT_EXPECT_EQ(test, stub->id.proto, IPPROTO_ESP);
	KUNIT_EXPECT_EQ(test, stub->props.mode, XFRM_MODE_TRANSPORT);
	KUNIT_EXPECT_EQ(test, stub->km.state, XFRM_STATE_VALID);
	KUNIT_EXPECT_EQ(test, stub->sel.family, AF_UNSPEC);
	KUNIT_EXPECT_TRUE(test, !stub->id.spi);
}

static void mark_is_seen(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	struct sk_buff *skb = fixture_skb(test, 0, NULL, 20);

	KUNIT_EXPECT_FALSE(test, espah_mark_seen(en, skb));
	KUNIT_EXPECT_EQ(test, espah_mark_set(en, skb), 0);
	KUNIT_EXPECT_TRUE(test, espah_mark_seen(en, skb));
	KUNIT_EXPECT_EQ(test, skb_sec_path(skb)->len, 1);
}

static void depth_has_an_end(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	struct sk_buff *skb = fixture_skb(test, 0, NULL, 20);
	int i;

	for (i = 1; i <= XFRM_MAX_DEPTH; i++) {
		KUNIT_EXPECT_EQ(test, espah_mark_set(en, skb), 0);
		KUNIT_EXPECT_EQ(test, skb_sec_path(skb)->len, i);
	}
	KUNIT_EXPECT_EQ(test, espah_mark_set(en, skb), ESPAH_A_CNT_IN_NESTED);
	KUNIT_EXPECT_EQ(test, skb_sec_path(skb)->len, XFRM_MAX_DEPTH);
}

/* An empty path has no last entry to look at. */
static void empty_path_is_no_mark(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	struct sk_buff *skb = fixture_skb(test, 0, NULL, 20);

	KUNIT_ASSERT_NOT_NULL(test, secpath_set(skb));
	KUNIT_EXPECT_FALSE(test, espah_mark_seen(en, skb));
}

static void last_layer_counts(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	struct sk_buff *skb = fixture_skb(test, 0, NULL, 20);
	struct sec_path *sp;

	KUNIT_ASSERT_EQ(test, espah_mark_set(en, skb), 0);
	sp = skb_sec_path(skb);
	sp->xvec[sp->len++] = foreign_state(test);
	KUNIT_EXPECT_FALSE(test, espah_mark_seen(en, skb));
	KUNIT_EXPECT_EQ(test, espah_mark_set(en, skb), 0);
	KUNIT_EXPECT_TRUE(test, espah_mark_seen(en, skb));
}

static void other_namespaces_do_not_count(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	struct espah_net *other = kunit_kzalloc(test, sizeof(*other),
						GFP_KERNEL);
	struct sk_buff *skb = fixture_skb(test, 0, NULL, 20);

	KUNIT_ASSERT_NOT_NULL(test, other);
	other->stub = foreign_state(test);
	KUNIT_EXPECT_EQ(test, espah_mark_set(other, skb), 0);
	KUNIT_EXPECT_FALSE(test, espah_mark_seen(en, skb));
	KUNIT_EXPECT_TRUE(test, espah_mark_seen(other, skb));
	xfrm_state_put(other->stub);
}

/* A copy of a packet shares its path until one of them goes on. */
static void copies_do_not_share_what_comes(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	struct sk_buff *skb = fixture_skb(test, 0, NULL, 20);
	struct sk_buff *copy;

	KUNIT_ASSERT_EQ(test, espah_mark_set(en, skb), 0);
	copy = skb_clone(skb, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, copy);
	KUNIT_EXPECT_TRUE(test, espah_mark_seen(en, copy));
	KUNIT_EXPECT_EQ(test, espah_mark_set(en, copy), 0);
	KUNIT_EXPECT_EQ(test, skb_sec_path(copy)->len, 2);
	KUNIT_EXPECT_EQ(test, skb_sec_path(skb)->len, 1);
	kfree_skb(copy);
}

/* Each packet holds the stub, and lets go of it. */
static void references_balance(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	unsigned int before = refcount_read(&en->stub->refcnt);
	struct sk_buff *skb = alloc_skb(20, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_EQ(test, espah_mark_set(en, skb), 0);
	KUNIT_EXPECT_EQ(test, espah_mark_set(en, skb), 0);
	KUNIT_EXPECT_EQ(test, refcount_read(&en->stub->refcnt), before + 2);
	kfree_skb(skb);
	KUNIT_EXPECT_EQ(test, refcount_read(&en->stub->refcnt), before);
}

static struct kunit_case mark_cases[] = {
	KUNIT_CASE(stub_is_what_xfrm_believes),
	KUNIT_CASE(mark_is_seen),
	KUNIT_CASE(depth_has_an_end),
	KUNIT_CASE(empty_path_is_no_mark),
	KUNIT_CASE(last_layer_counts),
	KUNIT_CASE(other_namespaces_do_not_count),
	KUNIT_CASE(copies_do_not_share_what_comes),
	KUNIT_CASE(references_balance),
	{}
};

struct kunit_suite mark_suite = {
	.name		= "mark",
	.init		= fixture_init,
	.exit		= fixture_exit,
	.test_cases	= mark_cases,
};
