// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <openssl/pem.h>

#include "cert.h"
#include "proto.h"
#include "unit.h"
#include "unit_ike_oracle.h"
#include "unit_ike_x509.h"

#define AUTHORITY	"critical,CA:TRUE"
#define SIGNS_CERTS	"critical,keyCertSign,cRLSign"
#define SIGNS		"critical,digitalSignature"

/* A root, an intermediate and a leaf, of which each case changes something. */
struct chain_case {
	const char *name;
	struct unit_x509_spec root, middle, leaf;
	/* What is trusted and what the peer sends, if not the root and the intermediate. */
	bool no_anchor, trust_middle, trust_leaf, other_root, no_middle;
	/* Of how many bits the leaf's RSA key is; 0: P-256. */
	unsigned int rsa_bits;
	/* NULL: good. What the verdict begins with. */
	const char *verdict;
};

#define ROOT		.root = { .name = "root", .constraints = AUTHORITY, .usage = SIGNS_CERTS }
#define MIDDLE		.middle = { .name = "middle", .constraints = AUTHORITY, \
				    .usage = SIGNS_CERTS }
#define LEAF		.leaf = { .name = "leaf", .usage = SIGNS }

static const struct chain_case chains[] = {
	{ "a chain of three is verified", ROOT, MIDDLE, LEAF },
	{
		"a leaf without extensions is verified", ROOT, MIDDLE,
		.leaf = { .name = "leaf" },
	},
	{
		"an intermediate may be an anchor", ROOT, MIDDLE, LEAF,
		.trust_middle = true, .no_anchor = true, .no_middle = true,
	},
	{
		"the certificate itself may be an anchor", ROOT, MIDDLE, LEAF,
		.trust_leaf = true, .no_anchor = true, .no_middle = true,
	},
	{
		"without anchors, nothing is", ROOT, MIDDLE, LEAF, .no_anchor = true,
		.verdict =
			"no path to a trusted authority: 'O=espah, CN=root' was issued by 'O=espah, CN=root'",
	},
	{
		"without the intermediate, there is no path", ROOT, MIDDLE, LEAF, .no_middle = true,
		.verdict =
			"no path to a trusted authority: 'O=espah, CN=leaf' was issued by 'O=espah, CN=middle'",
	},
	{
		"an authority of the same name is another", ROOT, MIDDLE, LEAF,
		.other_root = true,
		.verdict = "the certificate of 'O=espah, CN=middle': certificate signature failure",
	},
	{
		"an expired leaf", ROOT, MIDDLE,
		.leaf = { .name = "leaf", .from = -2 * UNIT_DAY, .until = -60 },
		.verdict = "the certificate of 'O=espah, CN=leaf' expired on 2",
	},
	{
		"an expired intermediate", ROOT, LEAF,
		.middle = { .name = "middle", .constraints = AUTHORITY, .from = -2 * UNIT_DAY,
			    .until = -60 },
		.verdict = "the certificate of 'O=espah, CN=middle' expired on 2",
	},
	{
		"an expired root", MIDDLE, LEAF,
		.root = { .name = "root", .constraints = AUTHORITY, .from = -2 * UNIT_DAY,
			  .until = -60 },
		.verdict = "the certificate of 'O=espah, CN=root' expired on 2",
	},
	{
		"a leaf that is not yet valid", ROOT, MIDDLE,
		.leaf = { .name = "leaf", .from = 3600, .until = UNIT_DAY },
		.verdict = "the certificate of 'O=espah, CN=leaf' is valid only from 2",
	},
	{
		"an intermediate with CA:FALSE", ROOT, LEAF,
		.middle = { .name = "middle", .constraints = "critical,CA:FALSE" },
		.verdict = "'O=espah, CN=middle' may not issue certificates",
	},
	{
		"an intermediate without basic constraints", ROOT, LEAF,
		.middle = { .name = "middle", .usage = SIGNS_CERTS },
		.verdict = "'O=espah, CN=middle' may not issue certificates",
	},
	{
		"a root without basic constraints", MIDDLE, LEAF,
		.root = { .name = "root", .usage = SIGNS_CERTS },
		.verdict = "'O=espah, CN=root' may not issue certificates",
	},
	{
		"an intermediate that may not sign certificates", ROOT, LEAF,
		.middle = { .name = "middle", .constraints = AUTHORITY, .usage = SIGNS },
		.verdict = "'O=espah, CN=middle' may not issue certificates",
	},
	{
		"a path that is longer than the root allows", MIDDLE, LEAF,
		.root = { .name = "root", .constraints = "critical,CA:TRUE,pathlen:0" },
		.verdict = "the certificate of 'O=espah, CN=root': path length constraint exceeded",
	},
	{
		"a leaf that may only encipher keys", ROOT, MIDDLE,
		.leaf = { .name = "leaf", .usage = "critical,keyEncipherment" },
		.verdict = "the key usage of 'O=espah, CN=leaf' has neither digitalSignature",
	},
	{
		"a leaf for nonRepudiation is verified", ROOT, MIDDLE,
		.leaf = { .name = "leaf", .usage = "critical,nonRepudiation" },
	},
	{
		"a leaf for TLS servers only", ROOT, MIDDLE,
		.leaf = { .name = "leaf", .usage = SIGNS, .purposes = "serverAuth" },
		.verdict = "the extended key usage of 'O=espah, CN=leaf' has neither ipsecIKE",
	},
	{
		"a leaf for TLS servers and IKE is verified", ROOT, MIDDLE,
		.leaf = { .name = "leaf", .usage = SIGNS, .purposes = "serverAuth,ipsecIKE" },
	},
	{
		"a leaf for any purpose is verified", ROOT, MIDDLE,
		.leaf = { .name = "leaf", .purposes = "critical,anyExtendedKeyUsage" },
	},
	{
		"a critical extension that is not known", ROOT, MIDDLE,
		.leaf = { .name = "leaf", .other = { "1.2.3.4.5", "critical,DER:0500" } },
		.verdict = "the certificate of 'O=espah, CN=leaf': unhandled critical extension",
	},
	{
		"a name that the authority may not give", ROOT,
		.middle = { .name = "middle", .constraints = AUTHORITY,
			    .names = "critical,permitted;DNS:example.org" },
		.leaf = { .name = "leaf", .alternatives = "DNS:moon.example.com" },
		.verdict = "the certificate of 'O=espah, CN=leaf': permitted subtree violation",
	},
	{ "a leaf with an RSA key of 2048 bits is verified", ROOT, MIDDLE, LEAF, .rsa_bits = 2048 },
	{
		"a leaf with an RSA key of 1024 bits", ROOT, MIDDLE, LEAF, .rsa_bits = 1024,
		.verdict = "the certificate of 'O=espah, CN=leaf': EE certificate key too weak",
	},
};

