// SPDX-License-Identifier: GPL-2.0-only
/*
 * The words of espahd's command line: what they mean, and why they are refused.
 */
#include <stdio.h>
#include <string.h>

#include "options.h"
#include "unit.h"

#define WORDS_MAX	6

static const struct {
	const char *words[WORDS_MAX];
	/* All of the options, or the sentence. */
	const char *expected;
} cases[] = {
	{ { "--foreground" }, "/etc/espah/espahd.conf /run/espahd.sock - 500 4500 info" },
	{ { "--config", "a", "--socket=b", "--user", "c" }, "a b c 500 4500 info" },
	{ { "--config=", "--socket=x=y" }, " x=y - 500 4500 info" },
	{ { "--port", "0", "--nat-port=0" },
	  "/etc/espah/espahd.conf /run/espahd.sock - 0 0 info" },
	{ { "--port=65535", "--log-level", "debug", "--syslog" },
	  "/etc/espah/espahd.conf /run/espahd.sock - 65535 4500 debug syslog" },
	{ { "--help", "--version" },
	  "/etc/espah/espahd.conf /run/espahd.sock - 500 4500 info help version" },
	{ { "--port", "65536" },
	  "--port: '65536' is not a port; expected a number from 0 (any that is free) to 65535" },
	{ { "--port", "-1" },
	  "--port: '-1' is not a port; expected a number from 0 (any that is free) to 65535" },
	{ { "--nat-port=" },
	  "--nat-port: '' is not a port; expected a number from 0 (any that is free) to 65535" },
	{ { "--nat-port=5x" },
	  "--nat-port: '5x' is not a port; expected a number from 0 (any that is free) to 65535" },
	{ { "--port=9999999999" },
	  "--port: '9999999999' is not a port; expected a number from 0 (any that is free) to 65535"
	},
	{ { "--port", "7", "--nat-port", "7" },
	  "--port and --nat-port are both 7; expected two ports" },
	{ { "--log-level", "loud" },
	  "--log-level: 'loud' is not right; expected error, warning, info or debug" },
	{ { "--config" }, "--config wants a value; expected --config FILE" },
	{ { "--syslog=yes" }, "--syslog has no value; 'yes' is too much" },
	{ { "--conf", "x" }, "'--conf' is not an option; try 'espahd --help'" },
	{ { "--configs", "x" }, "'--configs' is not an option; try 'espahd --help'" },
	{ { "-config", "x" }, "'-config' is not an option; try 'espahd --help'" },
	{ { "config" }, "'config' is not an option; try 'espahd --help'" },
	{ { "--" }, "'--' is not an option; try 'espahd --help'" },
	{ { "" }, "'' is not an option; try 'espahd --help'" },
};

static const char *read_words(const char *const *words)
{
	static char seen[1024];
	char *argv[WORDS_MAX + 2] = { "espahd" };
	struct ike_options options;
	struct espah_err err;
	int argc = 1;

	while (words[argc - 1]) {
		argv[argc] = (char *)words[argc - 1];
		argc++;
	}
	if (ike_options_read(&options, argc, argv, &err))
		snprintf(seen, sizeof(seen), "%s", err.status == ESPAH_USAGE ? err.text : "?");
	else
		snprintf(seen, sizeof(seen), "%s %s %s %u %u %s%s%s%s", options.config,
			 options.socket, options.user ? options.user : "-", options.ports.port,
			 options.ports.nat_port, ike_log_level_name(options.level),
			 options.syslog ? " syslog" : "", options.help ? " help" : "",
			 options.version ? " version" : "");
	return seen;
}

void test_ike_options(void)
{
	static const char *const none[] = { NULL };
	char help[2048] = "";
	FILE *to = fmemopen(help, sizeof(help), "w");
	size_t i;

	check_text(read_words(none), "/etc/espah/espahd.conf /run/espahd.sock - 500 4500 info",
		   "no options");
	for (i = 0; i < ARRAY_SIZE(cases); i++)
		check_text(read_words(cases[i].words), cases[i].expected, cases[i].words[0]);
	ike_options_help(to);
	fclose(to);
	check(strstr(help, "\n  --log-level LEVEL      error, warning, info or debug (info)\n") &&
	      strstr(help, "\n  --help                 print this\n"),
	      "help says each, in a column");
}
