/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_CHAPOLY_H
#define _ESPAH_CHAPOLY_H

#include <linux/skbuff.h>

#include "sa.h"

struct crypto_aead;
struct espah_chapoly;

struct espah_chapoly *espah_chapoly_alloc(const struct espah_sa_config *config,
					  struct crypto_aead *tfm);
void espah_chapoly_free(struct espah_chapoly *parts);

/**
 * espah_chapoly_takes() - is a packet worked on by the parts?
 * @sa: SA
 * @skb: packet
 * @frags: number of scatterlist entries that it needs, or a negative errno
 *
 * Return: true where it is for espah_chapoly_seal() or espah_chapoly_open().
 */
static __always_inline bool espah_chapoly_takes(const struct espah_sa *sa,
						const struct sk_buff *skb,
						int frags)
{
	return unlikely(sa->chapoly) && frags == 1 && !skb_is_nonlinear(skb);
}

int espah_chapoly_seal(const struct espah_sa *sa, struct sk_buff *skb);
int espah_chapoly_open(const struct espah_sa *sa, struct sk_buff *skb);

#endif /* _ESPAH_CHAPOLY_H */
