// SPDX-License-Identifier: GPL-2.0-only
/* The request that asks what would become of a packet. */

#include "netlink.h"
#include "netlink_attr.h"
#include "netns.h"
#include "sa.h"
#include "why.h"

static const struct nla_policy why_policy[ESPAH_A_WHY_MAX + 1] = {
	[ESPAH_A_WHY_DIR]	= NLA_POLICY_MAX(NLA_U8, ESPAH_DIR_FWD),
	[ESPAH_A_WHY_SEL]	= { .type = NLA_NESTED },
	[ESPAH_A_WHY_MARK]	= { .type = NLA_U32 },
	[ESPAH_A_WHY_IF_ID]	= { .type = NLA_U32 },
};

static const char *const why_wants[ESPAH_A_WHY_MAX + 1] = {
	[ESPAH_A_WHY_DIR] = "dir: 0 (in), 1 (out) or 2 (fwd) is needed",
	[ESPAH_A_WHY_SEL] = "sel: the addresses of a packet are needed",
	[ESPAH_A_WHY_MARK] = "mark: a number of 4 octets is needed",
	[ESPAH_A_WHY_IF_ID] = "if-id: a number of 4 octets is needed",
};

static const char *const why_strays[ESPAH_A_WHY_MAX + 1] = {
	[ESPAH_A_WHY_VERDICT] = "verdict: this request does not take it",
	[ESPAH_A_WHY_CAUSE] = "cause: this request does not take it",
	[ESPAH_A_WHY_POLICY] = "policy: this request does not take it",
	[ESPAH_A_WHY_SA] = "sa: this request does not take it",
	[ESPAH_A_WHY_LACKS] = "lacks: this request does not take it",
	[ESPAH_A_WHY_EXCLUDED] = "excluded: this request does not take it",
	[ESPAH_A_WHY_HEARD] = "heard: this request does not take it",
	[ESPAH_A_WHY_OIF] = "oif: this request does not take it",
	[ESPAH_A_WHY_OUTER] = "outer: this request does not take it",
	[ESPAH_A_WHY_INNER] = "inner: this request does not take it",
};

static const struct espah_nl_set why_set = {
	.max	= ESPAH_A_WHY_MAX,
	.policy	= why_policy,
	.wants	= why_wants,
	.strays	= why_strays,
};

static const u8 why_needs[] = { ESPAH_A_WHY_DIR, ESPAH_A_WHY_SEL };

static bool single(const struct espah_selector *sel)
{
	return espah_addr_equal(&sel->src_min, &sel->src_max) &&
	       espah_addr_equal(&sel->dst_min, &sel->dst_max) &&
	       (!(sel->asks & ESPAH_ASKS_VALUES) ||
		(sel->upper_min.src == sel->upper_max.src &&
		 sel->upper_min.dst == sel->upper_max.dst));
}

static int get_flow(struct nlattr **tb, u8 dir, struct espah_flow *flow,
		    struct netlink_ext_ack *extack)
{
	struct espah_selector sel;
	int err;

	err = espah_nl_get_selector(tb[ESPAH_A_WHY_SEL], &sel, extack);
	if (err)
		return err;
	if (!single(&sel)) {
		NL_SET_ERR_MSG_ATTR(extack, tb[ESPAH_A_WHY_SEL],
				    "sel: a packet has one value of each, and ranges must be of one");
		return -EINVAL;
	}
	*flow = (struct espah_flow){
		.src		= sel.src_min,
		.dst		= sel.dst_min,
		.family		= sel.family,
		.proto		= sel.proto,
		.has_upper	= sel.asks & ESPAH_ASKS_VALUES,
		.upper		= sel.upper_min,
		.mark		= tb[ESPAH_A_WHY_MARK] ?
				  nla_get_u32(tb[ESPAH_A_WHY_MARK]) : 0,
		.if_id		= tb[ESPAH_A_WHY_IF_ID] ?
				  nla_get_u32(tb[ESPAH_A_WHY_IF_ID]) : 0,
		.ifindex	= sel.ifindex,
		/* Nobody asks for the class of what arrives; what leaves has 0 by itself. */
		.classes	= dir != ESPAH_DIR_OUT ? ~0ULL : sel.classes ?: 1,
	};
	return 0;
}

