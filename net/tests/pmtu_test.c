// SPDX-License-Identifier: GPL-2.0-only
/* How large a packet may be: the arithmetic of net/pmtu.c. */

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/ip.h>

#include "../esp.h"
#include "../pmtu.h"
#include "fixture.h"
#include "suites.h"

#define IV	8
#define ICV	16

static struct espah_sa *bare_sa(struct kunit *test, u8 mode)
{
	struct espah_sa *sa = fixture_blank_sa(test);

	KUNIT_ASSERT_NOT_NULL(test, sa);
	sa->en = kunit_kzalloc(test, sizeof(*sa->en), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, sa->en);
	sa->en->net = &init_net;
	sa->id.family = AF_INET;
	sa->mode = mode;
	sa->iv_len = IV;
	sa->icv_len = ICV;
	sa->align = 4;
	return sa;
}

struct ah_known {
	u8		mode;
	bool		align4;
	unsigned int	outer;
	unsigned int	ip_len;
	unsigned int	inner;
};

static const struct ah_known ah_knowns[] = {
	/* 12 octets and an ICV of 16, padded to 32 or not; and nothing behind. */
	{ ESPAH_MODE_TUNNEL, false, 1500, 20, 1448 },
	{ ESPAH_MODE_TUNNEL, true, 1500, 20, 1452 },
	{ ESPAH_MODE_TRANSPORT, false, 1500, 20, 1468 },
	{ ESPAH_MODE_TRANSPORT, true, 1499, 24, 1471 },
	{ ESPAH_MODE_TUNNEL, false, 53, 20, 1 },
	{ ESPAH_MODE_TUNNEL, false, 52, 20, 0 },
	{ ESPAH_MODE_TUNNEL, false, 10, 20, 0 },
	{ ESPAH_MODE_TRANSPORT, false, 10, 20, 20 },
};

static void inner_of_ah(struct kunit *test)
{
	const struct ah_known *known;
	struct espah_sa *sa;
	int i;

	for (i = 0; i < ARRAY_SIZE(ah_knowns); i++) {
		known = &ah_knowns[i];
		sa = bare_sa(test, known->mode);
		sa->id.proto = IPPROTO_AH;
		sa->iv_len = 0;
		sa->align4 = known->align4;
		KUNIT_EXPECT_EQ_MSG(test, espah_pmtu_inner(sa, known->outer,
							   known->ip_len),
				    known->inner, "case %d", i);
	}
}

/* How long a packet becomes, said once more and without a shortcut: in tunnel mode the
 * header is the outer one, in transport mode the packet's own.
 */
static unsigned int protected_len(const struct espah_sa *sa, unsigned int len,
				  unsigned int ip_len)
{
	bool tunnel = sa->mode == ESPAH_MODE_TUNNEL;
	unsigned int payload = tunnel ? len : len - ip_len;
	unsigned int padded = payload + 2;

	while (padded % sa->align)
		padded++;
	return ip_len + 8 + sa->iv_len + padded + sa->icv_len;
}

struct known {
	u8		mode;
	unsigned int	outer;
	unsigned int	ip_len;
	unsigned int	inner;
};

static const struct known knowns[] = {
	/* 1500 - 20 - 16 - 16 = 1448, of which 2 are the trailer. */
	{ ESPAH_MODE_TUNNEL, 1500, 20, 1446 },
	{ ESPAH_MODE_TUNNEL, 1500, 40, 1426 },
	{ ESPAH_MODE_TUNNEL, 1280, 40, 1206 },
	{ ESPAH_MODE_TUNNEL, 1501, 20, 1446 },
	{ ESPAH_MODE_TUNNEL, 1503, 20, 1446 },
	{ ESPAH_MODE_TUNNEL, 1504, 20, 1450 },
	{ ESPAH_MODE_TUNNEL, 65535, 20, 65478 },
	{ ESPAH_MODE_TUNNEL, 552, 20, 498 },
	{ ESPAH_MODE_TUNNEL, 56, 20, 2 },
	{ ESPAH_MODE_TUNNEL, 55, 20, 0 },
	{ ESPAH_MODE_TUNNEL, 52, 20, 0 },
	{ ESPAH_MODE_TUNNEL, 51, 20, 0 },
	{ ESPAH_MODE_TUNNEL, 0, 20, 0 },
	{ ESPAH_MODE_TRANSPORT, 1500, 20, 1466 },
	{ ESPAH_MODE_TRANSPORT, 1500, 60, 1466 },
	{ ESPAH_MODE_TRANSPORT, 1500, 24, 1466 },
	{ ESPAH_MODE_TRANSPORT, 1499, 20, 1462 },
	{ ESPAH_MODE_TRANSPORT, 65535, 20, 65498 },
	{ ESPAH_MODE_TRANSPORT, 56, 20, 22 },
	{ ESPAH_MODE_TRANSPORT, 55, 20, 20 },
	{ ESPAH_MODE_TRANSPORT, 0, 20, 20 },
};

