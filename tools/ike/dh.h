/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Diffie-Hellman: MODP (RFC 3526), ECP (RFC 5903), Curve25519 (RFC 8031), by OpenSSL.
 */
#ifndef _IKE_DH_H
#define _IKE_DH_H

#include <stdint.h>

#include "buf.h"

/* The longest public value, and shared secret: MODP 3072. */
#define IKE_DH_MAX	384

struct ike_dh;

/* Octets of a public value as it stands in a KE payload; 0 for a group that is not known. */
size_t ike_dh_public_len(uint16_t group);
/* A fresh key pair; NULL where OpenSSL gives none. */
struct ike_dh *ike_dh_new(uint16_t group);
/* For tests: the pair that belongs to this private value. */
struct ike_dh *ike_dh_new_private(uint16_t group, struct ike_chunk value);
uint16_t ike_dh_group(const struct ike_dh *dh);
struct ike_chunk ike_dh_public(const struct ike_dh *dh);
/*
 * The shared secret, in @shared's IKE_DH_MAX octets. The peer's value is
 * checked first as RFC 6989 section 2 asks: its length, 1 < value < p - 1,
 * on the curve, and no shared secret of zero (RFC 8031 section 3.2).
 * Return: the secret's length, or -1 for a value that must not be used.
 */
int ike_dh_shared(const struct ike_dh *dh, struct ike_chunk peer, uint8_t *shared);
/* Wipes the private value. */
void ike_dh_free(struct ike_dh *dh);

#endif /* _IKE_DH_H */
