// SPDX-License-Identifier: GPL-2.0-only
/* The direction of an SA, as an attribute: RFC 4301 section 4.1, an SA is for one. Without the
 * attribute it is for whichever comes, as what adds it may not know.
 */

#include "netlink.h"
#include "netlink_attr.h"
#include "netlink_sa.h"

/**
 * struct senseless - an attribute that means nothing in one direction
 * @attr: ESPAH_A_SA_*
 * @sentence: what is said of it
 */
struct senseless {
	int		attr;
	const char	*sentence;
};

static const struct senseless in_senseless[] = {
	{ ESPAH_A_SA_OSEQ, "oseq: it is of what is sent; an SA with dir in (0) sends nothing" },
	{ ESPAH_A_SA_TTL, "ttl: it is of what is sent; an SA with dir in (0) sends nothing" },
	{ ESPAH_A_SA_DSCP, "dscp: it is of what is sent; an SA with dir in (0) sends nothing" },
	{ ESPAH_A_SA_FLOWLABEL,
	  "flowlabel: it is of what is sent; an SA with dir in (0) sends nothing" },
	{ ESPAH_A_SA_TFCPAD, "tfcpad: it is of what is sent; an SA with dir in (0) sends nothing" },
	{ ESPAH_A_SA_NAT_KEEPALIVE, "nat-keepalive: an SA with dir in (0) sends nothing" },
	{ ESPAH_A_SA_DUMMY_INTERVAL, "dummy-interval: an SA with dir in (0) sends nothing" },
	{}
};

static const struct senseless out_senseless[] = {
	{ ESPAH_A_SA_SEQ, "seq: it is of what arrives; an SA with dir out (1) receives nothing" },
	{}
};

#define IN_SENSELESS	(ESPAH_SA_FLAG_NOPMTUDISC | ESPAH_SA_FLAG_SET_DF | \
			 ESPAH_SA_FLAG_DONT_ENCAP_DSCP)

static int refuse(struct nlattr **tb, const struct senseless *senseless,
		  struct netlink_ext_ack *extack)
{
	for (; senseless->attr; senseless++) {
		if (!tb[senseless->attr])
			continue;
		NL_SET_BAD_ATTR(extack, tb[senseless->attr]);
		extack->_msg = senseless->sentence;
		return -EINVAL;
	}
	return 0;
}

static int check_in(struct nlattr **tb, const struct espah_sa_config *config,
		    struct netlink_ext_ack *extack)
{
	if (config->flags & IN_SENSELESS) {
		NL_SET_ERR_MSG_ATTR(extack, tb[ESPAH_A_SA_FLAGS],
				    "flags: nopmtudisc, set-df and dont-encap-dscp are of what is sent; an SA with dir in (0) sends nothing");
		return -EINVAL;
	}
	return refuse(tb, in_senseless, extack);
}

static int check_out(struct nlattr **tb, const struct espah_sa_config *config,
		     struct netlink_ext_ack *extack)
{
	if (config->window) {
		NL_SET_ERR_MSG_ATTR(extack, tb[ESPAH_A_SA_REPLAY_WINDOW],
				    "replay-window: it is of what arrives; an SA with dir out (1) receives nothing");
		return -EINVAL;
	}
	if (config->flags & ESPAH_SA_FLAG_DECAP_DSCP) {
		NL_SET_ERR_MSG_ATTR(extack, tb[ESPAH_A_SA_FLAGS],
				    "flags: decap-dscp is of what arrives; an SA with dir out (1) receives nothing");
		return -EINVAL;
	}
	return refuse(tb, out_senseless, extack);
}

/**
 * espah_nl_get_sa_dir() - for which direction an SA is, and what makes no sense in it
 * @tb: the request's attributes
 * @config: SA, whose window and flags are known; its direction is set
 * @extack: where to say what is wrong
 *
 * Return: 0 or -EINVAL.
 */
int espah_nl_get_sa_dir(struct nlattr **tb, struct espah_sa_config *config,
			struct netlink_ext_ack *extack)
{
	if (!tb[ESPAH_A_SA_DIR])
		return 0;
	if (nla_get_u8(tb[ESPAH_A_SA_DIR]) == ESPAH_DIR_IN) {
		config->no_out = true;
		return check_in(tb, config, extack);
	}
	config->no_in = true;
	return check_out(tb, config, extack);
}

/**
 * espah_nl_put_sa_dir() - write for which direction an SA is
 * @skb: message
 * @sa: SA
 *
 * Return: 0 or -EMSGSIZE.
 */
int espah_nl_put_sa_dir(struct sk_buff *skb, const struct espah_sa *sa)
{
	if (!sa->no_in && !sa->no_out)
		return 0;
	return nla_put_u8(skb, ESPAH_A_SA_DIR, sa->no_in ? ESPAH_DIR_OUT :
							   ESPAH_DIR_IN);
}
