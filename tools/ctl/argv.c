// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "argv.h"

/**
 * args_fail() - say what is wrong with the word whose values are being read
 * @args: the command
 * @fmt: the sentence
 *
 * Return: -1.
 */
int args_fail(struct args *args, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return espah_err_usage(args->err, "'%s': %s", args->word, text);
}

struct match {
	const struct word *word;
	void *to;
	/* Counted over all vocabularies. */
	unsigned int nr;
};

static bool find(const struct vocabulary *voc, const char *name, struct match *match)
{
	match->nr = 0;
	for (; voc->words; voc++) {
		match->to = voc->to;
		for (match->word = voc->words; match->word->name; match->word++, match->nr++) {
			if (!strcmp(match->word->name, name))
				return true;
		}
	}
	return false;
}

static int unknown(struct args *args, const struct vocabulary *voc)
{
	const struct word *word;
	const char *comma = "";

	espah_err_usage(args->err, "'%.64s' is not a word of this command; expected one of: ",
			args->argv[args->at]);
	for (; voc->words; voc++) {
		for (word = voc->words; word->name; word++) {
			if (!word->take)
				continue;
			espah_err_append(args->err, "%s%s", comma, word->name);
			comma = ", ";
		}
	}
	return -1;
}

/**
 * args_walk() - read words and their values
 * @args: the command
 * @vocabularies: which words there may be, ended by one without words; their
 *	values go where each says
 * @nested: stop at a word that is none of them, rather than fail
 *
 * Return: 0, or -1.
 */
int args_walk(struct args *args, const struct vocabulary *vocabularies, bool nested)
{
	uint64_t seen = 0;

	while (args->at < args->argc) {
		struct match match;
		uint64_t bit;

		if (!find(vocabularies, args->argv[args->at], &match))
			return nested ? 0 : unknown(args, vocabularies);
		args->word = match.word->name;
		if (!match.word->take)
			return args_fail(args, "%s not supported by this version",
					 match.word->lacks);
		bit = UINT64_C(1) << match.nr;
		if (seen & bit && !match.word->repeats)
			return args_fail(args, "given twice");
		seen |= bit;
		args->at++;
		if (match.word->take(args, match.to))
			return -1;
	}
	return 0;
}

/**
 * args_end() - there must not be another word
 * @args: the command
 *
 * Return: 0, or -1.
 */
int args_end(struct args *args)
{
	if (args->at == args->argc)
		return 0;
	return espah_err_usage(args->err, "'%.64s' is too much; this command takes no words",
			       args->argv[args->at]);
}

/**
 * args_value() - the next word, as a value
 * @args: the command
 * @what: what the value is, for a sentence
 *
 * Return: the word, or NULL.
 */
char *args_value(struct args *args, const char *what)
{
	if (args->at < args->argc)
		return args->argv[args->at++];
	args_fail(args, "%s is missing", what);
	return NULL;
}

static int take_number(struct args *args, unsigned long long min, unsigned long long max,
		       unsigned long long *value)
{
	const char *text = args_value(args, "a number");
	char *end;

	if (!text)
		return -1;
	errno = 0;
	*value = strtoull(text, &end, 0);
	if (text[0] < '0' || text[0] > '9' || *end || errno || *value < min || *value > max)
		return args_fail(args, "'%.64s' is not right; expected a number from %llu to %llu",
				 text, min, max);
	return 0;
}

/**
 * args_number() - the next word, as a number
 * @args: the command
 * @min: the smallest that is right
 * @max: the largest that is right
 * @value: filled in
 *
 * Like ip(8): decimal, hexadecimal with 0x, octal with 0.
 *
 * Return: 0, or -1.
 */
int args_number(struct args *args, uint32_t min, uint32_t max, uint32_t *value)
{
	unsigned long long number;

	if (take_number(args, min, max, &number))
		return -1;
	*value = number;
	return 0;
}

/**
 * args_number64() - the next word, as a large number
 * @args: the command
 * @min: the smallest that is right
 * @value: filled in
 *
 * Return: 0, or -1.
 */
int args_number64(struct args *args, uint64_t min, uint64_t *value)
{
	unsigned long long number;

	if (take_number(args, min, UINT64_MAX, &number))
		return -1;
	*value = number;
	return 0;
}

/**
 * args_addr() - the next word, as an address
 * @args: the command
 * @addr: filled in
 *
 * Return: 0, or -1.
 */
int args_addr(struct args *args, struct espah_addr *addr)
{
	const char *text = args_value(args, "an address");

	if (!text)
		return -1;
	if (!espah_addr_parse(addr, text, args->err))
		return 0;
	espah_err_prefix(args->err, "'%s': ", args->word);
	return -1;
}

static bool number_of(const char *text, uint32_t *number, const char **end)
{
	unsigned long long value;
	char *stop;

	if (text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	value = strtoull(text, &stop, 0);
	*number = value;
	*end = stop;
	return !errno && value <= UINT32_MAX;
}

/**
 * args_mark() - the next words, as a mark and its mask
 * @args: the command
 * @mark: filled in
 *
 * MARK, MARK mask MASK as ip-xfrm(8) reads it, or MARK/MASK as it prints it.
 *
 * Return: 0, or -1.
 */
int args_mark(struct args *args, struct espah_mark *mark)
{
	const char *text = args_value(args, "a mark"), *end = NULL;

	if (!text)
		return -1;
	mark->mask = UINT32_MAX;
	if (!number_of(text, &mark->value, &end) ||
	    (*end == '/' && !number_of(end + 1, &mark->mask, &end)) || *end)
		return args_fail(args,
				 "'%.64s' is not right; expected a number of 32 bits, perhaps with a mask: MARK/MASK",
				 text);
	if (!strchr(text, '/') && args->at < args->argc && !strcmp(args->argv[args->at], "mask")) {
		args->at++;
		if (args_number(args, 0, UINT32_MAX, &mark->mask))
			return -1;
	}
	if (mark->value & ~mark->mask)
		return args_fail(args, "0x%x has bits that the mask 0x%x has not", mark->value,
				 mark->mask);
	return 0;
}

/**
 * args_range() - the next word, as a prefix or range
 * @args: the command
 * @range: filled in
 *
 * Return: 0, or -1.
 */
int args_range(struct args *args, struct espah_range *range)
{
	const char *text = args_value(args, "a prefix");

	if (!text)
		return -1;
	if (!espah_range_parse(range, text, args->err))
		return 0;
	espah_err_prefix(args->err, "'%s': ", args->word);
	return -1;
}

/**
 * args_choice() - the next word, as one of a few
 * @args: the command
 * @find: the number of a word, or -1
 * @choices: which there are, for a sentence
 * @value: filled in
 *
 * Return: 0, or -1.
 */
int args_choice(struct args *args, int (*find)(const char *name), const char *choices,
		uint8_t *value)
{
	const char *text = args_value(args, "a value");
	int number;

	if (!text)
		return -1;
	number = find(text);
	if (number < 0)
		return args_fail(args, "'%.64s' is not right; expected %s", text, choices);
	*value = number;
	return 0;
}
