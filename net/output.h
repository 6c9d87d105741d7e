/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_OUTPUT_H
#define _ESPAH_OUTPUT_H

struct nf_hook_state;
struct sk_buff;

unsigned int espah_output_hook(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state);

#endif /* _ESPAH_OUTPUT_H */