static int put_sa(struct sk_buff *skb, const struct espah_sa *sa)
{
	struct nlattr *nest = nla_nest_start(skb, ESPAH_A_WHY_SA);

	if (!nest || espah_nl_put_sa_names(skb, sa))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_policy(struct sk_buff *skb, const struct espah_policy *policy)
{
	struct nlattr *nest;

	if (!policy)
		return 0;
	nest = nla_nest_start(skb, ESPAH_A_WHY_POLICY);
	if (!nest || espah_nl_put_policy(skb, policy))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/* Under which SAs, or what is in their place. */
static int put_sas(struct sk_buff *skb, const struct espah_why *why)
{
	unsigned int i;

	for (i = 0; i < why->count; i++)
		if (put_sa(skb, why->sas[i]))
			return -EMSGSIZE;
	if (why->excluded && nla_put_flag(skb, ESPAH_A_WHY_EXCLUDED))
		return -EMSGSIZE;
	if (why->heard && nla_put_flag(skb, ESPAH_A_WHY_HEARD))
		return -EMSGSIZE;
	if (why->verdict == ESPAH_VERDICT_WAIT ||
	    why->cause == ESPAH_A_CNT_OUT_NO_SA ||
	    why->cause == ESPAH_A_CNT_OUT_SELECTOR)
		return nla_put_u8(skb, ESPAH_A_WHY_LACKS, why->lacks);
	if (why->verdict != ESPAH_VERDICT_PROTECT)
		return 0;
	if (nla_put_s32(skb, ESPAH_A_WHY_OIF, why->oif) ||
	    nla_put_u32(skb, ESPAH_A_WHY_OUTER, why->outer) ||
	    nla_put_u32(skb, ESPAH_A_WHY_INNER, why->inner))
		return -EMSGSIZE;
	return 0;
}

static int put_why(struct sk_buff *skb, u8 dir, const struct espah_why *why)
{
	if (nla_put_u8(skb, ESPAH_A_WHY_DIR, dir) ||
	    nla_put_u8(skb, ESPAH_A_WHY_VERDICT, why->verdict) ||
	    nla_put_u32(skb, ESPAH_A_WHY_CAUSE, why->cause) ||
	    put_policy(skb, why->policy))
		return -EMSGSIZE;
	return put_sas(skb, why);
}

static int answer(struct sk_buff *msg, struct espah_net *en, u8 dir,
		  struct espah_flow *flow)
{
	struct espah_why why;
	int err;

	/* As the packet path has them. */
	rcu_read_lock();
	local_bh_disable();
	espah_why(en, dir, flow, &why);
	err = put_why(msg, dir, &why);
	local_bh_enable();
	rcu_read_unlock();
	return err;
}

/**
 * espah_nl_why_get() - answer what would become of a packet
 * @skb: request
 * @info: the request, parsed by the core as far as its header
 *
 * Return: 0 or a negative errno, and the sentence that goes with it.
 */
int espah_nl_why_get(struct sk_buff *skb, struct genl_info *info)
{
	struct espah_net *en = espah_net(genl_info_net(info));
	struct nlattr *tb[ESPAH_A_WHY_MAX + 1];
	struct espah_flow flow;
	struct sk_buff *msg;
	void *header;
	int err;
	u8 dir;

	err = espah_nl_parse(tb, &why_set, info->nlhdr, info->extack);
	if (!err)
		err = espah_nl_need_all(tb, &why_set, NULL, why_needs,
					ARRAY_SIZE(why_needs), info->extack);
	if (err)
		return err;
	dir = nla_get_u8(tb[ESPAH_A_WHY_DIR]);
	err = get_flow(tb, dir, &flow, info->extack);
	if (err)
		return err;

	msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	header = genlmsg_put_reply(msg, info, &espah_genl_family, 0,
				   ESPAH_CMD_WHY_GET);
	err = header ? answer(msg, en, dir, &flow) : -EMSGSIZE;
	return espah_nl_finish(info, msg, header, err);
}
