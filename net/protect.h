/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_PROTECT_H
#define _ESPAH_PROTECT_H

struct espah_layer;
struct espah_sa;
struct sk_buff;

void espah_protect(struct espah_sa *sa, struct espah_layer *next,
		   struct sk_buff *skb, bool whole);
void espah_protect_dummy(struct espah_sa *sa, struct sk_buff *skb);

#endif /* _ESPAH_PROTECT_H */
