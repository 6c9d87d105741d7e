/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_SELECTOR_H
#define _ESPAH_SELECTOR_H

#include <linux/bits.h>

#include "addr.h"

/**
 * struct espah_upper - what the upper layer says of itself (RFC 4301 section 4.4.1.1)
 * @src: source port, in host byte order as @dst; of ICMP, type and code; of the
 *	mobility header, its type; of GRE, the key's upper half
 * @dst: destination port; of GRE, the key's lower half; otherwise 0
 */
struct espah_upper {
	u16	src;
	u16	dst;
};

/* What a selector asks for beyond addresses and a protocol. */
enum espah_asks {
	/* That the upper layer's fields are there, and in some ranges. */
	ESPAH_ASKS_VALUES	= BIT(0),
	/* That they are not there: RFC 4301's OPAQUE. */
	ESPAH_ASKS_OPAQUE	= BIT(1),
	/* An interface. */
	ESPAH_ASKS_IFINDEX	= BIT(2),
	/* DSCPs. */
	ESPAH_ASKS_CLASSES	= BIT(3),
};

/* How the upper layer of a protocol is told apart. */
enum espah_upper_kind {
	ESPAH_UPPER_NONE,
	ESPAH_UPPER_PORTS,
	ESPAH_UPPER_ICMP,
	ESPAH_UPPER_MOBILITY,
	ESPAH_UPPER_GRE,
};

/**
 * struct espah_flow - what a packet shows to a selector
 * @src: source address
 * @dst: destination address
 * @family: AF_INET or AF_INET6
 * @proto: IP protocol
 * @has_upper: @upper is known; not where the packet has no such fields, or not here
 * @upper: what the upper layer says of itself
 * @mark: the packet's mark, which policies and SAs may ask for
 * @if_id: virtual interface that it came or goes by (net/dev.c), or 0
 * @ifindex: interface that it leaves by or has come by, 0 where it is not known
 * @classes: bit of its DSCP; of what arrives, whose DSCP nobody asks for, all bits
 *
 * Without a selector in the namespace that asks for them (net/narrow.c), @has_upper is
 * false and what follows @if_id is undefined.
 */
struct espah_flow {
	union espah_addr	src;
	union espah_addr	dst;
	u16			family;
	u8			proto;
	bool			has_upper;
	struct espah_upper	upper;
	u32			mark;
	u32			if_id;
	int			ifindex;
	u64			classes;
};

/**
 * struct espah_selector - which flows (RFC 4301 section 4.4.1.1)
 * @src_min: lowest source address
 * @src_max: highest source address; belongs to the range
 * @dst_min: lowest destination address
 * @dst_max: highest destination address; belongs to the range
 * @family: AF_INET or AF_INET6
 * @proto: IP protocol; 0 means any
 * @asks: which of what follows matters, bits of enum espah_asks; the upper layer's
 *	fields never without @proto
 * @upper_min: lowest values of the upper layer's fields
 * @upper_max: highest values; belong to the ranges
 * @ifindex: interface that the packet leaves by or has come by
 * @classes: bits of the DSCPs that outbound packets may have
 */
struct espah_selector {
	union espah_addr	src_min;
	union espah_addr	src_max;
	union espah_addr	dst_min;
	union espah_addr	dst_max;
	u16			family;
	u8			proto;
	u8			asks;
	struct espah_upper	upper_min;
	struct espah_upper	upper_max;
	int			ifindex;
	u64			classes;
};

struct espah_selector espah_selector_of(const struct espah_flow *flow);
bool espah_selector_match(const struct espah_selector *sel,
			  const struct espah_flow *flow);
bool espah_selector_equal(const struct espah_selector *a,
			  const struct espah_selector *b);
enum espah_upper_kind espah_upper_kind(u8 proto);
bool espah_range_valid(const union espah_addr *min,
		       const union espah_addr *max);

#endif /* _ESPAH_SELECTOR_H */
