// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "addr.h"
#include "names.h"
#include "selector.h"
#include "tmpl.h"

static int take_tmpl_mode(struct args *args, void *to)
{
	struct espah_tmpl *tmpl = to;

	return take_mode(args, &tmpl->mode);
}

static int take_reqid(struct args *args, void *to)
{
	struct espah_tmpl *tmpl = to;

	return args_number(args, 0, UINT32_MAX, &tmpl->reqid);
}

static int take_level(struct args *args, void *to)
{
	struct espah_tmpl *tmpl = to;

	return args_choice(args, espah_level_find, "required or use", &tmpl->level);
}

static const struct word words[] = {
	{ .name = "mode", .take = take_tmpl_mode },
	{ .name = "reqid", .take = take_reqid },
	{ .name = "level", .take = take_level },
	{}
};

/**
 * tmpl_parse() - read what follows the word tmpl
 * @args: the command
 * @tmpl: filled in
 *
 * An address of zeros, which ip-xfrm(8) prints for none, means none.
 *
 * Return: 0, or -1.
 */
int tmpl_parse(struct args *args, struct espah_tmpl *tmpl)
{
	struct id_text id = {};
	const struct vocabulary vocabularies[] = {
		{ id_words, &id },
		{ words, tmpl },
		{}
	};

	memset(tmpl, 0, sizeof(*tmpl));
	tmpl->mode = ESPAH_MODE_TRANSPORT;
	tmpl->level = ESPAH_LEVEL_REQUIRED;
	if (args_walk(args, vocabularies, true))
		return -1;
	if (id_check(args, &id)) {
		espah_err_prefix(args->err, "'tmpl': ");
		return -1;
	}
	tmpl->proto = id.proto;
	tmpl->spi = id.spi;
	tmpl->src = id.src;
	tmpl->dst = id.dst;
	if (!espah_addr_is_zero(&id.src))
		tmpl->given |= espah_bit(ESPAH_A_TMPL_SRC);
	if (!espah_addr_is_zero(&id.dst))
		tmpl->given |= espah_bit(ESPAH_A_TMPL_DST);
	return 0;
}
