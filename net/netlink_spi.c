// SPDX-License-Identifier: GPL-2.0-only
/* The request for an SPI: a larval SA holds it until its keys are known. */

#include <linux/in.h>
#include <linux/random.h>
#include <net/xfrm.h>

#include "netlink.h"
#include "netlink_attr.h"
#include "netlink_sa.h"
#include "netns.h"
#include "notify.h"
#include "sa.h"

/* Where the request does not say how long: as long as xfrm waits. */
#define TIMEOUT_SECONDS	30

/* In a range that is all but full, so many SPIs are tried. */
#define TRIES		65536

static const struct nla_policy spi_policy[ESPAH_A_SA_MAX + 1] = {
	[ESPAH_A_SA_SRC]	= ESPAH_NL_ADDR,
	[ESPAH_A_SA_DST]	= ESPAH_NL_ADDR,
	[ESPAH_A_SA_PROTO]	= ESPAH_NL_IPSEC_PROTO,
	[ESPAH_A_SA_MODE]	= NLA_POLICY_MAX(NLA_U8, ESPAH_MODE_BEET),
	[ESPAH_A_SA_REQID]	= { .type = NLA_U32 },
	[ESPAH_A_SA_SPI_MIN]	= { .type = NLA_U32 },
	[ESPAH_A_SA_SPI_MAX]	= { .type = NLA_U32 },
	[ESPAH_A_SA_TIMEOUT]	= NLA_POLICY_MIN(NLA_U32, 1),
};

static const struct espah_nl_set spi_set = {
	.max	= ESPAH_A_SA_MAX,
	.policy	= spi_policy,
	.wants	= espah_nl_sa_wants,
	.strays	= espah_nl_sa_strays,
};

/**
 * struct spi_request - an SPI as a request wants it
 * @config: the larval SA; its SPI is still to be found
 * @limits: when it ends, for @config
 * @min: lowest SPI
 * @max: highest SPI
 */
struct spi_request {
	struct espah_sa_config	config;
	struct espah_limits	limits;
	u32			min;
	u32			max;
};

static int get_range(struct nlattr **tb, struct spi_request *req,
		     struct netlink_ext_ack *extack)
{
	req->min = ESPAH_SPI_MIN;
	req->max = U32_MAX;
	if (tb[ESPAH_A_SA_SPI_MIN])
		req->min = ntohl(nla_get_be32(tb[ESPAH_A_SA_SPI_MIN]));
	if (tb[ESPAH_A_SA_SPI_MAX])
		req->max = ntohl(nla_get_be32(tb[ESPAH_A_SA_SPI_MAX]));
	if (req->min < ESPAH_SPI_MIN) {
		NL_SET_ERR_MSG_ATTR(extack, tb[ESPAH_A_SA_SPI_MIN],
				    "spi-min: 0 to 255 are reserved (RFC 4303 section 2.1, RFC 4302 section 2.4); 256 or more is needed");
		return -EINVAL;
	}
	if (req->max < req->min) {
		NL_SET_ERR_MSG_ATTR(extack, tb[ESPAH_A_SA_SPI_MAX],
				    "spi-max: must not be below spi-min");
		return -EINVAL;
	}
	return 0;
}

static int get_ends(struct nlattr **tb, struct espah_sa_config *config,
		    struct netlink_ext_ack *extack)
{
	config->id.family = espah_nl_get_addr(tb[ESPAH_A_SA_DST],
					      &config->id.dst);
	if (espah_nl_get_addr(tb[ESPAH_A_SA_SRC], &config->src) !=
	    config->id.family) {
		NL_SET_ERR_MSG_ATTR(extack, tb[ESPAH_A_SA_SRC],
				    "src: must be of the same family as dst");
		return -EINVAL;
	}
	return 0;
}

/* All rules that span attributes are here. */
static int get_request(struct nlattr **tb, struct spi_request *req,
		       struct netlink_ext_ack *extack)
{
	static const u8 needed[] = {
		ESPAH_A_SA_SRC, ESPAH_A_SA_DST, ESPAH_A_SA_PROTO,
		ESPAH_A_SA_MODE,
	};
	struct espah_sa_config *config = &req->config;
	int err;

