// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>

#include "../lib/policy.h"
#include "ctl.h"
#include "default.h"
#include "default_text.h"
#include "info.h"
#include "policy_text.h"
#include "print.h"

static const char help[] =
	"Usage: espah policy { add | update } SELECTOR dir DIR [ action ACTION ]\n"
	"        [ mark MARK [ mask MASK ] ] [ if_id ID ] [ priority PRIORITY ] [ name NAME ]\n"
	"        [ index INDEX ] [ ptype main ] [ flag FLAG-LIST ] [ LIMIT-LIST ] [ TMPL-LIST ]\n"
	"Usage: espah policy { delete | get } dir DIR\n"
	"        { SELECTOR [ mark MARK [ mask MASK ] ] [ if_id ID ] | index INDEX }\n"
	"Usage: espah policy { delete | get } name NAME [ dir DIR ]\n"
	"Usage: espah policy { deleteall | list } [ SELECTOR ] [ dir DIR ] [ index INDEX ] [ name NAME ]\n"
	"        [ action ACTION ] [ priority PRIORITY ] [ if_id ID ] [ ptype main ] [ nosock ]\n"
	"Usage: espah policy flush [ dir DIR ] [ ptype main ]\n"
	"Usage: espah policy count\n"
	"Usage: espah policy setdefault DIR { accept | block } ...\n"
	"Usage: espah policy getdefault\n"
	"SELECTOR := [ src PREFIX ] [ dst PREFIX ] [ proto PROTO ] [ sport NUMBERS ] [ dport NUMBERS ]\n"
	"        [ type NUMBERS ] [ code NUMBERS ] [ key KEY ] [ opaque ] [ dev DEV ] [ dscp DSCP[,DSCP] ]\n"
	"NUMBERS := NUMBER | NUMBER-NUMBER\n"
	"PREFIX := ADDR[/LEN] | ADDR-ADDR | any\n"
	"DIR := in | out | fwd\n"
	"ACTION := allow | block\n"
	"FLAG-LIST := [ FLAG-LIST ] { localok | icmp }\n"
	"LIMIT-LIST := [ LIMIT-LIST ] limit LIMIT\n"
	"LIMIT := { time-soft | time-hard | time-use-soft | time-use-hard } SECONDS |\n"
	"         { byte-soft | byte-hard } OCTETS | { packet-soft | packet-hard } COUNT\n"
	"TMPL-LIST := [ TMPL-LIST ] tmpl TMPL\n"
	"TMPL := ID [ mode MODE ] [ reqid REQID ] [ level LEVEL ]\n"
	"ID := [ src ADDR ] [ dst ADDR ] proto { esp | ah } [ spi SPI ]\n"
	"MODE := transport | tunnel | beet\n"
	"LEVEL := required | use\n";

static int policy_add(struct ctl *ctl, struct args *args)
{
	struct espah_policy policy;

	if (policy_parse(args, ctl->family, &policy) || ctl_connect(ctl, args->err))
		return -1;
	return espah_policy_add(ctl->nl, &policy, args->err);
}

static int policy_update(struct ctl *ctl, struct args *args)
{
	struct espah_policy policy;

	if (policy_parse(args, ctl->family, &policy) || ctl_connect(ctl, args->err))
		return -1;
	return espah_policy_update(ctl->nl, &policy, args->err);
}

static int policy_delete(struct ctl *ctl, struct args *args)
{
	struct espah_policy policy;

	if (policy_parse_key(args, ctl->family, &policy) || ctl_connect(ctl, args->err))
		return -1;
	return espah_policy_delete(ctl->nl, &policy, args->err);
}

static int policy_get(struct ctl *ctl, struct args *args)
{
	struct espah_policy policy;

	if (policy_parse_key(args, ctl->family, &policy) || ctl_connect(ctl, args->err) ||
	    espah_policy_get(ctl->nl, &policy, args->err))
		return -1;
	return print_policies(ctl, &policy, 1, args->err);
}

static int find_policies(struct ctl *ctl, struct args *args, struct espah_policy_list *list)
{
	struct policy_filter filter = { .family = ctl->family };
	int ret;

	if (policy_parse_filter(args, &filter) || ctl_connect(ctl, args->err))
		return -1;
	list->keep = policy_filter_keep;
	list->filter = &filter;
	ret = espah_policy_dump(ctl->nl, list, args->err);
	list->filter = NULL;
	return ret;
}