static void known_desc(const struct known *known, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s, outer %u, header %u",
		 known->mode == ESPAH_MODE_TUNNEL ? "tunnel" : "transport",
		 known->outer, known->ip_len);
}

KUNIT_ARRAY_PARAM(known, knowns, known_desc);

static void known_sizes(struct kunit *test)
{
	const struct known *known = test->param_value;
	struct espah_sa *sa = bare_sa(test, known->mode);

	KUNIT_EXPECT_EQ(test, espah_pmtu_inner(sa, known->outer, known->ip_len),
			known->inner);
}

/* What is said to fit does, and one octet more does not. */
static void check_inner_is_the_most(struct kunit *test,
				    const struct espah_sa *sa,
				    unsigned int ip_len)
{
	unsigned int outer, inner;
	unsigned int least = protected_len(sa, sa->mode == ESPAH_MODE_TUNNEL ?
					   1 : ip_len + 1, ip_len);

	for (outer = least; outer <= 65535; outer++) {
		inner = espah_pmtu_inner(sa, outer, ip_len);
		if (protected_len(sa, inner, ip_len) <= outer &&
		    protected_len(sa, inner + 1, ip_len) > outer)
			continue;
		KUNIT_FAIL(test, "mode %u, IV %u, ICV %u, header %u: into %u go %u",
			   sa->mode, sa->iv_len, sa->icv_len, ip_len, outer,
			   inner);
		return;
	}
}

static void inner_is_the_most(struct kunit *test)
{
	struct espah_sa *tunnel = bare_sa(test, ESPAH_MODE_TUNNEL);
	struct espah_sa *transport = bare_sa(test, ESPAH_MODE_TRANSPORT);

	check_inner_is_the_most(test, tunnel, 20);
	check_inner_is_the_most(test, transport, 20);
	check_inner_is_the_most(test, transport, 60);
	tunnel->iv_len = 0;
	tunnel->icv_len = 12;
	check_inner_is_the_most(test, tunnel, 40);
	transport->iv_len = 16;
	transport->icv_len = 32;
	transport->align = 16;
	check_inner_is_the_most(test, transport, 24);
}

struct learn {
	const char	*name;
	u64		sent;
	u32		quoted;
	unsigned int	mtu;
	u32		learnt;
};

static const struct learn learns[] = {
	{ "of the last packet", 10, 10, 1400, 1400 },
	{ "of the first packet", 10, 1, 1400, 1400 },
	{ "of one not sent yet", 10, 11, 1400, 0 },
	{ "of none, nothing sent", 0, 1, 1400, 0 },
	{ "of number 0", 10, 0, 1400, 0 },
	{ "of number 0, nothing sent", 0, 0, 1400, 0 },
	{ "recent enough", 70000, 70000 - 65535, 1400, 1400 },
	{ "too long ago", 70000, 70000 - 65536, 1400, 0 },
	{ "end of 32 bits", U32_MAX, U32_MAX, 1400, 1400 },
	{ "old, after the end of 32 bits", U32_MAX + 65536ULL, U32_MAX, 1400, 0 },
	{ "no size said", 10, 10, 0, 0 },
	{ "size 1", 10, 10, 1, 552 },
	{ "below the least", 10, 10, 551, 552 },
	{ "the least", 10, 10, 552, 552 },
	{ "above the least", 10, 10, 553, 553 },
	{ "large", 10, 10, 65535, 65535 },
	{ "end of 32 bits as size", 10, 10, UINT_MAX, UINT_MAX },
};

