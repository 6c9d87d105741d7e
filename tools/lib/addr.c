// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"

/**
 * espah_addr_len() - octets of an address
 * @family: AF_INET, AF_INET6 or AF_UNSPEC
 *
 * Return: 4, 16 or 0.
 */
size_t espah_addr_len(int family)
{
	switch (family) {
	case AF_INET:
		return 4;
	case AF_INET6:
		return 16;
	default:
		return 0;
	}
}

/**
 * espah_family_name() - a family in a person's words
 * @family: AF_INET or AF_INET6
 *
 * Return: the name.
 */
const char *espah_family_name(int family)
{
	return family == AF_INET6 ? "IPv6" : "IPv4";
}

/**
 * espah_addr_is_zero() - is this no address, 0.0.0.0 or ::
 * @addr: the address
 *
 * Return: true if so.
 */
bool espah_addr_is_zero(const struct espah_addr *addr)
{
	static const uint8_t zero[16];

	return !memcmp(addr->octets, zero, espah_addr_len(addr->family));
}

/**
 * espah_addr_equal() - are two addresses the same, family and all
 * @a: one
 * @b: the other
 *
 * Return: true if so.
 */
bool espah_addr_equal(const struct espah_addr *a, const struct espah_addr *b)
{
	return a->family == b->family &&
	       !memcmp(a->octets, b->octets, espah_addr_len(a->family));
}

static bool addr_scan(struct espah_addr *addr, const char *text)
{
	memset(addr, 0, sizeof(*addr));
	addr->family = strchr(text, ':') ? AF_INET6 : AF_INET;
	return inet_pton(addr->family, text, addr->octets) == 1;
}

/**
 * espah_addr_parse() - read one address
 * @addr: filled in
 * @text: what was written
 * @err: filled in on failure
 *
 * Return: 0, or -1.
 */
int espah_addr_parse(struct espah_addr *addr, const char *text, struct espah_err *err)
{
	if (addr_scan(addr, text))
		return 0;
	return espah_err_usage(err,
			       "'%.64s' is not an address; expected one like 192.0.2.1 or 2001:db8::1",
			       text);
}

/**
 * espah_addr_print() - write an address
 * @addr: the address, of either family
 * @buf: at least ESPAH_ADDR_STRLEN octets
 *
 * Return: @buf.
 */
const char *espah_addr_print(const struct espah_addr *addr, char *buf)
{
	if (!inet_ntop(addr->family, addr->octets, buf, ESPAH_ADDR_STRLEN))
		snprintf(buf, ESPAH_ADDR_STRLEN, "any");
	return buf;
}

/**
 * espah_range_any() - all addresses of a family
 * @range: filled in
 * @family: AF_INET, AF_INET6, or AF_UNSPEC for either
 */
void espah_range_any(struct espah_range *range, int family)
{
	struct espah_addr zero = { .family = family };

	espah_range_prefix(range, &zero, 0);
}

/**
 * espah_range_prefix() - the network that an address is in
 * @range: filled in
 * @addr: any address of the network
 * @bits: how many leading bits are the network's
 */
void espah_range_prefix(struct espah_range *range, const struct espah_addr *addr,
			unsigned int bits)
{
	size_t i;

	range->min = *addr;
	range->max = *addr;
	for (i = 0; i < espah_addr_len(addr->family); i++) {
		unsigned int net = bits > 8 * i ? bits - 8 * i : 0;
		uint8_t host = net >= 8 ? 0 : 0xff >> net;

		range->min.octets[i] &= ~host;
		range->max.octets[i] |= host;
	}
}

/**
 * espah_range_bits() - the prefix length of a range
 * @range: the range, both ends of one family
 *
 * Return: the length, or -1 if the range is not one network.
 */
int espah_range_bits(const struct espah_range *range)
{
	int len = espah_addr_len(range->min.family);
	struct espah_range net;
	int bits = 0;

	while (bits < 8 * len &&
	       !((range->min.octets[bits / 8] ^ range->max.octets[bits / 8]) & (0x80 >> bits % 8)))
		bits++;
	espah_range_prefix(&net, &range->min, bits);
	if (!espah_addr_equal(&net.min, &range->min) || !espah_addr_equal(&net.max, &range->max))
		return -1;
	return bits;
}

/**
 * espah_range_within() - does one range hold all of another
 * @inner: of either family
 * @outer: the same, or AF_UNSPEC for everything
 *
 * Return: true if so.
 */
bool espah_range_within(const struct espah_range *inner, const struct espah_range *outer)
{
	size_t len = espah_addr_len(inner->min.family);

	if (outer->min.family == AF_UNSPEC)
		return true;
	return inner->min.family == outer->min.family &&
	       memcmp(inner->min.octets, outer->min.octets, len) >= 0 &&
	       memcmp(inner->max.octets, outer->max.octets, len) <= 0;
}

/* ip(8) takes 10/8 for 10.0.0.0/8; without a slash that is rather a slip. */
static bool addr_scan_short(struct espah_addr *addr, const char *text)
{
	char full[INET_ADDRSTRLEN];
	const char *p;
	int dots = 0;

	if (addr_scan(addr, text))
		return true;
	if (addr->family != AF_INET)
		return false;
	for (p = text; *p; p++)
		dots += *p == '.';
	if (dots > 2 || (size_t)snprintf(full, sizeof(full), "%s%s", text,
					 &".0.0.0"[2 * dots]) >= sizeof(full))
		return false;
	return addr_scan(addr, full);
}

