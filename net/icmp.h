/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_ICMP_H
#define _ESPAH_ICMP_H

#include <linux/types.h>

struct nf_hook_state;
struct sk_buff;

int espah_icmp_err4(struct sk_buff *skb, u32 info, u8 proto);
int espah_icmp_err6(struct sk_buff *skb, u8 type, u8 code, int offset,
		    __be32 info);
unsigned int espah_icmp_in4_hook(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state);
unsigned int espah_icmp_in6_hook(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state);

#endif /* _ESPAH_ICMP_H */
