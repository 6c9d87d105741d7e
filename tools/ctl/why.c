// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "../lib/why.h"
#include "addr.h"
#include "causes.h"
#include "counters.h"
#include "drop.h"
#include "macros.h"
#include "names.h"
#include "narrow.h"
#include "print.h"
#include "selector.h"
#include "why.h"

static const char help[] =
	"Usage: espah [ -j ] why SRC DST [ PROTO [ SPORT DPORT ] ] [ type TYPE code CODE ]\n"
	"        [ key KEY ] [ dev DEV ] [ dscp DSCP ] [ mark MARK ]\n"
	"        [ if_id ID ] [ dir DIR ]\n"
	"Usage: espah [ -j ] why cause [ COUNTER ]\n"
	"SRC, DST := ADDR\n"
	"DIR := in | out | fwd\n"
	"What would become of such a packet, and which of the last drops were like it.\n";

/* What is asked. */
struct question {
	struct selector_text sel;
	uint32_t mark;
	uint32_t if_id;
	uint8_t dir;
	bool has_dir;
};

static int take_mark(struct args *args, void *to)
{
	struct question *question = to;

	return args_number(args, 0, UINT32_MAX, &question->mark);
}

static int take_if_id(struct args *args, void *to)
{
	struct question *question = to;

	return args_number(args, 0, UINT32_MAX, &question->if_id);
}

static int take_dir(struct args *args, void *to)
{
	struct question *question = to;

	question->has_dir = true;
	return args_choice(args, espah_dir_find, "in, out or fwd", &question->dir);
}

static const struct word words[] = {
	{ .name = "mark", .take = take_mark },
	{ .name = "if_id", .take = take_if_id },
	{ .name = "dir", .take = take_dir },
	{}
};

static const struct word flow_words[] = {
	{ .name = "type", .take = take_type },
	{ .name = "code", .take = take_code },
	{ .name = "key", .take = take_key },
	{ .name = "dev", .take = take_dev },
	{ .name = "dscp", .take = take_classes },
	{}
};

static int take_end(struct args *args, const char *word, struct espah_range *range)
{
	args->word = word;
	if (args_addr(args, &range->min))
		return -1;
	range->max = range->min;
	return 0;
}

/* Of the words that may follow, none begins with a digit, and no protocol has such a name. */
static bool is_word(const struct args *args)
{
	const struct word *const vocabularies[] = { words, flow_words };
	const struct word *word;
	size_t i;

	if (args->at == args->argc)
		return true;
	for (i = 0; i < ARRAY_SIZE(vocabularies); i++) {
		for (word = vocabularies[i]; word->name; word++) {
			if (!strcmp(word->name, args->argv[args->at]))
				return true;
		}
	}
	return false;
}

static int take_proto(struct args *args, struct espah_selector *sel)
{
	const char *name = args_value(args, "a protocol");
	int proto = espah_proto_find(name);

	args->word = "PROTO";
	if (proto < 0)
		return args_fail(args,
				 "'%.64s' is not an IP protocol; expected a name like tcp or a number from 0 to 255",
				 name);
	sel->proto = proto;
	return 0;
}

static int take_port(struct args *args, const char *word, struct espah_span *span)
{
	uint32_t port;

	args->word = word;
	if (args_number(args, 0, UINT16_MAX, &port))
		return -1;
	span->min = port;
	span->max = port;
	return 0;
}

/* SRC DST [ PROTO [ SPORT DPORT ] ] */
static int take_flow(struct args *args, struct espah_selector *sel)
{
	if (take_end(args, "SRC", &sel->src) || take_end(args, "DST", &sel->dst))
		return -1;
	if (sel->src.min.family != sel->dst.min.family)
		return espah_err_usage(args->err,
				       "SRC is %s and DST is %s; both must be of one family",
				       espah_family_name(sel->src.min.family),
				       espah_family_name(sel->dst.min.family));
	if (is_word(args))
		return 0;
	if (take_proto(args, sel))
		return -1;
	if (is_word(args))
		return 0;
	sel->given |= espah_bit(ESPAH_A_SEL_SPORT_MIN) | espah_bit(ESPAH_A_SEL_DPORT_MIN);
	return take_port(args, "SPORT", &sel->sport) || take_port(args, "DPORT", &sel->dport) ?
	       -1 : 0;
}

static int parse(struct args *args, struct question *question)
{
	const struct vocabulary vocabularies[] = {
		{ flow_words, &question->sel },
		{ words, question },
		{}
	};

	if (take_flow(args, &question->sel.sel))
		return -1;
	return args_walk(args, vocabularies, false);
}

static int ask(struct ctl *ctl, const struct question *question, struct why_answers *answers,
	       struct espah_err *err)
{
	static const uint8_t dirs[] = { ESPAH_DIR_OUT, ESPAH_DIR_IN, ESPAH_DIR_FWD };
	const struct espah_probe probe = {
		.flow = question->sel.sel,
		.mark = question->mark,
		.if_id = question->if_id,
	};
	size_t i;

