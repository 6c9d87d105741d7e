// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "commands.h"
#include "ctl.h"

/* Return: the exit status; after -force, that of the first failure. */
static int run_all(struct ctl *ctl, struct commands *commands, struct espah_err *err)
{
	int status = ESPAH_OK;
	struct args args;

	for (;;) {
		int got = commands_next(commands, &args);

		if (!got)
			return status;
		if (got > 0 && !ctl_run(ctl, &args))
			continue;
		ctl_report(err);
		fprintf(stderr, "Command failed %s:%lu\n", ctl->batch, commands_line(commands));
		if (!status)
			status = err->status;
		if (got == -2 || !ctl->force)
			return status;
	}
}

/**
 * ctl_batch() - run the commands of a file, one a line
 * @ctl: the options
 * @path: the file, or - for standard input
 *
 * Return: the exit status.
 */
int ctl_batch(struct ctl *ctl, const char *path)
{
	struct espah_err err;
	struct commands *commands = commands_open(path, &err);
	int status;

	if (!commands)
		return ctl_report(&err);
	status = run_all(ctl, commands, &err);
	commands_close(commands);
	return status;
}
