// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pki.h"
#include "proto.h"
#include "unit.h"
#include "unit_ike_oracle.h"
#include "unit_ike_x509.h"

enum {
	TAKES_SHA1 = 1 << IKE_HASH_SHA1,
	TAKES_SHA256 = 1 << IKE_HASH_SHA2_256,
	TAKES_SHA384 = 1 << IKE_HASH_SHA2_384,
	TAKES_SHA512 = 1 << IKE_HASH_SHA2_512,
	TAKES_SHA2 = TAKES_SHA256 | TAKES_SHA384 | TAKES_SHA512,
	TAKES_IDENTITY = 1 << IKE_HASH_IDENTITY,
};

enum algorithm {
	NOTHING,
	RSA_SHA1,
	RSA_SHA256,
	RSA_SHA384,
	RSA_SHA512,
	ECDSA_SHA1,
	ECDSA_SHA256,
	ECDSA_SHA384,
	ECDSA_SHA512,
	ED25519,
	PSS_SHA256_FULL,
	PSS_SHA256,
	PSS_NO_NULL,
	PSS_EMPTY,
	PSS_DEFAULT,
	PSS_OTHER_TRAILER,
	RSA_NO_NULL,
	RSA_REST,
	ECDSA_NULL,
};

/* RFC 7427 appendix A and RFC 8420 appendix A, each with its length before it. */
static const char * const algorithms[] = {
	[RSA_SHA1] = "0f300d06092a864886f70d0101050500",
	[RSA_SHA256] = "0f300d06092a864886f70d01010b0500",
	[RSA_SHA384] = "0f300d06092a864886f70d01010c0500",
	[RSA_SHA512] = "0f300d06092a864886f70d01010d0500",
	[ECDSA_SHA1] = "0b300906072a8648ce3d0401",
	[ECDSA_SHA256] = "0c300a06082a8648ce3d040302",
	[ECDSA_SHA384] = "0c300a06082a8648ce3d040303",
	[ECDSA_SHA512] = "0c300a06082a8648ce3d040304",
	[ED25519] = "07300506032b6570",
	/* A.4.3, and the same without the trailer: in DER, a default is left out. */
	[PSS_SHA256_FULL] =
		"48304606092a864886f70d01010a3039a00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d06096086480165030402010500a203020120a303020101",
	[PSS_SHA256] =
		"43304106092a864886f70d01010a3034a00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d06096086480165030402010500a203020120",
	/* The same with digests that have no NULL (RFC 4055 section 2.1). */
	[PSS_NO_NULL] =
		"3f303d06092a864886f70d01010a3030a00d300b0609608648016503040201a11a301806092a864886f70d010108300b0609608648016503040201a203020120",
	/* A.4.1 and A.4.2: the defaults, which are SHA-1. */
	[PSS_EMPTY] = "0f300d06092a864886f70d01010a3000",
	[PSS_DEFAULT] =
		"40303e06092a864886f70d01010a3031a00b300906052b0e03021a0500a118301606092a864886f70d010108300906052b0e03021a0500a203020114a303020101",
	[PSS_OTHER_TRAILER] =
		"48304606092a864886f70d01010a3039a00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d06096086480165030402010500a203020120a303020102",
	[RSA_NO_NULL] = "0d300b06092a864886f70d01010b",
	[RSA_REST] = "10300d06092a864886f70d01010b050000",
	[ECDSA_NULL] = "0e300c06082a8648ce3d0403020500",
};

enum {
	RSA2048,
	RSA3072,
	P256,
	P384,
	P521,
	ED,
	KEYS
};

static struct {
	struct ike_key key;
	struct ike_cert *cert;
} keys[KEYS];

static const struct ike_chunk octets = { .p = (const uint8_t *)"what is signed", .len = 14 };

