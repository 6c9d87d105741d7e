// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "default.h"
#include "default_text.h"
#include "print.h"

static const char help[] =
	"Usage: espah save [ policy ]\n"
	"       espah --show-keys save { state | all }\n"
	"What there is, as commands for espah restore, espah sync or espah -batch. SAs are\n"
	"removed as they are saved: a number that they used afterwards would be used again.\n";

enum what { POLICIES, STATES, ALL };

static int take_what(struct args *args, enum what *what)
{
	static const char * const names[] = { "policy", "state", "all" };
	size_t i;

	for (i = 0; args->at < args->argc && i < ARRAY_SIZE(names); i++) {
		if (strcmp(args->argv[args->at], names[i]))
			continue;
		*what = i;
		args->at++;
		return args_end(args);
	}
	if (args->at == args->argc)
		return 0;
	return espah_err_usage(args->err, "'%.64s' is not right; expected policy, state or all",
			       args->argv[args->at]);
}

static int save_policies(struct ctl *ctl, struct espah_err *err)
{
	struct espah_policy_list list = {};
	struct espah_defaults defaults = {};
	size_t i;
	int ret;

	if (espah_default_get(ctl->nl, &defaults, err))
		return -1;
	print_defaults_command(&defaults);
	ret = espah_policy_dump(ctl->nl, &list, err);
	for (i = 0; !ret && i < list.count; i++)
		print_policy_command(&list.policy[i]);
	espah_policy_list_free(&list);
	return ret;
}

static int save_state(struct ctl *ctl, struct espah_sa *sa, struct espah_err *err)
{
	if (espah_sa_retire(ctl->nl, sa, err))
		return err->num == ESRCH ? 0 : -1;
	print_state_command(sa);
	return 0;
}

static int save_states(struct ctl *ctl, struct espah_err *err)
{
	struct espah_sa_list list = {};
	int ret = espah_sa_dump(ctl->nl, &list, false, err);
	size_t i;

	for (i = 0; !ret && i < list.count; i++) {
		if (list.sa[i].state == ESPAH_SA_STATE_MATURE)
			ret = save_state(ctl, &list.sa[i], err);
	}
	espah_sa_list_wipe(&list);
	return ret;
}

static int run(struct ctl *ctl, struct args *args)
{
	enum what what = POLICIES;

	if (take_what(args, &what))
		return -1;
	if (what != POLICIES && !ctl->show_keys)
		return espah_err_usage(args->err,
				       "the keys of SAs would be shown, and SAs go as they are saved; expected espah --show-keys save");
	if (ctl_connect(ctl, args->err))
		return -1;
	if (what != STATES && save_policies(ctl, args->err))
		return -1;
	return what == POLICIES ? 0 : save_states(ctl, args->err);
}

const struct object object_save = {
	.name = "save",
	.run = run,
	.help = help,
};
