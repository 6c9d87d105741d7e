// SPDX-License-Identifier: GPL-2.0-only
/* Addresses and selectors as attributes: net/netlink_attr.c. */

#include <linux/in.h>

#include "../netlink_attr.h"
#include "fixture.h"
#include "suites.h"

/* The attribute number that the selectors here have; any will do. */
#define NEST	5

static struct sk_buff *message(struct kunit *test)
{
	struct sk_buff *skb = fixture_skb(test, 0, NULL, 512);

	skb_trim(skb, 0);
	return skb;
}

static struct espah_selector selector4(void)
{
	struct espah_selector sel = {
		.src_min	= espah_addr4(htonl(0x0a090000)),
		.src_max	= espah_addr4(htonl(0x0a0900ff)),
		.dst_min	= espah_addr4(htonl(0)),
		.dst_max	= espah_addr4(htonl(~0)),
		.family		= AF_INET,
		.proto		= IPPROTO_UDP,
	};

	return sel;
}

static struct espah_selector selector6(void)
{
	struct espah_selector sel = { .family = AF_INET6 };

	sel.src_min.v6.s6_addr32[0] = htonl(0x20010db8);
	sel.src_max = sel.src_min;
	sel.src_max.v6.s6_addr32[3] = htonl(~0);
	memset(&sel.dst_max, 0xff, sizeof(sel.dst_max));
	return sel;
}

static void check_round_trip(struct kunit *test,
			     const struct espah_selector *sel)
{
	struct netlink_ext_ack extack = {};
	struct sk_buff *skb = message(test);
	struct espah_selector seen;

	memset(&seen, 0xff, sizeof(seen));
	KUNIT_ASSERT_EQ(test, espah_nl_put_selector(skb, NEST, sel), 0);
	KUNIT_EXPECT_EQ(test, espah_nl_get_selector((void *)skb->data, &seen,
						    &extack), 0);
	KUNIT_EXPECT_TRUE(test, espah_selector_equal(sel, &seen));
}

static void selector_comes_back(struct kunit *test)
{
	struct espah_selector sel = selector4();

	check_round_trip(test, &sel);
	sel.proto = 0;
	check_round_trip(test, &sel);
	sel.proto = 255;
	check_round_trip(test, &sel);
	sel = selector6();
	check_round_trip(test, &sel);
}

/* Each length that an answer may have left. */
static void full_message_says_so(struct kunit *test)
{
	struct espah_selector sel = selector4();
	struct sk_buff *skb = message(test);
	unsigned int whole, room;
	struct sk_buff *small;

	KUNIT_ASSERT_EQ(test, espah_nl_put_selector(skb, NEST, &sel), 0);
	whole = skb->len;
	for (room = 0; room <= whole; room += 4) {
		small = message(test);
		skb_put(small, skb_tailroom(small) - room);
		KUNIT_EXPECT_EQ_MSG(test,
				    espah_nl_put_selector(small, NEST, &sel),
				    room < whole ? -EMSGSIZE : 0,
				    "room of %u", room);
	}
}

struct length {
	unsigned int	len;
	int		family;
};

static const struct length lengths[] = {
	{ 0, 0 }, { 1, 0 }, { 3, 0 }, { 4, AF_INET }, { 5, 0 }, { 8, 0 },
	{ 12, 0 }, { 15, 0 }, { 16, AF_INET6 }, { 17, 0 }, { 32, 0 },
	{ 256 + 4, 0 },
};

static void length_desc(const struct length *length, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%u octets", length->len);
}

KUNIT_ARRAY_PARAM(length, lengths, length_desc);

