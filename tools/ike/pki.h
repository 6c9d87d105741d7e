/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files behind cert.h know of each other: certificates and keys as
 * OpenSSL has them, files, and words for what went wrong.
 */
#ifndef _IKE_PKI_H
#define _IKE_PKI_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "cert.h"

/* A key, signature or digest that is weaker is refused: RFC 8247 section 4, NIST SP 800-57. */
#define IKE_SECURITY_BITS	112

struct ike_cert {
	X509 *x509;
	/* How it is sent on and compared. */
	uint8_t *der;
	size_t len;
};

struct ike_key {
	EVP_PKEY *pkey;
};

/* The kinds of keys that sign here. */
enum ike_key_kind {
	IKE_KEY_OTHER,
	IKE_KEY_RSA,
	IKE_KEY_P256,
	IKE_KEY_P384,
	IKE_KEY_P521,
	IKE_KEY_ED25519,
};

enum ike_key_kind ike_key_kind(const EVP_PKEY *pkey);

/*
 * A whole file into @content, which is initialised here, also on failure. A
 * @private one must not be open to others than its owner and group.
 */
int ike_file_read(const char *path, bool private, struct ike_buf *content, struct espah_err *err);

/* "CN=moon, O=Org", with what does not print escaped, cut to @size. */
const char *ike_name_print(const X509_NAME *name, char *buf, size_t size);

#endif /* _IKE_PKI_H */
