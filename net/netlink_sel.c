// SPDX-License-Identifier: GPL-2.0-only
/* Selectors as attributes. */

#include <linux/in.h>

#include "netlink_attr.h"

static const struct nla_policy sel_policy[ESPAH_A_SEL_MAX + 1] = {
	[ESPAH_A_SEL_SRC_MIN]	= ESPAH_NL_ADDR,
	[ESPAH_A_SEL_SRC_MAX]	= ESPAH_NL_ADDR,
	[ESPAH_A_SEL_DST_MIN]	= ESPAH_NL_ADDR,
	[ESPAH_A_SEL_DST_MAX]	= ESPAH_NL_ADDR,
	[ESPAH_A_SEL_PROTO]	= { .type = NLA_U8 },
	[ESPAH_A_SEL_SPORT_MIN]	= { .type = NLA_U16 },
	[ESPAH_A_SEL_SPORT_MAX]	= { .type = NLA_U16 },
	[ESPAH_A_SEL_DPORT_MIN]	= { .type = NLA_U16 },
	[ESPAH_A_SEL_DPORT_MAX]	= { .type = NLA_U16 },
	[ESPAH_A_SEL_TYPE_MIN]	= { .type = NLA_U8 },
	[ESPAH_A_SEL_TYPE_MAX]	= { .type = NLA_U8 },
	[ESPAH_A_SEL_CODE_MIN]	= { .type = NLA_U8 },
	[ESPAH_A_SEL_CODE_MAX]	= { .type = NLA_U8 },
	[ESPAH_A_SEL_KEY]	= { .type = NLA_U32 },
	[ESPAH_A_SEL_OPAQUE]	= { .type = NLA_FLAG },
	[ESPAH_A_SEL_IFINDEX]	= NLA_POLICY_MIN(NLA_S32, 1),
	[ESPAH_A_SEL_DSCP]	= NLA_POLICY_MIN(NLA_U64, 1),
};

static const char *const sel_wants[ESPAH_A_SEL_MAX + 1] = {
	[ESPAH_A_SEL_SRC_MIN] = "sel src-min: an address of 4 or 16 octets is needed",
	[ESPAH_A_SEL_SRC_MAX] = "sel src-max: an address of 4 or 16 octets is needed",
	[ESPAH_A_SEL_DST_MIN] = "sel dst-min: an address of 4 or 16 octets is needed",
	[ESPAH_A_SEL_DST_MAX] = "sel dst-max: an address of 4 or 16 octets is needed",
	[ESPAH_A_SEL_PROTO] = "sel proto: an IP protocol of one octet is needed",
	[ESPAH_A_SEL_SPORT_MIN] = "sel sport-min: a port of 2 octets is needed, and sport-max",
	[ESPAH_A_SEL_SPORT_MAX] = "sel sport-max: a port of 2 octets is needed, and sport-min",
	[ESPAH_A_SEL_DPORT_MIN] = "sel dport-min: a port of 2 octets is needed, and dport-max",
	[ESPAH_A_SEL_DPORT_MAX] = "sel dport-max: a port of 2 octets is needed, and dport-min",
	[ESPAH_A_SEL_TYPE_MIN] = "sel type-min: a type of one octet is needed, and type-max",
	[ESPAH_A_SEL_TYPE_MAX] = "sel type-max: a type of one octet is needed, and type-min",
	[ESPAH_A_SEL_CODE_MIN] = "sel code-min: a code of one octet is needed, and code-max",
	[ESPAH_A_SEL_CODE_MAX] = "sel code-max: a code of one octet is needed, and code-min",
	[ESPAH_A_SEL_KEY] = "sel key: a number of 4 octets is needed",
	[ESPAH_A_SEL_OPAQUE] = "sel opaque: a flag without a value is needed",
	[ESPAH_A_SEL_IFINDEX] = "sel ifindex: an interface's number above 0 is needed",
	[ESPAH_A_SEL_DSCP] = "sel dscp: a bit for each DSCP is needed, 64 of them, and one set",
};

static const struct espah_nl_set sel_set = {
	.max	= ESPAH_A_SEL_MAX,
	.policy	= sel_policy,
	.wants	= sel_wants,
};

static int check_ranges(struct nlattr **tb, const struct espah_selector *sel,
			struct netlink_ext_ack *extack)
{
	if (!espah_range_valid(&sel->src_min, &sel->src_max)) {
		NL_SET_ERR_MSG_ATTR(extack, tb[ESPAH_A_SEL_SRC_MAX],
				    "sel src-max: must not be below src-min");
		return -EINVAL;
	}
	if (!espah_range_valid(&sel->dst_min, &sel->dst_max)) {
		NL_SET_ERR_MSG_ATTR(extack, tb[ESPAH_A_SEL_DST_MAX],
				    "sel dst-max: must not be below dst-min");
		return -EINVAL;
	}
	return 0;
}