static int prefix_parse(struct espah_range *range, char *text, char *slash,
			struct espah_err *err)
{
	struct espah_addr addr;
	unsigned long bits;
	size_t max;
	char *end;

	*slash = '\0';
	if (!addr_scan_short(&addr, text))
		return espah_err_usage(err, "'%s' in '%s/%s' is not an address", text, text,
				       slash + 1);
	max = 8 * espah_addr_len(addr.family);
	bits = strtoul(slash + 1, &end, 10);
	if (slash[1] < '0' || slash[1] > '9' || *end || bits > max)
		return espah_err_usage(err,
				       "'%s' in '%s/%s' is not a prefix length; expected 0 to %zu",
				       slash + 1, text, slash + 1, max);
	espah_range_prefix(range, &addr, bits);
	return 0;
}

static int from_to_parse(struct espah_range *range, char *text, char *dash,
			 struct espah_err *err)
{
	*dash = '\0';
	if (espah_addr_parse(&range->min, text, err) ||
	    espah_addr_parse(&range->max, dash + 1, err))
		return -1;
	if (range->min.family != range->max.family)
		return espah_err_usage(err, "'%s-%s' is %s on one side and %s on the other", text,
				       dash + 1, espah_family_name(range->min.family),
				       espah_family_name(range->max.family));
	if (memcmp(range->min.octets, range->max.octets, sizeof(range->min.octets)) > 0)
		return espah_err_usage(err,
				       "'%s-%s' ends before it begins; write the lower address first",
				       text, dash + 1);
	return 0;
}

/**
 * espah_range_parse() - read a prefix, a range, one address or "any"
 * @range: filled in
 * @text: ADDR, ADDR/LEN, ADDR-ADDR, any, all or default
 * @err: filled in on failure
 *
 * Bits behind the prefix length may be set, as ip(8) has it: 10.0.0.1/24 is
 * the network 10.0.0.0/24.
 *
 * Return: 0, or -1.
 */
int espah_range_parse(struct espah_range *range, const char *text, struct espah_err *err)
{
	char copy[ESPAH_RANGE_STRLEN];
	struct espah_addr addr;
	char *mark;

	if (!strcmp(text, "any") || !strcmp(text, "all") || !strcmp(text, "default")) {
		espah_range_any(range, AF_UNSPEC);
		return 0;
	}
	if ((size_t)snprintf(copy, sizeof(copy), "%s", text) >= sizeof(copy))
		return espah_err_usage(err, "'%.64s...' is too long for a prefix", text);
	mark = strchr(copy, '/');
	if (mark)
		return prefix_parse(range, copy, mark, err);
	mark = strchr(copy, '-');
	if (mark)
		return from_to_parse(range, copy, mark, err);
	if (!addr_scan(&addr, text))
		return espah_err_usage(err,
				       "'%s' is not a prefix; expected ADDR[/LEN], ADDR-ADDR or any",
				       text);
	espah_range_prefix(range, &addr, 8 * espah_addr_len(addr.family));
	return 0;
}

/**
 * espah_range_print() - write a range, as a prefix where it is one
 * @range: the range
 * @buf: at least ESPAH_RANGE_STRLEN octets
 *
 * Return: @buf.
 */
const char *espah_range_print(const struct espah_range *range, char *buf)
{
	char min[ESPAH_ADDR_STRLEN], max[ESPAH_ADDR_STRLEN];
	int bits = espah_range_bits(range);

	espah_addr_print(&range->min, min);
	espah_addr_print(&range->max, max);
	if (range->min.family == AF_UNSPEC)
		snprintf(buf, ESPAH_RANGE_STRLEN, "any");
	else if (bits >= 0)
		snprintf(buf, ESPAH_RANGE_STRLEN, "%s/%d", min, bits);
	else
		snprintf(buf, ESPAH_RANGE_STRLEN, "%s-%s", min, max);
	return buf;
}

/**
 * espah_selector_settle() - make "any" mean any of one family
 * @sel: its sides may be of AF_UNSPEC
 * @family: what they become where neither side has a family
 * @err: filled in on failure
 *
 * Return: 0, or -1 where the sides disagree.
 */
int espah_selector_settle(struct espah_selector *sel, int family, struct espah_err *err)
{
	int src = sel->src.min.family;
	int dst = sel->dst.min.family;

	if (src != AF_UNSPEC && dst != AF_UNSPEC && src != dst)
		return espah_err_usage(err,
				       "'src' is %s and 'dst' is %s; a selector has one family",
				       espah_family_name(src), espah_family_name(dst));
	if (src != AF_UNSPEC || dst != AF_UNSPEC)
		family = src != AF_UNSPEC ? src : dst;
	if (src == AF_UNSPEC)
		espah_range_any(&sel->src, family);
	if (dst == AF_UNSPEC)
		espah_range_any(&sel->dst, family);
	return 0;
}
