// SPDX-License-Identifier: GPL-2.0-only
/* A packet that is fragmented before it is protected: RFC 4301 section 8.2.1. */

#include <linux/err.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "fragment.h"
#include "packet.h"

/* RFC 791 section 3.2, RFC 8200 section 4.5: what is not the last is a multiple. */
#define UNIT	8

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

/* No device can fill a checksum in that covers all fragments. */
static int fill_in(struct sk_buff *skb)
{
	return skb->ip_summed == CHECKSUM_PARTIAL ? skb_checksum_help(skb) : 0;
}

/* Nobody else may read the header that is written to. */
static int prepare4(struct sk_buff *skb, unsigned int limit)
{
	unsigned int ip_len = ip_hdrlen(skb);
	int err;

	if (limit < ip_len + UNIT)
		return -EMSGSIZE;
	err = fill_in(skb);
	return err ? err : skb_ensure_writable(skb, ip_len);
}

static struct sk_buff *fragment4(struct sk_buff *skb, unsigned int limit)
{
	struct sk_buff *first = NULL, **last = &first, *fragment;
	unsigned int ip_len = ip_hdrlen(skb);
	struct ip_frag_state state;
	int err = prepare4(skb, limit);

	if (err)
		return ERR_PTR(err);
	ip_frag_init(skb, ip_len, LL_RESERVED_SPACE(skb_dst(skb)->dev),
		     limit - ip_len, IPCB(skb)->flags & IPSKB_FRAG_PMTU,
		     &state);
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

/* RFC 8200 section 4.5: behind the headers that routers look at, with a header that
 * says which part it is.
 */
static int init6(struct net *net, struct sk_buff *skb, unsigned int limit,
		 struct ip6_frag_state *state)
{
	const struct ipv6hdr *iph;
	int err = fill_in(skb);
	unsigned int front;
	u8 *next_at;

	if (err)
		return err;
	err = ip6_find_1stfragopt(skb, &next_at);
	if (err < 0)
		return err;
	front = err + sizeof(struct frag_hdr);
	if (limit < front + UNIT)
		return -EMSGSIZE;
	iph = ipv6_hdr(skb);
	ip6_frag_init(skb, err, limit - front, 0,
		      LL_RESERVED_SPACE(skb_dst(skb)->dev), next_at, *next_at,
		      ipv6_select_ident(net, &iph->daddr, &iph->saddr), state);
	return 0;
}

static struct sk_buff *fragment6(struct net *net, struct sk_buff *skb,
				 unsigned int limit)
{
	struct sk_buff *first = NULL, **last = &first, *fragment;
	struct ip6_frag_state state;
	int err = init6(net, skb, limit, &state);

	if (err)
		return ERR_PTR(err);
	while (state.left > 0) {
		fragment = ip6_frag_next(skb, &state);
		if (IS_ERR(fragment)) {
			kfree_skb_list(first);
			return fragment;
		}
		*last = fragment;
		last = &fragment->next;
	}
	return first;
}

/* What has come in fragments, and was put together by conntrack, came in none that were
 * longer than these.
 */
static unsigned int no_longer(u16 came, unsigned int limit)
{
	return came ? min_t(unsigned int, came, limit) : limit;
}

/**
 * espah_fragment() - make fragments of a packet
 * @net: namespace
 * @skb: packet, with its data at its IP header, which is in the linear part, and the
 *	route that the fragments get; an IPv6 packet is this host's own, or has come
 *	in fragments. It remains the caller's
 * @limit: octets that each may have
 *
 * Return: the fragments, one behind the other by their next pointers, or an
 * ERR_PTR(): -EMSGSIZE where its headers alone are too long.
 */
struct sk_buff *espah_fragment(struct net *net, struct sk_buff *skb,
			       unsigned int limit)
{
	if (espah_packet_is6(skb))
		return fragment6(net, skb,
				 no_longer(IP6CB(skb)->frag_max_size, limit));
	return fragment4(skb, no_longer(IPCB(skb)->frag_max_size, limit));
}
