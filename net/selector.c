// SPDX-License-Identifier: GPL-2.0-only
/* Does a flow match? Plain values in, a truth value out. */

#include <linux/in.h>
#include <linux/in6.h>
#include <linux/kernel.h>

#include "selector.h"

static bool in_range4(__be32 addr, __be32 min, __be32 max)
{
	u32 a = ntohl(addr);

	return a >= ntohl(min) && a <= ntohl(max);
}

/* Network byte order is the order of memcmp(). */
static bool in_range6(const union espah_addr *addr,
		      const union espah_addr *min, const union espah_addr *max)
{
	return memcmp(addr, min, sizeof(*addr)) >= 0 &&
	       memcmp(addr, max, sizeof(*addr)) <= 0;
}

/**
 * espah_upper_kind() - what tells flows of a protocol apart
 * @proto: IP protocol
 *
 * Return: which fields of its header do.
 */
enum espah_upper_kind espah_upper_kind(u8 proto)
{
	switch (proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
		return ESPAH_UPPER_PORTS;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return ESPAH_UPPER_ICMP;
	case IPPROTO_MH:
		return ESPAH_UPPER_MOBILITY;
	case IPPROTO_GRE:
		return ESPAH_UPPER_GRE;
	default:
		return ESPAH_UPPER_NONE;
	}
}

static bool upper_match(const struct espah_selector *sel,
			const struct espah_flow *flow)
{
	return flow->has_upper &&
	       flow->upper.src >= sel->upper_min.src &&
	       flow->upper.src <= sel->upper_max.src &&
	       flow->upper.dst >= sel->upper_min.dst &&
	       flow->upper.dst <= sel->upper_max.dst;
}

static bool asked_match(const struct espah_selector *sel,
			const struct espah_flow *flow)
{
	u8 asks = sel->asks;

	return (!(asks & ESPAH_ASKS_VALUES) || upper_match(sel, flow)) &&
	       (!(asks & ESPAH_ASKS_OPAQUE) || !flow->has_upper) &&
	       (!(asks & ESPAH_ASKS_IFINDEX) || sel->ifindex == flow->ifindex) &&
	       (!(asks & ESPAH_ASKS_CLASSES) || sel->classes & flow->classes);
}

static __always_inline bool ends_match(const struct espah_selector *sel,
				       const struct espah_flow *flow)
{
	if (sel->family == AF_INET)
		return in_range4(flow->src.v4, sel->src_min.v4,
				 sel->src_max.v4) &&
		       in_range4(flow->dst.v4, sel->dst_min.v4,
				 sel->dst_max.v4);

	return in_range6(&flow->src, &sel->src_min, &sel->src_max) &&
	       in_range6(&flow->dst, &sel->dst_min, &sel->dst_max);
}

/* Of the same family and protocol. */
static noinline bool narrow_match(const struct espah_selector *sel,
				  const struct espah_flow *flow)
{
	return ends_match(sel, flow) && asked_match(sel, flow);
}

/**
 * espah_selector_of() - the selector that one flow has to itself
 * @flow: flow, with what is known of its upper layer
 *
 * Return: its addresses, its protocol and the upper layer's fields, where they are known.
 */
struct espah_selector espah_selector_of(const struct espah_flow *flow)
{
	return (struct espah_selector){
		.src_min	= flow->src,
		.src_max	= flow->src,
		.dst_min	= flow->dst,
		.dst_max	= flow->dst,
		.family		= flow->family,
		.proto		= flow->proto,
		.asks		= flow->has_upper ? ESPAH_ASKS_VALUES : 0,
		.upper_min	= flow->upper,
		.upper_max	= flow->upper,
	};
}

/**
 * espah_selector_match() - does this flow belong to the selector?
 * @sel: selector
 * @flow: flow of a packet
 *
 * Return: true if every field of the flow is in the selector's range.
 */
bool espah_selector_match(const struct espah_selector *sel,
			  const struct espah_flow *flow)
{
	if (sel->family != flow->family)
		return false;
	if (sel->proto && sel->proto != flow->proto)
		return false;
	if (unlikely(sel->asks))
		return narrow_match(sel, flow);
	return ends_match(sel, flow);
}

static bool upper_equal(const struct espah_upper *a, const struct espah_upper *b)
{
	return a->src == b->src && a->dst == b->dst;
}

/**
 * espah_selector_equal() - do two selectors name the same flows?
 * @a: one selector
 * @b: the other
 *
 * Return: true if all fields are equal.
 */
bool espah_selector_equal(const struct espah_selector *a,
			  const struct espah_selector *b)
{
	return a->family == b->family && a->proto == b->proto &&
	       a->asks == b->asks &&
	       upper_equal(&a->upper_min, &b->upper_min) &&
	       upper_equal(&a->upper_max, &b->upper_max) &&
	       a->ifindex == b->ifindex && a->classes == b->classes &&
	       espah_addr_equal(&a->src_min, &b->src_min) &&
	       espah_addr_equal(&a->src_max, &b->src_max) &&
	       espah_addr_equal(&a->dst_min, &b->dst_min) &&
	       espah_addr_equal(&a->dst_max, &b->dst_max);
}

/**
 * espah_range_valid() - is this a range with something in it?
 * @min: lowest address
 * @max: highest address, of the same family
 *
 * Return: true unless @min is above @max.
 */
bool espah_range_valid(const union espah_addr *min,
		       const union espah_addr *max)
{
	return memcmp(min, max, sizeof(*min)) <= 0;
}
