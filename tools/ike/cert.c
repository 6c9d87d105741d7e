// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "pki.h"

/* Longer files are not what they are taken for. */
#define FILE_MAX	(1024 * 1024)

static int read_all(int fd, const char *path, struct ike_buf *content, struct espah_err *err)
{
	uint8_t part[4096];
	ssize_t n;

	while ((n = read(fd, part, sizeof(part))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return espah_err_usage(err, "cannot read '%s': %s", path, strerror(errno));
		ike_buf_put(content, part, n);
		OPENSSL_cleanse(part, n);
		if (content->full && content->max - content->len >= (size_t)n)
			return espah_err_kernel(err, ENOMEM, "no memory for '%s'", path);
		if (content->full)
			return espah_err_usage(err,
					       "'%s' has more than %d octets; expected one certificate or key",
					       path, FILE_MAX);
	}
	return 0;
}

int ike_file_read(const char *path, bool private, struct ike_buf *content, struct espah_err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;
	int rc = -1;

	ike_buf_init(content, FILE_MAX);
	if (fd < 0)
		return espah_err_usage(err, "cannot open '%s': %s", path, strerror(errno));
	if (fstat(fd, &st))
		espah_err_usage(err, "cannot look at '%s': %s", path, strerror(errno));
	else if (!S_ISREG(st.st_mode))
		espah_err_usage(err, "'%s' is not a file", path);
	else if (private && st.st_mode & 0007)
		espah_err_usage(err,
				"the private key '%s' is open to others (mode %03o); make it 600 or 640",
				path, st.st_mode & 0777);
	else
		rc = read_all(fd, path, content, err);
	close(fd);
	return rc;
}

static struct ike_cert *cert_of(X509 *x509)
{
	struct ike_cert *cert = calloc(1, sizeof(*cert));
	int len = -1;

	if (cert)
		len = i2d_X509(x509, &cert->der);
	if (len <= 0) {
		free(cert);
		X509_free(x509);
		return NULL;
	}
	cert->x509 = x509;
	cert->len = len;
	return cert;
}

static X509 *parse_der(struct ike_chunk der)
{
	const unsigned char *p = der.p;
	X509 *x509;

	if (!der.len || der.len > LONG_MAX)
		return NULL;
	x509 = d2i_X509(NULL, &p, der.len);
	ERR_clear_error();
	if (!x509)
		return NULL;
	/* What follows is not covered by the signature, and nobody asked for it. */
	if (p != der.p + der.len) {
		X509_free(x509);
		return NULL;
	}
	return x509;
}

struct ike_cert *ike_cert_parse_der(struct ike_chunk der)
{
	X509 *x509 = parse_der(der);

	return x509 ? cert_of(x509) : NULL;
}

/* OpenSSL would ask the terminal; certificates are not encrypted. */
static int no_password(char *buf, int size, int writing, void *arg)
{
	(void)buf;
	(void)size;
	(void)writing;
	(void)arg;
	return -1;
}

static X509 *parse_pem(struct ike_chunk pem)
{
	BIO *bio = BIO_new_mem_buf(pem.p, pem.len);
	X509 *x509 = bio ? PEM_read_bio_X509(bio, NULL, no_password, NULL) : NULL;

	BIO_free(bio);
	ERR_clear_error();
	return x509;
}

static struct ike_cert *load(struct ike_chunk content, const char *path, struct espah_err *err)
{
	struct ike_cert *cert;
	X509 *x509;

	x509 = parse_der(content);
	if (!x509)
		x509 = parse_pem(content);
	if (!x509) {
		espah_err_usage(err, "'%s' is not a certificate; expected X.509 as PEM or DER",
				path);
		return NULL;
	}
	cert = cert_of(x509);
	if (!cert)
		espah_err_kernel(err, ENOMEM, "no memory for '%s'", path);
	return cert;
}

struct ike_cert *ike_cert_load(const char *path, struct espah_err *err)
{
	struct ike_cert *cert = NULL;
	struct ike_buf content;

	if (!ike_file_read(path, false, &content, err))
		cert = load(ike_buf_chunk(&content), path, err);
	ike_buf_free(&content);
	return cert;
}

void ike_cert_free(struct ike_cert *cert)
{
	if (!cert)
		return;
	X509_free(cert->x509);
	OPENSSL_free(cert->der);
	free(cert);
}

struct ike_chunk ike_cert_der(const struct ike_cert *cert)
{
	return ike_chunk(cert->der, cert->len);
}

void ike_cert_authority(const struct ike_cert *cert, uint8_t hash[20])
{
	unsigned char *info = NULL;
	int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert->x509), &info);

	if (len <= 0 || !EVP_Digest(info, len, hash, NULL, EVP_sha1(), NULL))
		memset(hash, 0, 20);
	OPENSSL_free(info);
}

