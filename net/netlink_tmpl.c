// SPDX-License-Identifier: GPL-2.0-only
/* The templates of policies, as attributes. */

#include <linux/in.h>

#include "netlink.h"
#include "netlink_attr.h"
#include "spd.h"

static const struct nla_policy tmpl_policy[ESPAH_A_TMPL_MAX + 1] = {
	[ESPAH_A_TMPL_SRC]	= ESPAH_NL_ADDR,
	[ESPAH_A_TMPL_DST]	= ESPAH_NL_ADDR,
	[ESPAH_A_TMPL_PROTO]	= ESPAH_NL_IPSEC_PROTO,
	[ESPAH_A_TMPL_SPI]	= { .type = NLA_U32 },
	[ESPAH_A_TMPL_MODE]	= NLA_POLICY_MAX(NLA_U8, ESPAH_MODE_BEET),
	[ESPAH_A_TMPL_REQID]	= { .type = NLA_U32 },
	[ESPAH_A_TMPL_LEVEL]	= NLA_POLICY_MAX(NLA_U8, ESPAH_LEVEL_USE),
};

static const char *const tmpl_wants[ESPAH_A_TMPL_MAX + 1] = {
	[ESPAH_A_TMPL_SRC] = "tmpl src: an address is needed, for an outbound tunnel always",
	[ESPAH_A_TMPL_DST] = "tmpl dst: an address is needed, for an outbound tunnel always",
	[ESPAH_A_TMPL_PROTO] = "tmpl proto: 50 (ESP) or 51 (AH) is needed",
	[ESPAH_A_TMPL_SPI] = "tmpl spi: a number of 4 octets in network byte order is needed",
	[ESPAH_A_TMPL_MODE] = "tmpl mode: 0 (transport), 1 (tunnel) or 2 (beet) is needed",
	[ESPAH_A_TMPL_REQID] = "tmpl reqid: a number of 4 octets is needed",
	[ESPAH_A_TMPL_LEVEL] = "tmpl level: 0 (required) or 1 (use) is needed",
};

static const struct espah_nl_set tmpl_set = {
	.max	= ESPAH_A_TMPL_MAX,
	.policy	= tmpl_policy,
	.wants	= tmpl_wants,
};

/* One end of a tunnel that is any is of either family. */
static int get_tmpl_end(const struct nlattr *attr, struct espah_tmpl *tmpl,
			union espah_addr *end, struct netlink_ext_ack *extack)
{
	u16 family = espah_nl_get_addr(attr, end);

	if (espah_addr_any(end))
		return 0;
	if (tmpl->family && tmpl->family != family) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "tmpl: src and dst must be of one family");
		return -EINVAL;
	}
	tmpl->family = family;
	return 0;
}

/* An outbound tunnel, in BEET mode too, must know both its ends; elsewhere none is any. */
static int get_tmpl_ends(struct nlattr **tb, const struct nlattr *nest, u8 dir,
			 struct espah_tmpl *tmpl,
			 struct netlink_ext_ack *extack)
{
	union espah_addr *const ends[] = { &tmpl->src, &tmpl->dst };
	bool needed = dir == ESPAH_DIR_OUT &&
		      tmpl->mode != ESPAH_MODE_TRANSPORT;
	int err, i, attr;

	for (i = 0; i < ARRAY_SIZE(ends); i++) {
		attr = ESPAH_A_TMPL_SRC + i;
		err = tb[attr] ? get_tmpl_end(tb[attr], tmpl, ends[i], extack) :
				 0;
		if (err)
			return err;
		if (needed && espah_addr_any(ends[i])) {
			err = espah_nl_need(tb, &tmpl_set, nest, attr, extack);
			if (err)
				return err;
			NL_SET_ERR_MSG_ATTR(extack, tb[attr],
					    "tmpl: an outbound tunnel needs two real addresses");
			return -EINVAL;
		}
	}
	return 0;
}

static int get_tmpl(const struct nlattr *nest, u8 dir, struct espah_tmpl *tmpl,
		    struct netlink_ext_ack *extack)
{
	struct nlattr *tb[ESPAH_A_TMPL_MAX + 1];
	int err;

	err = espah_nl_parse_nested(tb, &tmpl_set, nest, extack);
	if (!err)
		err = espah_nl_need(tb, &tmpl_set, nest, ESPAH_A_TMPL_PROTO,
				    extack);
	if (!err)
		err = espah_nl_need(tb, &tmpl_set, nest, ESPAH_A_TMPL_MODE,
				    extack);
	if (err)
		return err;

