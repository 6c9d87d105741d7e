// SPDX-License-Identifier: GPL-2.0-only
/* Requests about SAs. */

#include <linux/in.h>

#include "dummy.h"
#include "keepalive.h"
#include "lifetime.h"
#include "netlink.h"
#include "netlink_attr.h"
#include "netlink_sa.h"
#include "netns.h"
#include "notify.h"
#include "sa.h"

/* What names an SA, and what the answer is to show. */
static const struct nla_policy sa_get_policy[ESPAH_A_SA_MAX + 1] = {
	[ESPAH_A_SA_SRC]		= ESPAH_NL_ADDR,
	[ESPAH_A_SA_DST]		= ESPAH_NL_ADDR,
	[ESPAH_A_SA_PROTO]		= ESPAH_NL_IPSEC_PROTO,
	[ESPAH_A_SA_SPI]		= { .type = NLA_U32 },
	[ESPAH_A_SA_SHOW_KEYS]		= { .type = NLA_FLAG },
	[ESPAH_A_SA_MARK]		= { .type = NLA_U32 },
	[ESPAH_A_SA_MARK_MASK]		= { .type = NLA_U32 },
};

static const struct nla_policy sa_flush_policy[ESPAH_A_SA_MAX + 1] = {
	[ESPAH_A_SA_PROTO]		= ESPAH_NL_IPSEC_PROTO,
};

static const struct espah_nl_set sa_get_set = {
	.max	= ESPAH_A_SA_MAX,
	.policy	= sa_get_policy,
	.wants	= espah_nl_sa_wants,
	.strays	= espah_nl_sa_strays,
};

static const struct espah_nl_set sa_flush_set = {
	.max	= ESPAH_A_SA_MAX,
	.policy	= sa_flush_policy,
	.wants	= espah_nl_sa_wants,
	.strays	= espah_nl_sa_strays,
};

/* RFC 4301 section 4.1 leaves the window to who adds the SA, and RFC 4303 section 3.4.3
 * asks for one wherever keys are negotiated: who has forgotten it should know.
 */
static void remark(const struct espah_net *en, const struct espah_sa_config *config,
		   struct netlink_ext_ack *extack)
{
	if (!config->window && !config->no_in &&
	    espah_sad_ends_here(en->net, &config->id))
		NL_SET_ERR_MSG(extack,
			       "replay-window: without one, packets can be replayed to this host");
}

static int add(struct espah_net *en, const struct espah_sa_config *config,
	       struct netlink_ext_ack *extack)
{
	struct espah_sa *sa;
	int err;

	/* Ours would be asked first, and take the packets of an SA that works. */
	if (espah_sad_is_xfrms(en->net, 0, &config->id)) {
		NL_SET_ERR_MSG(extack, "spi: the kernel's xfrm has this dst, proto and spi");
		return -EEXIST;
	}
	sa = espah_sa_create(en, config, extack);
	if (IS_ERR(sa))
		return PTR_ERR(sa);
	/* Only now: what went before may have waited for a module to be loaded. */
	espah_queue_hold(en);
	err = espah_sad_insert(en, sa);
	if (!err)
		espah_notify_sa(sa, ESPAH_CMD_SA_ADD_NTF);
	espah_queue_release(en);
	if (err == -EEXIST)
		NL_SET_ERR_MSG(extack, "spi: an SA with this dst, proto and spi exists");
	if (err)
		espah_sa_put(sa);
	else
		remark(en, config, extack);
	return err;
}

/**
 * espah_nl_sa_add() - add an SA
 * @skb: request
 * @info: the request, parsed by the core as far as its header
 *
 * Return: 0, with a sentence where the SA does not check for replay; or a negative
 * errno, and the sentence that goes with it; -EEXIST where its id is taken.
 */