static int refuse(const struct nlattr *attr, const char *sentence,
		  struct netlink_ext_ack *extack)
{
	NL_SET_BAD_ATTR(extack, attr);
	if (extack)
		extack->_msg = sentence;
	return -EINVAL;
}

/* Both ends of a range, or neither. */
static int need_pair(struct nlattr **tb, const struct nlattr *nest, int min,
		     struct netlink_ext_ack *extack)
{
	const u8 both[] = { min, min + 1 };

	if (!tb[min] && !tb[min + 1])
		return 0;
	return espah_nl_need_all(tb, &sel_set, nest, both, ARRAY_SIZE(both),
				 extack);
}

static int get_ports(struct nlattr **tb, int attr, u16 *min, u16 *max,
		     const char *sentence, struct netlink_ext_ack *extack)
{
	*min = 0;
	*max = U16_MAX;
	if (!tb[attr])
		return 0;
	*min = nla_get_u16(tb[attr]);
	*max = nla_get_u16(tb[attr + 1]);
	return *min <= *max ? 0 : refuse(tb[attr + 1], sentence, extack);
}

static int get_both_ports(struct nlattr **tb, struct espah_selector *sel,
			  struct netlink_ext_ack *extack)
{
	int err = get_ports(tb, ESPAH_A_SEL_SPORT_MIN, &sel->upper_min.src,
			    &sel->upper_max.src,
			    "sel sport-max: must not be below sport-min",
			    extack);

	if (err)
		return err;
	return get_ports(tb, ESPAH_A_SEL_DPORT_MIN, &sel->upper_min.dst,
			 &sel->upper_max.dst,
			 "sel dport-max: must not be below dport-min", extack);
}

/* RFC 4301 section 4.4.1.1: from the first type and code to the last, as one number. Of
 * the mobility header, there is a type alone.
 */
static int get_type(struct nlattr **tb, struct espah_selector *sel,
		    struct netlink_ext_ack *extack)
{
	u8 code_max = U8_MAX, code_min = 0, type_min, type_max;

	if (!tb[ESPAH_A_SEL_TYPE_MIN])
		return refuse(tb[ESPAH_A_SEL_CODE_MIN],
			      "sel code-min: codes are those of a type, and type-min and type-max are needed",
			      extack);
	type_min = nla_get_u8(tb[ESPAH_A_SEL_TYPE_MIN]);
	type_max = nla_get_u8(tb[ESPAH_A_SEL_TYPE_MAX]);
	if (tb[ESPAH_A_SEL_CODE_MIN]) {
		code_min = nla_get_u8(tb[ESPAH_A_SEL_CODE_MIN]);
		code_max = nla_get_u8(tb[ESPAH_A_SEL_CODE_MAX]);
	}
	sel->upper_min.src = type_min << 8 | code_min;
	sel->upper_max.src = type_max << 8 | code_max;
	if (sel->upper_min.src > sel->upper_max.src)
		return refuse(tb[ESPAH_A_SEL_TYPE_MAX],
			      "sel type-max: must not be below type-min, nor code-max of one type below code-min",
			      extack);
	if (espah_upper_kind(sel->proto) == ESPAH_UPPER_MOBILITY) {
		sel->upper_min.src = type_min;
		sel->upper_max.src = type_max;
	}
	return 0;
}

/* Whose fields are asked for must be known. */
static int check_kind(struct nlattr **tb, enum espah_upper_kind kind,
		      struct netlink_ext_ack *extack)
{
	static const struct {
		u8		attr;
		u32		kinds;
		const char	*sentence;
	} rules[] = {
		{ ESPAH_A_SEL_SPORT_MIN, BIT(ESPAH_UPPER_PORTS),
		  "sel sport-min: only TCP, UDP, UDP-Lite, SCTP and DCCP have ports; proto must be one of them",
		},
		{ ESPAH_A_SEL_DPORT_MIN, BIT(ESPAH_UPPER_PORTS),
		  "sel dport-min: only TCP, UDP, UDP-Lite, SCTP and DCCP have ports; proto must be one of them",
		},
		{ ESPAH_A_SEL_TYPE_MIN,
		  BIT(ESPAH_UPPER_ICMP) | BIT(ESPAH_UPPER_MOBILITY),
		  "sel type-min: only ICMP, ICMPv6 and the mobility header have types; proto must be one of them",
		},
		{ ESPAH_A_SEL_CODE_MIN, BIT(ESPAH_UPPER_ICMP),
		  "sel code-min: only ICMP and ICMPv6 have codes; proto must be one of them",
		},
		{ ESPAH_A_SEL_KEY, BIT(ESPAH_UPPER_GRE),
		  "sel key: only GRE has a key; proto must be 47",
		},
		{ ESPAH_A_SEL_OPAQUE, ~(u32)BIT(ESPAH_UPPER_NONE),
		  "sel opaque: proto must be one that has ports, types or keys which can be missing",
		},
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(rules); i++)
		if (tb[rules[i].attr] && !(rules[i].kinds & BIT(kind)))
			return refuse(tb[rules[i].attr], rules[i].sentence,
				      extack);
	return 0;
}

