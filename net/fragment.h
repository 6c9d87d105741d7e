/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_FRAGMENT_H
#define _ESPAH_FRAGMENT_H

struct sk_buff;

struct sk_buff *espah_fragment(struct sk_buff *skb, unsigned int limit);

#endif /* _ESPAH_FRAGMENT_H */