int espah_nl_sa_add(struct sk_buff *skb, struct genl_info *info)
{
	static const u8 needed[] = {
		ESPAH_A_SA_SRC, ESPAH_A_SA_DST, ESPAH_A_SA_PROTO,
		ESPAH_A_SA_SPI, ESPAH_A_SA_MODE,
	};
	struct espah_net *en = espah_net(genl_info_net(info));
	struct nlattr *tb[ESPAH_A_SA_MAX + 1];
	struct espah_nl_sa req = {};
	int err;

	err = espah_nl_parse(tb, &espah_nl_sa_set, info->nlhdr, info->extack);
	if (!err)
		err = espah_nl_need_all(tb, &espah_nl_sa_set, NULL, needed,
					ARRAY_SIZE(needed), info->extack);
	if (!err)
		err = espah_nl_need_cipher(tb, info->extack);
	if (!err)
		err = espah_nl_get_sa_config(tb, &req, info->extack);
	if (!err)
		err = espah_nl_check_mode(tb, &req.config, req.config.mode,
					  info->extack);
	if (!err)
		err = espah_nl_check_selector(tb, &req.config, req.config.mode,
					      info->extack);
	if (err)
		return err;

	mutex_lock(&en->lock);
	err = add(en, &req.config, info->extack);
	mutex_unlock(&en->lock);
	return err;
}

/* Returns the SA that the request names, or an ERR_PTR(). */
static struct espah_sa *find(const struct espah_net *en, struct nlattr **tb,
			     const struct espah_sa_config *config,
			     struct netlink_ext_ack *extack)
{
	struct espah_sa *sa;

	lockdep_assert_held(&en->lock);

	sa = espah_sad_find(en, &config->id);
	if (!sa || (tb[ESPAH_A_SA_SRC] &&
		    !espah_addr_equal(&sa->src, &config->src)) ||
	    (tb[ESPAH_A_SA_MARK] && !sa->larval &&
	     !espah_fwmark_equal(&sa->mark, &config->mark))) {
		NL_SET_ERR_MSG(extack, "no SA has this dst, proto and spi (and src and mark)");
		return ERR_PTR(-ESRCH);
	}
	return sa;
}

static bool same_encap(const struct espah_sa *sa,
		       const struct espah_sa_config *config)
{
	return sa->encap_sport == config->encap_sport &&
	       sa->encap_dport == config->encap_dport &&
	       (!sa->nat ||
		(espah_addr_equal(&sa->nat->oaddr, &config->encap_oaddr) &&
		 espah_addr_equal(&sa->nat->odst, &config->encap_odst)));
}

/* Whatever is not the selector, the lifetime, a threshold or the dummies must be what it is
 * already.
 */
static int refuse_changes(const struct espah_sa *sa, struct nlattr **tb,
			  const struct espah_sa_config *config,
			  struct netlink_ext_ack *extack)
{
	int culprit = 0;

	if (tb[ESPAH_A_SA_MODE] && sa->mode != config->mode)
		culprit = ESPAH_A_SA_MODE;
	else if (tb[ESPAH_A_SA_REQID] && sa->reqid != config->reqid)
		culprit = ESPAH_A_SA_REQID;
	else if (tb[ESPAH_A_SA_IF_ID] && sa->if_id != config->if_id)
		culprit = ESPAH_A_SA_IF_ID;
	else if (tb[ESPAH_A_SA_REPLAY_WINDOW] &&
		 sa->replay.window != config->window)
		culprit = ESPAH_A_SA_REPLAY_WINDOW;
	else if (tb[ESPAH_A_SA_FLAGS] && sa->flags != config->flags)
		culprit = ESPAH_A_SA_FLAGS;
	else if (tb[ESPAH_A_SA_OSEQ] && atomic64_read(&sa->oseq) != config->oseq)
		culprit = ESPAH_A_SA_OSEQ;
	else if (tb[ESPAH_A_SA_SEQ] && READ_ONCE(sa->replay.top) != config->seq)
		culprit = ESPAH_A_SA_SEQ;
	else if ((config->alg || config->auth) &&
		 espah_nl_other_cipher(sa, config))
		culprit = espah_nl_other_cipher(sa, config);
	else if (config->encap_dport && !same_encap(sa, config))
		culprit = ESPAH_A_SA_ENCAP_SPORT;
	else if (config->keepalive &&
		 config->keepalive != espah_keepalive_interval(sa))
		culprit = ESPAH_A_SA_NAT_KEEPALIVE;
	else if (tb[ESPAH_A_SA_OUTPUT_MARK] &&
		 !espah_fwmark_equal(&sa->output_mark, &config->output_mark))
		culprit = ESPAH_A_SA_OUTPUT_MARK;
	else if (tb[ESPAH_A_SA_DIR] && (sa->no_in != config->no_in ||
					sa->no_out != config->no_out))
		culprit = ESPAH_A_SA_DIR;
	else
		culprit = espah_nl_other_header(sa, config);
	if (!culprit)
		return 0;

