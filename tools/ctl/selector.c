// SPDX-License-Identifier: GPL-2.0-or-later
#include <netinet/in.h>
#include <string.h>

#include "addr.h"
#include "names.h"
#include "narrow.h"
#include "selector.h"

static bool one_of(const char *text, const char * const *list)
{
	for (; *list; list++) {
		if (!strcmp(text, *list))
			return true;
	}
	return false;
}

/**
 * take_transform() - the protocol of a transform
 * @args: the command
 * @proto: filled in
 *
 * Return: 0, or -1.
 */
int take_transform(struct args *args, uint8_t *proto)
{
	static const char * const others[] = { "comp", "108", "route2", "hao", NULL };
	const char *text = args_value(args, "a protocol");

	if (!text)
		return -1;
	if (one_of(text, others))
		return args_fail(args, "'%s' is not supported by this version; expected esp or ah",
				 text);
	if (!strcmp(text, "esp") || !strcmp(text, "50"))
		*proto = IPPROTO_ESP;
	else if (!strcmp(text, "ah") || !strcmp(text, "51"))
		*proto = IPPROTO_AH;
	else
		return args_fail(args, "'%.64s' is not an IPsec protocol; expected esp or ah",
				 text);
	return 0;
}

/**
 * take_mode() - transport, tunnel or beet
 * @args: the command
 * @mode: filled in
 *
 * Return: 0, or -1.
 */
int take_mode(struct args *args, uint8_t *mode)
{
	static const char * const others[] = { "ro", "in_trigger", NULL };

	if (args->at < args->argc && one_of(args->argv[args->at], others))
		return args_fail(args,
				 "'%s' is not supported by this version; expected transport, tunnel or beet",
				 args->argv[args->at]);
	return args_choice(args, espah_mode_find, "transport, tunnel or beet", mode);
}

static int take_src(struct args *args, void *to)
{
	struct selector_text *text = to;

	text->given = true;
	return args_range(args, &text->sel.src);
}

static int take_dst(struct args *args, void *to)
{
	struct selector_text *text = to;

	text->given = true;
	return args_range(args, &text->sel.dst);
}

static int take_proto(struct args *args, void *to)
{
	struct selector_text *text = to;
	const char *name = args_value(args, "a protocol");
	int proto;

	if (!name)
		return -1;
	proto = espah_proto_find(name);
	if (proto < 0)
		return args_fail(args,
				 "'%.64s' is not an IP protocol; expected a name like tcp or a number from 0 to 255",
				 name);
	text->sel.proto = proto;
	text->given = true;
	text->has_proto = true;
	return 0;
}

const struct word selector_words[] = {
	{ .name = "src", .take = take_src },
	{ .name = "dst", .take = take_dst },
	{ .name = "proto", .take = take_proto },
	{ .name = "sport", .take = take_sport },
	{ .name = "dport", .take = take_dport },
	{ .name = "type", .take = take_type },
	{ .name = "code", .take = take_code },
	{ .name = "key", .take = take_key },
	{ .name = "opaque", .take = take_opaque },
	{ .name = "dev", .take = take_dev },
	{ .name = "dscp", .take = take_classes },
	{}
};

static int take_id_src(struct args *args, void *to)
{
	struct id_text *id = to;

	return args_addr(args, &id->src);
}

static int take_id_dst(struct args *args, void *to)
{
	struct id_text *id = to;

	return args_addr(args, &id->dst);
}

static int take_id_proto(struct args *args, void *to)
{
	struct id_text *id = to;

	return take_transform(args, &id->proto);
}

static int take_id_spi(struct args *args, void *to)
{
	struct id_text *id = to;

	id->has_spi = true;
	return args_number(args, 0, UINT32_MAX, &id->spi);
}

const struct word id_words[] = {
	{ .name = "src", .take = take_id_src },
	{ .name = "dst", .take = take_id_dst },
	{ .name = "proto", .take = take_id_proto },
	{ .name = "spi", .take = take_id_spi },
	{}
};

/**
 * id_check() - is this what can name an SA
 * @args: the command
 * @id: what was read
 *
 * Return: 0, or -1.
 */
int id_check(struct args *args, const struct id_text *id)
{
	int src = id->src.family, dst = id->dst.family;

	if (!id->proto)
		return espah_err_usage(args->err, "'proto' is missing; expected proto esp");
	if (src != AF_UNSPEC && dst != AF_UNSPEC && src != dst)
		return espah_err_usage(args->err,
				       "'src' is %s and 'dst' is %s; both must be of one family",
				       espah_family_name(src), espah_family_name(dst));
	return 0;
}

static int find_sa_dir(const char *name)
{
	int dir = espah_dir_find(name);

	return dir == ESPAH_DIR_FWD ? -1 : dir;
}

/**
 * take_sa_dir() - read for which direction an SA is
 * @args: the command
 * @dir: filled in
 *
 * Return: 0, or -1.
 */
int take_sa_dir(struct args *args, uint8_t *dir)
{
	return args_choice(args, find_sa_dir, "in or out", dir);
}
