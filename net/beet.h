/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_BEET_H
#define _ESPAH_BEET_H

#include <linux/types.h>

struct espah_sa;
struct net;
struct sk_buff;

unsigned int espah_beet_own(const struct sk_buff *skb);
u8 espah_beet_encap(struct net *net, struct sk_buff *skb,
		    const struct espah_sa *sa, unsigned int header);
unsigned int espah_beet_decap(struct sk_buff *skb, const struct espah_sa *sa,
			      u8 next);

#endif /* _ESPAH_BEET_H */
