/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_CRYPTO_H
#define _ESPAH_CRYPTO_H

#include <crypto/aead.h>
#include <linux/netlink.h>

#include "compat.h"
#include "sa.h"

struct sk_buff;

typedef void (*espah_crypto_done)(espah_completion *done, int err);

int espah_crypto_wrap(const char *driver, const char *wrapper, size_t skip,
		      char *wrapped);
struct crypto_aead *espah_crypto_alloc(const struct espah_sa_config *config,
				       struct netlink_ext_ack *extack);
void espah_crypto_free(struct crypto_aead *tfm);
void espah_crypto_random_iv(u8 *iv, unsigned int len);
struct aead_request *espah_crypto_request(const struct espah_sa *sa,
					  struct sk_buff *skb, int frags,
					  unsigned int assoc_len,
					  espah_crypto_done done);
void espah_crypto_request_free(struct aead_request *req);

/**
 * espah_crypto_iv() - the IV of a packet
 * @sa: SA
 * @seq: the packet's sequence number, never used twice with this SA
 * @iv: where it goes
 *
 * Of a block chaining mode nobody may know it before the packet is sent
 * (RFC 3602 section 3): it is random. Of the counter modes RFC 4106 section
 * 3.1 wants it unique under a key, and leaves it to the sender how. A number
 * used once masked with a constant is used once. The constant is random for
 * each SA: where somebody gives the same key to a second SA, after a restart
 * for instance, the two hardly ever share an IV.
 */
static __always_inline void espah_crypto_iv(const struct espah_sa *sa, u64 seq,
					    u8 *iv)
{
	__be64 counter = cpu_to_be64(seq ^ sa->iv_mask);

	if (likely(sa->iv == ESPAH_IV_COUNTER))
		memcpy(iv, &counter, sizeof(counter));
	else if (sa->iv == ESPAH_IV_RANDOM)
		espah_crypto_random_iv(iv, sa->iv_len);
}

#endif /* _ESPAH_CRYPTO_H */
