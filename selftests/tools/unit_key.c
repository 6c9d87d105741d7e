// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "key.h"
#include "unit.h"

static const struct {
	const char *name;
	const char *text;
	/* Its octets in hex, or why it is refused. */
	const char *expected;
} cases[] = {
	{ "hex", "0x00ff10", "00ff10" },
	{ "hex in capitals", "0xABCDEF", "abcdef" },
	{ "an odd number of digits", "0x123", "0123" },
	{ "one digit", "0xf", "0f" },
	{ "text", "abc", "616263" },
	{ "0x alone is text", "0x", "3078" },
	{ "0X is text", "0Xab", "30586162" },
	{ "nothing", "", "the key is empty; expected 0x and hex digits, @FILE or -" },
	{ "a digit that is none", "0x12g4", "the key's digit 3 behind 0x is not one of 0-9, a-f" },
};

static const char *parse(const char *text)
{
	static char seen[1024];
	struct espah_alg alg = {};
	struct espah_err err;
	size_t i;

	if (espah_key_parse(&alg, text, &err)) {
		snprintf(seen, sizeof(seen), "%s", err.text);
		return seen;
	}
	seen[0] = '\0';
	for (i = 0; i < alg.key_len; i++)
		sprintf(seen + 2 * i, "%02x", alg.key[i]);
	return seen;
}

static void check_lengths(void)
{
	char text[4 + 2 * ESPAH_KEY_MAX + 2];

	memset(text, '5', sizeof(text));
	memcpy(text, "0x", 2);
	text[2 + 2 * ESPAH_KEY_MAX] = '\0';
	check(strlen(parse(text)) == 2 * ESPAH_KEY_MAX, "the longest key");
	text[2 + 2 * ESPAH_KEY_MAX] = '5';
	text[2 + 2 * ESPAH_KEY_MAX + 1] = '\0';
	check_text(parse(text), "the key has 129 octets; at most 128 are possible",
		   "a key of half an octet too many");
	memset(text, 'k', sizeof(text));
	text[ESPAH_KEY_MAX + 1] = '\0';
	check_text(parse(text), "the key has 129 octets; at most 128 are possible",
		   "a text of one octet too many");
}

/* Read from a pipe with this in it, twice; the second time tells what is left. */
static void check_read(const char *content, size_t len, const char *first, const char *second,
		       const char *name)
{
	const char * const expected[] = { first, second };
	struct espah_alg alg;
	struct espah_err err;
	char full[128];
	int fds[2];
	int i;

	if (pipe(fds) || write(fds[1], content, len) != (ssize_t)len)
		abort();
	close(fds[1]);
	for (i = 0; i < 2 && expected[i]; i++) {
		memset(&alg, 0, sizeof(alg));
		memset(&err, 0, sizeof(err));
		if (!espah_key_read(&alg, fds[0], "the pipe", &err))
			snprintf(err.text, sizeof(err.text), "%.*s", alg.key_len, alg.key);
		snprintf(full, sizeof(full), "%s%s", name, i ? ", again" : "");
		check_text(err.text, expected[i], full);
	}
	close(fds[0]);
}

static int late_pipe[2];

static void write_late(int signal)
{
	(void)signal;
	if (write(late_pipe[1], "late\n", 5) != 5)
		abort();
}

/* The key comes after a signal. */
static void check_signal(void)
{
	const struct sigaction action = { .sa_handler = write_late };
	const struct itimerval soon = { .it_value.tv_usec = 1000 };
	struct espah_alg alg = {};
	struct espah_err err;

	if (pipe(late_pipe) || sigaction(SIGALRM, &action, NULL) ||
	    setitimer(ITIMER_REAL, &soon, NULL))
		abort();
	check(!espah_key_read(&alg, late_pipe[0], "the pipe", &err) && alg.key_len == 4,
	      "a key that a signal comes before");
	close(late_pipe[0]);
	close(late_pipe[1]);
}

static bool echoes(int fd)
{
	struct termios now;

	return !tcgetattr(fd, &now) && now.c_lflag & ECHO;
}

/* What is typed takes its time. */
static void wait_for(int tty, int wanted)
{
	int ready = 0;

	while (!ioctl(tty, FIONREAD, &ready) && ready < wanted)
		usleep(1000);
}

/* Somebody types when the terminal no longer shows it; what was typed before is not taken. */
static void check_terminal(void)
{
	int fd = posix_openpt(O_RDWR | O_NOCTTY);
	struct espah_alg alg = {};
	struct espah_err err;
	int tty = -1;
	pid_t pid;

	if (fd >= 0 && !grantpt(fd) && !unlockpt(fd))
		tty = open(ptsname(fd), O_RDWR | O_NOCTTY);
	if (tty < 0 || write(fd, "0x99\n", 5) != 5)
		abort();
	wait_for(tty, 5);
	pid = fork();
	if (!pid) {
		while (echoes(tty))
			usleep(1000);
		_exit(write(fd, "0x0102\n", 7) != 7);
	}
	check(!espah_key_read(&alg, tty, "the terminal", &err) && alg.key_len == 2 &&
	      alg.key[1] == 2, "a key from a terminal");
	check(echoes(tty), "the terminal shows what is typed again");
	waitpid(pid, NULL, 0);
	close(tty);
	close(fd);
}

static void check_file(void)
{
	char path[] = "/tmp/espah-unit.XXXXXX";
	int fd = mkstemp(path);
	struct espah_alg alg = {};
	struct espah_err err = {};

	if (fd < 0 || write(fd, "0x010203\n", 9) != 9)
		abort();
	close(fd);
	check(!espah_key_read_file(&alg, path, &err) && alg.key_len == 3 && alg.key[2] == 3,
	      "a key from a file");
	unlink(path);
	check(espah_key_read_file(&alg, "/tmp", &err) == -1, "a key from a folder");
	check_text(err.text, "cannot read the key from /tmp: Is a directory", "and why not");
	check(espah_key_read_file(&alg, path, &err) == -1 &&
	      strstr(err.text, "cannot open the key file '/tmp/espah-unit.") == err.text,
	      "a key from no file");
}

void test_keys(void)
{
	static const char empty[] =
		"there is no key in the pipe; expected one line, 0x and hex digits";
	char long_line[2 * ESPAH_KEY_MAX + 10];
	char word[] = "secret";
	char name[128];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		snprintf(name, sizeof(name), "key: %s", cases[i].name);
		check_text(parse(cases[i].text), cases[i].expected, name);
	}
	check_lengths();
	check_read("one\ntwo", 7, "one", "two", "keys line by line");
	check_read("dos\r\n", 5, "dos", empty, "a line end of two octets");
	check_read("", 0, empty, NULL, "no line");
	check_read("a\0b\n", 4, "the key in the pipe is not text; expected 0x and hex digits",
		   NULL, "a key of octets");
	memset(long_line, '5', sizeof(long_line));
	check_read(long_line, sizeof(long_line),
		   "the key in the pipe is longer than 260 characters", NULL, "a line without end");
	check_file();
	check_signal();
	check_terminal();

	espah_wipe_word(word);
	check(!memcmp(word, "\0\0\0\0\0\0", 6), "a wiped word is gone");
}
