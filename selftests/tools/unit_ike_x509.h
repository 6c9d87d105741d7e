/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keys and certificates that are made at run time.
 */
#ifndef _ESPAH_UNIT_IKE_X509_H
#define _ESPAH_UNIT_IKE_X509_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "cert.h"

#define UNIT_DAY	86400L

/* Extensions in the words of x509v3_config(5). NULL: none. */
struct unit_x509_spec {
	const char *name;
	const char *constraints;
	const char *usage;
	const char *purposes;
	const char *alternatives;
	const char *names;
	/* OID and value. */
	const char *other[2];
	/* Seconds from now. Both 0: from yesterday to tomorrow. */
	long from, until;
	const EVP_MD *digest;
};

/* By whom? NULL: by itself. Ends the program where OpenSSL does not do it. */
X509 *unit_x509_make(const struct unit_x509_spec *spec, EVP_PKEY *key, const X509 *issuer,
		     EVP_PKEY *issuer_key);
/* The same as the daemon has it; @x509 is freed. */
struct ike_cert *unit_x509_cert(X509 *x509);

#endif /* _ESPAH_UNIT_IKE_X509_H */