static int check_upper(struct nlattr **tb, const struct nlattr *nest,
		       enum espah_upper_kind kind,
		       struct netlink_ext_ack *extack)
{
	int err = 0, attr;

	for (attr = ESPAH_A_SEL_SPORT_MIN; !err && attr < ESPAH_A_SEL_KEY;
	     attr += 2)
		err = need_pair(tb, nest, attr, extack);
	if (!err)
		err = check_kind(tb, kind, extack);
	return err;
}

static bool asks_values(struct nlattr **tb)
{
	int attr;

	for (attr = ESPAH_A_SEL_SPORT_MIN; attr <= ESPAH_A_SEL_KEY; attr++)
		if (tb[attr])
			return true;
	return false;
}

static int get_values(struct nlattr **tb, enum espah_upper_kind kind,
		      struct espah_selector *sel,
		      struct netlink_ext_ack *extack)
{
	u32 key;

	switch (kind) {
	case ESPAH_UPPER_PORTS:
		return get_both_ports(tb, sel, extack);
	case ESPAH_UPPER_GRE:
		key = nla_get_u32(tb[ESPAH_A_SEL_KEY]);
		sel->upper_min.src = upper_16_bits(key);
		sel->upper_min.dst = lower_16_bits(key);
		sel->upper_max = sel->upper_min;
		return 0;
	default:
		return get_type(tb, sel, extack);
	}
}

static int get_upper(struct nlattr **tb, const struct nlattr *nest,
		     struct espah_selector *sel,
		     struct netlink_ext_ack *extack)
{
	enum espah_upper_kind kind = espah_upper_kind(sel->proto);
	bool values = asks_values(tb);
	int err = check_upper(tb, nest, kind, extack);

	if (err)
		return err;
	if (values && tb[ESPAH_A_SEL_OPAQUE])
		return refuse(tb[ESPAH_A_SEL_OPAQUE],
			      "sel opaque: what is not there has no values", extack);
	if (tb[ESPAH_A_SEL_OPAQUE])
		sel->asks |= ESPAH_ASKS_OPAQUE;
	if (!values)
		return 0;
	sel->asks |= ESPAH_ASKS_VALUES;
	return get_values(tb, kind, sel, extack);
}

/**
 * espah_nl_get_selector() - read a selector
 * @nest: attribute that holds it
 * @sel: set
 * @extack: where to say what is wrong with it
 *
 * Return: 0 or a negative errno.
 */
int espah_nl_get_selector(const struct nlattr *nest, struct espah_selector *sel,
			  struct netlink_ext_ack *extack)
{
	union espah_addr *const ends[] = {
		[ESPAH_A_SEL_SRC_MIN] = &sel->src_min,
		[ESPAH_A_SEL_SRC_MAX] = &sel->src_max,
		[ESPAH_A_SEL_DST_MIN] = &sel->dst_min,
		[ESPAH_A_SEL_DST_MAX] = &sel->dst_max,
	};
	struct nlattr *tb[ESPAH_A_SEL_MAX + 1];
	u16 family;
	int err, i;

	err = espah_nl_parse_nested(tb, &sel_set, nest, extack);
	if (err)
		return err;

	memset(sel, 0, sizeof(*sel));
	for (i = ESPAH_A_SEL_SRC_MIN; i <= ESPAH_A_SEL_DST_MAX; i++) {
		err = espah_nl_need(tb, &sel_set, nest, i, extack);
		if (err)
			return err;
		family = espah_nl_get_addr(tb[i], ends[i]);
		if (sel->family && family != sel->family) {
			NL_SET_ERR_MSG_ATTR(extack, tb[i],
					    "sel: all addresses must be of one family");
			return -EINVAL;
		}
		sel->family = family;
	}
	if (tb[ESPAH_A_SEL_PROTO])
		sel->proto = nla_get_u8(tb[ESPAH_A_SEL_PROTO]);
	if (tb[ESPAH_A_SEL_IFINDEX]) {
		sel->asks |= ESPAH_ASKS_IFINDEX;
		sel->ifindex = nla_get_s32(tb[ESPAH_A_SEL_IFINDEX]);
	}
	if (tb[ESPAH_A_SEL_DSCP]) {
		sel->asks |= ESPAH_ASKS_CLASSES;
		sel->classes = nla_get_u64(tb[ESPAH_A_SEL_DSCP]);
	}
	err = check_ranges(tb, sel, extack);
	return err ?: get_upper(tb, nest, sel, extack);
}

