/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_OUTPUT_H
#define _ESPAH_OUTPUT_H

#include <linux/types.h>

struct dst_entry;
struct espah_flow;
struct espah_net;
struct espah_policy;
struct espah_sa;
struct nf_hook_state;
struct sk_buff;

struct dst_entry *espah_output_route(struct espah_sa *sa, u32 mark);
bool espah_output_resume(struct espah_net *en,
			 const struct espah_policy *policy,
			 struct sk_buff *skb);
int espah_output_link(struct espah_net *en, struct espah_policy *policy,
		      struct espah_flow *flow, struct espah_sa *sa,
		      struct sk_buff *skb);
unsigned int espah_output_hook(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state);

#endif /* _ESPAH_OUTPUT_H */
