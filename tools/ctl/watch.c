// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "macros.h"
#include "watch.h"

#define SECOND	1000000000ull
/* Lines, where nobody says how many there are. */
#define LINES	24

/**
 * take_every() - seconds from one time to the next, perhaps with a fraction
 * @args: the command
 * @to: a struct watch
 *
 * Return: 0, or -1.
 */
int take_every(struct args *args, void *to)
{
	const char *text = args_value(args, "a number of seconds");
	struct watch *watch = to;
	double seconds;
	char *end;

	if (!text)
		return -1;
	seconds = strtod(text, &end);
	if (text[0] < '0' || text[0] > '9' || *end || seconds < 0.01 || seconds > 86400)
		return args_fail(args,
				 "'%.64s' is not right; expected seconds from 0.01 to 86400", text);
	watch->every = seconds * SECOND;
	return 0;
}

static int take_rounds(struct args *args, void *to)
{
	struct watch *watch = to;

	return args_number(args, 1, UINT32_MAX, &watch->rounds);
}

const struct word watch_words[] = {
	{ .name = "-w", .take = take_every },
	{ .name = "-n", .take = take_rounds },
	{}
};

static void later(struct timespec *time, uint64_t nanoseconds)
{
	nanoseconds += time->tv_nsec;
	time->tv_sec += nanoseconds / SECOND;
	time->tv_nsec = nanoseconds % SECOND;
}

/* Keys come one by one, and are not shown. Signals are still made of them. */
static void take_keys(struct watch *watch)
{
	struct termios now;

	watch->keys = isatty(STDIN_FILENO) && watch->screen &&
		      !tcgetattr(STDIN_FILENO, &watch->before);
	if (!watch->keys)
		return;
	now = watch->before;
	now.c_lflag &= ~(ICANON | ECHO);
	tcsetattr(STDIN_FILENO, TCSANOW, &now);
}

/* Those that end it are waited for, so that a terminal can be put back as it was. */
static int take_signals(struct watch *watch, struct espah_err *err)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, &watch->unblocked);
	watch->signals = signalfd(-1, &signals, SFD_CLOEXEC);
	if (watch->signals >= 0)
		return 0;
	sigprocmask(SIG_SETMASK, &watch->unblocked, NULL);
	return espah_err_kernel(err, errno, "cannot wait for signals: %s", strerror(errno));
}

/**
 * watch_begin() - begin to show something again and again
 * @watch: what was asked for; ended with watch_end(), but not after a failure
 * @ctl: the options
 * @err: filled in on failure: in a batch, something without an end
 *
 * Return: 0, or -1.
 */
int watch_begin(struct watch *watch, const struct ctl *ctl, struct espah_err *err)
{
	if ((!watch->rounds && ctl_endless(ctl, err)) || take_signals(watch, err))
		return -1;
	if (!watch->every)
		watch->every = SECOND;
	watch->screen = isatty(STDOUT_FILENO) && !ctl->json;
	take_keys(watch);
	clock_gettime(CLOCK_MONOTONIC, &watch->due);
	return 0;
}

/* It is not to come again when it is let through. */
static bool signal_came(const struct watch *watch)
{
	struct signalfd_siginfo came;

	return read(watch->signals, &came, sizeof(came)) == sizeof(came);
}

static bool quit_pressed(void)
{
	char key;

	return read(STDIN_FILENO, &key, 1) != 1 || key == 'q' || key == 'Q';
}

/* What is left until it is due, or nothing. */
static struct timespec left(const struct watch *watch)
{
	struct timespec now;
	int64_t nanoseconds;

	clock_gettime(CLOCK_MONOTONIC, &now);
	nanoseconds = (watch->due.tv_sec - now.tv_sec) * (int64_t)SECOND +
		      watch->due.tv_nsec - now.tv_nsec;
	if (nanoseconds < 0)
		nanoseconds = 0;
	return (struct timespec){ nanoseconds / SECOND, nanoseconds % SECOND };
}

/**
 * watch_wait() - wait until it is time to show it
 * @watch: from watch_begin()
 *
 * Whoever reads the output may leave; then there is nobody to show anything to.
 *
 * Return: false if that was all.
 */
bool watch_wait(struct watch *watch)
{
	struct pollfd fds[] = {
		{ .fd = watch->signals, .events = POLLIN },
		{ .fd = watch->keys ? STDIN_FILENO : -1, .events = POLLIN },
	};
	struct timespec rest;
	int ready;

	if (fflush(stdout) || ferror(stdout))
		return false;
	later(&watch->due, watch->every);
	for (;;) {
		rest = left(watch);
		ready = ppoll(fds, ARRAY_SIZE(fds), &rest, NULL);
		if (!ready)
			return true;
		if (ready < 0 && errno != EINTR)
			return false;
		if (ready > 0 && (fds[0].revents ? signal_came(watch) : quit_pressed()))
			return false;
	}
}

/**
 * watch_lines() - how many lines there is room for
 * @watch: from watch_begin()
 *
 * Return: lines of the terminal, or as many as there may ever be.
 */
unsigned int watch_lines(const struct watch *watch)
{
	struct winsize size;

	if (!watch->screen)
		return UINT32_MAX;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_row)
		return LINES;
	return size.ws_row;
}

/**
 * watch_clear() - forget what a terminal shows
 * @watch: from watch_begin()
 */
void watch_clear(const struct watch *watch)
{
	if (watch->screen)
		fputs("\033[H\033[2J", stdout);
}

/**
 * watch_end() - show it no more
 * @watch: from watch_begin()
 */
void watch_end(struct watch *watch)
{
	if (watch->keys)
		tcsetattr(STDIN_FILENO, TCSANOW, &watch->before);
	close(watch->signals);
	sigprocmask(SIG_SETMASK, &watch->unblocked, NULL);
}
