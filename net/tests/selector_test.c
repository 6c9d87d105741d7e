// SPDX-License-Identifier: GPL-2.0-only
/* Does a flow match? Tables for net/selector.c. */

#include <linux/in.h>

#include "../selector.h"
#include "suites.h"

/* IPv4 in host byte order: a range on the left, an address on the right. */
struct range4 {
	const char	*name;
	u32		min;
	u32		max;
	u32		addr;
	bool		within;
};

static const struct range4 ranges4[] = {
	{ "one address", 0x0a090001, 0x0a090001, 0x0a090001, true },
	{ "one address, below", 0x0a090001, 0x0a090001, 0x0a090000, false },
	{ "one address, above", 0x0a090001, 0x0a090001, 0x0a090002, false },
	{ "lowest of a range", 0x0a090003, 0x0a090007, 0x0a090003, true },
	{ "inside a range", 0x0a090003, 0x0a090007, 0x0a090005, true },
	{ "highest of a range", 0x0a090003, 0x0a090007, 0x0a090007, true },
	{ "below a range", 0x0a090003, 0x0a090007, 0x0a090002, false },
	{ "above a range", 0x0a090003, 0x0a090007, 0x0a090008, false },
	{ "everything, 0", 0, 0xffffffff, 0, true },
	{ "everything, middle", 0, 0xffffffff, 0x80000000, true },
	{ "everything, end", 0, 0xffffffff, 0xffffffff, true },
	{ "only 0", 0, 0, 0, true },
	{ "only 0, 1", 0, 0, 1, false },
	{ "only the end", 0xffffffff, 0xffffffff, 0xffffffff, true },
	{ "only the end, before it", 0xffffffff, 0xffffffff, 0xfffffffe, false },
	{ "across the sign, last", 0x7fffffff, 0x80000000, 0x80000000, true },
	{ "across the sign, first", 0x7fffffff, 0x80000000, 0x7fffffff, true },
	{ "across the sign, after", 0x7fffffff, 0x80000000, 0x80000001, false },
	/* Where the order of octets in memory would say otherwise. */
	{ "octet order, inside", 0x010000ff, 0x02000000, 0x01ffffff, true },
	{ "octet order, outside", 0x01000002, 0x01000200, 0x02000001, false },
	{ "the wrong way round", 0x0a090007, 0x0a090003, 0x0a090005, false },
};