static int put_ports(struct sk_buff *skb, const struct espah_selector *sel)
{
	const struct espah_upper *min = &sel->upper_min, *max = &sel->upper_max;
	bool any_dst = !min->dst && max->dst == U16_MAX;
	bool any_src = !min->src && max->src == U16_MAX;

	/* Where neither is narrow, one says that there are ports. */
	if ((!any_src || any_dst) &&
	    (nla_put_u16(skb, ESPAH_A_SEL_SPORT_MIN, min->src) ||
	     nla_put_u16(skb, ESPAH_A_SEL_SPORT_MAX, max->src)))
		return -EMSGSIZE;
	if (!any_dst && (nla_put_u16(skb, ESPAH_A_SEL_DPORT_MIN, min->dst) ||
			 nla_put_u16(skb, ESPAH_A_SEL_DPORT_MAX, max->dst)))
		return -EMSGSIZE;
	return 0;
}

static int put_type(struct sk_buff *skb, u8 min, u8 max)
{
	if (nla_put_u8(skb, ESPAH_A_SEL_TYPE_MIN, min) ||
	    nla_put_u8(skb, ESPAH_A_SEL_TYPE_MAX, max))
		return -EMSGSIZE;
	return 0;
}

static int put_icmp(struct sk_buff *skb, u16 min, u16 max)
{
	if (put_type(skb, min >> 8, max >> 8))
		return -EMSGSIZE;
	if ((min & U8_MAX) == 0 && (max & U8_MAX) == U8_MAX)
		return 0;
	if (nla_put_u8(skb, ESPAH_A_SEL_CODE_MIN, min & U8_MAX) ||
	    nla_put_u8(skb, ESPAH_A_SEL_CODE_MAX, max & U8_MAX))
		return -EMSGSIZE;
	return 0;
}

static int put_values(struct sk_buff *skb, const struct espah_selector *sel)
{
	const struct espah_upper *min = &sel->upper_min, *max = &sel->upper_max;

	switch (espah_upper_kind(sel->proto)) {
	case ESPAH_UPPER_PORTS:
		return put_ports(skb, sel);
	case ESPAH_UPPER_ICMP:
		return put_icmp(skb, min->src, max->src);
	case ESPAH_UPPER_MOBILITY:
		return put_type(skb, min->src, max->src);
	default:
		return nla_put_u32(skb, ESPAH_A_SEL_KEY,
				   (u32)min->src << 16 | min->dst);
	}
}

/* Written where there is something to say. */
static int put_narrow(struct sk_buff *skb, const struct espah_selector *sel)
{
	if (sel->asks & ESPAH_ASKS_IFINDEX &&
	    nla_put_s32(skb, ESPAH_A_SEL_IFINDEX, sel->ifindex))
		return -EMSGSIZE;
	if (sel->asks & ESPAH_ASKS_CLASSES &&
	    nla_put_u64_64bit(skb, ESPAH_A_SEL_DSCP, sel->classes,
			      ESPAH_A_SEL_PAD))
		return -EMSGSIZE;
	if (sel->asks & ESPAH_ASKS_OPAQUE)
		return nla_put_flag(skb, ESPAH_A_SEL_OPAQUE);
	return sel->asks & ESPAH_ASKS_VALUES ? put_values(skb, sel) : 0;
}

/**
 * espah_nl_put_selector() - write a selector
 * @skb: message
 * @attr: attribute number of the nest
 * @sel: selector
 *
 * Return: 0 or -EMSGSIZE.
 */
int espah_nl_put_selector(struct sk_buff *skb, int attr,
			  const struct espah_selector *sel)
{
	struct nlattr *nest = nla_nest_start(skb, attr);

	if (!nest ||
	    espah_nl_put_addr(skb, ESPAH_A_SEL_SRC_MIN, &sel->src_min,
			      sel->family) ||
	    espah_nl_put_addr(skb, ESPAH_A_SEL_SRC_MAX, &sel->src_max,
			      sel->family) ||
	    espah_nl_put_addr(skb, ESPAH_A_SEL_DST_MIN, &sel->dst_min,
			      sel->family) ||
	    espah_nl_put_addr(skb, ESPAH_A_SEL_DST_MAX, &sel->dst_max,
			      sel->family))
		return -EMSGSIZE;
	if (sel->proto && nla_put_u8(skb, ESPAH_A_SEL_PROTO, sel->proto))
		return -EMSGSIZE;
	if (put_narrow(skb, sel))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}
