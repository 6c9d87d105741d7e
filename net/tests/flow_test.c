// SPDX-License-Identifier: GPL-2.0-only
/* What a packet shows to a selector: net/flow.c. */

#include <linux/ip.h>

#include "../flow.h"
#include "fixture.h"
#include "suites.h"

/* Whatever lay in the flow before, its unused octets are compared with others. */
static void header_becomes_flow(struct kunit *test)
{
	struct espah_flow flow, expected;
	struct iphdr iph;
	struct sk_buff *skb;

	fixture_ip_header(&iph, IPPROTO_UDP, sizeof(iph));
	skb = fixture_skb(test, 0, &iph, sizeof(iph));
	expected = fixture_flow(FIXTURE_A, FIXTURE_B, IPPROTO_UDP);
	memset(&flow, 0xff, sizeof(flow));
	espah_flow_of(skb, &flow);

	KUNIT_EXPECT_TRUE(test, espah_addr_equal(&flow.src, &expected.src));
	KUNIT_EXPECT_TRUE(test, espah_addr_equal(&flow.dst, &expected.dst));
	KUNIT_EXPECT_EQ(test, flow.family, AF_INET);
	KUNIT_EXPECT_EQ(test, flow.proto, IPPROTO_UDP);
}

static void every_protocol(struct kunit *test)
{
	struct espah_flow flow;
	struct sk_buff *skb;
	struct iphdr iph;
	int proto;

	fixture_ip_header(&iph, 0, sizeof(iph));
	skb = fixture_skb(test, 0, &iph, sizeof(iph));
	for (proto = 0; proto < 256; proto++) {
		ip_hdr(skb)->protocol = proto;
		espah_flow_of(skb, &flow);
		KUNIT_EXPECT_EQ(test, flow.proto, proto);
	}
}

/* The network header counts, wherever the data begins by now. */
static void data_may_have_moved_on(struct kunit *test)
{
	struct espah_flow flow;
	struct sk_buff *skb;
	struct iphdr iph;

	fixture_ip_header(&iph, IPPROTO_TCP, sizeof(iph));
	skb = fixture_skb(test, 0, &iph, sizeof(iph));
	__skb_pull(skb, sizeof(iph));
	espah_flow_of(skb, &flow);
	KUNIT_EXPECT_EQ(test, ntohl(flow.src.v4), FIXTURE_A);
	KUNIT_EXPECT_EQ(test, ntohl(flow.dst.v4), FIXTURE_B);
	KUNIT_EXPECT_EQ(test, flow.proto, IPPROTO_TCP);
}

static struct kunit_case flow_cases[] = {
	KUNIT_CASE(header_becomes_flow),
	KUNIT_CASE(every_protocol),
	KUNIT_CASE(data_may_have_moved_on),
	{}
};

struct kunit_suite flow_suite = {
	.name		= "flow",
	.test_cases	= flow_cases,
};