	tmpl->proto = nla_get_u8(tb[ESPAH_A_TMPL_PROTO]);
	tmpl->mode = nla_get_u8(tb[ESPAH_A_TMPL_MODE]);
	if (tmpl->mode == ESPAH_MODE_BEET && tmpl->proto == IPPROTO_AH) {
		NL_SET_ERR_MSG_ATTR(extack, tb[ESPAH_A_TMPL_MODE],
				    "tmpl mode: BEET is a mode of ESP; proto 50 is needed");
		return -EINVAL;
	}
	if (tb[ESPAH_A_TMPL_SPI])
		tmpl->spi = nla_get_be32(tb[ESPAH_A_TMPL_SPI]);
	if (tb[ESPAH_A_TMPL_REQID])
		tmpl->reqid = nla_get_u32(tb[ESPAH_A_TMPL_REQID]);
	tmpl->optional = tb[ESPAH_A_TMPL_LEVEL] &&
			 nla_get_u8(tb[ESPAH_A_TMPL_LEVEL]) == ESPAH_LEVEL_USE;
	return get_tmpl_ends(tb, nest, dir, tmpl, extack);
}

/* Transport mode keeps the addresses of what it protects: those of the tunnel under it,
 * or the packet's own.
 */
static int check_family(const struct nlattr *nest, const struct espah_tmpl *tmpl,
			u16 *family, struct netlink_ext_ack *extack)
{
	if (tmpl->mode != ESPAH_MODE_TRANSPORT) {
		*family = tmpl->family;
		return 0;
	}
	if (!tmpl->family || !*family || tmpl->family == *family)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, nest,
			    "tmpl: in transport mode its addresses must be of the same family as sel, or as the tunnel before it");
	return -EINVAL;
}

/* What is inside in BEET mode, the SA's selector says, and that is the packet itself. */
static int check_beet(const struct nlattr *nest,
		      const struct espah_policy_config *config,
		      struct netlink_ext_ack *extack)
{
	unsigned int i;

	for (i = 0; config->tmpls > 1 && i < config->tmpls; i++) {
		if (config->tmpl[i].mode != ESPAH_MODE_BEET)
			continue;
		NL_SET_ERR_MSG_ATTR(extack, nest,
				    "tmpl: one in BEET mode must be the only one of its policy");
		return -EINVAL;
	}
	return 0;
}

/**
 * espah_nl_get_tmpls() - the templates of a policy that protects
 * @nlh: request that has one at least
 * @config: policy, whose direction and selector are known; gets the templates
 * @extack: where to say what is wrong with them
 *
 * Each is applied to what the one before it has made.
 *
 * Return: 0 or a negative errno.
 */
int espah_nl_get_tmpls(const struct nlmsghdr *nlh,
		       struct espah_policy_config *config,
		       struct netlink_ext_ack *extack)
{
	u16 family = config->sel.family;
	const struct nlattr *nest;
	struct espah_tmpl *tmpl;
	int left, err;

	nla_for_each_attr(nest, nlmsg_attrdata(nlh, GENL_HDRLEN),
			  nlmsg_attrlen(nlh, GENL_HDRLEN), left) {
		if (nla_type(nest) != ESPAH_A_POLICY_TMPL)
			continue;
		if (config->tmpls == ESPAH_TMPLS_MAX) {
			NL_SET_ERR_MSG_ATTR(extack, nest,
					    "tmpl: a policy has 6 templates at the most");
			return -EINVAL;
		}
		tmpl = &config->tmpl[config->tmpls++];
		err = get_tmpl(nest, config->dir, tmpl, extack);
		if (!err)
			err = check_family(nest, tmpl, &family, extack);
		if (!err)
			err = check_beet(nest, config, extack);
		if (err)
			return err;
	}
	return 0;
}

/**
 * espah_nl_put_tmpl() - write a template
 * @skb: message
 * @tmpl: template
 *
 * Return: 0 or -EMSGSIZE.
 */
int espah_nl_put_tmpl(struct sk_buff *skb, const struct espah_tmpl *tmpl)
{
	struct nlattr *nest = nla_nest_start(skb, ESPAH_A_POLICY_TMPL);

	if (!nest)
		return -EMSGSIZE;
	if (!espah_addr_any(&tmpl->src) &&
	    espah_nl_put_addr(skb, ESPAH_A_TMPL_SRC, &tmpl->src, tmpl->family))
		return -EMSGSIZE;
	if (!espah_addr_any(&tmpl->dst) &&
	    espah_nl_put_addr(skb, ESPAH_A_TMPL_DST, &tmpl->dst, tmpl->family))
		return -EMSGSIZE;
	if (nla_put_u8(skb, ESPAH_A_TMPL_PROTO, tmpl->proto) ||
	    nla_put_be32(skb, ESPAH_A_TMPL_SPI, tmpl->spi) ||
	    nla_put_u8(skb, ESPAH_A_TMPL_MODE, tmpl->mode) ||
	    nla_put_u32(skb, ESPAH_A_TMPL_REQID, tmpl->reqid) ||
	    nla_put_u8(skb, ESPAH_A_TMPL_LEVEL,
		       tmpl->optional ? ESPAH_LEVEL_USE : ESPAH_LEVEL_REQUIRED))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}
