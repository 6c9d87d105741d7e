// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "limit.h"
#include "print.h"

/* "soft N(unit), hard N(unit)", as ip-xfrm(8) has it; no limit is 0 or (INF). */
static void print_pair(const struct espah_limits *limits, unsigned int soft, const char *none,
		       const char *unit)
{
	uint64_t value;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		value = limits->limit[soft + i];
		fputs(i ? ", hard " : "soft ", stdout);
		if (value)
			printf("%llu", (unsigned long long)value);
		else
			fputs(none, stdout);
		printf("(%s)", unit);
	}
}

/**
 * print_limits() - print a lifetime
 * @ctl: the options
 * @limits: the lifetime
 */
void print_limits(const struct ctl *ctl, const struct espah_limits *limits)
{
	const char *line = print_break(ctl);

	printf("%s\tlifetime config:", line);
	printf("%s\t  limit: ", line);
	print_pair(limits, ESPAH_A_LIMIT_BYTE_SOFT, "(INF)", "bytes");
	printf("%s\t  limit: ", line);
	print_pair(limits, ESPAH_A_LIMIT_PACKET_SOFT, "(INF)", "packets");
	printf("%s\t  expire add: ", line);
	print_pair(limits, ESPAH_A_LIMIT_TIME_SOFT, "0", "sec");
	printf("%s\t  expire use: ", line);
	print_pair(limits, ESPAH_A_LIMIT_TIME_USE_SOFT, "0", "sec");
}

/**
 * print_limit_words() - print a lifetime in the words of ip-xfrm(8)
 * @limits: the lifetime
 *
 * As all that is to be read again.
 */
void print_limit_words(const struct espah_limits *limits)
{
	unsigned int i;

	for (i = 0; i <= ESPAH_A_LIMIT_MAX; i++) {
		if (limit_name(i) && limits->limit[i])
			printf("\tlimit %s %llu", limit_name(i),
			       (unsigned long long)limits->limit[i]);
	}
}

/* As a JSON key: "time_soft". */
static const char *limit_key(unsigned int limit, char *buf, size_t size)
{
	char *p;

	snprintf(buf, size, "%s", limit_name(limit));
	for (p = buf; *p; p++) {
		if (*p == '-')
			*p = '_';
	}
	return buf;
}

/**
 * json_limits() - a lifetime for programs
 * @limits: the lifetime
 *
 * Return: the object, or NULL.
 */
json_t *json_limits(const struct espah_limits *limits)
{
	json_t *object = json_object();
	char key[32];
	unsigned int i;

	for (i = 0; i <= ESPAH_A_LIMIT_MAX; i++) {
		if (limit_name(i) && limits->limit[i])
			object = json_with(object, limit_key(i, key, sizeof(key)),
					   json_integer(limits->limit[i]));
	}
	return object;
}

/**
 * print_current() - print what a lifetime has come to, as far as its times
 * @ctl: the options
 * @bytes: octets
 * @packets: packets
 *
 * With print_moment(), who calls says when it began, and when it was used.
 */
void print_current(const struct ctl *ctl, uint64_t bytes, uint64_t packets)
{
	const char *line = print_break(ctl);

	printf("%s\tlifetime current:", line);
	printf("%s\t  %llu(bytes), %llu(packets)", line, (unsigned long long)bytes,
	       (unsigned long long)packets);
	printf("%s\t  ", line);
}
