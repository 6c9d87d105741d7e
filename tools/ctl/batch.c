// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl.h"

#define WORDS_MAX	256

/* One command may stand on many lines, and hold keys. */
#define COMMAND_MAX	65536

struct batch {
	const char *path;
	int fd;
	/* What was read from the file and not looked at yet. */
	char chunk[65536];
	size_t chunk_at;
	size_t chunk_len;
	/* The command, without line ends. */
	char command[COMMAND_MAX];
	size_t len;
	/* The line of the file that is being read, and where the command began. */
	unsigned long line;
	unsigned long first_line;
	struct espah_err *err;
};

static int batch_error(struct batch *batch, const char *what)
{
	return espah_err_usage(batch->err, "%s:%lu: %s", batch->path, batch->line, what);
}

/* Return: the next octet, -1 at the end, -2 after an error. */
static int next_octet(struct batch *batch)
{
	ssize_t got;

	if (batch->chunk_at < batch->chunk_len)
		return (unsigned char)batch->chunk[batch->chunk_at++];
	explicit_bzero(batch->chunk, batch->chunk_len);
	batch->chunk_len = 0;
	do {
		got = read(batch->fd, batch->chunk, sizeof(batch->chunk));
	} while (got < 0 && errno == EINTR);
	if (got < 0) {
		batch_error(batch, strerror(errno));
		return -2;
	}
	if (!got)
		return -1;
	batch->chunk_at = 1;
	batch->chunk_len = got;
	return (unsigned char)batch->chunk[0];
}

/* Return: 1 with a line added to the command, 0 at the end, -1 after an error. */
static int read_line(struct batch *batch)
{
	int c = next_octet(batch);

	if (c == -1)
		return 0;
	batch->line++;
	for (; c >= 0 && c != '\n'; c = next_octet(batch)) {
		if (!c)
			return batch_error(batch, "a NUL octet; expected text");
		if (batch->len == sizeof(batch->command) - 1)
			return batch_error(batch, "the command is too long");
		batch->command[batch->len++] = c;
	}
	batch->command[batch->len] = '\0';
	return c == -2 ? -1 : 1;
}

/* Return: 1 with a command, 0 at the end, -1 after an error. */
static int read_command(struct batch *batch)
{
	int got;

	explicit_bzero(batch->command, batch->len);
	batch->len = 0;
	batch->first_line = batch->line + 1;
	for (;;) {
		got = read_line(batch);
		if (got < 0)
			return got;
		if (!got)
			return batch->len ? 1 : 0;
		if (!batch->len || batch->command[batch->len - 1] != '\\')
			return 1;
		batch->command[--batch->len] = '\0';
	}
}

/* Return: the end of the word, or NULL where a quote has none. */
static char *word_end(char *p)
{
	if (*p == '"' || *p == '\'')
		return strchr(p + 1, *p);
	return p + strcspn(p, " \t\r\n#");
}

/* Cut the command into words, in place. Return: how many, or -1. */
static int split(struct batch *batch, char **argv)
{
	char *p = batch->command;
	int argc = 0;

	for (;;) {
		bool comment;
		char *end;

		p += strspn(p, " \t\r\n");
		if (!*p || *p == '#')
			return argc;
		if (argc == WORDS_MAX)
			return batch_error(batch, "the command has too many words");
		end = word_end(p);
		if (!end)
			return batch_error(batch, "a quote is not closed");
		argv[argc++] = *p == '"' || *p == '\'' ? p + 1 : p;
		if (!*end)
			return argc;
		comment = *end == '#';
		*end = '\0';
		if (comment)
			return argc;
		p = end + 1;
	}
}

static int run_command(struct ctl *ctl, struct batch *batch)
{
	char *argv[WORDS_MAX];
	struct args args = {
		.argv = argv,
		.stdin_busy = batch->fd == STDIN_FILENO,
		.err = batch->err,
	};

	args.argc = split(batch, argv);
	if (args.argc <= 0)
		return args.argc;
	return ctl_run(ctl, &args);
}

/* Return: the exit status; after -force, that of the first failure. */
static int run_all(struct ctl *ctl, struct batch *batch)
{
	int status = ESPAH_OK;

	for (;;) {
		int got = read_command(batch);

		if (!got)
			return status;
		if (got > 0 && !run_command(ctl, batch))
			continue;
		ctl_report(batch->err);
		fprintf(stderr, "Command failed %s:%lu\n", batch->path, batch->first_line);
		if (!status)
			status = batch->err->status;
		if (got < 0 || !ctl->force)
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
	struct batch *batch = calloc(1, sizeof(*batch));
	struct espah_err err;
	int status;

	if (!batch) {
		espah_err_kernel(&err, ENOMEM, "no memory for a batch");
		return ctl_report(&err);
	}
	batch->path = path;
	batch->err = &err;
	batch->fd = STDIN_FILENO;
	if (strcmp(path, "-"))
		batch->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (batch->fd < 0) {
		espah_err_usage(&err, "cannot open the batch file '%s': %s", path, strerror(errno));
		status = ctl_report(&err);
	} else {
		status = run_all(ctl, batch);
		if (batch->fd != STDIN_FILENO)
			close(batch->fd);
	}
	explicit_bzero(batch, sizeof(*batch));
	free(batch);
	return status;
}
