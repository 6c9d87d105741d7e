/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_EARLY_H
#define _ESPAH_EARLY_H

struct espah_net;
struct espah_sa;
struct nf_hook_state;
struct sk_buff;

unsigned int espah_early_hook(void *priv, struct sk_buff *skb,
			      const struct nf_hook_state *state);
void espah_early_learn(struct espah_sa *sa, const struct sk_buff *skb,
		       unsigned long generation);
void espah_early_prepare(struct espah_net *en);
void espah_early_free(struct espah_net *en);

unsigned int espah_early6_hook(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state);
void espah_early6_learn(struct espah_sa *sa, const struct sk_buff *skb,
			unsigned long generation);
void espah_early6_prepare(struct espah_net *en);
void espah_early6_free(struct espah_net *en);

#endif /* _ESPAH_EARLY_H */
