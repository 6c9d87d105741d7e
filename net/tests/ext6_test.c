// SPDX-License-Identifier: GPL-2.0-only
/* IPv6 extension headers: net/ext6.c, and what net/flow.c makes of them. */

#include <linux/ipv6.h>
#include <net/ipv6.h>
#include <net/ndisc.h>

#include "../ext6.h"
#include "../flow.h"
#include "fixture.h"
#include "suites.h"

/* A chain of headers as octets; the IPv6 header names the first. */
struct chain {
	const char		*name;
	u8			first;
	u8			octets[32];
	unsigned int		len;
	struct espah_ext6	ext;
};

#define HBH	NEXTHDR_HOP
#define RH	NEXTHDR_ROUTING
#define DST	NEXTHDR_DEST
#define FRAG	NEXTHDR_FRAGMENT
#define UDP	IPPROTO_UDP

static const struct chain chains[] = {
	{ "none", UDP, {}, 8, { 40, 6, 40, UDP } },
	{ "none, and no payload", UDP, {}, 0, { 40, 6, 40, UDP } },
	{ "no next header", NEXTHDR_NONE, {}, 0, { 40, 6, 40, NEXTHDR_NONE } },
	{ "AH is a protocol", IPPROTO_AH, { UDP, 4 }, 24,
	  { 40, 6, 40, IPPROTO_AH } },
	{ "ESP is a protocol", IPPROTO_ESP, {}, 24, { 40, 6, 40, IPPROTO_ESP } },
	{ "hop-by-hop", HBH, { UDP, 0 }, 16, { 48, 40, 48, UDP } },
	{ "hop-by-hop of 16", HBH, { UDP, 1 }, 24, { 56, 40, 56, UDP } },
	{ "routing", RH, { UDP, 1 }, 24, { 56, 40, 56, UDP } },
	{ "destination options are protected", DST, { UDP, 0 }, 16,
	  { 40, 6, 48, UDP } },
	{ "destination options for routers", DST, { RH, 0, [8] = UDP, 0 }, 24,
	  { 56, 48, 56, UDP } },
	{ "both", DST, { RH, 0, [8] = DST, 0, [16] = UDP, 0 }, 32,
	  { 56, 48, 64, UDP } },
	{ "hop-by-hop and destination options", HBH, { DST, 0, [8] = UDP, 0 },
	  24, { 48, 40, 56, UDP } },
	{ "first fragment", FRAG, { UDP, 0, 0, 1 }, 16, { 40, 6, 48, UDP, true } },
	{ "middle fragment", FRAG, { UDP, 0, 1, 1 }, 16,
	  { 40, 6, 48, UDP, true, true } },
	{ "last fragment", FRAG, { UDP, 0, 1, 0 }, 16,
	  { 40, 6, 48, UDP, true, true } },
	{ "fragment that is whole", FRAG, { UDP, 0, 0, 0 }, 16,
	  { 40, 6, 48, UDP } },
	{ "reserved bits of a fragment header", FRAG, { UDP, 0xff, 0, 6 }, 16,
	  { 40, 6, 48, UDP } },
	{ "first fragment, options in it", FRAG, { DST, 0, 0, 1, [8] = UDP, 0 },
	  24, { 40, 6, 56, UDP, true } },
	{ "middle fragment of options", FRAG, { DST, 0, 1, 1, [8] = UDP, 0 }, 24,
	  { 40, 6, 48, DST, true, true } },
	{ "hop-by-hop, then fragment", HBH, { FRAG, 0, [8] = UDP, 0, 1, 0 }, 24,
	  { 48, 40, 56, UDP, true, true } },
	{ "longer than the packet", HBH, { UDP, 3 }, 24, { 40, 6, 40, HBH } },
	{ "broken off", HBH, { UDP, 0 }, 7, { 40, 6, 40, HBH } },
	{ "broken off behind another", HBH, { DST, 0, [8] = UDP }, 12,
	  { 48, 40, 48, DST } },
};

