// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flag.h"
#include "macros.h"

struct flag {
	const char *name;
	/* xfrm's number, by which ip-xfrm(8) takes it as well. */
	unsigned int xfrm;
	/* ESPAH_SA_FLAG_*; 0: it is always so, or cannot be */
	uint32_t flag;
	/* Why it cannot be. */
	const char *lacks;
};

static const struct flag flags[] = {
	{ "noecn", 0x01, ESPAH_SA_FLAG_NOECN, NULL },
	{ "decap-dscp", 0x02, ESPAH_SA_FLAG_DECAP_DSCP, NULL },
	{ "nopmtudisc", 0x04, ESPAH_SA_FLAG_NOPMTUDISC, NULL },
	{ "wildrecv", 0x08, 0, "is of Mobile IPv6, and IPsec has nothing of it" },
	{ "icmp", 0x10, 0, "is not supported by this version" },
	{ "af-unspec", 0x20, 0, NULL },
	{ "align4", 0x40, ESPAH_SA_FLAG_ALIGN4, NULL },
	{ "esn", 0x80, ESPAH_SA_FLAG_ESN, NULL },
	/* Of ours alone. */
	{ "iiv", 0, ESPAH_SA_FLAG_IIV, NULL },
	{}
};

static const struct flag extra_flags[] = {
	{ "dont-encap-dscp", 0x01, ESPAH_SA_FLAG_DONT_ENCAP_DSCP, NULL },
	{ "oseq-may-wrap", 0x02, 0,
	  "is not possible: no sequence number is used twice (RFC 4303 section 3.3.3)" },
	{}
};

/* Sockets have policies of their own, and ICMP errors go with what they quote, in any case. */
static const struct flag policy_flags[] = {
	{ "localok", 0x01, 0, NULL },
	{ "icmp", 0x02, 0, NULL },
	{}
};

static const struct flag *find(const struct flag *table, const char *name)
{
	for (; table->name; table++) {
		if (!strcmp(table->name, name))
			return table;
	}
	return NULL;
}

/* What is always so is not asked for. */
static int set(struct args *args, struct espah_sa *sa, const struct flag *flag)
{
	if (flag->lacks)
		return args_fail(args, "'%s' %s", flag->name, flag->lacks);
	if (!flag->flag)
		return 0;
	sa->given |= espah_bit(ESPAH_A_SA_FLAGS);
	sa->flags |= flag->flag;
	return 0;
}

/* "0x81" for "noecn esn". */
static int take_bits(struct args *args, struct espah_sa *sa, const struct flag *table)
{
	unsigned int known = 0, i;
	uint32_t bits;

	for (i = 0; table[i].name; i++)
		known |= table[i].xfrm;
	if (args_number(args, 0, known, &bits))
		return -1;
	for (; table->name; table++) {
		if (bits & table->xfrm && set(args, sa, table))
			return -1;
	}
	return 0;
}

static int unknown(struct args *args, const struct flag *table, const char *word)
{
	const char *comma = "";

	args_fail(args, "'%.64s' is no flag; expected one of: ", word);
	for (; table->name; table++) {
		if (table->lacks)
			continue;
		espah_err_append(args->err, "%s%s", comma, table->name);
		comma = ", ";
	}
	return -1;
}

/* One flag at least; what follows may be another, or the command's next word. */
static int take_list(struct args *args, struct espah_sa *sa, const struct flag *table)
{
	const struct flag *flag;
	const char *word;

	if (args->at < args->argc && !strncmp(args->argv[args->at], "0x", 2))
		return take_bits(args, sa, table);
	word = args_value(args, "a flag");
	if (!word)
		return -1;
	flag = find(table, word);
	if (!flag)
		return unknown(args, table, word);
	while (flag) {
		if (set(args, sa, flag))
			return -1;
		if (args->at == args->argc)
			break;
		flag = find(table, args->argv[args->at]);
		args->at += !!flag;
	}
	return 0;
}

/**
 * take_flag() - the flags of an SA
 * @args: the command
 * @to: struct espah_sa; those that it gets are entered
 *
 * Return: 0, or -1.
 */
int take_flag(struct args *args, void *to)
{
	return take_list(args, to, flags);
}

/**
 * take_extra_flag() - the flags of an SA that ip-xfrm(8) has apart
 * @args: the command
 * @to: as for take_flag()
 *
 * Return: 0, or -1.
 */
int take_extra_flag(struct args *args, void *to)
{
	return take_list(args, to, extra_flags);
}

/**
 * take_policy_flag() - the flags of a policy
 * @args: the command
 * @to: unused: each policy is as either of them says (see bypass.h, and RFC 4301 section 6.2)
 *
 * Return: 0, or -1.
 */
int take_policy_flag(struct args *args, void *to)
{
	struct espah_sa none = {};

	(void)to;
	return take_list(args, &none, policy_flags);
}

/**
 * flags_of() - those of an SA's flags that are not apart in ip-xfrm(8)
 * @sa: the SA
 *
 * Return: ESPAH_SA_FLAG_*.
 */
uint32_t flags_of(const struct espah_sa *sa)
{
	const struct flag *flag;
	uint32_t mask = 0;

	for (flag = flags; flag->name; flag++)
		mask |= flag->flag;
	return sa->flags & mask;
}

static void print_list(const struct espah_sa *sa, const struct flag *table, const char *word)
{
	for (; table->name; table++) {
		if (!(sa->flags & table->flag))
			continue;
		printf("%s %s", word, table->name);
		word = "";
	}
}

/**
 * print_flags() - print the flags of an SA, as words that can be read again
 * @sa: the SA
 */
void print_flags(const struct espah_sa *sa)
{
	print_list(sa, flags, " flag");
	print_list(sa, extra_flags, " extra-flag");
}

static void add_names(json_t *array, const struct espah_sa *sa, const struct flag *table)
{
	for (; table->name; table++) {
		if (sa->flags & table->flag)
			json_array_append_new(array, json_string(table->name));
	}
}

/**
 * json_flags() - the flags of an SA, for programs
 * @sa: the SA
 *
 * Return: an array of names, or NULL.
 */
json_t *json_flags(const struct espah_sa *sa)
{
	json_t *array = json_array();

	add_names(array, sa, flags);
	add_names(array, sa, extra_flags);
	return array;
}
