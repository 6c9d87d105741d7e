// SPDX-License-Identifier: GPL-2.0-only
/* The last packets that have ended: net/drops.c. */

#include <linux/in.h>
#include <linux/jiffies.h>
#include <linux/udp.h>

#include "../causes.h"
#include "../drops.h"
#include "fixture.h"
#include "suites.h"

static struct espah_drops *prepared(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);

	mutex_lock(&en->lock);
	KUNIT_ASSERT_EQ(test, espah_drops_prepare(en), 0);
	mutex_unlock(&en->lock);
	return en->drops;
}

/* What comes next is in another while. */
static void let_time_pass(struct espah_drops *drops)
{
	drops->noting.since -= HZ;
	drops->telling.since -= HZ;
}

static void nothing_without_room(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	struct espah_dropped dropped;

	espah_drops_add(en, NULL, NULL, ESPAH_A_CNT_IN_ICV);
	KUNIT_EXPECT_EQ(test, espah_drops_next(en), 1);
	KUNIT_EXPECT_FALSE(test, espah_drops_read(en, 1, &dropped));
}

static void nothing_yet(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	struct espah_dropped dropped;

	prepared(test);
	KUNIT_EXPECT_EQ(test, espah_drops_next(en), 1);
	KUNIT_EXPECT_FALSE(test, espah_drops_read(en, 0, &dropped));
	KUNIT_EXPECT_FALSE(test, espah_drops_read(en, 1, &dropped));
}

static void oldest_go_first(struct kunit *test)
{
	struct espah_drops *drops = prepared(test);
	struct espah_net *en = fixture_net(test);
	struct espah_dropped dropped;
	unsigned int i;

	for (i = 1; i <= ESPAH_DROPS_KEPT + 2; i++) {
		let_time_pass(drops);
		espah_drops_add(en, NULL, NULL, ESPAH_A_CNT_IN_ICV);
	}
	KUNIT_EXPECT_EQ(test, espah_drops_next(en), ESPAH_DROPS_KEPT + 3);
	for (i = 0; i <= 3; i++) {
		KUNIT_ASSERT_TRUE(test, espah_drops_read(en, i, &dropped));
		KUNIT_EXPECT_EQ(test, dropped.number, 3);
	}
	KUNIT_ASSERT_TRUE(test, espah_drops_read(en, 4, &dropped));
	KUNIT_EXPECT_EQ(test, dropped.number, 4);
	KUNIT_EXPECT_FALSE(test, espah_drops_read(en, ESPAH_DROPS_KEPT + 3,
						  &dropped));
}

static void flood_is_bounded(struct kunit *test)
{
	struct espah_drops *drops = prepared(test);
	struct espah_net *en = fixture_net(test);
	struct fixture *fixture = test->priv;
	struct espah_dropped dropped;
	unsigned int i;

	atomic_set(&drops->noting.left, ESPAH_DROPS_NOTED);
	atomic_set(&drops->telling.left, ESPAH_DROPS_TOLD);
	for (i = 0; i < ESPAH_DROPS_NOTED + 5; i++) {
		/* The while that they are in does not end. */
		drops->noting.since = jiffies;
		drops->telling.since = jiffies;
		espah_drops_add(en, NULL, NULL, ESPAH_A_CNT_IN_ICV);
	}
	KUNIT_EXPECT_EQ(test, espah_drops_next(en), ESPAH_DROPS_NOTED + 1);
	KUNIT_EXPECT_EQ(test, fixture->told, ESPAH_DROPS_TOLD);

	let_time_pass(drops);
	espah_drops_add(en, NULL, NULL, ESPAH_A_CNT_IN_CLEAR);
	KUNIT_ASSERT_TRUE(test, espah_drops_read(en, ESPAH_DROPS_NOTED + 1,
						 &dropped));
	KUNIT_EXPECT_EQ(test, dropped.suppressed, 5);
	KUNIT_EXPECT_EQ(test, dropped.cause, ESPAH_A_CNT_IN_CLEAR);
	KUNIT_EXPECT_EQ(test, fixture->told, ESPAH_DROPS_TOLD + 1);
	KUNIT_EXPECT_EQ(test, fixture->told_last.suppressed,
			ESPAH_DROPS_NOTED + 5 - ESPAH_DROPS_TOLD);
}

struct shown {
	const char	*name;
	u8		version;
	u8		ihl;
	u16		frag_off;
	unsigned int	len;
	u16		family;
	bool		has_upper;
};

