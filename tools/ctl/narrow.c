// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "narrow.h"
#include "print.h"
#include "selector.h"

#define DSCPS		64
#define SPAN_STRLEN	12
#define NAME_STRLEN	(IFNAMSIZ + 12)

/* A number at the beginning of the text, as ip(8) reads it. */
static bool number_at(const char **text, unsigned long max, unsigned long *number)
{
	char *end;

	if (**text < '0' || **text > '9')
		return false;
	errno = 0;
	*number = strtoul(*text, &end, 0);
	*text = end;
	return !errno && *number <= max;
}

static bool span_parse(const char *text, unsigned long max, struct espah_span *span)
{
	unsigned long from, to;

	if (!number_at(&text, max, &from))
		return false;
	to = from;
	if (*text == '-') {
		text++;
		if (!number_at(&text, max, &to))
			return false;
	}
	span->min = from;
	span->max = to;
	return !*text;
}

static int take_span(struct args *args, struct selector_text *text, unsigned long max,
		     uint16_t attr, struct espah_span *span)
{
	const char *word = args_value(args, "a number");

	if (!word)
		return -1;
	text->given = true;
	/* Codes are of two types, where there are two: the kernel knows which is lower. */
	if (!span_parse(word, max, span) ||
	    (span->min > span->max && attr != ESPAH_A_SEL_CODE_MIN))
		return args_fail(args,
				 "'%.64s' is not right; expected a number from 0 to %lu, or two like 1-9",
				 word, max);
	text->sel.given |= espah_bit(attr);
	return 0;
}

/* As ip-xfrm(8) has it, port 0 is any. */
static int take_ports(struct args *args, struct selector_text *text, uint16_t attr,
		      struct espah_span *span)
{
	const char *word = args->at < args->argc ? args->argv[args->at] : "";

	if (strcmp(word, "any") && strcmp(word, "0"))
		return take_span(args, text, UINT16_MAX, attr, span);
	args->at++;
	text->given = true;
	return 0;
}

/**
 * take_sport() - source ports
 * @args: the command
 * @to: struct selector_text
 *
 * Return: 0, or -1.
 */
int take_sport(struct args *args, void *to)
{
	struct selector_text *text = to;

	return take_ports(args, text, ESPAH_A_SEL_SPORT_MIN, &text->sel.sport);
}

/**
 * take_dport() - destination ports
 * @args: the command
 * @to: struct selector_text
 *
 * Return: 0, or -1.
 */
int take_dport(struct args *args, void *to)
{
	struct selector_text *text = to;

	return take_ports(args, text, ESPAH_A_SEL_DPORT_MIN, &text->sel.dport);
}

/**
 * take_type() - types of ICMP, or of the mobility header
 * @args: the command
 * @to: struct selector_text
 *
 * Return: 0, or -1.
 */
int take_type(struct args *args, void *to)
{
	struct selector_text *text = to;

	return take_span(args, text, UINT8_MAX, ESPAH_A_SEL_TYPE_MIN, &text->sel.type);
}

/**
 * take_code() - codes of ICMP
 * @args: the command
 * @to: struct selector_text
 *
 * Return: 0, or -1.
 */
int take_code(struct args *args, void *to)
{
	struct selector_text *text = to;

	return take_span(args, text, UINT8_MAX, ESPAH_A_SEL_CODE_MIN, &text->sel.code);
}

/**
 * take_key() - key of GRE, as a number or like an address
 * @args: the command
 * @to: struct selector_text
 *
 * Return: 0, or -1.
 */
int take_key(struct args *args, void *to)
{
	struct selector_text *text = to;
	struct in_addr quad;

	text->given = true;
	text->sel.given |= espah_bit(ESPAH_A_SEL_KEY);
	if (args->at == args->argc || !strchr(args->argv[args->at], '.'))
		return args_number(args, 0, UINT32_MAX, &text->sel.key);
	if (inet_pton(AF_INET, args->argv[args->at], &quad) != 1)
		return args_fail(args,
				 "'%.64s' is not right; expected a number, or four like 0.0.1.2",
				 args->argv[args->at]);
	args->at++;
	text->sel.key = ntohl(quad.s_addr);
	return 0;
}

