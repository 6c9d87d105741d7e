// SPDX-License-Identifier: GPL-2.0-or-later
/* Pure. Things are compared by the requests that would make them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "difference.h"
#include "limit.h"

/* One SA or policy: what names it, and all that it says, as a request has it. */
struct form {
	uint8_t *octets;
	size_t key_len;
	size_t len;
	size_t at;
};

struct forms {
	struct form *form;
	size_t count;
};

typedef bool (*put_fn)(struct nlmsghdr *nlh, const void *item, bool key);

/* Of what can be said of an SA, what can be changed. */
#define SA_CHANGES	(espah_bit(ESPAH_A_SA_SEL) | espah_bit(ESPAH_A_SA_LIMITS) |	\
			 espah_bit(ESPAH_A_SA_DUMMY_INTERVAL) |			\
			 espah_bit(ESPAH_A_SA_REPLAY_THRESH) |			\
			 espah_bit(ESPAH_A_SA_REPLAY_TIMER))
#define SA_KEY		(espah_bit(ESPAH_A_SA_DST) | espah_bit(ESPAH_A_SA_PROTO) |	\
			 espah_bit(ESPAH_A_SA_SPI))
#define POLICY_KEY	(espah_bit(ESPAH_A_POLICY_DIR) | espah_bit(ESPAH_A_POLICY_SEL) | \
			 espah_bit(ESPAH_A_POLICY_MARK) | espah_bit(ESPAH_A_POLICY_MARK_MASK) |	\
			 espah_bit(ESPAH_A_POLICY_IF_ID))

static uint64_t unless(bool is_default, unsigned int attr)
{
	return is_default ? espah_bit(attr) : 0;
}

/* What is as it is where nothing is said of it is left unsaid, and the numbers that an SA has
 * reached are no part of what it is.
 */
static uint64_t sa_said(const struct espah_sa *sa)
{
	uint64_t unsaid = espah_bit(ESPAH_A_SA_OSEQ) | espah_bit(ESPAH_A_SA_SEQ) |
			  unless(!sa->reqid, ESPAH_A_SA_REQID) |
			  unless(!sa->replay_window, ESPAH_A_SA_REPLAY_WINDOW) |
			  unless(!sa->flags, ESPAH_A_SA_FLAGS) |
			  unless(!sa->tfcpad, ESPAH_A_SA_TFCPAD) |
			  unless(!sa->if_id, ESPAH_A_SA_IF_ID) |
			  unless(!sa->dummy_interval, ESPAH_A_SA_DUMMY_INTERVAL) |
			  unless(!sa->replay_thresh, ESPAH_A_SA_REPLAY_THRESH) |
			  unless(!sa->replay_timer, ESPAH_A_SA_REPLAY_TIMER) |
			  unless(!sa->mark.mask, ESPAH_A_SA_MARK) |
			  unless(!sa->output_mark.mask, ESPAH_A_SA_OUTPUT_MARK) |
			  unless(no_limits(&sa->limits), ESPAH_A_SA_LIMITS);

	return sa->given & ~unsaid;
}

static bool put_sa(struct nlmsghdr *nlh, const void *item, bool key)
{
	struct espah_sa sa = *(const struct espah_sa *)item;
	bool put;

	sa.given = key ? SA_KEY : sa_said(&sa);
	put = espah_sa_put(nlh, &sa);
	explicit_bzero(&sa, sizeof(sa));
	return put;
}

static bool put_policy(struct nlmsghdr *nlh, const void *item, bool key)
{
	struct espah_policy policy = *(const struct espah_policy *)item;

	policy.given &= ~(espah_bit(ESPAH_A_POLICY_INDEX) |
			  unless(!policy.mark.mask, ESPAH_A_POLICY_MARK) |
			  unless(no_limits(&policy.limits), ESPAH_A_POLICY_LIMITS) |
			  unless(!policy.if_id, ESPAH_A_POLICY_IF_ID));
	if (key) {
		policy.given &= POLICY_KEY;
		policy.tmpls = 0;
	}
	return espah_policy_put(nlh, &policy);
}