/* A header is believed where it is there and is one. */
static const struct shown shown[] = {
	{ "whole", 4, 5, 0, 28, AF_INET, true },
	{ "no ports", 4, 5, 0, 23, AF_INET, false },
	{ "later part", 4, 5, 1, 28, AF_INET, false },
	{ "half a header", 4, 5, 0, 19, 0, false },
	{ "of no version", 5, 5, 0, 28, 0, false },
	{ "header too short", 4, 4, 0, 28, 0, false },
	{ "header too long", 4, 8, 0, 28, 0, false },
	{ "half an IPv6 header", 6, 0, 0, 28, 0, false },
};

static void shown_desc(const struct shown *one, char *desc)
{
	strscpy(desc, one->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(shown, shown, shown_desc);

static void headers(struct kunit *test)
{
	const struct shown *one = test->param_value;
	struct espah_net *en = fixture_net(test);
	struct fixture *fixture = test->priv;
	struct {
		struct iphdr	ip;
		struct udphdr	udp;
	} packet = { .udp.source = htons(5), .udp.dest = htons(6) };
	const struct espah_flow *flow = &fixture->told_last.flow;
	struct sk_buff *skb;

	prepared(test);
	fixture_ip_header(&packet.ip, IPPROTO_UDP, sizeof(packet));
	packet.ip.version = one->version;
	packet.ip.ihl = one->ihl;
	packet.ip.frag_off = htons(one->frag_off);
	skb = fixture_skb(test, 0, &packet, one->len);
	espah_drops_add(en, NULL, skb, ESPAH_A_CNT_OUT_NO_SA);
	KUNIT_EXPECT_EQ(test, fixture->told, 1);
	KUNIT_EXPECT_EQ(test, flow->family, one->family);
	KUNIT_EXPECT_EQ(test, flow->has_upper, one->has_upper);
	KUNIT_EXPECT_EQ(test, fixture->told_last.len, one->len);
	if (!one->has_upper)
		return;
	KUNIT_EXPECT_EQ(test, flow->upper.src, 5);
	KUNIT_EXPECT_EQ(test, flow->upper.dst, 6);
}

/* Of a packet that is gone, the SA's ends are known. */
static void gone(struct kunit *test)
{
	struct espah_net *en = fixture_net(test);
	struct espah_sa_config config = fixture_sa_config(0x1234);
	struct espah_sa *sa = fixture_sa_add(en, &config);
	struct fixture *fixture = test->priv;
	const struct espah_dropped *told = &fixture->told_last;

	prepared(test);
	espah_drops_add(en, sa, NULL, ESPAH_A_CNT_OUT_SEND);
	KUNIT_EXPECT_TRUE(test, told->sa.spi == sa->id.spi);
	KUNIT_EXPECT_EQ(test, told->sa_index, sa->index);
	KUNIT_EXPECT_TRUE(test, espah_addr_equal(&told->flow.dst, &sa->id.dst));
	KUNIT_EXPECT_TRUE(test, espah_addr_equal(&told->flow.src, &sa->src));
	KUNIT_EXPECT_EQ(test, told->flow.proto, sa->id.proto);
	KUNIT_EXPECT_EQ(test, told->len, 0);
}

static void causes_have_names(struct kunit *test)
{
	unsigned int cause;

	for (cause = ESPAH_A_CNT_IN_OK; cause <= ESPAH_A_CNT_MAX; cause++)
		KUNIT_EXPECT_NOT_NULL(test, espah_cause_name(cause));
	KUNIT_EXPECT_EQ(test, espah_cause_reason(ESPAH_A_CNT_IN_NOMEM),
			SKB_DROP_REASON_NOMEM);
	KUNIT_EXPECT_EQ(test, espah_cause_reason(ESPAH_A_CNT_IN_ICV),
			SKB_DROP_REASON_NOT_SPECIFIED);
}

static struct kunit_case drops_cases[] = {
	KUNIT_CASE(nothing_without_room),
	KUNIT_CASE(nothing_yet),
	KUNIT_CASE(oldest_go_first),
	KUNIT_CASE(flood_is_bounded),
	KUNIT_CASE_PARAM(headers, shown_gen_params),
	KUNIT_CASE(gone),
	KUNIT_CASE(causes_have_names),
	{}
};

struct kunit_suite drops_suite = {
	.name		= "drops",
	.init		= fixture_init,
	.exit		= fixture_exit,
	.test_cases	= drops_cases,
};
