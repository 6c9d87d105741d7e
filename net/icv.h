/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_ICV_H
#define _ESPAH_ICV_H

#include <crypto/hash.h>
#include <linux/netlink.h>

#include "crypto.h"
#include "sa.h"

struct espah_icv;
struct sk_buff;

struct crypto_ahash *espah_icv_key(const struct espah_sa_config *config,
				   struct netlink_ext_ack *extack);
void espah_icv_unkey(struct crypto_ahash *mac);
struct espah_icv *espah_icv_prepare(const struct espah_sa *sa,
				    struct sk_buff *skb, unsigned int ah_len,
				    espah_crypto_done done);
int espah_icv_make(struct espah_icv *icv);
int espah_icv_check(struct espah_icv *icv);
void espah_icv_write(struct espah_icv *icv);
int espah_icv_compare(const struct espah_icv *icv);
void espah_icv_free(struct espah_icv *icv);

#endif /* _ESPAH_ICV_H */
