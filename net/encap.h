/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_ENCAP_H
#define _ESPAH_ENCAP_H

#include <linux/types.h>

struct espah_sa;
struct net;
struct sk_buff;

u8 espah_encap_transport4(struct net *net, struct sk_buff *skb,
			  const struct espah_sa *sa, unsigned int header);
u8 espah_encap_tunnel4(struct net *net, struct sk_buff *skb,
		       const struct espah_sa *sa, unsigned int header);
void espah_decap_transport4(struct sk_buff *skb, u8 next);
unsigned int espah_decap_tunnel4(struct sk_buff *skb, u8 next);

#endif /* _ESPAH_ENCAP_H */
