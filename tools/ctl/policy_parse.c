// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "addr.h"
#include "flag.h"
#include "limit.h"
#include "names.h"
#include "policy_text.h"
#include "narrow.h"
#include "selector.h"
#include "tmpl.h"

struct policy_text {
	struct espah_policy *policy;
	struct selector_text sel;
	bool block;
};

static int take_dir(struct args *args, void *to)
{
	struct espah_policy *policy = to;

	policy->given |= espah_bit(ESPAH_A_POLICY_DIR);
	return args_choice(args, espah_dir_find, "in, out or fwd", &policy->dir);
}

static int take_priority(struct args *args, void *to)
{
	struct espah_policy *policy = to;

	return args_number(args, 0, UINT32_MAX, &policy->priority);
}

static int take_index(struct args *args, void *to)
{
	struct espah_policy *policy = to;

	policy->given |= espah_bit(ESPAH_A_POLICY_INDEX);
	return args_number(args, 0, UINT32_MAX, &policy->index);
}

/* As the module takes it, so that a listing has one word for it. */
static int take_name(struct args *args, void *to)
{
	struct espah_policy *policy = to;
	const char *text = args_value(args, "a name");
	size_t i;

	if (!text)
		return -1;
	for (i = 0; text[i] > ' ' && text[i] <= '~'; i++)
		;
	if (text[i] || !i || i > ESPAH_POLICY_NAME_MAX)
		return args_fail(args,
				 "'%.64s' is not right; expected 1 to %d visible characters of ASCII",
				 text, ESPAH_POLICY_NAME_MAX);
	policy->given |= espah_bit(ESPAH_A_POLICY_NAME);
	memcpy(policy->name, text, i + 1);
	return 0;
}

static int take_new_index(struct args *args, void *to)
{
	struct espah_policy *policy = to;

	policy->given |= espah_bit(ESPAH_A_POLICY_INDEX);
	return args_number(args, 1, UINT32_MAX, &policy->index);
}

static int take_ptype(struct args *args, void *to)
{
	const char *text = args_value(args, "a policy type");

	(void)to;
	if (!text)
		return -1;
	if (!strcmp(text, "sub"))
		return args_fail(args, "'sub' is not supported by this version; expected main");
	if (strcmp(text, "main"))
		return args_fail(args, "'%.64s' is not right; expected main", text);
	return 0;
}

static int find_action(const char *name)
{
	if (!strcmp(name, "allow"))
		return 0;
	return strcmp(name, "block") ? -1 : 1;
}

static int take_block(struct args *args, bool *block)
{
	uint8_t value;

	if (args_choice(args, find_action, "allow or block", &value))
		return -1;
	*block = value;
	return 0;
}

static int take_action(struct args *args, void *to)
{
	struct policy_text *text = to;

	return take_block(args, &text->block);
}

static int take_policy_mark(struct args *args, void *to)
{
	struct espah_policy *policy = to;

	policy->given |= espah_bit(ESPAH_A_POLICY_MARK) | espah_bit(ESPAH_A_POLICY_MARK_MASK);
	return args_mark(args, &policy->mark);
}

static int take_if_id(struct args *args, void *to)
{
	struct espah_policy *policy = to;

	policy->given |= espah_bit(ESPAH_A_POLICY_IF_ID);
	return args_number(args, 0, UINT32_MAX, &policy->if_id);
}

static int take_policy_limit(struct args *args, void *to)
{
	struct espah_policy *policy = to;

	policy->given |= espah_bit(ESPAH_A_POLICY_LIMITS);
	return take_limit(args, &policy->limits);
}

static int take_tmpl(struct args *args, void *to)
{
	struct espah_policy *policy = to;

	if (policy->tmpls == ESPAH_TMPLS_MAX)
		return args_fail(args, "given more than %d times", ESPAH_TMPLS_MAX);
	if (tmpl_parse(args, &policy->tmpl[policy->tmpls]))
		return -1;
	policy->tmpls++;
	return 0;
}

static const struct word dir_words[] = {
	{ .name = "dir", .take = take_dir },
	{ .name = "ptype", .take = take_ptype },
	{}
};

static const struct word policy_words[] = {
	{ .name = "priority", .take = take_priority },
	{ .name = "tmpl", .take = take_tmpl, .repeats = true },
	{ .name = "flag", .take = take_policy_flag },
	{ .name = "limit", .take = take_policy_limit, .repeats = true },
	{ .name = "offload", .lacks = "offloading to hardware is" },
	{}
};

static const struct word action_words[] = {
	{ .name = "action", .take = take_action },
	{}
};

static const struct word new_index_words[] = {
	{ .name = "index", .take = take_new_index },
	{}
};

static const struct word index_words[] = {
	{ .name = "index", .take = take_index },
	{}
};

static const struct word name_words[] = {
	{ .name = "mark", .take = take_policy_mark },
	{ .name = "if_id", .take = take_if_id },
	{ .name = "name", .take = take_name },
	{}
};