/* The key, and behind it all of it. */
static int form_make(struct form *form, const void *item, put_fn put, struct espah_err *err)
{
	union {
		struct nlmsghdr nlh;
		uint8_t room[ESPAH_NL_REQUEST_MAX];
	} request;
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(&request);
	bool fits = put(nlh, item, true);

	form->key_len = mnl_nlmsg_get_payload_len(nlh);
	fits = fits && put(nlh, item, false);
	form->len = mnl_nlmsg_get_payload_len(nlh);
	form->octets = fits ? malloc(form->len) : NULL;
	if (form->octets)
		memcpy(form->octets, mnl_nlmsg_get_payload(nlh), form->len);
	explicit_bzero(&request, nlh->nlmsg_len);
	if (form->octets)
		return 0;
	return espah_err_kernel(err, ENOMEM, "ENOMEM: no memory to compare with what there is");
}

static void form_free(struct form *form)
{
	if (!form->octets)
		return;
	explicit_bzero(form->octets, form->len);
	free(form->octets);
}

static void forms_free(struct forms *forms)
{
	size_t i;

	for (i = 0; i < forms->count; i++)
		form_free(&forms->form[i]);
	free(forms->form);
}

static int compare_octets(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{
	if (a_len != b_len)
		return a_len < b_len ? -1 : 1;
	return memcmp(a, b, a_len);
}

static int compare_keys(const struct form *a, const struct form *b)
{
	return compare_octets(a->octets, a->key_len, b->octets, b->key_len);
}

/* By what names them, and of the same name the earlier first. */
static int compare(const void *left, const void *right)
{
	const struct form *a = left, *b = right;
	int keys = compare_keys(a, b);

	return keys ? keys : (a->at > b->at) - (a->at < b->at);
}

static int forms_make(struct forms *forms, const void *items, size_t count, size_t size, put_fn put,
		      struct espah_err *err)
{
	*forms = (struct forms){ .form = calloc(count ? count : 1, sizeof(*forms->form)) };
	if (!forms->form)
		return espah_err_kernel(err, ENOMEM,
					"ENOMEM: no memory to compare with what there is");
	for (; forms->count < count; forms->count++) {
		struct form *form = &forms->form[forms->count];

		form->at = forms->count;
		if (form_make(form, (const char *)items + form->at * size, put, err)) {
			forms_free(forms);
			return -1;
		}
	}
	qsort(forms->form, forms->count, sizeof(*forms->form), compare);
	return 0;
}

static int same_name_twice(const struct forms *wanted, const unsigned long *line, const char *what,
			   struct espah_err *err)
{
	size_t i;

	for (i = 1; i < wanted->count; i++) {
		const struct form *a = &wanted->form[i - 1], *b = &wanted->form[i];

		if (!compare_keys(a, b))
			return espah_err_usage(err,
					       "the lines %lu and %lu are about the same %s; expected it once",
					       line[a->at], line[b->at], what);
	}
	return 0;
}

/* What is found of what is wanted: of each that is there the wanted one, and of each that
 * is wanted the one that is there; -1: none.
 */
struct match {
	ssize_t *wanted;
	ssize_t *there;
	bool *same;
};

static void match_free(struct match *match)
{
	free(match->wanted);
	free(match->there);
	free(match->same);
}

static void match_up(struct match *match, const struct forms *there, const struct forms *wanted)
{
	size_t i = 0, j = 0;

	while (i < there->count && j < wanted->count) {
		const struct form *a = &there->form[i], *b = &wanted->form[j];
		int order = compare_keys(a, b);

		if (!order) {
			match->wanted[a->at] = b->at;
			match->there[b->at] = a->at;
			match->same[b->at] = !compare_octets(a->octets, a->len, b->octets, b->len);
		}
		i += order <= 0;
		j += order >= 0;
	}
}

static int match_make(struct match *match, const struct forms *there, const struct forms *wanted,
		      struct espah_err *err)
{
	size_t i;

	match->wanted = calloc(there->count + 1, sizeof(*match->wanted));
	match->there = calloc(wanted->count + 1, sizeof(*match->there));
	match->same = calloc(wanted->count + 1, sizeof(*match->same));
	if (!match->wanted || !match->there || !match->same) {
		match_free(match);
		return espah_err_kernel(err, ENOMEM,
					"ENOMEM: no memory to compare with what there is");
	}
	for (i = 0; i < there->count; i++)
		match->wanted[i] = -1;
	for (i = 0; i < wanted->count; i++)
		match->there[i] = -1;
	match_up(match, there, wanted);
	return 0;
}

/**
 * difference_in_place() - is an update enough to make one SA of another?
 * @from: SA that there is
 * @to: SA that there should be, of the same name
 *
 * An update says what is to be otherwise; it cannot say that something is to go.
 *
 * Return: true if so.
 */
bool difference_in_place(const struct espah_sa *from, const struct espah_sa *to)
{
	struct espah_sa a = *from, b = *to;
	struct form one, two;
	struct espah_err err;
	bool same = false;

	a.given = sa_said(from) & ~SA_CHANGES;
	b.given = sa_said(to) & ~SA_CHANGES;
	if (!(sa_said(from) & SA_CHANGES & ~sa_said(to)) && !form_make(&one, &a, put_sa, &err)) {
		if (!form_make(&two, &b, put_sa, &err)) {
			same = !compare_octets(one.octets, one.len, two.octets, two.len);
			form_free(&two);
		}
		form_free(&one);
	}
	explicit_bzero(&a, sizeof(a));
	explicit_bzero(&b, sizeof(b));
	return same;
}

static int sas_differ(struct difference *diff, struct config *there, struct config *wanted,
		      const struct match *match, struct espah_err *err)
{
	size_t i;

	diff->sa = calloc(there->sas.count + wanted->sas.count + 1, sizeof(*diff->sa));
	if (!diff->sa)
		return espah_err_kernel(err, ENOMEM, "ENOMEM: no memory for what has to change");
	for (i = 0; i < wanted->sas.count; i++) {
		struct sa_change change = { .to = &wanted->sas.sa[i] };

		diff->same += match->same[i];
		if (match->same[i])
			continue;
		if (match->there[i] >= 0) {
			change.from = &there->sas.sa[match->there[i]];
			change.in_place = difference_in_place(change.from, change.to);
		}
		diff->sa[diff->sas++] = change;
	}
	for (i = 0; i < there->sas.count; i++) {
		if (match->wanted[i] < 0)
			diff->sa[diff->sas++] = (struct sa_change){ .from = &there->sas.sa[i] };
	}
	return 0;
}

/* Where the file says nothing of it, any number is as it says, and whoever chose it. */
static bool index_differs(const struct espah_policy *there, const struct espah_policy *wanted)
{
	return espah_given(wanted->given, ESPAH_A_POLICY_INDEX) &&
	       (!espah_given(there->given, ESPAH_A_POLICY_INDEX_CHOSEN) ||
		there->index != wanted->index);
}

static int policies_differ(struct difference *diff, struct config *there, struct config *wanted,
			   const struct match *match, struct espah_err *err)
{
	struct policy_change change;
	size_t i;

	diff->policy = calloc(there->policies.count + wanted->policies.count + 1,
			      sizeof(*diff->policy));
	if (!diff->policy)
		return espah_err_kernel(err, ENOMEM, "ENOMEM: no memory for what has to change");
	for (i = 0; i < wanted->policies.count; i++) {
		change = (struct policy_change){ .to = &wanted->policies.policy[i] };
		if (match->there[i] >= 0)
			change.from = &there->policies.policy[match->there[i]];
		if (match->same[i] && !index_differs(change.from, change.to))
			diff->same++;
		else
			diff->policy[diff->policies++] = change;
	}
	for (i = 0; i < there->policies.count; i++) {
		if (match->wanted[i] < 0)
			diff->policy[diff->policies++].from = &there->policies.policy[i];
	}
	return 0;
}

struct numbered {
	uint32_t index;
	unsigned long line;
};

static int compare_numbered(const void *left, const void *right)
{
	const struct numbered *a = left, *b = right;

	if (a->index != b->index)
		return a->index < b->index ? -1 : 1;
	return (a->line > b->line) - (a->line < b->line);
}

/* Each of them would be granted in turn, at the cost of the one before it. */
static int same_index_twice(const struct config *wanted, struct espah_err *err)
{
	struct numbered *list = calloc(wanted->policies.count + 1, sizeof(*list));
	size_t count = 0, i;
	int ret = 0;

	if (!list)
		return espah_err_kernel(err, ENOMEM,
					"ENOMEM: no memory to compare with what there is");
	for (i = 0; i < wanted->policies.count; i++) {
		const struct espah_policy *policy = &wanted->policies.policy[i];

		if (espah_given(policy->given, ESPAH_A_POLICY_INDEX))
			list[count++] = (struct numbered){ policy->index, wanted->policy_line[i] };
	}
	qsort(list, count, sizeof(*list), compare_numbered);
	for (i = 1; !ret && i < count; i++) {
		if (list[i - 1].index == list[i].index)
			ret = espah_err_usage(err,
					      "the lines %lu and %lu have the same index, %u; expected another for each policy",
					      list[i - 1].line, list[i].line, list[i].index);
	}
	free(list);
	return ret;
}

/* One kind of things: how they are compared, and what comes of it. */
struct kind {
	const char *name;
	const void *there;
	const void *wanted;
	size_t there_count;
	size_t wanted_count;
	size_t size;
	const unsigned long *line;
	put_fn put;
	int (*differ)(struct difference *diff, struct config *there, struct config *wanted,
		      const struct match *match, struct espah_err *err);
};

static int compare_kind(struct difference *diff, struct config *there, struct config *wanted,
			const struct kind *kind, struct espah_err *err)
{
	struct forms is, should;
	struct match match;
	int ret = -1;

	if (forms_make(&is, kind->there, kind->there_count, kind->size, kind->put, err))
		return -1;
	if (!forms_make(&should, kind->wanted, kind->wanted_count, kind->size, kind->put, err)) {
		if (!same_name_twice(&should, kind->line, kind->name, err) &&
		    !match_make(&match, &is, &should, err)) {
			ret = kind->differ(diff, there, wanted, &match, err);
			match_free(&match);
		}
		forms_free(&should);
	}
	forms_free(&is);
	return ret;
}

/**
 * difference_make() - what has to change
 * @diff: filled in; the caller frees it, also after a failure
 * @there: what there is
 * @wanted: what there should be, from a file
 * @err: filled in on failure
 *
 * Return: 0, or -1.
 */
int difference_make(struct difference *diff, struct config *there, struct config *wanted,
		    struct espah_err *err)
{
	const struct kind sas = {
		.name = "SA",
		.there = there->sas.sa, .there_count = there->sas.count,
		.wanted = wanted->sas.sa, .wanted_count = wanted->sas.count,
		.size = sizeof(struct espah_sa), .line = wanted->sa_line,
		.put = put_sa, .differ = sas_differ,
	};
	const struct kind policies = {
		.name = "policy",
		.there = there->policies.policy, .there_count = there->policies.count,
		.wanted = wanted->policies.policy, .wanted_count = wanted->policies.count,
		.size = sizeof(struct espah_policy), .line = wanted->policy_line,
		.put = put_policy, .differ = policies_differ,
	};

	*diff = (struct difference){};
	return compare_kind(diff, there, wanted, &sas, err) ||
	       compare_kind(diff, there, wanted, &policies, err) ||
	       same_index_twice(wanted, err) ? -1 : 0;
}

/**
 * difference_free() - forget what has to change
 * @diff: from difference_make()
 */
void difference_free(struct difference *diff)
{
	free(diff->sa);
	free(diff->policy);
	*diff = (struct difference){};
}
