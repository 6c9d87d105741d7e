// SPDX-License-Identifier: GPL-2.0-only
/* Outer and inner IP headers: net/encap.c. */

#include <linux/ip.h>
#include <net/inet_ecn.h>
#include <net/ip.h>

#include "../encap.h"
#include "fixture.h"
#include "suites.h"

#define HEADER	16
#define PAYLOAD	33

static struct espah_sa *tunnel_sa(struct kunit *test)
{
	struct espah_sa *sa = fixture_blank_sa(test);

	KUNIT_ASSERT_NOT_NULL(test, sa);
	sa->en = fixture_net(test);
	sa->header = espah_header_make(&sa->outer, 0, true);
	sa->mode = ESPAH_MODE_TUNNEL;
	sa->id.family = AF_INET;
	sa->id.proto = IPPROTO_ESP;
	sa->id.dst = espah_addr4(htonl(0xc0000202));
	sa->src = espah_addr4(htonl(0xc0000201));
	return sa;
}

/* With options (of any kind) in the header, 20 to 60 octets. */
static void transport_and_back(struct kunit *test)
{
	u8 octets[60 + PAYLOAD], *payload;
	struct iphdr *iph = (struct iphdr *)octets;
	const struct espah_sa *sa = tunnel_sa(test);
	struct sk_buff *skb;
	unsigned int ihl;

	for (ihl = 5; ihl <= 15; ihl++) {
		memset(octets, ihl, sizeof(octets));
		fixture_ip_header(iph, IPPROTO_UDP, ihl * 4 + PAYLOAD);
		iph->ihl = ihl;
		ip_send_check(iph);
		payload = octets + ihl * 4;
		skb = fixture_skb(test, HEADER, octets, ihl * 4 + PAYLOAD);

		KUNIT_EXPECT_EQ(test, espah_encap_transport4(&init_net, skb, sa,
							     HEADER),
				IPPROTO_UDP);
		KUNIT_EXPECT_EQ(test, ip_hdr(skb)->protocol, IPPROTO_ESP);
		KUNIT_EXPECT_EQ(test, ip_hdrlen(skb), ihl * 4);
		KUNIT_EXPECT_EQ(test, skb_network_offset(skb), -(ihl * 4));
		KUNIT_EXPECT_EQ(test, skb_transport_offset(skb), 0);
		KUNIT_EXPECT_EQ(test, skb->len, HEADER + PAYLOAD);
		KUNIT_EXPECT_EQ(test, memcmp(skb->data + HEADER, payload,
					     PAYLOAD), 0);

		__skb_pull(skb, HEADER);
		espah_decap_transport4(skb, IPPROTO_UDP);
		KUNIT_EXPECT_EQ(test, skb->len, ihl * 4 + PAYLOAD);
		KUNIT_EXPECT_EQ(test, memcmp(skb->data, octets, skb->len), 0);
		KUNIT_EXPECT_EQ(test, skb_network_offset(skb), 0);
		KUNIT_EXPECT_EQ(test, skb_transport_offset(skb), ihl * 4);
	}
}

/* The length is what is there now, and the sum is right again. */
static void decap_transport_mends_the_header(struct kunit *test)
{
	struct sk_buff *skb = fixture_skb(test, 0, NULL,
					  sizeof(struct iphdr) + HEADER + 10);

	fixture_ip_header(ip_hdr(skb), IPPROTO_ESP, skb->len + 30);
	__skb_pull(skb, sizeof(struct iphdr) + HEADER);
	espah_decap_transport4(skb, IPPROTO_ICMP);
	KUNIT_EXPECT_EQ(test, ip_hdr(skb)->protocol, IPPROTO_ICMP);
	KUNIT_EXPECT_EQ(test, ntohs(ip_hdr(skb)->tot_len), 30);
	KUNIT_EXPECT_TRUE(test, !ip_fast_csum(skb->data, 5));
}

struct outer {
	const char	*name;
	u8		tos;
	u16		frag_off;
	u8		hoplimit;
	u16		outer_frag_off;
};

static const struct outer outers[] = {
	{ "plain", 0, 0, 33, 0 },
	{ "DF is copied", 0, IP_DF, 1, IP_DF },
	{ "more fragments is not", 0, IP_MF, 255, 0 },
	{ "nor is an offset", 0, IP_MF | 185, 33, 0 },
	{ "DF of a last fragment", 0, IP_DF | 185, 33, IP_DF },
	{ "the evil bit stays inside", 0, IP_CE, 33, 0 },
	{ "DSCP is copied", 0xb8, 0, 33, 0 },
	{ "ECT(0) is copied", INET_ECN_ECT_0, IP_DF, 33, IP_DF },
	{ "ECT(1) is copied", INET_ECN_ECT_1, IP_DF, 33, IP_DF },
	/* RFC 6040 section 4.1, normal mode. */
	{ "CE is copied", INET_ECN_CE, IP_DF, 33, IP_DF },
	{ "all bits of TOS", 0xff, 0, 33, 0 },
};