static EVP_PKEY *leaf_key(const struct chain_case *c)
{
	return c->rsa_bits ? EVP_RSA_gen(c->rsa_bits) : EVP_EC_gen("P-256");
}

static void check_chain(const struct chain_case *c, EVP_PKEY *ca_key, EVP_PKEY *other_key)
{
	struct ike_cert_list others = {}, anchors = {};
	struct espah_err err = {};
	EVP_PKEY *key = leaf_key(c);
	X509 *root, *middle, *other;
	struct ike_cert *leaf;

	root = unit_x509_make(&c->root, ca_key, NULL, NULL);
	middle = unit_x509_make(&c->middle, ca_key, root, ca_key);
	leaf = unit_x509_cert(unit_x509_make(&c->leaf, key, middle, ca_key));
	other = unit_x509_make(&c->root, other_key, NULL, NULL);
	if (c->trust_leaf)
		anchors.cert[anchors.count++] = leaf;
	if (c->trust_middle)
		anchors.cert[anchors.count++] = unit_x509_cert(X509_dup(middle));
	if (!c->no_anchor)
		anchors.cert[anchors.count++] = unit_x509_cert(X509_dup(c->other_root ? other :
									root));
	if (!c->no_middle)
		others.cert[others.count++] = unit_x509_cert(X509_dup(middle));
	/* A peer may send its root too, which does not make it trusted. */
	if (!c->no_middle && !c->other_root)
		others.cert[others.count++] = unit_x509_cert(X509_dup(root));

	if (!ike_cert_verify(leaf, &others, &anchors, &err))
		snprintf(err.text, sizeof(err.text), "(good)");
	/* Only the beginning: what follows is a time, or advice. */
	if (c->verdict && strlen(err.text) > strlen(c->verdict))
		err.text[strlen(c->verdict)] = '\0';
	check_text(err.text, c->verdict ? c->verdict : "(good)", c->name);

	while (others.count)
		ike_cert_free(others.cert[--others.count]);
	while (anchors.count > c->trust_leaf)
		ike_cert_free(anchors.cert[--anchors.count]);
	ike_cert_free(leaf);
	X509_free(other);
	X509_free(middle);
	X509_free(root);
	EVP_PKEY_free(key);
}

