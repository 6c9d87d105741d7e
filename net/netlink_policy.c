// SPDX-License-Identifier: GPL-2.0-only
/* Requests about policies. */

#include <net/sock.h>

#include "netlink.h"
#include "netlink_attr.h"
#include "netns.h"
#include "notify.h"
#include "spd.h"

static const char *const policy_wants[ESPAH_A_POLICY_MAX + 1] = {
	[ESPAH_A_POLICY_DIR] = "dir: 0 (in), 1 (out) or 2 (fwd) is needed",
	[ESPAH_A_POLICY_PRIORITY] = "priority: a number of 4 octets is needed",
	[ESPAH_A_POLICY_INDEX] = "index: a number of 4 octets is needed",
	[ESPAH_A_POLICY_ACTION] = "action: 0 (protect), 1 (bypass) or 2 (discard) is needed",
	[ESPAH_A_POLICY_SEL] = "sel: a nest of selector attributes is needed",
	[ESPAH_A_POLICY_TMPL] = "tmpl: a nest of template attributes is needed to protect",
	[ESPAH_A_POLICY_MARK] = "mark: 4 octets are needed, and mark-mask",
	[ESPAH_A_POLICY_MARK_MASK] = "mark-mask: 4 octets are needed, and mark",
	[ESPAH_A_POLICY_IF_ID] = "if-id: a number of 4 octets is needed",
	[ESPAH_A_POLICY_LIMITS] = "limits: a nest of limits is needed",
	[ESPAH_A_POLICY_NAME] = "name: 1 to 63 visible characters of ASCII are needed, and a zero",
};

static const char *const policy_strays[ESPAH_A_POLICY_MAX + 1] = {
	[ESPAH_A_POLICY_DIR] = "dir: this request does not take it",
	[ESPAH_A_POLICY_PRIORITY] = "priority: this request does not take it",
	[ESPAH_A_POLICY_INDEX] = "index: this request does not take it",
	[ESPAH_A_POLICY_ACTION] = "action: this request does not take it",
	[ESPAH_A_POLICY_SEL] = "sel: this request does not take it",
	[ESPAH_A_POLICY_TMPL] = "tmpl: this request does not take it",
	[ESPAH_A_POLICY_MARK] = "mark: this request does not take it",
	[ESPAH_A_POLICY_MARK_MASK] = "mark-mask: this request does not take it",
	[ESPAH_A_POLICY_IF_ID] = "if-id: this request does not take it",
	[ESPAH_A_POLICY_WAITING] = "waiting: this request does not take it",
	[ESPAH_A_POLICY_NAME] = "name: this request does not take it",
	[ESPAH_A_POLICY_PACKETS] = "packets: this request does not take it",
	[ESPAH_A_POLICY_BYTES] = "bytes: this request does not take it",
	[ESPAH_A_POLICY_ADD_TIME] = "add-time: this request does not take it",
	[ESPAH_A_POLICY_USE_TIME] = "use-time: this request does not take it",
	[ESPAH_A_POLICY_LIMITS] = "limits: this request does not take it",
	[ESPAH_A_POLICY_EXPIRED] = "expired: this request does not take it",
	[ESPAH_A_POLICY_DEFAULT] = "default: this request does not take it",
	[ESPAH_A_POLICY_INDEX_CHOSEN] = "index-chosen: this request does not take it",
};

#define DIR_POLICY	NLA_POLICY_MAX(NLA_U8, ESPAH_DIR_FWD)

/* Listings have it as one word. */
static int check_name(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	const char *name = nla_data(attr);
	int len = nla_len(attr) - 1;
	int i;

	if (len < 1 || len > ESPAH_POLICY_NAME_MAX || name[len])
		goto refuse;
	for (i = 0; i < len; i++)
		if (name[i] <= ' ' || name[i] > '~')
			goto refuse;
	return 0;

refuse:
	NL_SET_BAD_ATTR(extack, attr);
	return -EINVAL;
}

#define NAME_POLICY	NLA_POLICY_VALIDATE_FN(NLA_BINARY, check_name)

