// SPDX-License-Identifier: GPL-2.0-only
/* The headers in front of AH, as its ICV covers them: net/cover.c. */

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/kernel.h>

#include "../cover.h"
#include "fixture.h"
#include "suites.h"

#define LONGEST	256

/* Everything that can be there is: TOS, an identification, DF, TTL, a checksum. */
#define IP4(ihl, option)	"4" ihl "b800641234400040339999" A4 B4 option
#define IP4_COVERED(ihl, dst, option) \
				"4" ihl "0000641234000000330000" A4 dst option
#define ZERO16	"00000000000000000000000000000000"
#define A4	"0a090001"
#define B4	"0a090002"
#define C4	"0a090003"
#define D4	"0a090004"

/* Traffic class, flow label, hop limit. */
#define IP6(next, dst)		"6abcdef10064" next "40" A6 dst
#define IP6_COVERED(next, dst)	"600000000064" next "00" A6 dst
#define P6	"fd0000000000000000000000000000"
#define A6	P6 "0a"
#define B6	P6 "0b"
#define C6	P6 "0c"
#define D6	P6 "0d"

/**
 * struct cover - headers, before and after
 * @name: what is special about them
 * @in: hex digits
 * @out: hex digits, or NULL where they are refused
 */
struct cover {
	const char	*name;
	const char	*in;
	const char	*out;
};

static const struct cover ip4[] = {
	{ "no options", IP4("5", ""), IP4_COVERED("5", B4, "") },
	/* RFC 4302 appendix A1: immutable. */
	{ "no-operation", IP4("6", "01010101"), IP4_COVERED("6", B4, "01010101") },
	{ "end, and what is behind it", IP4("6", "00070707"),
	  IP4_COVERED("6", B4, "00070707") },
	{ "security", IP4("6", "8204abcd"), IP4_COVERED("6", B4, "8204abcd") },
	{ "extended security", IP4("6", "8504abcd"), IP4_COVERED("6", B4, "8504abcd") },
	{ "CIPSO", IP4("6", "8604abcd"), IP4_COVERED("6", B4, "8604abcd") },
	{ "router alert", IP4("6", "94040000"), IP4_COVERED("6", B4, "94040000") },
	{ "sender directed", IP4("6", "9504abcd"), IP4_COVERED("6", B4, "9504abcd") },
	/* Zeroed, type and length too (section 3.3.3.1.1.2). */
	{ "record route", IP4("7", "070704" C4 "00"), IP4_COVERED("7", B4, "0000000000000000") },
	{ "time stamp", IP4("7", "4408050012345678"), IP4_COVERED("7", B4, "0000000000000000") },
	{ "traceroute", IP4("6", "5204abcd"), IP4_COVERED("6", B4, "00000000") },
	{ "stream id", IP4("6", "8804abcd"), IP4_COVERED("6", B4, "00000000") },
	{ "MTU probe and reply", IP4("7", "0b04abcd0c04abcd"),
	  IP4_COVERED("7", B4, "0000000000000000") },
	{ "nobody knows it", IP4("6", "1e04abcd"), IP4_COVERED("6", B4, "00000000") },
	{ "shortest", IP4("6", "1e020101"), IP4_COVERED("6", B4, "00000101") },
	{ "mutable between immutable ones", IP4("8", "01070704" C4 "94040000"),
	  IP4_COVERED("8", B4, "010000000000000094040000") },
	{ "most", IP4("f", "1e28" P6 P6 "0000000000000000"),
	  IP4_COVERED("f", B4, ZERO16 ZERO16 "0000000000000000") },
	/* The destination as the last hop has it. */
	{ "loose source route, two hops left", IP4("8", "830b04" C4 D4 "00"),
	  IP4_COVERED("8", D4, "000000000000000000000000") },
	{ "one hop left", IP4("8", "830b08" C4 D4 "00"),
	  IP4_COVERED("8", D4, "000000000000000000000000") },
	{ "used up", IP4("8", "830b0c" C4 D4 "00"),
	  IP4_COVERED("8", B4, "000000000000000000000000") },
	{ "strict source route", IP4("7", "890704" C4 "00"),
	  IP4_COVERED("7", C4, "0000000000000000") },
	{ "source route without a hop", IP4("6", "83030400"),
	  IP4_COVERED("6", B4, "00000000") },
	/* Malformed. */
	{ "an option of no octets", IP4("6", "1e000000"), NULL },
	{ "an option of one octet", IP4("6", "1e010000"), NULL },
	{ "an option beyond the header", IP4("6", "1e05abcd"), NULL },
	{ "an immutable one beyond the header", IP4("6", "8205abcd"), NULL },
	{ "no room for its length", IP4("6", "0101011e"), NULL },
	{ "source route without a pointer", IP4("6", "83020000"), NULL },
	{ "source route that points to itself", IP4("7", "830703" C4 "00"), NULL },
	{ "another version", "6500006412344000403399990a0900010a090002", NULL },
	{ "longer than it says", IP4("5", "01010101"), NULL },
	{ "shorter than it says", IP4("6", ""), NULL },
	{ "shorter than one can be", "4400006412344000403399990a090001", NULL },
	{ "not in front of AH", "4500006412344000401199990a0900010a090002", NULL },
	/* Section 3.4.1. */
	{ "the first fragment", "4500006412342000403399990a0900010a090002", NULL },
	{ "the last fragment", "4500006412340001403399990a0900010a090002", NULL },
};

