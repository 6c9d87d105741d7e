// SPDX-License-Identifier: GPL-2.0-only
/* Requests about what becomes of packets that no policy speaks of. */

#include "default.h"
#include "netlink.h"
#include "netlink_attr.h"
#include "netns.h"
#include "notify.h"

static const u8 attrs[ESPAH_DIRS] = {
	[ESPAH_DIR_IN]	= ESPAH_A_DEFAULT_IN,
	[ESPAH_DIR_OUT]	= ESPAH_A_DEFAULT_OUT,
	[ESPAH_DIR_FWD]	= ESPAH_A_DEFAULT_FWD,
};

/* There are no templates to protect by. */
#define DEFAULT_ACTION	NLA_POLICY_RANGE(NLA_U8, ESPAH_ACTION_BYPASS, \
					 ESPAH_ACTION_DISCARD)

static const struct nla_policy default_policy[ESPAH_A_DEFAULT_MAX + 1] = {
	[ESPAH_A_DEFAULT_IN]	= DEFAULT_ACTION,
	[ESPAH_A_DEFAULT_OUT]	= DEFAULT_ACTION,
	[ESPAH_A_DEFAULT_FWD]	= DEFAULT_ACTION,
};

static const char *const default_wants[ESPAH_A_DEFAULT_MAX + 1] = {
	[ESPAH_A_DEFAULT_IN] = "in: 1 (bypass) or 2 (discard) is needed",
	[ESPAH_A_DEFAULT_OUT] = "out: 1 (bypass) or 2 (discard) is needed",
	[ESPAH_A_DEFAULT_FWD] = "fwd: 1 (bypass) or 2 (discard) is needed",
};

static const struct espah_nl_set default_set = {
	.max	= ESPAH_A_DEFAULT_MAX,
	.policy	= default_policy,
	.wants	= default_wants,
};

static const struct nla_policy no_policy[ESPAH_A_DEFAULT_MAX + 1];

static const char *const default_strays[ESPAH_A_DEFAULT_MAX + 1] = {
	[ESPAH_A_DEFAULT_IN] = "in: this request does not take it",
	[ESPAH_A_DEFAULT_OUT] = "out: this request does not take it",
	[ESPAH_A_DEFAULT_FWD] = "fwd: this request does not take it",
};

static const struct espah_nl_set default_get_set = {
	.max	= ESPAH_A_DEFAULT_MAX,
	.policy	= no_policy,
	.strays	= default_strays,
};

/**
 * espah_nl_default_set() - say what becomes of packets that no policy speaks of
 * @skb: request; a direction that it does not name stays as it is
 * @info: the request, parsed by the core as far as its header
 *
 * Return: 0 or a negative errno, and the sentence that goes with it;
 * nothing has changed then.
 */
int espah_nl_default_set(struct sk_buff *skb, struct genl_info *info)
{
	struct espah_net *en = espah_net(genl_info_net(info));
	struct nlattr *tb[ESPAH_A_DEFAULT_MAX + 1];
	struct espah_defaults defaults;
	int dir, err;

	err = espah_nl_parse(tb, &default_set, info->nlhdr, info->extack);
	if (err)
		return err;

	mutex_lock(&en->lock);
	defaults = en->defaults;
	for (dir = 0; dir < ESPAH_DIRS; dir++)
		if (tb[attrs[dir]])
			defaults.block[dir] = nla_get_u8(tb[attrs[dir]]) ==
					      ESPAH_ACTION_DISCARD;
	err = espah_default_set(en, &defaults);
	if (!err)
		espah_notify_default(en);
	mutex_unlock(&en->lock);
	return err;
}

/**
 * espah_nl_put_default() - write what becomes of packets that no policy speaks of
 * @skb: message
 * @en: namespace; the caller holds its lock
 *
 * Return: 0 or -EMSGSIZE.
 */
int espah_nl_put_default(struct sk_buff *skb, const struct espah_net *en)
{
	int dir;

	lockdep_assert_held(&en->lock);

	for (dir = 0; dir < ESPAH_DIRS; dir++)
		if (nla_put_u8(skb, attrs[dir], en->defaults.block[dir] ?
			       ESPAH_ACTION_DISCARD : ESPAH_ACTION_BYPASS))
			return -EMSGSIZE;
	return 0;
}

/**
 * espah_nl_default_get() - answer what becomes of packets that no policy speaks of
 * @skb: request
 * @info: the request, parsed by the core as far as its header
 *
 * Return: 0 or a negative errno, and the sentence that goes with it.
 */
int espah_nl_default_get(struct sk_buff *skb, struct genl_info *info)
{
	struct espah_net *en = espah_net(genl_info_net(info));
	struct nlattr *tb[ESPAH_A_DEFAULT_MAX + 1];
	struct sk_buff *msg;
	void *header;
	int err;

	err = espah_nl_parse(tb, &default_get_set, info->nlhdr, info->extack);
	if (err)
		return err;
	msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	header = genlmsg_put_reply(msg, info, &espah_genl_family, 0,
				   ESPAH_CMD_DEFAULT_GET);
	mutex_lock(&en->lock);
	err = header ? espah_nl_put_default(msg, en) : -EMSGSIZE;
	mutex_unlock(&en->lock);
	return espah_nl_finish(info, msg, header, err);
}