static const struct nla_policy policy_policy[ESPAH_A_POLICY_MAX + 1] = {
	[ESPAH_A_POLICY_DIR]		= DIR_POLICY,
	[ESPAH_A_POLICY_PRIORITY]	= { .type = NLA_U32 },
	[ESPAH_A_POLICY_INDEX]		= { .type = NLA_U32 },
	[ESPAH_A_POLICY_ACTION]		= NLA_POLICY_MAX(NLA_U8,
							 ESPAH_ACTION_DISCARD),
	[ESPAH_A_POLICY_SEL]		= { .type = NLA_NESTED },
	[ESPAH_A_POLICY_TMPL]		= { .type = NLA_NESTED },
	[ESPAH_A_POLICY_MARK]		= { .type = NLA_U32 },
	[ESPAH_A_POLICY_MARK_MASK]	= { .type = NLA_U32 },
	[ESPAH_A_POLICY_IF_ID]		= { .type = NLA_U32 },
	[ESPAH_A_POLICY_NAME]		= NAME_POLICY,
	[ESPAH_A_POLICY_LIMITS]		= { .type = NLA_NESTED },
};

static const struct nla_policy policy_key_policy[ESPAH_A_POLICY_MAX + 1] = {
	[ESPAH_A_POLICY_DIR]		= DIR_POLICY,
	[ESPAH_A_POLICY_INDEX]		= { .type = NLA_U32 },
	[ESPAH_A_POLICY_SEL]		= { .type = NLA_NESTED },
	[ESPAH_A_POLICY_MARK]		= { .type = NLA_U32 },
	[ESPAH_A_POLICY_MARK_MASK]	= { .type = NLA_U32 },
	[ESPAH_A_POLICY_IF_ID]		= { .type = NLA_U32 },
	[ESPAH_A_POLICY_NAME]		= NAME_POLICY,
};

static const struct nla_policy policy_flush_policy[ESPAH_A_POLICY_MAX + 1] = {
	[ESPAH_A_POLICY_DIR]		= DIR_POLICY,
};

static const struct nla_policy policy_dump_policy[ESPAH_A_POLICY_MAX + 1];

static const struct espah_nl_set policy_set = {
	.max	= ESPAH_A_POLICY_MAX,
	.policy	= policy_policy,
	.wants	= policy_wants,
	.strays	= policy_strays,
	.repeats = ESPAH_A_POLICY_TMPL,
};

static const struct espah_nl_set policy_key_set = {
	.max	= ESPAH_A_POLICY_MAX,
	.policy	= policy_key_policy,
	.wants	= policy_wants,
	.strays	= policy_strays,
};

static const struct espah_nl_set policy_flush_set = {
	.max	= ESPAH_A_POLICY_MAX,
	.policy	= policy_flush_policy,
	.wants	= policy_wants,
	.strays	= policy_strays,
};

static const struct espah_nl_set policy_dump_set = {
	.max	= ESPAH_A_POLICY_MAX,
	.policy	= policy_dump_policy,
	.wants	= policy_wants,
	.strays	= policy_strays,
};

static int get_dir(struct nlattr **tb, u8 *dir, struct netlink_ext_ack *extack)
{
	int err = espah_nl_need(tb, &policy_set, NULL, ESPAH_A_POLICY_DIR,
				extack);

	if (!err)
		*dir = nla_get_u8(tb[ESPAH_A_POLICY_DIR]);
	return err;
}

static void get_name(struct nlattr **tb, char *name)
{
	if (tb[ESPAH_A_POLICY_NAME])
		strcpy(name, nla_data(tb[ESPAH_A_POLICY_NAME]));
}

static int check_index(struct nlattr **tb, u32 index,
		       struct netlink_ext_ack *extack)
{
	if (index)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, tb[ESPAH_A_POLICY_INDEX],
			    "index: no policy has the number 0");
	return -EINVAL;
}

static int get_sel(struct nlattr **tb, struct espah_selector *sel,
		   struct netlink_ext_ack *extack)
{
	int err = espah_nl_need(tb, &policy_set, NULL, ESPAH_A_POLICY_SEL,
				extack);

	if (!err)
		err = espah_nl_get_selector(tb[ESPAH_A_POLICY_SEL], sel,
					    extack);
	return err;
}

/* All rules that span attributes are here and in net/netlink_tmpl.c. */
static int get_request(const struct nlmsghdr *nlh, struct nlattr **tb,
		       struct espah_policy_config *config,
		       struct netlink_ext_ack *extack)
{
	int err;

