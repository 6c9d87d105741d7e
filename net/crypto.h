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
struct aead_request *espah_crypto_request(const struct espah_sa *sa,
					  struct sk_buff *skb, int frags,
					  unsigned int assoc_len,
					  espah_crypto_done done);
void espah_crypto_request_free(struct aead_request *req);

/* A block of 8 or 16 octets that ends with the number. */
static inline void espah_crypto_iv_block(u8 *iv, unsigned int len,
					 __be64 counter)
{
	if (len > sizeof(counter))
		memset(iv, 0, sizeof(counter));
	memcpy(iv + len - sizeof(counter), &counter, sizeof(counter));
}

/**
 * espah_crypto_iv() - the IV of a packet, or what the cipher makes it of
 * @sa: SA
 * @seq: the packet's sequence number, never used twice with this SA
 * @iv: where it goes
 *
 * Of the counter modes RFC 4106 section 3.1 wants it unique under a key, and
 * leaves it to the sender how. A number used once masked with a constant is
 * used once. The constant is random for each SA: where somebody gives the same
 * key to a second SA, after a restart for instance, the two hardly ever share an IV.
 *
 * Of a block chaining mode nobody may know it before the packet is sent, and
 * nobody can tell it from a random one (RFC 3602 section 3): the cipher makes it of
 * the same number (NIST SP 800-38A appendix C, the first method), which is secret
 * here. It is the first block of what is encrypted; see espah_crypto_request().
 */
static __always_inline void espah_crypto_iv(const struct espah_sa *sa, u64 seq,
					    u8 *iv)
{
	__be64 counter = cpu_to_be64(seq ^ sa->iv_mask);

	if (likely(sa->iv == ESPAH_IV_COUNTER))
		memcpy(iv, &counter, sizeof(counter));
	else if (sa->iv == ESPAH_IV_ENCRYPTED)
		espah_crypto_iv_block(iv, sa->iv_len, counter);
}

#endif /* _ESPAH_CRYPTO_H */
