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
void espah_crypto_iv(const struct espah_sa *sa, u64 seq, u8 *iv);
struct aead_request *espah_crypto_request(const struct espah_sa *sa,
					  struct sk_buff *skb, int frags,
					  unsigned int assoc_len,
					  espah_crypto_done done);
void espah_crypto_request_free(struct aead_request *req);
void espah_crypto_exit(void);

#endif /* _ESPAH_CRYPTO_H */
