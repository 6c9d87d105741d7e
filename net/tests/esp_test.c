// SPDX-License-Identifier: GPL-2.0-only
/* The layout of an ESP packet: net/esp.c. */

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/ipv6.h>
#include <asm/unaligned.h>
#include <uapi/linux/espah.h>

#include "../esp.h"
#include "../packet.h"
#include "../sa.h"
#include "fixture.h"
#include "suites.h"

/* As AES-GCM has them. */
#define IV	8
#define ICV	16
#define HEADER	(8 + IV)

static struct espah_sa *bare_sa(struct kunit *test)
{
	struct espah_sa *sa = fixture_blank_sa(test);

	KUNIT_ASSERT_NOT_NULL(test, sa);
	sa->iv_len = IV;
	sa->icv_len = ICV;
	sa->align = 4;
	return sa;
}

static void header_len(struct kunit *test)
{
	struct espah_sa *sa = bare_sa(test);

	KUNIT_EXPECT_EQ(test, espah_esp_header_len(sa), 16);
	sa->iv_len = 0;
	KUNIT_EXPECT_EQ(test, espah_esp_header_len(sa), 8);
	sa->iv_len = 16;
	KUNIT_EXPECT_EQ(test, espah_esp_header_len(sa), 24);
}

static const u8 aligns[] = { 4, 8, 16 };

static void align_desc(const u8 *align, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "multiples of %u", *align);
}

KUNIT_ARRAY_PARAM(align, aligns, align_desc);

/* RFC 4303 section 2.4: no more than is needed, and all of it aligned. */
static void padding_is_short_and_aligned(struct kunit *test)
{
	const u8 *align = test->param_value;
	struct espah_sa *sa = bare_sa(test);
	unsigned int payload, pad;

	sa->align = *align;
	KUNIT_EXPECT_EQ(test, espah_esp_pad_len(sa, 0), *align - 2);
	KUNIT_EXPECT_EQ(test, espah_esp_pad_len(sa, 1), *align - 3);
	KUNIT_EXPECT_EQ(test, espah_esp_pad_len(sa, *align - 2), 0);
	KUNIT_EXPECT_EQ(test, espah_esp_pad_len(sa, *align - 1), *align - 1);
	for (payload = 0; payload <= 65535; payload++) {
		pad = espah_esp_pad_len(sa, payload);
		if (pad < *align &&
		    (payload + pad + ESPAH_ESP_TRAILER) % *align == 0)
			continue;
		KUNIT_FAIL(test, "payload %u has padding of %u", payload, pad);
		break;
	}
}

static bool goes_into(const struct espah_sa *sa, unsigned int payload,
		      unsigned int room)
{
	unsigned int padded = payload + espah_esp_pad_len(sa, payload);

	return room >= padded + ESPAH_ESP_TRAILER;
}

/* One octet more would not go in. */
static void payload_max_is_the_most(struct kunit *test)
{
	const u8 *align = test->param_value;
	struct espah_sa *sa = bare_sa(test);
	unsigned int room, most;

	sa->align = *align;
	for (room = 0; room < *align; room++)
		KUNIT_EXPECT_EQ(test, espah_esp_payload_max(sa, room), 0);
	KUNIT_EXPECT_EQ(test, espah_esp_payload_max(sa, *align), *align - 2);
	for (room = *align; room <= 65535; room++) {
		most = espah_esp_payload_max(sa, room);
		if (goes_into(sa, most, room) && !goes_into(sa, most + 1, room))
			continue;
		KUNIT_FAIL(test, "a room of %u takes %u", room, most);
		break;
	}
}

struct header {
	const char	*name;
	u64		seq;
	u32		low;
};

static const struct header headers[] = {
	{ "first", 1, 1 },
	{ "end of 31 bits", S32_MAX, S32_MAX },
	{ "beyond 31 bits", 1u << 31, 1u << 31 },
	{ "end of 32 bits", U32_MAX, U32_MAX },
	{ "beyond 32 bits", 1ULL << 32, 0 },
	{ "low half", 0x0123456789abcdef, 0x89abcdef },
	{ "end of 64 bits", U64_MAX, U32_MAX },
};

