/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_ROUTED_H
#define _ESPAH_ROUTED_H

struct espah_link;
struct sk_buff;

int espah_routed(struct espah_link *link, struct sk_buff *skb);

#endif /* _ESPAH_ROUTED_H */
