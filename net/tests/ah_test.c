// SPDX-License-Identifier: GPL-2.0-only
/* The layout of an AH packet: net/ah.c. */

#include <linux/ip.h>
#include <asm/unaligned.h>
#include <uapi/linux/espah.h>

#include "../ah.h"
#include "../sa.h"
#include "fixture.h"
#include "suites.h"

struct len {
	const char	*name;
	u8		icv_len;
	u8		iv_len;
	bool		align4;
	/* What we send over IPv4 and over IPv6. */
	u8		ipv4;
	u8		ipv6;
	/* What we take over IPv4 besides. */
	u8		other;
};

static const struct len lens[] = {
	{ "96 bits", 12, 0, false, 24, 24, 24 },
	{ "96 bits, align4", 12, 0, true, 24, 24, 24 },
	{ "128 bits", 16, 0, false, 32, 32, 28 },
	{ "128 bits, align4", 16, 0, true, 28, 32, 32 },
	{ "192 bits", 24, 0, false, 40, 40, 36 },
	{ "192 bits, align4", 24, 0, true, 36, 40, 40 },
	{ "256 bits", 32, 0, false, 48, 48, 44 },
	{ "256 bits, align4", 32, 0, true, 44, 48, 48 },
	/* RFC 4543 section 4: no padding, where IPv6 does not ask for it. */
	{ "GMAC", 16, 8, false, 36, 40, 40 },
	{ "GMAC, align4", 16, 8, true, 36, 40, 40 },
};

static void len_desc(const struct len *len, char *desc)
{
	strscpy(desc, len->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(len, lens, len_desc);

static struct espah_sa *bare_sa(struct kunit *test, const struct len *len,
				u16 family)
{
	struct espah_sa *sa = fixture_blank_sa(test);

	KUNIT_ASSERT_NOT_NULL(test, sa);
	sa->id.family = family;
	sa->id.spi = htonl(0x01020304);
	sa->icv_len = len->icv_len;
	sa->iv_len = len->iv_len;
	sa->align4 = len->align4;
	return sa;
}

static void len_is_sent(struct kunit *test)
{
	const struct len *len = test->param_value;

	KUNIT_EXPECT_EQ(test, espah_ah_len(bare_sa(test, len, AF_INET)),
			len->ipv4);
	KUNIT_EXPECT_EQ(test, espah_ah_len(bare_sa(test, len, AF_INET6)),
			len->ipv6);
}

/* All that an octet can say. */
static void len_is_taken(struct kunit *test)
{
	const struct len *len = test->param_value;
	struct ip_auth_hdr ah = {};
	unsigned int words, said;

	for (words = 0; words <= U8_MAX; words++) {
		ah.hdrlen = words;
		said = espah_ah_len_said(&ah);
		KUNIT_EXPECT_EQ(test, said, (words + 2) * 4);
		KUNIT_EXPECT_EQ(test, espah_ah_len_fits(bare_sa(test, len, AF_INET), said),
				said == len->ipv4 || said == len->other);
		KUNIT_EXPECT_EQ(test, espah_ah_len_fits(bare_sa(test, len, AF_INET6), said),
				said == len->ipv6);
	}
}

static void header_is_written(struct kunit *test)
{
	const struct len *len = test->param_value;
	struct espah_sa *sa = bare_sa(test, len, AF_INET);
	u64 seq = 0x0123456789abcdef;
	u8 octets[64];
	int i, from;

	memset(octets, 0x77, sizeof(octets));
	espah_ah_write_header(octets + 4, sa, seq, IPPROTO_UDP);
	KUNIT_EXPECT_EQ(test, octets[3], 0x77);
	KUNIT_EXPECT_EQ(test, octets[4], IPPROTO_UDP);
	KUNIT_EXPECT_EQ(test, octets[5], len->ipv4 / 4 - 2);
	KUNIT_EXPECT_EQ(test, get_unaligned_be16(octets + 6), 0);
	KUNIT_EXPECT_EQ(test, get_unaligned_be32(octets + 8), 0x01020304);
	KUNIT_EXPECT_EQ(test, get_unaligned_be32(octets + 12), 0x89abcdef);
	if (len->iv_len)
		KUNIT_EXPECT_EQ(test, get_unaligned_be64(octets + 16), seq);
	from = 16 + len->iv_len;
	KUNIT_EXPECT_PTR_EQ(test, espah_ah_icv(octets + 4, sa), octets + from);
	for (i = from; i < 4 + len->ipv4; i++)
		KUNIT_EXPECT_EQ(test, octets[i], 0);
	KUNIT_EXPECT_EQ(test, octets[4 + len->ipv4], 0x77);
}

/* However long the header is, what is behind it comes out. */
static void header_is_taken_off(struct kunit *test)
{
	const struct len *len = test->param_value;
	struct espah_sa *sa = bare_sa(test, len, AF_INET);
	u8 octets[80], next = 0;
	struct sk_buff *skb;

	memset(octets, 0x77, sizeof(octets));
	espah_ah_write_header(octets, sa, 1, IPPROTO_TCP);
	skb = fixture_skb(test, 0, octets, len->ipv4 + 5);
	skb->ip_summed = CHECKSUM_COMPLETE;
	espah_ah_strip(skb, &next);
	KUNIT_EXPECT_EQ(test, next, IPPROTO_TCP);
	KUNIT_EXPECT_EQ(test, skb->len, 5);
	KUNIT_EXPECT_EQ(test, skb->data[0], 0x77);
	KUNIT_EXPECT_TRUE(test, skb->ip_summed == CHECKSUM_NONE);
}

static struct kunit_case ah_cases[] = {
	KUNIT_CASE_PARAM(len_is_sent, len_gen_params),
	KUNIT_CASE_PARAM(len_is_taken, len_gen_params),
	KUNIT_CASE_PARAM(header_is_written, len_gen_params),
	KUNIT_CASE_PARAM(header_is_taken_off, len_gen_params),
	{}
};

struct kunit_suite ah_suite = {
	.name		= "ah",
	.test_cases	= ah_cases,
};
