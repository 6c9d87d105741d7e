/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_GATHER_H
#define _ESPAH_GATHER_H

struct net;
struct sk_buff;

int espah_gather_clear6(struct net *net, struct sk_buff *skb);
int espah_gather_protected(struct net *net, struct sk_buff *skb);

#endif /* _ESPAH_GATHER_H */