	err = get_dir(tb, &config->dir, extack);
	if (!err)
		err = espah_nl_need(tb, &policy_set, NULL, ESPAH_A_POLICY_ACTION,
				    extack);
	if (!err)
		err = get_sel(tb, &config->sel, extack);
	if (!err)
		err = espah_nl_get_fwmark(tb, &policy_set, ESPAH_A_POLICY_MARK,
					  &config->mark, extack);
	if (err)
		return err;

	if (config->sel.asks & ESPAH_ASKS_CLASSES &&
	    config->dir != ESPAH_DIR_OUT) {
		NL_SET_ERR_MSG_ATTR(extack, tb[ESPAH_A_POLICY_SEL],
				    "sel dscp: it tells outbound packets apart; what arrives may have any (RFC 4301 section 4.1)");
		return -EINVAL;
	}
	config->action = nla_get_u8(tb[ESPAH_A_POLICY_ACTION]);
	if (tb[ESPAH_A_POLICY_PRIORITY])
		config->priority = nla_get_u32(tb[ESPAH_A_POLICY_PRIORITY]);
	if (tb[ESPAH_A_POLICY_IF_ID])
		config->if_id = nla_get_u32(tb[ESPAH_A_POLICY_IF_ID]);
	get_name(tb, config->name);
	if (tb[ESPAH_A_POLICY_INDEX]) {
		config->index = nla_get_u32(tb[ESPAH_A_POLICY_INDEX]);
		config->other_index = !config->index;
	}

	if (config->action == ESPAH_ACTION_PROTECT) {
		err = espah_nl_need(tb, &policy_set, NULL, ESPAH_A_POLICY_TMPL,
				    extack);
		return err ?: espah_nl_get_tmpls(nlh, config, extack);
	}
	if (tb[ESPAH_A_POLICY_TMPL]) {
		NL_SET_ERR_MSG_ATTR(extack, tb[ESPAH_A_POLICY_TMPL],
				    "tmpl: only a policy that protects has one");
		return -EINVAL;
	}
	return 0;
}

/* Whether there is another policy in the way of this one; @old is its twin, or NULL. */
static int check_taken(struct espah_net *en, struct nlattr **tb,
		       const struct espah_policy_config *config,
		       const struct espah_policy *old, bool replace,
		       struct netlink_ext_ack *extack)
{
	const struct espah_policy *other;

	if (old && !replace) {
		NL_SET_ERR_MSG_ATTR(extack, tb[ESPAH_A_POLICY_SEL],
				    "sel: this direction has a policy with this selector, mark and if-id");
		return -EEXIST;
	}
	if (config->index && (!old || config->index != old->index) &&
	    espah_spd_has_index(en, config->index)) {
		NL_SET_ERR_MSG_ATTR(extack, tb[ESPAH_A_POLICY_INDEX],
				    "index: another policy of this namespace has it");
		return -EEXIST;
	}
	if (!*config->name)
		return 0;
	other = espah_spd_find_name(en, config->name);
	if (!other || other == old)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, tb[ESPAH_A_POLICY_NAME],
			    "name: another policy of this namespace has it");
	return -EEXIST;
}

static int insert(struct genl_info *info, bool replace)
{
	struct espah_net *en = espah_net(genl_info_net(info));
	struct nlattr *tb[ESPAH_A_POLICY_MAX + 1];
	struct netlink_ext_ack *extack = info->extack;
	struct espah_policy_config config = {};
	struct espah_policy *old, *policy;
	struct espah_limits limits = {};
	int err;

	err = espah_nl_parse(tb, &policy_set, info->nlhdr, extack);
	if (!err)
		err = get_request(info->nlhdr, tb, &config, extack);
	if (!err && !replace && tb[ESPAH_A_POLICY_INDEX])
		err = check_index(tb, config.index, extack);
	if (!err && tb[ESPAH_A_POLICY_LIMITS])
		err = espah_nl_get_limits(tb[ESPAH_A_POLICY_LIMITS], &limits,
					  extack);
	if (err)
		return err;
	config.limits = &limits;

	mutex_lock(&en->lock);
	old = espah_spd_find(en, config.dir, &config.sel, &config.mark,
			     config.if_id);
	err = check_taken(en, tb, &config, old, replace, extack);
	if (!err) {
		policy = espah_spd_insert(en, &config, old);
		err = PTR_ERR_OR_ZERO(policy);
		if (!err)
			espah_notify_policy(en, policy,
					    old ? ESPAH_CMD_POLICY_UPDATE_NTF :
						  ESPAH_CMD_POLICY_ADD_NTF);
	}
	mutex_unlock(&en->lock);
	return err;
}

