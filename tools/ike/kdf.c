// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "kdf.h"

/* SK_d, two keys each for integrity and encryption, SK_pi and SK_pr. */
#define KEYMAT_MAX	(3 * IKE_PRF_MAX + 4 * IKE_KEY_MAX)
/* What goes into prf+ is at most Ni | Nr | SPIi | SPIr. */
#define SEED_MAX	4
/* One octet counts the rounds (section 2.13). */
#define ROUNDS_MAX	255
/* RFC 4106 section 8.1: AES-GCM's salt follows its key. */
#define SALT_LEN	4

static const struct {
	uint16_t prf;
	uint8_t len;
	const char *digest;
} prfs[] = {
	{ IKE_PRF_HMAC_SHA2_256, 32, "SHA2-256" },
	{ IKE_PRF_HMAC_SHA2_384, 48, "SHA2-384" },
	{ IKE_PRF_HMAC_SHA2_512, 64, "SHA2-512" },
};

static const char *digest_of(uint16_t prf)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(prfs); i++) {
		if (prfs[i].prf == prf)
			return prfs[i].digest;
	}
	return NULL;
}

size_t ike_prf_len(uint16_t prf)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(prfs); i++) {
		if (prfs[i].prf == prf)
			return prfs[i].len;
	}
	return 0;
}

static int hmac(EVP_MAC_CTX *ctx, const char *digest, struct ike_chunk key,
		const struct ike_chunk *data, unsigned int count, uint8_t *out, size_t len)
{
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)digest, 0),
		OSSL_PARAM_construct_end(),
	};
	unsigned int i;

	/* Without a pointer there would be no key, rather than an empty one. */
	if (!EVP_MAC_init(ctx, key.p ? key.p : (const uint8_t *)"", key.len, params))
		return -1;
	for (i = 0; i < count; i++) {
		if (data[i].len && !EVP_MAC_update(ctx, data[i].p, data[i].len))
			return -1;
	}
	return EVP_MAC_final(ctx, out, &len, len) ? 0 : -1;
}

int ike_prf(uint16_t prf, struct ike_chunk key, const struct ike_chunk *data, unsigned int count,
	    uint8_t *out)
{
	const char *digest = digest_of(prf);
	EVP_MAC_CTX *ctx;
	EVP_MAC *mac;
	int rc;

	if (!digest)
		return -1;
	mac = EVP_MAC_fetch(NULL, OSSL_MAC_NAME_HMAC, NULL);
	ctx = mac ? EVP_MAC_CTX_new(mac) : NULL;
	rc = ctx ? hmac(ctx, digest, key, data, count, out, ike_prf_len(prf)) : -1;
	EVP_MAC_CTX_free(ctx);
	EVP_MAC_free(mac);
	return rc;
}

int ike_prf_plus(uint16_t prf, struct ike_chunk key, const struct ike_chunk *data,
		 unsigned int count, uint8_t *out, size_t len)
{
	size_t each = ike_prf_len(prf);
	/* The previous round, the seed, the number of the round. */
	struct ike_chunk input[1 + SEED_MAX + 1] = {};
	uint8_t t[IKE_PRF_MAX];
	uint8_t round = 1;
	int rc = 0;

	if (!each || count > SEED_MAX || len > ROUNDS_MAX * each)
		return -1;
	memcpy(input + 1, data, count * sizeof(*data));
	input[1 + count] = ike_chunk(&round, 1);
	while (len && !rc) {
		size_t n = len < each ? len : each;

		rc = ike_prf(prf, key, input, count + 2, t);
		if (!rc)
			memcpy(out, t, n);
		input[0] = ike_chunk(t, each);
		out += n;
		len -= n;
		round++;
	}
	OPENSSL_cleanse(t, sizeof(t));
	return rc;
}

size_t ike_encr_key_len(uint16_t encr, uint16_t bits)
{
	if (bits != 128 && bits != 192 && bits != 256)
		return 0;
	switch (encr) {
	case IKE_ENCR_AES_CBC:
		return bits / 8;
	case IKE_ENCR_AES_GCM_8:
	case IKE_ENCR_AES_GCM_12:
	case IKE_ENCR_AES_GCM_16:
		return bits / 8 + SALT_LEN;
	}
	return 0;
}