static void address_lengths(struct kunit *test)
{
	const struct length *length = test->param_value;
	struct netlink_ext_ack extack = {};
	struct sk_buff *skb = message(test);
	const struct nlattr *attr = (void *)skb->data;
	union espah_addr addr;

	memset(skb->data, 0x77, 512);
	KUNIT_ASSERT_NOT_NULL(test, nla_reserve(skb, 1, length->len));
	memset(nla_data(attr), 0x42, length->len);
	KUNIT_EXPECT_EQ(test, espah_nl_check_addr(attr, &extack),
			length->family ? 0 : -EINVAL);
	KUNIT_EXPECT_PTR_EQ(test, extack.bad_attr,
			    length->family ? NULL : attr);
	if (!length->family)
		return;

	memset(&addr, 0xff, sizeof(addr));
	KUNIT_EXPECT_EQ(test, espah_nl_get_addr(attr, &addr), length->family);
	KUNIT_EXPECT_NULL(test, memchr_inv(&addr, 0x42, length->len));
	KUNIT_EXPECT_NULL(test, memchr_inv((u8 *)&addr + length->len, 0,
					   sizeof(addr) - length->len));
}

struct attr {
	int		type;
	unsigned int	len;
	u8		octet;
};

#define SRC_MIN	{ ESPAH_A_SEL_SRC_MIN, 4, 1 }
#define SRC_MAX	{ ESPAH_A_SEL_SRC_MAX, 4, 2 }
#define DST_MIN	{ ESPAH_A_SEL_DST_MIN, 4, 1 }
#define DST_MAX	{ ESPAH_A_SEL_DST_MAX, 4, 1 }

struct nest {
	const char	*name;
	struct attr	attrs[7];
	int		err;
	const char	*words;
};

static const struct nest nests[] = {
	{ "all that is needed", { SRC_MIN, SRC_MAX, DST_MIN, DST_MAX }, 0 },
	{ "in another order", { DST_MAX, SRC_MAX, DST_MIN, SRC_MIN }, 0 },
	{ "empty", {}, -EINVAL, "src-min" },
	{ "no source, low", { SRC_MAX, DST_MIN, DST_MAX }, -EINVAL, "src-min" },
	{ "no source, high", { SRC_MIN, DST_MIN, DST_MAX }, -EINVAL, "src-max" },
	{ "no destination, low", { SRC_MIN, SRC_MAX, DST_MAX }, -EINVAL,
	  "dst-min" },
	{ "no destination, high", { SRC_MIN, SRC_MAX, DST_MIN }, -EINVAL,
	  "dst-max" },
	{ "source upside down", { { ESPAH_A_SEL_SRC_MIN, 4, 3 }, SRC_MAX,
	  DST_MIN, DST_MAX }, -EINVAL, "src-max: must not be below" },
	{ "destination upside down", { SRC_MIN, SRC_MAX, DST_MIN,
	  { ESPAH_A_SEL_DST_MAX, 4, 0 } }, -EINVAL, "dst-max: must not be below" },
	{ "two families", { SRC_MIN, SRC_MAX, { ESPAH_A_SEL_DST_MIN, 16, 1 },
	  DST_MAX }, -EINVAL, "one family" },
	{ "short address", { SRC_MIN, { ESPAH_A_SEL_SRC_MAX, 3, 2 }, DST_MIN,
	  DST_MAX }, -EINVAL, "src-max: an address" },
	{ "long protocol", { SRC_MIN, SRC_MAX, DST_MIN, DST_MAX,
	  { ESPAH_A_SEL_PROTO, 2, 17 } }, -EINVAL, "proto" },
	{ "protocol without a value", { SRC_MIN, SRC_MAX, DST_MIN, DST_MAX,
	  { ESPAH_A_SEL_PROTO, 0, 0 } }, -EINVAL, "proto" },
	{ "twice the same", { SRC_MIN, SRC_MAX, DST_MIN, DST_MAX, SRC_MIN },
	  -EINVAL, "more than once" },
	{ "unknown number", { SRC_MIN, SRC_MAX, DST_MIN, DST_MAX,
	  { ESPAH_A_SEL_MAX + 1, 4, 0 } }, -EINVAL, "" },
};

