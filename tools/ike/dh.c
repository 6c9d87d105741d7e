// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/dh.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/param_build.h>

#include "../lib/macros.h"
#include "dh.h"
#include "proto.h"

/* SEC 1 section 2.3.3: x and y follow; a KE payload has only these (RFC 5903 section 7). */
#define POINT_UNCOMPRESSED	4

enum kind {
	MODP,
	ECP,
	CURVE25519,
};

static const struct row {
	uint16_t group;
	enum kind kind;
	/* As OpenSSL calls it. */
	const char *name;
	int nid;
	uint16_t public_len;
	uint16_t shared_len;
} rows[] = {
	{ IKE_DH_MODP_2048, MODP, "modp_2048", NID_modp_2048, 256, 256 },
	{ IKE_DH_MODP_3072, MODP, "modp_3072", NID_modp_3072, 384, 384 },
	{ IKE_DH_ECP_256, ECP, "P-256", NID_X9_62_prime256v1, 64, 32 },
	{ IKE_DH_ECP_384, ECP, "P-384", NID_secp384r1, 96, 48 },
	{ IKE_DH_CURVE25519, CURVE25519, NULL, NID_X25519, 32, 32 },
};

struct ike_dh {
	const struct row *row;
	EVP_PKEY *pair;
	uint8_t public[IKE_DH_MAX];
};

static const struct row *row_of(uint16_t group)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].group == group)
			return &rows[i];
	}
	return NULL;
}

size_t ike_dh_public_len(uint16_t group)
{
	const struct row *row = row_of(group);

	return row ? row->public_len : 0;
}

static const char *type_of(const struct row *row)
{
	switch (row->kind) {
	case MODP:
		return "DH";
	case ECP:
		return "EC";
	case CURVE25519:
		break;
	}
	return "X25519";
}

static EVP_PKEY *generate(const struct row *row)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type_of(row), NULL);
	EVP_PKEY *pair = NULL;

	if (ctx && EVP_PKEY_keygen_init(ctx) > 0 &&
	    (!row->name || EVP_PKEY_CTX_set_group_name(ctx, row->name) > 0) &&
	    EVP_PKEY_generate(ctx, &pair) <= 0)
		pair = NULL;
	EVP_PKEY_CTX_free(ctx);
	return pair;
}

/* The public value as a KE payload has it. */
static bool export_public(const struct row *row, EVP_PKEY *pair, uint8_t *public)
{
	size_t prefix = row->kind == ECP;
	unsigned char *encoded = NULL;
	size_t len;
	bool good;

	len = EVP_PKEY_get1_encoded_public_key(pair, &encoded);
	good = len == prefix + row->public_len;
	if (good)
		memcpy(public, encoded + prefix, row->public_len);
	OPENSSL_free(encoded);
	return good;
}

/* Takes @pair over. */
static struct ike_dh *dh_of(const struct row *row, EVP_PKEY *pair)
{
	struct ike_dh *dh = pair ? calloc(1, sizeof(*dh)) : NULL;

	if (dh && export_public(row, pair, dh->public)) {
		dh->row = row;
		dh->pair = pair;
		return dh;
	}
	free(dh);
	EVP_PKEY_free(pair);
	return NULL;
}

struct ike_dh *ike_dh_new(uint16_t group)
{
	const struct row *row = row_of(group);

	return row ? dh_of(row, generate(row)) : NULL;
}

static bool modp_public(const struct row *row, const BIGNUM *private, uint8_t *public)
{
	BIGNUM *value = BN_new(), *two = BN_new(), *p;
	BN_CTX *ctx = BN_CTX_new();
	bool good;

	p = row->nid == NID_modp_2048 ? BN_get_rfc3526_prime_2048(NULL) :
	    BN_get_rfc3526_prime_3072(NULL);
	/* RFC 3526: the generator is 2. */
	good = value && two && ctx && p && BN_set_word(two, 2) &&
	       BN_mod_exp(value, two, private, p, ctx) &&
	       BN_bn2binpad(value, public, row->public_len) == row->public_len;
	BN_free(p);
	BN_free(two);
	BN_free(value);
	BN_CTX_free(ctx);
	return good;
}

static bool ecp_public(const struct row *row, const BIGNUM *private, uint8_t *point)
{
	EC_GROUP *group = EC_GROUP_new_by_curve_name(row->nid);
	EC_POINT *value = group ? EC_POINT_new(group) : NULL;
	size_t len = 1 + row->public_len;
	bool good;

	good = value && EC_POINT_mul(group, value, private, NULL, NULL, NULL) &&
	       EC_POINT_point2oct(group, value, POINT_CONVERSION_UNCOMPRESSED, point, len,
				  NULL) == len;
	EC_POINT_free(value);
	EC_GROUP_free(group);
	return good;
}

