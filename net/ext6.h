/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_EXT6_H
#define _ESPAH_EXT6_H

#include <linux/types.h>

struct in6_addr;
struct sk_buff;

/**
 * struct espah_ext6 - where things are in an IPv6 packet
 * @front: octets of the headers that stay in front of transport mode's protection
 * @front_next: where the Next Header field is that names what follows them
 * @upper: octets of all headers in front of the upper layer
 * @proto: the upper layer's protocol; the extension header's, where the upper layer
 *	is not in this packet
 * @fragment: it is a part of a datagram
 * @headless: and not the first: what is at @upper is no header
 *
 * Octets count from the IPv6 header's first.
 */
struct espah_ext6 {
	unsigned int	front;
	unsigned int	front_next;
	unsigned int	upper;
	u8		proto;
	bool		fragment;
	bool		headless;
};

void espah_ext6_walk(const struct sk_buff *skb, struct espah_ext6 *ext);
void espah_ext6_walk_at(const struct sk_buff *skb, int base, u8 next,
			struct espah_ext6 *ext);
bool espah_ext6_fragment(const struct sk_buff *skb);
bool espah_ext6_final(const struct sk_buff *skb, struct in6_addr *final);
bool espah_ext6_neighbour(const struct sk_buff *skb);

#endif /* _ESPAH_EXT6_H */