static const struct {
	const char *name;
	unsigned int key;
	uint32_t hashes;
	bool pss;
	/* NOTHING: is refused. */
	enum algorithm algorithm;
} cases[] = {
	{ "RSA 2048 with SHA-256", RSA2048, TAKES_SHA2, false, RSA_SHA256 },
	{ "RSA 2048 with SHA-384", RSA2048, TAKES_SHA384, false, RSA_SHA384 },
	{ "RSA 2048 with SHA-512", RSA2048, TAKES_SHA512, false, RSA_SHA512 },
	{ "RSA 3072 with SHA-256", RSA3072, TAKES_SHA2, false, RSA_SHA256 },
	{ "RSA 2048 with PSS", RSA2048, TAKES_SHA2, true, PSS_SHA256 },
	{ "P-256 with SHA-256", P256, TAKES_SHA2 | TAKES_IDENTITY, false, ECDSA_SHA256 },
	{ "P-256 with SHA-512", P256, TAKES_SHA512, true, ECDSA_SHA512 },
	{ "P-384 with SHA-384", P384, TAKES_SHA2, false, ECDSA_SHA384 },
	{ "P-521 with SHA-512", P521, TAKES_SHA2, false, ECDSA_SHA512 },
	{ "P-521 for a peer with SHA-256 only", P521, TAKES_SHA256, false, ECDSA_SHA256 },
	{ "P-521 for a peer with SHA-384", P521, TAKES_SHA256 | TAKES_SHA384, false, ECDSA_SHA384 },
	{ "Ed25519", ED, TAKES_SHA2 | TAKES_IDENTITY, true, ED25519 },
	{ "Ed25519 for a peer that does not take it", ED, TAKES_SHA2, false, NOTHING },
	{ "RSA for a peer with SHA-1 only", RSA2048, TAKES_SHA1, false, NOTHING },
	{ "P-256 for a peer with Ed25519 only", P256, TAKES_IDENTITY, false, NOTHING },
	{ "RSA for a peer with nothing", RSA2048, 0, true, NOTHING },
};

static int verify(unsigned int key, uint8_t method, struct ike_chunk signature)
{
	struct espah_err err = {};
	int rc = ike_verify(keys[key].cert, method, octets, signature, &err);

	/* Whoever refuses says why. */
	return rc && !err.text[0] ? 1 : rc;
}

/* In memory of its own, so that a read behind its end is seen. */
static int verify_copy(unsigned int key, uint8_t method, const uint8_t *p, size_t len)
{
	uint8_t *copy = unit_copy(p, len);
	int rc;

	rc = verify(key, method, ike_chunk(copy, len));
	free(copy);
	return rc;
}

static bool changes_refused(unsigned int key, uint8_t method, const struct ike_buf *signature)
{
	struct espah_err err = {};
	struct ike_buf longer;
	bool good = true;
	size_t i;

	ike_buf_init(&longer, 4096);
	ike_buf_chunk_put(&longer, ike_buf_chunk(signature));
	ike_buf_u8(&longer, 0);
	good &= verify(key, method, ike_buf_chunk(&longer)) == -1;
	ike_buf_free(&longer);
	for (i = 0; i < signature->len; i++) {
		signature->p[i] ^= 1 << i % 8;
		good &= verify(key, method, ike_buf_chunk(signature)) == -1;
		signature->p[i] ^= 1 << i % 8;
		good &= verify_copy(key, method, signature->p, i) == -1;
	}
	good &= ike_verify(keys[key].cert, method, ike_chunk(octets.p, octets.len - 1),
			   ike_buf_chunk(signature), &err) == -1;
	for (i = 0; i < KEYS; i++) {
		if (i != key)
			good &= verify(i, method, ike_buf_chunk(signature)) == -1;
	}
	return good;
}