static const struct word other_words[] = {
	{ .name = "ctx", .lacks = "security contexts are" },
	{}
};

/* Where neither src nor dst says of which family they are, the templates may. */
static int family_of(const struct espah_policy *policy, int family)
{
	unsigned int i;

	for (i = 0; i < policy->tmpls; i++) {
		if (policy->tmpl[i].src.family != AF_UNSPEC)
			return policy->tmpl[i].src.family;
		if (policy->tmpl[i].dst.family != AF_UNSPEC)
			return policy->tmpl[i].dst.family;
	}
	return family == AF_INET6 ? AF_INET6 : AF_INET;
}

static int settle_selector(struct args *args, struct policy_text *text, int family)
{
	struct espah_policy *policy = text->policy;

	policy->sel = text->sel.sel;
	policy->given |= espah_bit(ESPAH_A_POLICY_SEL);
	return espah_selector_settle(&policy->sel, family_of(policy, family), args->err);
}

static int settle_action(struct args *args, struct policy_text *text)
{
	struct espah_policy *policy = text->policy;

	policy->given |= espah_bit(ESPAH_A_POLICY_ACTION) | espah_bit(ESPAH_A_POLICY_PRIORITY);
	if (!text->block) {
		policy->action = policy->tmpls ? ESPAH_ACTION_PROTECT : ESPAH_ACTION_BYPASS;
		return 0;
	}
	policy->action = ESPAH_ACTION_DISCARD;
	if (policy->tmpls)
		return espah_err_usage(args->err,
				       "'action block' drops packets and 'tmpl' protects them; expected one of the two");
	return 0;
}

static int check_dir(struct args *args, const struct espah_policy *policy)
{
	if (espah_given(policy->given, ESPAH_A_POLICY_DIR))
		return 0;
	return espah_err_usage(args->err, "'dir' is missing; expected dir in, out or fwd");
}

/**
 * policy_parse() - read a policy
 * @args: the command
 * @family: of a policy that says nothing of addresses, AF_UNSPEC for IPv4
 * @policy: filled in
 *
 * Return: 0, or -1.
 */
int policy_parse(struct args *args, int family, struct espah_policy *policy)
{
	struct policy_text text = { .policy = policy };
	const struct vocabulary vocabularies[] = {
		{ selector_words, &text.sel },
		{ dir_words, policy },
		{ policy_words, policy },
		{ action_words, &text },
		{ name_words, policy },
		{ new_index_words, policy },
		{ other_words, NULL },
		{}
	};

	memset(policy, 0, sizeof(*policy));
	if (args_walk(args, vocabularies, false) || check_dir(args, policy) ||
	    settle_selector(args, &text, family))
		return -1;
	return settle_action(args, &text);
}

static int check_name_alone(struct args *args, const struct espah_policy *policy,
			    const struct selector_text *sel)
{
	uint64_t others = espah_bit(ESPAH_A_POLICY_INDEX) | espah_bit(ESPAH_A_POLICY_MARK) |
			  espah_bit(ESPAH_A_POLICY_IF_ID);

	if (!sel->given && !(policy->given & others))
		return 0;
	return espah_err_usage(args->err,
			       "'name' names the policy; expected no selector, index, mark or if_id with it");
}

/**
 * policy_parse_key() - read what names a policy
 * @args: the command
 * @family: of a selector that says nothing of addresses, AF_UNSPEC for IPv4
 * @policy: filled in
 *
 * Return: 0, or -1.
 */
int policy_parse_key(struct args *args, int family, struct espah_policy *policy)
{
	struct policy_text text = { .policy = policy };
	const struct vocabulary vocabularies[] = {
		{ selector_words, &text.sel },
		{ dir_words, policy },
		{ index_words, policy },
		{ name_words, policy },
		{ other_words, NULL },
		{}
	};
	bool by_index;

	memset(policy, 0, sizeof(*policy));
	if (args_walk(args, vocabularies, false))
		return -1;
	if (espah_given(policy->given, ESPAH_A_POLICY_NAME))
		return check_name_alone(args, policy, &text.sel);
	if (check_dir(args, policy))
		return -1;
	by_index = espah_given(policy->given, ESPAH_A_POLICY_INDEX);
	if (by_index && text.sel.given)
		return espah_err_usage(args->err,
				       "'index' and a selector both name a policy; expected one of the two");
	if (!by_index && !text.sel.given)
		return espah_err_usage(args->err,
				       "nothing names the policy; expected src, dst or proto, or index NUMBER, or name NAME");
	if (by_index && espah_given(policy->given, ESPAH_A_POLICY_MARK))
		return espah_err_usage(args->err,
				       "'index' names the policy, and 'mark' goes with a selector; expected one of the two");
	if (by_index && espah_given(policy->given, ESPAH_A_POLICY_IF_ID))
		return espah_err_usage(args->err,
				       "'index' names the policy, and 'if_id' goes with a selector; expected one of the two");
	return by_index ? 0 : settle_selector(args, &text, family);
}

