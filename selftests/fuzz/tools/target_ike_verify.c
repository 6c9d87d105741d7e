// SPDX-License-Identifier: GPL-2.0-only
/*
 * AUTH's data by a signature. The first octet says of which key, and whether
 * the rest is the signature or changes a good one; the second is the method.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/x509.h>

#include "fuzz.h"
#include "pki.h"
#include "proto.h"

#define CHANGES	4
#define PSS	8

static const struct ike_chunk octets = { .p = (const uint8_t *)"octets", .len = 6 };

static struct {
	struct ike_key key;
	struct ike_cert *cert;
} keys[3];

static struct ike_cert *cert_of(EVP_PKEY *pkey)
{
	X509 *x509 = fuzz_need(X509_new());
	const bool prehashed = !EVP_PKEY_is_a(pkey, "ED25519");
	unsigned char *der = NULL;
	struct ike_cert *cert;
	int len;

	X509_set_pubkey(x509, pkey);
	X509_gmtime_adj(X509_getm_notBefore(x509), 0);
	X509_gmtime_adj(X509_getm_notAfter(x509), 86400);
	must(X509_sign(x509, pkey, prehashed ? EVP_sha256() : NULL), "a certificate");
	len = i2d_X509(x509, &der);
	cert = fuzz_need(ike_cert_parse_der(ike_chunk(der, len)));
	OPENSSL_free(der);
	X509_free(x509);
	return cert;
}

static void make_keys(void)
{
	size_t i;

	keys[0].key.pkey = EVP_RSA_gen(2048);
	keys[1].key.pkey = EVP_EC_gen("P-256");
	keys[2].key.pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	for (i = 0; i < ARRAY_SIZE(keys); i++)
		keys[i].cert = cert_of(fuzz_need(keys[i].key.pkey));
}

static bool verify(size_t i, uint8_t method, struct ike_chunk signature)
{
	struct espah_err err = {};

	if (!ike_verify(keys[i].cert, method, octets, signature, &err)) {
		must(ike_verify(keys[i].cert, method, ike_chunk(octets.p, 5), signature, &err),
		     "a signature of other octets to be refused");
		return true;
	}
	must_be_sentence(&err);
	return false;
}

/* Only the AlgorithmIdentifier may be written in more than one way. */
static void verify_changed(size_t i, bool pss, uint8_t method, const uint8_t *data, size_t size)
{
	const uint32_t hashes = 1 << IKE_HASH_SHA2_256 | 1 << IKE_HASH_IDENTITY;
	bool changed = false;
	struct ike_buf out;
	size_t at, begin;

	ike_buf_init(&out, 4096);
	if (method == IKE_AUTH_SIGNATURE)
		must(!ike_sign(&keys[i].key, hashes, pss, octets, &out), "a signature");
	else if (ike_sign_old(&keys[i].key, &method, octets, &out))
		out.len = 0;
	begin = method == IKE_AUTH_SIGNATURE ? 1 + out.p[0] : 0;
	for (at = 0; at < size && at < out.len; at++) {
		out.p[at] ^= data[at];
		changed |= data[at] && at >= begin;
	}
	if (out.len)
		must(!verify(i, method, ike_buf_chunk(&out)) || !changed,
		     "a changed signature to be refused");
	ike_buf_free(&out);
}

void fuzz_ike_verify(const uint8_t *data, size_t size)
{
	size_t i;

	if (!keys[0].cert)
		make_keys();
	if (size < 2)
		return;
	i = data[0] % 4 % ARRAY_SIZE(keys);
	if (data[0] & CHANGES)
		verify_changed(i, data[0] & PSS, data[1], data + 2, size - 2);
	else
		verify(i, data[1], ike_chunk(data + 2, size - 2));
}
