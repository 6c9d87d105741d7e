// SPDX-License-Identifier: GPL-2.0-only
/* The lifetime of an SA, as a request has it and as an answer. */

#include "limits.h"
#include "netlink.h"
#include "netlink_attr.h"

/* A limit of 0 is no limit to some and the end to others. */
#define LIMIT_POLICY	NLA_POLICY_MIN(NLA_U64, 1)

static const struct nla_policy limit_policy[ESPAH_A_LIMIT_MAX + 1] = {
	[ESPAH_A_LIMIT_TIME_SOFT]	= LIMIT_POLICY,
	[ESPAH_A_LIMIT_TIME_HARD]	= LIMIT_POLICY,
	[ESPAH_A_LIMIT_TIME_USE_SOFT]	= LIMIT_POLICY,
	[ESPAH_A_LIMIT_TIME_USE_HARD]	= LIMIT_POLICY,
	[ESPAH_A_LIMIT_BYTE_SOFT]	= LIMIT_POLICY,
	[ESPAH_A_LIMIT_BYTE_HARD]	= LIMIT_POLICY,
	[ESPAH_A_LIMIT_PACKET_SOFT]	= LIMIT_POLICY,
	[ESPAH_A_LIMIT_PACKET_HARD]	= LIMIT_POLICY,
};

static const char *const limit_wants[ESPAH_A_LIMIT_MAX + 1] = {
	[ESPAH_A_LIMIT_PAD] = "limits pad: this request does not take it",
	[ESPAH_A_LIMIT_TIME_SOFT] = "limits time-soft: 8 octets are needed, 1 or more",
	[ESPAH_A_LIMIT_TIME_HARD] = "limits time-hard: 8 octets are needed, 1 or more",
	[ESPAH_A_LIMIT_TIME_USE_SOFT] = "limits time-use-soft: 8 octets are needed, 1 or more",
	[ESPAH_A_LIMIT_TIME_USE_HARD] = "limits time-use-hard: 8 octets are needed, 1 or more",
	[ESPAH_A_LIMIT_BYTE_SOFT] = "limits byte-soft: 8 octets are needed, 1 or more",
	[ESPAH_A_LIMIT_BYTE_HARD] = "limits byte-hard: 8 octets are needed, 1 or more",
	[ESPAH_A_LIMIT_PACKET_SOFT] = "limits packet-soft: 8 octets are needed, 1 or more",
	[ESPAH_A_LIMIT_PACKET_HARD] = "limits packet-hard: 8 octets are needed, 1 or more",
};

static const struct espah_nl_set limit_set = {
	.max	= ESPAH_A_LIMIT_MAX,
	.policy	= limit_policy,
	.wants	= limit_wants,
};

/* Where the number of each attribute stands. */
static const size_t places[ESPAH_A_LIMIT_MAX + 1] = {
	[ESPAH_A_LIMIT_TIME_SOFT]	= offsetof(struct espah_limits, added.soft),
	[ESPAH_A_LIMIT_TIME_HARD]	= offsetof(struct espah_limits, added.hard),
	[ESPAH_A_LIMIT_TIME_USE_SOFT]	= offsetof(struct espah_limits, used.soft),
	[ESPAH_A_LIMIT_TIME_USE_HARD]	= offsetof(struct espah_limits, used.hard),
	[ESPAH_A_LIMIT_BYTE_SOFT]	= offsetof(struct espah_limits, bytes.soft),
	[ESPAH_A_LIMIT_BYTE_HARD]	= offsetof(struct espah_limits, bytes.hard),
	[ESPAH_A_LIMIT_PACKET_SOFT]	= offsetof(struct espah_limits, packets.soft),
	[ESPAH_A_LIMIT_PACKET_HARD]	= offsetof(struct espah_limits, packets.hard),
};

/**
 * espah_nl_get_limits() - read a lifetime
 * @nest: attribute that holds it
 * @limits: zeroed; set
 * @extack: where to say what is wrong with it
 *
 * Return: 0 or a negative errno.
 */
int espah_nl_get_limits(const struct nlattr *nest, struct espah_limits *limits,
			struct netlink_ext_ack *extack)
{
	struct nlattr *tb[ESPAH_A_LIMIT_MAX + 1];
	int err;
	int i;

	err = espah_nl_parse_nested(tb, &limit_set, nest, extack);
	if (err)
		return err;
	for (i = ESPAH_A_LIMIT_PAD + 1; i <= ESPAH_A_LIMIT_MAX; i++)
		if (tb[i])
			*(u64 *)((u8 *)limits + places[i]) = nla_get_u64(tb[i]);
	return 0;
}

/**
 * espah_nl_put_limits() - write a lifetime
 * @skb: message
 * @attr: attribute number of the nest
 * @limits: lifetime
 *
 * Return: 0 or -EMSGSIZE.
 */
int espah_nl_put_limits(struct sk_buff *skb, int attr,
			const struct espah_limits *limits)
{
	struct nlattr *nest = nla_nest_start(skb, attr);
	u64 value;
	int i;

	if (!nest)
		return -EMSGSIZE;
	for (i = ESPAH_A_LIMIT_PAD + 1; i <= ESPAH_A_LIMIT_MAX; i++) {
		value = *(const u64 *)((const u8 *)limits + places[i]);
		if (value &&
		    nla_put_u64_64bit(skb, i, value, ESPAH_A_LIMIT_PAD))
			return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}
