/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_TFC_H
#define _ESPAH_TFC_H

struct espah_layer;
struct espah_sa;
struct sk_buff;

int espah_tfc_pad(struct sk_buff *skb, const struct espah_sa *sa,
		  const struct espah_layer *next);

#endif /* _ESPAH_TFC_H */
