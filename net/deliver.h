/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_DELIVER_H
#define _ESPAH_DELIVER_H

#include <linux/types.h>

struct espah_sa;
struct net;
struct rtable;
struct sk_buff;

bool espah_deliver_here(struct net *net, struct sk_buff *skb);
void espah_deliver(struct espah_sa *sa, struct sk_buff *skb, bool tunnel);
void espah_deliver_arrived(struct espah_sa *sa, struct sk_buff *skb);
int espah_deliver_init(void);
void espah_deliver_exit(void);

#endif /* _ESPAH_DELIVER_H */