static EVP_PKEY *pair_of(const struct row *row, OSSL_PARAM *params)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type_of(row), NULL);
	EVP_PKEY *pair = NULL;

	if (ctx && params && EVP_PKEY_fromdata_init(ctx) > 0 &&
	    EVP_PKEY_fromdata(ctx, &pair, EVP_PKEY_KEYPAIR, params) <= 0)
		pair = NULL;
	EVP_PKEY_CTX_free(ctx);
	return pair;
}

/* OpenSSL finds the public value of a private one by itself only for Curve25519. */
static EVP_PKEY *complete(const struct row *row, const BIGNUM *private)
{
	uint8_t octets[1 + IKE_DH_MAX];
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	BIGNUM *public = NULL;
	OSSL_PARAM *params = NULL;
	EVP_PKEY *pair = NULL;
	bool good;

	good = build &&
	       OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, row->name, 0) &&
	       OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, private);
	if (good && row->kind == MODP) {
		good = modp_public(row, private, octets);
		public = good ? BN_bin2bn(octets, row->public_len, NULL) : NULL;
		good = public && OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PUB_KEY, public);
	} else if (good) {
		good = ecp_public(row, private, octets) &&
		       OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, octets,
							1 + row->public_len);
	}
	if (good)
		params = OSSL_PARAM_BLD_to_param(build);
	if (params)
		pair = pair_of(row, params);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	BN_free(public);
	return pair;
}

struct ike_dh *ike_dh_new_private(uint16_t group, struct ike_chunk value)
{
	const struct row *row = row_of(group);
	EVP_PKEY *pair = NULL;
	BIGNUM *private;

	if (!row)
		return NULL;
	if (row->kind == CURVE25519)
		return dh_of(row, EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, value.p,
							       value.len));
	private = BN_bin2bn(value.p, value.len, NULL);
	if (private)
		pair = complete(row, private);
	BN_clear_free(private);
	return dh_of(row, pair);
}

uint16_t ike_dh_group(const struct ike_dh *dh)
{
	return dh->row->group;
}

struct ike_chunk ike_dh_public(const struct ike_dh *dh)
{
	return ike_chunk(dh->public, dh->row->public_len);
}

/*
 * The quick check is what RFC 6989 asks for: the range for MODP (section
 * 2.1), the curve for ECP (section 2.3). The order of a MODP value, which the
 * full one is about, would cost as much again as the exchange itself.
 */
static EVP_PKEY *peer_of(const struct ike_dh *dh, struct ike_chunk value)
{
	size_t prefix = dh->row->kind == ECP;
	uint8_t octets[1 + IKE_DH_MAX] = { POINT_UNCOMPRESSED };
	EVP_PKEY_CTX *ctx = NULL;
	EVP_PKEY *peer;
	bool good;

	if (value.len != dh->row->public_len)
		return NULL;
	memcpy(octets + prefix, value.p, value.len);
	peer = EVP_PKEY_new();
	good = peer && EVP_PKEY_copy_parameters(peer, dh->pair) > 0 &&
	       EVP_PKEY_set1_encoded_public_key(peer, octets, prefix + value.len) > 0;
	if (good)
		ctx = EVP_PKEY_CTX_new_from_pkey(NULL, peer, NULL);
	good = ctx && EVP_PKEY_public_check_quick(ctx) > 0;
	EVP_PKEY_CTX_free(ctx);
	if (good)
		return peer;
	EVP_PKEY_free(peer);
	return NULL;
}

/* For Curve25519, OpenSSL itself takes no secret of zero (RFC 7748 section 6.1). */
static bool derive(const struct ike_dh *dh, EVP_PKEY *peer, uint8_t *shared)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, dh->pair, NULL);
	size_t len = dh->row->shared_len;
	bool good;

	good = ctx && EVP_PKEY_derive_init(ctx) > 0 &&
	       /* RFC 7296 section 2.14: as long as the modulus, zeros in front. */
	       (dh->row->kind != MODP || EVP_PKEY_CTX_set_dh_pad(ctx, 1) > 0) &&
	       EVP_PKEY_derive_set_peer_ex(ctx, peer, 0) > 0 &&
	       EVP_PKEY_derive(ctx, shared, &len) > 0 && len == dh->row->shared_len;
	EVP_PKEY_CTX_free(ctx);
	return good;
}

int ike_dh_shared(const struct ike_dh *dh, struct ike_chunk peer, uint8_t *shared)
{
	EVP_PKEY *key = peer_of(dh, peer);
	bool good = key && derive(dh, key, shared);

	EVP_PKEY_free(key);
	if (good)
		return dh->row->shared_len;
	OPENSSL_cleanse(shared, IKE_DH_MAX);
	return -1;
}

void ike_dh_free(struct ike_dh *dh)
{
	if (!dh)
		return;
	/* OpenSSL wipes what it frees of a private key. */
	EVP_PKEY_free(dh->pair);
	free(dh);
}
