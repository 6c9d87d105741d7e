// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "kdf.h"
#include "unit.h"
#include "unit_ike_oracle.h"

static const uint16_t prfs[] = {
	IKE_PRF_HMAC_SHA2_256, IKE_PRF_HMAC_SHA2_384, IKE_PRF_HMAC_SHA2_512,
};

static const struct {
	const char *name;
	const char *key;
	const char *data;
	/* In the order of @prfs. */
	const char *output[ARRAY_SIZE(prfs)];
} hmacs[] = {
	{
		"RFC 4231 test case 1",
		"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
		"4869205468657265",
		{
			"b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
			"afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6",
			"87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854",
		},
	},
	{
		"RFC 4231 test case 2",
		"4a656665",
		"7768617420646f2079612077616e7420666f72206e6f7468696e673f",
		{
			"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
			"af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649",
			"164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
		},
	},
	{
		"RFC 4231 test case 6",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		"54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b6579204669727374",
		{
			"60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
			"4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c60c2ef6ab4030fe8296248df163f44952",
			"80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598",
		},
	},
};

static void test_prf(void)
{
	struct unit_octets key, data, expected;
	uint8_t out[IKE_PRF_MAX];
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(hmacs); i++) {
		bool good = true;

		unit_hex(&key, hmacs[i].key);
		unit_hex(&data, hmacs[i].data);
		for (j = 0; j < ARRAY_SIZE(prfs); j++) {
			/* In two parts, to see that they are put together. */
			struct ike_chunk parts[] = {
				ike_chunk(data.p, 5), ike_chunk(data.p + 5, data.len - 5),
			};

			unit_hex(&expected, hmacs[i].output[j]);
			good &= !ike_prf(prfs[j], unit_chunk(&key), parts, 2, out) &&
				unit_is(out, ike_prf_len(prfs[j]), &expected);
		}
		check(good, hmacs[i].name);
	}
	check(!ike_prf_len(2) && ike_prf(2, unit_chunk(&key), NULL, 0, out) == -1,
	      "a PRF that is not known is refused");
	check(!ike_prf(IKE_PRF_HMAC_SHA2_256, ike_chunk(NULL, 0), NULL, 0, out) &&
	      out[0] == 0xb6 && out[31] == 0xad, "an empty key and no data have a MAC");
}

static void test_prf_plus_limit(void)
{
	static uint8_t out[256 * 32];
	struct ike_chunk key = ike_chunk("key", 3), seed = ike_chunk("seed", 4);
	struct ike_chunk last[3];
	uint8_t round = 255, expected[IKE_PRF_MAX];

	check(!ike_prf_plus(IKE_PRF_HMAC_SHA2_256, key, &seed, 1, out, 255 * 32),
	      "prf+ goes on for 255 rounds");
	last[0] = ike_chunk(out + 253 * 32, 32);
	last[1] = seed;
	last[2] = ike_chunk(&round, 1);
	ike_prf(IKE_PRF_HMAC_SHA2_256, key, last, 3, expected);
	check(!memcmp(out + 254 * 32, expected, 32), "the last round of prf+ is number 255");
	check(ike_prf_plus(IKE_PRF_HMAC_SHA2_256, key, &seed, 1, out, 255 * 32 + 1) == -1,
	      "prf+ does not go on longer");
}

static void test_key_lengths(void)
{
	check(ike_encr_key_len(IKE_ENCR_AES_CBC, 128) == 16 &&
	      ike_encr_key_len(IKE_ENCR_AES_CBC, 192) == 24 &&
	      ike_encr_key_len(IKE_ENCR_AES_CBC, 256) == 32, "AES-CBC's keys");
	check(ike_encr_key_len(IKE_ENCR_AES_GCM_16, 128) == 20 &&
	      ike_encr_key_len(IKE_ENCR_AES_GCM_12, 192) == 28 &&
	      ike_encr_key_len(IKE_ENCR_AES_GCM_8, 256) == 36, "AES-GCM's keys have a salt");
	check(!ike_encr_key_len(IKE_ENCR_AES_CBC, 0) && !ike_encr_key_len(IKE_ENCR_AES_CBC, 136) &&
	      !ike_encr_key_len(3, 192), "ciphers and lengths that are not known have no key");
	check(ike_integ_key_len(IKE_INTEG_HMAC_SHA2_256_128) == 32 &&
	      ike_integ_key_len(IKE_INTEG_HMAC_SHA2_384_192) == 48 &&
	      ike_integ_key_len(IKE_INTEG_HMAC_SHA2_512_256) == 64 &&
	      !ike_integ_key_len(IKE_INTEG_NONE), "the keys of integrity algorithms");
}

