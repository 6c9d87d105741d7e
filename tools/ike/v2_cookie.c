// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Cookies (RFC 7296 section 2.6): an initiator shows that it gets what is sent
 * to its address before any memory is spent on it. Nothing is kept but a secret,
 * which changes.
 */
#include <openssl/crypto.h>
#include <string.h>

#include "random.h"
#include "v2.h"

/* A cookie is good for one to two of these. */
#define COOKIE_TIME	60000

static void renew(struct ike_sa_table *table)
{
	uint64_t now = table->daemon->edge->now(table->daemon->loop);

	if (table->cookie_version && now - table->cookie_since < COOKIE_TIME)
		return;
	memcpy(table->cookie_secret[1], table->cookie_secret[0], IKE_SECRET_LEN);
	/* There is nobody who could have a cookie of the secret before the last one. */
	if (!table->cookie_version || now - table->cookie_since >= 2 * COOKIE_TIME)
		ike_random(table->cookie_secret[1], IKE_SECRET_LEN);
	ike_random(table->cookie_secret[0], IKE_SECRET_LEN);
	table->cookie_since = now;
	if (!++table->cookie_version)
		table->cookie_version = 1;
}

static int hash(const uint8_t *secret, const struct ike_hdr *hdr, struct ike_chunk nonce,
		const struct espah_addr *from, uint8_t *out)
{
	struct ike_chunk data[] = {
		nonce,
		ike_chunk(&from->family, sizeof(from->family)),
		ike_chunk(from->octets, espah_addr_len(from->family)),
		ike_chunk(hdr->spi_i, sizeof(hdr->spi_i)),
	};

	return ike_prf(IKE_PRF_HMAC_SHA2_256, ike_chunk(secret, IKE_SECRET_LEN), data,
		       ARRAY_SIZE(data), out);
}

int ike_v2_cookie_make(struct ike_sa_table *table, const struct ike_hdr *hdr,
		       struct ike_chunk nonce, const struct espah_addr *from, uint8_t *cookie)
{
	renew(table);
	cookie[0] = table->cookie_version;
	return hash(table->cookie_secret[0], hdr, nonce, from, cookie + 1);
}

bool ike_v2_cookie_good(struct ike_sa_table *table, const struct ike_hdr *hdr,
			struct ike_chunk nonce, const struct espah_addr *from,
			struct ike_chunk cookie)
{
	uint8_t expected[IKE_PRF_MAX];

	renew(table);
	if (cookie.len != IKE_COOKIE_LEN)
		return false;
	if (hash(table->cookie_secret[cookie.p[0] != table->cookie_version], hdr, nonce, from,
		 expected))
		return false;
	return !CRYPTO_memcmp(expected, cookie.p + 1, IKE_COOKIE_LEN - 1);
}