static void header_desc(const struct header *header, char *desc)
{
	strscpy(desc, header->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(header, headers, header_desc);

static void header_is_written(struct kunit *test)
{
	const struct header *header = test->param_value;
	struct espah_sa *sa = bare_sa(test);
	u8 octets[HEADER + 2];

	sa->id.spi = htonl(0x01020304);
	sa->iv_mask = 0xa5a5a5a5a5a5a5a5;
	memset(octets, 0x77, sizeof(octets));
	espah_esp_write_header(octets + 1, sa, header->seq);

	KUNIT_EXPECT_EQ(test, get_unaligned_be32(octets + 1), 0x01020304);
	KUNIT_EXPECT_EQ(test, get_unaligned_be32(octets + 5), header->low);
	KUNIT_EXPECT_EQ(test, get_unaligned_be64(octets + 9),
			header->seq ^ sa->iv_mask);
	KUNIT_EXPECT_EQ(test, octets[0], 0x77);
	KUNIT_EXPECT_EQ(test, octets[sizeof(octets) - 1], 0x77);
}

static void trailer_counts_up(struct kunit *test)
{
	unsigned int pad_len, i;
	u8 octets[260];

	for (pad_len = 0; pad_len <= 255; pad_len++) {
		memset(octets, 0x77, sizeof(octets));
		espah_esp_write_trailer(octets + 1, pad_len, IPPROTO_IPIP);
		for (i = 0; i < pad_len; i++)
			if (octets[1 + i] != i + 1)
				break;
		KUNIT_EXPECT_EQ(test, i, pad_len);
		KUNIT_EXPECT_EQ(test, octets[1 + pad_len], pad_len);
		KUNIT_EXPECT_EQ(test, octets[2 + pad_len], IPPROTO_IPIP);
		KUNIT_EXPECT_EQ(test, octets[0], 0x77);
		KUNIT_EXPECT_EQ(test, octets[3 + pad_len], 0x77);
	}
}

struct strip {
	const char	*name;
	unsigned int	payload;
	unsigned int	pad;
	/* What the packet says of its padding. */
	u8		pad_len;
	unsigned int	cause;
};

static const struct strip strips[] = {
	{ "nothing but the trailer", 0, 0, 0, 0 },
	{ "usual padding, no payload", 0, 2, 2, 0 },
	{ "one octet", 1, 1, 1, 0 },
	{ "no padding", 2, 0, 0, 0 },
	{ "three of padding", 3, 3, 3, 0 },
	{ "more padding than is needed", 10, 200, 200, 0 },
	{ "most padding", 1, 255, 255, 0 },
	{ "most padding, no payload", 0, 255, 255, 0 },
	{ "large", 1400, 2, 2, 0 },
	{ "says that there is none", 10, 4, 0, 0 },
	{ "says less than there is", 10, 4, 3, ESPAH_A_CNT_IN_PADDING },
	{ "one too many, no payload", 0, 0, 1, ESPAH_A_CNT_IN_PADDING },
	{ "one too many", 9, 1, 11, ESPAH_A_CNT_IN_PADDING },
	{ "says more than there is", 9, 1, 10, ESPAH_A_CNT_IN_PADDING },
	{ "would reach the ESP header", 9, 1, 26, ESPAH_A_CNT_IN_PADDING },
	{ "would reach before the packet", 9, 1, 255, ESPAH_A_CNT_IN_PADDING },
	{ "largest on nothing", 0, 0, 255, ESPAH_A_CNT_IN_PADDING },
};

static void strip_desc(const struct strip *strip, char *desc)
{
	strscpy(desc, strip->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(strip, strips, strip_desc);

/* A decrypted packet: header, payload, padding, trailer and ICV, all of them
 * unlike each other. Returns its length.
 */
static unsigned int fill(const struct strip *strip, u8 *at)
{
	u8 *end = at;
	int i;

	memset(end, 0xee, HEADER);
	end += HEADER;
	memset(end, 0xdd, strip->payload);
	end += strip->payload;
	for (i = 1; i <= strip->pad; i++)
		*end++ = i;
	*end++ = strip->pad_len;
	*end++ = IPPROTO_UDP;
	memset(end, 0xcc, ICV);
	return end + ICV - at;
}

static void check_strip(struct kunit *test, const struct strip *strip,
			struct sk_buff *skb)
{
	unsigned int left = strip->payload + strip->pad - strip->pad_len;
	struct espah_sa *sa = bare_sa(test);
	u8 next = 0xff;
	int i;

	skb->ip_summed = CHECKSUM_COMPLETE;
	KUNIT_ASSERT_EQ(test, espah_esp_strip(skb, sa, &next), strip->cause);
	if (strip->cause)
		return;
	KUNIT_EXPECT_EQ(test, next, IPPROTO_UDP);
	KUNIT_EXPECT_EQ(test, skb->len, left);
	KUNIT_EXPECT_TRUE(test, skb->ip_summed == CHECKSUM_NONE);
	KUNIT_ASSERT_EQ(test, skb_linearize(skb), 0);
	for (i = 0; i < min(left, strip->payload); i++)
		if (skb->data[i] != 0xdd)
			break;
	KUNIT_EXPECT_EQ(test, i, min(left, strip->payload));
}

static void strip_linear(struct kunit *test)
{
	const struct strip *strip = test->param_value;
	u8 *octets = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, octets);
	check_strip(test, strip,
		    fixture_skb(test, 0, octets, fill(strip, octets)));
}

/* Each place where linear part and page can meet, the trailer included. */
static void strip_paged(struct kunit *test)
{
	const struct strip *strip = test->param_value;
	u8 *octets = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);
	unsigned int len, linear, step;

	KUNIT_ASSERT_NOT_NULL(test, octets);
	len = fill(strip, octets);
	step = len > 100 ? 97 : 1;
	for (linear = HEADER; linear < len; linear += step)
		check_strip(test, strip,
			    fixture_skb_paged(test, octets, len, linear));
	check_strip(test, strip, fixture_skb_paged(test, octets, len, len - 1));
	check_strip(test, strip,
		    fixture_skb_paged(test, octets, len, len - ICV - 1));
}

/* What is written by one half is taken off by the other. */
/* Any octet of it that is another one. */
static void padding_is_looked_at(struct kunit *test)
{
	static const struct strip most = { "", 1, 255, 255, 0 };
	u8 *octets = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);
	struct espah_sa *sa = bare_sa(test);
	unsigned int len, i;
	u8 next;

	KUNIT_ASSERT_NOT_NULL(test, octets);
	len = fill(&most, octets);
	for (i = 0; i < most.pad; i++) {
		u8 *octet = octets + HEADER + most.payload + i;

		*octet ^= 0x80;
		KUNIT_EXPECT_EQ(test, espah_esp_strip(fixture_skb(test, 0, octets, len),
						      sa, &next), ESPAH_A_CNT_IN_PADDING);
		KUNIT_EXPECT_EQ(test, espah_esp_strip(fixture_skb_paged(test, octets, len,
									len - 200),
						      sa, &next), ESPAH_A_CNT_IN_PADDING);
		*octet ^= 0x80;
	}
}

static void strip_undoes_write(struct kunit *test)
{
	unsigned int payload, pad_len;
	struct espah_sa *sa = bare_sa(test);
	struct sk_buff *skb;
	u8 next;

	for (payload = 0; payload <= 70; payload++) {
		pad_len = espah_esp_pad_len(sa, payload);
		skb = fixture_skb(test, 0, NULL, HEADER + payload + pad_len +
				  ESPAH_ESP_TRAILER + ICV);
		espah_esp_write_header(skb->data, sa, payload);
		espah_esp_write_trailer(skb->data + HEADER + payload, pad_len,
					payload);
		KUNIT_EXPECT_EQ(test, espah_esp_strip(skb, sa, &next), 0);
		KUNIT_EXPECT_EQ(test, skb->len, payload);
		KUNIT_EXPECT_EQ(test, next, payload);
	}
}

/* RFC 4303 section 3.4.1: an offset or MORE FRAGMENTS, and not DF alone. */
static void fragments_of_ipv4(struct kunit *test)
{
	struct sk_buff *skb = fixture_skb(test, 0, NULL, 60);
	struct iphdr *iph = ip_hdr(skb);
	unsigned int i;

	fixture_ip_header(iph, IPPROTO_ESP, 60);
	__skb_pull(skb, sizeof(*iph));
	for (i = 0; i < 16; i++) {
		iph->frag_off = htons(1 << i);
		KUNIT_EXPECT_EQ(test, espah_packet_is_fragment(skb, AF_INET),
				i < 14);
	}
	iph->frag_off = 0;
	KUNIT_EXPECT_FALSE(test, espah_packet_is_fragment(skb, AF_INET));
}

/* A Fragment header that says the same; one that says that it is the only part does
 * not (RFC 6946).
 */
static void fragments_of_ipv6(struct kunit *test)
{
	struct sk_buff *skb = fixture_skb(test, 0, NULL, 80);
	struct ipv6hdr *iph = ipv6_hdr(skb);
	struct frag_hdr *fh = (struct frag_hdr *)(iph + 1);
	unsigned int i;

	iph->version = 6;
	iph->nexthdr = IPPROTO_ESP;
	__skb_pull(skb, sizeof(*iph) + sizeof(*fh));
	KUNIT_EXPECT_FALSE(test, espah_packet_is_fragment(skb, AF_INET6));
	iph->nexthdr = NEXTHDR_FRAGMENT;
	fh->nexthdr = IPPROTO_ESP;
	KUNIT_EXPECT_FALSE(test, espah_packet_is_fragment(skb, AF_INET6));
	for (i = 0; i < 16; i++) {
		fh->frag_off = htons(1 << i);
		KUNIT_EXPECT_EQ(test, espah_packet_is_fragment(skb, AF_INET6),
				i != 1 && i != 2);
	}
}

static struct kunit_case esp_cases[] = {
	KUNIT_CASE(header_len),
	KUNIT_CASE_PARAM(padding_is_short_and_aligned, align_gen_params),
	KUNIT_CASE_PARAM(payload_max_is_the_most, align_gen_params),
	KUNIT_CASE_PARAM(header_is_written, header_gen_params),
	KUNIT_CASE(trailer_counts_up),
	KUNIT_CASE_PARAM(strip_linear, strip_gen_params),
	KUNIT_CASE_PARAM(strip_paged, strip_gen_params),
	KUNIT_CASE(padding_is_looked_at),
	KUNIT_CASE(strip_undoes_write),
	KUNIT_CASE(fragments_of_ipv4),
	KUNIT_CASE(fragments_of_ipv6),
	{}
};

struct kunit_suite esp_suite = {
	.name		= "esp",
	.test_cases	= esp_cases,
};
