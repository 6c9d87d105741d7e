// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

#include "log.h"

#define LINES		1024
/* Limited lines a second, and how long a second is here. */
#define LIMIT		10
#define INTERVAL	1000

static const char * const names[] = {
	[IKE_LOG_ERROR] = "error",
	[IKE_LOG_WARNING] = "warning",
	[IKE_LOG_INFO] = "info",
	[IKE_LOG_DEBUG] = "debug",
};

static const int priorities[] = {
	[IKE_LOG_ERROR] = LOG_ERR,
	[IKE_LOG_WARNING] = LOG_WARNING,
	[IKE_LOG_INFO] = LOG_INFO,
	[IKE_LOG_DEBUG] = LOG_DEBUG,
};

static struct {
	enum ike_log_level most;
	bool to_syslog;
	/* Line number n is at (n - 1) % LINES. */
	struct ike_log_line line[LINES];
	uint64_t last;
	void (*tell)(const struct ike_log_line *line, void *to);
	void *to;
	/* Of limited lines: when this second began, how many came since, and how many too many. */
	uint64_t began;
	unsigned int said;
	unsigned int left_out;
} logged = { .most = IKE_LOG_INFO };

void ike_log_open(enum ike_log_level most, int to_syslog)
{
	logged.most = most;
	logged.to_syslog = to_syslog;
	logged.said = 0;
	logged.left_out = 0;
	if (to_syslog)
		openlog("espahd", LOG_PID | LOG_NDELAY, LOG_DAEMON);
}

static uint64_t clock_ms(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/*
 * Peers choose their identities: no line is to end there, no terminal to obey,
 * and no JSON to be wrong.
 */
static void make_plain(char *text)
{
	for (; *text; text++) {
		if (*text < ' ' || *text > '~')
			*text = '?';
	}
}

static void say(enum ike_log_level level, const char *fmt, va_list ap)
{
	struct ike_log_line *line = &logged.line[logged.last % LINES];

	line->number = ++logged.last;
	line->when = clock_ms(CLOCK_REALTIME);
	line->level = level;
	vsnprintf(line->text, sizeof(line->text), fmt, ap);
	make_plain(line->text);
	if (logged.to_syslog)
		syslog(priorities[level], "%s", line->text);
	else
		fprintf(stderr, "espahd: %s\n", line->text);
	if (logged.tell)
		logged.tell(line, logged.to);
}

void ike_log(enum ike_log_level level, const char *fmt, ...)
{
	va_list ap;

	if (level > logged.most)
		return;
	va_start(ap, fmt);
	say(level, fmt, ap);
	va_end(ap);
}

/* A new second: how many lines the last one had too many is said before what comes. */
static void begin_interval(uint64_t now)
{
	unsigned int left_out = logged.left_out;

	logged.began = now;
	logged.said = 0;
	logged.left_out = 0;
	if (left_out)
		ike_log(IKE_LOG_WARNING, "%u lines were left out", left_out);
}

void ike_log_limited(enum ike_log_level level, const char *fmt, ...)
{
	uint64_t now = clock_ms(CLOCK_MONOTONIC);
	va_list ap;

	if (level > logged.most)
		return;
	if (now - logged.began >= INTERVAL)
		begin_interval(now);
	if (logged.said == LIMIT) {
		logged.left_out++;
		return;
	}
	logged.said++;
	va_start(ap, fmt);
	say(level, fmt, ap);
	va_end(ap);
}

const struct ike_log_line *ike_log_next(uint64_t after)
{
	uint64_t oldest = logged.last > LINES ? logged.last - LINES + 1 : 1;
	uint64_t number = after + 1 > oldest ? after + 1 : oldest;

	return number <= logged.last ? &logged.line[(number - 1) % LINES] : NULL;
}

void ike_log_follow(void (*tell)(const struct ike_log_line *line, void *to), void *to)
{
	logged.tell = tell;
	logged.to = to;
}

const char *ike_log_level_name(enum ike_log_level level)
{
	return names[level];
}

int ike_log_level_find(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (!strcmp(names[i], name))
			return i;
	}
	return -1;
}
