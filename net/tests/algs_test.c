// SPDX-License-Identifier: GPL-2.0-only
/* The algorithms: names, key lengths and ICVs of net/algs.c. */

#include "../algs.h"
#include "suites.h"

#define GCM	"rfc4106(gcm(aes))"

struct name {
	const char	*name;
	size_t		wrapper;
	bool		found;
};

static const struct name names[] = {
	{ GCM, 0, true },
	{ "pcrypt(" GCM ")", 7, true },
	{ "cryptd(" GCM ")", 7, true },
	{ "", 0, false },
	{ "rfc4106", 0, false },
	{ "rfc4106(gcm(aes)", 0, false },
	{ GCM ")", 0, false },
	{ GCM " ", 0, false },
	{ " " GCM, 0, false },
	{ "RFC4106(gcm(aes))", 0, false },
	{ "gcm(aes)", 0, false },
	{ "pcrypt", 0, false },
	{ "pcrypt(", 0, false },
	{ "pcrypt()", 7, false },
	{ "pcrypt())", 7, false },
	/* The last parenthesis closes the wrapper: one is missing inside. */
	{ "pcrypt(" GCM, 7, false },
	{ "pcrypt(" GCM "))", 7, false },
	{ "pcrypt(" GCM ") ", 0, false },
	{ "pcrypt(pcrypt(" GCM "))", 7, false },
	{ "pcrypt(cryptd(" GCM "))", 7, false },
	{ "other(" GCM ")", 0, false },
	{ "pcrypt[" GCM "]", 0, false },
	/* These have two keys. */
	{ "authenc(hmac(sha256),cbc(aes))", 0, false },
	{ "cbc(aes)", 0, false },
};

static void name_desc(const struct name *name, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "'%s'", name->name);
}

KUNIT_ARRAY_PARAM(name, names, name_desc);

static void name_is_known(struct kunit *test)
{
	const struct name *name = test->param_value;
	const struct espah_alg *alg = espah_alg_find(ESPAH_ALG_AEAD, name->name);

	KUNIT_EXPECT_EQ(test, espah_alg_wrapper(name->name), name->wrapper);
	KUNIT_EXPECT_EQ(test, !!alg, name->found);
	if (alg)
		KUNIT_EXPECT_STREQ(test, alg->name, GCM);
}

/* What the RFCs say of each, said here once more. */
struct known {
	enum espah_alg_kind	kind;
	const char		*name;
	const char		*source;
	/* With the salt; all of them. */
	unsigned int		keys[3];
	unsigned int		icv_bits[3];
	enum espah_iv		iv;
	u8			iv_len;
	u8			align;
	u8			salt_len;
	bool			legacy;
};

static const struct known known[] = {
	{ ESPAH_ALG_AEAD, GCM, "RFC 4106", { 20, 28, 36 }, { 64, 96, 128 },
	  ESPAH_IV_COUNTER, 8, 4, 4 },
	{ ESPAH_ALG_AEAD, "rfc4309(ccm(aes))", "RFC 4309", { 19, 27, 35 },
	  { 64, 96, 128 }, ESPAH_IV_COUNTER, 8, 4, 3 },
	{ ESPAH_ALG_AEAD, "rfc4543(gcm(aes))", "RFC 4543", { 20, 28, 36 },
	  { 128 }, ESPAH_IV_COUNTER, 8, 4, 4 },
	{ ESPAH_ALG_AEAD, "rfc7539esp(chacha20,poly1305)", "RFC 7634", { 36 },
	  { 128 }, ESPAH_IV_COUNTER, 8, 4, 4 },
	{ ESPAH_ALG_ENC, "cbc(aes)", "RFC 3602", { 16, 24, 32 }, {},
	  ESPAH_IV_ENCRYPTED, 16, 16 },
	{ ESPAH_ALG_ENC, "rfc3686(ctr(aes))", "RFC 3686", { 20, 28, 36 }, {},
	  ESPAH_IV_COUNTER, 8, 4, 4 },
	{ ESPAH_ALG_ENC, "cbc(camellia)", "RFC 4312", { 16, 24, 32 }, {},
	  ESPAH_IV_ENCRYPTED, 16, 16 },
	{ ESPAH_ALG_ENC, "cbc(des3_ede)", "RFC 2451", { 24 }, {},
	  ESPAH_IV_ENCRYPTED, 8, 8 },
	{ ESPAH_ALG_ENC, "ecb(cipher_null)", "RFC 2410", { 0 }, {},
	  ESPAH_IV_NONE, 0, 4 },
	{ ESPAH_ALG_ENC, "cbc(des)", "RFC 2405", { 8 }, {},
	  ESPAH_IV_ENCRYPTED, 8, 8, 0, true },
	{ ESPAH_ALG_AUTH, "hmac(sha1)", "RFC 2404", { 20 }, { 96 } },
	{ ESPAH_ALG_AUTH, "hmac(sha256)", "RFC 4868", { 32 }, { 128, 96 } },
	{ ESPAH_ALG_AUTH, "hmac(sha384)", "RFC 4868", { 48 }, { 192 } },
	{ ESPAH_ALG_AUTH, "hmac(sha512)", "RFC 4868", { 64 }, { 256 } },
	{ ESPAH_ALG_AUTH, "xcbc(aes)", "RFC 3566", { 16 }, { 96 } },
	{ ESPAH_ALG_AUTH, "cmac(aes)", "RFC 4494", { 16 }, { 96 } },
	{ ESPAH_ALG_AUTH, "hmac(md5)", "RFC 2403", { 16 }, { 96 },
	  .legacy = true },
};

static void known_desc(const struct known *one, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s", one->name);
}

KUNIT_ARRAY_PARAM(known, known, known_desc);

