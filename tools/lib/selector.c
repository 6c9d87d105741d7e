// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include <libmnl/libmnl.h>

#include "nl.h"
#include "selector.h"
#include "wire.h"

typedef bool (*put_fn)(struct nlmsghdr *nlh, uint16_t type, uint16_t value);

static bool put_octet(struct nlmsghdr *nlh, uint16_t type, uint16_t value)
{
	return espah_put_u8(nlh, type, value);
}

/* The attribute of the upper end comes behind that of the lower. */
static bool put_span(struct nlmsghdr *nlh, const struct espah_selector *sel, uint16_t type,
		     const struct espah_span *span, put_fn put)
{
	return !espah_given(sel->given, type) ||
	       (put(nlh, type, span->min) && put(nlh, type + 1, span->max));
}

static bool put_upper(struct nlmsghdr *nlh, const struct espah_selector *sel)
{
	return put_span(nlh, sel, ESPAH_A_SEL_SPORT_MIN, &sel->sport, espah_put_u16) &&
	       put_span(nlh, sel, ESPAH_A_SEL_DPORT_MIN, &sel->dport, espah_put_u16) &&
	       put_span(nlh, sel, ESPAH_A_SEL_TYPE_MIN, &sel->type, put_octet) &&
	       put_span(nlh, sel, ESPAH_A_SEL_CODE_MIN, &sel->code, put_octet) &&
	       (!espah_given(sel->given, ESPAH_A_SEL_KEY) ||
		espah_put_u32(nlh, ESPAH_A_SEL_KEY, sel->key)) &&
	       (!espah_given(sel->given, ESPAH_A_SEL_OPAQUE) ||
		espah_put_bytes(nlh, ESPAH_A_SEL_OPAQUE, NULL, 0));
}

static bool put_rest(struct nlmsghdr *nlh, const struct espah_selector *sel)
{
	return (!espah_given(sel->given, ESPAH_A_SEL_IFINDEX) ||
		espah_put_u32(nlh, ESPAH_A_SEL_IFINDEX, sel->ifindex)) &&
	       (!espah_given(sel->given, ESPAH_A_SEL_DSCP) ||
		espah_put_bytes(nlh, ESPAH_A_SEL_DSCP, &sel->dscp, sizeof(sel->dscp)));
}

/**
 * espah_put_selector() - put a selector
 * @nlh: the request
 * @type: the attribute
 * @sel: the selector, both its sides of one family
 *
 * Return: false if the request is full.
 */
bool espah_put_selector(struct nlmsghdr *nlh, uint16_t type, const struct espah_selector *sel)
{
	struct nlattr *nest = mnl_attr_nest_start_check(nlh, ESPAH_NL_REQUEST_MAX, type);

	if (!nest ||
	    !espah_put_addr(nlh, ESPAH_A_SEL_SRC_MIN, &sel->src.min) ||
	    !espah_put_addr(nlh, ESPAH_A_SEL_SRC_MAX, &sel->src.max) ||
	    !espah_put_addr(nlh, ESPAH_A_SEL_DST_MIN, &sel->dst.min) ||
	    !espah_put_addr(nlh, ESPAH_A_SEL_DST_MAX, &sel->dst.max) ||
	    (sel->proto && !espah_put_u8(nlh, ESPAH_A_SEL_PROTO, sel->proto)) ||
	    !put_upper(nlh, sel) || !put_rest(nlh, sel))
		return false;
	mnl_attr_nest_end(nlh, nest);
	return true;
}

static bool take_octet(const struct nlattr *attr, uint16_t *value)
{
	uint8_t octet = 0;
	bool taken = espah_take_u8(attr, &octet);

	*value = octet;
	return taken;
}

static bool take_upper(const struct nlattr *attr, struct espah_selector *sel)
{
	switch (mnl_attr_get_type(attr)) {
	case ESPAH_A_SEL_SPORT_MIN:
		return espah_take_u16(attr, &sel->sport.min);
	case ESPAH_A_SEL_SPORT_MAX:
		return espah_take_u16(attr, &sel->sport.max);
	case ESPAH_A_SEL_DPORT_MIN:
		return espah_take_u16(attr, &sel->dport.min);
	case ESPAH_A_SEL_DPORT_MAX:
		return espah_take_u16(attr, &sel->dport.max);
	case ESPAH_A_SEL_TYPE_MIN:
		return take_octet(attr, &sel->type.min);
	case ESPAH_A_SEL_TYPE_MAX:
		return take_octet(attr, &sel->type.max);
	case ESPAH_A_SEL_CODE_MIN:
		return take_octet(attr, &sel->code.min);
	case ESPAH_A_SEL_CODE_MAX:
		return take_octet(attr, &sel->code.max);
	case ESPAH_A_SEL_KEY:
		return espah_take_u32(attr, &sel->key);
	case ESPAH_A_SEL_IFINDEX:
		return espah_take_u32(attr, &sel->ifindex);
	case ESPAH_A_SEL_DSCP:
		return espah_take_u64(attr, &sel->dscp);
	default:
		return true;
	}
}

static bool take_part(const struct nlattr *attr, struct espah_selector *sel)
{
	switch (mnl_attr_get_type(attr)) {
	case ESPAH_A_SEL_SRC_MIN:
		return espah_take_addr(attr, &sel->src.min);
	case ESPAH_A_SEL_SRC_MAX:
		return espah_take_addr(attr, &sel->src.max);
	case ESPAH_A_SEL_DST_MIN:
		return espah_take_addr(attr, &sel->dst.min);
	case ESPAH_A_SEL_DST_MAX:
		return espah_take_addr(attr, &sel->dst.max);
	case ESPAH_A_SEL_PROTO:
		return espah_take_u8(attr, &sel->proto);
	default:
		return take_upper(attr, sel);
	}
}

/* Of spans, which come first; lower ends and upper ends alternate. */
static bool is_upper_end(uint16_t type)
{
	return type < ESPAH_A_SEL_KEY && (type - ESPAH_A_SEL_SPORT_MIN) % 2;
}

/**
 * espah_take_selector() - take a selector
 * @attr: the attribute
 * @sel: filled in
 *
 * Return: false if it is not one.
 */
bool espah_take_selector(const struct nlattr *attr, struct espah_selector *sel)
{
	const struct nlattr *part;
	int family;

	memset(sel, 0, sizeof(*sel));
	mnl_attr_for_each_nested(part, attr) {
		uint16_t type = mnl_attr_get_type(part);

		if (!take_part(part, sel))
			return false;
		if (type > ESPAH_A_SEL_PROTO && type < ESPAH_A_SEL_PAD && !is_upper_end(type))
			sel->given |= espah_bit(type);
	}
	family = sel->src.min.family;
	return family != AF_UNSPEC && sel->src.max.family == family &&
	       sel->dst.min.family == family && sel->dst.max.family == family;
}
