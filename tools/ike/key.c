// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/decoder.h>
#include <openssl/err.h>

#include "pki.h"

#define CURVE_NAME_MAX	64

static enum ike_key_kind curve_kind(const EVP_PKEY *pkey)
{
	char name[CURVE_NAME_MAX];

	if (!EVP_PKEY_get_group_name(pkey, name, sizeof(name), NULL))
		return IKE_KEY_OTHER;
	switch (OBJ_txt2nid(name)) {
	case NID_X9_62_prime256v1:
		return IKE_KEY_P256;
	case NID_secp384r1:
		return IKE_KEY_P384;
	case NID_secp521r1:
		return IKE_KEY_P521;
	}
	return IKE_KEY_OTHER;
}

enum ike_key_kind ike_key_kind(const EVP_PKEY *pkey)
{
	if (EVP_PKEY_is_a(pkey, "RSA"))
		return IKE_KEY_RSA;
	if (EVP_PKEY_is_a(pkey, "EC"))
		return curve_kind(pkey);
	if (EVP_PKEY_is_a(pkey, "ED25519"))
		return IKE_KEY_ED25519;
	return IKE_KEY_OTHER;
}

/* What decrypts a key, and whether it was asked for. */
struct passphrase {
	const char *secret;
	bool asked;
};

static int give_passphrase(char *buf, int size, int writing, void *arg)
{
	struct passphrase *passphrase = arg;
	size_t len;

	(void)writing;
	passphrase->asked = true;
	if (!passphrase->secret)
		return -1;
	len = strlen(passphrase->secret);
	if (len > (size_t)size)
		return -1;
	memcpy(buf, passphrase->secret, len);
	return len;
}

static EVP_PKEY *decode(struct ike_chunk content, struct passphrase *passphrase)
{
	EVP_PKEY *pkey = NULL;
	OSSL_DECODER_CTX *ctx = OSSL_DECODER_CTX_new_for_pkey(&pkey, NULL, NULL, NULL,
							      EVP_PKEY_KEYPAIR, NULL, NULL);
	const unsigned char *p = content.p;
	size_t len = content.len;

	if (!ctx || !OSSL_DECODER_CTX_set_pem_password_cb(ctx, give_passphrase, passphrase) ||
	    !OSSL_DECODER_from_data(ctx, &p, &len)) {
		EVP_PKEY_free(pkey);
		pkey = NULL;
	}
	OSSL_DECODER_CTX_free(ctx);
	ERR_clear_error();
	return pkey;
}

static int check_key(const char *path, const EVP_PKEY *pkey, const struct passphrase *passphrase,
		     struct espah_err *err)
{
	if (!pkey && passphrase->asked && !passphrase->secret)
		return espah_err_usage(err,
				       "the private key '%s' is encrypted; expected a secret for it",
				       path);
	if (!pkey && passphrase->asked)
		return espah_err_usage(err,
				       "the secret of the private key '%s' does not decrypt it",
				       path);
	if (!pkey)
		return espah_err_usage(err,
				       "'%s' is not a private key; expected PEM or DER",
				       path);
	if (ike_key_kind(pkey) == IKE_KEY_OTHER)
		return espah_err_usage(err,
				       "the private key '%s' is neither RSA, P-256, P-384, P-521 nor Ed25519",
				       path);
	if (EVP_PKEY_get_security_bits(pkey) < IKE_SECURITY_BITS)
		return espah_err_usage(err,
				       "the private key '%s' has only %d bits; expected 2048 or more",
				       path, EVP_PKEY_get_bits(pkey));
	return 0;
}

struct ike_key *ike_key_load(const char *path, const char *secret, struct espah_err *err)
{
	struct passphrase passphrase = { .secret = secret };
	struct ike_key *key = NULL;
	EVP_PKEY *pkey = NULL;
	struct ike_buf content;

	if (!ike_file_read(path, true, &content, err)) {
		pkey = decode(ike_buf_chunk(&content), &passphrase);
		if (!check_key(path, pkey, &passphrase, err)) {
			key = calloc(1, sizeof(*key));
			if (!key)
				espah_err_usage(err, "no memory for the private key '%s'", path);
		}
	}
	ike_buf_free(&content);
	if (key)
		key->pkey = pkey;
	else
		EVP_PKEY_free(pkey);
	return key;
}

void ike_key_free(struct ike_key *key)
{
	if (!key)
		return;
	/* OpenSSL wipes what it frees of a private key. */
	EVP_PKEY_free(key->pkey);
	free(key);
}

bool ike_key_fits(const struct ike_key *key, const struct ike_cert *cert)
{
	const EVP_PKEY *public = X509_get0_pubkey(cert->x509);
	bool fits = public && EVP_PKEY_eq(key->pkey, public) == 1;

	ERR_clear_error();
	return fits;
}
