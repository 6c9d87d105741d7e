// SPDX-License-Identifier: GPL-2.0-only
/*
 * The log: which lines are kept, limited, followed.
 */
#include <stdio.h>
#include <string.h>

#include "../../tools/ike/log.h"
#include "unit.h"

static uint64_t newest(void)
{
	const struct ike_log_line *line;
	uint64_t last = 0;

	while ((line = ike_log_next(last)))
		last = line->number;
	return last;
}

static unsigned int followed;

static void follow(const struct ike_log_line *line, void *to)
{
	*(unsigned int *)to += 1;
	followed = line->number;
}

/* What is said here is not for whoever reads the results. */
static void quietly(void (*run)(void))
{
	FILE *kept = stderr;

	stderr = fopen("/dev/null", "w");
	run();
	fclose(stderr);
	stderr = kept;
}

static void say_lines(void)
{
	uint64_t before = newest();
	const struct ike_log_line *line;
	unsigned int i, count = 0;

	ike_log(IKE_LOG_DEBUG, "not at this level");
	check(newest() == before, "a line above the level is not kept");
	ike_log(IKE_LOG_INFO, "id '%s'", "a\nb\x1b[m\xff");
	line = ike_log_next(before);
	check_text(line->text, "id 'a?b?[m?'", "a line has neither ends nor escapes in it");
	check(line->number == before + 1 && line->level == IKE_LOG_INFO && line->when > 1000000,
	      "a line has a number, a level and a time");
	check(!ike_log_next(line->number), "and is the last one");
	for (i = 0; i < 1500; i++)
		ike_log(IKE_LOG_INFO, "%u", i);
	for (line = ike_log_next(before); line; line = ike_log_next(line->number))
		count++;
	check(count == 1024, "1024 lines are kept");
	check_text(ike_log_next(before)->text, "476", "of which this is the oldest");
	check_text(ike_log_next(newest() - 1)->text, "1499", "and the last is the newest");
}

static void say_limited(void)
{
	uint64_t before = newest();
	unsigned int i, count;

	for (i = 0; i < 1000; i++)
		ike_log_limited(IKE_LOG_INFO, "a stranger");
	count = newest() - before;
	/* On a slow machine a second may pass meanwhile. */
	check(count >= 10 && count < 100, "a thousand limited lines are some ten");
	ike_log(IKE_LOG_INFO, "not limited");
	check(newest() - before == count + 1, "and others are not kept back by them");
}

static void say_followed(void)
{
	unsigned int count = 0;

	ike_log_follow(follow, &count);
	ike_log(IKE_LOG_WARNING, "one");
	ike_log(IKE_LOG_WARNING, "two");
	ike_log_follow(NULL, NULL);
	ike_log(IKE_LOG_WARNING, "three");
	check(count == 2 && followed == newest() - 1, "lines are told as they are said");
}

void test_ike_log(void)
{
	ike_log_open(IKE_LOG_INFO, 0);
	quietly(say_lines);
	quietly(say_limited);
	quietly(say_followed);
	check(ike_log_level_find("debug") == IKE_LOG_DEBUG && ike_log_level_find("loud") == -1,
	      "levels by their names");
	check_text(ike_log_level_name(IKE_LOG_WARNING), "warning", "and names by their level");
}