	err = espah_nl_need_all(tb, &spi_set, NULL, needed, ARRAY_SIZE(needed),
				extack);
	if (!err)
		err = get_ends(tb, config, extack);
	if (!err)
		err = get_range(tb, req, extack);
	if (err)
		return err;

	config->id.proto = nla_get_u8(tb[ESPAH_A_SA_PROTO]);
	config->mode = nla_get_u8(tb[ESPAH_A_SA_MODE]);
	err = espah_nl_check_mode(tb, config, config->mode, extack);
	if (err)
		return err;
	if (tb[ESPAH_A_SA_REQID])
		config->reqid = nla_get_u32(tb[ESPAH_A_SA_REQID]);
	req->limits.added.hard = TIMEOUT_SECONDS;
	if (tb[ESPAH_A_SA_TIMEOUT])
		req->limits.added.hard = nla_get_u32(tb[ESPAH_A_SA_TIMEOUT]);
	config->limits = &req->limits;
	return 0;
}

/* xfrm's states are found by SPI alone here, whatever their mark: the peer that
 * is told this SPI may not have any.
 */
static bool xfrm_holds(const struct espah_net *en,
		       const struct espah_sa_id *id)
{
	struct xfrm_state *state;

	state = xfrm_state_lookup_byspi(en->net, id->spi, id->family);
	if (!state)
		return false;
	xfrm_state_put(state);
	return true;
}

/* From a random place on, so that a range that is nearly full is searched too. */
static int find_free(struct espah_net *en, struct spi_request *req,
		     struct netlink_ext_ack *extack)
{
	struct espah_sa_id *id = &req->config.id;
	u32 range = req->max - req->min + 1;
	u32 at = get_random_u32() % range;
	u32 i;

	lockdep_assert_held(&en->lock);

	for (i = 0; i < min_t(u32, range, TRIES); i++) {
		id->spi = htonl(req->min + at);
		at = at + 1 == range ? 0 : at + 1;
		if (!espah_sad_find(en, id) && !xfrm_holds(en, id))
			return 0;
		cond_resched();
	}
	NL_SET_ERR_MSG(extack, "spi-min, spi-max: no SPI in this range is free");
	return -ENOSPC;
}

static struct espah_sa *add_larval(struct espah_net *en,
				   struct spi_request *req,
				   struct netlink_ext_ack *extack)
{
	struct espah_sa *sa;
	int err;

	err = find_free(en, req, extack);
	if (err)
		return ERR_PTR(err);
	sa = espah_sa_create(en, &req->config, extack);
	if (IS_ERR(sa))
		return sa;
	err = espah_sad_insert(en, sa);
	if (err) {
		espah_sa_put(sa);
		return ERR_PTR(err);
	}
	return sa;
}

/**
 * espah_nl_sa_alloc_spi() - find an SPI, and hold it with a larval SA
 * @skb: request
 * @info: the request, parsed by the core as far as its header
 *
 * Answers with the larval SA.
 *
 * Return: 0 or a negative errno, and the sentence that goes with it; nothing
 * has changed then; -ENOSPC where no SPI is free.
 */
int espah_nl_sa_alloc_spi(struct sk_buff *skb, struct genl_info *info)
{
	struct espah_net *en = espah_net(genl_info_net(info));
	struct nlattr *tb[ESPAH_A_SA_MAX + 1];
	struct spi_request req = {};
	struct espah_sa *sa;
	int err;

	err = espah_nl_parse(tb, &spi_set, info->nlhdr, info->extack);
	if (!err)
		err = get_request(tb, &req, info->extack);
	if (err)
		return err;

	mutex_lock(&en->lock);
	sa = add_larval(en, &req, info->extack);
	err = PTR_ERR_OR_ZERO(sa);
	if (!err) {
		err = espah_nl_sa_reply(info, sa, false);
		/* Nobody knows of an SPI that could not be told. */
		if (err)
			espah_sad_remove(en, sa);
		else
			espah_notify_sa(sa, ESPAH_CMD_SA_ADD_NTF);
	}
	mutex_unlock(&en->lock);
	return err;
}
