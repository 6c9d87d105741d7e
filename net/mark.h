/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_MARK_H
#define _ESPAH_MARK_H

#include <linux/types.h>

struct espah_net;
struct net;
struct sk_buff;
struct xfrm_state;

struct xfrm_state *espah_mark_alloc(struct net *net);
void espah_mark_free(struct xfrm_state *stub);
unsigned int espah_mark_set(const struct espah_net *en, struct sk_buff *skb);
bool espah_mark_seen(const struct espah_net *en, const struct sk_buff *skb);

#endif /* _ESPAH_MARK_H */
