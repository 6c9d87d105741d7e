// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "header.h"
#include "print.h"

#define DSCP_MAX	63
#define FLOWLABEL_MAX	0xfffff

/* The next word is this one; then it is taken. */
static bool take_word(struct args *args, const char *word)
{
	if (args->at == args->argc || strcmp(args->argv[args->at], word))
		return false;
	args->at++;
	return true;
}

/**
 * take_ttl() - the TTL of the outer header
 * @args: the command
 * @to: struct espah_sa
 *
 * 0 and "inherit" are the inner one, as ip-link(8) has it; "auto" is the route's.
 *
 * Return: 0, or -1.
 */
int take_ttl(struct args *args, void *to)
{
	struct espah_sa *sa = to;
	uint32_t number = 0;

	if (take_word(args, "auto"))
		return 0;
	if (!take_word(args, "inherit") && args_number(args, 0, UINT8_MAX, &number))
		return -1;
	sa->given |= espah_bit(ESPAH_A_SA_TTL);
	sa->ttl = number;
	return 0;
}

/**
 * take_dscp() - the DSCP of the outer header
 * @args: the command
 * @to: struct espah_sa
 *
 * Return: 0, or -1.
 */
int take_dscp(struct args *args, void *to)
{
	struct espah_sa *sa = to;
	uint32_t number;

	if (take_word(args, "inherit"))
		return 0;
	if (args_number(args, 0, DSCP_MAX, &number))
		return -1;
	sa->given |= espah_bit(ESPAH_A_SA_DSCP);
	sa->dscp = number;
	return 0;
}

/**
 * take_df() - whether the outer header has DF
 * @args: the command
 * @to: struct espah_sa; the flags that say so are entered
 *
 * Return: 0, or -1.
 */
int take_df(struct args *args, void *to)
{
	struct espah_sa *sa = to;
	const char *word;

	if (take_word(args, "inherit"))
		return 0;
	word = args_value(args, "whether there is DF");
	if (!word)
		return -1;
	if (!strcmp(word, "set"))
		sa->flags |= ESPAH_SA_FLAG_SET_DF;
	else if (!strcmp(word, "unset"))
		sa->flags |= ESPAH_SA_FLAG_NOPMTUDISC;
	else
		return args_fail(args, "'%.64s' is not right; expected inherit, set or unset",
				 word);
	sa->given |= espah_bit(ESPAH_A_SA_FLAGS);
	return 0;
}

/**
 * take_flowlabel() - the flow label of an outer IPv6 header
 * @args: the command
 * @to: struct espah_sa
 *
 * "auto" is a hash of the flow inside.
 *
 * Return: 0, or -1.
 */
int take_flowlabel(struct args *args, void *to)
{
	struct espah_sa *sa = to;
	uint32_t number = ESPAH_FLOWLABEL_AUTO;

	if (take_word(args, "inherit"))
		return 0;
	if (!take_word(args, "auto") && args_number(args, 0, FLOWLABEL_MAX, &number))
		return -1;
	sa->given |= espah_bit(ESPAH_A_SA_FLOWLABEL);
	sa->flowlabel = number;
	return 0;
}

/**
 * take_tfcpad() - how long a packet inside shall be at least
 * @args: the command
 * @to: struct espah_sa
 *
 * Return: 0, or -1.
 */
int take_tfcpad(struct args *args, void *to)
{
	struct espah_sa *sa = to;

	if (args_number(args, 0, UINT16_MAX, &sa->tfcpad))
		return -1;
	/* As with xfrm, 0 is none. */
	if (sa->tfcpad)
		sa->given |= espah_bit(ESPAH_A_SA_TFCPAD);
	return 0;
}

/**
 * print_header() - print how an SA's outer header is, as words that can be read again
 * @sa: the SA
 */
void print_header(const struct espah_sa *sa)
{
	if (espah_given(sa->given, ESPAH_A_SA_TTL) && sa->ttl)
		printf(" ttl %u", sa->ttl);
	else if (espah_given(sa->given, ESPAH_A_SA_TTL))
		printf(" ttl inherit");
	if (espah_given(sa->given, ESPAH_A_SA_DSCP))
		printf(" dscp %u", sa->dscp);
	if (sa->flags & ESPAH_SA_FLAG_SET_DF)
		printf(" df set");
	if (espah_given(sa->given, ESPAH_A_SA_FLOWLABEL) &&
	    sa->flowlabel == ESPAH_FLOWLABEL_AUTO)
		printf(" flowlabel auto");
	else if (espah_given(sa->given, ESPAH_A_SA_FLOWLABEL))
		printf(" flowlabel 0x%05x", sa->flowlabel);
	if (espah_given(sa->given, ESPAH_A_SA_TFCPAD))
		printf(" tfcpad %u", sa->tfcpad);
}

/**
 * json_header() - how an SA's outer header is, for programs
 * @object: the SA's
 * @sa: the SA
 *
 * Return: the object with what there is to say, or NULL.
 */
json_t *json_header(json_t *object, const struct espah_sa *sa)
{
	if (espah_given(sa->given, ESPAH_A_SA_TTL) && sa->ttl)
		object = json_with(object, "ttl", json_integer(sa->ttl));
	else if (espah_given(sa->given, ESPAH_A_SA_TTL))
		object = json_with(object, "ttl", json_string("inherit"));
	if (espah_given(sa->given, ESPAH_A_SA_DSCP))
		object = json_with(object, "dscp", json_integer(sa->dscp));
	if (sa->flags & (ESPAH_SA_FLAG_SET_DF | ESPAH_SA_FLAG_NOPMTUDISC))
		object = json_with(object, "df", json_string(sa->flags & ESPAH_SA_FLAG_SET_DF ?
							      "set" : "unset"));
	if (espah_given(sa->given, ESPAH_A_SA_FLOWLABEL))
		object = json_with(object, "flowlabel",
				   sa->flowlabel == ESPAH_FLOWLABEL_AUTO ?
				   json_string("auto") : json_integer(sa->flowlabel));
	if (espah_given(sa->given, ESPAH_A_SA_TFCPAD))
		object = json_with(object, "tfcpad", json_integer(sa->tfcpad));
	return object;
}
