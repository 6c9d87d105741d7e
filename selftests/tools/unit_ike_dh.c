// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include <openssl/bn.h>

#include "dh.h"
#include "proto.h"
#include "unit.h"
#include "unit_ike_oracle.h"

static const uint16_t groups[] = {
	IKE_DH_MODP_2048, IKE_DH_MODP_3072, IKE_DH_ECP_256, IKE_DH_ECP_384, IKE_DH_CURVE25519,
};

struct pair {
	const char *name;
	uint16_t group;
	const char *private_i, *private_r;
	const char *public_i, *public_r;
	const char *shared;
};

static const struct pair published[] = {
	{
		"RFC 5903 section 8.1", IKE_DH_ECP_256,
		"c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433",
		"c6ef9c5d78ae012a011164acb397ce2088685d8f06bf9be0b283ab46476bee53",
		"dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c37725811805271a0461cdb8252d61f1c456fa3e59ab1f45b33accf5f58389e0577b8990bb3",
		"d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf6356fbf3ca366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab",
		"d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de",
	},
	{
		"RFC 5903 section 8.2", IKE_DH_ECP_384,
		"099f3c7034d4a2c699884d73a375a67f7624ef7c6b3c0f160647b67414dce655e35b538041e649ee3faef896783ab194",
		"41cb0779b4bdb85d47846725fbec3c9430fab46cc8dc5060855cc9bda0aa2942e0308312916b8ed2960e4bd55a7448fc",
		"667842d7d180ac2cde6f74f37551f55755c7645c20ef73e31634fe72b4c55ee6de3ac808acb4bdb4c88732aee95f41aa9482ed1fc0eeb9cafc4984625ccfc23f65032149e0e144ada024181535a0f38eeb9fcff3c2c947dae69b4c634573a81c",
		"e558dbef53eecde3d3fccfc1aea08a89a987475d12fd950d83cfa41732bc509d0d1ac43a0336def96fda41d0774a3571dcfbec7aacf3196472169e838430367f66eebe3c6e70c416dd5f0c68759dd1fff83fa40142209dff5eaad96db9e6386c",
		"11187331c279962d93d604243fd592cb9d0a926f422e47187521287e7156c5c4d603135569b9e9d09cf5d4a270f59746",
	},
	{
		"RFC 8031 appendix A", IKE_DH_CURVE25519,
		"701fb4308655b476b6789b7325f9ea8cddd16a58533ff6d9e60009464a5f9d54",
		"0854645253290d60ddadd0e030bacd9e5501efdc220755a1e978f1b839a05648",
		"48d5ddd4061257ba166fa3f9bbdb74f1a4e81c089384fa77f790709f0dfbc766",
		"0be7c1f5aad87d7e448662673298a443478b859745179eaf564c79c0ef6eee25",
		"c74950607a12327f3204d94b6825bfb068b7f8319a9e3708ed3d43ce8130c950",
	},
};

static bool half_agrees(uint16_t group, const char *private, const char *public,
			const char *other, const char *shared)
{
	struct unit_octets value, mine, theirs, expected;
	uint8_t seen[IKE_DH_MAX];
	struct ike_dh *dh;
	bool good;
	int len;

	unit_hex(&value, private);
	unit_hex(&mine, public);
	unit_hex(&theirs, other);
	unit_hex(&expected, shared);
	dh = ike_dh_new_private(group, unit_chunk(&value));
	if (!dh)
		return false;
	good = ike_dh_group(dh) == group &&
	       ike_chunk_equal(ike_dh_public(dh), unit_chunk(&mine));
	len = ike_dh_shared(dh, unit_chunk(&theirs), seen);
	good &= len > 0 && unit_is(seen, len, &expected);
	ike_dh_free(dh);
	return good;
}

static void check_pair(const struct pair *p)
{
	check(half_agrees(p->group, p->private_i, p->public_i, p->public_r, p->shared) &&
	      half_agrees(p->group, p->private_r, p->public_r, p->public_i, p->shared), p->name);
}

