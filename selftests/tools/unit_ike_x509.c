// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>

#include <openssl/x509v3.h>

#include "unit.h"
#include "unit_ike_x509.h"

static void need(bool good, const char *what)
{
	if (good)
		return;
	printf("Bail out! cannot make a certificate: %s\n", what);
	exit(1);
}

static void add(X509 *x509, X509V3_CTX *ctx, const char *name, const char *value)
{
	X509_EXTENSION *extension;

	if (!value)
		return;
	extension = X509V3_EXT_conf(NULL, ctx, name, value);
	need(extension && X509_add_ext(x509, extension, -1), value);
	X509_EXTENSION_free(extension);
}

static void add_all(X509 *x509, const X509 *issuer, const struct unit_x509_spec *spec)
{
	X509V3_CTX ctx;

	X509V3_set_ctx(&ctx, (X509 *)issuer, x509, NULL, NULL, 0);
	add(x509, &ctx, "basicConstraints", spec->constraints);
	add(x509, &ctx, "keyUsage", spec->usage);
	add(x509, &ctx, "extendedKeyUsage", spec->purposes);
	add(x509, &ctx, "subjectAltName", spec->alternatives);
	add(x509, &ctx, "nameConstraints", spec->names);
	add(x509, &ctx, spec->other[0], spec->other[1]);
}

X509 *unit_x509_make(const struct unit_x509_spec *spec, EVP_PKEY *key, const X509 *issuer,
		     EVP_PKEY *issuer_key)
{
	static long serial = 1000;
	bool span = spec->from || spec->until;
	X509 *x509 = X509_new();
	X509_NAME *name = X509_NAME_new();
	const EVP_MD *digest = spec->digest ? spec->digest : EVP_sha256();

	if (!issuer) {
		issuer = x509;
		issuer_key = key;
	}
	need(x509 && name && key && issuer_key, "no key");
	X509_set_version(x509, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x509), serial++);
	X509_gmtime_adj(X509_getm_notBefore(x509), span ? spec->from : -UNIT_DAY);
	X509_gmtime_adj(X509_getm_notAfter(x509), span ? spec->until : UNIT_DAY);
	X509_NAME_add_entry_by_txt(name, "O", MBSTRING_ASC, (const uint8_t *)"espah", -1, -1, 0);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const uint8_t *)spec->name, -1, -1,
				   0);
	X509_set_subject_name(x509, name);
	X509_set_issuer_name(x509, X509_get_subject_name(issuer));
	X509_set_pubkey(x509, key);
	add_all(x509, issuer, spec);
	if (EVP_PKEY_is_a(issuer_key, "ED25519"))
		digest = NULL;
	need(X509_sign(x509, issuer_key, digest), spec->name);
	X509_NAME_free(name);
	return x509;
}

struct ike_cert *unit_x509_cert(X509 *x509)
{
	unsigned char *der = NULL;
	int len = i2d_X509(x509, &der);
	struct ike_cert *cert = ike_cert_parse_der(ike_chunk(der, len > 0 ? len : 0));

	need(cert, "not parsed");
	OPENSSL_free(der);
	X509_free(x509);
	return cert;
}
