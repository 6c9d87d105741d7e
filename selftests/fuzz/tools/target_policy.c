// SPDX-License-Identifier: GPL-2.0-only
/* The words of `espah policy { add | get | flush }`, the first of them that verb. */
#include <stdlib.h>
#include <string.h>

#include "policy.h"
#include "fuzz.h"
#include "limit.h"
#include "policy_text.h"
#include "print.h"

static const struct ctl plain;
static const struct ctl as_json = { .json = true };

enum verb_kind { ADD, GET, FLUSH };

static enum verb_kind verb_of(struct fuzz_words *words)
{
	const char *first = words->args.argc ? words->word[0] : "";

	words->args.at = 1;
	if (!strcmp(first, "get"))
		return GET;
	if (!strcmp(first, "flush"))
		return FLUSH;
	words->args.at = !strcmp(first, "add");
	return ADD;
}

/* Return: whether it is a policy. */
static bool parse(const char *text, struct espah_policy *policy, enum verb_kind *kind)
{
	struct fuzz_words words;
	int ret, dir = -2;

	fuzz_words_init(&words, text);
	*kind = verb_of(&words);
	if (*kind == FLUSH)
		ret = policy_parse_flush(&words.args, &dir);
	else if (*kind == GET)
		ret = policy_parse_key(&words.args, AF_UNSPEC, policy);
	else
		ret = policy_parse(&words.args, AF_UNSPEC, policy);
	if (ret)
		must_be_keyless(&words.err);
	else
		must(words.args.at == words.args.argc, "all words of '%s' used", text);
	must(ret || *kind != FLUSH || (dir >= -1 && dir <= ESPAH_DIR_FWD), "a direction, not %d",
	     dir);
	fuzz_words_free(&words);
	return !ret && *kind != FLUSH;
}

static struct nlmsghdr *request_of(const struct espah_policy *policy)
{
	struct nlmsghdr *nlh = fuzz_request();

	must(espah_policy_put(nlh, policy), "room for a policy");
	return nlh;
}

static char *print(const struct ctl *ctl, const struct espah_policy *policy)
{
	struct espah_err err;

	fuzz_capture_begin();
	must(!print_policies(ctl, policy, 1, &err), "a policy printed");
	return fuzz_capture_end();
}

static void must_return(const struct espah_policy *policy, const char *text)
{
	struct nlmsghdr *before = request_of(policy), *after;
	struct espah_policy again;
	enum verb_kind kind;

	must(parse(text, &again, &kind), "words to be read again, not '%s'", text);
	after = request_of(&again);
	must(fuzz_same_request(before, after), "the same policy from '%s'", text);
	free(after);
	free(before);
}

/* What is printed makes the same policy, but for its number and its lifetime, of which a listing
 * has no words that can be read again.
 */
static void line_returns(const struct espah_policy *policy)
{
	struct espah_policy listed = *policy;
	char *text = print(&plain, policy);

	listed.given &= ~(espah_bit(ESPAH_A_POLICY_INDEX) | espah_bit(ESPAH_A_POLICY_LIMITS));
	must_return(&listed, text);
	free(text);
}

/* The command that is saved makes the same, lifetime included; one without end has no words. */
static void command_returns(const struct espah_policy *policy)
{
	struct espah_policy saved = *policy;
	char *text;

	fuzz_capture_begin();
	print_policy_command(policy);
	text = fuzz_capture_end();
	must(!strncmp(text, "policy ", strlen("policy ")), "a command, not '%s'", text);
	saved.given &= ~espah_bit(ESPAH_A_POLICY_INDEX);
	if (no_limits(&saved.limits))
		saved.given &= ~espah_bit(ESPAH_A_POLICY_LIMITS);
	must_return(&saved, text + strlen("policy "));
	free(text);
}

static void json_agrees(const struct espah_policy *policy)
{
	json_t *array = fuzz_json(print(&as_json, policy));
	const json_t *object = json_array_get(array, 0);

	must(json_integer_value(json_object_get(object, "priority")) == policy->priority,
	     "the policy's priority in JSON");
	must(json_array_size(json_object_get(object, "tmpl")) == policy->tmpls,
	     "%u templates in JSON", policy->tmpls);
	json_decref(array);
}

static bool filter_keeps(const struct espah_policy *policy, bool block)
{
	struct policy_filter filter = { .family = policy->sel.src.min.family };
	struct fuzz_words words;
	bool kept;

	fuzz_words_init(&words, block ? "action block" : "action allow");
	must(!policy_parse_filter(&words.args, &filter), "a filter");
	kept = policy_filter_keep(policy, &filter);
	fuzz_words_free(&words);
	return kept;
}

void fuzz_policy(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	struct espah_policy policy, taken;
	struct nlmsghdr *nlh, *again;
	struct espah_err err;
	enum verb_kind kind;

	if (parse(text, &policy, &kind)) {
		nlh = request_of(&policy);
		must(!espah_policy_take(nlh, &taken, &err), "a policy from the request");
		again = request_of(&taken);
		must(fuzz_same_request(nlh, again), "the same policy from the request");
		if (kind == ADD) {
			line_returns(&taken);
			command_returns(&taken);
			json_agrees(&taken);
			must(filter_keeps(&taken, true) != filter_keeps(&taken, false),
			     "a policy either allowed or blocked");
		}
		free(again);
		free(nlh);
	}
	free(text);
}