/* One of NIST's samples, in the words of RFC 7296. */
struct sample {
	uint16_t prf;
	struct unit_octets ni, nr, spi_i, spi_r, shared, shared_new;
	struct unit_octets seed, dkm, child, child_dh, seed_rekey;
	struct ike_suite suite;
};

static bool sample_read(struct sample *s, const json_t *vector)
{
	const char *hash = unit_json_text(vector, "hash");

	s->suite = (struct ike_suite){
		.encr = IKE_ENCR_AES_CBC, .encr_bits = 256, .integ = IKE_INTEG_HMAC_SHA2_256_128,
	};
	if (!strcmp(hash, "sha256"))
		s->prf = IKE_PRF_HMAC_SHA2_256;
	else if (!strcmp(hash, "sha384"))
		s->prf = IKE_PRF_HMAC_SHA2_384;
	else if (!strcmp(hash, "sha512"))
		s->prf = IKE_PRF_HMAC_SHA2_512;
	else
		return false;
	s->suite.prf = s->prf;
	unit_json_hex(&s->ni, vector, "Ni");
	unit_json_hex(&s->nr, vector, "Nr");
	unit_json_hex(&s->spi_i, vector, "SPIi");
	unit_json_hex(&s->spi_r, vector, "SPIr");
	unit_json_hex(&s->shared, vector, "g^ir");
	unit_json_hex(&s->shared_new, vector, "g^ir (new)");
	unit_json_hex(&s->seed, vector, "SKEYSEED");
	unit_json_hex(&s->dkm, vector, "DKM");
	unit_json_hex(&s->child, vector, "DKM(Child SA)");
	unit_json_hex(&s->child_dh, vector, "DKM(Child SA D-H)");
	unit_json_hex(&s->seed_rekey, vector, "SKEYSEED(Rekey)");
	return true;
}

static struct ike_chunk sk_d(const struct sample *s)
{
	return ike_chunk(s->dkm.p, ike_prf_len(s->prf));
}

/* All keys of an IKE SA in their order, as long as they are. */
static void keys_in_order(const struct ike_keys *keys, struct unit_octets *out)
{
	struct ike_buf buf;

	ike_buf_init(&buf, sizeof(out->p));
	ike_buf_put(&buf, keys->d, keys->d_len);
	ike_buf_put(&buf, keys->ai, keys->a_len);
	ike_buf_put(&buf, keys->ar, keys->a_len);
	ike_buf_put(&buf, keys->ei, keys->e_len);
	ike_buf_put(&buf, keys->er, keys->e_len);
	ike_buf_put(&buf, keys->pi, keys->p_len);
	ike_buf_put(&buf, keys->pr, keys->p_len);
	memcpy(out->p, buf.p, buf.len);
	out->len = buf.len;
	ike_buf_free(&buf);
}

/* The shorter samples end before all keys do. */
static bool begins_alike(const struct unit_octets *a, const struct unit_octets *b)
{
	size_t len = a->len < b->len ? a->len : b->len;

	return len && !memcmp(a->p, b->p, len);
}

static bool ike_sa_agrees(const struct sample *s)
{
	struct ike_kdf_input input = {
		.ni = unit_chunk(&s->ni), .nr = unit_chunk(&s->nr),
		.spi_i = s->spi_i.p, .spi_r = s->spi_r.p, .shared = unit_chunk(&s->shared),
	};
	struct unit_octets all;
	struct ike_keys keys;

	if (ike_keys_derive(&keys, &s->suite, &input, 0, NULL))
		return false;
	keys_in_order(&keys, &all);
	return all.len == 3 * ike_prf_len(s->prf) + 4 * 32 && begins_alike(&all, &s->dkm);
}

/* SKEYSEED is not shown, but is what the keys are made of, with a prf+ that is known to be good. */
static bool rekeyed_sa_agrees(const struct sample *s)
{
	struct ike_kdf_input input = {
		.ni = unit_chunk(&s->ni), .nr = unit_chunk(&s->nr),
		.spi_i = s->spi_i.p, .spi_r = s->spi_r.p, .shared = unit_chunk(&s->shared_new),
	};
	struct ike_chunk data[] = { input.ni, input.nr, unit_chunk(&s->spi_i),
				    unit_chunk(&s->spi_r) };
	struct unit_octets all, expected;
	struct ike_chunk old_d = sk_d(s);
	struct ike_keys keys;

	if (ike_keys_derive(&keys, &s->suite, &input, s->prf, &old_d))
		return false;
	keys_in_order(&keys, &all);
	expected.len = all.len;
	ike_prf_plus(s->prf, unit_chunk(&s->seed_rekey), data, 4, expected.p, expected.len);
	return unit_is(all.p, all.len, &expected);
}