/**
 * take_opaque() - what has no ports or the like to be seen
 * @args: the command
 * @to: struct selector_text
 *
 * Return: 0.
 */
int take_opaque(struct args *args, void *to)
{
	struct selector_text *text = to;

	(void)args;
	text->given = true;
	text->sel.given |= espah_bit(ESPAH_A_SEL_OPAQUE);
	return 0;
}

/* One that is not there any more has a number still. */
static bool index_of(const char *name, uint32_t *ifindex)
{
	const char *digits = name + 2;
	unsigned long number;

	*ifindex = if_nametoindex(name);
	if (*ifindex)
		return true;
	if (strncmp(name, "if", 2) || !number_at(&digits, INT32_MAX, &number) || *digits)
		return false;
	*ifindex = number;
	return number;
}

/**
 * take_dev() - interface
 * @args: the command
 * @to: struct selector_text
 *
 * Return: 0, or -1.
 */
int take_dev(struct args *args, void *to)
{
	struct selector_text *text = to;
	const char *name = args_value(args, "an interface");

	if (!name)
		return -1;
	if (!index_of(name, &text->sel.ifindex))
		return args_fail(args,
				 "'%.64s' is not an interface; expected a name that ip link lists",
				 name);
	text->given = true;
	text->sel.given |= espah_bit(ESPAH_A_SEL_IFINDEX);
	return 0;
}

static bool classes_parse(const char *text, uint64_t *classes)
{
	unsigned long dscp;

	for (;;) {
		if (!number_at(&text, DSCPS - 1, &dscp))
			return false;
		*classes |= UINT64_C(1) << dscp;
		if (*text != ',')
			return !*text;
		text++;
	}
}

/**
 * take_classes() - DSCPs
 * @args: the command
 * @to: struct selector_text
 *
 * Return: 0, or -1.
 */
int take_classes(struct args *args, void *to)
{
	struct selector_text *text = to;
	const char *word = args_value(args, "a DSCP");

	if (!word)
		return -1;
	if (!classes_parse(word, &text->sel.dscp))
		return args_fail(args,
				 "'%.64s' is not right; expected numbers from 0 to %d, like 46 or 10,12",
				 word, DSCPS - 1);
	text->given = true;
	text->sel.given |= espah_bit(ESPAH_A_SEL_DSCP);
	return 0;
}

/* 0 alone would be any port. */
static const char *span_print(const struct espah_span *span, bool ports, char *buf)
{
	if (span->min == span->max && (span->min || !ports))
		snprintf(buf, SPAN_STRLEN, "%u", span->min);
	else
		snprintf(buf, SPAN_STRLEN, "%u-%u", span->min, span->max);
	return buf;
}

static const char *dev_print(uint32_t ifindex, char *buf)
{
	if (!if_indextoname(ifindex, buf))
		snprintf(buf, NAME_STRLEN, "if%u", ifindex);
	return buf;
}

struct span_word {
	const char *word;
	uint16_t attr;
	bool ports;
	struct espah_span span;
};

#define SPAN_WORDS	4

static void list_spans(const struct espah_selector *sel, struct span_word *words)
{
	words[0] = (struct span_word){ "sport", ESPAH_A_SEL_SPORT_MIN, true, sel->sport };
	words[1] = (struct span_word){ "dport", ESPAH_A_SEL_DPORT_MIN, true, sel->dport };
	words[2] = (struct span_word){ "type", ESPAH_A_SEL_TYPE_MIN, false, sel->type };
	words[3] = (struct span_word){ "code", ESPAH_A_SEL_CODE_MIN, false, sel->code };
}

static bool span_within(const struct espah_span *inner, const struct espah_span *outer)
{
	return inner->min >= outer->min && inner->max <= outer->max;
}

