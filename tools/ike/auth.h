/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The octets that AUTH covers, and AUTH by a shared key (RFC 7296 section 2.15).
 */
#ifndef _IKE_AUTH_H
#define _IKE_AUTH_H

#include "buf.h"
#include "kdf.h"

/*
 * One side's: its first message as it was sent (without the marker of port
 * 4500), the other side's nonce, and prf(its SK_p, its ID payload's body).
 * @octets is initialised by the caller. Return: 0 or -1.
 */
int ike_auth_octets(uint16_t prf, struct ike_chunk message, struct ike_chunk nonce,
		    struct ike_chunk sk_p, struct ike_chunk id_body, struct ike_buf *octets);
/* prf(prf(@psk, "Key Pad for IKEv2"), @octets); ike_prf_len() octets at @out. */
int ike_auth_psk(uint16_t prf, struct ike_chunk psk, struct ike_chunk octets, uint8_t *out);

#endif /* _IKE_AUTH_H */
