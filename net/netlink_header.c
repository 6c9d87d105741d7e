// SPDX-License-Identifier: GPL-2.0-only
/* The outer header of an SA, as attributes. */

#include "netlink.h"
#include "netlink_attr.h"
#include "sa.h"

/* Flags that say something of a header that only tunnel mode makes. (Those of
 * ip-xfrm(8) are taken in the other modes, too, as xfrm does: there, they are so.)
 */
static int refuse_flags(struct nlattr **tb,
			const struct espah_sa_config *config,
			struct netlink_ext_ack *extack)
{
	if (!(config->flags & ESPAH_SA_FLAG_SET_DF))
		return 0;
	if (config->flags & ESPAH_SA_FLAG_NOPMTUDISC)
		NL_SET_ERR_MSG_ATTR(extack, tb[ESPAH_A_SA_FLAGS],
				    "flags: DF cannot be both set and cleared");
	else if (config->mode != ESPAH_MODE_TUNNEL)
		NL_SET_ERR_MSG_ATTR(extack, tb[ESPAH_A_SA_FLAGS],
				    "flags: DF can be set always in the outer header of tunnel mode only");
	else if (config->id.family != AF_INET)
		NL_SET_ERR_MSG_ATTR(extack, tb[ESPAH_A_SA_FLAGS],
				    "flags: an outer IPv6 header has no DF");
	else
		return 0;
	return -EINVAL;
}

static int refuse_values(struct nlattr **tb,
			 const struct espah_sa_config *config,
			 struct netlink_ext_ack *extack)
{
	if (tb[ESPAH_A_SA_TTL] && config->mode != ESPAH_MODE_TUNNEL) {
		NL_SET_ERR_MSG_ATTR(extack, tb[ESPAH_A_SA_TTL],
				    "ttl: there is an outer header in tunnel mode only");
		return -EINVAL;
	}
	if (tb[ESPAH_A_SA_DSCP] && config->mode != ESPAH_MODE_TUNNEL) {
		NL_SET_ERR_MSG_ATTR(extack, tb[ESPAH_A_SA_DSCP],
				    "dscp: there is an outer header in tunnel mode only");
		return -EINVAL;
	}
	if (tb[ESPAH_A_SA_FLOWLABEL] && config->mode != ESPAH_MODE_TUNNEL) {
		NL_SET_ERR_MSG_ATTR(extack, tb[ESPAH_A_SA_FLOWLABEL],
				    "flowlabel: there is an outer header in tunnel mode only");
		return -EINVAL;
	}
	if (tb[ESPAH_A_SA_FLOWLABEL] && config->id.family != AF_INET6) {
		NL_SET_ERR_MSG_ATTR(extack, tb[ESPAH_A_SA_FLOWLABEL],
				    "flowlabel: an outer IPv4 header has none");
		return -EINVAL;
	}
	if (tb[ESPAH_A_SA_TFCPAD] && config->mode != ESPAH_MODE_TUNNEL) {
		NL_SET_ERR_MSG_ATTR(extack, tb[ESPAH_A_SA_TFCPAD],
				    "tfcpad: neither in transport mode nor in BEET mode does every payload say where it ends (RFC 4303 section 2.7)");
		return -EINVAL;
	}
	if (tb[ESPAH_A_SA_TFCPAD] && config->id.proto == IPPROTO_AH) {
		NL_SET_ERR_MSG_ATTR(extack, tb[ESPAH_A_SA_TFCPAD],
				    "tfcpad: AH hides nothing; ESP (proto 50) is needed");
		return -EINVAL;
	}
	if (tb[ESPAH_A_SA_DSCP] &&
	    config->flags & ESPAH_SA_FLAG_DONT_ENCAP_DSCP) {
		NL_SET_ERR_MSG_ATTR(extack, tb[ESPAH_A_SA_DSCP],
				    "dscp: flags say that there is none outside");
		return -EINVAL;
	}
	return 0;
}

/**
 * espah_nl_get_header() - how a request wants the outer header to be
 * @tb: the request's attributes
 * @outer: filled in
 */
void espah_nl_get_header(struct nlattr **tb, struct espah_outer *outer)
{
	outer->has_ttl = tb[ESPAH_A_SA_TTL];
	if (outer->has_ttl)
		outer->ttl = nla_get_u8(tb[ESPAH_A_SA_TTL]);
	outer->has_dscp = tb[ESPAH_A_SA_DSCP];
	if (outer->has_dscp)
		outer->dscp = nla_get_u8(tb[ESPAH_A_SA_DSCP]);
	outer->has_label = tb[ESPAH_A_SA_FLOWLABEL];
	if (outer->has_label)
		outer->label = nla_get_u32(tb[ESPAH_A_SA_FLOWLABEL]);
	if (tb[ESPAH_A_SA_TFCPAD])
		outer->tfcpad = nla_get_u32(tb[ESPAH_A_SA_TFCPAD]);
}

/**
 * espah_nl_check_header() - can an SA have this outer header?
 * @tb: the request's attributes
 * @config: the SA that is to be made, with all that may be known from before
 * @extack: where to say what went wrong
 *
 * Return: 0 or -EINVAL.
 */
int espah_nl_check_header(struct nlattr **tb,
			  const struct espah_sa_config *config,
			  struct netlink_ext_ack *extack)
{
	int err = refuse_flags(tb, config, extack);

	return err ? err : refuse_values(tb, config, extack);
}

/**
 * espah_nl_other_header() - where a request's outer header is not the SA's
 * @sa: SA
 * @config: what the request says
 *
 * Return: the number of an attribute that differs, or 0.
 */
int espah_nl_other_header(const struct espah_sa *sa,
			  const struct espah_sa_config *config)
{
	const struct espah_outer *is = &sa->outer, *asked = &config->outer;

	if (asked->has_ttl && (!is->has_ttl || is->ttl != asked->ttl))
		return ESPAH_A_SA_TTL;
	if (asked->has_dscp && (!is->has_dscp || is->dscp != asked->dscp))
		return ESPAH_A_SA_DSCP;
	if (asked->has_label &&
	    (!is->has_label || is->label != asked->label))
		return ESPAH_A_SA_FLOWLABEL;
	if (asked->tfcpad && is->tfcpad != asked->tfcpad)
		return ESPAH_A_SA_TFCPAD;
	return 0;
}

/**
 * espah_nl_put_header() - write how an SA's outer header is
 * @skb: message
 * @sa: SA
 *
 * Return: 0 or -EMSGSIZE.
 */
int espah_nl_put_header(struct sk_buff *skb, const struct espah_sa *sa)
{
	const struct espah_outer *outer = &sa->outer;

	if (outer->has_ttl && nla_put_u8(skb, ESPAH_A_SA_TTL, outer->ttl))
		return -EMSGSIZE;
	if (outer->has_dscp && nla_put_u8(skb, ESPAH_A_SA_DSCP, outer->dscp))
		return -EMSGSIZE;
	if (outer->has_label &&
	    nla_put_u32(skb, ESPAH_A_SA_FLOWLABEL, outer->label))
		return -EMSGSIZE;
	if (outer->tfcpad &&
	    nla_put_u32(skb, ESPAH_A_SA_TFCPAD, outer->tfcpad))
		return -EMSGSIZE;
	return 0;
}