/**
 * espah_nl_policy_add() - add a policy
 * @skb: request
 * @info: the request, parsed by the core as far as its header
 *
 * Return: 0 or a negative errno, and the sentence that goes with it;
 * -EEXIST where its selector is taken.
 */
int espah_nl_policy_add(struct sk_buff *skb, struct genl_info *info)
{
	return insert(info, false);
}

/**
 * espah_nl_policy_update() - add a policy, or put it in the place of its twin
 * @skb: request
 * @info: the request, parsed by the core as far as its header
 *
 * Return: 0 or a negative errno, and the sentence that goes with it;
 * nothing has changed then.
 */
int espah_nl_policy_update(struct sk_buff *skb, struct genl_info *info)
{
	return insert(info, true);
}

/**
 * struct policy_key - what names a policy
 * @dir: ESPAH_DIR_*, or -1 for any, with @name
 * @name: name, or empty to go by @index
 * @index: number, or 0 to go by @sel
 * @sel: selector
 * @mark: mark
 * @if_id: virtual interface, or 0
 */
struct policy_key {
	int			dir;
	char			name[ESPAH_POLICY_NAME_MAX + 1];
	u32			index;
	struct espah_selector	sel;
	struct espah_fwmark	mark;
	u32			if_id;
};

/* A policy is named by its name, its index or its selector; a mark and an if-id go with a
 * selector.
 */
static int refuse_rest(struct nlattr **tb, struct netlink_ext_ack *extack)
{
	if (tb[ESPAH_A_POLICY_SEL]) {
		NL_SET_ERR_MSG_ATTR(extack, tb[ESPAH_A_POLICY_SEL],
				    "sel: one of sel, index and name names a policy, not two");
		return -EINVAL;
	}
	if (tb[ESPAH_A_POLICY_MARK]) {
		NL_SET_ERR_MSG_ATTR(extack, tb[ESPAH_A_POLICY_MARK],
				    "mark: it names a policy together with sel, not with index or name");
		return -EINVAL;
	}
	if (tb[ESPAH_A_POLICY_IF_ID]) {
		NL_SET_ERR_MSG_ATTR(extack, tb[ESPAH_A_POLICY_IF_ID],
				    "if-id: it names a policy together with sel, not with index or name");
		return -EINVAL;
	}
	if (tb[ESPAH_A_POLICY_NAME] && tb[ESPAH_A_POLICY_INDEX]) {
		NL_SET_ERR_MSG_ATTR(extack, tb[ESPAH_A_POLICY_INDEX],
				    "index: one of sel, index and name names a policy, not two");
		return -EINVAL;
	}
	return 0;
}

static int get_index(struct nlattr **tb, struct policy_key *key,
		     struct netlink_ext_ack *extack)
{
	int err = refuse_rest(tb, extack);

	if (err)
		return err;
	key->index = nla_get_u32(tb[ESPAH_A_POLICY_INDEX]);
	return check_index(tb, key->index, extack);
}

static int get_key(struct nlattr **tb, struct policy_key *key,
		   struct netlink_ext_ack *extack)
{
	int err;
	u8 dir;

	err = espah_nl_get_fwmark(tb, &policy_set, ESPAH_A_POLICY_MARK,
				  &key->mark, extack);
	if (err)
		return err;
	if (tb[ESPAH_A_POLICY_IF_ID])
		key->if_id = nla_get_u32(tb[ESPAH_A_POLICY_IF_ID]);
	key->dir = -1;
	if (tb[ESPAH_A_POLICY_NAME]) {
		if (tb[ESPAH_A_POLICY_DIR])
			key->dir = nla_get_u8(tb[ESPAH_A_POLICY_DIR]);
		get_name(tb, key->name);
		return refuse_rest(tb, extack);
	}
	err = get_dir(tb, &dir, extack);
	if (err)
		return err;
	key->dir = dir;
	return tb[ESPAH_A_POLICY_INDEX] ? get_index(tb, key, extack) :
					  get_sel(tb, &key->sel, extack);
}

