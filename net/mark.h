/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_MARK_H
#define _ESPAH_MARK_H

#include <linux/skbuff.h>

#include "netns.h"

struct net;
struct xfrm_state;

struct xfrm_state *espah_mark_alloc(struct net *net);
void espah_mark_free(struct xfrm_state *stub);
unsigned int espah_mark_set(const struct espah_net *en, struct sk_buff *skb);
struct skb_ext *espah_mark_make(const struct espah_net *en);
void espah_mark_share(const struct espah_net *en, struct sk_buff *skb);
bool espah_mark_seen(const struct espah_net *en, const struct sk_buff *skb);

/**
 * espah_mark_shareable() - can a packet have the mark that all share?
 * @en: namespace
 * @skb: packet
 *
 * Return: false where there is none, or something else is noted of the packet.
 */
static __always_inline bool espah_mark_shareable(const struct espah_net *en,
						 const struct sk_buff *skb)
{
	return READ_ONCE(en->mark) && !skb->active_extensions;
}

#endif /* _ESPAH_MARK_H */
