// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files that a configuration needs beside it.
 */
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "unit.h"
#include "unit_ike_conf.h"

static char dir[64];
static int before = -1;

static void need(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "cannot make %s\n", what);
	abort();
}

void conf_dir_enter(void)
{
	strcpy(dir, "/tmp/unit_ike_conf.XXXXXX");
	before = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	need(before >= 0 && mkdtemp(dir) && !chdir(dir), "a folder");
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *walk)
{
	(void)info;
	(void)type;
	(void)walk;
	return remove(path);
}

void conf_dir_leave(void)
{
	need(!fchdir(before) && !nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS), "an end");
	close(before);
}

static FILE *open_file(const char *path, unsigned int mode)
{
	const char *slash = strchr(path, '/');
	char folder[64];
	FILE *file;

	if (slash) {
		snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path), path);
		mkdir(folder, 0700);
	}
	file = fopen(path, "w");
	need(file && !fchmod(fileno(file), mode), path);
	return file;
}

void conf_file(const char *path, const char *text, unsigned int mode)
{
	FILE *file = open_file(path, mode);

	need(fputs(text, file) >= 0 && !fclose(file), path);
}

static void add_names(X509 *cert, const char *name)
{
	X509_NAME *subject = X509_get_subject_name(cert);
	X509_EXTENSION *extension;
	char words[128];

	need(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name,
					-1, -1, 0) == 1, "a subject");
	need(X509_set_issuer_name(cert, subject) == 1, "an issuer");
	snprintf(words, sizeof(words), "DNS:%s.example.org", name);
	extension = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, words);
	need(extension && X509_add_ext(cert, extension, -1) == 1, "a name");
	X509_EXTENSION_free(extension);
}

static X509 *make_cert(const char *name, EVP_PKEY *key)
{
	X509 *cert = X509_new();

	need(cert && X509_set_version(cert, X509_VERSION_3) == 1, "a certificate");
	ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
	X509_gmtime_adj(X509_getm_notBefore(cert), -60);
	X509_gmtime_adj(X509_getm_notAfter(cert), 60 * 60);
	add_names(cert, name);
	need(X509_set_pubkey(cert, key) == 1 && X509_sign(cert, key, EVP_sha256()) > 0,
	     "a signature");
	return cert;
}

void conf_cert(const char *name, const char *cert_path, const char *key_path, const char *secret)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert;
	FILE *file;

	need(key, "a key");
	cert = make_cert(name, key);
	file = open_file(cert_path, 0644);
	need(PEM_write_X509(file, cert) == 1 && !fclose(file), cert_path);
	X509_free(cert);
	if (key_path) {
		file = open_file(key_path, 0600);
		need(PEM_write_PKCS8PrivateKey(file, key, secret ? EVP_aes_256_cbc() : NULL, secret,
					       secret ? strlen(secret) : 0, NULL, NULL) == 1 &&
		     !fclose(file), key_path);
	}
	EVP_PKEY_free(key);
}