	NL_SET_ERR_MSG_ATTR(extack, tb[culprit],
			    "only sel, limits, replay-thresh, replay-timer and dummy-interval of an SA can change, this cannot change; add a new SA");
	return -EINVAL;
}

/* A larval SA gets its keys, and all that an SA has: a whole one takes its place.
 * What was said when the SPI was allocated need not be said again.
 */
static int ripen(struct espah_net *en, struct espah_sa *larva,
		 struct nlattr **tb, struct espah_sa_config *config,
		 struct netlink_ext_ack *extack)
{
	struct espah_sa *sa;
	int err;

	err = espah_nl_need_cipher(tb, extack);
	if (err)
		return err;
	config->src = larva->src;
	if (!tb[ESPAH_A_SA_MODE])
		config->mode = larva->mode;
	if (!tb[ESPAH_A_SA_REQID])
		config->reqid = larva->reqid;
	/* Only now is it sure which mode there is. */
	err = espah_nl_check_mode(tb, config, config->mode, extack);
	if (!err)
		err = espah_nl_check_selector(tb, config, config->mode, extack);
	if (!err)
		err = espah_nl_check_header(tb, config, extack);
	if (err)
		return err;

	sa = espah_sa_create(en, config, extack);
	if (IS_ERR(sa))
		return PTR_ERR(sa);
	espah_queue_hold(en);
	err = espah_sad_replace(en, larva, sa);
	if (!err)
		espah_notify_sa(sa, ESPAH_CMD_SA_UPDATE_NTF);
	espah_queue_release(en);
	if (err)
		espah_sa_put(sa);
	else
		remark(en, config, extack);
	return err;
}

static void change_dummies(struct espah_sa *sa, u32 interval)
{
	espah_dummy_set(sa, interval);
	espah_dummy_start(sa);
}

/* Those that the request does not speak of stay. */
static struct espah_thresholds thresholds_of(const struct espah_sa *sa,
					     struct nlattr **tb,
					     const struct espah_sa_config *config)
{
	struct espah_thresholds thresholds = espah_sa_thresholds(sa);

	if (tb[ESPAH_A_SA_REPLAY_THRESH])
		thresholds.packets = config->thresholds.packets;
	if (tb[ESPAH_A_SA_REPLAY_TIMER])
		thresholds.interval = config->thresholds.interval;
	return thresholds;
}

static int change(struct espah_net *en, struct espah_sa *sa,
		  struct nlattr **tb, const struct espah_sa_config *config,
		  struct netlink_ext_ack *extack)
{
	struct espah_thresholds thresholds = thresholds_of(sa, tb, config);
	int err;

	err = refuse_changes(sa, tb, config, extack);
	if (!err)
		err = espah_nl_check_selector(tb, config, sa->mode, extack);
	if (err)
		return err;
	err = espah_dummy_setup(sa, config->dummy);
	if (err)
		return err;
	espah_queue_hold(en);
	err = espah_sa_change(sa, config->sel, config->limits, &thresholds);
	if (!err) {
		espah_lifetime_start(sa);
		if (tb[ESPAH_A_SA_DUMMY_INTERVAL])
			change_dummies(sa, config->dummy);
		espah_notify_sa(sa, ESPAH_CMD_SA_UPDATE_NTF);
	}
	espah_queue_release(en);
	return err;
}

/**
 * espah_nl_sa_update() - give a larval SA its keys, or change an SA's selector
 * and lifetime
 * @skb: request
 * @info: the request, parsed by the core as far as its header
 *
 * Return: 0, with a sentence as in espah_nl_sa_add(); or a negative errno, and the
 * sentence that goes with it; nothing has changed then; -ESRCH where there is no such SA.
 */