	for (i = 0; i < sizeof(dirs); i++) {
		if (question->has_dir && question->dir != dirs[i])
			continue;
		if (espah_why_get(ctl->nl, &probe, dirs[i], &answers->why[answers->count], err))
			return -1;
		answers->count++;
	}
	return 0;
}

/* What has ended is like it: of the same flow, or protected, between ends that answers name. */
struct likeness {
	const struct espah_selector *flow;
	const struct why_answers *answers;
};

static bool between(const struct espah_drop *drop, const struct espah_tmpl *tmpl)
{
	const struct espah_range src = { .min = tmpl->src, .max = tmpl->src };
	const struct espah_range dst = { .min = tmpl->dst, .max = tmpl->dst };

	return tmpl->src.family && tmpl->dst.family && drop->flow.proto == tmpl->proto &&
	       espah_range_within(&drop->flow.src, &src) &&
	       espah_range_within(&drop->flow.dst, &dst);
}

static bool protected_so(const struct espah_drop *drop, const struct espah_why *why)
{
	unsigned int i;

	for (i = 0; i < why->sas; i++) {
		if (between(drop, &why->sa[i]))
			return true;
	}
	for (i = 0; i < why->policy.tmpls; i++) {
		if (between(drop, &why->policy.tmpl[i]))
			return true;
	}
	return false;
}

static bool is_like(const struct espah_drop *drop, const void *filter)
{
	const struct likeness *like = filter;
	size_t i;

	if (espah_range_within(&drop->flow.src, &like->flow->src) &&
	    espah_range_within(&drop->flow.dst, &like->flow->dst) &&
	    (!like->flow->proto || like->flow->proto == drop->flow.proto))
		return true;
	for (i = 0; i < like->answers->count; i++) {
		if (protected_so(drop, &like->answers->why[i]))
			return true;
	}
	return false;
}

static void print_answers(const struct ctl *ctl, const struct why_answers *answers)
{
	const struct espah_cause *cause;
	size_t i;

	for (i = 0; i < answers->count; i++) {
		const struct espah_why *why = &answers->why[i];

		print_why(why);
		cause = espah_cause(why->cause);
		/* Of what is demanded, nothing has gone wrong yet. */
		if (cause && why->verdict == ESPAH_VERDICT_DROP)
			print_cause(ctl, why->cause);
	}
}

static int print_all(const struct ctl *ctl, const struct why_answers *answers,
		     const struct espah_drop_list *drops, struct espah_err *err)
{
	print_answers(ctl, answers);
	puts(drops->count ? "Drops like it, of the last ones:" :
			    "No drop like it is among the last ones.");
	return print_drops(ctl, drops->drop, drops->count, err);
}

static json_t *json_drop_array(const struct espah_drop_list *drops)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < drops->count; i++) {
		if (json_array_append_new(array, json_drop(&drops->drop[i]))) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

static int why_flow(struct ctl *ctl, struct args *args)
{
	struct question question = {};
	struct why_answers answers = {};
	const struct likeness like = { &question.sel.sel, &answers };
	struct espah_drop_list drops = { .keep = is_like, .filter = &like };
	json_t *object;
	int ret;

	if (parse(args, &question) || ctl_connect(ctl, args->err) ||
	    ask(ctl, &question, &answers, args->err))
		return -1;
	ret = espah_drop_dump(ctl->nl, &drops, args->err);
	if (!ret && ctl->json) {
		object = json_with(json_object(), "answers", json_whys(&answers));
		object = json_with(object, "drops", json_drop_array(&drops));
		ret = json_print(ctl, object, args->err);
	} else if (!ret) {
		ret = print_all(ctl, &answers, &drops, args->err);
	}
	espah_drop_list_free(&drops);
	return ret;
}

static int print_causes(const struct ctl *ctl, unsigned int only, struct espah_err *err)
{
	struct json_list list = { .ctl = ctl };
	unsigned int i;

	for (i = 0; i <= ESPAH_A_CNT_MAX; i++) {
		if (!espah_cause(i) || (only && i != only))
			continue;
		if (!ctl->json)
			print_cause(ctl, i);
		else if (json_list_item(&list, json_cause(i), err))
			return -1;
	}
	if (ctl->json)
		json_list_end(&list);
	return 0;
}

static int why_cause(struct ctl *ctl, struct args *args)
{
	unsigned int only = 0;
	const char *name;

	if (args->at < args->argc) {
		args->word = "cause";
		name = args->argv[args->at++];
		only = espah_counter_find(name);
		if (!espah_cause(only))
			return args_fail(args,
					 "'%.64s' is no cause that packets end by; 'espah why cause' lists them",
					 name);
	}
	return args_end(args) ? -1 : print_causes(ctl, only, args->err);
}

static int why(struct ctl *ctl, struct args *args)
{
	if (args->at < args->argc && !strcmp(args->argv[args->at], "cause")) {
		args->at++;
		return why_cause(ctl, args);
	}
	return why_flow(ctl, args);
}

const struct object object_why = {
	.name = "why",
	.run = why,
	.help = help,
};
