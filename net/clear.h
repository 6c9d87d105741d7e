/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_CLEAR_H
#define _ESPAH_CLEAR_H

#include <linux/types.h>

struct espah_net;
struct espah_policy;
struct nf_hook_state;
struct sk_buff;

unsigned int espah_clear_refusal(const struct espah_policy *policy, u8 dir);
struct espah_policy *espah_clear_policy(const struct espah_net *en,
					const struct sk_buff *skb);
unsigned int espah_clear_in_hook(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state);
unsigned int espah_clear_in6_hook(void *priv, struct sk_buff *skb,
				  const struct nf_hook_state *state);
unsigned int espah_clear_fwd_hook(void *priv, struct sk_buff *skb,
				  const struct nf_hook_state *state);

#endif /* _ESPAH_CLEAR_H */
