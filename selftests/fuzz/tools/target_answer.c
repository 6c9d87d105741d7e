// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's answer without its header: an SA, a policy, the figures or default actions. The
 * first octet, the command, says which, and the options.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <linux/genetlink.h>

#include "default.h"
#include "default_text.h"
#include "policy.h"
#include "fuzz.h"
#include "info.h"
#include "print.h"
#include "sa.h"

static void must_be_malformed(const struct espah_err *err)
{
	must_be_keyless(err);
	must(!strncmp(err->text, "EBADMSG: ", 9) && err->status == ESPAH_REFUSED,
	     "an answer to be malformed, not '%s'", err->text);
}

static void sa_returns(const struct espah_sa *sa)
{
	struct nlmsghdr *first = fuzz_request(), *second = fuzz_request();
	struct espah_sa again;
	struct espah_err err;

	must(espah_sa_put(first, sa), "room for an SA");
	must(!espah_sa_take(first, &again, &err), "an SA from a request");
	must(espah_sa_put(second, &again) && fuzz_same_request(first, second), "the same SA");
	espah_sa_wipe(&again);
	free(first);
	free(second);
}

static void policy_returns(const struct espah_policy *policy)
{
	struct nlmsghdr *first = fuzz_request(), *second = fuzz_request();
	struct espah_policy again;
	struct espah_err err;

	must(espah_policy_put(first, policy), "room for a policy");
	must(!espah_policy_take(first, &again, &err), "a policy from a request");
	must(espah_policy_put(second, &again) && fuzz_same_request(first, second),
	     "the same policy");
	free(first);
	free(second);
}

static void defaults_return(const struct espah_defaults *defaults)
{
	struct nlmsghdr *first = fuzz_request(), *second = fuzz_request();
	struct espah_defaults again;
	struct espah_err err;

	must(espah_default_put(first, defaults), "room for default actions");
	must(!espah_default_take(first, &again, &err), "default actions from a request");
	must(espah_default_put(second, &again) && fuzz_same_request(first, second),
	     "the same default actions");
	free(first);
	free(second);
}

/* What the kernel says moves nobody's cursor. */
static void must_be_printable(const char *text)
{
	for (; *text; text++)
		must(*text == '\n' || *text == '\t' || isprint((unsigned char)*text),
		     "nothing like octet %02x in what is printed", (unsigned char)*text);
}

/* Return: what was printed, or NULL. */
static char *answer_sa(const struct ctl *ctl, const struct nlmsghdr *nlh)
{
	struct espah_err err = {};
	struct espah_sa sa;
	char *text = NULL;

	if (espah_sa_take(nlh, &sa, &err)) {
		must_be_malformed(&err);
	} else {
		sa_returns(&sa);
		fuzz_capture_begin();
		must(!print_states(ctl, &sa, 1, &err), "an SA printed: %s", err.text);
		text = fuzz_capture_end();
		must(strstr(text, "aead") || !espah_given(sa.given, ESPAH_A_SA_AEAD),
		     "an algorithm in '%s'", text);
	}
	espah_sa_wipe(&sa);
	return text;
}

static char *answer_policy(const struct ctl *ctl, const struct nlmsghdr *nlh)
{
	struct espah_policy policy;
	struct espah_err err = {};

	if (espah_policy_take(nlh, &policy, &err)) {
		must_be_malformed(&err);
		return NULL;
	}
	policy_returns(&policy);
	fuzz_capture_begin();
	must(!print_policies(ctl, &policy, 1, &err), "a policy printed: %s", err.text);
	return fuzz_capture_end();
}

static char *answer_info(const struct ctl *ctl, const struct nlmsghdr *nlh)
{
	struct espah_info info;
	struct espah_err err = {};

	if (espah_info_take(nlh, &info, &err)) {
		must_be_malformed(&err);
		return NULL;
	}
	fuzz_capture_begin();
	if (ctl->json) {
		must(!json_print(ctl, json_counters(&info.counters, ctl->stats), &err),
		     "counters printed");
	} else {
		print_policy_counts(&info);
		print_traffic(&info);
	}
	return fuzz_capture_end();
}

static char *answer_defaults(const struct ctl *ctl, const struct nlmsghdr *nlh)
{
	struct espah_defaults defaults;
	struct espah_err err = {};

	if (espah_default_take(nlh, &defaults, &err)) {
		must_be_malformed(&err);
		return NULL;
	}
	defaults_return(&defaults);
	fuzz_capture_begin();
	if (ctl->json)
		must(!json_print(ctl, json_defaults(&defaults), &err), "default actions printed");
	else
		print_defaults(ctl, &defaults);
	return fuzz_capture_end();
}

void fuzz_answer(const uint8_t *data, size_t size)
{
	static char *(* const kinds[])(const struct ctl *ctl, const struct nlmsghdr *nlh) = {
		answer_sa, answer_policy, answer_info, answer_defaults,
	};
	struct genlmsghdr *genl;
	struct nlmsghdr *nlh;
	struct ctl ctl;
	char *text;

	if (size < sizeof(*genl))
		return;
	ctl = (struct ctl) {
		.json = *data & 4,
		.stats = *data & 8,
		.pretty = *data & 16,
		.oneline = *data & 32,
	};
	nlh = fuzz_message(77, 0, data, size);
	text = kinds[*data & 3](&ctl, nlh);
	if (text)
		must_be_printable(text);
	if (text && ctl.json)
		json_decref(fuzz_json(text));
	else
		free(text);
	free(nlh);
}
