/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_ENCAP_H
#define _ESPAH_ENCAP_H

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/types.h>
#include <net/dsfield.h>

#include "beet.h"
#include "packet.h"
#include "sa.h"

struct net;

u8 espah_encap_transport4(struct net *net, struct sk_buff *skb,
			  const struct espah_sa *sa, unsigned int header);
u8 espah_encap_tunnel4(struct net *net, struct sk_buff *skb,
		       const struct espah_sa *sa, unsigned int header);
void espah_decap_transport4(struct sk_buff *skb, u8 next);
unsigned int espah_decap_tunnel(struct sk_buff *skb, struct espah_sa *sa,
				u8 next);

unsigned int espah_encap_front6(const struct sk_buff *skb);
u8 espah_encap_transport6(struct sk_buff *skb, const struct espah_sa *sa,
			  unsigned int header);
u8 espah_encap_tunnel6(struct sk_buff *skb, const struct espah_sa *sa,
		       unsigned int header);
void espah_decap_transport6(struct sk_buff *skb, const struct espah_sa *sa,
			    u8 next);
unsigned int espah_decap_check6(struct sk_buff *skb);

/* What the header in front says is behind it. */
static inline u8 espah_encap_proto(const struct espah_sa *sa)
{
	return sa->encap_len ? IPPROTO_UDP : sa->id.proto;
}

/* DSCP and ECN of a packet in clear. */
static inline u8 espah_encap_dsfield(const struct sk_buff *skb)
{
	return likely(!espah_packet_is6(skb)) ? ip_hdr(skb)->tos :
						ipv6_get_dsfield(ipv6_hdr(skb));
}

/* TTL or hop limit of a packet in clear. */
static inline u8 espah_encap_ttl(const struct sk_buff *skb)
{
	return likely(!espah_packet_is6(skb)) ? ip_hdr(skb)->ttl :
						ipv6_hdr(skb)->hop_limit;
}

/* Octets of a tunnel's outer header. */
static inline unsigned int espah_encap_outer(const struct espah_sa *sa)
{
	return sa->id.family == AF_INET6 ? sizeof(struct ipv6hdr) :
					   sizeof(struct iphdr);
}

/**
 * espah_encap_front() - octets of IP header in front of the protection
 * @sa: SA
 * @skb: packet in clear
 *
 * Return: in transport mode those of the packet's own that stay in front; otherwise
 * those of the outer header.
 */
static inline unsigned int espah_encap_front(const struct espah_sa *sa,
					     const struct sk_buff *skb)
{
	if (sa->mode != ESPAH_MODE_TRANSPORT)
		return espah_encap_outer(sa);
	return likely(sa->id.family == AF_INET) ? ip_hdrlen(skb) :
						  espah_encap_front6(skb);
}

/**
 * espah_encap_own() - octets of a packet that are not sent as payload
 * @sa: SA
 * @skb: packet in clear
 * @front: espah_encap_front() of the two
 *
 * Return: in tunnel mode none; in transport mode those that stay in front; in BEET mode
 * those that become the outer header.
 */
static inline unsigned int espah_encap_own(const struct espah_sa *sa,
					   const struct sk_buff *skb,
					   unsigned int front)
{
	if (sa->mode == ESPAH_MODE_TUNNEL)
		return 0;
	return likely(sa->mode == ESPAH_MODE_TRANSPORT) ? front :
							  espah_beet_own(skb);
}

#endif /* _ESPAH_ENCAP_H */