/* Returns the policy that the request names, or an ERR_PTR(). */
static struct espah_policy *find(struct espah_net *en,
				 const struct policy_key *key,
				 struct netlink_ext_ack *extack)
{
	struct espah_policy *policy;

	if (*key->name)
		policy = espah_spd_find_name(en, key->name);
	else if (key->index)
		policy = espah_spd_find_index(en, key->dir, key->index);
	else
		policy = espah_spd_find(en, key->dir, &key->sel, &key->mark,
					key->if_id);
	if (policy && (key->dir < 0 || policy->config.dir == key->dir))
		return policy;
	NL_SET_ERR_MSG(extack,
		       "this direction has no policy with this selector, mark and if-id, index or name");
	return ERR_PTR(-ENOENT);
}

/**
 * espah_nl_policy_del() - end a policy
 * @skb: request
 * @info: the request, parsed by the core as far as its header
 *
 * Return: 0 or a negative errno, and the sentence that goes with it;
 * -ENOENT where there is no such policy.
 */
int espah_nl_policy_del(struct sk_buff *skb, struct genl_info *info)
{
	struct espah_net *en = espah_net(genl_info_net(info));
	struct nlattr *tb[ESPAH_A_POLICY_MAX + 1];
	struct espah_policy *policy;
	struct policy_key key = {};
	int err;

	err = espah_nl_parse(tb, &policy_key_set, info->nlhdr, info->extack);
	if (!err)
		err = get_key(tb, &key, info->extack);
	if (err)
		return err;

	mutex_lock(&en->lock);
	policy = find(en, &key, info->extack);
	err = PTR_ERR_OR_ZERO(policy);
	if (!err) {
		espah_notify_policy(en, policy, ESPAH_CMD_POLICY_DEL_NTF);
		espah_spd_remove(en, policy);
	}
	mutex_unlock(&en->lock);
	return err;
}

/**
 * espah_nl_policy_flush() - end policies
 * @skb: request
 * @info: the request, parsed by the core as far as its header
 *
 * Return: 0 or a negative errno, and the sentence that goes with it;
 * nothing has changed then.
 */
int espah_nl_policy_flush(struct sk_buff *skb, struct genl_info *info)
{
	struct espah_net *en = espah_net(genl_info_net(info));
	struct nlattr *tb[ESPAH_A_POLICY_MAX + 1];
	int dir = -1;
	int err;

	err = espah_nl_parse(tb, &policy_flush_set, info->nlhdr, info->extack);
	if (err)
		return err;
	if (tb[ESPAH_A_POLICY_DIR])
		dir = nla_get_u8(tb[ESPAH_A_POLICY_DIR]);

	mutex_lock(&en->lock);
	espah_spd_flush(en, dir);
	espah_notify_policy_flush(en, dir);
	mutex_unlock(&en->lock);
	return 0;
}

static int put_usage(struct sk_buff *skb, const struct espah_policy *policy)
{
	time64_t used = READ_ONCE(policy->used);
	u64 packets, bytes;

	espah_policy_usage(policy, &packets, &bytes);
	if (nla_put_u64_64bit(skb, ESPAH_A_POLICY_PACKETS, packets,
			      ESPAH_A_POLICY_PAD) ||
	    nla_put_u64_64bit(skb, ESPAH_A_POLICY_BYTES, bytes,
			      ESPAH_A_POLICY_PAD) ||
	    nla_put_u64_64bit(skb, ESPAH_A_POLICY_ADD_TIME, policy->added,
			      ESPAH_A_POLICY_PAD) ||
	    (used && nla_put_u64_64bit(skb, ESPAH_A_POLICY_USE_TIME, used,
				       ESPAH_A_POLICY_PAD)))
		return -EMSGSIZE;
	return 0;
}

/**
 * espah_nl_put_policy() - write all there is to say about a policy
 * @skb: message
 * @policy: policy, under RCU or &espah_net.lock
 *
 * Return: 0 or -EMSGSIZE.
 */
