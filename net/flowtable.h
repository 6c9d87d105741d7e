/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_FLOWTABLE_H
#define _ESPAH_FLOWTABLE_H

#include <linux/compiler.h>
#include <linux/skbuff.h>
#include <linux/types.h>

struct espah_net;
struct nf_conn;

/* There may be flowtables from now on. Set once, read locklessly. */
extern bool espah_flowtable_possible;

int espah_flowtable_init(void);
void espah_flowtable_exit(void);
bool espah_flowtable_bar(struct nf_conn *ct);
void espah_flowtable_forward(const struct espah_net *en, struct sk_buff *skb);
bool espah_flowtable_leave(const struct espah_net *en, struct sk_buff *skb);
void espah_flowtable_empty(void);

/**
 * espah_flowtable_worth() - may a flowtable take this packet's connection?
 * @skb: packet that netfilter has
 *
 * Return: false if that cannot be, which is nearly always.
 */
static inline bool espah_flowtable_worth(const struct sk_buff *skb)
{
	return unlikely(READ_ONCE(espah_flowtable_possible)) && skb_nfct(skb);
}

#endif /* _ESPAH_FLOWTABLE_H */