/* strongSwan's tests have pairs for MODP, which no RFC has. */
static void test_oracle(void)
{
	static const struct {
		const char *method;
		uint16_t group;
	} methods[] = {
		{ "MODP_2048_BIT", IKE_DH_MODP_2048 },
		{ "MODP_3072_BIT", IKE_DH_MODP_3072 },
		{ "ECP_256_BIT", IKE_DH_ECP_256 },
		{ "ECP_384_BIT", IKE_DH_ECP_384 },
		{ "CURVE_25519", IKE_DH_CURVE25519 },
	};
	json_t *root = unit_oracle("ike/strongswan_dh.json", "Diffie-Hellman pairs of others");
	unsigned int seen = 0;
	json_t *vector;
	size_t i, j;

	if (!root)
		return;
	json_array_foreach(json_object_get(root, "vectors"), i, vector) {
		char name[128];
		struct pair p = {
			.name = name,
			.private_i = unit_json_text(vector, "private_i"),
			.private_r = unit_json_text(vector, "private_r"),
			.public_i = unit_json_text(vector, "pub_i"),
			.public_r = unit_json_text(vector, "pub_r"),
			.shared = unit_json_text(vector, "shared"),
		};

		for (j = 0; j < ARRAY_SIZE(methods); j++) {
			if (!strcmp(unit_json_text(vector, "method"), methods[j].method))
				p.group = methods[j].group;
		}
		if (!p.group)
			continue;
		snprintf(name, sizeof(name), "the pair %s of strongSwan's tests",
			 unit_json_text(vector, "name"));
		check_pair(&p);
		seen++;
	}
	json_decref(root);
	check(seen >= ARRAY_SIZE(methods), "strongSwan's tests have a pair for each group");
}

static bool fresh_agree(uint16_t group)
{
	struct ike_dh *a = ike_dh_new(group), *b = ike_dh_new(group);
	uint8_t ab[IKE_DH_MAX], ba[IKE_DH_MAX];
	int len;
	bool good;

	len = ike_dh_shared(a, ike_dh_public(b), ab);
	good = len > 0 && ike_dh_shared(b, ike_dh_public(a), ba) == len && !memcmp(ab, ba, len) &&
	       ike_dh_public(a).len == ike_dh_public_len(group) &&
	       !ike_chunk_equal(ike_dh_public(a), ike_dh_public(b));
	ike_dh_free(a);
	ike_dh_free(b);
	return good;
}

static bool refused(const struct ike_dh *dh, const uint8_t *value, size_t len)
{
	static const uint8_t nothing[IKE_DH_MAX];
	uint8_t shared[IKE_DH_MAX] = { 1 };

	return ike_dh_shared(dh, ike_chunk(value, len), shared) == -1 &&
	       !memcmp(shared, nothing, sizeof(shared));
}

/* RFC 6989 section 2.1: only 1 < r < p - 1. */
static void test_modp_range(uint16_t group, BIGNUM *p)
{
	struct ike_dh *dh = ike_dh_new(group);
	size_t len = ike_dh_public_len(group);
	uint8_t value[IKE_DH_MAX] = {}, shared[IKE_DH_MAX];
	bool good;

	good = refused(dh, value, len);
	value[len - 1] = 1;
	check(good && refused(dh, value, len), "MODP: 0 and 1 are refused");
	value[len - 1] = 2;
	check(ike_dh_shared(dh, ike_chunk(value, len), shared) == (int)len, "MODP: 2 is taken");
	memset(value, 0xff, len);
	good = refused(dh, value, len);
	BN_bn2binpad(p, value, len);
	good &= refused(dh, value, len);
	BN_sub_word(p, 1);
	BN_bn2binpad(p, value, len);
	check(good && refused(dh, value, len), "MODP: p - 1, p and what is over p are refused");
	BN_sub_word(p, 1);
	BN_bn2binpad(p, value, len);
	/* -2 is in range, and so is to be taken, but not in the subgroup of 2. */
	check(ike_dh_shared(dh, ike_chunk(value, len), shared) == (int)len, "MODP: p - 2 is taken");
	BN_free(p);
	ike_dh_free(dh);
}

