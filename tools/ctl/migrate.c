// SPDX-License-Identifier: GPL-2.0-or-later
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "../lib/migrate.h"
#include "addr.h"
#include "migrate_text.h"
#include "names.h"
#include "print.h"
#include "selector.h"

static const char help[] =
	"Usage: espah migrate [ if_id ID ] MOVE...\n"
	"MOVE := move src ADDR dst ADDR to ADDR ADDR [ proto PROTO ] [ mode MODE ] [ reqid REQID ]\n"
	"        [ encap espinudp SPORT DPORT | encap none ]\n"
	"States and templates of policies with the first two addresses have the other two from\n"
	"then on, src and dst; all of them, or none. States go on with their keys, numbers,\n"
	"lifetimes and counters.\n"
	"PROTO := esp | ah\n"
	"MODE := transport | tunnel | beet\n";

static int take_src(struct args *args, void *to)
{
	struct espah_move *move = to;

	move->given |= espah_bit(ESPAH_A_MOVE_OLD_SRC);
	return args_addr(args, &move->old_src);
}

static int take_dst(struct args *args, void *to)
{
	struct espah_move *move = to;

	move->given |= espah_bit(ESPAH_A_MOVE_OLD_DST);
	return args_addr(args, &move->old_dst);
}

static int take_to(struct args *args, void *to)
{
	struct espah_move *move = to;

	move->given |= espah_bit(ESPAH_A_MOVE_NEW_SRC) | espah_bit(ESPAH_A_MOVE_NEW_DST);
	return args_addr(args, &move->new_src) || args_addr(args, &move->new_dst) ? -1 : 0;
}

static int take_proto(struct args *args, void *to)
{
	struct espah_move *move = to;

	move->given |= espah_bit(ESPAH_A_MOVE_PROTO);
	return take_transform(args, &move->proto);
}

static int take_move_mode(struct args *args, void *to)
{
	struct espah_move *move = to;

	move->given |= espah_bit(ESPAH_A_MOVE_MODE);
	return take_mode(args, &move->mode);
}

static int take_reqid(struct args *args, void *to)
{
	struct espah_move *move = to;

	move->given |= espah_bit(ESPAH_A_MOVE_REQID);
	return args_number(args, 0, UINT32_MAX, &move->reqid);
}

static int take_port(struct args *args, uint16_t *port)
{
	uint32_t number;

	if (args_number(args, 1, UINT16_MAX, &number))
		return -1;
	*port = number;
	return 0;
}

static int take_encap(struct args *args, void *to)
{
	struct espah_move *move = to;
	const char *type = args_value(args, "espinudp or none");

	if (!type)
		return -1;
	move->given |= espah_bit(ESPAH_A_MOVE_ENCAP_SPORT) | espah_bit(ESPAH_A_MOVE_ENCAP_DPORT);
	if (!strcmp(type, "none"))
		return 0;
	if (strcmp(type, "espinudp"))
		return args_fail(args,
				 "'%.64s' is not right; expected espinudp SPORT DPORT, or none",
				 type);
	return take_port(args, &move->encap_sport) || take_port(args, &move->encap_dport) ?
	       -1 : 0;
}

static const struct word move_words[] = {
	{ .name = "src", .take = take_src },
	{ .name = "dst", .take = take_dst },
	{ .name = "to", .take = take_to },
	{ .name = "proto", .take = take_proto },
	{ .name = "mode", .take = take_move_mode },
	{ .name = "reqid", .take = take_reqid },
	{ .name = "encap", .take = take_encap },
	{}
};

static int check_move(struct args *args, const struct espah_move *move)
{
	const uint64_t need = espah_bit(ESPAH_A_MOVE_OLD_SRC) | espah_bit(ESPAH_A_MOVE_OLD_DST) |
			      espah_bit(ESPAH_A_MOVE_NEW_SRC);

	if ((move->given & need) != need)
		return espah_err_usage(args->err,
				       "'move': expected src ADDR dst ADDR to ADDR ADDR, the old addresses and the new ones");
	if (move->old_src.family != move->old_dst.family ||
	    move->new_src.family != move->new_dst.family)
		return espah_err_usage(args->err,
				       "'move': expected two addresses of one family, each time");
	return 0;
}

static int take_move(struct args *args, void *to)
{
	struct espah_migration *migration = to;
	struct espah_move *move = &migration->move[migration->moves];
	const struct vocabulary vocabularies[] = {
		{ move_words, move },
		{}
	};

	if (migration->moves == ESPAH_MOVES_MAX)
		return args_fail(args, "given too often; expected %u at the most", ESPAH_MOVES_MAX);
	if (args_walk(args, vocabularies, true) || check_move(args, move))
		return -1;
	migration->moves++;
	return 0;
}

static int take_if_id(struct args *args, void *to)
{
	struct espah_migration *migration = to;

	migration->given |= espah_bit(ESPAH_A_MIGRATE_IF_ID);
	return args_number(args, 0, UINT32_MAX, &migration->if_id);
}

