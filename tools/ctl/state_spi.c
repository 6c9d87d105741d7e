// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "selector.h"
#include "state_text.h"

/* RFC 4303 section 2.1 keeps those below. */
#define SPI_MIN		256

static int take_min(struct args *args, void *to)
{
	struct espah_spi_range *range = to;

	return args_number(args, SPI_MIN, UINT32_MAX, &range->min);
}

static int take_max(struct args *args, void *to)
{
	struct espah_spi_range *range = to;

	return args_number(args, SPI_MIN, UINT32_MAX, &range->max);
}

static int take_timeout(struct args *args, void *to)
{
	struct espah_spi_range *range = to;

	return args_number(args, 1, UINT32_MAX, &range->timeout);
}

static const struct word range_words[] = {
	{ .name = "min", .take = take_min },
	{ .name = "max", .take = take_max },
	{ .name = "timeout", .take = take_timeout },
	{ .name = "mark", .lacks = "marks are" },
	{ .name = "seq", .lacks = "acquire sequence numbers are" },
	{}
};

static int check_ends(struct args *args, const struct id_text *id)
{
	if (id_check(args, id))
		return -1;
	if (id->src.family == AF_UNSPEC)
		return espah_err_usage(args->err, "'src' is missing; expected src ADDR");
	if (id->dst.family == AF_UNSPEC)
		return espah_err_usage(args->err, "'dst' is missing; expected dst ADDR");
	if (id->has_spi)
		return espah_err_usage(args->err,
				       "'spi' is what is asked for; expected min SPI max SPI, or nothing");
	return 0;
}

/* As ip-xfrm(8) has it: both or none. */
static int check_range(struct args *args, const struct espah_spi_range *range)
{
	if (range->min && !range->max)
		return espah_err_usage(args->err, "'max' is missing; expected min SPI max SPI");
	if (range->max && !range->min)
		return espah_err_usage(args->err, "'min' is missing; expected min SPI max SPI");
	if (range->max < range->min)
		return espah_err_usage(args->err,
				       "'max': %u is below 'min', which is %u", range->max,
				       range->min);
	return 0;
}

/**
 * state_parse_spi() - read which SPI is asked for, and for what
 * @args: the command
 * @sa: filled in
 * @range: filled in
 *
 * Return: 0, or -1.
 */
int state_parse_spi(struct args *args, struct espah_sa *sa, struct espah_spi_range *range)
{
	struct id_text id = {};
	const struct vocabulary vocabularies[] = {
		{ id_words, &id },
		{ state_spi_words, sa },
		{ range_words, range },
		{}
	};

	memset(sa, 0, sizeof(*sa));
	memset(range, 0, sizeof(*range));
	if (args_walk(args, vocabularies, false) || check_ends(args, &id) ||
	    check_range(args, range))
		return -1;
	sa->src = id.src;
	sa->dst = id.dst;
	sa->proto = id.proto;
	sa->given |= espah_bit(ESPAH_A_SA_SRC) | espah_bit(ESPAH_A_SA_DST) |
		     espah_bit(ESPAH_A_SA_PROTO) | espah_bit(ESPAH_A_SA_MODE);
	return 0;
}