static void learn_desc(const struct learn *learn, char *desc)
{
	strscpy(desc, learn->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(learn, learns, learn_desc);

static void routers_are_heard(struct kunit *test)
{
	const struct learn *learn = test->param_value;
	struct espah_sa *sa = bare_sa(test, ESPAH_MODE_TUNNEL);

	atomic64_set(&sa->oseq, learn->sent);
	espah_pmtu_learn(sa, learn->quoted, learn->mtu);
	KUNIT_EXPECT_EQ(test, sa->pmtu, learn->learnt);
	if (learn->learnt) {
		KUNIT_EXPECT_TRUE(test, time_after(sa->pmtu_expires,
						   jiffies + 590 * HZ));
		KUNIT_EXPECT_TRUE(test, time_before_eq(sa->pmtu_expires,
						       jiffies + 600 * HZ));
	} else {
		KUNIT_EXPECT_EQ(test, sa->pmtu_expires, 0);
	}
}

struct fit {
	const char	*name;
	unsigned int	len;
	bool		df;
	bool		ignore_df;
	/* What a router has said, and whether that is too long ago. */
	u32		learnt;
	bool		forgotten;
	/* The longest part that it came in. */
	u16		part;
	bool		fits;
	bool		df_left;
};

/* A tunnel over a route of 1500: 1446 octets go in. */
static const struct fit fit_table[] = {
	{ "fits", .len = 1446, .df = true, .fits = true, .df_left = true },
	{ "one too many", .len = 1447, .df = true, .df_left = true },
	{ "one too many, to be fragmented", .len = 1447, .fits = true },
	{ "one too many, DF as a wish", .len = 1447, .df = true,
	  .ignore_df = true, .fits = true },
	{ "fits, DF as a wish", .len = 1446, .df = true, .ignore_df = true,
	  .fits = true, .df_left = true },
	/* It is fragmented before. */
	{ "longest of all", .len = 65535, .fits = true },
	{ "the same, DF as a wish", .len = 65535, .df = true,
	  .ignore_df = true, .fits = true },
	{ "came in parts with DF", .len = 3000, .df = true, .part = 1446,
	  .fits = true },
	{ "came in parts that are too large", .len = 3000, .df = true,
	  .ignore_df = true, .part = 1447 },
	{ "learnt, fits", .len = 498, .df = true, .learnt = 552, .fits = true,
	  .df_left = true },
	{ "learnt, one too many", .len = 499, .df = true, .learnt = 552,
	  .df_left = true },
	{ "learnt and forgotten", .len = 1446, .df = true, .learnt = 552,
	  .forgotten = true, .fits = true, .df_left = true },
	{ "learnt more than the route has", .len = 1447, .df = true,
	  .learnt = 9000, .df_left = true },
};

static void fit_desc(const struct fit *fit, char *desc)
{
	strscpy(desc, fit->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(fit, fit_table, fit_desc);

static void packets_fit(struct kunit *test)
{
	const struct fit *fit = test->param_value;
	struct espah_sa *sa = bare_sa(test, ESPAH_MODE_TUNNEL);
	struct sk_buff *skb = fixture_skb(test, 0, NULL, fit->len);
	struct dst_entry *route = fixture_route(test, 0, 1500);
	struct iphdr *iph = ip_hdr(skb);
	unsigned int room;

	sa->pmtu = fit->learnt;
	sa->pmtu_expires = jiffies + (fit->forgotten ? -1 : 60 * HZ);
	fixture_ip_header(iph, IPPROTO_UDP, fit->len);
	iph->frag_off = fit->df ? htons(IP_DF) : 0;
	ip_send_check(iph);
	skb->ignore_df = fit->ignore_df;
	IPCB(skb)->frag_max_size = fit->part;
	room = espah_pmtu_inner(sa, espah_pmtu_outer(sa, route), sizeof(*iph));

	KUNIT_EXPECT_EQ(test, espah_pmtu_fits(sa, NULL, skb, route), fit->fits);
	if (fit->fits) {
		KUNIT_EXPECT_EQ(test, !!skb->ignore_df, fit->len > room);
		KUNIT_EXPECT_EQ(test, !!(ip_hdr(skb)->frag_off & htons(IP_DF)),
				fit->df_left);
		KUNIT_EXPECT_TRUE(test, !ip_fast_csum(ip_hdr(skb), 5));
	}
}

/* In transport mode it is fragmented afterwards, and one header names it all. With 52 of
 * headers and ICV and 2 of trailer, 65532; the next is 65536.
 */
static void longest_in_transport_mode(struct kunit *test)
{
	struct espah_sa *sa = bare_sa(test, ESPAH_MODE_TRANSPORT);
	struct dst_entry *route = fixture_route(test, 0, 1500);
	struct sk_buff *skb;
	unsigned int len;

	for (len = 65497; len <= 65500; len++) {
		skb = fixture_skb(test, 0, NULL, len);
		fixture_ip_header(ip_hdr(skb), IPPROTO_UDP, len);
		KUNIT_EXPECT_EQ(test, espah_pmtu_fits(sa, NULL, skb, route),
				len <= 65498);
	}
}

struct fit6 {
	const char	*name;
	unsigned int	len;
	/* What a router has said. */
	u32		learnt;
	bool		ignore_df;
	/* The longest part that it came in. */
	u16		part;
	bool		fits;
	bool		to_be_fragmented;
};

/* A tunnel over IPv6: 40 of header, 32 of ESP and 2 of trailer. */
static const struct fit6 fits6[] = {
	{ "fits", .len = 1426, .learnt = 1500, .fits = true },
	{ "one too many", .len = 1427, .learnt = 1500 },
	{ "one too many, its sender fragments", .len = 1427, .learnt = 1500,
	  .ignore_df = true, .fits = true, .to_be_fragmented = true },
	{ "what every link carries", .len = 1280, .learnt = 1280, .fits = true,
	  .to_be_fragmented = true },
	{ "one more than every link carries", .len = 1281, .learnt = 1280 },
	{ "least that does not fit", .len = 1207, .learnt = 1280, .fits = true,
	  .to_be_fragmented = true },
	{ "most that does", .len = 1206, .learnt = 1280, .fits = true },
	{ "came in parts", .len = 3000, .learnt = 1500, .ignore_df = true,
	  .part = 1426, .fits = true, .to_be_fragmented = true },
	{ "came in parts that are too large", .len = 3000, .learnt = 1500,
	  .ignore_df = true, .part = 1427 },
	{ "less, fits", .len = 1326, .learnt = 1400, .fits = true },
	{ "less, one too many", .len = 1327, .learnt = 1400 },
};

static void fit6_desc(const struct fit6 *fit, char *desc)
{
	strscpy(desc, fit->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(fit6, fits6, fit6_desc);

/* Never below 1280 (RFC 8200 section 5, RFC 2473 section 7.1). */
static void ipv6_packets_fit(struct kunit *test)
{
	const struct fit6 *fit = test->param_value;
	struct espah_sa *sa = bare_sa(test, ESPAH_MODE_TUNNEL);
	struct dst_entry *route = fixture_route(test, 0, 0);
	struct sk_buff *skb = fixture_skb(test, 0, NULL, fit->len);

	sa->id.family = AF_INET6;
	sa->pmtu = fit->learnt;
	sa->pmtu_expires = jiffies + 60 * HZ;
	ipv6_hdr(skb)->version = 6;
	ipv6_hdr(skb)->nexthdr = IPPROTO_UDP;
	skb->ignore_df = fit->ignore_df;
	IP6CB(skb)->frag_max_size = fit->part;
	KUNIT_EXPECT_EQ(test, espah_pmtu_fits(sa, NULL, skb, route), fit->fits);
	if (fit->fits)
		KUNIT_EXPECT_EQ(test, !!skb->ignore_df,
				fit->to_be_fragmented);
}

/* RFC 8201 section 4: who says less than 1280 is not believed. */
static void routers_are_heard_over_ipv6(struct kunit *test)
{
	struct espah_sa *sa = bare_sa(test, ESPAH_MODE_TUNNEL);

	sa->id.family = AF_INET6;
	atomic64_set(&sa->oseq, 10);
	espah_pmtu_learn(sa, 10, 1279);
	KUNIT_EXPECT_EQ(test, sa->pmtu, 0);
	espah_pmtu_learn(sa, 11, 1400);
	KUNIT_EXPECT_EQ(test, sa->pmtu, 0);
	espah_pmtu_learn(sa, 10, 1280);
	KUNIT_EXPECT_EQ(test, sa->pmtu, 1280);
}

static struct kunit_case pmtu_cases[] = {
	KUNIT_CASE(inner_of_ah),
	KUNIT_CASE_PARAM(known_sizes, known_gen_params),
	KUNIT_CASE(inner_is_the_most),
	KUNIT_CASE_PARAM(routers_are_heard, learn_gen_params),
	KUNIT_CASE_PARAM(packets_fit, fit_gen_params),
	KUNIT_CASE(longest_in_transport_mode),
	KUNIT_CASE_PARAM(ipv6_packets_fit, fit6_gen_params),
	KUNIT_CASE(routers_are_heard_over_ipv6),
	{}
};

struct kunit_suite pmtu_suite = {
	.name		= "pmtu",
	.test_cases	= pmtu_cases,
};
