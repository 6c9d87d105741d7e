/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_SELECTOR_H
#define _ESPAH_SELECTOR_H

#include "addr.h"

/**
 * struct espah_flow - what a packet shows to a selector
 * @src: source address
 * @dst: destination address
 * @family: AF_INET or AF_INET6
 * @proto: IP protocol
 * @mark: the packet's mark, which policies and SAs may ask for
 */
struct espah_flow {
	union espah_addr	src;
	union espah_addr	dst;
	u16			family;
	u8			proto;
	u32			mark;
};

/**
 * struct espah_selector - which flows (RFC 4301 section 4.4.1.1)
 * @src_min: lowest source address
 * @src_max: highest source address; belongs to the range
 * @dst_min: lowest destination address
 * @dst_max: highest destination address; belongs to the range
 * @family: AF_INET or AF_INET6
 * @proto: IP protocol; 0 means any
 */
struct espah_selector {
	union espah_addr	src_min;
	union espah_addr	src_max;
	union espah_addr	dst_min;
	union espah_addr	dst_max;
	u16			family;
	u8			proto;
};

bool espah_selector_match(const struct espah_selector *sel,
			  const struct espah_flow *flow);
bool espah_selector_equal(const struct espah_selector *a,
			  const struct espah_selector *b);
bool espah_range_valid(const union espah_addr *min,
		       const union espah_addr *max);

#endif /* _ESPAH_SELECTOR_H */
