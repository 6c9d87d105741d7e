// SPDX-License-Identifier: GPL-2.0-or-later
#include <openssl/crypto.h>

#include "auth.h"

int ike_auth_octets(uint16_t prf, struct ike_chunk message, struct ike_chunk nonce,
		    struct ike_chunk sk_p, struct ike_chunk id_body, struct ike_buf *octets)
{
	uint8_t maced_id[IKE_PRF_MAX];

	if (ike_prf(prf, sk_p, &id_body, 1, maced_id))
		return -1;
	ike_buf_chunk_put(octets, message);
	ike_buf_chunk_put(octets, nonce);
	ike_buf_put(octets, maced_id, ike_prf_len(prf));
	OPENSSL_cleanse(maced_id, sizeof(maced_id));
	return octets->full ? -1 : 0;
}

int ike_auth_psk(uint16_t prf, struct ike_chunk psk, struct ike_chunk octets, uint8_t *out)
{
	static const char pad[] = "Key Pad for IKEv2";
	/* Section 2.15: 17 octets, without a NUL. */
	const struct ike_chunk pad_chunk = ike_chunk(pad, sizeof(pad) - 1);
	uint8_t key[IKE_PRF_MAX];
	int rc;

	rc = ike_prf(prf, psk, &pad_chunk, 1, key);
	if (!rc)
		rc = ike_prf(prf, ike_chunk(key, ike_prf_len(prf)), &octets, 1, out);
	OPENSSL_cleanse(key, sizeof(key));
	return rc;
}
