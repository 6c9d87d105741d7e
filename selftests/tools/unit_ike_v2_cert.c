// SPDX-License-Identifier: GPL-2.0-only
/* IKE_AUTH with certificates, between two ends (RFC 7296 sections 2.15, 3.6, 3.7; RFC 7427). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/pem.h>

#include "unit.h"
#include "unit_ike_conf.h"
#include "unit_ike_v2_world.h"
#include "unit_ike_x509.h"
#include "unit_memory.h"

#define AUTHORITY	"critical,CA:TRUE"
#define SIGNS_CERTS	"critical,keyCertSign,cRLSign"
#define SIGNS		"critical,digitalSignature"

static void need(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "cannot make %s\n", what);
	abort();
}

static void write_files(const char *name, const X509 *cert, EVP_PKEY *key)
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "x509/%s.pem", name);
	conf_file(path, "", 0600);
	file = fopen(path, "w");
	need(file && PEM_write_X509(file, cert) == 1 && !fclose(file), path);
	snprintf(path, sizeof(path), "private/%s.pem", name);
	conf_file(path, "", 0600);
	file = fopen(path, "w");
	need(file && PEM_write_PKCS8PrivateKey(file, key, NULL, NULL, 0, NULL, NULL) == 1 &&
	     !fclose(file), path);
}

static X509 *leaf(const char *name, EVP_PKEY *key, const X509 *issuer, EVP_PKEY *issuer_key,
		  long until)
{
	char names[64];
	struct unit_x509_spec spec = {
		.name = name, .usage = SIGNS, .alternatives = names, .from = -2 * UNIT_DAY,
		.until = until,
	};
	X509 *cert;

	snprintf(names, sizeof(names), "DNS:%s.example.org", name);
	cert = unit_x509_make(&spec, key, issuer, issuer_key);
	write_files(name, cert, key);
	return cert;
}

static void leaf_free(X509 *cert, EVP_PKEY *key)
{
	X509_free(cert);
	EVP_PKEY_free(key);
}

/* root: a (RSA), b, old (expired); middle, of root: c (P-384); another: x; d is Ed25519's. */
static void make_files(void)
{
	const struct unit_x509_spec root_spec = {
		.name = "root", .constraints = AUTHORITY, .usage = SIGNS_CERTS,
	}, middle_spec = {
		.name = "middle", .constraints = AUTHORITY, .usage = SIGNS_CERTS,
	};
	EVP_PKEY *root_key = EVP_EC_gen("P-256"), *middle_key = EVP_EC_gen("P-256"), *key;
	X509 *root = unit_x509_make(&root_spec, root_key, NULL, NULL);
	X509 *middle = unit_x509_make(&middle_spec, middle_key, root, root_key);
	const struct {
		const char *name;
		EVP_PKEY *key;
		bool by_middle;
		long until;
	} leaves[] = {
		{ "a", EVP_RSA_gen(2048), false, UNIT_DAY },
		{ "b", EVP_EC_gen("P-256"), false, UNIT_DAY },
		{ "c", EVP_EC_gen("P-384"), true, UNIT_DAY },
		{ "d", EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), false, UNIT_DAY },
		{ "old", EVP_EC_gen("P-256"), false, -UNIT_DAY },
	};
	size_t i;

	write_files("root", root, root_key);
	write_files("middle", middle, middle_key);
	for (i = 0; i < ARRAY_SIZE(leaves); i++)
		leaf_free(leaf(leaves[i].name, leaves[i].key, leaves[i].by_middle ? middle : root,
			       leaves[i].by_middle ? middle_key : root_key, leaves[i].until),
			  leaves[i].key);
	leaf_free(root, root_key);
	leaf_free(middle, middle_key);
	/* Of the same name as the true one. */
	root_key = EVP_EC_gen("P-256");
	root = unit_x509_make(&root_spec, root_key, NULL, NULL);
	write_files("false", root, root_key);
	key = EVP_EC_gen("P-256");
	leaf_free(leaf("x", key, root, root_key, UNIT_DAY), key);
	leaf_free(root, root_key);
}

static struct ike_conf *load(const char *name, const char *local, const char *remote,
			     const char *conn, const char *local_auth, const char *remote_auth)
{
	struct espah_err err = {};
	struct ike_conf *conf;
	char text[2048];

	snprintf(text, sizeof(text),
		 "connections { home { version = 2\n local_addrs = %s\n remote_addrs = %s\n"
		 "proposals = aes128gcm16-prfsha256-ecp256\n %s\n"
		 "local { %s }\n remote { %s }\n"
		 "children { net { local_ts = 10.%s.0.0/16\n remote_ts = 10.%s.0.0/16 } } } }\n"
		 "secrets { ike-1 { secret = \"open sesame\" } }\n",
		 local, remote, conn, local_auth, remote_auth, *name == '1' ? "1" : "2",
		 *name == '1' ? "2" : "1");
	conf_file(name, text, 0600);
	conf = ike_conf_load(name, &err);
	if (!conf)
		check_text(err.text, "", "v2: a configuration with certificates");
	return conf;
}