/**
 * policy_parse_flush() - read which policies are to go
 * @args: the command
 * @dir: filled in; -1: those of all directions
 *
 * Return: 0, or -1.
 */
int policy_parse_flush(struct args *args, int *dir)
{
	struct espah_policy policy = {};
	const struct vocabulary vocabularies[] = {
		{ dir_words, &policy },
		{}
	};

	if (args_walk(args, vocabularies, false))
		return -1;
	*dir = espah_given(policy.given, ESPAH_A_POLICY_DIR) ? policy.dir : -1;
	return 0;
}

static int take_filter_dir(struct args *args, void *to)
{
	struct policy_filter *filter = to;

	filter->given |= espah_bit(ESPAH_A_POLICY_DIR);
	return args_choice(args, espah_dir_find, "in, out or fwd", &filter->dir);
}

static int take_filter_priority(struct args *args, void *to)
{
	struct policy_filter *filter = to;

	filter->given |= espah_bit(ESPAH_A_POLICY_PRIORITY);
	return args_number(args, 0, UINT32_MAX, &filter->priority);
}

static int take_filter_index(struct args *args, void *to)
{
	struct policy_filter *filter = to;

	filter->given |= espah_bit(ESPAH_A_POLICY_INDEX);
	return args_number(args, 0, UINT32_MAX, &filter->index);
}

static int take_filter_name(struct args *args, void *to)
{
	struct policy_filter *filter = to;

	filter->name = args_value(args, "a name");
	return filter->name ? 0 : -1;
}

static int take_filter_action(struct args *args, void *to)
{
	struct policy_filter *filter = to;

	filter->given |= espah_bit(ESPAH_A_POLICY_ACTION);
	return take_block(args, &filter->block);
}

static int take_filter_if_id(struct args *args, void *to)
{
	struct policy_filter *filter = to;

	filter->given |= espah_bit(ESPAH_A_POLICY_IF_ID);
	return args_number(args, 0, UINT32_MAX, &filter->if_id);
}

/* There are no policies of sockets to leave out. */
static int take_nosock(struct args *args, void *to)
{
	(void)args;
	(void)to;
	return 0;
}

/* What is made alike by its flags is not told apart by them: a list would have them all, and
 * deleteall would leave none.
 */
static int take_filter_flag(struct args *args, void *to)
{
	(void)to;
	return args_fail(args,
			 "each policy is as localok and icmp say, and keeps neither; expected what tells policies apart, like dir, name or a selector");
}

static const struct word filter_words[] = {
	{ .name = "dir", .take = take_filter_dir },
	{ .name = "index", .take = take_filter_index },
	{ .name = "name", .take = take_filter_name },
	{ .name = "ptype", .take = take_ptype },
	{ .name = "action", .take = take_filter_action },
	{ .name = "priority", .take = take_filter_priority },
	{ .name = "if_id", .take = take_filter_if_id },
	{ .name = "nosock", .take = take_nosock },
	{ .name = "flag", .take = take_filter_flag },
	{}
};

/**
 * policy_parse_filter() - read which policies are meant
 * @args: the command
 * @filter: filled in, but for the family, which is the caller's
 *
 * Return: 0, or -1.
 */
int policy_parse_filter(struct args *args, struct policy_filter *filter)
{
	struct selector_text sel = {};
	const struct vocabulary vocabularies[] = {
		{ selector_words, &sel },
		{ filter_words, filter },
		{}
	};

	if (args_walk(args, vocabularies, false))
		return -1;
	filter->sel = sel.sel;
	filter->has_proto = sel.has_proto;
	return 0;
}

/**
 * policy_filter_keep() - is this policy meant
 * @policy: the policy
 * @filter: a struct policy_filter
 *
 * Return: true if so.
 */
bool policy_filter_keep(const struct espah_policy *policy, const void *filter)
{
	const struct policy_filter *f = filter;

	return (f->family == AF_UNSPEC || f->family == policy->sel.src.min.family) &&
	       espah_range_within(&policy->sel.src, &f->sel.src) &&
	       espah_range_within(&policy->sel.dst, &f->sel.dst) &&
	       (!f->has_proto || f->sel.proto == policy->sel.proto) &&
	       narrow_within(&policy->sel, &f->sel) &&
	       (!espah_given(f->given, ESPAH_A_POLICY_DIR) || f->dir == policy->dir) &&
	       (!espah_given(f->given, ESPAH_A_POLICY_INDEX) || f->index == policy->index) &&
	       (!f->name || !strcmp(f->name, policy->name)) &&
	       (!espah_given(f->given, ESPAH_A_POLICY_PRIORITY) ||
		f->priority == policy->priority) &&
	       (!espah_given(f->given, ESPAH_A_POLICY_IF_ID) || f->if_id == policy->if_id) &&
	       (!espah_given(f->given, ESPAH_A_POLICY_ACTION) ||
		f->block == (policy->action == ESPAH_ACTION_DISCARD));
}