static void outer_desc(const struct outer *outer, char *desc)
{
	strscpy(desc, outer->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(outer, outers, outer_desc);

static struct sk_buff *inner_packet(struct kunit *test, u8 tos, u16 frag_off,
				    unsigned int head)
{
	unsigned int len = sizeof(struct iphdr) + PAYLOAD;
	struct sk_buff *skb = fixture_skb(test, head, NULL, len);
	struct iphdr *iph = ip_hdr(skb);

	fixture_ip_header(iph, IPPROTO_UDP, len);
	iph->tos = tos;
	iph->frag_off = htons(frag_off);
	ip_send_check(iph);
	return skb;
}

static void outer_header_is_made(struct kunit *test)
{
	const struct outer *outer = test->param_value;
	unsigned int head = HEADER + sizeof(struct iphdr);
	struct sk_buff *skb = inner_packet(test, outer->tos, outer->frag_off,
					   head);
	struct dst_entry *route = fixture_route(test, outer->hoplimit, 0);
	const struct espah_sa *sa = tunnel_sa(test);
	struct iphdr inner = *ip_hdr(skb);
	const struct iphdr *iph;

	skb_dst_set(skb, dst_clone(route));
	memset(skb->cb, 0xff, sizeof(skb->cb));
	rcu_read_lock();
	KUNIT_EXPECT_EQ(test, espah_encap_tunnel4(&init_net, skb, sa, HEADER),
			IPPROTO_IPIP);
	rcu_read_unlock();

	iph = ip_hdr(skb);
	KUNIT_EXPECT_TRUE(test, iph->version == 4);
	KUNIT_EXPECT_TRUE(test, iph->ihl == 5);
	KUNIT_EXPECT_EQ(test, iph->tos, outer->tos);
	KUNIT_EXPECT_EQ(test, ntohs(iph->frag_off), outer->outer_frag_off);
	KUNIT_EXPECT_EQ(test, iph->ttl, outer->hoplimit);
	KUNIT_EXPECT_EQ(test, iph->protocol, IPPROTO_ESP);
	KUNIT_EXPECT_EQ(test, ntohl(iph->saddr), 0xc0000201);
	KUNIT_EXPECT_EQ(test, ntohl(iph->daddr), 0xc0000202);
	if (outer->outer_frag_off)
		KUNIT_EXPECT_TRUE(test, !iph->id);

	KUNIT_EXPECT_EQ(test, skb_network_offset(skb), -20);
	KUNIT_EXPECT_EQ(test, skb_transport_offset(skb), 0);
	KUNIT_EXPECT_EQ(test, IPCB(skb)->flags, 0);
	KUNIT_EXPECT_EQ(test, skb->len, HEADER + sizeof(inner) + PAYLOAD);
	KUNIT_EXPECT_EQ(test, memcmp(skb->data + HEADER, &inner,
				     sizeof(inner)), 0);
}

/* What may be fragmented needs an identification, and another each time. */
static void fragments_can_be_told_apart(struct kunit *test)
{
	struct dst_entry *route = fixture_route(test, 0, 0);
	const struct espah_sa *sa = tunnel_sa(test);
	struct sk_buff *skb;
	__be16 ids[2];
	int i;

	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		skb = inner_packet(test, 0, 0, HEADER + sizeof(struct iphdr));
		skb_dst_set(skb, dst_clone(route));
		rcu_read_lock();
		espah_encap_tunnel4(&init_net, skb, sa, HEADER);
		rcu_read_unlock();
		ids[i] = ip_hdr(skb)->id;
	}
	KUNIT_EXPECT_TRUE(test, ids[0] != ids[1]);
}

/* RFC 6040 section 4.2, figure 4; -1 is "drop". */
static const s8 ecn[4][4] = {
	[INET_ECN_NOT_ECT] = {
		[INET_ECN_NOT_ECT]	= INET_ECN_NOT_ECT,
		[INET_ECN_ECT_0]	= INET_ECN_NOT_ECT,
		[INET_ECN_ECT_1]	= INET_ECN_NOT_ECT,
		[INET_ECN_CE]		= -1,
	},
	[INET_ECN_ECT_0] = {
		[INET_ECN_NOT_ECT]	= INET_ECN_ECT_0,
		[INET_ECN_ECT_0]	= INET_ECN_ECT_0,
		[INET_ECN_ECT_1]	= INET_ECN_ECT_1,
		[INET_ECN_CE]		= INET_ECN_CE,
	},
	[INET_ECN_ECT_1] = {
		[INET_ECN_NOT_ECT]	= INET_ECN_ECT_1,
		[INET_ECN_ECT_0]	= INET_ECN_ECT_1,
		[INET_ECN_ECT_1]	= INET_ECN_ECT_1,
		[INET_ECN_CE]		= INET_ECN_CE,
	},
	[INET_ECN_CE] = {
		[INET_ECN_NOT_ECT]	= INET_ECN_CE,
		[INET_ECN_ECT_0]	= INET_ECN_CE,
		[INET_ECN_ECT_1]	= INET_ECN_CE,
		[INET_ECN_CE]		= INET_ECN_CE,
	},
};

/* A tunnelled packet as it is after decryption: outer header, then the data. */
static struct sk_buff *tunnelled(struct kunit *test, const void *inner,
				 unsigned int len, u8 outer_tos)
{
	struct sk_buff *skb = fixture_skb(test, sizeof(struct iphdr), inner,
					  len);

	__skb_push(skb, sizeof(struct iphdr));
	skb_reset_network_header(skb);
	fixture_ip_header(ip_hdr(skb), IPPROTO_ESP, skb->len);
	ip_hdr(skb)->tos = outer_tos;
	__skb_pull(skb, sizeof(struct iphdr));
	return skb;
}

/* The outer DSCP ends with the tunnel, the inner one stays (RFC 4301 5.1.2.1). */
static void check_ecn(struct kunit *test, struct espah_sa *sa,
		      unsigned int inner, unsigned int outer, u8 dscp)
{
	struct sk_buff *skb = inner_packet(test, dscp | inner, IP_DF, 0);
	s8 expected = ecn[inner][outer];
	unsigned int cause;

	skb = tunnelled(test, skb->data, skb->len, (u8)~dscp << 2 | outer);
	cause = espah_decap_tunnel(skb, sa, IPPROTO_IPIP);
	if (expected < 0) {
		KUNIT_EXPECT_EQ_MSG(test, cause, ESPAH_A_CNT_IN_ECN,
				    "inner %u, outer %u", inner, outer);
		return;
	}
	KUNIT_EXPECT_EQ_MSG(test, cause, 0, "inner %u, outer %u", inner, outer);
	KUNIT_EXPECT_EQ_MSG(test, ip_hdr(skb)->tos, dscp | expected,
			    "inner %u, outer %u", inner, outer);
	KUNIT_EXPECT_TRUE_MSG(test, !ip_fast_csum(ip_hdr(skb), 5),
			      "inner %u, outer %u", inner, outer);
}

static void ecn_by_rfc_6040(struct kunit *test)
{
	struct espah_sa *sa = tunnel_sa(test);
	unsigned int inner, outer;

	for (inner = 0; inner < 4; inner++) {
		for (outer = 0; outer < 4; outer++) {
			check_ecn(test, sa, inner, outer, 0);
			check_ecn(test, sa, inner, outer, 0xfc);
			check_ecn(test, sa, inner, outer, 0xb8);
		}
	}
	/* Three times what has a "C" that was none, and what has marks of exclamation. */
	KUNIT_EXPECT_EQ(test, espah_tally_read(&sa->tally, ESPAH_A_CNT_IN_ECN_MARKED),
			3 * 2);
	KUNIT_EXPECT_EQ(test, espah_counter_read(sa->en, ESPAH_A_CNT_IN_ECN_MARKED),
			3 * 2);
	KUNIT_EXPECT_EQ(test, espah_tally_read(&sa->tally, ESPAH_A_CNT_IN_ECN_UNUSED),
			3 * 4);
	KUNIT_EXPECT_EQ(test, espah_counter_read(sa->en, ESPAH_A_CNT_IN_ECN_UNUSED),
			3 * 4);
}

struct inner {
	const char	*name;
	u8		version;
	u8		ihl;
	u16		tot_len;
	/* What is there. */
	u16		len;
	bool		bad_sum;
	bool		sane;
};

static const struct inner inners[] = {
	{ "least", 4, 5, 20, 20, false, true },
	{ "with payload", 4, 5, 53, 53, false, true },
	{ "with all options", 4, 15, 60, 60, false, true },
	{ "followed by padding", 4, 5, 20, 100, false, true },
	{ "nothing", 4, 5, 20, 0, false, false },
	{ "header cut short", 4, 5, 20, 19, false, false },
	{ "options cut short", 4, 15, 60, 59, false, false },
	{ "version 6", 6, 5, 40, 40, false, false },
	{ "version 0", 0, 5, 40, 40, false, false },
	{ "header length 0", 4, 0, 40, 40, false, false },
	{ "header length 4", 4, 4, 40, 40, false, false },
	{ "shorter than its header", 4, 5, 19, 40, false, false },
	{ "shorter than its options", 4, 6, 23, 40, false, false },
	{ "length 0", 4, 5, 0, 40, false, false },
	{ "longer than what came", 4, 5, 41, 40, false, false },
	{ "longest on little", 4, 5, 65535, 40, false, false },
	{ "wrong sum", 4, 5, 40, 40, true, false },
	{ "wrong sum, options", 4, 15, 60, 60, true, false },
};

static void inner_desc(const struct inner *inner, char *desc)
{
	strscpy(desc, inner->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(inner, inners, inner_desc);

static void make_inner(const struct inner *inner, u8 *octets)
{
	struct iphdr *iph = (struct iphdr *)octets;

	fixture_ip_header(iph, IPPROTO_UDP, inner->tot_len);
	iph->version = inner->version;
	iph->ihl = inner->ihl;
	/* The sum of less than a header is not computed. */
	if (inner->ihl >= 5)
		ip_send_check(iph);
	if (inner->bad_sum)
		iph->check = ~iph->check;
}

static void check_inner(struct kunit *test, const struct inner *inner,
			struct sk_buff *skb)
{
	unsigned int expected = inner->sane ? 0 : ESPAH_A_CNT_IN_INNER_HEADER;

	KUNIT_ASSERT_EQ(test, espah_decap_tunnel(skb, tunnel_sa(test), IPPROTO_IPIP),
			expected);
	if (!inner->sane)
		return;
	KUNIT_EXPECT_EQ(test, skb_network_offset(skb), 0);
	KUNIT_EXPECT_EQ(test, skb->len, inner->tot_len);
	KUNIT_EXPECT_TRUE(test, skb->protocol == htons(ETH_P_IP));
	KUNIT_EXPECT_GE(test, skb_headlen(skb), inner->ihl * 4);
}

static void inner_header(struct kunit *test)
{
	const struct inner *inner = test->param_value;
	u8 octets[100] = {};

	make_inner(inner, octets);
	check_inner(test, inner, tunnelled(test, octets, inner->len, 0));
}

/* The inner header may be anywhere in the packet's memory. */
static void inner_header_in_a_page(struct kunit *test)
{
	const struct inner *inner = test->param_value;
	u8 octets[sizeof(struct iphdr) + 100] = {};
	struct sk_buff *skb;
	unsigned int linear;

	fixture_ip_header((struct iphdr *)octets, IPPROTO_ESP, sizeof(octets));
	make_inner(inner, octets + sizeof(struct iphdr));
	for (linear = 0; linear < inner->len; linear += 7) {
		skb = fixture_skb_paged(test, octets,
					sizeof(struct iphdr) + inner->len,
					sizeof(struct iphdr) + linear);
		__skb_pull(skb, sizeof(struct iphdr));
		check_inner(test, inner, skb);
	}
}

static void only_ip_comes_out(struct kunit *test)
{
	struct espah_sa *sa = tunnel_sa(test);
	struct sk_buff *skb;
	int next;

	for (next = 0; next < 256; next++) {
		if (next == IPPROTO_IPIP || next == IPPROTO_IPV6)
			continue;
		skb = inner_packet(test, 0, 0, 0);
		skb = tunnelled(test, skb->data, skb->len, 0);
		KUNIT_EXPECT_EQ_MSG(test, espah_decap_tunnel(skb, sa, next),
				    ESPAH_A_CNT_IN_NEXT_HEADER, "next %d", next);
	}
}

static struct kunit_case encap_cases[] = {
	KUNIT_CASE(transport_and_back),
	KUNIT_CASE(decap_transport_mends_the_header),
	KUNIT_CASE_PARAM(outer_header_is_made, outer_gen_params),
	KUNIT_CASE(fragments_can_be_told_apart),
	KUNIT_CASE(ecn_by_rfc_6040),
	KUNIT_CASE_PARAM(inner_header, inner_gen_params),
	KUNIT_CASE_PARAM(inner_header_in_a_page, inner_gen_params),
	KUNIT_CASE(only_ip_comes_out),
	{}
};

struct kunit_suite encap_suite = {
	.name		= "encap",
	.init		= fixture_init,
	.exit		= fixture_exit,
	.test_cases	= encap_cases,
};