/* SHA-1 is no longer made by all builds of OpenSSL for certificates, but by this one. */
static void test_weak_digest(EVP_PKEY *key)
{
	const struct unit_x509_spec ca = { .name = "root", .constraints = AUTHORITY };
	const struct unit_x509_spec spec = { .name = "leaf", .digest = EVP_sha1() };
	struct ike_cert_list others = {}, anchors = { .count = 1 };
	X509 *root = unit_x509_make(&ca, key, NULL, NULL);
	struct ike_cert *leaf = unit_x509_cert(unit_x509_make(&spec, key, root, key));
	struct espah_err err = {};

	anchors.cert[0] = unit_x509_cert(root);
	check(ike_cert_verify(leaf, &others, &anchors, &err) == -1 &&
	      strstr(err.text, "digest algorithm too weak"),
	      "a certificate that is signed with SHA-1 is refused");
	ike_cert_free(anchors.cert[0]);
	ike_cert_free(leaf);
}

static void test_chains(void)
{
	EVP_PKEY *ca_key = EVP_EC_gen("P-256"), *other_key = EVP_EC_gen("P-256");
	size_t i;

	for (i = 0; i < ARRAY_SIZE(chains); i++)
		check_chain(&chains[i], ca_key, other_key);
	test_weak_digest(ca_key);
	EVP_PKEY_free(ca_key);
	EVP_PKEY_free(other_key);
}

static const struct unit_x509_spec named = {
	.name = "moon",
	.alternatives =
		"DNS:Moon.Example.org, DNS:*.wild.example.org, IP:192.0.2.1, IP:2001:db8::1, email:Carol@example.org",
};

static const struct {
	uint8_t type;
	const char *value;
	bool has;
} ids[] = {
	{ IKE_ID_FQDN, "moon.example.org", true },
	{ IKE_ID_FQDN, "MOON.EXAMPLE.ORG", true },
	{ IKE_ID_FQDN, "sun.example.org", false },
	{ IKE_ID_FQDN, "moon.example.org.", false },
	{ IKE_ID_FQDN, "example.org", false },
	{ IKE_ID_FQDN, ".example.org", false },
	{ IKE_ID_FQDN, "moon", false },
	{ IKE_ID_FQDN, "", false },
	/* RFC 4945 section 3.1.2: no wildcards. */
	{ IKE_ID_FQDN, "a.wild.example.org", false },
	{ IKE_ID_FQDN, "*.example.org", false },
	{ IKE_ID_FQDN, "192.0.2.1", false },
	{ IKE_ID_FQDN, "carol@example.org", false },
	{ IKE_ID_RFC822_ADDR, "carol@example.org", true },
	{ IKE_ID_RFC822_ADDR, "dave@example.org", false },
	{ IKE_ID_RFC822_ADDR, "moon.example.org", false },
	{ IKE_ID_IPV4_ADDR, "192.0.2.1", true },
	{ IKE_ID_IPV4_ADDR, "192.0.2.2", false },
	{ IKE_ID_IPV6_ADDR, "2001:db8::1", true },
	{ IKE_ID_IPV6_ADDR, "2001:db8::2", false },
	{ IKE_ID_KEY_ID, "moon.example.org", false },
	{ 0, "", false },
};

static struct ike_id id_of(uint8_t type, const char *value)
{
	struct ike_id id = { .type = type };

	if (type == IKE_ID_IPV4_ADDR || type == IKE_ID_IPV6_ADDR) {
		id.len = type == IKE_ID_IPV4_ADDR ? 4 : 16;
		inet_pton(type == IKE_ID_IPV4_ADDR ? AF_INET : AF_INET6, value, id.value);
		return id;
	}
	id.len = strlen(value);
	memcpy(id.value, value, id.len);
	return id;
}

static struct ike_id dn_of(const char *organisation, const char *name, int encoding)
{
	struct ike_id id = { .type = IKE_ID_DER_ASN1_DN };
	X509_NAME *dn = X509_NAME_new();
	unsigned char *p = id.value;

