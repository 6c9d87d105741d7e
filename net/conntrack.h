/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_CONNTRACK_H
#define _ESPAH_CONNTRACK_H

#include <linux/netfilter.h>
#include <linux/skbuff.h>

bool espah_conntrack_confirm(struct sk_buff *skb,
			     const struct nf_hook_state *state);
void espah_conntrack_exit(void);

/**
 * espah_conntrack_leave() - a packet leaves netfilter's hands
 * @skb: packet at POST_ROUTING
 * @state: of that hook, or NULL for a packet that has left before
 *
 * Its connection is entered; else the first reply would count as a new one.
 *
 * Return: false if connection tracking says that it must not go on.
 */
static __always_inline bool
espah_conntrack_leave(struct sk_buff *skb, const struct nf_hook_state *state)
{
	if (unlikely(skb_nfct(skb)) && !espah_conntrack_confirm(skb, state))
		return false;
	nf_reset_ct(skb);
	return true;
}

#endif /* _ESPAH_CONNTRACK_H */
