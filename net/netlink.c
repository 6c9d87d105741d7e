// SPDX-License-Identifier: GPL-2.0-only
/* The genetlink family: Documentation/netlink/espah.yaml. */

#include <linux/module.h>

#include "compat.h"
#include "drops.h"
#include "netlink.h"
#include "netlink_attr.h"
#include "netns.h"
#include "notify.h"

/* The request has no attributes; these are the answer's. */
static const struct nla_policy info_policy[ESPAH_A_INFO_MAX + 1];

static const char *const info_strays[ESPAH_A_INFO_MAX + 1] = {
	[ESPAH_A_INFO_SA_COUNT] = "sa-count: this request does not take it",
	[ESPAH_A_INFO_POLICIES_IN] = "policies-in: this request does not take it",
	[ESPAH_A_INFO_POLICIES_OUT] = "policies-out: this request does not take it",
	[ESPAH_A_INFO_POLICIES_FWD] = "policies-fwd: this request does not take it",
	[ESPAH_A_INFO_COUNTERS] = "counters: this request does not take it",
};

static const struct espah_nl_set info_set = {
	.max	= ESPAH_A_INFO_MAX,
	.policy	= info_policy,
	.strays	= info_strays,
};

static int put_counters(struct sk_buff *skb, const struct espah_net *en)
{
	struct nlattr *nest = nla_nest_start(skb, ESPAH_A_INFO_COUNTERS);
	int i;

	if (!nest)
		return -EMSGSIZE;
	for (i = ESPAH_A_CNT_PAD + 1; i <= ESPAH_A_CNT_MAX; i++)
		if (nla_put_u64_64bit(skb, i, espah_counter_read(en, i),
				      ESPAH_A_CNT_PAD))
			return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_info(struct sk_buff *skb, struct espah_net *en)
{
	lockdep_assert_held(&en->lock);

	if (nla_put_u32(skb, ESPAH_A_INFO_SA_COUNT, en->sad.count) ||
	    nla_put_u32(skb, ESPAH_A_INFO_POLICIES_IN,
			en->spd.count[ESPAH_DIR_IN]) ||
	    nla_put_u32(skb, ESPAH_A_INFO_POLICIES_OUT,
			en->spd.count[ESPAH_DIR_OUT]) ||
	    nla_put_u32(skb, ESPAH_A_INFO_POLICIES_FWD,
			en->spd.count[ESPAH_DIR_FWD]))
		return -EMSGSIZE;
	return put_counters(skb, en);
}

/**
 * espah_nl_finish() - send an answer, or forget it
 * @info: request
 * @msg: answer, used up
 * @header: what genlmsg_put_reply() has returned
 * @err: 0 or why it could not be written; it may have a key in it then
 *
 * Return: 0 or a negative errno.
 */
int espah_nl_finish(struct genl_info *info, struct sk_buff *msg, void *header,
		    int err)
{
	if (err) {
		memzero_explicit(msg->data, msg->len);
		nlmsg_free(msg);
		return err;
	}
	genlmsg_end(msg, header);
	return genlmsg_reply(msg, info);
}

static int info_get(struct sk_buff *skb, struct genl_info *info)
{
	struct espah_net *en = espah_net(genl_info_net(info));
	struct nlattr *tb[ESPAH_A_INFO_MAX + 1];
	struct sk_buff *msg;
	void *header;
	int err;

	err = espah_nl_parse(tb, &info_set, info->nlhdr, info->extack);
	if (err)
		return err;
	msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	header = genlmsg_put_reply(msg, info, &espah_genl_family, 0,
				   ESPAH_CMD_INFO_GET);
	mutex_lock(&en->lock);
	err = header ? put_info(msg, en) : -EMSGSIZE;
	mutex_unlock(&en->lock);
	return espah_nl_finish(info, msg, header, err);
}

/* No attribute policies here: each request parses its own attributes strictly,
 * for the reasons that espah_nl_parse() gives. resv_start_op below keeps the
 * core from refusing all attributes of operations without a policy.
 */
static const struct genl_ops ops[] = {
	{
		.cmd	= ESPAH_CMD_SA_ADD,
		.flags	= GENL_UNS_ADMIN_PERM,
		.doit	= espah_nl_sa_add,
	},
	{
		.cmd	= ESPAH_CMD_SA_UPDATE,
		.flags	= GENL_UNS_ADMIN_PERM,
		.doit	= espah_nl_sa_update,
	},
	{
		.cmd	= ESPAH_CMD_SA_DEL,
		.flags	= GENL_UNS_ADMIN_PERM,
		.doit	= espah_nl_sa_del,
	},
	{
		.cmd	= ESPAH_CMD_SA_GET,
		.flags	= GENL_UNS_ADMIN_PERM,
		.doit	= espah_nl_sa_get,
		.start	= espah_nl_sa_dump_start,
		.dumpit	= espah_nl_sa_dump,
	},
	{
		.cmd	= ESPAH_CMD_SA_FLUSH,
		.flags	= GENL_UNS_ADMIN_PERM,
		.doit	= espah_nl_sa_flush,
	},
	{
		.cmd	= ESPAH_CMD_POLICY_ADD,
		.flags	= GENL_UNS_ADMIN_PERM,
		.doit	= espah_nl_policy_add,
	},
	{
		.cmd	= ESPAH_CMD_POLICY_UPDATE,
		.flags	= GENL_UNS_ADMIN_PERM,
		.doit	= espah_nl_policy_update,
	},
	{
		.cmd	= ESPAH_CMD_POLICY_DEL,
		.flags	= GENL_UNS_ADMIN_PERM,
		.doit	= espah_nl_policy_del,
	},
	{
		.cmd	= ESPAH_CMD_POLICY_GET,
		.flags	= GENL_UNS_ADMIN_PERM,
		.doit	= espah_nl_policy_get,
		.start	= espah_nl_policy_dump_start,
		.dumpit	= espah_nl_policy_dump,
	},
	{
		.cmd	= ESPAH_CMD_POLICY_FLUSH,
		.flags	= GENL_UNS_ADMIN_PERM,
		.doit	= espah_nl_policy_flush,
	},
	{
		.cmd	= ESPAH_CMD_INFO_GET,
		.flags	= GENL_UNS_ADMIN_PERM,
		.doit	= info_get,
	},
	{
		.cmd	= ESPAH_CMD_SA_ALLOC_SPI,
		.flags	= GENL_UNS_ADMIN_PERM,
		.doit	= espah_nl_sa_alloc_spi,
	},
	{
		.cmd	= ESPAH_CMD_DROP_GET,
		.flags	= GENL_UNS_ADMIN_PERM,
		.start	= espah_nl_drop_dump_start,
		.dumpit	= espah_nl_drop_dump,
	},
	{
		.cmd	= ESPAH_CMD_WHY_GET,
		.flags	= GENL_UNS_ADMIN_PERM,
		.doit	= espah_nl_why_get,
	},
	{
		.cmd	= ESPAH_CMD_DEFAULT_SET,
		.flags	= GENL_UNS_ADMIN_PERM,
		.doit	= espah_nl_default_set,
	},
	{
		.cmd	= ESPAH_CMD_DEFAULT_GET,
		.flags	= GENL_UNS_ADMIN_PERM,
		.doit	= espah_nl_default_get,
	},
	{
		.cmd	= ESPAH_CMD_MIGRATE,
		.flags	= GENL_UNS_ADMIN_PERM,
		.doit	= espah_nl_migrate,
	},
};

/* Before each request: whoever talks to us here will want to know what has become of
 * packets.
 */
static int prepare(const espah_genl_op *op, struct sk_buff *skb,
		   struct genl_info *info)
{
	struct espah_net *en = espah_net(genl_info_net(info));
	int err;

	mutex_lock(&en->lock);
	err = espah_drops_prepare(en);
	mutex_unlock(&en->lock);
	/* Then it comes to no end, either. */
	if (err)
		espah_nl_wipe(info->nlhdr);
	return err;
}

/* After each request, refused or not: wherever in it a key was, by mistake even,
 * it does not stay there.
 */
static void wipe_request(const espah_genl_op *op, struct sk_buff *skb,
			 struct genl_info *info)
{
	espah_nl_wipe(info->nlhdr);
}

struct genl_family espah_genl_family __ro_after_init = {
	.name		= ESPAH_FAMILY_NAME,
	.version	= ESPAH_FAMILY_VERSION,
	.module		= THIS_MODULE,
	.netnsok	= true,
	.parallel_ops	= true,
	.ops		= ops,
	.n_ops		= ARRAY_SIZE(ops),
	.resv_start_op	= __ESPAH_CMD_MAX,
	.pre_doit	= prepare,
	.post_doit	= wipe_request,
	.mcgrps		= espah_notify_groups,
	.n_mcgrps	= ARRAY_SIZE(espah_notify_groups),
};

/**
 * espah_netlink_init() - take requests
 *
 * Return: 0 or a negative errno.
 */
int __init espah_netlink_init(void)
{
	return genl_register_family(&espah_genl_family);
}

/**
 * espah_netlink_exit() - take no more requests
 */
void espah_netlink_exit(void)
{
	genl_unregister_family(&espah_genl_family);
}
