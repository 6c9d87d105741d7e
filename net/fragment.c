// SPDX-License-Identifier: GPL-2.0-only
/* A packet that is fragmented before it is protected: RFC 4301 section 8.2.1. */

#include <linux/err.h>
#include <linux/ip.h>
#include <linux/skbuff.h>
#include <net/ip.h>

#include "fragment.h"

/* RFC 791 section 3.1: what is not to be copied is in the first fragment only. */
static void blank_options(struct iphdr *iph)
{
	u8 *at = (u8 *)(iph + 1);
	u8 *end = (u8 *)iph + iph->ihl * 4;

	while (at < end && *at != IPOPT_END) {
		unsigned int len = 1;

		if (*at != IPOPT_NOOP) {
			if (end - at < 2 || at[1] < 2 || at[1] > end - at)
				return;
			len = at[1];
			if (!IPOPT_COPIED(*at))
				memset(at, IPOPT_NOOP, len);
		}
		at += len;
	}
}

/* Nobody else may read the header that is written to. */
static int prepare(struct sk_buff *skb, unsigned int limit)
{
	unsigned int ip_len = ip_hdrlen(skb);
	int err;

	if (limit < ip_len + 8)
		return -EMSGSIZE;
	if (skb->ip_summed == CHECKSUM_PARTIAL) {
		err = skb_checksum_help(skb);
		if (err)
			return err;
	}
	return skb_ensure_writable(skb, ip_len);
}

/**
 * espah_fragment() - make fragments of a packet
 * @skb: packet, with its data at its IPv4 header, and the route that the fragments
 *	get; remains the caller's
 * @limit: octets that each may have
 *
 * Return: the fragments, one behind the other by their next pointers, or an
 * ERR_PTR().
 */
struct sk_buff *espah_fragment(struct sk_buff *skb, unsigned int limit)
{
	struct sk_buff *first = NULL, **last = &first, *fragment;
	unsigned int ip_len = ip_hdrlen(skb);
	struct ip_frag_state state;
	int err = prepare(skb, limit);

	if (err)
		return ERR_PTR(err);
	ip_frag_init(skb, ip_len, LL_RESERVED_SPACE(skb_dst(skb)->dev),
		     limit - ip_len, false, &state);
	while (state.left > 0) {
		fragment = ip_frag_next(skb, &state);
		if (IS_ERR(fragment)) {
			kfree_skb_list(first);
			return fragment;
		}
		IPCB(fragment)->flags = IPCB(skb)->flags;
		if (!first)
			blank_options(ip_hdr(skb));
		*last = fragment;
		last = &fragment->next;
	}
	return first;
}
