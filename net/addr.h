/* SPDX-License-Identifier: GPL-2.0-only */
/* An address of either family. */
#ifndef _ESPAH_ADDR_H
#define _ESPAH_ADDR_H

#include <linux/in6.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <linux/types.h>

/**
 * union espah_addr - an IPv4 or IPv6 address in network byte order
 * @v4: the IPv4 address; the other 12 octets are zero then
 * @v6: the IPv6 address
 *
 * The family stands beside it, in whatever holds the address. The unused
 * octets are always zero, so that addresses can be compared and hashed whole.
 */
union espah_addr {
	__be32		v4;
	struct in6_addr	v6;
};

static inline union espah_addr espah_addr4(__be32 addr)
{
	union espah_addr a = {};

	a.v4 = addr;
	return a;
}

static inline union espah_addr espah_addr6(const struct in6_addr *addr)
{
	return (union espah_addr){ .v6 = *addr };
}

static inline bool espah_addr_equal(const union espah_addr *a,
				    const union espah_addr *b)
{
	const __be32 *x = a->v6.s6_addr32, *y = b->v6.s6_addr32;

	return !((x[0] ^ y[0]) | (x[1] ^ y[1]) | (x[2] ^ y[2]) |
		 (x[3] ^ y[3]));
}

static inline bool espah_addr_any(const union espah_addr *a)
{
	return !memchr_inv(a, 0, sizeof(*a));
}

#endif /* _ESPAH_ADDR_H */