/**
 * narrow_within() - is all that a selector speaks of among what is wanted
 * @sel: the selector
 * @wanted: what it shall have; what is not given there may be anything
 *
 * Return: true if so.
 */
bool narrow_within(const struct espah_selector *sel, const struct espah_selector *wanted)
{
	struct span_word words[SPAN_WORDS], wants[SPAN_WORDS];
	int i;

	/* Whoever does not say what is wanted may be something else. */
	if (wanted->given & ~sel->given)
		return false;
	list_spans(sel, words);
	list_spans(wanted, wants);
	for (i = 0; i < SPAN_WORDS; i++) {
		if (espah_given(wanted->given, wants[i].attr) &&
		    !span_within(&words[i].span, &wants[i].span))
			return false;
	}
	return (!espah_given(wanted->given, ESPAH_A_SEL_KEY) || sel->key == wanted->key) &&
	       (!espah_given(wanted->given, ESPAH_A_SEL_IFINDEX) ||
		sel->ifindex == wanted->ifindex) &&
	       (!espah_given(wanted->given, ESPAH_A_SEL_DSCP) || !(sel->dscp & ~wanted->dscp));
}

static void print_classes(uint64_t dscp)
{
	const char *before = " dscp ";
	unsigned int i;

	for (i = 0; i < DSCPS; i++) {
		if (!(dscp >> i & 1))
			continue;
		printf("%s%u", before, i);
		before = ",";
	}
}

/**
 * print_narrow() - print what few selectors ask for, in the words that make it
 * @sel: the selector
 */
void print_narrow(const struct espah_selector *sel)
{
	char buf[SPAN_STRLEN], name[NAME_STRLEN];
	struct span_word words[SPAN_WORDS];
	int i;

	list_spans(sel, words);
	for (i = 0; i < SPAN_WORDS; i++) {
		if (espah_given(sel->given, words[i].attr))
			printf(" %s %s", words[i].word,
			       span_print(&words[i].span, words[i].ports, buf));
	}
	if (espah_given(sel->given, ESPAH_A_SEL_KEY))
		printf(" key %u", sel->key);
	if (espah_given(sel->given, ESPAH_A_SEL_OPAQUE))
		printf(" opaque");
	if (espah_given(sel->given, ESPAH_A_SEL_IFINDEX))
		printf(" dev %s", dev_print(sel->ifindex, name));
	if (espah_given(sel->given, ESPAH_A_SEL_DSCP))
		print_classes(sel->dscp);
}

static json_t *json_classes(uint64_t dscp)
{
	json_t *list = json_array();
	unsigned int i;

	for (i = 0; list && i < DSCPS; i++) {
		if (dscp >> i & 1 && json_array_append_new(list, json_integer(i))) {
			json_decref(list);
			list = NULL;
		}
	}
	return list;
}

/**
 * json_narrow() - add what few selectors ask for
 * @object: the selector's object, NULL: there was no memory for it
 * @sel: the selector
 *
 * Return: the object, or NULL.
 */
json_t *json_narrow(json_t *object, const struct espah_selector *sel)
{
	char buf[SPAN_STRLEN], name[NAME_STRLEN];
	struct span_word words[SPAN_WORDS];
	int i;

	list_spans(sel, words);
	for (i = 0; i < SPAN_WORDS; i++) {
		if (espah_given(sel->given, words[i].attr))
			object = json_with(object, words[i].word,
					   json_string(span_print(&words[i].span, words[i].ports,
								  buf)));
	}
	if (espah_given(sel->given, ESPAH_A_SEL_KEY))
		object = json_with(object, "key", json_integer(sel->key));
	if (espah_given(sel->given, ESPAH_A_SEL_OPAQUE))
		object = json_with(object, "opaque", json_true());
	if (espah_given(sel->given, ESPAH_A_SEL_IFINDEX))
		object = json_with(object, "dev", json_string(dev_print(sel->ifindex, name)));
	if (espah_given(sel->given, ESPAH_A_SEL_DSCP))
		object = json_with(object, "dscp", json_classes(sel->dscp));
	return object;
}