int ike_cert_subject(const struct ike_cert *cert, struct ike_id *id)
{
	unsigned char *p = id->value;
	X509_NAME *name = X509_get_subject_name(cert->x509);
	int len = i2d_X509_NAME(name, NULL);

	/* Without RDNs it names nobody. */
	if (!X509_NAME_entry_count(name) || len <= 0 || len > (int)sizeof(id->value))
		return -1;
	id->type = IKE_ID_DER_ASN1_DN;
	id->len = i2d_X509_NAME(name, &p);
	return 0;
}

bool ike_cert_equal(const struct ike_cert *a, const struct ike_cert *b)
{
	return ike_chunk_equal(ike_cert_der(a), ike_cert_der(b));
}

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

/*
 * RFC 4945 sections 3.1.2 and 3.1.3: case does not count, and a wildcard in a
 * certificate is a name like any other.
 */
static bool text_equal(const ASN1_STRING *text, const struct ike_id *id)
{
	const unsigned char *p = ASN1_STRING_get0_data(text);
	int i;

	if (!id->len || ASN1_STRING_length(text) != id->len)
		return false;
	for (i = 0; i < id->len; i++) {
		if (lower(p[i]) != lower(id->value[i]))
			return false;
	}
	return true;
}

static bool octets_equal(const ASN1_STRING *octets, const struct ike_id *id)
{
	return ike_chunk_equal(ike_chunk(ASN1_STRING_get0_data(octets),
					 ASN1_STRING_length(octets)),
			       ike_chunk(id->value, id->len));
}

/*
 * By OpenSSL's canonical form (RFC 5280 section 7.1): the name that an
 * administrator wrote has other string types than the one in the certificate.
 */
static bool name_equal(const X509_NAME *name, const struct ike_id *id)
{
	const unsigned char *p = id->value;
	X509_NAME *other = d2i_X509_NAME(NULL, &p, id->len);
	bool equal;

	equal = other && p == id->value + id->len && X509_NAME_entry_count(other) &&
		!X509_NAME_cmp(name, other);
	X509_NAME_free(other);
	ERR_clear_error();
	return equal;
}

static bool alternative_equal(const GENERAL_NAME *name, const struct ike_id *id)
{
	int type;
	const void *value = GENERAL_NAME_get0_value(name, &type);

	switch (id->type) {
	case IKE_ID_IPV4_ADDR:
		return type == GEN_IPADD && id->len == 4 && octets_equal(value, id);
	case IKE_ID_IPV6_ADDR:
		return type == GEN_IPADD && id->len == 16 && octets_equal(value, id);
	case IKE_ID_FQDN:
		return type == GEN_DNS && text_equal(value, id);
	case IKE_ID_RFC822_ADDR:
		return type == GEN_EMAIL && text_equal(value, id);
	case IKE_ID_DER_ASN1_DN:
		return type == GEN_DIRNAME && name_equal(value, id);
	}
	return false;
}

bool ike_cert_has_id(const struct ike_cert *cert, const struct ike_id *id)
{
	GENERAL_NAMES *names;
	bool found = false;
	int i;

	if (id->len > sizeof(id->value))
		return false;
	if (id->type == IKE_ID_DER_ASN1_DN &&
	    name_equal(X509_get_subject_name(cert->x509), id))
		return true;
	names = X509_get_ext_d2i(cert->x509, NID_subject_alt_name, NULL, NULL);
	for (i = 0; i < sk_GENERAL_NAME_num(names) && !found; i++)
		found = alternative_equal(sk_GENERAL_NAME_value(names, i), id);
	GENERAL_NAMES_free(names);
	ERR_clear_error();
	return found;
}
