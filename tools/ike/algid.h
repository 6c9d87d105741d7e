/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The AlgorithmIdentifier before a signature (RFC 7427 section 3), by OpenSSL's ASN.1.
 */
#ifndef _IKE_ALGID_H
#define _IKE_ALGID_H

#include "pki.h"

/* How octets are signed. */
struct ike_algid {
	/* Of ECDSA, IKE_KEY_OTHER where it was parsed: the curve is the key's. */
	enum ike_key_kind kind;
	/* IKE_HASH_*; not an enum, so that 0 is none. */
	uint8_t hash;
	/* RSASSA-PSS rather than PKCS#1 v1.5, with a salt of so many octets. */
	bool pss;
	int salt_len;
};

/* The length octet and the AlgorithmIdentifier. Return: 0, or -1 if it did not fit. */
int ike_algid_put(const struct ike_algid *algid, struct ike_buf *out);
/* What stands before the signature in @data, @used octets of it. Return: 0, or -1. */
int ike_algid_parse(struct ike_chunk data, struct ike_algid *algid, size_t *used,
		    struct espah_err *err);

#endif /* _IKE_ALGID_H */
