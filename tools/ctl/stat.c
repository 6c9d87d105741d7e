// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "counters.h"
#include "ctl.h"
#include "info.h"
#include "print.h"

static const char help[] =
	"Usage: espah [ -s ] stat [ show ]\n"
	"Counters that are zero are only shown with -s, or in JSON.\n";

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

static const struct verb verbs[] = {
	{ .name = "show", .run = stat_show },
	{ .name = "list", .run = stat_show },
	{}
};

const struct object object_stat = {
	.name = "stat",
	.verbs = verbs,
	.help = help,
};