static const struct word words[] = {
	{ .name = "move", .take = take_move, .repeats = true },
	{ .name = "if_id", .take = take_if_id },
	{}
};

/**
 * migrate_parse() - read what shall move
 * @args: the command
 * @migration: filled in
 *
 * Return: 0, or -1.
 */
int migrate_parse(struct args *args, struct espah_migration *migration)
{
	const struct vocabulary vocabularies[] = {
		{ words, migration },
		{}
	};

	memset(migration, 0, sizeof(*migration));
	if (args_walk(args, vocabularies, false))
		return -1;
	if (migration->moves)
		return 0;
	return espah_err_usage(args->err,
			       "nothing moves; expected move src ADDR dst ADDR to ADDR ADDR");
}

static void print_move(const struct espah_move *move)
{
	char src[ESPAH_ADDR_STRLEN], dst[ESPAH_ADDR_STRLEN], proto[ESPAH_PROTO_STRLEN];

	printf("move src %s dst %s", espah_addr_print(&move->old_src, src),
	       espah_addr_print(&move->old_dst, dst));
	printf(" to %s %s", espah_addr_print(&move->new_src, src),
	       espah_addr_print(&move->new_dst, dst));
	if (espah_given(move->given, ESPAH_A_MOVE_PROTO))
		printf(" proto %s", espah_proto_name(move->proto, proto));
	if (espah_given(move->given, ESPAH_A_MOVE_MODE))
		printf(" mode %s", espah_mode_name(move->mode));
	if (espah_given(move->given, ESPAH_A_MOVE_REQID))
		printf(" reqid %u", move->reqid);
	if (!espah_given(move->given, ESPAH_A_MOVE_ENCAP_DPORT))
		return;
	if (move->encap_dport)
		printf(" encap espinudp %u %u", move->encap_sport, move->encap_dport);
	else
		fputs(" encap none", stdout);
}

/**
 * print_migration() - print what has moved, in the words that make it
 * @ctl: the options
 * @migration: what has moved
 */
void print_migration(const struct ctl *ctl, const struct espah_migration *migration)
{
	unsigned int i;

	printf("states %u policies %u", migration->sas, migration->policies);
	if (espah_given(migration->given, ESPAH_A_MIGRATE_IF_ID))
		printf(" if_id %#x", migration->if_id);
	for (i = 0; i < migration->moves; i++) {
		printf("%s\t", print_break(ctl));
		print_move(&migration->move[i]);
	}
}

static json_t *json_move(const struct espah_move *move)
{
	char old_src[ESPAH_ADDR_STRLEN], old_dst[ESPAH_ADDR_STRLEN], proto[ESPAH_PROTO_STRLEN];
	char new_src[ESPAH_ADDR_STRLEN], new_dst[ESPAH_ADDR_STRLEN];
	json_t *object = json_pack("{s:s, s:s, s:s, s:s}",
				   "old_src", espah_addr_print(&move->old_src, old_src),
				   "old_dst", espah_addr_print(&move->old_dst, old_dst),
				   "new_src", espah_addr_print(&move->new_src, new_src),
				   "new_dst", espah_addr_print(&move->new_dst, new_dst));

	if (espah_given(move->given, ESPAH_A_MOVE_PROTO))
		object = json_with(object, "proto",
				   json_string(espah_proto_name(move->proto, proto)));
	if (espah_given(move->given, ESPAH_A_MOVE_MODE))
		object = json_with(object, "mode", json_string(espah_mode_name(move->mode)));
	if (espah_given(move->given, ESPAH_A_MOVE_REQID))
		object = json_with(object, "reqid", json_integer(move->reqid));
	if (espah_given(move->given, ESPAH_A_MOVE_ENCAP_DPORT))
		object = json_with(object, "encap",
				   move->encap_dport ?
				   json_pack("{s:i, s:i}", "sport", move->encap_sport,
					     "dport", move->encap_dport) : json_null());
	return object;
}

/**
 * json_migration() - what has moved, for programs
 * @migration: as for print_migration()
 *
 * Return: the object, or NULL.
 */
json_t *json_migration(const struct espah_migration *migration)
{
	json_t *object = json_object(), *moves = json_array();
	unsigned int i;

	for (i = 0; i < migration->moves; i++) {
		if (json_array_append_new(moves, json_move(&migration->move[i]))) {
			json_decref(moves);
			moves = NULL;
			break;
		}
	}
	object = json_with(object, "moves", moves);
	if (espah_given(migration->given, ESPAH_A_MIGRATE_IF_ID))
		object = json_with(object, "if_id", json_integer(migration->if_id));
	object = json_with(object, "states", json_integer(migration->sas));
	return json_with(object, "policies", json_integer(migration->policies));
}

static int migrate(struct ctl *ctl, struct args *args)
{
	struct espah_migration migration;

	if (migrate_parse(args, &migration) || ctl_connect(ctl, args->err))
		return -1;
	return espah_migrate(ctl->nl, &migration, args->err);
}

const struct object object_migrate = {
	.name = "migrate",
	.run = migrate,
	.help = help,
};