	X509_NAME_add_entry_by_txt(dn, "O", encoding, (const uint8_t *)organisation, -1, -1, 0);
	X509_NAME_add_entry_by_txt(dn, "CN", encoding, (const uint8_t *)name, -1, -1, 0);
	id.len = i2d_X509_NAME(dn, &p);
	X509_NAME_free(dn);
	return id;
}

static void test_dns(const struct ike_cert *cert)
{
	struct ike_id id, subject;

	check(!ike_cert_subject(cert, &subject) && subject.type == IKE_ID_DER_ASN1_DN &&
	      ike_cert_has_id(cert, &subject), "a certificate has its subject");
	id = dn_of("espah", "moon", V_ASN1_PRINTABLESTRING);
	check(ike_cert_has_id(cert, &id), "a DN with other string types is the same");
	id = dn_of("espah", "sun", MBSTRING_ASC);
	check(!ike_cert_has_id(cert, &id), "a DN with another name is another");
	id = dn_of("moon", "espah", MBSTRING_ASC);
	check(!ike_cert_has_id(cert, &id), "a DN in another order is another");
	id = subject;
	id.value[id.len++] = 0;
	check(!ike_cert_has_id(cert, &id), "a DN with a rest is refused");
	id.len = subject.len - 1;
	check(!ike_cert_has_id(cert, &id), "a DN that is cut off is refused");
	id = (struct ike_id){ .type = IKE_ID_DER_ASN1_DN, .len = 2, .value = { 0x30, 0 } };
	check(!ike_cert_has_id(cert, &id), "an empty DN is nobody");
}

static void test_ids(void)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	struct ike_cert *cert = unit_x509_cert(unit_x509_make(&named, key, NULL, NULL));
	char name[128];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		struct ike_id id = id_of(ids[i].type, ids[i].value);

		snprintf(name, sizeof(name), "id '%s' of type %u is %s the certificate's",
			 ids[i].value, ids[i].type, ids[i].has ? "one of" : "not");
		check(ike_cert_has_id(cert, &id) == ids[i].has, name);
	}
	test_dns(cert);
	ike_cert_free(cert);
	EVP_PKEY_free(key);
}

/* RFC 7296 section 3.7: SHA-1 of the whole SubjectPublicKeyInfo. */
static void test_authority(void)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	struct ike_cert *a = unit_x509_cert(unit_x509_make(&named, key, NULL, NULL));
	struct ike_cert *b = unit_x509_cert(unit_x509_make(&named, key, NULL, NULL));
	uint8_t seen[20], expected[20];
	unsigned char *info = NULL;
	int len = i2d_PUBKEY(key, &info);

	EVP_Digest(info, len, expected, NULL, EVP_sha1(), NULL);
	ike_cert_authority(a, seen);
	check(!memcmp(seen, expected, sizeof(seen)), "an authority is known by its key");
	check(ike_cert_equal(a, a) && !ike_cert_equal(a, b), "certificates of one key differ");
	OPENSSL_free(info);
	ike_cert_free(a);
	ike_cert_free(b);
	EVP_PKEY_free(key);
}

/* Nothing that is cut, longer or changed is read behind its end, or taken as a certificate. */
static void test_parse(void)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	struct ike_cert *cert = unit_x509_cert(unit_x509_make(&named, key, NULL, NULL));
	struct ike_chunk der = ike_cert_der(cert);
	struct ike_buf longer;
	bool good = true;
	uint8_t *copy;
	size_t len;

	for (len = 0; len < der.len; len++) {
		copy = unit_copy(der.p, len);
		good &= !ike_cert_parse_der(ike_chunk(copy, len));
		free(copy);
	}
	check(good, "a certificate that is cut off is refused");
	ike_buf_init(&longer, 10000);
	ike_buf_chunk_put(&longer, der);
	ike_buf_u8(&longer, 0);
	check(!ike_cert_parse_der(ike_buf_chunk(&longer)), "a certificate with a rest is refused");
	ike_buf_free(&longer);
	ike_cert_free(cert);
	ike_cert_free(NULL);
	EVP_PKEY_free(key);
}

/* A directory of files, of which the last one is looked at. */
struct files {
	char folder[64];
	char path[128];
};