static int policy_list(struct ctl *ctl, struct args *args)
{
	struct espah_policy_list list = {};
	int ret = find_policies(ctl, args, &list);

	/* Where much is going on, a list with a warning is better than none. */
	if ((!ret || args->err->num == EAGAIN) &&
	    print_policies(ctl, list.policy, list.count, args->err))
		ret = -1;
	espah_policy_list_free(&list);
	return ret;
}

/* Somebody else may have been quicker. */
static int delete_unless_gone(struct ctl *ctl, struct espah_policy *policy, struct espah_err *err)
{
	/* The index will do, and is sure to mean the one that was listed. */
	policy->given &= ~(espah_bit(ESPAH_A_POLICY_SEL) | espah_bit(ESPAH_A_POLICY_MARK) |
			   espah_bit(ESPAH_A_POLICY_IF_ID) | espah_bit(ESPAH_A_POLICY_NAME));
	if (!espah_policy_delete(ctl->nl, policy, err) || err->num == ENOENT || err->num == ESRCH)
		return 0;
	return -1;
}

static int policy_deleteall(struct ctl *ctl, struct args *args)
{
	struct espah_policy_list list = {};
	int ret = find_policies(ctl, args, &list);
	size_t i;

	for (i = 0; !ret && i < list.count; i++)
		ret = delete_unless_gone(ctl, &list.policy[i], args->err);
	espah_policy_list_free(&list);
	return ret;
}

static int policy_flush(struct ctl *ctl, struct args *args)
{
	int dir;

	if (policy_parse_flush(args, &dir) || ctl_connect(ctl, args->err))
		return -1;
	return espah_policy_flush(ctl->nl, dir, args->err);
}

static void print_actions(const struct espah_policy_list *list)
{
	unsigned int actions[ESPAH_ACTION_DISCARD + 1] = {};
	size_t i;

	for (i = 0; i < list->count; i++) {
		if (list->policy[i].action <= ESPAH_ACTION_DISCARD)
			actions[list->policy[i].action]++;
	}
	printf(" (protect %u bypass %u block %u)", actions[ESPAH_ACTION_PROTECT],
	       actions[ESPAH_ACTION_BYPASS], actions[ESPAH_ACTION_DISCARD]);
}

static int policy_count(struct ctl *ctl, struct args *args)
{
	struct espah_policy_list list = {};
	struct espah_info info;
	int ret = 0;

	if (args_end(args) || ctl_connect(ctl, args->err) ||
	    espah_info_get(ctl->nl, &info, args->err))
		return -1;
	if (ctl->json)
		return json_print(ctl, json_pack("{s:o}", "policies", json_policy_counts(&info)),
				  args->err);
	if (ctl->stats)
		ret = espah_policy_dump(ctl->nl, &list, args->err);
	if (!ret) {
		print_policy_counts(&info);
		if (ctl->stats)
			print_actions(&list);
		putchar('\n');
	}
	espah_policy_list_free(&list);
	return ret;
}

static int policy_setdefault(struct ctl *ctl, struct args *args)
{
	struct espah_defaults defaults;

	if (default_parse(args, &defaults) || ctl_connect(ctl, args->err))
		return -1;
	return espah_default_set(ctl->nl, &defaults, args->err);
}

static int policy_getdefault(struct ctl *ctl, struct args *args)
{
	struct espah_defaults defaults = {};

	if (args_end(args) || ctl_connect(ctl, args->err) ||
	    espah_default_get(ctl->nl, &defaults, args->err))
		return -1;
	if (ctl->json)
		return json_print(ctl, json_defaults(&defaults), args->err);
	print_defaults(ctl, &defaults);
	putchar('\n');
	return 0;
}

static const struct verb verbs[] = {
	{ .name = "list", .run = policy_list },
	{ .name = "add", .run = policy_add },
	{ .name = "update", .run = policy_update },
	{ .name = "delete", .run = policy_delete },
	{ .name = "deleteall", .run = policy_deleteall },
	{ .name = "delall", .run = policy_deleteall },
	{ .name = "show", .run = policy_list },
	{ .name = "lst", .run = policy_list },
	{ .name = "get", .run = policy_get },
	{ .name = "flush", .run = policy_flush },
	{ .name = "count", .run = policy_count },
	{ .name = "set", .lacks = "setting hash thresholds is" },
	{ .name = "setdefault", .run = policy_setdefault },
	{ .name = "getdefault", .run = policy_getdefault },
	{}
};

const struct object object_policy = {
	.name = "policy",
	.verbs = verbs,
	.help = help,
};
