// SPDX-License-Identifier: GPL-2.0-only
/* ChaCha20-Poly1305 of its parts: net/chapoly.c. */

#include <linux/random.h>

#include "../chapoly.h"
#include "../crypto.h"
#include "../esp.h"
#include "../packet.h"
#include "fixture.h"
#include "suites.h"

#define SEQ	0xaabbccdd00000005

/* RFC 7634 appendix A: KEYMAT. */
static const u8 keymat[36] = {
	0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8b,
	0x8c, 0x8d, 0x8e, 0x8f, 0x90, 0x91, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97,
	0x98, 0x99, 0x9a, 0x9b, 0x9c, 0x9d, 0x9e, 0x9f, 0xa0, 0xa1, 0xa2, 0xa3,
};

/* Likewise: SPI, number and IV, which are in clear. */
static const u8 header[16] = {
	0x01, 0x02, 0x03, 0x04, 0x00, 0x00, 0x00, 0x05,
	0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17,
};

/* Likewise: the plaintext. */
static const u8 plain[88] = {
	0x45, 0x00, 0x00, 0x54, 0xa6, 0xf2, 0x00, 0x00, 0x40, 0x01, 0xe7, 0x78,
	0xc6, 0x33, 0x64, 0x05, 0xc0, 0x00, 0x02, 0x05, 0x08, 0x00, 0x5b, 0x7a,
	0x3a, 0x08, 0x00, 0x00, 0x55, 0x3b, 0xec, 0x10, 0x00, 0x07, 0x36, 0x27,
	0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x10, 0x11, 0x12, 0x13,
	0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f,
	0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x28, 0x29, 0x2a, 0x2b,
	0x2c, 0x2d, 0x2e, 0x2f, 0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37,
	0x01, 0x02, 0x02, 0x04,
};

/* Likewise: ciphertext and tag. */
static const u8 sealed[88 + 16] = {
	0x24, 0x03, 0x94, 0x28, 0xb9, 0x7f, 0x41, 0x7e, 0x3c, 0x13, 0x75, 0x3a,
	0x4f, 0x05, 0x08, 0x7b, 0x67, 0xc3, 0x52, 0xe6, 0xa7, 0xfa, 0xb1, 0xb9,
	0x82, 0xd4, 0x66, 0xef, 0x40, 0x7a, 0xe5, 0xc6, 0x14, 0xee, 0x80, 0x99,
	0xd5, 0x28, 0x44, 0xeb, 0x61, 0xaa, 0x95, 0xdf, 0xab, 0x4c, 0x02, 0xf7,
	0x2a, 0xa7, 0x1e, 0x7c, 0x4c, 0x4f, 0x64, 0xc9, 0xbe, 0xfe, 0x2f, 0xac,
	0xc6, 0x38, 0xe8, 0xf3, 0xcb, 0xec, 0x16, 0x3f, 0xac, 0x46, 0x9b, 0x50,
	0x27, 0x73, 0xf6, 0xfb, 0x94, 0xe6, 0x64, 0xda, 0x91, 0x65, 0xb8, 0x28,
	0x29, 0xf6, 0x41, 0xe0, 0x76, 0xaa, 0xa8, 0x26, 0x6b, 0x7f, 0xb0, 0xf7,
	0xb1, 0x1b, 0x36, 0x99, 0x07, 0xe1, 0xad, 0x43,
};

/* An SA with the cipher, and its parts; ends with no_parts(). */
static struct espah_sa *with_parts(struct kunit *test)
{
	struct espah_sa_config config = fixture_chacha_config(0x1020304,
							       keymat);
	struct espah_sa *sa = fixture_blank_sa(test);

	KUNIT_ASSERT_NOT_NULL(test, sa);
	sa->id = config.id;
	sa->iv_len = 8;
	sa->icv_len = 16;
	sa->tfm = espah_crypto_alloc(&config, NULL);
	KUNIT_ASSERT_FALSE(test, IS_ERR(sa->tfm));
	sa->chapoly = espah_chapoly_alloc(&config, sa->tfm);
	KUNIT_ASSERT_FALSE(test, IS_ERR_OR_NULL(sa->chapoly));
	return sa;
}

static void no_parts(struct espah_sa *sa)
{
	espah_chapoly_free(sa->chapoly);
	espah_crypto_free(sa->tfm);
}

static struct sk_buff *packet_of(struct kunit *test, const void *data,
				 unsigned int len)
{
	struct sk_buff *skb = fixture_skb(test, 0, NULL, sizeof(header) + len);

	memcpy(skb->data, header, sizeof(header));
	memcpy(skb->data + sizeof(header), data, len);
	espah_packet(skb)->seq = SEQ;
	return skb;
}

/* Both ways. */
static void packet_is_the_published_one(struct kunit *test)
{
	struct espah_sa *sa = with_parts(test);
	u8 data[sizeof(sealed)] = {};
	struct sk_buff *skb;

	memcpy(data, plain, sizeof(plain));
	skb = packet_of(test, data, sizeof(data));
	KUNIT_EXPECT_EQ(test, espah_chapoly_seal(sa, skb), 0);
	KUNIT_EXPECT_EQ(test, memcmp(skb->data, header, sizeof(header)), 0);
	KUNIT_EXPECT_EQ(test, memcmp(skb->data + sizeof(header), sealed,
				     sizeof(sealed)), 0);
	KUNIT_EXPECT_EQ(test, espah_chapoly_open(sa, skb), 0);
	KUNIT_EXPECT_EQ(test, memcmp(skb->data + sizeof(header), plain,
				     sizeof(plain)), 0);
	no_parts(sa);
}

