// SPDX-License-Identifier: GPL-2.0-only
/* The request that moves SAs and policies to other outer addresses. */

#include <linux/in.h>
#include <net/ipv6.h>

#include "migrate.h"
#include "netlink.h"
#include "netlink_attr.h"
#include "netns.h"
#include "notify.h"

static const struct nla_policy migrate_policy[ESPAH_A_MIGRATE_MAX + 1] = {
	[ESPAH_A_MIGRATE_MOVE]	= { .type = NLA_NESTED },
	[ESPAH_A_MIGRATE_IF_ID]	= { .type = NLA_U32 },
};

static const char *const migrate_wants[ESPAH_A_MIGRATE_MAX + 1] = {
	[ESPAH_A_MIGRATE_MOVE] = "move: one at least is needed, nested",
	[ESPAH_A_MIGRATE_IF_ID] = "if-id: a number of 4 octets is needed",
};

static const char *const migrate_strays[ESPAH_A_MIGRATE_MAX + 1] = {
	[ESPAH_A_MIGRATE_SAS] = "sas: this request does not take it",
	[ESPAH_A_MIGRATE_POLICIES] = "policies: this request does not take it",
};

static const struct espah_nl_set migrate_set = {
	.max	= ESPAH_A_MIGRATE_MAX,
	.policy	= migrate_policy,
	.wants	= migrate_wants,
	.strays	= migrate_strays,
	.repeats = ESPAH_A_MIGRATE_MOVE,
};

static const struct nla_policy move_policy[ESPAH_A_MOVE_MAX + 1] = {
	[ESPAH_A_MOVE_OLD_SRC]		= ESPAH_NL_ADDR,
	[ESPAH_A_MOVE_OLD_DST]		= ESPAH_NL_ADDR,
	[ESPAH_A_MOVE_NEW_SRC]		= ESPAH_NL_ADDR,
	[ESPAH_A_MOVE_NEW_DST]		= ESPAH_NL_ADDR,
	[ESPAH_A_MOVE_PROTO]		= ESPAH_NL_IPSEC_PROTO,
	[ESPAH_A_MOVE_MODE]		= NLA_POLICY_MAX(NLA_U8,
							 ESPAH_MODE_BEET),
	[ESPAH_A_MOVE_REQID]		= { .type = NLA_U32 },
	[ESPAH_A_MOVE_ENCAP_SPORT]	= { .type = NLA_U16 },
	[ESPAH_A_MOVE_ENCAP_DPORT]	= { .type = NLA_U16 },
};

static const char *const move_wants[ESPAH_A_MOVE_MAX + 1] = {
	[ESPAH_A_MOVE_OLD_SRC] = "move old-src: an address of 4 or 16 octets is needed",
	[ESPAH_A_MOVE_OLD_DST] = "move old-dst: an address of 4 or 16 octets is needed",
	[ESPAH_A_MOVE_NEW_SRC] = "move new-src: an address of 4 or 16 octets is needed",
	[ESPAH_A_MOVE_NEW_DST] = "move new-dst: an address of 4 or 16 octets is needed",
	[ESPAH_A_MOVE_PROTO] = "move proto: 50 (ESP) or 51 (AH) is needed",
	[ESPAH_A_MOVE_MODE] = "move mode: 0 (transport), 1 (tunnel) or 2 (beet) is needed",
	[ESPAH_A_MOVE_REQID] = "move reqid: a number of 4 octets is needed",
	[ESPAH_A_MOVE_ENCAP_SPORT] =
		"move encap-sport: a port in network byte order is needed, and encap-dport",
	[ESPAH_A_MOVE_ENCAP_DPORT] =
		"move encap-dport: a port in network byte order is needed, and encap-sport",
};

static const struct espah_nl_set move_set = {
	.max	= ESPAH_A_MOVE_MAX,
	.policy	= move_policy,
	.wants	= move_wants,
};

static bool is_real(const union espah_addr *addr, u16 family)
{
	return !espah_addr_any(addr) &&
	       !(family == AF_INET ? ipv4_is_multicast(addr->v4) :
				     ipv6_addr_is_multicast(&addr->v6));
}

/* A pair of ends, both of one family. */
static int get_ends(struct nlattr **tb, int src_attr, union espah_addr *src,
		    union espah_addr *dst, u16 *family,
		    struct netlink_ext_ack *extack)
{
	int dst_attr = src_attr + 1;
	int culprit = 0;

