// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "ctl.h"
#include "key.h"
#include "print.h"

enum option {
	OPT_STATS,
	OPT_JSON,
	OPT_PRETTY,
	OPT_ONELINE,
	OPT_NETNS,
	OPT_BATCH,
	OPT_FAMILY,
	OPT_FORCE,
	OPT_SHOW_KEYS,
	OPT_SOCKET,
	OPT_STAMPS,
	OPT_V4,
	OPT_V6,
	OPT_VERSION,
	OPT_HELP,
};

/* Of those that begin with what was written, the first one counts, as in ip(8). */
static const struct {
	const char *name;
	enum option option;
	bool value;
} options[] = {
	{ "statistics", OPT_STATS, false },
	{ "stats", OPT_STATS, false },
	{ "json", OPT_JSON, false },
	{ "pretty", OPT_PRETTY, false },
	{ "oneline", OPT_ONELINE, false },
	{ "netns", OPT_NETNS, true },
	{ "batch", OPT_BATCH, true },
	{ "family", OPT_FAMILY, true },
	{ "force", OPT_FORCE, false },
	{ "show-keys", OPT_SHOW_KEYS, false },
	{ "socket", OPT_SOCKET, true },
	{ "timestamp", OPT_STAMPS, false },
	{ "tshort", OPT_STAMPS, false },
	{ "4", OPT_V4, false },
	{ "6", OPT_V6, false },
	{ "Version", OPT_VERSION, false },
	{ "help", OPT_HELP, false },
};

/* Whatever holds keys is to leave no core file and not to be looked into. */
static void harden(void)
{
	const struct rlimit none = {};

	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0);
}

static int set_family(struct ctl *ctl, const char *name, struct espah_err *err)
{
	if (!strcmp(name, "inet"))
		ctl->family = AF_INET;
	else if (!strcmp(name, "inet6"))
		ctl->family = AF_INET6;
	else
		return espah_err_usage(err, "-family: '%.64s' is not right; expected inet or inet6",
				       name);
	return 0;
}

static int set_option(struct ctl *ctl, enum option option, const char *value,
		      struct espah_err *err)
{
	switch (option) {
	case OPT_STATS:
		ctl->stats = true;
		break;
	case OPT_JSON:
		ctl->json = true;
		break;
	case OPT_PRETTY:
		ctl->pretty = true;
		break;
	case OPT_ONELINE:
		ctl->oneline = true;
		break;
	case OPT_NETNS:
		ctl->netns = value;
		break;
	case OPT_BATCH:
		ctl->batch = value;
		break;
	case OPT_FAMILY:
		return set_family(ctl, value, err);
	case OPT_FORCE:
		ctl->force = true;
		break;
	case OPT_SHOW_KEYS:
		ctl->show_keys = true;
		break;
	case OPT_SOCKET:
		ctl->socket = value;
		break;
	case OPT_STAMPS:
		ctl->stamps = true;
		break;
	case OPT_V4:
		ctl->family = AF_INET;
		break;
	case OPT_V6:
		ctl->family = AF_INET6;
		break;
	case OPT_VERSION:
		ctl->version = true;
		break;
	case OPT_HELP:
		ctl->help = true;
		break;
	}
	return 0;
}

static int take_option(struct ctl *ctl, struct args *args)
{
	const char *word = args->argv[args->at++];
	const char *name = word + 1;
	size_t i;

	if (*name == '-')
		name++;
	for (i = 0; i < ARRAY_SIZE(options); i++) {
		if (*name && !strncmp(options[i].name, name, strlen(name)))
			break;
	}
	if (i == ARRAY_SIZE(options))
		return espah_err_usage(args->err, "option '%.64s' is not known; try 'espah help'",
				       word);
	if (!options[i].value)
		return set_option(ctl, options[i].option, "", args->err);
	if (args->at == args->argc)
		return espah_err_usage(args->err, "option '%s' wants a value; try 'espah help'",
				       word);
	return set_option(ctl, options[i].option, args->argv[args->at++], args->err);
}

static int run_words(struct ctl *ctl, struct args *args)
{
	if (args->at == args->argc) {
		ctl_usage(stderr);
		return ESPAH_USAGE;
	}
	return ctl_run(ctl, args) ? ctl_report(args->err) : ESPAH_OK;
}

static int run(struct ctl *ctl, struct args *args)
{
	while (args->at < args->argc && args->argv[args->at][0] == '-') {
		if (take_option(ctl, args))
			return ctl_report(args->err);
	}
	if (ctl->help || ctl->version) {
		if (ctl->help)
			ctl_usage(stdout);
		else
			puts("espah, version " ESPAH_VERSION);
		return ESPAH_OK;
	}
	if (!ctl->batch)
		return run_words(ctl, args);
	if (args->at == args->argc)
		return ctl_batch(ctl, ctl->batch);
	espah_err_usage(args->err,
			"'%.64s' is too much; the commands of a batch come from its file",
			args->argv[args->at]);
	return ctl_report(args->err);
}

int main(int argc, char **argv)
{
	struct espah_err err;
	struct args args = { .argv = argv, .argc = argc, .at = 1, .err = &err };
	struct ctl ctl = {};
	int status;

	harden();
	print_setup();
	status = run(&ctl, &args);
	espah_nl_close(ctl.nl);
	espah_nl_close(ctl.route);
	if (print_finish(&err) && status == ESPAH_OK)
		status = ctl_report(&err);
	return status;
}
