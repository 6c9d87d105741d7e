// SPDX-License-Identifier: GPL-2.0-only
/* The headers in front of AH, as its ICV covers them: RFC 4302 section 3.3.3.1.
 *
 * What may change on the way is zero, and what changes as one can tell
 * beforehand is as the last hop has it. Sender and receiver do the same with a
 * copy: at the receiver everything that can be predicted has come true.
 */

#include <linux/errno.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/string.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "cover.h"

/* Appendix A1, where it has no name in the kernel's headers. */
#define IPOPT_EXTENDED_SEC	(5 | IPOPT_COPY)
#define IPOPT_SENDER_DIRECTED	(21 | IPOPT_COPY)

/* Type, length and pointer. */
#define ROUTE_OPTION_HEAD	3

/* Routing headers: types 0 and 2 are laid out alike (RFC 6275 section 6.4.1). */
#define ROUTING_SOURCE		0
#define ROUTING_HOME		2
#define ROUTING_SEGMENTS	4
#define ROUTING_HEAD		8
#define SEGMENTS_LAST_ENTRY	4

static bool is_immutable(u8 option)
{
	switch (option) {
	case IPOPT_SEC:
	case IPOPT_EXTENDED_SEC:
	case IPOPT_CIPSO:
	case IPOPT_RA:
	case IPOPT_SENDER_DIRECTED:
		return true;
	default:
		return false;
	}
}

/* As long as there is a hop left, the last one is the destination. */
static bool cover_source_route(struct iphdr *iph, const u8 *option,
			       unsigned int len)
{
	unsigned int pointer;

	if (len < ROUTE_OPTION_HEAD || option[2] <= ROUTE_OPTION_HEAD)
		return false;
	pointer = option[2];
	if (pointer + sizeof(iph->daddr) <= len + 1)
		memcpy(&iph->daddr, option + len - sizeof(iph->daddr),
		       sizeof(iph->daddr));
	return true;
}

/* An option is kept as a whole or zeroed as a whole (section 3.3.3.1.1.2);
 * what nobody knows is zeroed by its length.
 */
static bool cover_option(struct iphdr *iph, u8 *option, unsigned int len)
{
	if (is_immutable(*option))
		return true;
	if ((*option == IPOPT_LSRR || *option == IPOPT_SSRR) &&
	    !cover_source_route(iph, option, len))
		return false;
	memset(option, 0, len);
	return true;
}

static bool cover_options(struct iphdr *iph, u8 *at, const u8 *end)
{
	unsigned int len;

	while (at < end && *at != IPOPT_END) {
		if (*at == IPOPT_NOOP) {
			at++;
			continue;
		}
		if (end - at < 2)
			return false;
		len = at[1];
		if (len < 2 || len > end - at || !cover_option(iph, at, len))
			return false;
		at += len;
	}
	return true;
}

/**
 * espah_cover_ip4() - an IPv4 header as the ICV covers it
 * @header: copy of the header, options included; changed
 * @len: octets at @header
 *
 * Return: @len, or -EINVAL where the header is malformed, or is one of a
 * fragment, which AH never covers (section 3.4.1).
 */
int espah_cover_ip4(u8 *header, unsigned int len)
{
	struct iphdr *iph = (struct iphdr *)header;

	if (len < sizeof(*iph) || iph->version != IPVERSION ||
	    iph->ihl * 4 != len || iph->protocol != IPPROTO_AH ||
	    iph->frag_off & htons(IP_MF | IP_OFFSET))
		return -EINVAL;
	iph->tos = 0;
	iph->frag_off = 0;
	iph->ttl = 0;
	iph->check = 0;
	return cover_options(iph, header + sizeof(*iph), header + len) ?
	       len : -EINVAL;
}

/* Options that may change have a bit that says so, and only their data does
 * (section 3.3.3.1.2.2). TLVs of a segment routing header have another bit
 * (RFC 8754 section 2.1) and are laid out alike.
 */
static bool cover_tlvs(u8 *at, const u8 *end, u8 changes)
{
	unsigned int len;

	while (at < end) {
		if (*at == IPV6_TLV_PAD1) {
			at++;
			continue;
		}
		if (end - at < 2)
			return false;
		len = at[1] + 2;
		if (len > end - at)
			return false;
		if (*at & changes)
			memset(at + 2, 0, len - 2);
		at += len;
	}
	return true;
}

/* Each hop puts the next address into the header and the one that was there
 * in its place: so does this with all that are left.
 */