/* Whichever octet is another, and nothing of the packet is touched. */
static void forgery_is_refused(struct kunit *test)
{
	struct espah_sa *sa = with_parts(test);
	struct sk_buff *skb = packet_of(test, sealed, sizeof(sealed));
	u8 octets[sizeof(header) + sizeof(sealed)];
	unsigned int i;

	for (i = 0; i < skb->len; i++) {
		skb->data[i] ^= 0x10;
		memcpy(octets, skb->data, sizeof(octets));
		KUNIT_EXPECT_EQ(test, espah_chapoly_open(sa, skb), -EBADMSG);
		KUNIT_EXPECT_EQ(test, memcmp(skb->data, octets,
					     sizeof(octets)), 0);
		skb->data[i] ^= 0x10;
	}
	KUNIT_EXPECT_EQ(test, espah_chapoly_open(sa, skb), 0);
	no_parts(sa);
}

struct kind {
	const char	*name;
	bool		esn;
	bool		implicit;
};

static const struct kind kinds[] = {
	{ "numbers of 32 bits" },
	{ "extended numbers", true },
	{ "implicit IV", false, true },
	{ "implicit IV of an extended number", true, true },
};

static void kind_desc(const struct kind *kind, char *desc)
{
	strscpy(desc, kind->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(kind, kinds, kind_desc);

/* The crypto API's template, in place. */
static int seal_as_one(const struct espah_sa *sa, struct sk_buff *skb)
{
	unsigned int clear = espah_esp_header_len(sa);
	struct aead_request *req;
	int err;

	req = espah_crypto_request(sa, skb, 1, clear, NULL);
	if (!req)
		return -ENOMEM;
	aead_request_set_crypt(req, req->src, req->dst,
			       skb->len - clear - sa->icv_len, req->iv);
	err = crypto_aead_encrypt(req);
	espah_crypto_request_free(req);
	return err;
}

/* A packet to be sealed, of such a payload. */
static struct sk_buff *unsealed(struct kunit *test, const struct espah_sa *sa,
				const u8 *payload, unsigned int len)
{
	unsigned int clear = espah_esp_header_len(sa);
	struct sk_buff *skb = packet_of(test, payload, len + sa->icv_len);

	memcpy(skb->data + clear, payload, len);
	skb_trim(skb, clear + len + sa->icv_len);
	return skb;
}

/* Of so many octets of payload, whatever they are. */
static void is_as_of_one(struct kunit *test, const struct espah_sa *sa,
			 unsigned int len)
{
	unsigned int clear = espah_esp_header_len(sa);
	struct sk_buff *skb, *other;
	static u8 random[2048];

	get_random_bytes(random, len);
	skb = unsealed(test, sa, random, len);
	other = unsealed(test, sa, random, len);
	KUNIT_EXPECT_EQ(test, seal_as_one(sa, other), 0);
	KUNIT_EXPECT_EQ(test, espah_chapoly_seal(sa, skb), 0);
	KUNIT_EXPECT_EQ_MSG(test, memcmp(skb->data, other->data, skb->len), 0,
			    "%u octets", len);
	KUNIT_EXPECT_EQ(test, espah_chapoly_open(sa, skb), 0);
	KUNIT_EXPECT_EQ(test, memcmp(skb->data + clear, random, len), 0);
}

static void parts_do_what_the_whole_does(struct kunit *test)
{
	const struct kind *kind = test->param_value;
	struct espah_sa *sa = with_parts(test);
	unsigned int len;

	sa->esn = kind->esn;
	if (kind->implicit) {
		sa->iv = ESPAH_IV_IMPLICIT;
		sa->iv_len = 0;
	}
	sa->aad_apart = kind->esn || kind->implicit;
	for (len = 2; len <= 300; len++)
		is_as_of_one(test, sa, len);
	is_as_of_one(test, sa, 1024);
	is_as_of_one(test, sa, 1438);
	no_parts(sa);
}

static void other_ciphers_have_no_parts(struct kunit *test)
{
	struct espah_sa_config config = fixture_sa_config(0x100);
	struct crypto_aead *tfm = espah_crypto_alloc(&config, NULL);

	KUNIT_ASSERT_FALSE(test, IS_ERR(tfm));
	KUNIT_EXPECT_NULL(test, espah_chapoly_alloc(&config, tfm));
	espah_crypto_free(tfm);
	espah_chapoly_free(NULL);
}

static struct kunit_case chapoly_cases[] = {
	KUNIT_CASE(packet_is_the_published_one),
	KUNIT_CASE(forgery_is_refused),
	KUNIT_CASE_PARAM(parts_do_what_the_whole_does, kind_gen_params),
	KUNIT_CASE(other_ciphers_have_no_parts),
	{}
};

struct kunit_suite chapoly_suite = {
	.name		= "chapoly",
	.test_cases	= chapoly_cases,
};
