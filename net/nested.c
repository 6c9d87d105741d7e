// SPDX-License-Identifier: GPL-2.0-only
/* A protection that was inside of another one. */

#include <linux/udp.h>

#include "deliver.h"
#include "gather.h"
#include "natt.h"
#include "nested.h"
#include "netns.h"
#include "path.h"

/* So many octets are in front of it. */
static unsigned int front(const struct espah_sa *sa, const struct sk_buff *skb)
{
	if (!espah_packet_is6(skb))
		return ip_hdrlen(skb);
	return sa->mode == ESPAH_MODE_TRANSPORT ? skb_network_header_len(skb) :
						  sizeof(struct ipv6hdr);
}

/* Whether what came out of this SA's protection is to be looked into, here. */
static bool for_this_host(const struct espah_sa *sa, struct sk_buff *skb)
{
	return sa->mode == ESPAH_MODE_TRANSPORT ||
	       espah_deliver_here(sa->en->net, skb);
}

static bool is_part6(const struct sk_buff *skb)
{
	struct espah_ext6 ext;

	espah_ext6_walk(skb, &ext);
	return ext.fragment &&
	       (ext.proto == IPPROTO_ESP || ext.proto == IPPROTO_AH);
}

/**
 * espah_nested_part() - is it a part of what was protected and then fragmented?
 * @sa: SA of the protection around it, which is off
 * @skb: packet, with its data at its IP header, where espah_nested() is true
 *
 * Transport mode carries no fragments. The caller holds RCU.
 *
 * Return: true if it has to be put together here before anybody can look into it.
 */
bool espah_nested_part(const struct espah_sa *sa, struct sk_buff *skb)
{
	if (sa->mode == ESPAH_MODE_TRANSPORT)
		return false;
	return (espah_packet_is6(skb) ? is_part6(skb) :
					ip_is_fragment(ip_hdr(skb))) &&
	       for_this_host(sa, skb);
}

/**
 * espah_nested_gather() - wait for the other parts
 * @sa: SA of the protection around this one, which has been accounted for
 * @skb: packet, for which espah_nested_part() is true
 * @path: protections before, or NULL
 *
 * The policy will be asked about the whole, with the path of the last part to come: the
 * others have come by the same one. The caller holds RCU.
 *
 * Return: true where the packet is whole. Otherwise it has gone, and was counted, and so
 * has the path.
 */
bool espah_nested_gather(struct espah_sa *sa, struct sk_buff *skb,
			 struct espah_path *path)
{
	nf_reset_ct(skb);
	if (espah_gather_nested(sa, skb, espah_path_number(path, sa)))
		return true;
	espah_path_free(path);
	return false;
}

/* What is another virtual interface's, or one's and not this one's, has to arrive there and
 * to come here again.
 */
static bool suits(const struct espah_sa *inside, const struct espah_sa *sa,
		  const struct sk_buff *skb)
{
	return inside->if_id == sa->if_id &&
	       espah_fwmark_match(&inside->mark, skb->mark);
}

/**
 * espah_nested_find() - the SA of the protection inside
 * @sa: SA of the one around it, which is off
 * @skb: packet, with its data at its IP header, where espah_nested() is true
 *
 * There is none where the packet goes on from here: it may be for another host, or
 * xfrm's. A fragment may not be looked into. The caller holds RCU, and the answer is good
 * as long.
 *
 * Return: the SA, with the fixed part of its header in the linear part of the packet; or
 * NULL.
 */
struct espah_sa *espah_nested_find(const struct espah_sa *sa,
				   struct sk_buff *skb)
{
	u8 proto = espah_nested_proto(sa, skb);
	bool is6 = espah_packet_is6(skb);
	unsigned int at = front(sa, skb);
	struct espah_sa_id id = {
		.family	= is6 ? AF_INET6 : AF_INET,
		.proto	= proto,
	};
	struct espah_sa *inside;

	if (!pskb_may_pull(skb, at + espah_packet_fixed(proto)) ||
	    espah_packet_is_fragment(skb, id.family) || !for_this_host(sa, skb))
		return NULL;
	id.dst = is6 ? espah_addr6(&ipv6_hdr(skb)->daddr) :
		       espah_addr4(ip_hdr(skb)->daddr);
	id.spi = espah_packet_spi(skb->data + at, proto);
	inside = espah_sad_find(sa->en, &id);
	return inside && suits(inside, sa, skb) ? inside : NULL;
}

/* What is behind the datagram is none of it. */
static bool pull_datagram(struct sk_buff *skb, unsigned int at)
{
	const struct udphdr *uh;
	unsigned int len;

	if (!pskb_may_pull(skb, at + sizeof(*uh) +
				espah_packet_fixed(IPPROTO_ESP)))
		return false;
	uh = (const struct udphdr *)(skb->data + at);
	len = at + ntohs(uh->len);
	return len <= skb->len && !pskb_trim(skb, len);
}

/**
 * espah_nested_find_in_udp() - the SA of ESP in UDP that was in a protection
 * @sa: SA of the one around it, which is off
 * @skb: packet, with its data at its IP header
 *
 * The answer is what the socket would do with the datagram. Its checksum is not looked at:
 * the protection around it covers every octet. The caller holds RCU, and the answer is
 * good as long.
 *
 * Return: the SA, with the fixed part of ESP in the linear part of the packet; or NULL.
 */
struct espah_sa *espah_nested_find_in_udp(const struct espah_sa *sa,
					  struct sk_buff *skb)
{
	struct espah_sa *inside;

	if (espah_nested_proto(sa, skb) != IPPROTO_UDP || !for_this_host(sa, skb))
		return NULL;
	inside = espah_natt_carries(sa->en, skb);
	return inside && suits(inside, sa, skb) &&
	       pull_datagram(skb, front(sa, skb)) ? inside : NULL;
}

/**
 * espah_nested_enter() - go on at the protection inside
 * @sa: SA of the one around it
 * @skb: packet, for which espah_nested_find() or espah_nested_find_in_udp() has found an SA
 * @udp_len: octets of the UDP header in between, or 0
 *
 * Leaves the data at ESP or AH, and the rest as the IP layer and the socket would.
 */
void espah_nested_enter(const struct espah_sa *sa, struct sk_buff *skb,
			unsigned int udp_len)
{
	if (sa->mode != ESPAH_MODE_TRANSPORT && espah_packet_is6(skb))
		IP6CB(skb)->nhoff = offsetof(struct ipv6hdr, nexthdr);
	__skb_pull(skb, front(sa, skb) + udp_len);
	skb_reset_transport_header(skb);
}