static void check_signature(size_t i)
{
	struct unit_octets expected;
	struct ike_buf out;
	char name[128];

	unit_hex(&expected, algorithms[cases[i].algorithm]);
	ike_buf_init(&out, 4096);
	snprintf(name, sizeof(name), "%s: the AlgorithmIdentifier", cases[i].name);
	check(!ike_sign(&keys[cases[i].key].key, cases[i].hashes, cases[i].pss, octets, &out) &&
	      out.len > expected.len && !memcmp(out.p, expected.p, expected.len), name);
	snprintf(name, sizeof(name), "%s: signed and verified", cases[i].name);
	check(!verify(cases[i].key, IKE_AUTH_SIGNATURE, ike_buf_chunk(&out)), name);
	snprintf(name, sizeof(name), "%s: changes are refused", cases[i].name);
	check(changes_refused(cases[i].key, IKE_AUTH_SIGNATURE, &out), name);
	ike_buf_free(&out);
}

static void test_signatures(void)
{
	struct ike_buf out;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		if (cases[i].algorithm) {
			check_signature(i);
			continue;
		}
		ike_buf_init(&out, 4096);
		check(ike_sign(&keys[cases[i].key].key, cases[i].hashes, cases[i].pss, octets,
			       &out) == -1 && !out.len, cases[i].name);
		ike_buf_free(&out);
	}
	ike_buf_init(&out, 20);
	check(ike_sign(&keys[RSA2048].key, TAKES_SHA2, false, octets, &out) == -1,
	      "a signature that does not fit is an error");
	ike_buf_free(&out);
}

/* A signature of ours under another AlgorithmIdentifier. */
static int verify_as(unsigned int key, bool pss, enum algorithm algorithm)
{
	struct unit_octets data;
	struct ike_buf out;
	size_t begin;
	int rc;

	ike_buf_init(&out, 4096);
	ike_sign(&keys[key].key, TAKES_SHA256, pss, octets, &out);
	begin = 1 + out.p[0];
	unit_hex(&data, algorithms[algorithm]);
	memcpy(data.p + data.len, out.p + begin, out.len - begin);
	rc = verify_copy(key, IKE_AUTH_SIGNATURE, data.p, data.len + out.len - begin);
	ike_buf_free(&out);
	return rc;
}

static void test_algorithms(void)
{
	check(!verify_as(RSA2048, true, PSS_SHA256_FULL), "PSS with its trailer is taken");
	check(verify_as(RSA2048, true, PSS_OTHER_TRAILER) == -1,
	      "PSS with another trailer is refused");
	check(!verify_as(RSA2048, true, PSS_NO_NULL),
	      "PSS without NULL for its digests is taken");
	check(verify_as(RSA2048, true, RSA_SHA256) == -1, "PSS is not taken as PKCS#1 v1.5");
	check(verify_as(RSA2048, false, PSS_SHA256) == -1, "PKCS#1 v1.5 is not taken as PSS");
	check(verify_as(RSA2048, true, PSS_EMPTY) == -1 &&
	      verify_as(RSA2048, true, PSS_DEFAULT) == -1, "PSS with SHA-1 is refused");
	check(!verify_as(RSA2048, false, RSA_NO_NULL),
	      "PKCS#1 v1.5 without NULL is taken (RFC 4055 section 5)");
	check(verify_as(P256, false, ECDSA_NULL) == -1,
	      "ECDSA with NULL is refused (RFC 5758 section 3.2)");
	check(verify_as(RSA2048, false, RSA_REST) == -1,
	      "an AlgorithmIdentifier with a rest is refused");
	check(verify_as(P256, false, ED25519) == -1 && verify_as(P256, false, RSA_SHA256) == -1 &&
	      verify_as(RSA2048, false, ECDSA_SHA256) == -1, "another kind of key is refused");
}

/* A true signature, whose digest alone is wrong: what it says is that. */
static void check_sha1(unsigned int key, enum algorithm algorithm, const char *name)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	struct espah_err err = {};
	struct unit_octets data;
	size_t len;

	unit_hex(&data, algorithms[algorithm]);
	len = sizeof(data.p) - data.len;
	EVP_DigestSignInit(md, NULL, EVP_sha1(), NULL, keys[key].key.pkey);
	EVP_DigestSign(md, data.p + data.len, &len, octets.p, octets.len);
	ike_verify(keys[key].cert, IKE_AUTH_SIGNATURE, octets, ike_chunk(data.p, data.len + len),
		   &err);
	check_text(err.text, "the signature is with SHA-1; expected SHA-256 or longer", name);
	EVP_MD_CTX_free(md);
}