int espah_nl_sa_update(struct sk_buff *skb, struct genl_info *info)
{
	struct espah_net *en = espah_net(genl_info_net(info));
	struct netlink_ext_ack *extack = info->extack;
	struct nlattr *tb[ESPAH_A_SA_MAX + 1];
	struct espah_nl_sa req = {};
	struct espah_sa *sa;
	int err;

	err = espah_nl_parse(tb, &espah_nl_sa_set, info->nlhdr, extack);
	if (!err)
		err = espah_nl_get_sa_config(tb, &req, extack);
	if (err)
		return err;

	mutex_lock(&en->lock);
	sa = find(en, tb, &req.config, extack);
	err = PTR_ERR_OR_ZERO(sa);
	if (!err)
		err = sa->larval ? ripen(en, sa, tb, &req.config, extack) :
				   change(en, sa, tb, &req.config, extack);
	mutex_unlock(&en->lock);
	return err;
}

/**
 * espah_nl_sa_del() - remove an SA
 * @skb: request
 * @info: the request, parsed by the core as far as its header
 *
 * Return: 0 or a negative errno, and the sentence that goes with it;
 * -ESRCH where there is no such SA.
 */
int espah_nl_sa_del(struct sk_buff *skb, struct genl_info *info)
{
	struct espah_net *en = espah_net(genl_info_net(info));
	struct nlattr *tb[ESPAH_A_SA_MAX + 1];
	struct espah_sa_config config = {};
	struct espah_sa *sa;
	int err;

	err = espah_nl_parse(tb, &sa_get_set, info->nlhdr, info->extack);
	if (!err)
		err = espah_nl_get_sa_id(tb, &config, info->extack);
	if (err)
		return err;

	mutex_lock(&en->lock);
	sa = find(en, tb, &config, info->extack);
	err = PTR_ERR_OR_ZERO(sa);
	if (!err && tb[ESPAH_A_SA_SHOW_KEYS]) {
		err = espah_nl_sa_farewell(info, sa);
	} else if (!err) {
		espah_notify_sa(sa, ESPAH_CMD_SA_DEL_NTF);
		espah_sad_remove(en, sa);
	}
	mutex_unlock(&en->lock);
	return err;
}

/**
 * espah_nl_sa_flush() - remove SAs
 * @skb: request
 * @info: the request, parsed by the core as far as its header
 *
 * Return: 0 or a negative errno, and the sentence that goes with it;
 * nothing has changed then.
 */
int espah_nl_sa_flush(struct sk_buff *skb, struct genl_info *info)
{
	struct espah_net *en = espah_net(genl_info_net(info));
	struct nlattr *tb[ESPAH_A_SA_MAX + 1];
	u8 proto = 0;
	int err;

	err = espah_nl_parse(tb, &sa_flush_set, info->nlhdr, info->extack);
	if (err)
		return err;
	if (tb[ESPAH_A_SA_PROTO])
		proto = nla_get_u8(tb[ESPAH_A_SA_PROTO]);

	mutex_lock(&en->lock);
	espah_sad_flush(en, proto);
	espah_notify_sa_flush(en, proto);
	mutex_unlock(&en->lock);
	return 0;
}

/**
 * espah_nl_sa_get() - answer with one SA
 * @skb: request
 * @info: the request, parsed by the core as far as its header
 *
 * Return: 0 or a negative errno, and the sentence that goes with it;
 * -ESRCH where there is no such SA.
 */
int espah_nl_sa_get(struct sk_buff *skb, struct genl_info *info)
{
	struct espah_net *en = espah_net(genl_info_net(info));
	struct nlattr *tb[ESPAH_A_SA_MAX + 1];
	struct espah_sa_config config = {};
	struct espah_sa *sa;
	int err;

	err = espah_nl_parse(tb, &sa_get_set, info->nlhdr, info->extack);
	if (!err)
		err = espah_nl_get_sa_id(tb, &config, info->extack);
	if (err)
		return err;

	mutex_lock(&en->lock);
	sa = find(en, tb, &config, info->extack);
	err = PTR_ERR_OR_ZERO(sa);
	if (!err)
		err = espah_nl_sa_reply(info, sa, tb[ESPAH_A_SA_SHOW_KEYS]);
	mutex_unlock(&en->lock);
	return err;
}
