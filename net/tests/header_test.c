// SPDX-License-Identifier: GPL-2.0-only
/* What outer and inner header have of each other: net/header.c. */

#include <net/inet_ecn.h>
#include <net/ip.h>
#include <uapi/linux/espah.h>

#include "../header.h"
#include "suites.h"

#define NOECN		ESPAH_SA_FLAG_NOECN
#define DECAP_DSCP	ESPAH_SA_FLAG_DECAP_DSCP
#define NO_DF		ESPAH_SA_FLAG_NOPMTUDISC
#define NO_DSCP		ESPAH_SA_FLAG_DONT_ENCAP_DSCP
#define SET_DF		ESPAH_SA_FLAG_SET_DF
#define ROUTE		{}
#define TTL(n)		{ .has_ttl = true, .ttl = (n) }
#define DSCP(n)		{ .has_dscp = true, .dscp = (n) }

struct outward {
	const char		*name;
	struct espah_outer	outer;
	u32			flags;
	u8			tos;
	u8			ttl;
	u16			frag_off;
	u8			outer_tos;
	u8			outer_ttl;
	u16			outer_df;
};

static const struct outward outwards[] = {
	{ "all copied", ROUTE, 0, 0xbb, 5, IP_DF | 7, 0xbb, 0, IP_DF },
	{ "no DF to copy", ROUTE, 0, 0, 5, IP_MF, 0, 0, 0 },
	{ "no ECN", ROUTE, NOECN, 0xbb, 5, 0, 0xb8, 0, 0 },
	{ "no DSCP", ROUTE, NO_DSCP, 0xbb, 5, 0, 0x03, 0, 0 },
	{ "neither", ROUTE, NO_DSCP | NOECN, 0xff, 5, 0, 0, 0, 0 },
	{ "another DSCP", DSCP(10), 0, 0xba, 5, 0, 0x2a, 0, 0 },
	{ "highest DSCP", DSCP(63), 0, 0x01, 5, 0, 0xfd, 0, 0 },
	{ "DSCP 0", DSCP(0), 0, 0xb9, 5, 0, 0x01, 0, 0 },
	{ "another DSCP, no ECN", DSCP(10), NOECN, 0xbb, 5, 0, 0x28, 0, 0 },
	{ "another TTL", TTL(9), 0, 0, 255, 0, 0, 9, 0 },
	{ "highest TTL", TTL(255), 0, 0, 1, 0, 0, 255, 0 },
	{ "inner TTL", TTL(0), 0, 0, 77, 0, 0, 77, 0 },
	{ "inner TTL 0", TTL(0), 0, 0, 0, 0, 0, 0, 0 },
	{ "no DF", ROUTE, NO_DF, 0, 5, IP_DF, 0, 0, 0 },
	{ "DF where there was none", ROUTE, SET_DF, 0, 5, IP_MF, 0, 0, IP_DF },
	{ "DF where there was", ROUTE, SET_DF, 0, 5, IP_DF, 0, 0, IP_DF },
	{ "outward, decap-dscp says nothing", ROUTE, DECAP_DSCP, 0xbb, 5, IP_DF,
	  0xbb, 0, IP_DF },
};

