// SPDX-License-Identifier: GPL-2.0-or-later
#include <limits.h>

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include "algid.h"
#include "pki.h"
#include "proto.h"

/* RSA with 16384 bits, which is OpenSSL's limit. */
#define SIGNATURE_MAX	2048

/* RFC 4754 section 7: r and s one after another, as long as the order each. */
static const struct old_ecdsa {
	enum ike_key_kind kind;
	uint8_t method;
	uint8_t hash;
	uint8_t half;
} old_ecdsas[] = {
	{ IKE_KEY_P256, IKE_AUTH_ECDSA_256, IKE_HASH_SHA2_256, 32 },
	{ IKE_KEY_P384, IKE_AUTH_ECDSA_384, IKE_HASH_SHA2_384, 48 },
	{ IKE_KEY_P521, IKE_AUTH_ECDSA_521, IKE_HASH_SHA2_512, 66 },
};

static const EVP_MD *digest_of(enum ike_hash hash)
{
	switch (hash) {
	case IKE_HASH_SHA1:
		return EVP_sha1();
	case IKE_HASH_SHA2_256:
		return EVP_sha256();
	case IKE_HASH_SHA2_384:
		return EVP_sha384();
	case IKE_HASH_SHA2_512:
		return EVP_sha512();
	case IKE_HASH_IDENTITY:
		/* RFC 8420: the whole of the octets is signed. */
		break;
	}
	return NULL;
}

/* RSASSA-PSS: the mask has the digest of the signature. */
static bool set_padding(EVP_PKEY_CTX *ctx, const struct ike_algid *algid)
{
	if (algid->kind != IKE_KEY_RSA)
		return true;
	if (!algid->pss)
		return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) > 0;
	return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) > 0 &&
	       EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, algid->salt_len) > 0;
}

static bool make(EVP_PKEY *pkey, const struct ike_algid *algid, struct ike_chunk octets,
		 struct ike_buf *out)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	uint8_t signature[SIGNATURE_MAX];
	size_t len = sizeof(signature);
	EVP_PKEY_CTX *ctx;
	bool good;

	good = md && EVP_DigestSignInit(md, &ctx, digest_of(algid->hash), NULL, pkey) > 0 &&
	       set_padding(ctx, algid) &&
	       EVP_DigestSign(md, signature, &len, octets.p, octets.len) > 0;
	if (good)
		ike_buf_put(out, signature, len);
	EVP_MD_CTX_free(md);
	ERR_clear_error();
	return good && !out->full;
}

static bool check(EVP_PKEY *pkey, const struct ike_algid *algid, struct ike_chunk octets,
		  struct ike_chunk signature)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	EVP_PKEY_CTX *ctx;
	bool good;

	good = md && EVP_DigestVerifyInit(md, &ctx, digest_of(algid->hash), NULL, pkey) > 0 &&
	       set_padding(ctx, algid) &&
	       EVP_DigestVerify(md, signature.p, signature.len, octets.p, octets.len) == 1;
	EVP_MD_CTX_free(md);
	ERR_clear_error();
	return good;
}

/*
 * The shortest digest that is as strong as the key (NIST SP 800-57: half of its
 * bits), or else the longest that the peer takes.
 */
static uint8_t choose_hash(const EVP_PKEY *pkey, uint32_t hashes)
{
	int strength = EVP_PKEY_get_security_bits(pkey);
	uint8_t hash, best = 0;

	for (hash = IKE_HASH_SHA2_256; hash <= IKE_HASH_SHA2_512; hash++) {
		if (!(hashes & 1 << hash))
			continue;
		best = hash;
		if (EVP_MD_get_size(digest_of(hash)) * CHAR_BIT / 2 >= strength)
			break;
	}
	return best;
}

int ike_sign(const struct ike_key *key, uint32_t hashes, bool pss, struct ike_chunk octets,
	     struct ike_buf *out)
{
	struct ike_algid algid = { .kind = ike_key_kind(key->pkey) };

	if (algid.kind == IKE_KEY_ED25519) {
		/* RFC 8420 section 2: only where the peer has said so. */
		algid.hash = hashes & 1 << IKE_HASH_IDENTITY ? IKE_HASH_IDENTITY : 0;
	} else {
		algid.hash = choose_hash(key->pkey, hashes);
	}
	if (!algid.hash)
		return -1;
	if (algid.kind == IKE_KEY_RSA && pss) {
		algid.pss = true;
		algid.salt_len = EVP_MD_get_size(digest_of(algid.hash));
	}
	if (ike_algid_put(&algid, out) || !make(key->pkey, &algid, octets, out))
		return -1;
	return 0;
}

static const struct old_ecdsa *old_ecdsa_of(enum ike_key_kind kind)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(old_ecdsas); i++) {
		if (old_ecdsas[i].kind == kind)
			return &old_ecdsas[i];
	}
	return NULL;
}

/* From OpenSSL's form, a SEQUENCE of two INTEGERs. */
static int put_halves(const struct old_ecdsa *old, struct ike_chunk der, struct ike_buf *out)
{
	const unsigned char *p = der.p;
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &p, der.len);
	uint8_t *to = sig ? ike_buf_reserve(out, 2 * old->half) : NULL;
	int rc = -1;

	if (to && BN_bn2binpad(ECDSA_SIG_get0_r(sig), to, old->half) == old->half &&
	    BN_bn2binpad(ECDSA_SIG_get0_s(sig), to + old->half, old->half) == old->half)
		rc = 0;
	ECDSA_SIG_free(sig);
	return rc;
}

