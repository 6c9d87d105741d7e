/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_BYPASS_H
#define _ESPAH_BYPASS_H

#include <linux/types.h>

struct net;
struct sk_buff;
struct sock;

bool espah_bypass_out(const struct sock *sk);
bool espah_bypass_in(struct net *net, const struct sk_buff *skb);
bool espah_bypass_takes(const struct sock *sk);
bool espah_bypass_unasked(struct net *net, const struct sk_buff *skb);

#endif /* _ESPAH_BYPASS_H */