static void outward_desc(const struct outward *outward, char *desc)
{
	strscpy(desc, outward->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(outward, outwards, outward_desc);

static void outer_of_inner(struct kunit *test)
{
	const struct outward *outward = test->param_value;
	__be16 frag_off = htons(outward->frag_off);
	struct espah_header header;

	header = espah_header_make(&outward->outer, outward->flags, true);
	KUNIT_EXPECT_EQ(test, espah_header_tos(&header, outward->tos),
			outward->outer_tos);
	KUNIT_EXPECT_EQ(test, espah_header_ttl(&header, outward->ttl),
			outward->outer_ttl);
	KUNIT_EXPECT_EQ(test, ntohs(espah_header_df(&header, frag_off)),
			outward->outer_df);

	header = espah_header_make(&outward->outer, outward->flags, false);
	KUNIT_EXPECT_EQ(test, ntohs(espah_header_df(&header, frag_off)),
			outward->flags & SET_DF ? IP_DF : 0);
	KUNIT_EXPECT_EQ(test, espah_header_tos(&header, outward->tos),
			outward->outer_tos);
}

struct label {
	const char		*name;
	struct espah_outer	outer;
	u32			expected;
	bool			by_flow;
};

static const struct label labels[] = {
	{ "copied", ROUTE, 0x12345 },
	{ "none", { .has_label = true }, 0 },
	{ "its own", { .has_label = true, .label = 0xabcde }, 0xabcde },
	{ "highest", { .has_label = true, .label = 0xfffff }, 0xfffff },
	{ "by flow", { .has_label = true, .label = ESPAH_FLOWLABEL_AUTO }, 0,
	  true },
};

static void label_desc(const struct label *label, char *desc)
{
	strscpy(desc, label->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(label, labels, label_desc);

static void label_of_inner(struct kunit *test)
{
	const struct label *label = test->param_value;
	struct espah_header header = espah_header_make(&label->outer, 0, true);

	KUNIT_EXPECT_EQ(test,
			ntohl(espah_header_label(&header, htonl(0x12345))),
			label->expected);
	KUNIT_EXPECT_EQ(test, header.label_auto, label->by_flow);
}

/* Figure 4 of RFC 6040 as it is written there, by rows. */
#define FIGURE_4	\
	"N N! N! X " \
	"0 0 1 C+ " \
	"1 1! 1 C+ " \
	"C C C! C "
/* In its order, which is not that of the numbers. */
static const u8 order[] = {
	INET_ECN_NOT_ECT, INET_ECN_ECT_0, INET_ECN_ECT_1, INET_ECN_CE,
};

static u8 codepoint(char c)
{
	switch (c) {
	case '0':
		return INET_ECN_ECT_0;
	case '1':
		return INET_ECN_ECT_1;
	case 'C':
		return INET_ECN_CE;
	default:
		return INET_ECN_NOT_ECT;
	}
}

static enum espah_ecn verdict(const char *at)
{
	if (*at == 'X')
		return ESPAH_ECN_DROP;
	if (at[1] == '!')
		return ESPAH_ECN_UNUSED;
	return at[1] == '+' ? ESPAH_ECN_MARKED : ESPAH_ECN_FINE;
}

static void check_inward(struct kunit *test, u32 flags, u8 inner, u8 outer,
			 u8 expected_tos, enum espah_ecn expected)
{
	const struct espah_outer none = {};
	struct espah_header header = espah_header_make(&none, flags, true);
	u8 tos = inner;

	KUNIT_EXPECT_EQ_MSG(test, espah_header_decap(&header, outer, &tos),
			    expected, "flags %u, inner %#x, outer %#x", flags,
			    inner, outer);
	KUNIT_EXPECT_EQ_MSG(test, tos, expected_tos,
			    "flags %u, inner %#x, outer %#x", flags, inner,
			    outer);
}

static void inner_of_outer(struct kunit *test)
{
	const char *at = FIGURE_4;
	int row, column;

	for (row = 0; row < 4; row++) {
		for (column = 0; column < 4; column++) {
			u8 inner = 0xb8 | order[row];
			u8 outer = 0x28 | order[column];
			u8 ecn = codepoint(*at);

			check_inward(test, 0, inner, outer, 0xb8 | ecn,
				     verdict(at));
			check_inward(test, DECAP_DSCP, inner, outer, 0x28 | ecn,
				     verdict(at));
			check_inward(test, NOECN, inner, outer, inner,
				     ESPAH_ECN_FINE);
			check_inward(test, NOECN | DECAP_DSCP, inner, outer,
				     0x28 | order[row], ESPAH_ECN_FINE);
			at = strchr(at, ' ') + 1;
		}
	}
	KUNIT_EXPECT_EQ(test, *at, '\0');
}

static struct kunit_case header_cases[] = {
	KUNIT_CASE_PARAM(outer_of_inner, outward_gen_params),
	KUNIT_CASE_PARAM(label_of_inner, label_gen_params),
	KUNIT_CASE(inner_of_outer),
	{}
};

struct kunit_suite header_suite = {
	.name		= "header",
	.test_cases	= header_cases,
};