static void range4_desc(const struct range4 *range, char *desc)
{
	strscpy(desc, range->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(range4, ranges4, range4_desc);

static const struct espah_selector any4 = {
	.src_max	= { .v4 = htonl(0xffffffff) },
	.dst_max	= { .v4 = htonl(0xffffffff) },
	.family		= AF_INET,
};

static void source_range_v4(struct kunit *test)
{
	const struct range4 *range = test->param_value;
	struct espah_selector sel = any4;
	struct espah_flow flow = { .family = AF_INET, .proto = IPPROTO_UDP };

	sel.src_min = espah_addr4(htonl(range->min));
	sel.src_max = espah_addr4(htonl(range->max));
	flow.src = espah_addr4(htonl(range->addr));
	KUNIT_EXPECT_EQ(test, espah_selector_match(&sel, &flow), range->within);
}

static void destination_range_v4(struct kunit *test)
{
	const struct range4 *range = test->param_value;
	struct espah_selector sel = any4;
	struct espah_flow flow = { .family = AF_INET, .proto = IPPROTO_UDP };

	sel.dst_min = espah_addr4(htonl(range->min));
	sel.dst_max = espah_addr4(htonl(range->max));
	flow.dst = espah_addr4(htonl(range->addr));
	KUNIT_EXPECT_EQ(test, espah_selector_match(&sel, &flow), range->within);
}

/* Source and destination are not taken for each other. */
static void each_end_has_its_range(struct kunit *test)
{
	struct espah_selector sel = any4;
	struct espah_flow flow = { .family = AF_INET };

	sel.src_min = espah_addr4(htonl(1));
	sel.src_max = sel.src_min;
	sel.dst_min = espah_addr4(htonl(2));
	sel.dst_max = sel.dst_min;
	flow.src = sel.src_min;
	flow.dst = sel.dst_min;
	KUNIT_EXPECT_TRUE(test, espah_selector_match(&sel, &flow));
	flow.src = sel.dst_min;
	flow.dst = sel.src_min;
	KUNIT_EXPECT_FALSE(test, espah_selector_match(&sel, &flow));
}

struct range6 {
	const char	*name;
	u32		min[4];
	u32		max[4];
	u32		addr[4];
	bool		within;
};

static const struct range6 ranges6[] = {
	{ "one address", { 0x20010db8, 0, 0, 1 }, { 0x20010db8, 0, 0, 1 },
	  { 0x20010db8, 0, 0, 1 }, true },
	{ "one address, next", { 0x20010db8, 0, 0, 1 }, { 0x20010db8, 0, 0, 1 },
	  { 0x20010db8, 0, 0, 2 }, false },
	{ "prefix, first", { 0x20010db8 }, { 0x20010db8, ~0, ~0, ~0 },
	  { 0x20010db8 }, true },
	{ "prefix, last", { 0x20010db8 }, { 0x20010db8, ~0, ~0, ~0 },
	  { 0x20010db8, ~0, ~0, ~0 }, true },
	{ "prefix, before", { 0x20010db8 }, { 0x20010db8, ~0, ~0, ~0 },
	  { 0x20010db7, ~0, ~0, ~0 }, false },
	{ "prefix, after", { 0x20010db8 }, { 0x20010db8, ~0, ~0, ~0 },
	  { 0x20010db9 }, false },
	{ "the low words decide", { 1, 2, 3, 4 }, { 1, 2, 3, 8 },
	  { 1, 2, 3, 9 }, false },
	{ "the high words decide", { 1, 2, 3, 4 }, { 2, 0, 0, 0 },
	  { 1, 9, 9, 9 }, true },
	{ "everything, 0", {}, { ~0, ~0, ~0, ~0 }, {}, true },
	{ "everything, end", {}, { ~0, ~0, ~0, ~0 }, { ~0, ~0, ~0, ~0 }, true },
	{ "across the sign", { 0x7fffffff }, { 0x80000000 },
	  { 0x80000000 }, true },
	{ "octet order", { 0, 0, 0, 2 }, { 0, 0, 0, 0x200 },
	  { 0, 0, 0, 0x01000001 }, false },
};

static void range6_desc(const struct range6 *range, char *desc)
{
	strscpy(desc, range->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(range6, ranges6, range6_desc);

static union espah_addr addr6(const u32 *words)
{
	union espah_addr addr;
	int i;

	for (i = 0; i < 4; i++)
		addr.v6.s6_addr32[i] = htonl(words[i]);
	return addr;
}

static void either_range_v6(struct kunit *test)
{
	const struct range6 *range = test->param_value;
	struct espah_selector sel = { .family = AF_INET6 };
	struct espah_flow flow = { .family = AF_INET6, .proto = IPPROTO_TCP };

	sel.src_min = addr6(range->min);
	sel.src_max = addr6(range->max);
	flow.src = addr6(range->addr);
	KUNIT_EXPECT_EQ(test, espah_selector_match(&sel, &flow), range->within);

	swap(sel.src_min, sel.dst_min);
	swap(sel.src_max, sel.dst_max);
	swap(flow.src, flow.dst);
	KUNIT_EXPECT_EQ(test, espah_selector_match(&sel, &flow), range->within);
}

static void families_do_not_mix(struct kunit *test)
{
	struct espah_selector sel = any4;
	struct espah_flow flow = { .family = AF_INET6 };

	KUNIT_EXPECT_FALSE(test, espah_selector_match(&sel, &flow));
	sel.family = AF_INET6;
	flow.family = AF_INET;
	KUNIT_EXPECT_FALSE(test, espah_selector_match(&sel, &flow));
}

struct proto {
	u8	wanted;
	u8	seen;
	bool	matches;
};

/* 0 means any in a selector; the protocol 0 itself cannot be asked for. */
static const struct proto protos[] = {
	{ 0, 0, true }, { 0, 1, true }, { 0, 255, true },
	{ 17, 17, true }, { 17, 6, false }, { 17, 0, false },
	{ 255, 255, true }, { 255, 254, false }, { 1, 0, false },
};

static void proto_desc(const struct proto *proto, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "wants %u, sees %u",
		 proto->wanted, proto->seen);
}

KUNIT_ARRAY_PARAM(proto, protos, proto_desc);

static void protocol(struct kunit *test)
{
	const struct proto *proto = test->param_value;
	struct espah_flow flow = { .family = AF_INET, .proto = proto->seen };
	struct espah_selector sel = any4;

	sel.proto = proto->wanted;
	KUNIT_EXPECT_EQ(test, espah_selector_match(&sel, &flow), proto->matches);
}

struct upper {
	const char		*name;
	struct espah_upper	min;
	struct espah_upper	max;
	struct espah_upper	seen;
	bool			matches;
};

static const struct upper uppers[] = {
	{ "lowest of both", { 5, 7 }, { 6, 9 }, { 5, 7 }, true },
	{ "highest of both", { 5, 7 }, { 6, 9 }, { 6, 9 }, true },
	{ "source below", { 5, 7 }, { 6, 9 }, { 4, 8 }, false },
	{ "source above", { 5, 7 }, { 6, 9 }, { 7, 8 }, false },
	{ "destination below", { 5, 7 }, { 6, 9 }, { 5, 6 }, false },
	{ "destination above", { 5, 7 }, { 6, 9 }, { 5, 10 }, false },
	{ "the wrong way round", { 5, 7 }, { 5, 7 }, { 7, 5 }, false },
	{ "any, lowest", { 0, 0 }, { 65535, 65535 }, { 0, 0 }, true },
	{ "any, highest", { 0, 0 }, { 65535, 65535 }, { 65535, 65535 }, true },
	{ "across the sign", { 0x7fff, 0 }, { 0x8000, 0 }, { 0x8000, 0 }, true },
	{ "octet order", { 0x0100, 0 }, { 0x0200, 0 }, { 0x0003, 0 }, false },
};

static void upper_desc(const struct upper *upper, char *desc)
{
	strscpy(desc, upper->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(upper, uppers, upper_desc);

/* RFC 4301 section 4.4.1: what is not there is in no range, and only then OPAQUE. */
static void upper_layer(struct kunit *test)
{
	const struct upper *upper = test->param_value;
	struct espah_flow flow = {
		.family		= AF_INET,
		.proto		= IPPROTO_UDP,
		.has_upper	= true,
		.upper		= upper->seen,
	};
	struct espah_selector sel = any4;

	sel.proto = IPPROTO_UDP;
	sel.asks = ESPAH_ASKS_VALUES;
	sel.upper_min = upper->min;
	sel.upper_max = upper->max;
	KUNIT_EXPECT_EQ(test, espah_selector_match(&sel, &flow),
			upper->matches);
	sel.asks = ESPAH_ASKS_OPAQUE;
	KUNIT_EXPECT_FALSE(test, espah_selector_match(&sel, &flow));
	sel.asks = 0;
	KUNIT_EXPECT_TRUE(test, espah_selector_match(&sel, &flow));

	flow.has_upper = false;
	KUNIT_EXPECT_TRUE(test, espah_selector_match(&sel, &flow));
	sel.asks = ESPAH_ASKS_OPAQUE;
	KUNIT_EXPECT_TRUE(test, espah_selector_match(&sel, &flow));
	sel.asks = ESPAH_ASKS_VALUES;
	KUNIT_EXPECT_FALSE(test, espah_selector_match(&sel, &flow));
}

/* All that is asked for has to be so. */
static void each_thing_asked_for(struct kunit *test)
{
	struct espah_selector sel = any4;
	struct espah_flow flow = {
		.family		= AF_INET,
		.proto		= IPPROTO_UDP,
		.has_upper	= true,
		.upper		= { 1, 2 },
		.ifindex	= 3,
		.classes	= BIT_ULL(46),
	};
	int wrong;

	sel.proto = IPPROTO_UDP;
	sel.asks = ESPAH_ASKS_VALUES | ESPAH_ASKS_IFINDEX | ESPAH_ASKS_CLASSES;
	sel.upper_min = flow.upper;
	sel.upper_max = flow.upper;
	sel.ifindex = 3;
	sel.classes = BIT_ULL(63) | BIT_ULL(46);
	KUNIT_EXPECT_TRUE(test, espah_selector_match(&sel, &flow));
	for (wrong = 0; wrong < 4; wrong++) {
		struct espah_flow other = flow;

		other.upper.src += wrong == 0;
		other.ifindex += wrong == 1;
		other.classes <<= wrong == 2;
		other.src.v4 = wrong == 3 ? htonl(7) : 0;
		sel.src_max = espah_addr4(htonl(6));
		KUNIT_EXPECT_FALSE_MSG(test, espah_selector_match(&sel, &other),
				       "wrong %d", wrong);
	}
	/* Of what arrives, no class is asked for. */
	flow.classes = ~0ULL;
	KUNIT_EXPECT_TRUE(test, espah_selector_match(&sel, &flow));
	sel.asks = 0;
	flow.ifindex = 4;
	KUNIT_EXPECT_TRUE(test, espah_selector_match(&sel, &flow));
}

static void equal_compares_what_few_have(struct kunit *test)
{
	const struct espah_selector one = any4;
	struct espah_selector other = any4;
	u16 *values[] = {
		&other.upper_min.src, &other.upper_min.dst,
		&other.upper_max.src, &other.upper_max.dst,
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(values); i++) {
		++*values[i];
		KUNIT_EXPECT_FALSE_MSG(test, espah_selector_equal(&one, &other),
				       "value %d", i);
		--*values[i];
	}
	other.asks = ESPAH_ASKS_VALUES;
	KUNIT_EXPECT_FALSE(test, espah_selector_equal(&one, &other));
	other.asks = 0;
	other.ifindex = 1;
	KUNIT_EXPECT_FALSE(test, espah_selector_equal(&one, &other));
	other.ifindex = 0;
	other.classes = 1;
	KUNIT_EXPECT_FALSE(test, espah_selector_equal(&one, &other));
}

static void equal_compares_every_field(struct kunit *test)
{
	const struct espah_selector one = any4;
	struct espah_selector other = any4;
	union espah_addr *addrs[] = {
		&other.src_min, &other.src_max, &other.dst_min, &other.dst_max,
	};
	int i;

	KUNIT_EXPECT_TRUE(test, espah_selector_equal(&one, &other));
	for (i = 0; i < ARRAY_SIZE(addrs); i++) {
		addrs[i]->v6.s6_addr[15] ^= 1;
		KUNIT_EXPECT_FALSE_MSG(test, espah_selector_equal(&one, &other),
				       "address %d", i);
		addrs[i]->v6.s6_addr[15] ^= 1;
	}
	other.family = AF_INET6;
	KUNIT_EXPECT_FALSE(test, espah_selector_equal(&one, &other));
	other.family = one.family;
	other.proto = 255;
	KUNIT_EXPECT_FALSE(test, espah_selector_equal(&one, &other));
	other.proto = one.proto;
	KUNIT_EXPECT_TRUE(test, espah_selector_equal(&one, &other));
	equal_compares_what_few_have(test);
}

static void range_valid_v4(struct kunit *test)
{
	const struct range4 *range = test->param_value;
	union espah_addr min = espah_addr4(htonl(range->min));
	union espah_addr max = espah_addr4(htonl(range->max));

	KUNIT_EXPECT_EQ(test, espah_range_valid(&min, &max),
			range->min <= range->max);
	KUNIT_EXPECT_EQ(test, espah_range_valid(&max, &min),
			range->max <= range->min);
}

static void range_valid_v6(struct kunit *test)
{
	const struct range6 *range = test->param_value;
	union espah_addr min = addr6(range->min);
	union espah_addr max = addr6(range->max);

	KUNIT_EXPECT_TRUE(test, espah_range_valid(&min, &max));
	KUNIT_EXPECT_EQ(test, espah_range_valid(&max, &min),
			espah_addr_equal(&min, &max));
}

static struct kunit_case selector_cases[] = {
	KUNIT_CASE_PARAM(source_range_v4, range4_gen_params),
	KUNIT_CASE_PARAM(destination_range_v4, range4_gen_params),
	KUNIT_CASE(each_end_has_its_range),
	KUNIT_CASE_PARAM(either_range_v6, range6_gen_params),
	KUNIT_CASE(families_do_not_mix),
	KUNIT_CASE_PARAM(protocol, proto_gen_params),
	KUNIT_CASE_PARAM(upper_layer, upper_gen_params),
	KUNIT_CASE(each_thing_asked_for),
	KUNIT_CASE(equal_compares_every_field),
	KUNIT_CASE_PARAM(range_valid_v4, range4_gen_params),
	KUNIT_CASE_PARAM(range_valid_v6, range6_gen_params),
	{}
};

struct kunit_suite selector_suite = {
	.name		= "selector",
	.test_cases	= selector_cases,
};
