/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_INPUT_H
#define _ESPAH_INPUT_H

struct espah_sa;
struct sk_buff;

void espah_input_known(struct espah_sa *sa, struct sk_buff *skb);
int espah_input_esp4(struct sk_buff *skb, int encap_type);
int espah_input_esp6(struct sk_buff *skb, int encap_type);
int espah_input_ah4(struct sk_buff *skb);
int espah_input_ah6(struct sk_buff *skb);

#endif /* _ESPAH_INPUT_H */