/* The methods of before RFC 7427. */
static void test_old(void)
{
	static const struct {
		unsigned int key;
		uint8_t method;
		const char *name;
	} olds[] = {
		{ RSA2048, IKE_AUTH_RSA_SIG, "RSA in the old form" },
		{ P256, IKE_AUTH_ECDSA_256, "ECDSA-256 in the old form" },
		{ P384, IKE_AUTH_ECDSA_384, "ECDSA-384 in the old form" },
		{ P521, IKE_AUTH_ECDSA_521, "ECDSA-521 in the old form" },
	};
	struct ike_buf out;
	uint8_t method;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(olds); i++) {
		ike_buf_init(&out, 4096);
		method = 0;
		check(!ike_sign_old(&keys[olds[i].key].key, &method, octets, &out) &&
		      method == olds[i].method &&
		      !verify(olds[i].key, method, ike_buf_chunk(&out)) &&
		      changes_refused(olds[i].key, method, &out), olds[i].name);
		check(verify(olds[i].key, IKE_AUTH_SIGNATURE, ike_buf_chunk(&out)) == -1 &&
		      verify(olds[i].key, IKE_AUTH_PSK, ike_buf_chunk(&out)) == -1 &&
		      verify(olds[i].key, 0, ike_buf_chunk(&out)) == -1,
		      "the old form is not taken with another method");
		ike_buf_free(&out);
	}
	ike_buf_init(&out, 4096);
	check(ike_sign_old(&keys[ED].key, &method, octets, &out) == -1,
	      "Ed25519 has no old form");
	/* RFC 7296 section 3.8 allows other digests for RSA. */
	ike_sign(&keys[RSA2048].key, TAKES_SHA256, false, octets, &out);
	check(!verify(RSA2048, IKE_AUTH_RSA_SIG, ike_chunk(out.p + 16, out.len - 16)),
	      "RSA in the old form with SHA-256 is taken");
	ike_buf_free(&out);
}

/* "abc", signed by the authors of RFC 4754. */
static const struct {
	const char *name;
	const char *curve;
	uint8_t method;
	const char *public;
	const char *signature;
} published[] = {
	{
		"RFC 4754 section 8.1", "P-256", IKE_AUTH_ECDSA_256,
		"042442a5cc0ecd015fa3ca31dc8e2bbc70bf42d60cbca20085e0822cb04235e9706fc98bd7e50211a4a27102fa3549df79ebcb4bf246b80945cddfe7d509bbfd7d",
		"cb28e0999b9c7715fd0a80d8e47a77079716cbbf917dd72e97566ea1c066957c86fa3bb4e26cad5bf90b7f81899256ce7594bb1ea0c89212748bff3b3d5b0315",
	},
	{
		"RFC 4754 section 8.2", "P-384", IKE_AUTH_ECDSA_384,
		"0496281bf8dd5e0525ca049c048d345d3082968d10fedf5c5aca0c64e6465a97ea5ce10c9dfec21797415710721f437922447688ba94708eb6e2e4d59f6ab6d7edff9301d249fe49c33096655f5d502fad3d383b91c5e7edaa2b714cc99d5743ca",
		"fb017b914e29149432d8bac29a514640b46f53ddab2c69948084e2930f1c8f7e08e07c9c63f2d21a07dcb56a6af56eb3b263a1305e057f984d38726a1b46874109f417bca112674c528262a40a629af1cbb9f516ce0fa7d2ff630863a00e8b9f",
	},
	{
		"RFC 4754 section 8.3", "P-521", IKE_AUTH_ECDSA_521,
		"040151518f1af0f563517edd5485190df95a4bf57b5cba4cf2a9a3f6474725a35f7afe0a6ddeb8bedbcd6a197e592d40188901cecd650699c9b5e456aea5add19052a8006f3b142ea1bfff7e2837ad44c9e4ff6d2d34c73184bbad90026dd5e6e85317d9df45cad7803c6c20035b2f3ff63aff4e1ba64d1c077577da3f4286c58f0aeae643",
		"0154fd3836af92d0dca57dd5341d3053988534fde8318fc6aaaab68e2e6f4339b19f2f281a7e0b22c269d93cf8794a9278880ed7dbb8d9362caeacee544320552251017705a7030290d1ceb605a9a1bb03ff9cdd521e87a696ec926c8c10c8362df4975367101f67d1cf9bccbf2f3d239534fa509e70aac851ae01aac68d62f866472660",
	},
};