	*family = espah_nl_get_addr(tb[dst_attr], dst);
	if (espah_nl_get_addr(tb[src_attr], src) != *family) {
		NL_SET_ERR_MSG_ATTR(extack, tb[src_attr],
				    "move: src and dst must be of one family");
		return -EINVAL;
	}
	if (!is_real(src, *family))
		culprit = src_attr;
	else if (!is_real(dst, *family))
		culprit = dst_attr;
	if (!culprit)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, tb[culprit],
			    "move: an address of one host is needed, neither any nor a group's");
	return -EINVAL;
}

/* Both ports, or both 0 for no UDP header, or nothing of it. */
static int get_encap(struct nlattr **tb, const struct nlattr *nest,
		     struct espah_move *move, struct netlink_ext_ack *extack)
{
	static const u8 ports[] = {
		ESPAH_A_MOVE_ENCAP_SPORT, ESPAH_A_MOVE_ENCAP_DPORT,
	};
	int err;

	if (!tb[ESPAH_A_MOVE_ENCAP_SPORT] && !tb[ESPAH_A_MOVE_ENCAP_DPORT])
		return 0;
	err = espah_nl_need_all(tb, &move_set, nest, ports, ARRAY_SIZE(ports),
				extack);
	if (err)
		return err;
	move->encap = true;
	move->sport = nla_get_be16(tb[ESPAH_A_MOVE_ENCAP_SPORT]);
	move->dport = nla_get_be16(tb[ESPAH_A_MOVE_ENCAP_DPORT]);
	if (move->proto == IPPROTO_AH) {
		NL_SET_ERR_MSG_ATTR(extack, tb[ESPAH_A_MOVE_ENCAP_SPORT],
				    "move encap-sport, encap-dport: only ESP (proto 50) goes in UDP (RFC 3948), AH does not");
		return -EINVAL;
	}
	if (!move->sport == !move->dport)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, tb[move->sport ? ESPAH_A_MOVE_ENCAP_DPORT :
						     ESPAH_A_MOVE_ENCAP_SPORT],
			    "move encap-sport, encap-dport: no datagram has the port 0; both are 0 for no UDP header");
	return -EINVAL;
}

static int get_move(const struct nlattr *nest, struct espah_move *move,
		    struct netlink_ext_ack *extack)
{
	static const u8 needed[] = {
		ESPAH_A_MOVE_OLD_SRC, ESPAH_A_MOVE_OLD_DST,
		ESPAH_A_MOVE_NEW_SRC, ESPAH_A_MOVE_NEW_DST,
	};
	struct nlattr *tb[ESPAH_A_MOVE_MAX + 1];
	int err;

	err = espah_nl_parse_nested(tb, &move_set, nest, extack);
	if (!err)
		err = espah_nl_need_all(tb, &move_set, nest, needed,
					ARRAY_SIZE(needed), extack);
	if (!err)
		err = get_ends(tb, ESPAH_A_MOVE_OLD_SRC, &move->old_src,
			       &move->old_dst, &move->old_family, extack);
	if (!err)
		err = get_ends(tb, ESPAH_A_MOVE_NEW_SRC, &move->new_src,
			       &move->new_dst, &move->new_family, extack);
	if (err)
		return err;
	if (tb[ESPAH_A_MOVE_PROTO])
		move->proto = nla_get_u8(tb[ESPAH_A_MOVE_PROTO]);
	move->any_mode = !tb[ESPAH_A_MOVE_MODE];
	if (tb[ESPAH_A_MOVE_MODE])
		move->mode = nla_get_u8(tb[ESPAH_A_MOVE_MODE]);
	if (tb[ESPAH_A_MOVE_REQID])
		move->reqid = nla_get_u32(tb[ESPAH_A_MOVE_REQID]);
	return get_encap(tb, nest, move, extack);
}

/* Each says something, and something of its own. */
static int check_move(const struct nlattr *nest, const struct espah_moves *moves,
		      struct netlink_ext_ack *extack)
{
	const struct espah_move *move = &moves->move[moves->count - 1];
	const struct espah_move *other;

	if (espah_move_nowhere(move)) {
		NL_SET_ERR_MSG_ATTR(extack, nest,
				    "move: the new addresses are the old ones, and there are no ports");
		return -EINVAL;
	}
	for (other = moves->move; other < move; other++) {
		if (!espah_move_same(other, move))
			continue;
		NL_SET_ERR_MSG_ATTR(extack, nest,
				    "move: another one has the same old addresses, proto, mode and reqid");
		return -EINVAL;
	}
	return 0;
}

static int get_moves(const struct nlmsghdr *nlh, struct espah_moves *moves,
		     struct netlink_ext_ack *extack)
{
	const struct nlattr *nest;
	int left, err;

