// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "default_text.h"
#include "macros.h"
#include "print.h"

static int find_block(const char *name)
{
	if (!strcmp(name, "accept"))
		return 0;
	return strcmp(name, "block") ? -1 : 1;
}

static int take(struct args *args, struct espah_defaults *defaults, unsigned int dir,
		unsigned int attr)
{
	uint8_t block;

	if (args_choice(args, find_block, "accept or block", &block))
		return -1;
	defaults->block[dir] = block;
	defaults->given |= espah_bit(attr);
	return 0;
}

static int take_in(struct args *args, void *to)
{
	return take(args, to, ESPAH_DIR_IN, ESPAH_A_DEFAULT_IN);
}

static int take_out(struct args *args, void *to)
{
	return take(args, to, ESPAH_DIR_OUT, ESPAH_A_DEFAULT_OUT);
}

static int take_fwd(struct args *args, void *to)
{
	return take(args, to, ESPAH_DIR_FWD, ESPAH_A_DEFAULT_FWD);
}

static const struct word words[] = {
	{ .name = "in", .take = take_in },
	{ .name = "out", .take = take_out },
	{ .name = "fwd", .take = take_fwd },
	{}
};

/**
 * default_parse() - read what shall become of packets that no policy speaks of
 * @args: the command
 * @defaults: filled in
 *
 * Return: 0, or -1.
 */
int default_parse(struct args *args, struct espah_defaults *defaults)
{
	const struct vocabulary vocabularies[] = {
		{ words, defaults },
		{}
	};

	memset(defaults, 0, sizeof(*defaults));
	if (args_walk(args, vocabularies, false))
		return -1;
	if (defaults->given)
		return 0;
	return espah_err_usage(args->err,
			       "nothing is said; expected in, out or fwd, each with accept or block");
}

/* In the order of ip-xfrm(8). */
static const struct {
	const char *name;
	unsigned int dir;
} dirs[] = {
	{ "in", ESPAH_DIR_IN },
	{ "fwd", ESPAH_DIR_FWD },
	{ "out", ESPAH_DIR_OUT },
};

static const char *action_of(const struct espah_defaults *defaults, unsigned int dir)
{
	return defaults->block[dir] ? "block" : "accept";
}

/**
 * print_defaults() - print what becomes of packets that no policy speaks of
 * @ctl: the options
 * @defaults: the actions
 */
void print_defaults(const struct ctl *ctl, const struct espah_defaults *defaults)
{
	unsigned int i;

	fputs("Default policies:", stdout);
	for (i = 0; i < ARRAY_SIZE(dirs); i++)
		printf("%s %s:%*s%s", print_break(ctl), dirs[i].name,
		       4 - (int)strlen(dirs[i].name), "", action_of(defaults, dirs[i].dir));
}

/**
 * print_defaults_command() - print the command that makes it so
 * @defaults: the actions
 */
void print_defaults_command(const struct espah_defaults *defaults)
{
	unsigned int i;

	fputs("policy setdefault", stdout);
	for (i = 0; i < ARRAY_SIZE(dirs); i++)
		printf(" %s %s", dirs[i].name, action_of(defaults, dirs[i].dir));
	putchar('\n');
}

/**
 * json_defaults() - what becomes of packets that no policy speaks of, for programs
 * @defaults: the actions
 *
 * Return: the object, or NULL.
 */
json_t *json_defaults(const struct espah_defaults *defaults)
{
	json_t *object = json_object();
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(dirs); i++)
		object = json_with(object, dirs[i].name,
				   json_string(action_of(defaults, dirs[i].dir)));
	return object;
}
