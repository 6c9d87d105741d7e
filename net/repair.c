// SPDX-License-Identifier: GPL-2.0-only
/* Checksums of packets in transport mode that NAT has changed the addresses of. */

#include <linux/in6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/checksum.h>
#include <net/ip.h>

#include "addr.h"
#include "ext6.h"
#include "packet.h"
#include "repair.h"
#include "sa.h"

/* Octets in front of the checksum that a protocol's header has over the addresses,
 * or -1 where it has none.
 */
static int checksum_at(u8 proto, bool is6)
{
	switch (proto) {
	case IPPROTO_TCP:
		return 16;
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_DCCP:
		return 6;
	case IPPROTO_ICMPV6:
		return is6 ? 2 : -1;
	default:
		return -1;
	}
}

/* Returns where the upper layer begins, and its protocol. */
static unsigned int upper_layer(const struct sk_buff *skb, u8 *proto)
{
	struct espah_ext6 ext;

	if (likely(!espah_packet_is6(skb))) {
		*proto = ip_hdr(skb)->protocol;
		return ip_hdrlen(skb);
	}
	espah_ext6_walk(skb, &ext);
	*proto = ext.proto;
	return ext.upper;
}

static void exchange4(__sum16 *sum, struct sk_buff *skb,
		      const union espah_addr *had, __be32 has)
{
	if (!espah_addr_any(had))
		inet_proto_csum_replace4(sum, skb, had->v4, has, true);
}

static void exchange6(__sum16 *sum, struct sk_buff *skb,
		      const union espah_addr *had, const struct in6_addr *has)
{
	if (!espah_addr_any(had))
		inet_proto_csum_replace16(sum, skb, had->v6.s6_addr32,
					  has->s6_addr32, true);
}

/**
 * espah_repair_checksum() - make a checksum that of the addresses that a packet has
 * @skb: packet in clear, with its data and its network header at the IP header, and
 *	in memory that is its own
 * @sa: SA in transport mode with encapsulation that it came by
 *
 * RFC 3948 section 3.1.2: the peer's checksum is over the addresses that the packet
 * left with. Where the SA knows them, those are exchanged in it for those that the
 * packet has now. A packet for this host is taken either way, as the ICV covers more;
 * whoever it is handed on to wants the checksum to be right.
 */
void espah_repair_checksum(struct sk_buff *skb, const struct espah_sa *sa)
{
	const struct espah_nat *nat = sa->nat;
	bool is6 = espah_packet_is6(skb);
	unsigned int upper;
	__sum16 *sum;
	u8 proto;
	int at;

	if (likely(!nat) ||
	    (espah_addr_any(&nat->oaddr) && espah_addr_any(&nat->odst)))
		return;
	upper = upper_layer(skb, &proto);
	at = checksum_at(proto, is6);
	if (at < 0 || skb_ensure_writable(skb, upper + at + sizeof(*sum)))
		return;

	sum = (__sum16 *)(skb->data + upper + at);
	/* RFC 768: none was made. */
	if (proto == IPPROTO_UDP && !*sum)
		return;
	if (is6) {
		exchange6(sum, skb, &nat->oaddr, &ipv6_hdr(skb)->saddr);
		exchange6(sum, skb, &nat->odst, &ipv6_hdr(skb)->daddr);
	} else {
		exchange4(sum, skb, &nat->oaddr, ip_hdr(skb)->saddr);
		exchange4(sum, skb, &nat->odst, ip_hdr(skb)->daddr);
	}
	if (proto == IPPROTO_UDP && !*sum)
		*sum = CSUM_MANGLED_0;
}