static void chain_desc(const struct chain *chain, char *desc)
{
	strscpy(desc, chain->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(chain, chains, chain_desc);

static void make_header(struct ipv6hdr *iph, u8 next, unsigned int len)
{
	memset(iph, 0, sizeof(*iph));
	iph->version = 6;
	iph->payload_len = htons(len);
	iph->nexthdr = next;
	iph->hop_limit = 64;
	iph->saddr.s6_addr[0] = 0xfd;
	iph->saddr.s6_addr[15] = 1;
	iph->daddr.s6_addr[0] = 0xfd;
	iph->daddr.s6_addr[15] = 2;
}

static void check_chain(struct kunit *test, const struct chain *chain,
			unsigned int linear)
{
	u8 octets[sizeof(struct ipv6hdr) + sizeof(chain->octets)];
	unsigned int len = sizeof(struct ipv6hdr) + chain->len;
	struct espah_flow flow;
	struct espah_ext6 ext;
	struct sk_buff *skb;

	make_header((struct ipv6hdr *)octets, chain->first, chain->len);
	memcpy(octets + sizeof(struct ipv6hdr), chain->octets, chain->len);
	skb = linear < len ? fixture_skb_paged(test, octets, len, linear) :
			     fixture_skb(test, 0, octets, len);
	espah_ext6_walk(skb, &ext);
	KUNIT_EXPECT_EQ(test, ext.front, chain->ext.front);
	KUNIT_EXPECT_EQ(test, ext.front_next, chain->ext.front_next);
	KUNIT_EXPECT_EQ(test, ext.upper, chain->ext.upper);
	KUNIT_EXPECT_EQ(test, ext.proto, chain->ext.proto);
	KUNIT_EXPECT_EQ(test, ext.fragment, chain->ext.fragment);
	KUNIT_EXPECT_EQ(test, ext.headless, chain->ext.headless);

	memset(&flow, 0xff, sizeof(flow));
	espah_flow_of(skb, &flow);
	KUNIT_EXPECT_EQ(test, flow.family, AF_INET6);
	KUNIT_EXPECT_EQ(test, flow.proto, chain->ext.proto);
	KUNIT_EXPECT_EQ(test, memcmp(&flow.src, octets + 8, 16), 0);
	KUNIT_EXPECT_EQ(test, memcmp(&flow.dst, octets + 24, 16), 0);

	/* The data may have moved on, as in the receive path. */
	__skb_pull(skb, sizeof(struct ipv6hdr));
	espah_ext6_walk(skb, &ext);
	KUNIT_EXPECT_EQ(test, ext.upper, chain->ext.upper);
	KUNIT_EXPECT_EQ(test, ext.proto, chain->ext.proto);
}

static void chains_are_walked(struct kunit *test)
{
	check_chain(test, test->param_value, UINT_MAX);
}

/* The headers may be anywhere in the packet's memory, but for the first. */
static void chains_in_a_page(struct kunit *test)
{
	const struct chain *chain = test->param_value;
	unsigned int at;

	for (at = 0; at < chain->len; at += 3)
		check_chain(test, chain, sizeof(struct ipv6hdr) + at);
}

/* A chain cannot be longer than the packet, however it begins. */
static void longest_chain(struct kunit *test)
{
	unsigned int len = 1280, i;
	struct sk_buff *skb = fixture_skb(test, 0, NULL, len);
	struct espah_ext6 ext;

	make_header(ipv6_hdr(skb), DST, len - sizeof(struct ipv6hdr));
	for (i = sizeof(struct ipv6hdr); i < len; i += 8)
		skb->data[i] = DST;
	espah_ext6_walk(skb, &ext);
	KUNIT_EXPECT_EQ(test, ext.upper, len);
	KUNIT_EXPECT_EQ(test, ext.front, sizeof(struct ipv6hdr));
	KUNIT_EXPECT_EQ(test, ext.proto, DST);
}

static bool is_neighbour(struct kunit *test, u8 next, u8 hop_limit, u8 type)
{
	struct sk_buff *skb = fixture_skb(test, 0, NULL,
					  sizeof(struct ipv6hdr) + 8);

	make_header(ipv6_hdr(skb), next, 8);
	ipv6_hdr(skb)->hop_limit = hop_limit;
	skb->data[sizeof(struct ipv6hdr)] = type;
	return espah_ext6_neighbour(skb);
}

static void neighbour_discovery(struct kunit *test)
{
	unsigned int type;
	struct sk_buff *skb;

	for (type = 0; type < 256; type++)
		KUNIT_EXPECT_EQ_MSG(test,
				    is_neighbour(test, IPPROTO_ICMPV6, 255, type),
				    type >= 133 && type <= 137, "type %u", type);
	KUNIT_EXPECT_FALSE(test, is_neighbour(test, IPPROTO_ICMPV6, 254, 135));
	KUNIT_EXPECT_FALSE(test, is_neighbour(test, IPPROTO_UDP, 255, 135));

	skb = fixture_skb(test, 0, NULL, sizeof(struct ipv6hdr));
	make_header(ipv6_hdr(skb), IPPROTO_ICMPV6, 0);
	ipv6_hdr(skb)->hop_limit = 255;
	KUNIT_EXPECT_FALSE(test, espah_ext6_neighbour(skb));
}

struct listener {
	const char	*name;
	u8		hop_limit;
	u8		saddr[2];
	u8		octets[32];
	bool		exempt;
};

static const struct listener listeners[] = {
	{ "query", 1, { 0xfe, 0x80 },
	  { IPPROTO_ICMPV6, 0, 5, 2, [6] = 1, [8] = 130 }, true },
	{ "report", 1, { 0xfe, 0x80 },
	  { IPPROTO_ICMPV6, 0, 5, 2, [6] = 1, [8] = 131 }, true },
	{ "done", 1, { 0xfe, 0x80 },
	  { IPPROTO_ICMPV6, 0, 5, 2, [6] = 1, [8] = 132 }, true },
	{ "report of version 2", 1, { 0xfe, 0x80 },
	  { IPPROTO_ICMPV6, 0, 5, 2, [6] = 1, [8] = 143 }, true },
	{ "without an address yet", 1, {}, { IPPROTO_ICMPV6, 0, 5, 2, [6] = 1, [8] = 143 }, true },
	{ "from another link", 1, { 0xfd }, { IPPROTO_ICMPV6, 0, 5, 2, [6] = 1, [8] = 130 } },
	{ "may go further", 2, { 0xfe, 0x80 },
	  { IPPROTO_ICMPV6, 0, 5, 2, [6] = 1, [8] = 130 } },
	{ "of a router", 255, { 0xfe, 0x80 },
	  { IPPROTO_ICMPV6, 0, 5, 2, [6] = 1, [8] = 130 } },
	{ "echo", 1, { 0xfe, 0x80 },
	  { IPPROTO_ICMPV6, 0, 5, 2, [6] = 1, [8] = 128 } },
	{ "neighbour discovery", 1, { 0xfe, 0x80 },
	  { IPPROTO_ICMPV6, 0, 5, 2, [6] = 1, [8] = 135 } },
	{ "below", 1, { 0xfe, 0x80 },
	  { IPPROTO_ICMPV6, 0, 5, 2, [6] = 1, [8] = 129 } },
	{ "another protocol", 1, { 0xfe, 0x80 }, { UDP, 0, [8] = 130 } },
	{ "more options", 1, { 0xfe, 0x80 },
	  { IPPROTO_ICMPV6, 1, [16] = 130 } },
	{ "a fragment", 1, { 0xfe, 0x80 },
	  { FRAG, 0, [8] = IPPROTO_ICMPV6, 0, 0, 1, [16] = 130 } },
	{ "broken off", 1, { 0xfe, 0x80 }, { IPPROTO_ICMPV6, 9, [8] = 130 } },
};

static void listener_desc(const struct listener *listener, char *desc)
{
	strscpy(desc, listener->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(listener, listeners, listener_desc);

static void listener_discovery(struct kunit *test)
{
	const struct listener *listener = test->param_value;
	struct sk_buff *skb;
	struct ipv6hdr *iph;

	skb = fixture_skb(test, 0, NULL,
			  sizeof(*iph) + sizeof(listener->octets));
	iph = ipv6_hdr(skb);
	make_header(iph, HBH, sizeof(listener->octets));
	iph->hop_limit = listener->hop_limit;
	memset(&iph->saddr, 0, sizeof(iph->saddr));
	memcpy(&iph->saddr, listener->saddr, sizeof(listener->saddr));
	memcpy(iph + 1, listener->octets, sizeof(listener->octets));
	KUNIT_EXPECT_EQ(test, espah_ext6_neighbour(skb), listener->exempt);
}

struct way {
	const char	*name;
	u8		first;
	u8		octets[48];
	unsigned int	len;
	/* Last octet of the final destination, or 0. */
	u8		last;
};

static const struct way ways[] = {
	{ "no routing header", UDP, {}, 24 },
	{ "other options", DST, { UDP, 0 }, 24 },
	{ "segments", RH, { UDP, 2, 4, 1, [8] = 0xfd, [23] = 9 }, 32, 9 },
	{ "more segments than one", RH, { UDP, 2, 4, 3, [8] = 0xfd, [23] = 8 }, 32, 8 },
	{ "the last segment", RH, { UDP, 2, 4, 0, [8] = 0xfd, [23] = 9 }, 32 },
	{ "mobility", RH, { UDP, 2, 2, 1, [8] = 0xfd, [23] = 7 }, 32, 7 },
	{ "deprecated", RH, { UDP, 2, 0, 1, [8] = 0xfd, [23] = 9 }, 32 },
	{ "compressed", RH, { UDP, 2, 3, 1, [8] = 0xfd, [23] = 9 }, 32 },
	{ "behind options", HBH, { RH, 0, [8] = UDP, 2, 4, 1, [16] = 0xfd,
				 [31] = 9 }, 40, 9 },
	{ "broken off", RH, { UDP, 2, 4, 1, [8] = 0xfd, [23] = 9 }, 23 },
};

static void way_desc(const struct way *way, char *desc)
{
	strscpy(desc, way->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(way, ways, way_desc);

/* Of what leaves; of what comes and of what is only passed on, the next hop counts. */
static void policies_see_the_end(struct kunit *test)
{
	const struct way *way = test->param_value;
	u8 octets[sizeof(struct ipv6hdr) + sizeof(way->octets)] = {};
	struct ipv6hdr *iph = (struct ipv6hdr *)octets;
	struct espah_flow flow;
	struct sk_buff *skb;

	iph->version = 6;
	iph->nexthdr = way->first;
	iph->payload_len = htons(way->len);
	iph->daddr.s6_addr[15] = 1;
	memcpy(iph + 1, way->octets, way->len);
	skb = fixture_skb(test, 0, octets, sizeof(*iph) + way->len);
	memset(skb->cb, 0, sizeof(skb->cb));

	espah_flow_leaving(skb, &flow);
	KUNIT_EXPECT_EQ(test, flow.dst.v6.s6_addr[15], way->last ?: 1);
	KUNIT_EXPECT_EQ(test, flow.dst.v6.s6_addr[0], way->last ? 0xfd : 0);
	espah_flow_of(skb, &flow);
	KUNIT_EXPECT_EQ(test, flow.dst.v6.s6_addr[15], 1);
	IP6CB(skb)->flags = IP6SKB_FORWARDED;
	espah_flow_leaving(skb, &flow);
	KUNIT_EXPECT_EQ(test, flow.dst.v6.s6_addr[15], 1);
}

static struct kunit_case ext6_cases[] = {
	KUNIT_CASE_PARAM(chains_are_walked, chain_gen_params),
	KUNIT_CASE_PARAM(chains_in_a_page, chain_gen_params),
	KUNIT_CASE(longest_chain),
	KUNIT_CASE(neighbour_discovery),
	KUNIT_CASE_PARAM(listener_discovery, listener_gen_params),
	KUNIT_CASE_PARAM(policies_see_the_end, way_gen_params),
	{}
};

struct kunit_suite ext6_suite = {
	.name		= "ext6",
	.test_cases	= ext6_cases,
};