static bool child_agrees(const struct sample *s, struct ike_chunk shared,
			 const struct unit_octets *expected)
{
	struct ike_child_keys keys;

	return !ike_child_keys_derive(&keys, &s->suite, s->prf, sk_d(s), shared,
				      unit_chunk(&s->ni), unit_chunk(&s->nr)) &&
	       keys.encr_len == 32 && keys.integ_len == 32 && expected->len >= 128 &&
	       !memcmp(keys.encr_i, expected->p, 32) &&
	       !memcmp(keys.integ_i, expected->p + 32, 32) &&
	       !memcmp(keys.encr_r, expected->p + 64, 32) &&
	       !memcmp(keys.integ_r, expected->p + 96, 32);
}

static bool prf_plus_agrees(const struct sample *s)
{
	struct ike_chunk nonces[] = { unit_chunk(&s->ni), unit_chunk(&s->nr) };
	uint8_t out[UNIT_OCTETS_MAX];

	return !ike_prf_plus(s->prf, sk_d(s), nonces, 2, out, s->child.len) &&
	       unit_is(out, s->child.len, &s->child);
}

static void test_nist(void)
{
	json_t *root = unit_oracle("ike/nist_cavs_ikev2.dev.json", "NIST's samples");
	unsigned int samples = 0, ike = 0, rekeyed = 0, child = 0, child_dh = 0, plus = 0;
	struct sample s;
	json_t *vector;
	size_t i;

	if (!root)
		return;
	json_array_foreach(json_object_get(root, "vectors"), i, vector) {
		if (!sample_read(&s, vector))
			continue;
		samples++;
		plus += prf_plus_agrees(&s);
		ike += ike_sa_agrees(&s);
		rekeyed += rekeyed_sa_agrees(&s);
		child += child_agrees(&s, ike_chunk(NULL, 0), &s.child);
		child_dh += child_agrees(&s, unit_chunk(&s.shared_new), &s.child_dh);
	}
	json_decref(root);
	check(samples > 10, "NIST has samples for SHA-2");
	check(plus == samples, "NIST's samples: prf+ to its end");
	check(ike == samples, "NIST's samples: the keys of an IKE SA");
	check(rekeyed == samples, "NIST's samples: the keys of a rekeyed IKE SA");
	check(child == samples, "NIST's samples: the keys of a Child SA");
	check(child_dh == samples, "NIST's samples: the keys of a Child SA with a new exchange");
}

/* An AEAD has no integrity keys, so that the others follow one another at once (RFC 5282 7.1). */
static void test_aead(void)
{
	struct ike_suite suite = {
		.encr = IKE_ENCR_AES_GCM_16, .encr_bits = 128, .prf = IKE_PRF_HMAC_SHA2_256,
	};
	static const uint8_t spi[IKE_SPI_LEN] = { 1 };
	struct ike_kdf_input input = {
		.ni = ike_chunk("0123456789abcdef", 16), .nr = ike_chunk("fedcba9876543210", 16),
		.spi_i = spi, .spi_r = spi, .shared = ike_chunk("shared", 6),
	};
	struct ike_child_keys child;
	struct ike_keys keys;

	check(!ike_keys_derive(&keys, &suite, &input, 0, NULL) && !keys.a_len && keys.e_len == 20 &&
	      keys.d_len == 32 && keys.p_len == 32, "an IKE SA with AES-GCM has no integrity keys");
	check(!ike_child_keys_derive(&child, &suite, suite.prf, ike_chunk(keys.d, keys.d_len),
				     ike_chunk(NULL, 0), input.ni, input.nr) &&
	      child.encr_len == 20 && !child.integ_len,
	      "a Child SA with AES-GCM has no integrity keys");
	ike_keys_wipe(&keys);
	ike_child_keys_wipe(&child);
	check(!keys.d[0] && !keys.ei[0] && !keys.e_len && !child.encr_i[0] && !child.encr_len,
	      "keys are wiped");
	suite.encr_bits = 0;
	check(ike_keys_derive(&keys, &suite, &input, 0, NULL) == -1 && !keys.d_len,
	      "a suite without a key length has no keys");
}

void test_ike_kdf(void)
{
	test_prf();
	test_prf_plus_limit();
	test_key_lengths();
	test_nist();
	test_aead();
}
