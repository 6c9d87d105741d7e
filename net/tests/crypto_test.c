// SPDX-License-Identifier: GPL-2.0-only
/* Ciphers, IVs and requests: net/crypto.c. */

#include <linux/scatterlist.h>

#include "../crypto.h"
#include "../packet.h"
#include "fixture.h"
#include "suites.h"

struct iv {
	const char	*name;
	u64		mask;
	u64		seq;
	u8		octets[8];
};

static const struct iv ivs[] = {
	{ "no mask", 0, 1, { 0, 0, 0, 0, 0, 0, 0, 1 } },
	{ "no mask, end of 32 bits", 0, U32_MAX,
	  { 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff } },
	{ "no mask, beyond 32 bits", 0, 1ULL << 32,
	  { 0, 0, 0, 1, 0, 0, 0, 0 } },
	{ "end of 64 bits", 0, U64_MAX,
	  { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } },
	{ "masked", 0x0123456789abcdef, 0x10,
	  { 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xff } },
	{ "mask of ones", U64_MAX, 1,
	  { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe } },
};

static void iv_desc(const struct iv *iv, char *desc)
{
	strscpy(desc, iv->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(iv, ivs, iv_desc);

static struct espah_sa *bare_sa(struct kunit *test)
{
	struct espah_sa *sa = fixture_blank_sa(test);

	KUNIT_ASSERT_NOT_NULL(test, sa);
	sa->iv_len = 8;
	sa->icv_len = 16;
	return sa;
}

static void iv_is_the_masked_number(struct kunit *test)
{
	const struct iv *iv = test->param_value;
	struct espah_sa *sa = bare_sa(test);
	u8 said[8];

	sa->iv_mask = iv->mask;
	espah_crypto_iv(sa, iv->seq, said);
	KUNIT_EXPECT_EQ(test, memcmp(said, iv->octets, sizeof(said)), 0);
}

/* A block that the cipher makes the IV of, as long as the cipher has them. */
static void block_ends_with_the_masked_number(struct kunit *test)
{
	static const u8 block[16] = { 0, 0, 0, 0, 0, 0, 0, 0,
				      0, 0, 0, 0, 0, 0, 0, 0xff };
	struct espah_sa *sa = bare_sa(test);
	u8 said[16 + 1];

	sa->iv = ESPAH_IV_ENCRYPTED;
	sa->iv_mask = 0xf0;
	for (sa->iv_len = 8; sa->iv_len <= 16; sa->iv_len += 8) {
		memset(said, 0xaa, sizeof(said));
		espah_crypto_iv(sa, 0x0f, said);
		KUNIT_EXPECT_EQ(test, memcmp(said, block + 16 - sa->iv_len,
					     sa->iv_len), 0);
		KUNIT_EXPECT_EQ(test, said[sa->iv_len], 0xaa);
	}
}

struct refusal {
	const char	*name;
	const char	*alg_name;
	unsigned int	key_len;
	unsigned int	icv_bits;
	const char	*words;
	const char	*auth_name;
};

/* So long that no module can have the name, and none is looked for. */
#define UNKNOWN	"rfc4106(gcm(an-algorithm-that-has-this-name-will-not-be-found-anywhere))"

static const struct refusal refusals[] = {
	{ "unknown name", UNKNOWN, 20, 128, "aead name" },
	{ "unknown name, wrapped", "cryptd(" UNKNOWN ")", 20, 128, "aead name" },
	{ "no key", "rfc4106(gcm(aes))", 0, 128, "aead key" },
	{ "only a salt", "rfc4106(gcm(aes))", 4, 128, "aead key" },
	{ "short key", "rfc4106(gcm(aes))", 19, 128, "aead key" },
	{ "no ICV", "rfc4106(gcm(aes))", 20, 0, "aead icv-bits" },
	{ "long ICV", "rfc4106(gcm(aes))", 20, 136, "aead icv-bits" },
	{ "unknown pair", UNKNOWN, 16, 128, "enc name", "hmac(sha256)" },
	{ "short key of a pair", "cbc(aes)", 15, 128, "enc key", "hmac(sha256)" },
	{ "long ICV of a pair", "cbc(aes)", 16, 264, "auth icv-bits",
	  "hmac(sha256)" },
};

static void refusal_desc(const struct refusal *refusal, char *desc)
{
	strscpy(desc, refusal->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(refusal, refusals, refusal_desc);

static void cipher_is_refused_with_words(struct kunit *test)
{
	const struct refusal *refusal = test->param_value;
	size_t skip = espah_alg_wrapper(refusal->alg_name);
	struct espah_sa_config config = fixture_sa_config(0x100);
	struct netlink_ext_ack extack = {};
	char name[CRYPTO_MAX_ALG_NAME];
	struct espah_alg alg = { .name = name };
	struct crypto_aead *tfm;

	strscpy(name, refusal->alg_name + skip, sizeof(name));
	if (skip)
		name[strlen(name) - 1] = '\0';
	config.alg = &alg;
	config.alg_name = refusal->alg_name;
	config.auth = refusal->auth_name ?
		espah_alg_find(ESPAH_ALG_AUTH, refusal->auth_name) : NULL;
	config.auth_name = refusal->auth_name;
	config.auth_key = config.key;
	config.auth_key_len = 20;
	config.key_len = refusal->key_len;
	config.icv_bits = refusal->icv_bits;
	tfm = espah_crypto_alloc(&config, &extack);
	KUNIT_EXPECT_TRUE(test, IS_ERR(tfm));
	if (!IS_ERR(tfm))
		espah_crypto_free(tfm);
	KUNIT_ASSERT_NOT_NULL(test, extack._msg);
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(extack._msg, refusal->words),
				  "said: %s", extack._msg);
}

/* The cipher is the one that the crypto API makes of both keys by itself. */
static void both_keys_are_set(struct kunit *test)
{
	struct espah_sa_config config = fixture_sa_config(0x100);
	static const u8 auth_key[32] = { 0x77 };
	struct crypto_aead *tfm;

	config.alg = espah_alg_find(ESPAH_ALG_ENC, "cbc(aes)");
	config.auth = espah_alg_find(ESPAH_ALG_AUTH, "hmac(sha256)");
	config.alg_name = "cbc(aes)";
	config.key_len = 16;
	config.auth_name = "hmac(sha256)";
	config.auth_key = auth_key;
	config.auth_key_len = sizeof(auth_key);
	tfm = espah_crypto_alloc(&config, NULL);
	KUNIT_ASSERT_FALSE(test, IS_ERR(tfm));
	KUNIT_EXPECT_EQ(test, crypto_aead_ivsize(tfm), 16);
	KUNIT_EXPECT_EQ(test, crypto_aead_authsize(tfm), 16);
	KUNIT_EXPECT_FALSE(test, crypto_aead_get_flags(tfm) &
				 CRYPTO_TFM_NEED_KEY);
	espah_crypto_free(tfm);
}

static void no_cipher_is_freed(struct kunit *test)
{
	espah_crypto_free(NULL);
}

/* Each octet is its own number; the first 24 are linear. */
static struct sk_buff *numbered_skb(struct kunit *test, u8 *octets, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		octets[i] = i;
	return fixture_skb_paged(test, octets, len, 24);
}

/* The IV is a copy of its own, and the list covers the packet and no more. */
static void request_describes_the_packet(struct kunit *test)
{
	struct espah_sa_config config = fixture_sa_config(0x100);
	struct espah_sa *sa = bare_sa(test);
	struct aead_request *req;
	struct sk_buff *skb;
	u8 octets[60];

	skb = numbered_skb(test, octets, sizeof(octets));
	sa->tfm = espah_crypto_alloc(&config, NULL);
	KUNIT_ASSERT_FALSE(test, IS_ERR(sa->tfm));
	req = espah_crypto_request(sa, skb, 2, 16, NULL);
	KUNIT_EXPECT_NOT_NULL(test, req);
	if (req) {
		KUNIT_EXPECT_EQ(test, memcmp(req->iv, octets + 8, 8), 0);
		KUNIT_EXPECT_PTR_NE(test, req->iv, skb->data + 8);
		KUNIT_EXPECT_EQ(test, req->assoclen, 16);
		KUNIT_EXPECT_PTR_EQ(test, req->src, req->dst);
		KUNIT_EXPECT_EQ(test, sg_nents(req->src), 2);
		KUNIT_EXPECT_EQ(test, req->src[0].length, 24);
		KUNIT_EXPECT_EQ(test, req->src[1].length, 36);
		KUNIT_EXPECT_PTR_EQ(test, req->base.data, (void *)skb);
		espah_crypto_request_free(req);
	}
	espah_crypto_free(sa->tfm);
}

/* RFC 4303 section 2.2.1: the high half is authenticated, and not in the packet. */
static void request_has_the_extended_number(struct kunit *test)
{
	static const u8 authenticated[] = {
		0, 1, 2, 3, 0xaa, 0xbb, 0xcc, 0xdd, 4, 5, 6, 7,
	};
	struct espah_sa_config config = fixture_sa_config(0x100);
	struct espah_sa *sa = bare_sa(test);
	struct aead_request *req;
	struct sk_buff *skb;
	u8 octets[60];
	u8 said[72];

	skb = numbered_skb(test, octets, sizeof(octets));
	espah_packet(skb)->seq = 0xaabbccdd04050607;
	sa->esn = true;
	sa->aad_apart = true;
	sa->tfm = espah_crypto_alloc(&config, NULL);
	KUNIT_ASSERT_FALSE(test, IS_ERR(sa->tfm));
	req = espah_crypto_request(sa, skb, 2, 16, NULL);
	KUNIT_EXPECT_NOT_NULL(test, req);
	if (req) {
		KUNIT_EXPECT_EQ(test, memcmp(req->iv, octets + 8, 8), 0);
		KUNIT_EXPECT_EQ(test, req->assoclen, 20);
		KUNIT_EXPECT_EQ(test, sg_nents(req->src), 3);
		KUNIT_EXPECT_EQ(test, sg_copy_to_buffer(req->src, 3, said,
							sizeof(said)), 64);
		KUNIT_EXPECT_EQ(test, memcmp(said, authenticated,
					     sizeof(authenticated)), 0);
		KUNIT_EXPECT_EQ(test, memcmp(said + 12, octets + 8, 52), 0);
		espah_crypto_request_free(req);
	}
	espah_crypto_free(sa->tfm);
}

/* What is behind the ESP header is encrypted, so many octets of it: it becomes @expected, and the
 * header stays as it is.
 */
static void becomes(struct kunit *test, const struct espah_sa *sa,
		    struct sk_buff *skb, unsigned int len, const u8 *expected,
		    unsigned int expected_len)
{
	static const u8 header[8] = { 0, 1, 2, 3, 4, 5, 6, 7 };
	struct aead_request *req;
	u8 said[8 + 32];

	KUNIT_ASSERT_LE(test, 8 + expected_len, sizeof(said));
	req = espah_crypto_request(sa, skb, 2, 8, NULL);
	KUNIT_EXPECT_NOT_NULL(test, req);
	if (!req)
		return;
	aead_request_set_crypt(req, req->src, req->dst, len, req->iv);
	KUNIT_EXPECT_EQ(test, crypto_aead_encrypt(req), 0);
	KUNIT_EXPECT_EQ(test, skb_copy_bits(skb, 0, said, 8 + expected_len), 0);
	KUNIT_EXPECT_EQ(test, memcmp(said, header, 8), 0);
	KUNIT_EXPECT_EQ(test, memcmp(said + 8, expected, expected_len), 0);
	espah_crypto_request_free(req);
}

/* AES-GCM with the key of fixture_sa_config(), of 16 octets that count from 8 on, computed
 * with OpenSSL; no vectors of RFC 8750 are known.
 */
struct implicit {
	const char	*name;
	bool		esn;
	u64		seq;
	u8		octets[32];
};

static const struct implicit implicits[] = {
	{ "32 bits", false, 0x04050607, {
		0x05, 0x1b, 0xa4, 0x4c, 0x15, 0x8b, 0xa1, 0x3f,
		0xf5, 0xe3, 0x18, 0xf5, 0x0d, 0xbe, 0xff, 0x71,
		0x48, 0x52, 0xdd, 0xf2, 0x1c, 0xc9, 0x6e, 0xb7,
		0x04, 0x75, 0x8d, 0x8a, 0x36, 0xbc, 0xbb, 0xac } },
	{ "64 bits", true, 0xaabbccdd04050607, {
		0x8b, 0x77, 0x94, 0xd6, 0x00, 0x91, 0x07, 0xa1,
		0x92, 0xc2, 0xa8, 0x53, 0xa5, 0xd3, 0xd5, 0x01,
		0x4d, 0x05, 0x09, 0xe8, 0xd5, 0x5e, 0x08, 0x6b,
		0xf1, 0x28, 0x08, 0xe1, 0xec, 0x5c, 0x7f, 0x75 } },
};

static void implicit_desc(const struct implicit *implicit, char *desc)
{
	strscpy(desc, implicit->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(implicit, implicits, implicit_desc);

static void implicit_iv_is_the_number(struct kunit *test)
{
	const struct implicit *implicit = test->param_value;
	struct espah_sa_config config = fixture_sa_config(0x100);
	u8 octets[8 + sizeof(implicit->octets)];
	struct espah_sa *sa = bare_sa(test);
	struct sk_buff *skb;

	skb = numbered_skb(test, octets, sizeof(octets));
	espah_packet(skb)->seq = implicit->seq;
	sa->esn = implicit->esn;
	sa->iv = ESPAH_IV_IMPLICIT;
	sa->iv_len = 0;
	sa->aad_apart = true;
	sa->tfm = espah_crypto_alloc(&config, NULL);
	KUNIT_ASSERT_FALSE(test, IS_ERR(sa->tfm));
	becomes(test, sa, skb, 16, implicit->octets, sizeof(implicit->octets));
	espah_crypto_free(sa->tfm);
}

/* What the cipher makes of an IV's block and of 16 octets that count on behind it, computed with
 * OpenSSL, from an IV of zeros; the keys count from 1 on.
 */
struct encrypted {
	const char	*name;
	unsigned int	key_len;
	u8		octets[32];
};

static const struct encrypted encrypteds[] = {
	{ "cbc(aes)", 16, {
		0x3d, 0x8d, 0x9f, 0xe2, 0xe3, 0x76, 0x64, 0xb1,
		0x0a, 0xf2, 0x11, 0x99, 0x36, 0x5b, 0xdd, 0xe4,
		0x2a, 0x01, 0x4b, 0x9f, 0x8f, 0xcc, 0x43, 0x26,
		0x1e, 0x44, 0x6a, 0x14, 0x90, 0xaa, 0x52, 0x90 } },
	{ "cbc(des3_ede)", 24, {
		0x99, 0xe3, 0x6b, 0xfa, 0xc3, 0x5f, 0xd8, 0xcb,
		0x29, 0x0f, 0x77, 0xa7, 0x43, 0x46, 0xeb, 0x5c,
		0x00, 0x66, 0x48, 0xf0, 0x14, 0xea, 0xa8, 0x4b } },
};

static void encrypted_desc(const struct encrypted *encrypted, char *desc)
{
	strscpy(desc, encrypted->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(encrypted, encrypteds, encrypted_desc);

/* An SA with encryption and integrity apart, and its cipher. */
static struct espah_sa *paired_sa(struct kunit *test, const char *enc,
				  unsigned int key_len)
{
	static const u8 key[32] = { 1,	2,  3,	4,  5,	6,  7,	8,
				    9,	10, 11, 12, 13, 14, 15, 16,
				    17, 18, 19, 20, 21, 22, 23, 24 };
	struct espah_sa_config config = fixture_sa_config(0x100);
	struct espah_sa *sa = bare_sa(test);

	config.alg = espah_alg_find(ESPAH_ALG_ENC, enc);
	config.alg_name = enc;
	config.key = key;
	config.key_len = key_len;
	config.auth = espah_alg_find(ESPAH_ALG_AUTH, "hmac(sha256)");
	config.auth_name = "hmac(sha256)";
	config.auth_key = key;
	config.auth_key_len = sizeof(key);
	sa->iv = config.alg->iv;
	sa->iv_len = config.alg->iv_len;
	sa->tfm = espah_crypto_alloc(&config, NULL);
	KUNIT_ASSERT_FALSE(test, IS_ERR(sa->tfm));
	return sa;
}

/* Of a block chaining mode, the cipher makes the IV, and the payload follows from it. */
static void iv_is_what_the_cipher_makes(struct kunit *test)
{
	const struct encrypted *encrypted = test->param_value;
	struct espah_sa *sa = paired_sa(test, encrypted->name,
					encrypted->key_len);
	unsigned int len = sa->iv_len + 16;
	u8 octets[8 + 32 + 16];
	struct sk_buff *skb;

	sa->iv_mask = 0x1122334455667788;
	skb = numbered_skb(test, octets, 8 + len + 16);
	espah_crypto_iv(sa, 0xaabbccdd04050607, skb->data + 8);
	becomes(test, sa, skb, len, encrypted->octets, len);
	espah_crypto_free(sa->tfm);
}

static struct kunit_case crypto_cases[] = {
	KUNIT_CASE_PARAM(iv_is_the_masked_number, iv_gen_params),
	KUNIT_CASE(block_ends_with_the_masked_number),
	KUNIT_CASE(both_keys_are_set),
	KUNIT_CASE_PARAM(cipher_is_refused_with_words, refusal_gen_params),
	KUNIT_CASE(no_cipher_is_freed),
	KUNIT_CASE(request_describes_the_packet),
	KUNIT_CASE(request_has_the_extended_number),
	KUNIT_CASE_PARAM(implicit_iv_is_the_number, implicit_gen_params),
	KUNIT_CASE_PARAM(iv_is_what_the_cipher_makes, encrypted_gen_params),
	{}
};

struct kunit_suite crypto_suite = {
	.name		= "crypto",
	.test_cases	= crypto_cases,
};