static const struct cover ip6[] = {
	{ "no extension header", IP6("33", B6), IP6_COVERED("33", B6) },
	/* The third bit says that the data may change. */
	{ "hop-by-hop option", IP6("00", B6) "33001e0401020304",
	  IP6_COVERED("00", B6) "33001e0401020304" },
	{ "one that may change", IP6("00", B6) "33003e0401020304",
	  IP6_COVERED("00", B6) "33003e0400000000" },
	{ "destination option that may change", IP6("3c", B6) "3300fe0401020304",
	  IP6_COVERED("3c", B6) "3300fe0400000000" },
	{ "Pad1", IP6("3c", B6) "3300000000000000",
	  IP6_COVERED("3c", B6) "3300000000000000" },
	{ "both kinds, and padding", IP6("00", B6) "3301003e02aabb1e02ccdd0102000000",
	  IP6_COVERED("00", B6) "3301003e0200001e02ccdd0102000000" },
	/* Each hop swaps. */
	{ "type 0, two left", IP6("2b", B6) "3304000200000000" C6 D6,
	  IP6_COVERED("2b", D6) "3304000000000000" B6 C6 },
	{ "one left", IP6("2b", B6) "3304000100000000" C6 D6,
	  IP6_COVERED("2b", D6) "3304000000000000" C6 B6 },
	{ "none left", IP6("2b", B6) "3304000000000000" C6 D6,
	  IP6_COVERED("2b", B6) "3304000000000000" C6 D6 },
	{ "type 2", IP6("2b", B6) "3302020100000000" C6,
	  IP6_COVERED("2b", C6) "3302020000000000" B6 },
	/* RFC 8754: the first segment is the last hop. */
	{ "type 4, one left", IP6("2b", C6) "3304040101000000" D6 C6,
	  IP6_COVERED("2b", D6) "3304040001000000" D6 C6 },
	{ "type 4, none left", IP6("2b", D6) "3304040001000000" D6 C6,
	  IP6_COVERED("2b", D6) "3304040001000000" D6 C6 },
	{ "type 4 with TLVs", IP6("2b", C6) "3303040100000000" D6 "0502abcd8402abcd",
	  IP6_COVERED("2b", D6) "3303040000000000" D6 "0502abcd84020000" },
	{ "a type that nobody knows, used up", IP6("2b", B6) "330009000a0b0c0d",
	  IP6_COVERED("2b", B6) "330009000a0b0c0d" },
	{ "chain", IP6("00", B6) "2b003e04010203043c02020100000000" C6 "33003e0401020304",
	  IP6_COVERED("00", C6) "2b003e04000000003c02020000000000" B6 "33003e0400000000" },
	/* Appendix A2: taken out, and the length with it. */
	{ "fragment header of a whole packet", IP6("2c", B6) "3300000012345678",
	  "60000000005c3300" A6 B6 },
	{ "between others", IP6("00", B6) "2c001e04010203043c0000001234567833001e0401020304",
	  "60000000005c0000" A6 B6 "3c001e040102030433001e0401020304" },
	/* Malformed. */
	{ "a fragment", IP6("2c", B6) "3300000112345678", NULL },
	{ "another fragment", IP6("2c", B6) "3300000812345678", NULL },
	{ "half a fragment header", IP6("2c", B6) "33000000", NULL },
	{ "an option beyond its header", IP6("00", B6) "33001e0501020304", NULL },
	{ "no room for its length", IP6("00", B6) "330000000000001e", NULL },
	{ "a header beyond the others", IP6("00", B6) "33011e0401020304", NULL },
	{ "half a header", IP6("00", B6) "33001e04", NULL },
	{ "more hops than addresses", IP6("2b", B6) "3302000200000000" C6, NULL },
	{ "half an address", IP6("2b", B6) "3301000000000000fd00000000000000", NULL },
	{ "more segments than there are", IP6("2b", C6) "3302040200000000" D6, NULL },
	{ "segments beyond the header", IP6("2b", C6) "3302040101000000" D6, NULL },
	{ "a TLV beyond the header", IP6("2b", C6) "3303040000000000" D6 "8407abcdabcdabcd", NULL },
	{ "a type that nobody knows, hops left", IP6("2b", B6) "330009010a0b0c0d", NULL },
	{ "a header that nobody knows", IP6("8b", B6) "3300000000000000", NULL },
	{ "another AH", IP6("33", B6) "3300000000000000", NULL },
	{ "not in front of AH", IP6("11", B6), NULL },
	{ "not in front of AH, behind another", IP6("00", B6) "11001e0401020304", NULL },
	{ "another version", "4abcdef100643340" A6 B6, NULL },
	{ "half an address of its own", "6abcdef100643340" A6 "fd00", NULL },
};

