/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a shared secret to keys: prf, prf+ (RFC 7296 sections 2.13, 2.14, 2.17, 2.18).
 * All of it is OpenSSL's HMAC, called in the order that the RFC gives.
 */
#ifndef _IKE_KDF_H
#define _IKE_KDF_H

#include <stdint.h>

#include "buf.h"
#include "proposal.h"

/* The longest output of a PRF here, and the longest key that is derived at once. */
#define IKE_PRF_MAX	64
#define IKE_KEY_MAX	64

/* Octets; 0 for a PRF that is not known. */
size_t ike_prf_len(uint16_t prf);

/*
 * @out gets ike_prf_len() octets: prf(@key, the @count chunks one after
 * another). Return: 0, or -1 where OpenSSL has no memory or no such digest.
 */
int ike_prf(uint16_t prf, struct ike_chunk key, const struct ike_chunk *data, unsigned int count,
	    uint8_t *out);
/* prf+ of the @count chunks, @len octets of it; at most 255 rounds. */
int ike_prf_plus(uint16_t prf, struct ike_chunk key, const struct ike_chunk *data,
		 unsigned int count, uint8_t *out, size_t len);

/* The keys of one IKE SA (section 2.14), of the lengths that its suite asks for. */
struct ike_keys {
	uint8_t d[IKE_PRF_MAX];
	uint8_t ai[IKE_KEY_MAX];
	uint8_t ar[IKE_KEY_MAX];
	uint8_t ei[IKE_KEY_MAX];
	uint8_t er[IKE_KEY_MAX];
	uint8_t pi[IKE_PRF_MAX];
	uint8_t pr[IKE_PRF_MAX];
	uint8_t d_len;
	uint8_t a_len;
	/* With the salt of AES-GCM. */
	uint8_t e_len;
	uint8_t p_len;
};

/* What goes into SKEYSEED besides the shared secret. */
struct ike_kdf_input {
	struct ike_chunk ni;
	struct ike_chunk nr;
	const uint8_t *spi_i;
	const uint8_t *spi_r;
	struct ike_chunk shared;
};

/*
 * The keys of a new IKE SA. When one is rekeyed, @old_prf and @old_d are those
 * of the SA that it replaces (section 2.18); NULL otherwise. Return: 0 or -1.
 */
int ike_keys_derive(struct ike_keys *keys, const struct ike_suite *suite,
		    const struct ike_kdf_input *input, uint16_t old_prf,
		    const struct ike_chunk *old_d);
void ike_keys_wipe(struct ike_keys *keys);

/* Of one Child SA (section 2.17), in the order in which KEYMAT is taken. */
struct ike_child_keys {
	uint8_t encr_i[IKE_KEY_MAX];
	uint8_t integ_i[IKE_KEY_MAX];
	uint8_t encr_r[IKE_KEY_MAX];
	uint8_t integ_r[IKE_KEY_MAX];
	/* With the salt of AES-GCM. */
	uint8_t encr_len;
	uint8_t integ_len;
};

/* @shared is empty without a new Diffie-Hellman. "i" is who began this exchange. */
int ike_child_keys_derive(struct ike_child_keys *keys, const struct ike_suite *child,
			  uint16_t prf, struct ike_chunk d, struct ike_chunk shared,
			  struct ike_chunk ni, struct ike_chunk nr);
void ike_child_keys_wipe(struct ike_child_keys *keys);

/* Octets of key, salt included; 0 for AES-GCM's integrity. */
size_t ike_encr_key_len(uint16_t encr, uint16_t bits);
size_t ike_integ_key_len(uint16_t integ);

#endif /* _IKE_KDF_H */
