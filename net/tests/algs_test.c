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
	const struct espah_alg *alg = espah_alg_find(name->name);

	KUNIT_EXPECT_EQ(test, espah_alg_wrapper(name->name), name->wrapper);
	KUNIT_EXPECT_EQ(test, !!alg, name->found);
	if (alg)
		KUNIT_EXPECT_STREQ(test, alg->name, GCM);
}

/* Whatever is said of its lengths elsewhere relies on these. */
static void gcm_is_rfc_4106(struct kunit *test)
{
	const struct espah_alg *alg = espah_alg_find(GCM);

	KUNIT_ASSERT_NOT_NULL(test, alg);
	KUNIT_EXPECT_EQ(test, alg->salt_len, 4);
	KUNIT_EXPECT_EQ(test, alg->iv_len, 8);
	KUNIT_EXPECT_EQ(test, alg->align, 4);
	KUNIT_EXPECT_FALSE(test, alg->iv_random);
	KUNIT_EXPECT_STREQ(test, alg->source, "RFC 4106");
}

struct pair {
	const char	*enc;
	const char	*auth;
	const char	*name;
	u8		auth_key_len;
	u8		icv_len;
};

#define SHA(bits)	"authenc(hmac(sha" #bits "),cbc(aes))"

static const struct pair pairs[] = {
	/* RFC 4868 section 2.6 */
	{ "cbc(aes)", "hmac(sha256)", SHA(256), 32, 16 },
	{ "cbc(aes)", "hmac(sha384)", SHA(384), 48, 24 },
	{ "cbc(aes)", "hmac(sha512)", SHA(512), 64, 32 },
	{ "pcrypt(cbc(aes))", "hmac(sha512)", SHA(512), 64, 32 },
	{ "cbc(aes)", NULL, SHA(256), 32, 16 },
	{ "cbc(aes)", "hmac(sha1)", NULL },
	{ "cbc(aes)", "pcrypt(hmac(sha256))", NULL },
	{ "cbc(aes)", "", NULL },
	{ "cbc(des)", NULL, NULL },
	{ "", "", NULL },
	{ GCM, NULL, NULL },
	{ SHA(256), NULL, NULL },
};

static void pair_desc(const struct pair *pair, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "'%s' and '%s'", pair->enc,
		 pair->auth ?: "any");
}

KUNIT_ARRAY_PARAM(pair, pairs, pair_desc);

static void pair_is_known(struct kunit *test)
{
	const struct pair *pair = test->param_value;
	const struct espah_alg *alg = espah_alg_find_pair(pair->enc, pair->auth);
	unsigned int len;

	KUNIT_ASSERT_EQ(test, !!alg, !!pair->name);
	if (!alg)
		return;
	KUNIT_EXPECT_STREQ(test, alg->name, pair->name);
	KUNIT_EXPECT_EQ(test, alg->auth_key_len, pair->auth_key_len);
	KUNIT_EXPECT_TRUE(test, espah_alg_icv_fits(alg, pair->icv_len * 8));
	/* RFC 3602 section 2 */
	KUNIT_EXPECT_EQ(test, alg->iv_len, 16);
	KUNIT_EXPECT_EQ(test, alg->align, 16);
	KUNIT_EXPECT_TRUE(test, alg->iv_random);
	for (len = 0; len <= 300; len++)
		KUNIT_EXPECT_EQ_MSG(test, espah_alg_key_fits(alg, len),
				    len == 16 || len == 24 || len == 32,
				    "%u octets", len);
}

static void key_lengths(struct kunit *test)
{
	const struct espah_alg *alg = espah_alg_find(GCM);
	unsigned int len;

	KUNIT_ASSERT_NOT_NULL(test, alg);
	for (len = 0; len <= 600; len++)
		KUNIT_EXPECT_EQ_MSG(test, espah_alg_key_fits(alg, len),
				    len == 20 || len == 28 || len == 36,
				    "%u octets", len);
	/* A number must not be cut to an octet before it is compared. */
	KUNIT_EXPECT_FALSE(test, espah_alg_key_fits(alg, 65536 + 20));
	KUNIT_EXPECT_FALSE(test, espah_alg_key_fits(alg, UINT_MAX));
	KUNIT_EXPECT_FALSE(test, espah_alg_key_fits(alg, UINT_MAX - 235));
}

static void icv_lengths(struct kunit *test)
{
	const struct espah_alg *alg = espah_alg_find(GCM);
	unsigned int bits;

	KUNIT_ASSERT_NOT_NULL(test, alg);
	for (bits = 0; bits <= 4200; bits++)
		KUNIT_EXPECT_EQ_MSG(test, espah_alg_icv_fits(alg, bits),
				    bits == 128, "%u bits", bits);
	KUNIT_EXPECT_FALSE(test, espah_alg_icv_fits(alg, UINT_MAX));
	KUNIT_EXPECT_FALSE(test, espah_alg_icv_fits(alg, UINT_MAX - 7));
	KUNIT_EXPECT_FALSE(test, espah_alg_icv_fits(alg, (1u << 31) + 128));
}

/* A table that is full has no 0 at its end. */
static void full_tables_end(struct kunit *test)
{
	static const struct espah_alg alg = {
		.key_lens	= { 1, 2, 3, 4 },
		.icv_lens	= { 8, 12, 16, 255 },
	};
	unsigned int len;

	for (len = 0; len <= 300; len++) {
		KUNIT_EXPECT_EQ_MSG(test, espah_alg_key_fits(&alg, len),
				    len >= 1 && len <= 4, "%u octets", len);
		KUNIT_EXPECT_EQ_MSG(test, espah_alg_icv_fits(&alg, len * 8),
				    len == 8 || len == 12 || len == 16 ||
				    len == 255, "%u octets", len);
	}
}

/* A salt alone is no key, whatever a table says. */
static void salt_is_no_key(struct kunit *test)
{
	static const struct espah_alg alg = {
		.key_lens	= { 0, 16 },
		.salt_len	= 4,
	};

	KUNIT_EXPECT_FALSE(test, espah_alg_key_fits(&alg, 0));
	KUNIT_EXPECT_FALSE(test, espah_alg_key_fits(&alg, 3));
	KUNIT_EXPECT_FALSE(test, espah_alg_key_fits(&alg, 4));
	KUNIT_EXPECT_FALSE(test, espah_alg_key_fits(&alg, 20));
}

static struct kunit_case algs_cases[] = {
	KUNIT_CASE_PARAM(name_is_known, name_gen_params),
	KUNIT_CASE(gcm_is_rfc_4106),
	KUNIT_CASE_PARAM(pair_is_known, pair_gen_params),
	KUNIT_CASE(key_lengths),
	KUNIT_CASE(icv_lengths),
	KUNIT_CASE(full_tables_end),
	KUNIT_CASE(salt_is_no_key),
	{}
};

struct kunit_suite algs_suite = {
	.name		= "algs",
	.test_cases	= algs_cases,
};