int espah_nl_put_policy(struct sk_buff *skb, const struct espah_policy *policy)
{
	const struct espah_policy_config *config = &policy->config;
	unsigned int i;

	if (nla_put_u8(skb, ESPAH_A_POLICY_DIR, config->dir) ||
	    nla_put_u32(skb, ESPAH_A_POLICY_PRIORITY, config->priority) ||
	    nla_put_u32(skb, ESPAH_A_POLICY_INDEX, policy->index) ||
	    (config->index &&
	     nla_put_flag(skb, ESPAH_A_POLICY_INDEX_CHOSEN)) ||
	    nla_put_u8(skb, ESPAH_A_POLICY_ACTION, config->action) ||
	    espah_nl_put_selector(skb, ESPAH_A_POLICY_SEL, &config->sel) ||
	    espah_nl_put_fwmark(skb, ESPAH_A_POLICY_MARK, &config->mark) ||
	    (*config->name &&
	     nla_put_string(skb, ESPAH_A_POLICY_NAME, config->name)) ||
	    put_usage(skb, policy))
		return -EMSGSIZE;
	if (policy->term &&
	    espah_nl_put_limits(skb, ESPAH_A_POLICY_LIMITS,
				&policy->term->limits))
		return -EMSGSIZE;
	if (config->if_id &&
	    nla_put_u32(skb, ESPAH_A_POLICY_IF_ID, config->if_id))
		return -EMSGSIZE;
	for (i = 0; i < config->tmpls; i++)
		if (espah_nl_put_tmpl(skb, &config->tmpl[i]))
			return -EMSGSIZE;
	return 0;
}

static int reply(struct genl_info *info, const struct espah_policy *policy)
{
	struct sk_buff *msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	void *header;
	int err;

	if (!msg)
		return -ENOMEM;
	header = genlmsg_put_reply(msg, info, &espah_genl_family, 0,
				   ESPAH_CMD_POLICY_GET);
	err = header ? espah_nl_put_policy(msg, policy) : -EMSGSIZE;
	return espah_nl_finish(info, msg, header, err);
}

/**
 * espah_nl_policy_get() - answer with one policy
 * @skb: request
 * @info: the request, parsed by the core as far as its header
 *
 * Return: 0 or a negative errno, and the sentence that goes with it;
 * -ENOENT where there is no such policy.
 */
int espah_nl_policy_get(struct sk_buff *skb, struct genl_info *info)
{
	struct espah_net *en = espah_net(genl_info_net(info));
	struct nlattr *tb[ESPAH_A_POLICY_MAX + 1];
	struct espah_policy *policy;
	struct policy_key key = {};
	int err;

	err = espah_nl_parse(tb, &policy_key_set, info->nlhdr, info->extack);
	if (!err)
		err = get_key(tb, &key, info->extack);
	if (err)
		return err;

	mutex_lock(&en->lock);
	policy = find(en, &key, info->extack);
	err = PTR_ERR_OR_ZERO(policy);
	if (!err)
		err = reply(info, policy);
	mutex_unlock(&en->lock);
	return err;
}

/**
 * espah_nl_policy_dump_start() - begin to list the policies
 * @cb: the dump
 *
 * Return: 0 or a negative errno.
 */
int espah_nl_policy_dump_start(struct netlink_callback *cb)
{
	struct nlattr *tb[ESPAH_A_POLICY_MAX + 1];

	cb->args[0] = 0;
	return espah_nl_parse(tb, &policy_dump_set, cb->nlh, cb->extack);
}

/* cb->args[0] is the index of the policy to go on with. */
/**
 * espah_nl_policy_dump() - list some more of the policies
 * @skb: message to fill
 * @cb: the dump
 *
 * Return: octets in the message, 0 after the last policy.
 */
int espah_nl_policy_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct espah_net *en = espah_net(sock_net(skb->sk));
	struct espah_policy *policy;
	unsigned long index;
	void *header;

	rcu_read_lock();
	cb->seq = READ_ONCE(en->spd.generation);
	xa_for_each_start(&en->spd.by_index, index, policy, cb->args[0]) {
		cb->args[0] = index;
		header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				     cb->nlh->nlmsg_seq, &espah_genl_family,
				     NLM_F_MULTI, ESPAH_CMD_POLICY_GET);
		if (!header)
			break;
		genl_dump_check_consistent(cb, header);
		if (espah_nl_put_policy(skb, policy)) {
			genlmsg_cancel(skb, header);
			break;
		}
		genlmsg_end(skb, header);
		cb->args[0] = index + 1;
	}
	rcu_read_unlock();
	return skb->len;
}
