// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "config.h"
#include "default.h"
#include "default_text.h"
#include "policy_text.h"
#include "state_text.h"

static bool has_keys(const struct espah_sa *sa, const void *filter)
{
	(void)filter;
	return sa->state == ESPAH_SA_STATE_MATURE;
}

/**
 * config_fetch() - ask the kernel for all SAs, with their keys, and all policies
 * @ctl: the options
 * @config: filled in; the caller wipes it, also after a failure
 * @err: filled in on failure
 *
 * SAs without keys, which somebody has still to bring, are left out.
 *
 * Return: 0, or -1.
 */
int config_fetch(struct ctl *ctl, struct config *config, struct espah_err *err)
{
	*config = (struct config){ .sas.keep = has_keys };
	if (ctl_connect(ctl, err) || espah_default_get(ctl->nl, &config->defaults, err) ||
	    espah_policy_dump(ctl->nl, &config->policies, err))
		return -1;
	return espah_sa_dump(ctl->nl, &config->sas, true, err);
}

static int note_line(unsigned long **lines, size_t count, unsigned long line,
		     struct espah_err *err)
{
	/* Room for twice as many whenever the number of them is a power of two. */
	if (!(count & (count - 1))) {
		unsigned long *more = reallocarray(*lines, count ? 2 * count : 1, sizeof(*more));

		if (!more)
			return espah_err_kernel(err, ENOMEM, "ENOMEM: no memory for the file");
		*lines = more;
	}
	(*lines)[count] = line;
	return 0;
}

static int read_state(struct config *config, struct args *args, unsigned long line)
{
	struct espah_sa *sa = espah_sa_list_next(&config->sas, args->err);

	if (!sa)
		return -1;
	if (state_parse(args, true, sa) ||
	    note_line(&config->sa_line, config->sas.count, line, args->err)) {
		espah_sa_wipe(sa);
		return -1;
	}
	config->sas.count++;
	return 0;
}

static int read_policy(struct config *config, struct args *args, int family, unsigned long line)
{
	struct espah_policy *policy = espah_policy_list_next(&config->policies, args->err);

	if (!policy || policy_parse(args, family, policy) ||
	    note_line(&config->policy_line, config->policies.count, line, args->err))
		return -1;
	config->policies.count++;
	return 0;
}

static int read_command(const struct ctl *ctl, struct config *config, struct args *args,
			unsigned long line)
{
	const char *object = args->argv[0], *verb = args->argc > 1 ? args->argv[1] : "";

	args->at = 2;
	if (!strcmp(verb, "add") && !strcmp(object, "state"))
		return read_state(config, args, line);
	if (!strcmp(verb, "add") && !strcmp(object, "policy"))
		return read_policy(config, args, ctl->family, line);
	if (!strcmp(verb, "setdefault") && !strcmp(object, "policy"))
		return default_parse(args, &config->defaults);
	return espah_err_usage(args->err,
			       "'%.64s %.64s' makes nothing; expected state add, policy add or policy setdefault",
			       object, verb);
}

/**
 * config_read() - read a file of commands that make SAs and policies
 * @ctl: the options
 * @path: the file, or - for standard input
 * @config: filled in; the caller wipes it, also after a failure
 * @err: filled in on failure
 *
 * Return: 0, or -1.
 */
int config_read(const struct ctl *ctl, const char *path, struct config *config,
		struct espah_err *err)
{
	struct commands *commands = commands_open(path, err);
	struct args args;
	int got;

	*config = (struct config){};
	if (!commands)
		return -1;
	while ((got = commands_next(commands, &args)) > 0) {
		if (read_command(ctl, config, &args, commands_line(commands))) {
			espah_err_prefix(err, "%s:%lu: ", path, commands_line(commands));
			got = -1;
			break;
		}
	}
	commands_close(commands);
	return got ? -1 : 0;
}

/**
 * config_wipe() - forget SAs and policies
 * @config: zeroed or filled in
 */
void config_wipe(struct config *config)
{
	espah_sa_list_wipe(&config->sas);
	espah_policy_list_free(&config->policies);
	free(config->sa_line);
	free(config->policy_line);
	*config = (struct config){};
}
