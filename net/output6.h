/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_OUTPUT6_H
#define _ESPAH_OUTPUT6_H

#include <linux/types.h>

struct dst_entry;
struct espah_sa;
struct net;
struct sk_buff;

struct dst_entry *espah_output6_route(struct espah_sa *sa, u32 mark);
bool espah_output6_refresh(struct net *net, struct sk_buff *skb);
int espah_output6_send(struct sk_buff *skb);

#endif /* _ESPAH_OUTPUT6_H */
