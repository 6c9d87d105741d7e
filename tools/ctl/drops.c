// SPDX-License-Identifier: GPL-2.0-or-later
#include "addr.h"
#include "counters.h"
#include "ctl.h"
#include "drop.h"
#include "narrow.h"
#include "print.h"
#include "selector.h"

static const char help[] =
	"Usage: espah [ -j ] drops [ SELECTOR ] [ cause CAUSE ] [ spi SPI ]\n"
	"SELECTOR := [ src PREFIX ] [ dst PREFIX ] [ proto PROTO ] [ sport NUMBERS ] [ dport NUMBERS ]\n"
	"        [ type NUMBERS ] [ code NUMBERS ] [ key KEY ]\n"
	"CAUSE := the name of a counter: see espah -s stat\n"
	"The last packets that have ended, the newest last. See also espah monitor drop.\n";

/* A drop passes if all that is given holds. */
struct drop_filter {
	struct selector_text sel;
	uint32_t cause;
	uint32_t spi;
	bool has_spi;
	/* AF_UNSPEC: either */
	int family;
};

static int take_cause(struct args *args, void *to)
{
	const char *name = args_value(args, "the name of a counter");
	struct drop_filter *filter = to;

	if (!name)
		return -1;
	filter->cause = espah_counter_find(name);
	if (filter->cause)
		return 0;
	return args_fail(args, "'%.64s' is no counter; expected one of those of 'espah -s stat'",
			 name);
}

static int take_spi(struct args *args, void *to)
{
	struct drop_filter *filter = to;

	filter->has_spi = true;
	return args_number(args, 0, UINT32_MAX, &filter->spi);
}

static const struct word words[] = {
	{ .name = "cause", .take = take_cause },
	{ .name = "spi", .take = take_spi },
	{}
};

static bool keep(const struct espah_drop *drop, const void *filter)
{
	const struct drop_filter *f = filter;
	const struct espah_selector *sel = &f->sel.sel;

	return (f->family == AF_UNSPEC || f->family == drop->flow.src.min.family) &&
	       espah_range_within(&drop->flow.src, &sel->src) &&
	       espah_range_within(&drop->flow.dst, &sel->dst) &&
	       (!f->sel.has_proto || sel->proto == drop->flow.proto) &&
	       narrow_within(&drop->flow, sel) &&
	       (!f->cause || f->cause == drop->cause) &&
	       (!f->has_spi || (drop->sa_proto && f->spi == drop->sa_spi));
}

static int drops(struct ctl *ctl, struct args *args)
{
	struct drop_filter filter = { .family = ctl->family };
	const struct vocabulary vocabularies[] = {
		{ selector_words, &filter.sel },
		{ words, &filter },
		{}
	};
	struct espah_drop_list list = { .keep = keep, .filter = &filter };
	int ret;

	if (args_walk(args, vocabularies, false) || ctl_connect(ctl, args->err))
		return -1;
	ret = espah_drop_dump(ctl->nl, &list, args->err);
	if (!ret)
		ret = print_drops(ctl, list.drop, list.count, args->err);
	espah_drop_list_free(&list);
	return ret;
}

const struct object object_drops = {
	.name = "drops",
	.run = drops,
	.help = help,
};