int ike_sign_old(const struct ike_key *key, uint8_t *method, struct ike_chunk octets,
		 struct ike_buf *out)
{
	struct ike_algid algid = { .kind = ike_key_kind(key->pkey), .hash = IKE_HASH_SHA1 };
	const struct old_ecdsa *old = old_ecdsa_of(algid.kind);
	struct ike_buf der;
	int rc = -1;

	if (algid.kind == IKE_KEY_RSA) {
		*method = IKE_AUTH_RSA_SIG;
		return make(key->pkey, &algid, octets, out) ? 0 : -1;
	}
	if (!old)
		return -1;
	*method = old->method;
	algid.hash = old->hash;
	ike_buf_init(&der, SIGNATURE_MAX);
	if (make(key->pkey, &algid, octets, &der))
		rc = put_halves(old, ike_buf_chunk(&der), out);
	ike_buf_free(&der);
	return rc;
}

static int wrong(struct espah_err *err)
{
	return espah_err_usage(err,
			       "the signature is not by the certificate's key, or of other octets");
}

static int verify_new(EVP_PKEY *pkey, struct ike_chunk octets, struct ike_chunk signature,
		      struct espah_err *err)
{
	struct ike_algid algid;
	size_t used;

	if (ike_algid_parse(signature, &algid, &used, err))
		return -1;
	if (algid.hash == IKE_HASH_SHA1)
		return espah_err_usage(err,
				       "the signature is with SHA-1; expected SHA-256 or longer");
	/* ECDSA names no curve: the digest is free (RFC 7427 section 6). */
	if (algid.kind != IKE_KEY_OTHER ? algid.kind != ike_key_kind(pkey) :
	    !old_ecdsa_of(ike_key_kind(pkey)))
		return espah_err_usage(err,
				       "the signature is of another kind than the certificate's key");
	signature = ike_chunk(signature.p + used, signature.len - used);
	return check(pkey, &algid, octets, signature) ? 0 : wrong(err);
}

static int verify_rsa(EVP_PKEY *pkey, struct ike_chunk octets, struct ike_chunk signature,
		      struct espah_err *err)
{
	struct ike_algid algid = { .kind = IKE_KEY_RSA };

	/* RFC 7296 section 3.8: SHA-1, or a longer one that nothing but the signature tells. */
	for (algid.hash = IKE_HASH_SHA1; algid.hash <= IKE_HASH_SHA2_512; algid.hash++) {
		if (check(pkey, &algid, octets, signature))
			return 0;
	}
	return wrong(err);
}

static int verify_ecdsa(EVP_PKEY *pkey, const struct old_ecdsa *old, struct ike_chunk octets,
			struct ike_chunk signature, struct espah_err *err)
{
	struct ike_algid algid = { .kind = old->kind, .hash = old->hash };
	ECDSA_SIG *sig = ECDSA_SIG_new();
	unsigned char *der = NULL;
	BIGNUM *r, *s;
	int len = -1, rc = -1;

	if (signature.len != 2 * (size_t)old->half) {
		ECDSA_SIG_free(sig);
		return espah_err_usage(err, "the signature has %zu octets; expected %d",
				       signature.len, 2 * old->half);
	}
	r = BN_bin2bn(signature.p, old->half, NULL);
	s = BN_bin2bn(signature.p + old->half, old->half, NULL);
	if (sig && r && s && ECDSA_SIG_set0(sig, r, s)) {
		len = i2d_ECDSA_SIG(sig, &der);
	} else {
		BN_free(r);
		BN_free(s);
	}
	if (len > 0 && check(pkey, &algid, octets, ike_chunk(der, len)))
		rc = 0;
	OPENSSL_free(der);
	ECDSA_SIG_free(sig);
	return rc ? wrong(err) : 0;
}

int ike_verify(const struct ike_cert *cert, uint8_t method, struct ike_chunk octets,
	       struct ike_chunk signature, struct espah_err *err)
{
	EVP_PKEY *pkey = X509_get0_pubkey(cert->x509);
	enum ike_key_kind kind = pkey ? ike_key_kind(pkey) : IKE_KEY_OTHER;
	const struct old_ecdsa *old = old_ecdsa_of(kind);

	ERR_clear_error();
	if (kind == IKE_KEY_OTHER)
		return espah_err_usage(err,
				       "the certificate's key is neither RSA, ECDSA nor Ed25519");
	if (EVP_PKEY_get_security_bits(pkey) < IKE_SECURITY_BITS)
		return espah_err_usage(err,
				       "the certificate's key has only %d bits; expected 2048 or more",
				       EVP_PKEY_get_bits(pkey));
	if (method == IKE_AUTH_SIGNATURE)
		return verify_new(pkey, octets, signature, err);
	if (method == IKE_AUTH_RSA_SIG && kind == IKE_KEY_RSA)
		return verify_rsa(pkey, octets, signature, err);
	if (old && method == old->method)
		return verify_ecdsa(pkey, old, octets, signature, err);
	return espah_err_usage(err, "the AUTH method %u does not fit the certificate's key",
			       method);
}
