/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The SK payload (RFC 7296 section 3.14, RFC 5282 for AES-GCM), by OpenSSL.
 */
#ifndef _IKE_CIPHER_H
#define _IKE_CIPHER_H

#include "bad.h"
#include "buf.h"
#include "kdf.h"
#include "payload.h"
#include "proposal.h"

/* One direction's keys. They belong to the caller. */
struct ike_cipher {
	const struct ike_suite *suite;
	struct ike_chunk encr;
	struct ike_chunk integ;
};

/* Octets that protection adds to @inner octets of payloads, SK's generic header included. */
size_t ike_cipher_overhead(const struct ike_suite *suite, size_t inner);

/*
 * Write a whole protected message: @hdr (its next payload and length are set
 * here), and one SK payload with the chain @inner, whose first payload is of
 * type @first. @counter is what this SA's AES-GCM IV is made of: it must differ
 * at each call under a key; CBC draws its IV at random. Return: 0 or -1.
 */
int ike_seal(const struct ike_cipher *cipher, uint64_t counter, struct ike_hdr *hdr, uint8_t first,
	     struct ike_chunk inner, struct ike_buf *message);

/*
 * Check and decrypt @message, a whole one, whose last payload is @sk. The
 * chain of payloads within goes to @inner. IKE_BAD_INTEGRITY, IKE_BAD_PADDING,
 * IKE_BAD_BODY_SHORT; nothing is written before the integrity has been checked.
 */
enum ike_bad ike_open(const struct ike_cipher *cipher, struct ike_chunk message,
		      const struct ike_payload *sk, struct ike_buf *inner);

#endif /* _IKE_CIPHER_H */
