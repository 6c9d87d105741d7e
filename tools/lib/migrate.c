// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "migrate.h"
#include "wire.h"

static bool put_which(struct nlmsghdr *nlh, const struct espah_move *move)
{
	uint64_t given = move->given;

	return (!espah_given(given, ESPAH_A_MOVE_PROTO) ||
		espah_put_u8(nlh, ESPAH_A_MOVE_PROTO, move->proto)) &&
	       (!espah_given(given, ESPAH_A_MOVE_MODE) ||
		espah_put_u8(nlh, ESPAH_A_MOVE_MODE, move->mode)) &&
	       (!espah_given(given, ESPAH_A_MOVE_REQID) ||
		espah_put_u32(nlh, ESPAH_A_MOVE_REQID, move->reqid)) &&
	       (!espah_given(given, ESPAH_A_MOVE_ENCAP_SPORT) ||
		espah_put_port(nlh, ESPAH_A_MOVE_ENCAP_SPORT, move->encap_sport)) &&
	       (!espah_given(given, ESPAH_A_MOVE_ENCAP_DPORT) ||
		espah_put_port(nlh, ESPAH_A_MOVE_ENCAP_DPORT, move->encap_dport));
}

static bool put_move(struct nlmsghdr *nlh, const struct espah_move *move)
{
	struct nlattr *nest = mnl_attr_nest_start_check(nlh, ESPAH_NL_REQUEST_MAX,
							ESPAH_A_MIGRATE_MOVE);

	if (!nest || !espah_put_addr(nlh, ESPAH_A_MOVE_OLD_SRC, &move->old_src) ||
	    !espah_put_addr(nlh, ESPAH_A_MOVE_OLD_DST, &move->old_dst) ||
	    !espah_put_addr(nlh, ESPAH_A_MOVE_NEW_SRC, &move->new_src) ||
	    !espah_put_addr(nlh, ESPAH_A_MOVE_NEW_DST, &move->new_dst) ||
	    !put_which(nlh, move))
		return false;
	mnl_attr_nest_end(nlh, nest);
	return true;
}

/**
 * espah_migration_put() - put what moves in a request
 * @nlh: the request
 * @migration: what moves
 *
 * Return: false if the request is full.
 */
bool espah_migration_put(struct nlmsghdr *nlh, const struct espah_migration *migration)
{
	unsigned int i;

	for (i = 0; i < migration->moves; i++) {
		if (!put_move(nlh, &migration->move[i]))
			return false;
	}
	return !espah_given(migration->given, ESPAH_A_MIGRATE_IF_ID) ||
	       espah_put_u32(nlh, ESPAH_A_MIGRATE_IF_ID, migration->if_id);
}

static bool take_part(const struct nlattr *attr, struct espah_move *move)
{
	switch (mnl_attr_get_type(attr)) {
	case ESPAH_A_MOVE_OLD_SRC:
		return espah_take_addr(attr, &move->old_src);
	case ESPAH_A_MOVE_OLD_DST:
		return espah_take_addr(attr, &move->old_dst);
	case ESPAH_A_MOVE_NEW_SRC:
		return espah_take_addr(attr, &move->new_src);
	case ESPAH_A_MOVE_NEW_DST:
		return espah_take_addr(attr, &move->new_dst);
	case ESPAH_A_MOVE_PROTO:
		return espah_take_u8(attr, &move->proto);
	case ESPAH_A_MOVE_MODE:
		return espah_take_u8(attr, &move->mode);
	case ESPAH_A_MOVE_REQID:
		return espah_take_u32(attr, &move->reqid);
	case ESPAH_A_MOVE_ENCAP_SPORT:
		return espah_take_port(attr, &move->encap_sport);
	case ESPAH_A_MOVE_ENCAP_DPORT:
		return espah_take_port(attr, &move->encap_dport);
	default:
		return true;
	}
}

static bool take_move(const struct nlattr *attr, struct espah_migration *migration)
{
	struct espah_move *move = &migration->move[migration->moves];
	const struct nlattr *part;

	if (migration->moves == ESPAH_MOVES_MAX)
		return false;
	mnl_attr_for_each_nested(part, attr) {
		uint16_t type = mnl_attr_get_type(part);

		if (!take_part(part, move))
			return false;
		if (type <= ESPAH_A_MOVE_MAX)
			move->given |= espah_bit(type);
	}
	migration->moves++;
	return true;
}

static bool take_attr(const struct nlattr *attr, struct espah_migration *migration)
{
	switch (mnl_attr_get_type(attr)) {
	case ESPAH_A_MIGRATE_MOVE:
		return take_move(attr, migration);
	case ESPAH_A_MIGRATE_IF_ID:
		return espah_take_u32(attr, &migration->if_id);
	case ESPAH_A_MIGRATE_SAS:
		return espah_take_u32(attr, &migration->sas);
	case ESPAH_A_MIGRATE_POLICIES:
		return espah_take_u32(attr, &migration->policies);
	default:
		return true;
	}
}

/**
 * espah_migration_take() - read what has moved from an event
 * @nlh: the event
 * @migration: filled in
 * @err: filled in on failure
 *
 * Return: 0, or -1.
 */
int espah_migration_take(const struct nlmsghdr *nlh, struct espah_migration *migration,
			 struct espah_err *err)
{
	const struct nlattr *attr;

	memset(migration, 0, sizeof(*migration));
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		uint16_t type = mnl_attr_get_type(attr);

		if (!take_attr(attr, migration))
			return espah_wire_malformed(err, "what has moved", attr);
		if (type <= ESPAH_A_MIGRATE_MAX)
			migration->given |= espah_bit(type);
	}
	return 0;
}

/**
 * espah_migrate() - move SAs and templates of policies to other outer addresses
 * @nl: the way to the kernel
 * @migration: what moves
 * @err: filled in on failure
 *
 * Return: 0, or -1.
 */
int espah_migrate(struct espah_nl *nl, const struct espah_migration *migration,
		  struct espah_err *err)
{
	espah_migration_put(espah_nl_request(nl, ESPAH_CMD_MIGRATE), migration);
	return espah_nl_transact(nl, NULL, err);
}
