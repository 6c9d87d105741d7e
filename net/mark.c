// SPDX-License-Identifier: GPL-2.0-only
/* Telling the rest of the kernel that a packet came through IPsec.
 *
 * rp_filter, the IPsec matches of nft and iptables, xfrm's own policy check
 * and our hooks all look at the packet's sec_path. An empty one is not enough
 * (some read its last entry without asking), so it holds one stub per
 * namespace: an xfrm_state that is in no table, in transport mode, with a
 * selector that matches everything. That is what xfrm's policy check takes as
 * "protected, and nothing more to prove".
 */

#include <net/xfrm.h>

#include "mark.h"
#include "netns.h"

/**
 * espah_mark_alloc() - the stub of a namespace
 * @net: namespace
 *
 * Return: the stub, or NULL without memory. Ends with espah_mark_free().
 */
struct xfrm_state *espah_mark_alloc(struct net *net)
{
	struct xfrm_state *stub = xfrm_state_alloc(net);

	if (!stub)
		return NULL;
	stub->id.proto = IPPROTO_ESP;
	stub->props.mode = XFRM_MODE_TRANSPORT;
	stub->km.state = XFRM_STATE_VALID;
	return stub;
}

/**
 * espah_mark_free() - give up the stub
 * @stub: from espah_mark_alloc()
 *
 * Packets that carry it keep it alive; xfrm frees it after the last.
 */
void espah_mark_free(struct xfrm_state *stub)
{
	stub->km.state = XFRM_STATE_DEAD;
	xfrm_state_put(stub);
}

/**
 * espah_mark_set() - note that one layer of protection was taken off
 * @en: namespace
 * @skb: packet in clear
 *
 * Return: 0, or the counter that says why not.
 */
unsigned int espah_mark_set(const struct espah_net *en, struct sk_buff *skb)
{
	struct sec_path *sp = secpath_set(skb);

	/* No policy asks for more layers than can be noted. */
	BUILD_BUG_ON(ESPAH_TMPLS_MAX != XFRM_MAX_DEPTH);
	if (!sp)
		return ESPAH_A_CNT_IN_NOMEM;
	/* Transport mode takes its next layer off on the same stack. */
	if (sp->len == XFRM_MAX_DEPTH)
		return ESPAH_A_CNT_IN_NESTED;

	xfrm_state_hold(en->stub);
	sp->xvec[sp->len++] = en->stub;
	return 0;
}

/**
 * espah_mark_make() - what packets share that came through IPsec once
 * @en: namespace
 *
 * Return: what espah_mark_share() gives to packets, or NULL without memory. Ends with
 * __skb_ext_put().
 */
struct skb_ext *espah_mark_make(const struct espah_net *en)
{
	struct sk_buff *skb = alloc_skb(0, GFP_KERNEL);
	struct skb_ext *mark = NULL;

	if (!skb)
		return NULL;
	if (!espah_mark_set(en, skb)) {
		mark = skb->extensions;
		refcount_inc(&mark->refcnt);
	}
	kfree_skb(skb);
	return mark;
}

/**
 * espah_mark_share() - as espah_mark_set(), without memory of its own
 * @en: namespace
 * @skb: packet of espah_mark_shareable()
 *
 * Who adds something to it gets a copy first, as of any extension that is shared.
 */
void espah_mark_share(const struct espah_net *en, struct sk_buff *skb)
{
	struct skb_ext *mark = READ_ONCE(en->mark);

	refcount_inc(&mark->refcnt);
	skb->slow_gro = 1;
	skb->active_extensions = 1 << SKB_EXT_SEC_PATH;
	skb->extensions = mark;
}

/**
 * espah_mark_seen() - did espah take this packet out of its protection?
 * @en: namespace
 * @skb: packet
 *
 * Only the last layer counts: what xfrm has unpacked since has not been judged
 * by our policies.
 *
 * Return: true if it did, in this namespace.
 */
bool espah_mark_seen(const struct espah_net *en, const struct sk_buff *skb)
{
	const struct sec_path *sp = skb_sec_path(skb);

	return sp && sp->len && sp->xvec[sp->len - 1] == en->stub;
}
