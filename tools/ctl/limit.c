// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "limit.h"
#include "macros.h"

static const char * const names[ESPAH_A_LIMIT_MAX + 1] = {
	[ESPAH_A_LIMIT_TIME_SOFT] = "time-soft",
	[ESPAH_A_LIMIT_TIME_HARD] = "time-hard",
	[ESPAH_A_LIMIT_TIME_USE_SOFT] = "time-use-soft",
	[ESPAH_A_LIMIT_TIME_USE_HARD] = "time-use-hard",
	[ESPAH_A_LIMIT_BYTE_SOFT] = "byte-soft",
	[ESPAH_A_LIMIT_BYTE_HARD] = "byte-hard",
	[ESPAH_A_LIMIT_PACKET_SOFT] = "packet-soft",
	[ESPAH_A_LIMIT_PACKET_HARD] = "packet-hard",
};

/**
 * limit_name() - the word for a limit
 * @limit: ESPAH_A_LIMIT_*
 *
 * Return: the word, or NULL where the number is no limit's.
 */
const char *limit_name(unsigned int limit)
{
	return limit < ARRAY_SIZE(names) ? names[limit] : NULL;
}

static int limit_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (names[i] && !strcmp(names[i], name))
			return i;
	}
	return -1;
}

/**
 * take_limit() - one limit of a lifetime
 * @args: the command
 * @limits: the limit is entered
 *
 * As in ip-xfrm(8), a time of 0 is none. There, 0 octets or packets make an SA that
 * never carries one; nobody can want that, and it is not to be taken for no limit.
 *
 * Return: 0, or -1.
 */
int take_limit(struct args *args, struct espah_limits *limits)
{
	uint8_t limit;

	if (args_choice(args, limit_find,
			"one of time-soft, time-hard, time-use-soft, time-use-hard, byte-soft, byte-hard, packet-soft, packet-hard",
			&limit))
		return -1;
	if (limits->limit[limit])
		return args_fail(args, "'%s' given twice", names[limit]);
	return args_number64(args, limit >= ESPAH_A_LIMIT_BYTE_SOFT, &limits->limit[limit]);
}

/**
 * no_limits() - has a lifetime no end?
 * @limits: the lifetime
 *
 * Return: true if nothing limits it, which is as if nothing were said of it.
 */
bool no_limits(const struct espah_limits *limits)
{
	static const struct espah_limits none;

	return !memcmp(limits, &none, sizeof(none));
}
