/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_GATHER_H
#define _ESPAH_GATHER_H

#include <linux/errno.h>
#include <linux/types.h>
#include <uapi/linux/espah.h>

struct espah_sa;
struct net;
struct sk_buff;

int espah_gather_clear6(struct net *net, struct sk_buff *skb);
bool espah_gather_protected(struct espah_sa *sa, struct sk_buff *skb);
bool espah_gather_nested(struct espah_sa *sa, struct sk_buff *skb, u32 path);

/* The counter of a fragment that has come to its end by this error. */
static inline unsigned int espah_gather_cause(int err)
{
	return err == -ENOMEM ? ESPAH_A_CNT_IN_NOMEM : ESPAH_A_CNT_IN_FRAGMENT;
}

#endif /* _ESPAH_GATHER_H */