/* RFC 7296 section 2.14: 2 to the power of 2 has many zeros in front. */
static void test_modp_zeros(uint16_t group)
{
	static const uint8_t two = 2;
	struct ike_dh *dh = ike_dh_new_private(group, ike_chunk(&two, 1));
	uint8_t value[IKE_DH_MAX] = {}, expected[IKE_DH_MAX] = {}, shared[IKE_DH_MAX];
	size_t len = ike_dh_public_len(group);

	value[len - 1] = 2;
	expected[len - 1] = 4;
	check(ike_dh_shared(dh, ike_chunk(value, len), shared) == (int)len &&
	      !memcmp(shared, expected, len), "MODP: a shared secret is as long as the modulus");
	ike_dh_free(dh);
}

static void test_off_curve(uint16_t group)
{
	struct ike_dh *dh = ike_dh_new(group), *peer = ike_dh_new(group);
	size_t len = ike_dh_public_len(group);
	uint8_t value[IKE_DH_MAX];
	bool good;

	memcpy(value, ike_dh_public(peer).p, len);
	value[len - 1] ^= 1;
	good = refused(dh, value, len);
	memcpy(value, ike_dh_public(peer).p, len);
	value[0] ^= 1;
	check(good && refused(dh, value, len), "ECP: a point that is not on the curve is refused");
	memset(value, 0, len);
	good = refused(dh, value, len);
	memset(value, 0xff, len);
	check(good && refused(dh, value, len), "ECP: 0 and coordinates over p are refused");
	ike_dh_free(peer);
	ike_dh_free(dh);
}

/* RFC 7748 section 6.1 and RFC 8031 section 3.2: points of a small order give a secret of zero. */
static void test_small_order(void)
{
	static const char * const values[] = {
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
		"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	};
	struct ike_dh *dh = ike_dh_new(IKE_DH_CURVE25519);
	struct unit_octets value;
	uint8_t a[IKE_DH_MAX], b[IKE_DH_MAX];
	bool good = true;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(values); i++) {
		unit_hex(&value, values[i]);
		good &= refused(dh, value.p, value.len);
	}
	check(good, "Curve25519: a shared secret of zero is refused");
	/* RFC 8031 section 3.2: the highest bit MUST be masked. */
	unit_hex(&value, published[2].public_i);
	ike_dh_shared(dh, unit_chunk(&value), a);
	value.p[31] |= 0x80;
	check(ike_dh_shared(dh, unit_chunk(&value), b) == 32 && !memcmp(a, b, 32),
	      "Curve25519: the highest bit of a public value does not count");
	ike_dh_free(dh);
}

static void test_lengths(void)
{
	uint8_t value[IKE_DH_MAX + 1];
	bool good = true;
	size_t i, len;

	for (i = 0; i < ARRAY_SIZE(groups); i++) {
		struct ike_dh *dh = ike_dh_new(groups[i]), *peer = ike_dh_new(groups[i]);

		len = ike_dh_public_len(groups[i]);
		memset(value, 0, sizeof(value));
		memcpy(value, ike_dh_public(peer).p, len);
		good &= refused(dh, value, len - 1) && refused(dh, value, len + 1) &&
			refused(dh, NULL, 0);
		ike_dh_free(peer);
		ike_dh_free(dh);
	}
	check(good, "public values of another length are refused");
	check(!ike_dh_public_len(2) && !ike_dh_new(2) && !ike_dh_new(0) &&
	      !ike_dh_new_private(2, ike_chunk(value, 32)), "a group that is not known is refused");
}

void test_ike_dh(void)
{
	char name[64];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(published); i++)
		check_pair(&published[i]);
	test_oracle();
	for (i = 0; i < ARRAY_SIZE(groups); i++) {
		snprintf(name, sizeof(name), "fresh pairs of group %u agree", groups[i]);
		check(fresh_agree(groups[i]), name);
	}
	test_modp_range(IKE_DH_MODP_2048, BN_get_rfc3526_prime_2048(NULL));
	test_modp_range(IKE_DH_MODP_3072, BN_get_rfc3526_prime_3072(NULL));
	test_modp_zeros(IKE_DH_MODP_2048);
	test_modp_zeros(IKE_DH_MODP_3072);
	test_off_curve(IKE_DH_ECP_256);
	test_off_curve(IKE_DH_ECP_384);
	test_small_order();
	test_lengths();
	ike_dh_free(NULL);
}