	nla_for_each_attr(nest, nlmsg_attrdata(nlh, GENL_HDRLEN),
			  nlmsg_attrlen(nlh, GENL_HDRLEN), left) {
		if (nla_type(nest) != ESPAH_A_MIGRATE_MOVE)
			continue;
		if (moves->count == ESPAH_MOVES_MAX) {
			NL_SET_ERR_MSG_ATTR(extack, nest,
					    "move: a request has 16 at the most");
			return -EINVAL;
		}
		err = get_move(nest, &moves->move[moves->count++], extack);
		if (!err)
			err = check_move(nest, moves, extack);
		if (err)
			return err;
	}
	return 0;
}

static int put_which(struct sk_buff *msg, const struct espah_move *move)
{
	if (move->proto && nla_put_u8(msg, ESPAH_A_MOVE_PROTO, move->proto))
		return -EMSGSIZE;
	if (!move->any_mode && nla_put_u8(msg, ESPAH_A_MOVE_MODE, move->mode))
		return -EMSGSIZE;
	if (move->reqid && nla_put_u32(msg, ESPAH_A_MOVE_REQID, move->reqid))
		return -EMSGSIZE;
	if (move->encap &&
	    (nla_put_be16(msg, ESPAH_A_MOVE_ENCAP_SPORT, move->sport) ||
	     nla_put_be16(msg, ESPAH_A_MOVE_ENCAP_DPORT, move->dport)))
		return -EMSGSIZE;
	return 0;
}

static int put_move(struct sk_buff *msg, const struct espah_move *move)
{
	struct nlattr *nest = nla_nest_start(msg, ESPAH_A_MIGRATE_MOVE);

	if (!nest ||
	    espah_nl_put_addr(msg, ESPAH_A_MOVE_OLD_SRC, &move->old_src,
			      move->old_family) ||
	    espah_nl_put_addr(msg, ESPAH_A_MOVE_OLD_DST, &move->old_dst,
			      move->old_family) ||
	    espah_nl_put_addr(msg, ESPAH_A_MOVE_NEW_SRC, &move->new_src,
			      move->new_family) ||
	    espah_nl_put_addr(msg, ESPAH_A_MOVE_NEW_DST, &move->new_dst,
			      move->new_family) ||
	    put_which(msg, move))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int put_migration(struct sk_buff *msg, const void *what)
{
	const struct espah_migration *migration = what;
	unsigned int i;

	for (i = 0; i < migration->moves.count; i++)
		if (put_move(msg, &migration->moves.move[i]))
			return -EMSGSIZE;
	if (migration->with_link &&
	    nla_put_u32(msg, ESPAH_A_MIGRATE_IF_ID, migration->if_id))
		return -EMSGSIZE;
	if (nla_put_u32(msg, ESPAH_A_MIGRATE_SAS, migration->sas) ||
	    nla_put_u32(msg, ESPAH_A_MIGRATE_POLICIES, migration->policies))
		return -EMSGSIZE;
	return 0;
}

static int migrate(struct genl_info *info, struct nlattr **tb,
		   struct espah_migration *migration)
{
	struct espah_net *en = espah_net(genl_info_net(info));
	int err;

	err = get_moves(info->nlhdr, &migration->moves, info->extack);
	if (err)
		return err;
	migration->with_link = tb[ESPAH_A_MIGRATE_IF_ID];
	if (migration->with_link)
		migration->if_id = nla_get_u32(tb[ESPAH_A_MIGRATE_IF_ID]);

	mutex_lock(&en->lock);
	err = espah_migrate(en, migration, info->extack);
	if (!err)
		espah_notify(en, ESPAH_CMD_MIGRATE_NTF, put_migration,
			     migration, GFP_KERNEL);
	mutex_unlock(&en->lock);
	return err;
}

/**
 * espah_nl_migrate() - move SAs and policies to other outer addresses
 * @skb: request
 * @info: the request, parsed by the core as far as its header
 *
 * Return: 0 or a negative errno, and the sentence that goes with it; nothing has
 * changed then; -ESRCH where nothing has these addresses.
 */
int espah_nl_migrate(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[ESPAH_A_MIGRATE_MAX + 1];
	struct espah_migration *migration;
	int err;

	err = espah_nl_parse(tb, &migrate_set, info->nlhdr, info->extack);
	if (!err)
		err = espah_nl_need(tb, &migrate_set, NULL,
				    ESPAH_A_MIGRATE_MOVE, info->extack);
	if (err)
		return err;
	migration = kzalloc(sizeof(*migration), GFP_KERNEL);
	if (!migration)
		return -ENOMEM;
	err = migrate(info, tb, migration);
	kfree(migration);
	return err;
}
