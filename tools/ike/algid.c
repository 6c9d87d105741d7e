// SPDX-License-Identifier: GPL-2.0-or-later
#include <openssl/asn1.h>
#include <openssl/asn1t.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/rsa.h>

#include "algid.h"
#include "proto.h"

/* RFC 8017 appendix A.2.3: the only trailer there is. */
#define PSS_TRAILER	1
/* The default of RFC 8017, which is said by leaving it out. */
#define PSS_SALT_LEN	20

static const struct {
	uint8_t hash;
	int digest;
	int rsa;
	int ecdsa;
} rows[] = {
	{ IKE_HASH_SHA1, NID_sha1, NID_sha1WithRSAEncryption, NID_ecdsa_with_SHA1 },
	{ IKE_HASH_SHA2_256, NID_sha256, NID_sha256WithRSAEncryption, NID_ecdsa_with_SHA256 },
	{ IKE_HASH_SHA2_384, NID_sha384, NID_sha384WithRSAEncryption, NID_ecdsa_with_SHA384 },
	{ IKE_HASH_SHA2_512, NID_sha512, NID_sha512WithRSAEncryption, NID_ecdsa_with_SHA512 },
};

/* RFC 4055 section 2.1: digests have NULL for a parameter, or none; NULL is what all take. */
static bool set_digest(X509_ALGOR *alg, int digest)
{
	return X509_ALGOR_set0(alg, OBJ_nid2obj(digest), V_ASN1_NULL, NULL);
}

/* id-mgf1, whose parameter is the digest's AlgorithmIdentifier. */
static X509_ALGOR *mask_of(int digest)
{
	X509_ALGOR *alg = X509_ALGOR_new(), *hash = X509_ALGOR_new();
	ASN1_STRING *packed = NULL;

	if (alg && hash && set_digest(hash, digest))
		packed = ASN1_item_pack(hash, ASN1_ITEM_rptr(X509_ALGOR), NULL);
	if (!packed || !X509_ALGOR_set0(alg, OBJ_nid2obj(NID_mgf1), V_ASN1_SEQUENCE, packed)) {
		ASN1_STRING_free(packed);
		X509_ALGOR_free(alg);
		alg = NULL;
	}
	X509_ALGOR_free(hash);
	return alg;
}

/*
 * RFC 4055 section 3.1: all of it is written, but for the trailer, which is
 * the default and so, in DER, left out.
 */
static ASN1_STRING *pss_of(int digest, int salt_len)
{
	RSA_PSS_PARAMS *pss = RSA_PSS_PARAMS_new();
	ASN1_STRING *packed = NULL;

	if (!pss)
		return NULL;
	pss->hashAlgorithm = X509_ALGOR_new();
	pss->maskGenAlgorithm = mask_of(digest);
	pss->saltLength = ASN1_INTEGER_new();
	if (pss->hashAlgorithm && pss->maskGenAlgorithm && pss->saltLength &&
	    set_digest(pss->hashAlgorithm, digest) &&
	    ASN1_INTEGER_set(pss->saltLength, salt_len))
		packed = ASN1_item_pack(pss, ASN1_ITEM_rptr(RSA_PSS_PARAMS), NULL);
	RSA_PSS_PARAMS_free(pss);
	return packed;
}

static bool fill(X509_ALGOR *alg, const struct ike_algid *algid)
{
	ASN1_STRING *pss;
	size_t i;

	if (algid->kind == IKE_KEY_ED25519)
		return X509_ALGOR_set0(alg, OBJ_nid2obj(NID_ED25519), V_ASN1_UNDEF, NULL);
	for (i = 0; i < ARRAY_SIZE(rows) && rows[i].hash != algid->hash; i++)
		;
	if (i == ARRAY_SIZE(rows))
		return false;
	if (algid->kind != IKE_KEY_RSA)
		return X509_ALGOR_set0(alg, OBJ_nid2obj(rows[i].ecdsa), V_ASN1_UNDEF, NULL);
	if (!algid->pss)
		return X509_ALGOR_set0(alg, OBJ_nid2obj(rows[i].rsa), V_ASN1_NULL, NULL);
	pss = pss_of(rows[i].digest, algid->salt_len);
	if (pss && X509_ALGOR_set0(alg, OBJ_nid2obj(NID_rsassaPss), V_ASN1_SEQUENCE, pss))
		return true;
	ASN1_STRING_free(pss);
	return false;
}

