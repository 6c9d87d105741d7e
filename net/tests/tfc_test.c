// SPDX-License-Identifier: GPL-2.0-only
/* Padding for traffic flow confidentiality: net/tfc.c. */

#include <linux/ip.h>
#include <linux/skbuff.h>

#include "../tfc.h"
#include "fixture.h"
#include "suites.h"

/* A tunnel over a route of 1500: 1446 octets go in. */
#define FITS	1446

struct pad {
	const char	*name;
	unsigned int	tfcpad;
	unsigned int	len;
	/* So many octets in the linear part, 0 for all. */
	unsigned int	linear;
	/* The packet is somebody else's, too. */
	bool		shared;
	unsigned int	padded;
};

static const struct pad pads[] = {
	{ "short", 500, 20, .padded = 500 },
	{ "one octet", 500, 499, .padded = 500 },
	{ "just as long", 500, 500, .padded = 500 },
	{ "longer", 500, 501, .padded = 501 },
	{ "less than any", 1, 28, .padded = 28 },
	{ "all there is room for", 1446, 28, .padded = FITS },
	{ "more than there is room for", 1447, 28, .padded = FITS },
	{ "longest", 65535, 28, .padded = FITS },
	{ "no room left", 65535, FITS, .padded = FITS },
	{ "to be fragmented", 65535, FITS + 1, .padded = FITS + 1 },
	{ "in pages", 1000, 600, .linear = 20, .padded = 1000 },
	{ "shared", 1000, 600, .shared = true, .padded = 1000 },
	{ "shared, in pages", 1000, 600, .linear = 64, .shared = true, .padded = 1000 },
};

static void pad_desc(const struct pad *pad, char *desc)
{
	strscpy(desc, pad->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(pad, pads, pad_desc);

static struct espah_sa *padding_sa(struct kunit *test, u16 tfcpad)
{
	struct espah_sa *sa = fixture_blank_sa(test);

	KUNIT_ASSERT_NOT_NULL(test, sa);
	sa->id.family = AF_INET;
	sa->id.proto = IPPROTO_ESP;
	sa->mode = ESPAH_MODE_TUNNEL;
	sa->iv_len = 8;
	sa->icv_len = 16;
	sa->align = 4;
	sa->tfcpad = tfcpad;
	return sa;
}

static struct sk_buff *packet(struct kunit *test, const struct pad *pad,
			      const u8 *octets)
{
	struct sk_buff *skb;

	skb = pad->linear ? fixture_skb_paged(test, octets, pad->len, pad->linear) :
			    fixture_skb(test, 0, octets, pad->len);
	skb_dst_set(skb, dst_clone(fixture_route(test, 0, 1500)));
	return skb;
}

static void length_is_hidden(struct kunit *test)
{
	const struct pad *pad = test->param_value;
	u8 *octets = kunit_kzalloc(test, 2 * FITS, GFP_KERNEL);
	struct sk_buff *skb, *other = NULL;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, octets);
	fixture_ip_header((struct iphdr *)octets, IPPROTO_UDP, pad->len);
	memset(octets + 20, 0xa5, pad->len - 20);
	skb = packet(test, pad, octets);
	if (pad->shared)
		other = skb_clone(skb, GFP_KERNEL);

	KUNIT_EXPECT_EQ(test, espah_tfc_pad(skb, padding_sa(test, pad->tfcpad),
					    NULL), 0);
	KUNIT_ASSERT_EQ(test, skb->len, pad->padded);
	KUNIT_EXPECT_EQ(test, ntohs(ip_hdr(skb)->tot_len), pad->len);
	if (other)
		KUNIT_EXPECT_EQ(test, other->len, pad->len);
	kfree_skb(other);

	/* The packet, and zeros behind it. */
	KUNIT_ASSERT_EQ(test, skb_linearize(skb), 0);
	for (i = 0; i < pad->padded; i++)
		if (skb->data[i] != octets[i])
			break;
	KUNIT_EXPECT_EQ(test, i, pad->padded);
}

static struct kunit_case tfc_cases[] = {
	KUNIT_CASE_PARAM(length_is_hidden, pad_gen_params),
	{}
};

struct kunit_suite tfc_suite = {
	.name		= "tfc",
	.test_cases	= tfc_cases,
};
