// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lines of the control socket.
 */
#include <stdio.h>
#include <string.h>

#include "../../tools/ike/control.h"
#include "unit.h"

static const struct {
	const char *line;
	/* The command's number, its word, and whether it follows; or the sentence. */
	const char *expected;
} cases[] = {
	{ "{\"command\":\"load\"}", "0 '' 0" },
	{ "{\"command\":\"load\",\"file\":\"/etc/x\"}", "0 '/etc/x' 0" },
	{ "{\"command\":\"up\",\"name\":\"net\"}", "1 'net' 0" },
	{ "{\"name\":\"net\",\"command\":\"down\"}", "2 'net' 0" },
	{ " { \"command\" : \"rekey\" , \"name\" : \"a b\" } ", "3 'a b' 0" },
	{ "{\"command\":\"list\"}", "4 '' 0" },
	{ "{\"command\":\"log\"}", "5 '' 0" },
	{ "{\"command\":\"log\",\"follow\":true}", "5 '' 1" },
	{ "{\"command\":\"stat\"}", "6 '' 0" },
	{ "", "the line is not JSON: '[' or '{' expected near end of file" },
	{ "{", "the line is not JSON: string or '}' expected near end of file" },
	{ "[]", "expected an object with a string 'command'" },
	{ "{}", "expected an object with a string 'command'" },
	{ "{\"command\":1}", "expected an object with a string 'command'" },
	{ "{\"command\":\"go\"}", "'go' is not a command" },
	{ "{\"command\":\"up\"}", "'name' is missing" },
	{ "{\"command\":\"up\",\"name\":\"\"}", "'name' is not right; expected a string" },
	{ "{\"command\":\"up\",\"name\":7}", "'name' is not right; expected a string" },
	{ "{\"command\":\"up\",\"name\":\"a\",\"force\":true}",
	  "more than 'command' and name for up" },
	{ "{\"command\":\"list\",\"name\":\"a\"}", "more than 'command' for list" },
	{ "{\"command\":\"log\",\"follow\":\"yes\"}",
	  "'follow' is not right; expected true or false" },
	{ "{\"command\":\"list\",\"command\":\"up\"}",
	  "the line is not JSON: duplicate object key near '\"command\"'" },
	{ "{\"command\":\"list\"} x", "the line is not JSON: end of file expected near 'x'" },
	{ "{\"command\":\"up\",\"name\":\"a\\u0000b\"}",
	  "the line is not JSON: \\u0000 is not allowed without JSON_ALLOW_NUL near '\"a\\u0000b\"'",
	},
};

void test_ike_request(void)
{
	char seen[1024];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct espah_err err = {};
		struct ike_request request;

		if (ike_request_read(&request, cases[i].line, strlen(cases[i].line), &err))
			snprintf(seen, sizeof(seen), "%s", err.text);
		else
			snprintf(seen, sizeof(seen), "%u '%.512s' %d", request.command,
				 request.word, request.follow);
		check_text(seen, cases[i].expected, cases[i].line);
	}
}