/* RFC 4868 section 2.1.1: as long as the digest. */
size_t ike_integ_key_len(uint16_t integ)
{
	switch (integ) {
	case IKE_INTEG_HMAC_SHA2_256_128:
		return 32;
	case IKE_INTEG_HMAC_SHA2_384_192:
		return 48;
	case IKE_INTEG_HMAC_SHA2_512_256:
		return 64;
	}
	return 0;
}

static const uint8_t *take(const uint8_t *from, uint8_t *key, size_t len)
{
	memcpy(key, from, len);
	return from + len;
}

static int skeyseed(const struct ike_suite *suite, const struct ike_kdf_input *input,
		    uint16_t old_prf, const struct ike_chunk *old_d, uint8_t *seed,
		    size_t *seed_len)
{
	uint8_t nonces[2 * IKE_NONCE_MAX];

	if (old_d) {
		const struct ike_chunk data[] = { input->shared, input->ni, input->nr };

		*seed_len = ike_prf_len(old_prf);
		return ike_prf(old_prf, *old_d, data, ARRAY_SIZE(data), seed);
	}
	if (input->ni.len > IKE_NONCE_MAX || input->nr.len > IKE_NONCE_MAX)
		return -1;
	memcpy(nonces, input->ni.p, input->ni.len);
	memcpy(nonces + input->ni.len, input->nr.p, input->nr.len);
	*seed_len = ike_prf_len(suite->prf);
	return ike_prf(suite->prf, ike_chunk(nonces, input->ni.len + input->nr.len),
		       &input->shared, 1, seed);
}

int ike_keys_derive(struct ike_keys *keys, const struct ike_suite *suite,
		    const struct ike_kdf_input *input, uint16_t old_prf,
		    const struct ike_chunk *old_d)
{
	const struct ike_chunk data[] = {
		input->ni, input->nr,
		ike_chunk(input->spi_i, IKE_SPI_LEN), ike_chunk(input->spi_r, IKE_SPI_LEN),
	};
	size_t p = ike_prf_len(suite->prf);
	size_t e = ike_encr_key_len(suite->encr, suite->encr_bits);
	size_t a = ike_integ_key_len(suite->integ);
	uint8_t keymat[KEYMAT_MAX], seed[IKE_PRF_MAX];
	const uint8_t *from = keymat;
	size_t seed_len;
	int rc = -1;

	memset(keys, 0, sizeof(*keys));
	if (p && e && !skeyseed(suite, input, old_prf, old_d, seed, &seed_len))
		rc = ike_prf_plus(suite->prf, ike_chunk(seed, seed_len), data, ARRAY_SIZE(data),
				  keymat, 3 * p + 2 * a + 2 * e);
	if (!rc) {
		from = take(from, keys->d, p);
		from = take(from, keys->ai, a);
		from = take(from, keys->ar, a);
		from = take(from, keys->ei, e);
		from = take(from, keys->er, e);
		from = take(from, keys->pi, p);
		take(from, keys->pr, p);
		keys->d_len = p;
		keys->a_len = a;
		keys->e_len = e;
		keys->p_len = p;
	}
	OPENSSL_cleanse(keymat, sizeof(keymat));
	OPENSSL_cleanse(seed, sizeof(seed));
	return rc;
}

void ike_keys_wipe(struct ike_keys *keys)
{
	OPENSSL_cleanse(keys, sizeof(*keys));
}

int ike_child_keys_derive(struct ike_child_keys *keys, const struct ike_suite *child,
			  uint16_t prf, struct ike_chunk d, struct ike_chunk shared,
			  struct ike_chunk ni, struct ike_chunk nr)
{
	const struct ike_chunk data[] = { shared, ni, nr };
	size_t e = ike_encr_key_len(child->encr, child->encr_bits);
	size_t a = ike_integ_key_len(child->integ);
	uint8_t keymat[4 * IKE_KEY_MAX];
	const uint8_t *from = keymat;
	int rc = -1;

	memset(keys, 0, sizeof(*keys));
	if (e)
		rc = ike_prf_plus(prf, d, data, ARRAY_SIZE(data), keymat, 2 * (e + a));
	if (!rc) {
		from = take(from, keys->encr_i, e);
		from = take(from, keys->integ_i, a);
		from = take(from, keys->encr_r, e);
		take(from, keys->integ_r, a);
		keys->encr_len = e;
		keys->integ_len = a;
	}
	OPENSSL_cleanse(keymat, sizeof(keymat));
	return rc;
}

void ike_child_keys_wipe(struct ike_child_keys *keys)
{
	OPENSSL_cleanse(keys, sizeof(*keys));
}
