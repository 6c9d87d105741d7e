/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_OUTPUT_H
#define _ESPAH_OUTPUT_H

struct espah_net;
struct espah_policy;
struct nf_hook_state;
struct sk_buff;

bool espah_output_resume(struct espah_net *en,
			 const struct espah_policy *policy,
			 struct sk_buff *skb);
unsigned int espah_output_hook(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state);

#endif /* _ESPAH_OUTPUT_H */
