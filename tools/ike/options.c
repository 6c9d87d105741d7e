// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "options.h"
#include "proto.h"

enum word {
	WORD_CONFIG,
	WORD_SOCKET,
	WORD_USER,
	WORD_PORT,
	WORD_NAT_PORT,
	WORD_LOG_LEVEL,
	WORD_SYSLOG,
	WORD_FOREGROUND,
	WORD_VERSION,
	WORD_HELP,
};

static const struct {
	const char *name;
	/* NULL: the option has none. */
	const char *value;
	const char *help;
	enum word word;
} words[] = {
	{ "config", "FILE", "what to read at the start, and at SIGHUP (" IKE_CONFIG_PATH ")",
	  WORD_CONFIG },
	{ "socket", "PATH", "where 'espah ike' is listened to (" IKE_CONTROL_PATH ")",
	  WORD_SOCKET },
	{ "user", "NAME", "whom to run as (espahd, where there is such a user)", WORD_USER },
	{ "port", "NUMBER", "the UDP port of IKE (500)", WORD_PORT },
	{ "nat-port", "NUMBER", "the UDP port of IKE and ESP through a NAT (4500)",
	  WORD_NAT_PORT },
	{ "log-level", "LEVEL", "error, warning, info or debug (info)", WORD_LOG_LEVEL },
	{ "syslog", NULL, "log to syslog, not to stderr", WORD_SYSLOG },
	{ "foreground", NULL, "stay in the foreground: the only way it runs", WORD_FOREGROUND },
	{ "version", NULL, "print the version", WORD_VERSION },
	{ "help", NULL, "print this", WORD_HELP },
};

static int read_port(uint16_t *port, const char *name, const char *value, struct espah_err *err)
{
	unsigned long number = ULONG_MAX;
	char *end = NULL;

	errno = 0;
	if (*value >= '0' && *value <= '9')
		number = strtoul(value, &end, 10);
	if (!end || *end || errno || number > UINT16_MAX)
		return espah_err_usage(err,
				       "--%s: '%.64s' is not a port; expected a number from 0 (any that is free) to 65535",
				       name, value);
	*port = number;
	return 0;
}

static int read_level(enum ike_log_level *level, const char *value, struct espah_err *err)
{
	int found = ike_log_level_find(value);

	if (found < 0)
		return espah_err_usage(err,
				       "--log-level: '%.64s' is not right; expected error, warning, info or debug",
				       value);
	*level = found;
	return 0;
}

static int take(struct ike_options *options, size_t i, const char *value, struct espah_err *err)
{
	switch (words[i].word) {
	case WORD_CONFIG:
		options->config = value;
		break;
	case WORD_SOCKET:
		options->socket = value;
		break;
	case WORD_USER:
		options->user = value;
		break;
	case WORD_PORT:
		return read_port(&options->ports.port, words[i].name, value, err);
	case WORD_NAT_PORT:
		return read_port(&options->ports.nat_port, words[i].name, value, err);
	case WORD_LOG_LEVEL:
		return read_level(&options->level, value, err);
	case WORD_SYSLOG:
		options->syslog = true;
		break;
	case WORD_FOREGROUND:
		break;
	case WORD_VERSION:
		options->version = true;
		break;
	case WORD_HELP:
		options->help = true;
		break;
	}
	return 0;
}

/* "--port 500" or "--port=500". Return: how many words that was, or -1. */
static int take_word(struct ike_options *options, char **argv, struct espah_err *err)
{
	const char *name = strncmp(*argv, "--", 2) ? "" : *argv + 2;
	size_t len = strcspn(name, "=");
	bool given = name[len];
	const char *value = given ? name + len + 1 : "";
	int used = 1;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		if (strlen(words[i].name) == len && !strncmp(words[i].name, name, len))
			break;
	}
	if (i == ARRAY_SIZE(words))
		return espah_err_usage(err, "'%.64s' is not an option; try 'espahd --help'", *argv);
	if (words[i].value && !given) {
		if (!argv[1])
			return espah_err_usage(err, "--%s wants a value; expected --%s %s",
					       words[i].name, words[i].name, words[i].value);
		value = argv[1];
		used = 2;
	}
	if (!words[i].value && given)
		return espah_err_usage(err, "--%s has no value; '%.64s' is too much",
				       words[i].name, value);
	return take(options, i, value, err) ? -1 : used;
}

int ike_options_read(struct ike_options *options, int argc, char **argv, struct espah_err *err)
{
	int used;
	int at;

	*options = (struct ike_options){
		.config = IKE_CONFIG_PATH,
		.socket = IKE_CONTROL_PATH,
		.ports = { IKE_PORT, IKE_PORT_NAT },
		.level = IKE_LOG_INFO,
	};
	for (at = 1; at < argc; at += used) {
		used = take_word(options, argv + at, err);
		if (used < 0)
			return -1;
	}
	if (options->ports.port && options->ports.port == options->ports.nat_port)
		return espah_err_usage(err,
				       "--port and --nat-port are both %u; expected two ports",
				       options->ports.port);
	return 0;
}

void ike_options_help(FILE *to)
{
	size_t i;

	fputs("usage: espahd [OPTION]...\nThe IKE daemon of espah.\n\n", to);
	for (i = 0; i < ARRAY_SIZE(words); i++)
		fprintf(to, "  --%s%s%-*s %s\n", words[i].name, words[i].value ? " " : "",
			(int)(20 - strlen(words[i].name) - !!words[i].value),
			words[i].value ? words[i].value : "", words[i].help);
}
