/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_FRAGMENT_H
#define _ESPAH_FRAGMENT_H

struct net;
struct sk_buff;

struct sk_buff *espah_fragment(struct net *net, struct sk_buff *skb,
			       unsigned int limit);

#endif /* _ESPAH_FRAGMENT_H */