#define IS_A	"auth = pubkey\n certs = a.pem\n id = a.example.org\n"
#define IS_B	"auth = pubkey\n certs = b.pem\n id = b.example.org\n"
#define IS_C	"auth = pubkey\n certs = c.pem\n id = c.example.org\n"
#define IS_D	"auth = pubkey\n certs = d.pem\n id = d.example.org\n"
#define IS_OLD	"auth = pubkey\n certs = old.pem\n id = old.example.org\n"
#define IS_X	"auth = pubkey\n certs = x.pem\n id = x.example.org\n"
#define WANTS(who)	"auth = pubkey\n id = " who ".example.org\n"
#define BY(root)	"cacerts = ../x509/" root ".pem\n"
#define PIN(who)	"certs = " who ".pem\n"

static const struct {
	const char *name;
	const char *conn_a, *local_a, *remote_a;
	const char *conn_b, *local_b, *remote_b;
	/* NULL: it comes up. */
	const char *words;
} cases[] = {
	{ "RSA and ECDSA of one authority",
	  "", IS_A, WANTS("b") BY("root"), "", IS_B, WANTS("a") BY("root"), NULL },
	{ "Ed25519",
	  "", IS_D, WANTS("b") BY("root"), "", IS_B, WANTS("d") BY("root"), NULL },
	{ "an authority between",
	  "", IS_C, WANTS("b") BY("root"), "", IS_B, WANTS("c") BY("root"), NULL },
	{ "an authority between, of the responder",
	  "", IS_B, WANTS("c") BY("root"), "", IS_C, WANTS("b") BY("root"), NULL },
	{ "an authority between that is trusted itself",
	  "", IS_C, WANTS("b") BY("root"), "", IS_B, WANTS("c") BY("middle"), NULL },
	{ "identities of subjects",
	  "", "certs = a.pem\n", "id = \"O=espah, CN=b\"\n" BY("root"),
	  "", "certs = b.pem\n", "id = \"O=espah, CN=a\"\n" BY("root"), NULL },
	{ "certificates that are known and not sent",
	  "send_cert = never", IS_A, WANTS("b") PIN("b"),
	  "send_cert = never", IS_B, WANTS("a") PIN("a"), NULL },
	{ "a certificate that was not asked for",
	  "", IS_A, WANTS("b") BY("root"), "send_certreq = no", IS_B,
	  WANTS("a") BY("root"), "it sent no certificate" },
	{ "one that is sent all the same",
	  "send_cert = always", IS_A, WANTS("b") BY("root"), "send_certreq = no", IS_B,
	  WANTS("a") BY("root"), NULL },
	{ "a signature one way, a shared key the other",
	  "", IS_A, "auth = psk\n id = b.example.org\n",
	  "", "auth = psk\n id = b.example.org\n", WANTS("a") BY("root"), NULL },
	{ "an expired certificate",
	  "", IS_OLD, WANTS("b") BY("root"), "", IS_B, WANTS("old") BY("root"),
	  "it is 'old.example.org': the certificate of 'O=espah, CN=old' expired" },
	{ "an expired certificate of the responder",
	  "", IS_B, WANTS("old") BY("root"), "", IS_OLD, WANTS("b") BY("root"),
	  "it is 'old.example.org': the certificate of 'O=espah, CN=old' expired" },
	{ "an authority that only has the name of one",
	  "", IS_X, WANTS("b") BY("root"), "", IS_B, WANTS("x") BY("root"),
	  "it is 'x.example.org': the certificate of 'O=espah, CN=x'" },
	{ "another one's certificate, which is trusted",
	  "", IS_A, WANTS("b") BY("root"), "", IS_B, WANTS("d") BY("root"),
	  "the peer is 'a.example.org', connection 'home' wants 'd.example.org'" },
	{ "a certificate that is none of those that are known",
	  "", IS_A, WANTS("b") BY("root"), "", IS_B,
	  "auth = pubkey\n id = a.example.org\n" PIN("d"),
	  "its certificate is none of 'certs'" },
	{ "a shared key where a signature is wanted",
	  "", "auth = psk\n id = a.example.org\n", WANTS("b") BY("root"),
	  "", IS_B, WANTS("a") BY("root"), "the peer proves itself by a shared key" },
};