static void nest_desc(const struct nest *nest, char *desc)
{
	strscpy(desc, nest->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(nest, nests, nest_desc);

static void selector_is_checked(struct kunit *test)
{
	const struct nest *nest = test->param_value;
	struct netlink_ext_ack extack = {};
	struct sk_buff *skb = message(test);
	struct espah_selector sel;
	struct nlattr *start = nla_nest_start(skb, NEST);
	struct nlattr *attr;
	int i;

	for (i = 0; i < ARRAY_SIZE(nest->attrs) && nest->attrs[i].type; i++) {
		attr = nla_reserve(skb, nest->attrs[i].type, nest->attrs[i].len);
		KUNIT_ASSERT_NOT_NULL(test, attr);
		memset(nla_data(attr), nest->attrs[i].octet, nest->attrs[i].len);
	}
	nla_nest_end(skb, start);

	KUNIT_EXPECT_EQ(test, espah_nl_get_selector(start, &sel, &extack),
			nest->err);
	if (!nest->err)
		return;
	KUNIT_ASSERT_NOT_NULL(test, extack._msg);
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(extack._msg, nest->words),
				  "said: %s", extack._msg);
}

#define MARK	1

static const char *const mark_wants[] = { NULL, "value", "mask" };

struct mark_attrs {
	const char		*name;
	bool			has_value;
	bool			has_mask;
	struct espah_fwmark	mark;
	const char		*words;
};

static const struct mark_attrs mark_attrs[] = {
	{ "none", false, false, { 0, 0 }, NULL },
	{ "both", true, true, { 5, 0xf }, NULL },
	{ "all bits", true, true, { U32_MAX, U32_MAX }, NULL },
	{ "0 of some bits", true, true, { 0, 0xf }, NULL },
	{ "no mask", true, false, { 5, 0 }, "mask" },
	{ "no value", false, true, { 0, 0xf }, "value" },
	{ "a bit outside", true, true, { 0x10, 0xf }, "bits that its mask has not" },
	{ "no bit inside", true, true, { 1, 0 }, "bits that its mask has not" },
};

static void mark_attrs_desc(const struct mark_attrs *attrs, char *desc)
{
	strscpy(desc, attrs->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(mark_attrs, mark_attrs, mark_attrs_desc);

static void mark_is_checked_and_comes_back(struct kunit *test)
{
	static const struct espah_nl_set set = { .wants = mark_wants };
	const struct mark_attrs *attrs = test->param_value;
	struct nlattr *tb[MARK + 2] = {};
	struct netlink_ext_ack extack = {};
	struct sk_buff *skb = message(test);
	struct espah_fwmark mark = {};
	int err;

	tb[MARK] = (struct nlattr *)skb_tail_pointer(skb);
	nla_put_u32(skb, MARK, attrs->mark.value);
	tb[MARK + 1] = (struct nlattr *)skb_tail_pointer(skb);
	nla_put_u32(skb, MARK + 1, attrs->mark.mask);
	if (!attrs->has_value)
		tb[MARK] = NULL;
	if (!attrs->has_mask)
		tb[MARK + 1] = NULL;
	err = espah_nl_get_fwmark(tb, &set, MARK, &mark, &extack);
	KUNIT_EXPECT_EQ(test, err, attrs->words ? -EINVAL : 0);
	if (attrs->words) {
		KUNIT_ASSERT_NOT_NULL(test, extack._msg);
		KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(extack._msg, attrs->words),
					  "said: %s", extack._msg);
		return;
	}
	KUNIT_EXPECT_TRUE(test, espah_fwmark_equal(&mark, &attrs->mark));

	skb_trim(skb, 0);
	KUNIT_EXPECT_EQ(test, espah_nl_put_fwmark(skb, MARK, &mark), 0);
	KUNIT_EXPECT_EQ(test, skb->len,
			mark.mask ? 2 * nla_total_size(sizeof(u32)) : 0);
}

static struct kunit_case netlink_attr_cases[] = {
	KUNIT_CASE(selector_comes_back),
	KUNIT_CASE(full_message_says_so),
	KUNIT_CASE_PARAM(address_lengths, length_gen_params),
	KUNIT_CASE_PARAM(selector_is_checked, nest_gen_params),
	KUNIT_CASE_PARAM(mark_is_checked_and_comes_back, mark_attrs_gen_params),
	{}
};

struct kunit_suite netlink_attr_suite = {
	.name		= "netlink_attr",
	.test_cases	= netlink_attr_cases,
};