static bool among(const unsigned int *numbers, unsigned int number)
{
	return number == numbers[0] ||
	       (number && (number == numbers[1] || number == numbers[2]));
}

static void alg_is_as_its_rfc(struct kunit *test)
{
	const struct known *one = test->param_value;
	const struct espah_alg *alg = espah_alg_find(one->kind, one->name);
	unsigned int len;

	KUNIT_ASSERT_NOT_NULL(test, alg);
	KUNIT_EXPECT_STREQ(test, alg->source, one->source);
	KUNIT_EXPECT_EQ(test, (int)alg->iv, (int)one->iv);
	KUNIT_EXPECT_EQ(test, alg->iv_len, one->iv_len);
	KUNIT_EXPECT_EQ(test, alg->align, one->align);
	KUNIT_EXPECT_EQ(test, alg->salt_len, one->salt_len);
	KUNIT_EXPECT_EQ(test, alg->legacy, one->legacy);
	KUNIT_EXPECT_NOT_NULL(test, alg->key_wanted);
	KUNIT_EXPECT_EQ(test, !!alg->icv_wanted, one->kind != ESPAH_ALG_ENC);
	for (len = 0; len <= 600; len++)
		KUNIT_EXPECT_EQ_MSG(test, espah_alg_key_fits(alg, len),
				    among(one->keys, len), "%u octets", len);
	for (len = 1; len <= 4200; len++)
		KUNIT_EXPECT_EQ_MSG(test, espah_alg_icv_fits(alg, len),
				    among(one->icv_bits, len), "%u bits", len);
	KUNIT_EXPECT_FALSE(test, espah_alg_icv_fits(alg, 0));
}

static void each_is_of_one_kind(struct kunit *test)
{
	static const enum espah_alg_kind kinds[] = {
		ESPAH_ALG_AEAD, ESPAH_ALG_ENC, ESPAH_ALG_AUTH,
	};
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(known); i++)
		for (j = 0; j < ARRAY_SIZE(kinds); j++)
			KUNIT_EXPECT_EQ_MSG(test,
					    !!espah_alg_find(kinds[j],
							     known[i].name),
					    kinds[j] == known[i].kind, "%s",
					    known[i].name);
}

/* Each kind may be wrapped. */
static void kinds_are_wrapped(struct kunit *test)
{
	KUNIT_EXPECT_NOT_NULL(test, espah_alg_find(ESPAH_ALG_ENC,
						   "pcrypt(cbc(aes))"));
	KUNIT_EXPECT_NOT_NULL(test, espah_alg_find(ESPAH_ALG_AUTH,
						   "cryptd(hmac(sha256))"));
	KUNIT_EXPECT_NULL(test, espah_alg_find(ESPAH_ALG_AUTH, ""));
}

/* A number must not be cut to an octet before it is compared. */
static void long_numbers(struct kunit *test)
{
	const struct espah_alg *alg = espah_alg_find(ESPAH_ALG_AEAD, GCM);

	KUNIT_ASSERT_NOT_NULL(test, alg);
	KUNIT_EXPECT_FALSE(test, espah_alg_key_fits(alg, 65536 + 20));
	KUNIT_EXPECT_FALSE(test, espah_alg_key_fits(alg, UINT_MAX));
	KUNIT_EXPECT_FALSE(test, espah_alg_key_fits(alg, UINT_MAX - 235));
	KUNIT_EXPECT_FALSE(test, espah_alg_icv_fits(alg, UINT_MAX));
	KUNIT_EXPECT_FALSE(test, espah_alg_icv_fits(alg, UINT_MAX - 7));
	KUNIT_EXPECT_FALSE(test, espah_alg_icv_fits(alg, (1u << 31) + 128));
}

/* RFC 2451 section 2.2: any length between two. */
static void ranges_of_keys(struct kunit *test)
{
	const struct espah_alg *fish = espah_alg_find(ESPAH_ALG_ENC,
						      "cbc(blowfish)");
	const struct espah_alg *cast = espah_alg_find(ESPAH_ALG_ENC,
						      "cbc(cast5)");
	unsigned int len;

	KUNIT_ASSERT_NOT_NULL(test, fish);
	KUNIT_ASSERT_NOT_NULL(test, cast);
	KUNIT_EXPECT_TRUE(test, fish->legacy);
	KUNIT_EXPECT_TRUE(test, cast->legacy);
	for (len = 0; len <= 300; len++) {
		KUNIT_EXPECT_EQ_MSG(test, espah_alg_key_fits(fish, len),
				    len >= 5 && len <= 56, "%u octets", len);
		KUNIT_EXPECT_EQ_MSG(test, espah_alg_key_fits(cast, len),
				    len >= 5 && len <= 16, "%u octets", len);
	}
}

/* A table that is full has no 0 at its end. */
static void full_tables_end(struct kunit *test)
{
	static const struct espah_alg alg = {
		.icv_lens	= { 8, 12, 16, 255 },
	};
	unsigned int len;

	for (len = 0; len <= 300; len++)
		KUNIT_EXPECT_EQ_MSG(test, espah_alg_icv_fits(&alg, len * 8),
				    len == 8 || len == 12 || len == 16 ||
				    len == 255, "%u octets", len);
}

static struct kunit_case algs_cases[] = {
	KUNIT_CASE_PARAM(name_is_known, name_gen_params),
	KUNIT_CASE_PARAM(alg_is_as_its_rfc, known_gen_params),
	KUNIT_CASE(each_is_of_one_kind),
	KUNIT_CASE(kinds_are_wrapped),
	KUNIT_CASE(long_numbers),
	KUNIT_CASE(ranges_of_keys),
	KUNIT_CASE(full_tables_end),
	{}
};

struct kunit_suite algs_suite = {
	.name		= "algs",
	.test_cases	= algs_cases,
};
