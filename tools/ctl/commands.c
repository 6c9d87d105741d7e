// SPDX-License-Identifier: GPL-2.0-or-later
/* The commands of a file, one a line: words, quotes, comments, lines that go on. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"

#define WORDS_MAX	256

/* One command may stand on many lines, and hold keys. */
#define COMMAND_MAX	65536

struct commands {
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
	char *argv[WORDS_MAX];
	struct espah_err *err;
};

static int place_error(struct commands *commands, const char *what)
{
	return espah_err_usage(commands->err, "%s:%lu: %s", commands->path, commands->line, what);
}

/* Return: the next octet, -1 at the end, -2 after an error. */
static int next_octet(struct commands *commands)
{
	ssize_t got;

	if (commands->chunk_at < commands->chunk_len)
		return (unsigned char)commands->chunk[commands->chunk_at++];
	explicit_bzero(commands->chunk, commands->chunk_len);
	commands->chunk_len = 0;
	do {
		got = read(commands->fd, commands->chunk, sizeof(commands->chunk));
	} while (got < 0 && errno == EINTR);
	if (got < 0) {
		place_error(commands, strerror(errno));
		return -2;
	}
	if (!got)
		return -1;
	commands->chunk_at = 1;
	commands->chunk_len = got;
	return (unsigned char)commands->chunk[0];
}

/* Return: 1 with a line added to the command, 0 at the end, -1 after an error. */
static int read_line(struct commands *commands)
{
	int c = next_octet(commands);

	if (c == -1)
		return 0;
	commands->line++;
	for (; c >= 0 && c != '\n'; c = next_octet(commands)) {
		if (!c)
			return place_error(commands, "a NUL octet; expected text");
		if (commands->len == sizeof(commands->command) - 1)
			return place_error(commands, "the command is too long");
		commands->command[commands->len++] = c;
	}
	commands->command[commands->len] = '\0';
	return c == -2 ? -1 : 1;
}

/* Return: 1 with a command, 0 at the end, -1 after an error. */
static int read_command(struct commands *commands)
{
	int got;

	explicit_bzero(commands->command, commands->len);
	commands->len = 0;
	commands->first_line = commands->line + 1;
	for (;;) {
		got = read_line(commands);
		if (got < 0)
			return got;
		if (!got)
			return commands->len ? 1 : 0;
		if (!commands->len || commands->command[commands->len - 1] != '\\')
			return 1;
		commands->command[--commands->len] = '\0';
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
static int split(struct commands *commands)
{
	char *p = commands->command;
	int argc = 0;

	for (;;) {
		bool comment;
		char *end;

		p += strspn(p, " \t\r\n");
		if (!*p || *p == '#')
			return argc;
		if (argc == WORDS_MAX)
			return place_error(commands, "the command has too many words");
		end = word_end(p);
		if (!end)
			return place_error(commands, "a quote is not closed");
		commands->argv[argc++] = *p == '"' || *p == '\'' ? p + 1 : p;
		if (!*end)
			return argc;
		comment = *end == '#';
		*end = '\0';
		if (comment)
			return argc;
		p = end + 1;
	}
}

/**
 * commands_open() - begin to read a file of commands
 * @path: the file, or - for standard input
 * @err: filled in on failure, then and later
 *
 * Return: the reader, or NULL.
 */
struct commands *commands_open(const char *path, struct espah_err *err)
{
	struct commands *commands = calloc(1, sizeof(*commands));

	if (!commands) {
		espah_err_kernel(err, ENOMEM, "ENOMEM: no memory for a file of commands");
		return NULL;
	}
	commands->path = path;
	commands->err = err;
	commands->fd = STDIN_FILENO;
	if (strcmp(path, "-"))
		commands->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (commands->fd >= 0)
		return commands;
	espah_err_usage(err, "cannot open the file '%s': %s", path, strerror(errno));
	free(commands);
	return NULL;
}

/**
 * commands_next() - read the next command
 * @commands: from commands_open()
 * @args: filled in; its words are good until the next call
 *
 * Return: 1 with a command of at least one word, 0 at the end; after an error -1,
 * or -2 where nothing more can be read.
 */
int commands_next(struct commands *commands, struct args *args)
{
	int got;

	do {
		got = read_command(commands);
		if (got <= 0)
			return got ? -2 : 0;
		got = split(commands);
	} while (!got);
	*args = (struct args){
		.argv = commands->argv,
		.argc = got,
		.stdin_busy = commands->fd == STDIN_FILENO,
		.err = commands->err,
	};
	return got < 0 ? -1 : 1;
}

/**
 * commands_line() - where the command stands that was read last
 * @commands: from commands_open()
 *
 * Return: the number of its first line.
 */
unsigned long commands_line(const struct commands *commands)
{
	return commands->first_line;
}

/**
 * commands_close() - end reading, and forget what was read
 * @commands: from commands_open()
 */
void commands_close(struct commands *commands)
{
	if (commands->fd != STDIN_FILENO)
		close(commands->fd);
	explicit_bzero(commands, sizeof(*commands));
	free(commands);
}
