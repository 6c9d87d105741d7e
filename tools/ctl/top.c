// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "ctl.h"
#include "names.h"
#include "print.h"
#include "sample.h"
#include "watch.h"

static const char help[] =
	"Usage: espah [ -j ] top [ -w SECONDS ] [ -n COUNT ]\n"
	"The states that carry most, for COUNT times or until q or Ctrl-C.\n";

static int busiest_first(const void *left, const void *right)
{
	const struct sa_rate *a = left, *b = right;

	if (a->bytes != b->bytes)
		return a->bytes > b->bytes ? -1 : 1;
	if (a->packets != b->packets)
		return a->packets > b->packets ? -1 : 1;
	return a->sa->id < b->sa->id ? -1 : a->sa->id > b->sa->id;
}

/* Those that have carried something. */
static size_t rank(const struct sample *before, const struct sample *now, struct sa_rate *rates)
{
	size_t count = 0, i;

	for (i = 0; i < now->sas.count; i++) {
		rates[count] = sample_rate(before, now, i);
		if (rates[count].packets)
			count++;
	}
	if (count)
		qsort(rates, count, sizeof(*rates), busiest_first);
	return count;
}

static void print_rates(const struct watch *watch, const struct sample *now,
			const struct sa_rate *rates, size_t count)
{
	char src[ESPAH_ADDR_STRLEN], dst[ESPAH_ADDR_STRLEN], proto[ESPAH_PROTO_STRLEN];
	unsigned int lines = watch_lines(watch);
	size_t i;

	watch_clear(watch);
	printf("%zu of %u states are busy\n%12s %14s  state\n", count, now->info.sa_count,
	       "packets/s", "octets/s");
	for (i = 0; i < count && i + 3 < lines; i++) {
		const struct espah_sa *sa = rates[i].sa;

		printf("%12.1f %14.1f  %s -> %s %s spi 0x%08x reqid %u %s\n", rates[i].packets,
		       rates[i].bytes, espah_addr_print(&sa->src, src),
		       espah_addr_print(&sa->dst, dst), espah_proto_name(sa->proto, proto),
		       sa->spi, sa->reqid, espah_mode_name(sa->mode));
	}
}

static json_t *json_rate(const struct sa_rate *rate)
{
	json_t *object = json_state(rate->sa);

	object = json_with(object, "packets_rate", json_real(rate->packets));
	return json_with(object, "bytes_rate", json_real(rate->bytes));
}

static json_t *json_rates(double seconds, const struct sa_rate *rates, size_t count)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < count; i++) {
		if (json_array_append_new(array, json_rate(&rates[i]))) {
			json_decref(array);
			array = NULL;
			break;
		}
	}
	return json_with(json_pack("{s:f}", "seconds", seconds), "state", array);
}

static int show(const struct ctl *ctl, const struct watch *watch, const struct sample *before,
		const struct sample *now, struct espah_err *err)
{
	struct sa_rate *rates = calloc(now->sas.count + 1, sizeof(*rates));
	size_t count;
	int ret = 0;

	if (!rates)
		return espah_err_kernel(err, ENOMEM, "ENOMEM: no memory for %zu states",
					now->sas.count);
	count = rank(before, now, rates);
	if (ctl->json)
		ret = json_print(ctl, json_rates(sample_seconds(before, now), rates, count), err);
	else
		print_rates(watch, now, rates, count);
	free(rates);
	return ret;
}

static int top(struct ctl *ctl, struct args *args)
{
	struct watch watch = {};
	const struct vocabulary vocabularies[] = {
		{ watch_words, &watch },
		{}
	};

	if (args_walk(args, vocabularies, false))
		return -1;
	return watch_samples(ctl, &watch, show, args->err);
}

const struct object object_top = {
	.name = "top",
	.run = top,
	.help = help,
};