static BIO *create(struct files *files, const char *name)
{
	snprintf(files->path, sizeof(files->path), "%s/%s", files->folder, name);
	return BIO_new_file(files->path, "w");
}

static void check_key(struct files *files, BIO *bio, bool written, const char *secret,
		      const struct ike_cert *cert, const char *name)
{
	struct espah_err err = {};
	struct ike_key *key;

	BIO_free(bio);
	chmod(files->path, 0600);
	key = ike_key_load(files->path, secret, &err);
	check(written && key && ike_key_fits(key, cert), name);
	if (!key)
		printf("# %s\n", err.text);
	ike_key_free(key);
	unlink(files->path);
}

static void test_key_forms(struct files *files, EVP_PKEY *key, const struct ike_cert *cert)
{
	const EVP_CIPHER *aes = EVP_aes_256_cbc();
	BIO *bio;

	bio = create(files, "pem");
	check_key(files, bio, PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL),
		  NULL, cert, "a key as PKCS#8 in PEM");
	bio = create(files, "der");
	check_key(files, bio, i2d_PKCS8PrivateKey_bio(bio, key, NULL, NULL, 0, NULL, NULL),
		  NULL, cert, "a key as PKCS#8 in DER");
	bio = create(files, "pem");
	check_key(files, bio, PEM_write_bio_PrivateKey_traditional(bio, key, NULL, NULL, 0, NULL,
								   NULL),
		  NULL, cert, "a key as a traditional one in PEM");
	bio = create(files, "der");
	check_key(files, bio, i2d_PrivateKey_bio(bio, key), NULL, cert,
		  "a key as a traditional one in DER");
	bio = create(files, "pem");
	check_key(files, bio, PEM_write_bio_PKCS8PrivateKey(bio, key, aes, "geheim", 6, NULL, NULL),
		  "geheim", cert, "an encrypted key in PEM");
	bio = create(files, "der");
	check_key(files, bio, i2d_PKCS8PrivateKey_bio(bio, key, aes, "geheim", 6, NULL, NULL),
		  "geheim", cert, "an encrypted key in DER");
	bio = create(files, "pem");
	check_key(files, bio, PEM_write_bio_PrivateKey_traditional(bio, key, aes,
								   (uint8_t *)"geheim", 6, NULL,
								   NULL),
		  "geheim", cert, "an encrypted traditional key in PEM");
}

static void check_no_key(struct files *files, BIO *bio, mode_t mode, const char *secret,
			 const char *sentence, const char *name)
{
	char expected[512];
	struct espah_err err = {};
	struct ike_key *key;

	BIO_free(bio);
	chmod(files->path, mode);
	key = ike_key_load(files->path, secret, &err);
	ike_key_free(key);
	snprintf(expected, sizeof(expected), sentence, files->path);
	check_text(key ? "(taken)" : err.text, expected, name);
	unlink(files->path);
}

static void test_bad_keys(struct files *files, EVP_PKEY *key)
{
	const EVP_CIPHER *aes = EVP_aes_256_cbc();
	EVP_PKEY *weak = EVP_RSA_gen(1024), *other = EVP_EC_gen("secp256k1");
	BIO *bio;

	bio = create(files, "pem");
	PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL);
	check_no_key(files, bio, 0604, NULL,
		     "the private key '%s' is open to others (mode 604); make it 600 or 640",
		     "a key that others may read is refused");
	bio = create(files, "pem");
	PEM_write_bio_PKCS8PrivateKey(bio, key, aes, "geheim", 6, NULL, NULL);
	check_no_key(files, bio, 0600, NULL,
		     "the private key '%s' is encrypted; expected a secret for it",
		     "an encrypted key without a secret is refused");
	bio = create(files, "pem");
	PEM_write_bio_PKCS8PrivateKey(bio, key, aes, "geheim", 6, NULL, NULL);
	check_no_key(files, bio, 0600, "falsch",
		     "the secret of the private key '%s' does not decrypt it",
		     "an encrypted key with a wrong secret is refused");
	bio = create(files, "pem");
	PEM_write_bio_PUBKEY(bio, key);
	check_no_key(files, bio, 0600, NULL, "'%s' is not a private key; expected PEM or DER",
		     "a public key is refused");
	bio = create(files, "pem");
	PEM_write_bio_PrivateKey(bio, weak, NULL, NULL, 0, NULL, NULL);
	check_no_key(files, bio, 0600, NULL,
		     "the private key '%s' has only 1024 bits; expected 2048 or more",
		     "a short key is refused");
	bio = create(files, "pem");
	PEM_write_bio_PrivateKey(bio, other, NULL, NULL, 0, NULL, NULL);
	check_no_key(files, bio, 0600, NULL,
		     "the private key '%s' is neither RSA, P-256, P-384, P-521 nor Ed25519",
		     "a key of another curve is refused");
	check_no_key(files, create(files, "empty"), 0600, NULL,
		     "'%s' is not a private key; expected PEM or DER", "an empty file is no key");
	check_no_key(files, NULL, 0600, NULL, "cannot open '%s': No such file or directory",
		     "a file that is missing is no key");
	EVP_PKEY_free(weak);
	EVP_PKEY_free(other);
}

