/* SPDX-License-Identifier: GPL-2.0-only */
/* What a packet carries with it from one step to the next. */
#ifndef _ESPAH_PACKET_H
#define _ESPAH_PACKET_H

#include <crypto/aead.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <net/ip.h>

#include "ext6.h"

struct espah_icv;
struct espah_layer;
struct espah_path;
struct espah_sa;

/**
 * struct espah_packet - a packet's state between the steps of its walk
 * @ip: the IP layer's own, which stays in force
 * @sa: its SA; held where the packet may leave the RCU section
 * @seq: its sequence number
 * @next: on its way out, from when the number has been written: the layer of a bundle
 *	that goes over this one, with a hold of the bundle; or NULL
 * @req: the crypto request that is under way for it
 * @icv: the computation of its ICV that is, under an AH SA
 * @path: on its way in, in place of either, where it came under other SAs before
 * @until: while it waits for an SA: jiffies when it has waited long enough
 * @octets: while it waits for an SA: the memory that is counted for it
 * @cookie: while it waits for an SA: what tells that an IPv6 route has changed
 *
 * It lies in &sk_buff.cb: the steps share no stack, and each can run on a CPU
 * of its own.
 */
struct espah_packet {
	union {
		struct inet_skb_parm	v4;
		struct inet6_skb_parm	v6;
	} ip;
	union {
		struct {
			struct espah_sa		*sa;
			union {
				u64			seq;
				struct espah_layer	*next;
			};
			union {
				struct aead_request	*req;
				struct espah_icv	*icv;
				struct espah_path	*path;
			};
		};
		struct {
			unsigned long		until;
			unsigned int		octets;
			u32			cookie;
		};
	};
};

static inline struct espah_packet *espah_packet(struct sk_buff *skb)
{
	BUILD_BUG_ON(sizeof(struct espah_packet) > sizeof(skb->cb));
	return (struct espah_packet *)skb->cb;
}

/* IPv4 or IPv6, by the network header, which is in the linear part. */
static inline bool espah_packet_is6(const struct sk_buff *skb)
{
	return ip_hdr(skb)->version == 6;
}

/* RFC 4303 section 3.4.1, RFC 4302 section 3.4.1: the IP layer has put together what came
 * in fragments. What still looks like one is no packet of ESP or AH.
 */
static __always_inline bool
espah_packet_is_fragment(const struct sk_buff *skb, u16 family)
{
	return likely(family == AF_INET) ? ip_is_fragment(ip_hdr(skb)) :
					   espah_ext6_fragment(skb);
}

/* Of IPv4: whole, without options, and sent to this host on its link. */
static __always_inline bool espah_packet_plain4(const struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);

	return iph->ihl == sizeof(*iph) / 4 && !ip_is_fragment(iph) &&
	       skb->pkt_type == PACKET_HOST;
}

/* What an ESP or an AH packet begins with, as far as its sequence number. */
static __always_inline unsigned int espah_packet_fixed(u8 proto)
{
	return proto == IPPROTO_AH ? sizeof(struct ip_auth_hdr) :
				     sizeof(struct ip_esp_hdr);
}

static __always_inline __be32 espah_packet_spi(const void *header, u8 proto)
{
	return proto == IPPROTO_AH ?
	       ((const struct ip_auth_hdr *)header)->spi :
	       ((const struct ip_esp_hdr *)header)->spi;
}

static __always_inline __be32 espah_packet_seq_no(const void *header, u8 proto)
{
	return proto == IPPROTO_AH ?
	       ((const struct ip_auth_hdr *)header)->seq_no :
	       ((const struct ip_esp_hdr *)header)->seq_no;
}

#endif /* _ESPAH_PACKET_H */
