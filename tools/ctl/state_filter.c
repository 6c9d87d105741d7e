// SPDX-License-Identifier: GPL-2.0-or-later
#include "addr.h"
#include "flag.h"
#include "selector.h"
#include "state_text.h"

static int take_src(struct args *args, void *to)
{
	struct state_filter *filter = to;

	return args_range(args, &filter->src);
}

static int take_dst(struct args *args, void *to)
{
	struct state_filter *filter = to;

	return args_range(args, &filter->dst);
}

static int take_proto(struct args *args, void *to)
{
	struct state_filter *filter = to;

	filter->given |= espah_bit(ESPAH_A_SA_PROTO);
	return take_transform(args, &filter->proto);
}

static int take_spi(struct args *args, void *to)
{
	struct state_filter *filter = to;

	filter->given |= espah_bit(ESPAH_A_SA_SPI);
	return args_number(args, 0, UINT32_MAX, &filter->spi);
}

static int take_filter_mode(struct args *args, void *to)
{
	struct state_filter *filter = to;

	filter->given |= espah_bit(ESPAH_A_SA_MODE);
	return take_mode(args, &filter->mode);
}

static int take_reqid(struct args *args, void *to)
{
	struct state_filter *filter = to;

	filter->given |= espah_bit(ESPAH_A_SA_REQID);
	return args_number(args, 0, UINT32_MAX, &filter->reqid);
}

static int take_filter_if_id(struct args *args, void *to)
{
	struct state_filter *filter = to;

	filter->given |= espah_bit(ESPAH_A_SA_IF_ID);
	return args_number(args, 0, UINT32_MAX, &filter->if_id);
}

static int take_filter_dir(struct args *args, void *to)
{
	struct state_filter *filter = to;

	filter->given |= espah_bit(ESPAH_A_SA_DIR);
	return take_sa_dir(args, &filter->dir);
}

static int take_filter_flag(struct args *args, void *to)
{
	struct state_filter *filter = to;
	struct espah_sa sa = {};

	if (take_flag(args, &sa))
		return -1;
	filter->given |= espah_bit(ESPAH_A_SA_FLAGS);
	filter->flags = sa.flags;
	return 0;
}

static int take_nokeys(struct args *args, void *to)
{
	struct state_filter *filter = to;

	(void)args;
	filter->nokeys = true;
	return 0;
}

static const struct word words[] = {
	{ .name = "src", .take = take_src },
	{ .name = "dst", .take = take_dst },
	{ .name = "proto", .take = take_proto },
	{ .name = "spi", .take = take_spi },
	{ .name = "mode", .take = take_filter_mode },
	{ .name = "reqid", .take = take_reqid },
	{ .name = "if_id", .take = take_filter_if_id },
	{ .name = "dir", .take = take_filter_dir },
	{ .name = "nokeys", .take = take_nokeys },
	{ .name = "flag", .take = take_filter_flag },
	{}
};

/**
 * state_parse_filter() - read which SAs are meant
 * @args: the command
 * @filter: filled in, but for the family, which is the caller's
 *
 * Return: 0, or -1.
 */
int state_parse_filter(struct args *args, struct state_filter *filter)
{
	const struct vocabulary vocabularies[] = {
		{ words, filter },
		{}
	};

	return args_walk(args, vocabularies, false);
}

static bool addr_within(const struct espah_addr *addr, const struct espah_range *range)
{
	const struct espah_range one = { .min = *addr, .max = *addr };

	return espah_range_within(&one, range);
}

/**
 * state_filter_keep() - is this SA meant
 * @sa: the SA
 * @filter: a struct state_filter
 *
 * Return: true if so.
 */
bool state_filter_keep(const struct espah_sa *sa, const void *filter)
{
	const struct state_filter *f = filter;

	return (f->family == AF_UNSPEC || f->family == sa->dst.family) &&
	       addr_within(&sa->src, &f->src) && addr_within(&sa->dst, &f->dst) &&
	       (!espah_given(f->given, ESPAH_A_SA_PROTO) || f->proto == sa->proto) &&
	       (!espah_given(f->given, ESPAH_A_SA_SPI) || f->spi == sa->spi) &&
	       (!espah_given(f->given, ESPAH_A_SA_MODE) || f->mode == sa->mode) &&
	       (!espah_given(f->given, ESPAH_A_SA_REQID) || f->reqid == sa->reqid) &&
	       (!espah_given(f->given, ESPAH_A_SA_IF_ID) || f->if_id == sa->if_id) &&
	       (!espah_given(f->given, ESPAH_A_SA_FLAGS) || f->flags == flags_of(sa)) &&
	       (!espah_given(f->given, ESPAH_A_SA_DIR) ||
		(espah_given(sa->given, ESPAH_A_SA_DIR) && f->dir == sa->dir));
}