static struct ike_cert *cert_of_point(const char *curve, const char *point)
{
	static const struct unit_x509_spec spec = { .name = "published" };
	EVP_PKEY *signer = EVP_EC_gen(curve), *key = EVP_PKEY_new();
	struct unit_octets encoded;
	X509 *issuer, *x509;

	unit_hex(&encoded, point);
	EVP_PKEY_copy_parameters(key, signer);
	EVP_PKEY_set1_encoded_public_key(key, encoded.p, encoded.len);
	issuer = unit_x509_make(&spec, signer, NULL, NULL);
	x509 = unit_x509_make(&spec, key, issuer, signer);
	X509_free(issuer);
	EVP_PKEY_free(signer);
	EVP_PKEY_free(key);
	return unit_x509_cert(x509);
}

static void test_published(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(published); i++) {
		struct ike_cert *cert = cert_of_point(published[i].curve, published[i].public);
		struct unit_octets signature;
		struct espah_err err = {};

		unit_hex(&signature, published[i].signature);
		check(!ike_verify(cert, published[i].method, ike_chunk("abc", 3),
				  unit_chunk(&signature), &err), published[i].name);
		ike_cert_free(cert);
	}
}

static void check_refused_key(EVP_PKEY *key, const char *sentence, const char *name)
{
	static const struct unit_x509_spec spec = { .name = "refused" };
	struct ike_cert *cert = unit_x509_cert(unit_x509_make(&spec, key, NULL, NULL));
	struct espah_err err = {};

	ike_verify(cert, IKE_AUTH_SIGNATURE, octets, ike_chunk("", 0), &err);
	check_text(err.text, sentence, name);
	ike_cert_free(cert);
	EVP_PKEY_free(key);
}

void test_ike_sign(void)
{
	static const struct unit_x509_spec spec = { .name = "signer" };
	size_t i;

	keys[RSA2048].key.pkey = EVP_RSA_gen(2048);
	keys[RSA3072].key.pkey = EVP_RSA_gen(3072);
	keys[P256].key.pkey = EVP_EC_gen("P-256");
	keys[P384].key.pkey = EVP_EC_gen("P-384");
	keys[P521].key.pkey = EVP_EC_gen("P-521");
	keys[ED].key.pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	for (i = 0; i < KEYS; i++)
		keys[i].cert = unit_x509_cert(unit_x509_make(&spec, keys[i].key.pkey, NULL, NULL));
	test_signatures();
	test_algorithms();
	check_sha1(RSA2048, RSA_SHA1, "RSA with SHA-1 is refused in the new form");
	check_sha1(P256, ECDSA_SHA1, "ECDSA with SHA-1 is refused in the new form");
	test_old();
	test_published();
	check_refused_key(EVP_RSA_gen(1024),
			  "the certificate's key has only 1024 bits; expected 2048 or more",
			  "a short key is refused");
	check_refused_key(EVP_EC_gen("secp256k1"),
			  "the certificate's key is neither RSA, ECDSA nor Ed25519",
			  "a key of another curve is refused");
	for (i = 0; i < KEYS; i++) {
		ike_cert_free(keys[i].cert);
		EVP_PKEY_free(keys[i].key.pkey);
	}
}