static void proves(size_t i)
{
	struct ike_conf *a = load("1.conf", "10.0.0.1", "10.0.0.2", cases[i].conn_a,
				  cases[i].local_a, cases[i].remote_a);
	struct ike_conf *b = load("2.conf", "10.0.0.2", "%any", cases[i].conn_b,
				  cases[i].local_b, cases[i].remote_b);
	unsigned int up = !cases[i].words;
	struct world_verdict verdict;
	struct world *world;
	char name[128];

	/* With room for lines that strangers cause: they are few a second. */
	ike_log_open(IKE_LOG_INFO, 0);
	if (a && b) {
		world = world_new_lent(a, b);
		world_up(&world->a, "net", &verdict);
		world_run(world, 60000);
		snprintf(name, sizeof(name), "v2: %s", cases[i].name);
		check(verdict.failed == !up && world_count_ike(&world->a, IKE_SA_UP) == up &&
		      world_count_ike(&world->b, IKE_SA_UP) == up && world_same_keys(world) &&
		      world_count_up(&world->b) == up &&
		      (up || world_log_has(cases[i].words)), name);
		world_free(world);
	}
	ike_conf_free(a);
	ike_conf_free(b);
}

/* An identity that its certificate does not have: a configuration would not be taken. */
static void lies(void)
{
	struct ike_conf *a = load("1.conf", "10.0.0.1", "10.0.0.2", "", IS_A,
				  WANTS("b") BY("root"));
	struct ike_conf *b = load("2.conf", "10.0.0.2", "%any", "", IS_B,
				  WANTS("*") BY("root"));
	struct world *world = world_new_lent(a, b);
	struct world_verdict verdict;

	ike_log_open(IKE_LOG_INFO, 0);
	a->conns->local.id.value[0] = 'd';
	world_up(&world->a, "net", &verdict);
	world_run(world, 60000);
	check(verdict.failed == 1 && !world_count_ike(&world->b, IKE_SA_UP) &&
	      world_log_has("its certificate is not for the identity 'd.example.org'"),
	      "v2: an identity is only good with a certificate that has it");
	world_free(world);
	ike_conf_free(a);
	ike_conf_free(b);
}

/* Who it is turns out after the responder has asked for certificates. */
static void second_connection(void)
{
	struct ike_conf *a = load("1.conf", "10.0.0.1", "10.0.0.2", "", IS_A,
				  WANTS("b") BY("root"));
	struct espah_err err = {};
	struct world_verdict verdict;
	struct ike_conf *b;
	struct world *world;

	conf_file("2.conf",
		  "connections { first { version = 2\n"
		  "local { auth = psk\n id = b.example.org\n }\n"
		  "remote { auth = psk\n id = z.example.org\n } }\n"
		  "second { version = 2\n local { " IS_B " }\n"
		  "remote { " WANTS("a") BY("root") " }\n"
		  "children { net { local_ts = 10.2.0.0/16\n remote_ts = 10.1.0.0/16 } } } }\n"
		  "secrets { ike-1 { secret = \"open sesame\" } }\n", 0600);
	b = ike_conf_load("2.conf", &err);
	check_text(err.text, "", "v2: two connections for the same addresses");
	world = world_new_lent(a, b);
	world_up(&world->a, "net", &verdict);
	world_run(world, 5000);
	check(!verdict.failed && world_count_up(&world->b) == 1 &&
	      !strcmp(world_ike(&world->b)->conn->name, "second"),
	      "v2: the second asks for a certificate, too");
	world_free(world);
	ike_conf_free(a);
	ike_conf_free(b);
}

/* Memory is not there for one thing, for each in turn; afterwards the two can key each other. */
static void without_memory(void)
{
	struct ike_conf *a = load("1.conf", "10.0.0.1", "10.0.0.2", "", IS_C,
				  WANTS("b") BY("root"));
	struct ike_conf *b = load("2.conf", "10.0.0.2", "%any", "", IS_B,
				  WANTS("c") BY("root"));
	struct world_verdict verdict;
	bool good = true, failed = true;
	unsigned int before;
	struct world *world;

	for (before = 0; failed; before++) {
		world = world_new_lent(a, b);
		memory_fails_after(before);
		world_up(&world->a, "net", &verdict);
		world_run(world, 600000);
		failed = memory_has_failed();
		if (!world_recovers(world, &verdict)) {
			printf("# without the allocation after %u: %s\n", before, verdict.words);
			good = false;
		}
		world_free(world);
	}
	check(good && before > 30, "v2: certificates, without memory for any one thing");
	ike_conf_free(a);
	ike_conf_free(b);
}

void test_ike_v2_cert(void)
{
	size_t i;

	conf_dir_enter();
	/* Our own way to the root, which the other end has none of. */
	make_files();
	conf_file("x509ca/none", "", 0600);
	need(!remove("x509ca/none") && !rename("x509/middle.pem", "x509ca/middle.pem") &&
	     !link("x509ca/middle.pem", "x509/middle.pem"), "x509ca");
	for (i = 0; i < ARRAY_SIZE(cases); i++)
		proves(i);
	lies();
	second_connection();
	without_memory();
	conf_dir_leave();
}