int ike_algid_put(const struct ike_algid *algid, struct ike_buf *out)
{
	X509_ALGOR *alg = X509_ALGOR_new();
	unsigned char *der = NULL;
	int len = -1;

	if (alg && fill(alg, algid))
		len = i2d_X509_ALGOR(alg, &der);
	X509_ALGOR_free(alg);
	if (len <= 0 || len > UINT8_MAX) {
		OPENSSL_free(der);
		return -1;
	}
	ike_buf_u8(out, len);
	ike_buf_put(out, der, len);
	OPENSSL_free(der);
	return out->full ? -1 : 0;
}

static bool is_null_or_absent(const X509_ALGOR *alg)
{
	int type;

	X509_ALGOR_get0(NULL, &type, NULL, alg);
	return type == V_ASN1_NULL || type == V_ASN1_UNDEF;
}

static uint8_t hash_of(const X509_ALGOR *alg)
{
	const ASN1_OBJECT *object;
	size_t i;

	/* What is left out of RSASSA-PSS is SHA-1. */
	if (!alg)
		return IKE_HASH_SHA1;
	X509_ALGOR_get0(&object, NULL, NULL, alg);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		if (OBJ_obj2nid(object) == rows[i].digest && is_null_or_absent(alg))
			return rows[i].hash;
	}
	return 0;
}

static uint8_t mask_hash_of(const X509_ALGOR *mask)
{
	const ASN1_OBJECT *object;
	X509_ALGOR *alg;
	uint8_t hash = 0;

	if (!mask)
		return IKE_HASH_SHA1;
	X509_ALGOR_get0(&object, NULL, NULL, mask);
	if (OBJ_obj2nid(object) != NID_mgf1 || !mask->parameter)
		return 0;
	alg = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(X509_ALGOR), mask->parameter);
	if (alg)
		hash = hash_of(alg);
	X509_ALGOR_free(alg);
	return hash;
}

/* The mask with another digest than the signature is allowed, and used by nobody. */
static bool read_pss(const X509_ALGOR *alg, struct ike_algid *algid)
{
	RSA_PSS_PARAMS *pss = NULL;
	int64_t salt = PSS_SALT_LEN, trailer = PSS_TRAILER;
	bool good;

	if (alg->parameter)
		pss = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(RSA_PSS_PARAMS), alg->parameter);
	if (!pss)
		return false;
	algid->kind = IKE_KEY_RSA;
	algid->pss = true;
	algid->hash = hash_of(pss->hashAlgorithm);
	good = algid->hash && mask_hash_of(pss->maskGenAlgorithm) == algid->hash &&
	       (!pss->saltLength || ASN1_INTEGER_get_int64(&salt, pss->saltLength)) &&
	       (!pss->trailerField || ASN1_INTEGER_get_int64(&trailer, pss->trailerField)) &&
	       salt >= 0 && salt <= UINT16_MAX && trailer == PSS_TRAILER;
	algid->salt_len = good ? salt : 0;
	RSA_PSS_PARAMS_free(pss);
	return good;
}

static bool read_algorithm(const X509_ALGOR *alg, struct ike_algid *algid)
{
	const ASN1_OBJECT *object;
	int type, nid;
	size_t i;

	X509_ALGOR_get0(&object, &type, NULL, alg);
	nid = OBJ_obj2nid(object);
	if (nid == NID_rsassaPss)
		return read_pss(alg, algid);
	if (nid == NID_ED25519 && type == V_ASN1_UNDEF) {
		algid->kind = IKE_KEY_ED25519;
		algid->hash = IKE_HASH_IDENTITY;
		return true;
	}
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		/* RFC 4055 section 5 takes both for RSA, RFC 5758 section 3.2 none for ECDSA. */
		if (nid == rows[i].rsa && is_null_or_absent(alg))
			algid->kind = IKE_KEY_RSA;
		else if (nid != rows[i].ecdsa || type != V_ASN1_UNDEF)
			continue;
		algid->hash = rows[i].hash;
		return true;
	}
	return false;
}

int ike_algid_parse(struct ike_chunk data, struct ike_algid *algid, size_t *used,
		    struct espah_err *err)
{
	const unsigned char *p;
	X509_ALGOR *alg;
	bool good;

	*algid = (struct ike_algid){};
	if (data.len < 1 || data.p[0] > data.len - 1)
		return espah_err_usage(err, "the signature is cut off in its AlgorithmIdentifier");
	*used = 1 + data.p[0];
	p = data.p + 1;
	alg = d2i_X509_ALGOR(NULL, &p, data.p[0]);
	good = alg && p == data.p + *used && read_algorithm(alg, algid);
	X509_ALGOR_free(alg);
	ERR_clear_error();
	if (good)
		return 0;
	return espah_err_usage(err,
			       "the signature's algorithm is neither RSA, ECDSA nor Ed25519 with a known digest");
}
