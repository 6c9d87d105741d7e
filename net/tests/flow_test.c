// SPDX-License-Identifier: GPL-2.0-only
/* What a packet shows to a selector: net/flow.c. */

#include <linux/ip.h>
#include <net/ip.h>

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

struct upper_case {
	const char	*name;
	u8		proto;
	u16		frag_off;
	u8		len;
	u8		octets[12];
	bool		has_upper;
	u16		src;
	u16		dst;
};

static const struct upper_case upper_cases[] = {
	{ "UDP", IPPROTO_UDP, 0, 8, { 1, 2, 3, 4 }, true, 0x102, 0x304 },
	{ "TCP, cut off behind its ports", IPPROTO_TCP, 0, 4, { 0, 80, 255, 255 },
	  true, 80, 65535 },
	{ "UDP, cut off in its ports", IPPROTO_UDP, 0, 3, { 1, 2, 3 } },
	{ "SCTP", IPPROTO_SCTP, 0, 12, { 0, 9, 0, 8 }, true, 9, 8 },
	{ "DCCP", IPPROTO_DCCP, 0, 12, { 0, 9, 0, 8 }, true, 9, 8 },
	{ "UDP-Lite", IPPROTO_UDPLITE, 0, 8, { 0, 9, 0, 8 }, true, 9, 8 },
	{ "a first fragment", IPPROTO_UDP, IP_MF, 8, { 1, 2, 3, 4 }, true, 0x102,
	  0x304 },
	{ "another fragment", IPPROTO_UDP, IP_MF | 1, 8, { 1, 2, 3, 4 } },
	{ "the last fragment", IPPROTO_UDP, 1, 8, { 1, 2, 3, 4 } },
	{ "DF", IPPROTO_UDP, IP_DF, 8, { 1, 2, 3, 4 }, true, 0x102, 0x304 },
	{ "ICMP", IPPROTO_ICMP, 0, 8, { 8, 3, 0xaa, 0xbb }, true, 0x803, 0 },
	{ "ICMP, cut off", IPPROTO_ICMP, 0, 1, { 8 } },
	{ "mobility", IPPROTO_MH, 0, 8, { 59, 0, 5, 0 }, true, 5, 0 },
	{ "mobility, cut off", IPPROTO_MH, 0, 2, { 59, 0 } },
	{ "GRE without a key", IPPROTO_GRE, 0, 12, { 0, 0, 8, 0, 1, 2, 3, 4 } },
	{ "GRE with a key", IPPROTO_GRE, 0, 12, { 0x20, 0, 8, 0, 1, 2, 3, 4 },
	  true, 0x102, 0x304 },
	{ "GRE with a checksum and a key", IPPROTO_GRE, 0, 12,
	  { 0xa0, 0, 8, 0, 9, 9, 9, 9, 1, 2, 3, 4 }, true, 0x102, 0x304 },
	{ "GRE, cut off in its key", IPPROTO_GRE, 0, 7,
	  { 0x20, 0, 8, 0, 1, 2, 3 } },
	{ "ESP", IPPROTO_ESP, 0, 12, { 1, 2, 3, 4 } },
};

static void upper_case_desc(const struct upper_case *upper, char *desc)
{
	strscpy(desc, upper->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(upper_case, upper_cases, upper_case_desc);

/* Behind options, in pages, and with the data anywhere. */
static void upper_layer(struct kunit *test)
{
	const struct upper_case *upper = test->param_value;
	struct {
		struct iphdr	iph;
		u8		options[4];
		u8		octets[12];
	} __packed packet = {};
	unsigned int before = offsetof(typeof(packet), octets);
	struct espah_flow flow;
	struct sk_buff *skb;

	fixture_ip_header(&packet.iph, upper->proto, before + upper->len);
	packet.iph.ihl = 6;
	packet.iph.frag_off = htons(upper->frag_off);
	memcpy(packet.octets, upper->octets, upper->len);
	skb = fixture_skb_paged(test, &packet, before + upper->len, before);
	memset(&flow, 0xff, sizeof(flow));
	espah_flow_of(skb, &flow);
	KUNIT_EXPECT_FALSE(test, flow.has_upper);
	__skb_pull(skb, 4);
	espah_flow_upper(skb, &flow);

	KUNIT_EXPECT_EQ(test, flow.has_upper, upper->has_upper);
	if (upper->has_upper) {
		KUNIT_EXPECT_EQ(test, flow.upper.src, upper->src);
		KUNIT_EXPECT_EQ(test, flow.upper.dst, upper->dst);
	}
}

/* RFC 4301 section 4.1: the DSCP matters to who sends, and to nobody else. */
static void class_and_interface(struct kunit *test)
{
	struct espah_flow flow;
	struct sk_buff *skb;
	struct iphdr iph;

	fixture_ip_header(&iph, IPPROTO_UDP, sizeof(iph));
	iph.tos = 46 << 2 | 3;
	skb = fixture_skb(test, 0, &iph, sizeof(iph));
	skb->skb_iif = 7;
	espah_flow_of(skb, &flow);
	espah_flow_narrow_out(skb, &flow);
	KUNIT_EXPECT_EQ(test, flow.classes, BIT_ULL(46));
	KUNIT_EXPECT_EQ(test, flow.ifindex, 0);
	espah_flow_narrow_in(skb, &flow);
	KUNIT_EXPECT_EQ(test, flow.classes, ~0ULL);
	KUNIT_EXPECT_EQ(test, flow.ifindex, 7);
}

static struct kunit_case flow_cases[] = {
	KUNIT_CASE(header_becomes_flow),
	KUNIT_CASE(every_protocol),
	KUNIT_CASE(data_may_have_moved_on),
	KUNIT_CASE_PARAM(upper_layer, upper_case_gen_params),
	KUNIT_CASE(class_and_interface),
	{}
};

struct kunit_suite flow_suite = {
	.name		= "flow",
	.test_cases	= flow_cases,
};