static void cover_desc(const struct cover *cover, char *desc)
{
	strscpy(desc, cover->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(ip4, ip4, cover_desc);
KUNIT_ARRAY_PARAM(ip6, ip6, cover_desc);

static unsigned int octets_of(struct kunit *test, const char *digits, u8 *octets)
{
	unsigned int len = strlen(digits) / 2;

	KUNIT_ASSERT_LE(test, len, LONGEST);
	KUNIT_ASSERT_EQ(test, hex2bin(octets, digits, len), 0);
	return len;
}

/* Where nothing is behind, nothing is read or written: KASAN looks. */
static void check(struct kunit *test, int (*cover)(u8 *header, unsigned int len))
{
	const struct cover *what = test->param_value;
	u8 octets[LONGEST], expected[LONGEST];
	unsigned int len = octets_of(test, what->in, octets);
	u8 *header = kmemdup(octets, len, GFP_KERNEL);
	int ret;

	KUNIT_ASSERT_NOT_NULL(test, header);
	ret = cover(header, len);
	if (!what->out) {
		KUNIT_EXPECT_EQ(test, ret, -EINVAL);
	} else {
		len = octets_of(test, what->out, expected);
		KUNIT_EXPECT_EQ(test, ret, len);
		KUNIT_EXPECT_EQ(test, memcmp(header, expected, len), 0);
		/* What has been covered is covered as it is. */
		KUNIT_EXPECT_EQ(test, cover(header, len), len);
		KUNIT_EXPECT_EQ(test, memcmp(header, expected, len), 0);
	}
	kfree(header);
}

static void ip4_is_covered(struct kunit *test)
{
	check(test, espah_cover_ip4);
}

static void ip6_is_covered(struct kunit *test)
{
	check(test, espah_cover_ip6);
}

/* Cut off anywhere, and with any octet as any other: refused, or covered within bounds. */
static void survive(struct kunit *test, int (*cover)(u8 *header, unsigned int len))
{
	const struct cover *what = test->param_value;
	u8 octets[LONGEST];
	unsigned int whole = octets_of(test, what->in, octets), len, at;
	u8 *header;
	int ret;

	for (len = 0; len <= whole; len += 3) {
		for (at = 0; at < len; at++) {
			header = kmemdup(octets, len, GFP_KERNEL);
			KUNIT_ASSERT_NOT_NULL(test, header);
			header[at] ^= 1 + (at * 37 + len * 11) % 255;
			ret = cover(header, len);
			KUNIT_EXPECT_TRUE(test, ret == -EINVAL ||
					  (ret > 0 && ret <= len));
			kfree(header);
		}
	}
}

static void ip4_survives(struct kunit *test)
{
	survive(test, espah_cover_ip4);
}

static void ip6_survives(struct kunit *test)
{
	survive(test, espah_cover_ip6);
}

static struct kunit_case cover_cases[] = {
	KUNIT_CASE_PARAM(ip4_is_covered, ip4_gen_params),
	KUNIT_CASE_PARAM(ip6_is_covered, ip6_gen_params),
	KUNIT_CASE_PARAM(ip4_survives, ip4_gen_params),
	KUNIT_CASE_PARAM(ip6_survives, ip6_gen_params),
	{}
};

struct kunit_suite cover_suite = {
	.name		= "cover",
	.test_cases	= cover_cases,
};
