// SPDX-License-Identifier: GPL-2.0-or-later
#include <netinet/in.h>
#include <string.h>

#include "ts.h"

#define TS_HDR_LEN	4
#define SELECTOR_LEN	8
#define PORT_MAX	65535

static bool is_any_port(const struct ike_ts *ts)
{
	return ts->port_min == 0 && ts->port_max == PORT_MAX;
}

bool ike_ts_has_ports(const struct ike_ts *ts)
{
	return !is_any_port(ts);
}

bool ike_ts_is_opaque(const struct ike_ts *ts)
{
	return ts->port_min == PORT_MAX && ts->port_max == 0;
}

enum ike_ts_kind ike_ts_kind(uint8_t proto)
{
	switch (proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
		return IKE_TS_PORTS;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return IKE_TS_ICMP;
	case IPPROTO_MH:
		return IKE_TS_MOBILITY;
	default:
		return IKE_TS_NONE;
	}
}

/* RFC 4301 section 4.4.1.3: what has no ports may be called OPAQUE. */
bool ike_ts_told_apart(const struct ike_ts *ts)
{
	return is_any_port(ts) || ike_ts_is_opaque(ts) || ike_ts_kind(ts->proto) != IKE_TS_NONE;
}

static int family_of(uint8_t type)
{
	switch (type) {
	case IKE_TS_IPV4_ADDR_RANGE:
		return AF_INET;
	case IKE_TS_IPV6_ADDR_RANGE:
		return AF_INET6;
	default:
		return AF_UNSPEC;
	}
}

static int addr_compare(const struct espah_addr *a, const struct espah_addr *b)
{
	return memcmp(a->octets, b->octets, espah_addr_len(a->family));
}

static bool is_sound(const struct ike_ts *ts)
{
	if (addr_compare(&ts->addr.min, &ts->addr.max) > 0)
		return false;
	if (ts->port_min > ts->port_max && !ike_ts_is_opaque(ts))
		return false;
	/* Section 3.13.1: what any protocol has is no port. */
	return ts->proto || is_any_port(ts);
}

/* One selector of a known family: its length says that all of it is there. */
static bool selector_parse(struct ike_chunk one, int family, struct ike_ts *ts)
{
	size_t len = espah_addr_len(family);

	if (one.len != SELECTOR_LEN + 2 * len)
		return false;
	memset(ts, 0, sizeof(*ts));
	ts->proto = one.p[1];
	ts->port_min = ike_get_u16(one.p + 4);
	ts->port_max = ike_get_u16(one.p + 6);
	ts->addr.min.family = family;
	ts->addr.max.family = family;
	memcpy(ts->addr.min.octets, one.p + SELECTOR_LEN, len);
	memcpy(ts->addr.max.octets, one.p + SELECTOR_LEN + len, len);
	return is_sound(ts);
}

enum ike_bad ike_ts_parse(struct ike_chunk body, struct ike_ts_list *list)
{
	struct ike_chunk rest;
	unsigned int left;

	list->count = 0;
	if (body.len < TS_HDR_LEN)
		return IKE_BAD_BODY_SHORT;
	rest = ike_chunk(body.p + TS_HDR_LEN, body.len - TS_HDR_LEN);
	for (left = body.p[0]; left; left--) {
		struct ike_ts ts;
		size_t len;
		int family;

		if (rest.len < TS_HDR_LEN)
			return IKE_BAD_SELECTOR;
		len = ike_get_u16(rest.p + 2);
		if (len < TS_HDR_LEN || len > rest.len)
			return IKE_BAD_SELECTOR;
		family = family_of(rest.p[0]);
		if (family && !selector_parse(ike_chunk(rest.p, len), family, &ts))
			return IKE_BAD_SELECTOR;
		if (family && list->count < IKE_TS_MAX)
			list->ts[list->count++] = ts;
		rest = ike_chunk(rest.p + len, rest.len - len);
	}
	return rest.len || !list->count ? IKE_BAD_SELECTOR : IKE_GOOD;
}

void ike_put_ts(struct ike_writer *w, uint8_t payload_type, const struct ike_ts_list *list)
{
	struct ike_buf *buf = ike_payload_begin(w, payload_type);
	unsigned int i;

	ike_buf_u8(buf, list->count);
	ike_buf_u8(buf, 0);
	ike_buf_u16(buf, 0);
	for (i = 0; i < list->count; i++) {
		const struct ike_ts *ts = &list->ts[i];
		size_t len = espah_addr_len(ts->addr.min.family);

		ike_buf_u8(buf, ts->addr.min.family == AF_INET6 ? IKE_TS_IPV6_ADDR_RANGE :
								  IKE_TS_IPV4_ADDR_RANGE);
		ike_buf_u8(buf, ts->proto);
		ike_buf_u16(buf, SELECTOR_LEN + 2 * len);
		ike_buf_u16(buf, ts->port_min);
		ike_buf_u16(buf, ts->port_max);
		ike_buf_put(buf, ts->addr.min.octets, len);
		ike_buf_put(buf, ts->addr.max.octets, len);
	}
	ike_payload_end(w);
}