static void check_loads(struct files *files, BIO *bio, const struct ike_cert *cert,
			const char *name)
{
	struct espah_err err = {};
	struct ike_cert *seen;

	BIO_free(bio);
	seen = ike_cert_load(files->path, &err);
	check(seen && ike_cert_equal(seen, cert), name);
	ike_cert_free(seen);
	unlink(files->path);
}

static void test_cert_files(struct files *files, EVP_PKEY *key, const struct ike_cert *cert)
{
	struct ike_chunk der = ike_cert_der(cert);
	struct espah_err err = {};
	char expected[256];
	BIO *bio;

	bio = create(files, "der");
	BIO_write(bio, der.p, der.len);
	check_loads(files, bio, cert, "a certificate in DER");
	bio = create(files, "pem");
	BIO_puts(bio, "what is before it does not count\n");
	PEM_write_bio(bio, "CERTIFICATE", "", der.p, der.len);
	check_loads(files, bio, cert, "a certificate in PEM");
	bio = create(files, "pem");
	PEM_write_bio_PUBKEY(bio, key);
	BIO_free(bio);
	snprintf(expected, sizeof(expected),
		 "'%s' is not a certificate; expected X.509 as PEM or DER", files->path);
	check(!ike_cert_load(files->path, &err), "a public key is no certificate");
	check_text(err.text, expected, "a public key is no certificate, and told so");
	unlink(files->path);
	snprintf(expected, sizeof(expected), "'%s' is not a file", files->folder);
	check(!ike_cert_load(files->folder, &err), "a folder is no certificate");
	check_text(err.text, expected, "a folder is no certificate, and told so");
}

static void test_files(void)
{
	const char *tmp = getenv("TMPDIR");
	EVP_PKEY *keys[] = { EVP_RSA_gen(2048), EVP_EC_gen("P-384"),
			     EVP_PKEY_Q_keygen(NULL, NULL, "ED25519") };
	struct ike_cert *certs[ARRAY_SIZE(keys)];
	struct espah_err err = {};
	struct files files;
	size_t i;

	snprintf(files.folder, sizeof(files.folder), "%s/unit.XXXXXX", tmp ? tmp : "/tmp");
	check(mkdtemp(files.folder), "a folder for keys and certificates");
	for (i = 0; i < ARRAY_SIZE(keys); i++)
		certs[i] = unit_x509_cert(unit_x509_make(&named, keys[i], NULL, NULL));
	test_key_forms(&files, keys[0], certs[0]);
	test_key_forms(&files, keys[1], certs[1]);
	test_bad_keys(&files, keys[1]);
	test_cert_files(&files, keys[1], certs[1]);
	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		BIO *bio = create(&files, "pem");
		struct ike_key *key;

		PEM_write_bio_PrivateKey(bio, keys[i], NULL, NULL, 0, NULL, NULL);
		BIO_free(bio);
		chmod(files.path, 0640);
		key = ike_key_load(files.path, NULL, &err);
		check(key && ike_key_fits(key, certs[i]) && !ike_key_fits(key, certs[(i + 1) % 3]),
		      "a key fits its certificate, and no other");
		ike_key_free(key);
		unlink(files.path);
	}
	rmdir(files.folder);
	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		ike_cert_free(certs[i]);
		EVP_PKEY_free(keys[i]);
	}
}

void test_ike_cert(void)
{
	test_chains();
	test_ids();
	test_authority();
	test_parse();
	test_files();
}
