// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "counters.h"
#include "ctl.h"
#include "info.h"
#include "print.h"
#include "sample.h"

static const char help[] =
	"Usage: espah [ -s ] stat [ show ]\n"
	"Usage: espah [ -j ] stat -w [ SECONDS ] [ -n COUNT ]\n"
	"Counters that are zero are only shown with -s, or in JSON. With -w, what has come and gone\n"
	"in each second, for COUNT times or until q or Ctrl-C.\n";

static void print_info(const struct ctl *ctl, const struct espah_info *info)
{
	const char *line = print_break(ctl);
	unsigned int i;

	printf("SAD count %u%s", info->sa_count, line);
	print_policy_counts(info);
	for (i = 0; i <= ESPAH_A_CNT_MAX; i++) {
		const struct espah_counter_text *text = espah_counter_text(i);
		uint64_t count = info->counters.count[i];

		if (text && (count || ctl->stats))
			printf("%s%-20s %12llu  %s", line, text->name, (unsigned long long)count,
			       text->words);
	}
	putchar('\n');
}

static json_t *json_info(const struct espah_info *info)
{
	return json_pack("{s:I, s:o, s:o}",
			 "sa_count", (json_int_t)info->sa_count,
			 "policies", json_policy_counts(info),
			 "counters", json_counters(&info->counters, true));
}

static int stat_show(struct ctl *ctl, struct args *args)
{
	struct espah_info info;

	if (args_end(args) || ctl_connect(ctl, args->err) ||
	    espah_info_get(ctl->nl, &info, args->err))
		return -1;
	if (ctl->json)
		return json_print(ctl, json_info(&info), args->err);
	print_info(ctl, &info);
	return 0;
}

/* What has come since, for a second. */
static double rate_of(const struct sample *before, const struct sample *now, unsigned int counter)
{
	return (now->info.counters.count[counter] - before->info.counters.count[counter]) /
	       sample_seconds(before, now);
}

static double octets_of(const struct sample *before, const struct sample *now)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < now->sas.count; i++)
		sum += sample_rate(before, now, i).bytes;
	return sum;
}

/* Those that have grown, but for the two that a line has anyway. */
static bool has_grown(const struct sample *before, const struct sample *now, unsigned int counter)
{
	return counter != ESPAH_A_CNT_IN_OK && counter != ESPAH_A_CNT_OUT_OK &&
	       espah_counter_text(counter) &&
	       now->info.counters.count[counter] != before->info.counters.count[counter];
}

static void print_rates(const struct watch *watch, const struct sample *before,
			const struct sample *now)
{
	unsigned int i;

	watch_clear(watch);
	printf("in %.1f packets/s, out %.1f packets/s, %.1f octets/s in clear, %u states\n",
	       rate_of(before, now, ESPAH_A_CNT_IN_OK), rate_of(before, now, ESPAH_A_CNT_OUT_OK),
	       octets_of(before, now), now->info.sa_count);
	for (i = 0; i <= ESPAH_A_CNT_MAX; i++) {
		if (has_grown(before, now, i))
			printf("%-20s %10.1f/s %12llu  %s\n", espah_counter_text(i)->name,
			       rate_of(before, now, i),
			       (unsigned long long)now->info.counters.count[i],
			       espah_counter_text(i)->words);
	}
}

static json_t *json_grown(const struct sample *before, const struct sample *now)
{
	json_t *object = json_object();
	unsigned int i;

	for (i = 0; i <= ESPAH_A_CNT_MAX; i++) {
		if (has_grown(before, now, i))
			object = json_with(object, espah_counter_text(i)->name,
					   json_pack("{s:f, s:I}", "rate", rate_of(before, now, i),
						     "total",
						     (json_int_t)now->info.counters.count[i]));
	}
	return object;
}

static json_t *json_rates(const struct sample *before, const struct sample *now)
{
	json_t *object = json_pack("{s:f, s:f, s:f, s:f, s:I}",
				   "seconds", sample_seconds(before, now),
				   "in", rate_of(before, now, ESPAH_A_CNT_IN_OK),
				   "out", rate_of(before, now, ESPAH_A_CNT_OUT_OK),
				   "octets", octets_of(before, now),
				   "sa_count", (json_int_t)now->info.sa_count);

	return json_with(object, "counters", json_grown(before, now));
}

static int show_rates(const struct ctl *ctl, const struct watch *watch,
		      const struct sample *before, const struct sample *now, struct espah_err *err)
{
	if (ctl->json)
		return json_print(ctl, json_rates(before, now), err);
	print_rates(watch, before, now);
	return 0;
}

/* Seconds may follow, and then other words. */
static int stat_watch(struct ctl *ctl, struct args *args)
{
	struct watch watch = {};
	const struct vocabulary vocabularies[] = {
		{ watch_words, &watch },
		{}
	};

	args->word = "-w";
	if (args->at < args->argc && args->argv[args->at][0] != '-' && take_every(args, &watch))
		return -1;
	if (args_walk(args, vocabularies, false))
		return -1;
	return watch_samples(ctl, &watch, show_rates, args->err);
}

static const struct verb verbs[] = {
	{ .name = "show", .run = stat_show },
	{ .name = "list", .run = stat_show },
	{ .name = "-w", .run = stat_watch },
	{}
};

const struct object object_stat = {
	.name = "stat",
	.verbs = verbs,
	.help = help,
};