/* ANY takes in OPAQUE; a number does not (RFC 4301 section 4.4.1). */
static bool ports_meet(const struct ike_ts *a, const struct ike_ts *b, struct ike_ts *both)
{
	const struct ike_ts *narrow = is_any_port(a) ? b : a;
	const struct ike_ts *wide = narrow == a ? b : a;

	both->port_min = narrow->port_min;
	both->port_max = narrow->port_max;
	if (is_any_port(wide))
		return true;
	if (ike_ts_is_opaque(narrow) || ike_ts_is_opaque(wide))
		return ike_ts_is_opaque(narrow) && ike_ts_is_opaque(wide);
	if (wide->port_min > both->port_min)
		both->port_min = wide->port_min;
	if (wide->port_max < both->port_max)
		both->port_max = wide->port_max;
	return both->port_min <= both->port_max;
}

bool ike_ts_meet(const struct ike_ts *a, const struct ike_ts *b, struct ike_ts *both)
{
	/* An address that is not known yet has nothing in common with any. */
	if (a->addr.min.family == AF_UNSPEC || a->addr.min.family != b->addr.min.family)
		return false;
	if (a->proto && b->proto && a->proto != b->proto)
		return false;
	memset(both, 0, sizeof(*both));
	both->proto = a->proto ? a->proto : b->proto;
	both->addr.min = addr_compare(&a->addr.min, &b->addr.min) > 0 ? a->addr.min : b->addr.min;
	both->addr.max = addr_compare(&a->addr.max, &b->addr.max) < 0 ? a->addr.max : b->addr.max;
	if (addr_compare(&both->addr.min, &both->addr.max) > 0)
		return false;
	return ports_meet(a, b, both);
}

static bool same(const struct ike_ts *a, const struct ike_ts *b)
{
	return a->proto == b->proto && a->port_min == b->port_min && a->port_max == b->port_max &&
	       espah_addr_equal(&a->addr.min, &b->addr.min) &&
	       espah_addr_equal(&a->addr.max, &b->addr.max);
}

bool ike_ts_within(const struct ike_ts *inner, const struct ike_ts *outer)
{
	struct ike_ts both;

	return ike_ts_meet(inner, outer, &both) && same(&both, inner);
}

bool ike_ts_list_within(const struct ike_ts_list *inner, const struct ike_ts_list *outer)
{
	unsigned int i, j;

	for (i = 0; i < inner->count; i++) {
		for (j = 0; j < outer->count; j++) {
			if (ike_ts_within(&inner->ts[i], &outer->ts[j]))
				break;
		}
		if (j == outer->count)
			return false;
	}
	return true;
}

/* A packet has both its ports, or neither. */
static bool one_without_ports(const struct ike_ts *a, const struct ike_ts *b)
{
	return ike_ts_is_opaque(a) && !ike_ts_is_opaque(b) && !is_any_port(b);
}

bool ike_ts_pair(const struct ike_ts *local, const struct ike_ts *remote, struct ike_ts *local_one,
		 struct ike_ts *remote_one)
{
	if (local->addr.min.family != remote->addr.min.family ||
	    (local->proto && remote->proto && local->proto != remote->proto))
		return false;
	if (ike_ts_kind(local->proto) == IKE_TS_PORTS &&
	    (one_without_ports(local, remote) || one_without_ports(remote, local)))
		return false;
	*local_one = *local;
	*remote_one = *remote;
	local_one->proto = local->proto ? local->proto : remote->proto;
	remote_one->proto = local_one->proto;
	return true;
}

unsigned int ike_ts_pairs(const struct ike_ts_list *local, const struct ike_ts_list *remote)
{
	struct ike_ts local_one, remote_one;
	unsigned int i, j, count = 0;

	for (i = 0; i < local->count; i++) {
		for (j = 0; j < remote->count; j++)
			count += ike_ts_pair(&local->ts[i], &remote->ts[j], &local_one,
					     &remote_one);
	}
	return count;
}

/*
 * Nothing that another one of the list contains stays in it. One that contains
 * others takes the place of the first of them, so that what was added first is
 * never lost to what comes later, when the list is full.
 */
static void list_add(struct ike_ts_list *list, const struct ike_ts *ts)
{
	unsigned int i, kept = 0;
	bool placed = false;

	for (i = 0; i < list->count; i++) {
		if (ike_ts_within(ts, &list->ts[i]))
			return;
	}
	for (i = 0; i < list->count; i++) {
		if (!ike_ts_within(&list->ts[i], ts)) {
			list->ts[kept++] = list->ts[i];
		} else if (!placed) {
			list->ts[kept++] = *ts;
			placed = true;
		}
	}
	list->count = kept;
	if (!placed && list->count < IKE_TS_MAX)
		list->ts[list->count++] = *ts;
}

/*
 * All that both sides allow can go over one SA here, so the answer is all of
 * it, and contains what the first selector of the offer asked for wherever that
 * is possible: the first is the first to be added.
 */
bool ike_ts_narrow(const struct ike_ts_list *offered, const struct ike_ts_list *mine,
		   struct ike_ts_list *narrowed)
{
	unsigned int i, j;
	struct ike_ts both;

	narrowed->count = 0;
	for (i = 0; i < offered->count; i++) {
		for (j = 0; j < mine->count; j++) {
			if (ike_ts_meet(&offered->ts[i], &mine->ts[j], &both))
				list_add(narrowed, &both);
		}
	}
	return narrowed->count;
}
