/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_PMTU_H
#define _ESPAH_PMTU_H

#include <linux/types.h>

struct dst_entry;
struct espah_layer;
struct espah_sa;
struct sk_buff;

unsigned int espah_pmtu_outer(const struct espah_sa *sa,
			      const struct dst_entry *dst);
unsigned int espah_pmtu_inner(const struct espah_sa *sa, unsigned int outer,
			      unsigned int front);
unsigned int espah_pmtu_limit(const struct espah_sa *sa,
			      const struct espah_layer *next,
			      const struct sk_buff *skb);
bool espah_pmtu_fits(const struct espah_sa *sa, const struct espah_layer *next,
		     struct sk_buff *skb, const struct dst_entry *outer);
void espah_pmtu_learn(struct espah_sa *sa, u32 seq, unsigned int mtu);

#endif /* _ESPAH_PMTU_H */