static bool cover_source_addresses(struct ipv6hdr *iph, u8 *routing,
				   unsigned int len)
{
	unsigned int all = (len - ROUTING_HEAD) / sizeof(struct in6_addr);
	struct ipv6_rt_hdr *head = (struct ipv6_rt_hdr *)routing;
	struct in6_addr *addr = (struct in6_addr *)(routing + ROUTING_HEAD);
	unsigned int left = head->segments_left;
	struct in6_addr last;

	if ((len - ROUTING_HEAD) % sizeof(*addr) || left > all)
		return false;
	if (!left)
		return true;
	last = addr[all - 1];
	addr += all - left;
	memmove(addr + 1, addr, (left - 1) * sizeof(*addr));
	addr[0] = iph->daddr;
	iph->daddr = last;
	head->segments_left = 0;
	return true;
}

/* RFC 8754 section 2: the list stays as it is, its first segment is the last hop. */
static bool cover_segments(struct ipv6hdr *iph, u8 *routing, unsigned int len)
{
	struct ipv6_rt_hdr *head = (struct ipv6_rt_hdr *)routing;
	unsigned int all = routing[SEGMENTS_LAST_ENTRY] + 1u;
	u8 *list = routing + ROUTING_HEAD;

	if (ROUTING_HEAD + all * sizeof(iph->daddr) > len ||
	    head->segments_left > all)
		return false;
	if (head->segments_left)
		memcpy(&iph->daddr, list, sizeof(iph->daddr));
	head->segments_left = 0;
	return cover_tlvs(list + all * sizeof(iph->daddr), routing + len, 0x80);
}

/* Of a type that is not known nothing can be predicted once it is used up, and
 * then it is as it arrives.
 */
static bool cover_routing(struct ipv6hdr *iph, u8 *routing, unsigned int len)
{
	const struct ipv6_rt_hdr *head = (struct ipv6_rt_hdr *)routing;

	switch (head->type) {
	case ROUTING_SOURCE:
	case ROUTING_HOME:
		return cover_source_addresses(iph, routing, len);
	case ROUTING_SEGMENTS:
		return cover_segments(iph, routing, len);
	default:
		return !head->segments_left;
	}
}

/* One extension header of a length of its own: 0, or how long it is. */
static unsigned int cover_extension(struct ipv6hdr *iph, u8 type, u8 *at,
				    unsigned int left)
{
	unsigned int len;
	bool sound;

	if (left < 8)
		return 0;
	len = ipv6_optlen((struct ipv6_opt_hdr *)at);
	if (len > left)
		return 0;
	switch (type) {
	case NEXTHDR_HOP:
	case NEXTHDR_DEST:
		sound = cover_tlvs(at + 2, at + len, 0x20);
		break;
	case NEXTHDR_ROUTING:
		sound = cover_routing(iph, at, len);
		break;
	default:
		sound = false;
	}
	return sound ? len : 0;
}

/* Appendix A2: a fragment header that is left of reassembly, or is there although
 * the packet is whole, is not covered. Returns whether it was taken out.
 */
static bool take_fragment_header(struct ipv6hdr *iph, u8 *next, u8 *at,
				 unsigned int left)
{
	const struct frag_hdr *fragment = (struct frag_hdr *)at;

	if (left < sizeof(*fragment) ||
	    fragment->frag_off & htons(IP6_OFFSET | IP6_MF))
		return false;
	*next = fragment->nexthdr;
	be16_add_cpu(&iph->payload_len, -(int)sizeof(*fragment));
	memmove(at, at + sizeof(*fragment), left - sizeof(*fragment));
	return true;
}

/**
 * espah_cover_ip6() - an IPv6 header and what follows it as the ICV covers them
 * @header: copy of the header and the extension headers up to AH; changed
 * @len: octets at @header
 *
 * Return: how many octets of @header are covered, or -EINVAL where a header is
 * malformed, or the packet is a fragment, which AH never covers (section 3.4.1).
 */
int espah_cover_ip6(u8 *header, unsigned int len)
{
	struct ipv6hdr *iph = (struct ipv6hdr *)header;
	unsigned int at = sizeof(*iph), step;
	u8 *next = &iph->nexthdr;

	if (len < at || iph->version != 6)
		return -EINVAL;
	/* Traffic class and flow label; the version stays. */
	ip6_flow_hdr(iph, 0, 0);
	iph->hop_limit = 0;
	while (at < len) {
		if (*next == NEXTHDR_FRAGMENT) {
			if (!take_fragment_header(iph, next, header + at,
						  len - at))
				return -EINVAL;
			len -= sizeof(struct frag_hdr);
			continue;
		}
		step = cover_extension(iph, *next, header + at, len - at);
		if (!step)
			return -EINVAL;
		next = header + at;
		at += step;
	}
	return *next == IPPROTO_AH ? at : -EINVAL;
}
