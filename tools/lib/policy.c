// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "lifetime.h"
#include "policy.h"
#include "selector.h"
#include "wire.h"

static bool put_tmpl(struct nlmsghdr *nlh, const struct espah_tmpl *tmpl)
{
	struct nlattr *nest = mnl_attr_nest_start_check(nlh, ESPAH_NL_REQUEST_MAX,
							ESPAH_A_POLICY_TMPL);
	uint64_t given = tmpl->given;

	if (!nest ||
	    (espah_given(given, ESPAH_A_TMPL_SRC) &&
	     !espah_put_addr(nlh, ESPAH_A_TMPL_SRC, &tmpl->src)) ||
	    (espah_given(given, ESPAH_A_TMPL_DST) &&
	     !espah_put_addr(nlh, ESPAH_A_TMPL_DST, &tmpl->dst)) ||
	    !espah_put_u8(nlh, ESPAH_A_TMPL_PROTO, tmpl->proto) ||
	    (tmpl->spi && !espah_put_spi(nlh, ESPAH_A_TMPL_SPI, tmpl->spi)) ||
	    !espah_put_u8(nlh, ESPAH_A_TMPL_MODE, tmpl->mode) ||
	    (tmpl->reqid && !espah_put_u32(nlh, ESPAH_A_TMPL_REQID, tmpl->reqid)) ||
	    !espah_put_u8(nlh, ESPAH_A_TMPL_LEVEL, tmpl->level))
		return false;
	mnl_attr_nest_end(nlh, nest);
	return true;
}

/* What names a policy. */
static bool put_key(struct nlmsghdr *nlh, const struct espah_policy *policy)
{
	uint64_t given = policy->given;

	return (!espah_given(given, ESPAH_A_POLICY_DIR) ||
		espah_put_u8(nlh, ESPAH_A_POLICY_DIR, policy->dir)) &&
	       (!espah_given(given, ESPAH_A_POLICY_INDEX) ||
		espah_put_u32(nlh, ESPAH_A_POLICY_INDEX, policy->index)) &&
	       (!espah_given(given, ESPAH_A_POLICY_SEL) ||
		espah_put_selector(nlh, ESPAH_A_POLICY_SEL, &policy->sel)) &&
	       (!espah_given(given, ESPAH_A_POLICY_NAME) ||
		espah_put_bytes(nlh, ESPAH_A_POLICY_NAME, policy->name,
				strlen(policy->name) + 1)) &&
	       (!espah_given(given, ESPAH_A_POLICY_MARK) ||
		(espah_put_u32(nlh, ESPAH_A_POLICY_MARK, policy->mark.value) &&
		 espah_put_u32(nlh, ESPAH_A_POLICY_MARK_MASK, policy->mark.mask))) &&
	       (!espah_given(given, ESPAH_A_POLICY_IF_ID) ||
		espah_put_u32(nlh, ESPAH_A_POLICY_IF_ID, policy->if_id));
}

/**
 * espah_policy_put() - put all that can be said of a policy in a request
 * @nlh: the request
 * @policy: the policy; only what is given is put
 *
 * Return: false if the request is full.
 */
bool espah_policy_put(struct nlmsghdr *nlh, const struct espah_policy *policy)
{
	uint64_t given = policy->given;
	unsigned int i;

	if (!put_key(nlh, policy) ||
	    (espah_given(given, ESPAH_A_POLICY_PRIORITY) &&
	     !espah_put_u32(nlh, ESPAH_A_POLICY_PRIORITY, policy->priority)) ||
	    (espah_given(given, ESPAH_A_POLICY_ACTION) &&
	     !espah_put_u8(nlh, ESPAH_A_POLICY_ACTION, policy->action)) ||
	    (espah_given(given, ESPAH_A_POLICY_LIMITS) &&
	     !espah_put_limits(nlh, ESPAH_A_POLICY_LIMITS, &policy->limits)))
		return false;
	for (i = 0; i < policy->tmpls; i++) {
		if (!put_tmpl(nlh, &policy->tmpl[i]))
			return false;
	}
	return true;
}

static bool take_tmpl_part(const struct nlattr *attr, struct espah_tmpl *tmpl)
{
	switch (mnl_attr_get_type(attr)) {
	case ESPAH_A_TMPL_SRC:
		return espah_take_addr(attr, &tmpl->src);
	case ESPAH_A_TMPL_DST:
		return espah_take_addr(attr, &tmpl->dst);
	case ESPAH_A_TMPL_PROTO:
		return espah_take_u8(attr, &tmpl->proto);
	case ESPAH_A_TMPL_SPI:
		return espah_take_spi(attr, &tmpl->spi);
	case ESPAH_A_TMPL_MODE:
		return espah_take_u8(attr, &tmpl->mode);
	case ESPAH_A_TMPL_REQID:
		return espah_take_u32(attr, &tmpl->reqid);
	case ESPAH_A_TMPL_LEVEL:
		return espah_take_u8(attr, &tmpl->level);
	default:
		return true;
	}
}

static bool take_tmpl(const struct nlattr *attr, struct espah_policy *policy)
{
	struct espah_tmpl *tmpl = &policy->tmpl[policy->tmpls];
	const struct nlattr *part;

	if (policy->tmpls == ESPAH_TMPLS_MAX)
		return false;
	mnl_attr_for_each_nested(part, attr) {
		uint16_t type = mnl_attr_get_type(part);

		if (!take_tmpl_part(part, tmpl))
			return false;
		if (type <= ESPAH_A_TMPL_MAX)
			tmpl->given |= espah_bit(type);
	}
	policy->tmpls++;
	return true;
}

/* Nothing that moves the cursor of whoever looks at it. */
static bool take_name(const struct nlattr *attr, char *name)
{
	size_t len = mnl_attr_get_payload_len(attr), i;
	const char *text = mnl_attr_get_payload(attr);

	if (len < 2 || len > ESPAH_POLICY_NAME_MAX + 1 || text[len - 1])
		return false;
	for (i = 0; i < len - 1; i++) {
		if (text[i] <= ' ' || text[i] > '~')
			return false;
	}
	memcpy(name, text, len);
	return true;
}

static bool take_attr(const struct nlattr *attr, struct espah_policy *policy)
{
	switch (mnl_attr_get_type(attr)) {
	case ESPAH_A_POLICY_DIR:
		return espah_take_u8(attr, &policy->dir);
	case ESPAH_A_POLICY_PRIORITY:
		return espah_take_u32(attr, &policy->priority);
	case ESPAH_A_POLICY_INDEX:
		return espah_take_u32(attr, &policy->index);
	case ESPAH_A_POLICY_ACTION:
		return espah_take_u8(attr, &policy->action);
	case ESPAH_A_POLICY_SEL:
		return espah_take_selector(attr, &policy->sel);
	case ESPAH_A_POLICY_TMPL:
		return take_tmpl(attr, policy);
	case ESPAH_A_POLICY_MARK:
		return espah_take_u32(attr, &policy->mark.value);
	case ESPAH_A_POLICY_MARK_MASK:
		return espah_take_u32(attr, &policy->mark.mask);
	case ESPAH_A_POLICY_IF_ID:
		return espah_take_u32(attr, &policy->if_id);
	case ESPAH_A_POLICY_WAITING:
		return espah_take_u32(attr, &policy->waiting);
	case ESPAH_A_POLICY_NAME:
		return take_name(attr, policy->name);
	case ESPAH_A_POLICY_PACKETS:
		return espah_take_u64(attr, &policy->packets);
	case ESPAH_A_POLICY_BYTES:
		return espah_take_u64(attr, &policy->bytes);
	case ESPAH_A_POLICY_ADD_TIME:
		return espah_take_u64(attr, &policy->add_time);
	case ESPAH_A_POLICY_USE_TIME:
		return espah_take_u64(attr, &policy->use_time);
	case ESPAH_A_POLICY_LIMITS:
		return espah_take_limits(attr, &policy->limits);
	default:
		return true;
	}
}

/**
 * espah_policy_take() - read a policy from the kernel's answer
 * @nlh: the answer
 * @policy: filled in
 * @err: filled in on failure
 *
 * Return: 0, or -1.
 */
int espah_policy_take(const struct nlmsghdr *nlh, struct espah_policy *policy,
		      struct espah_err *err)
{
	const struct nlattr *attr;

	memset(policy, 0, sizeof(*policy));
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		uint16_t type = mnl_attr_get_type(attr);

		if (!take_attr(attr, policy))
			return espah_wire_malformed(err, "a policy", attr);
		if (type <= ESPAH_A_POLICY_MAX)
			policy->given |= espah_bit(type);
	}
	return 0;
}

/**
 * espah_take_policy() - read a policy that stands in an attribute
 * @nest: the attribute
 * @policy: filled in
 *
 * Return: false if it is malformed.
 */
bool espah_take_policy(const struct nlattr *nest, struct espah_policy *policy)
{
	const struct nlattr *attr;

	memset(policy, 0, sizeof(*policy));
	mnl_attr_for_each_nested(attr, nest) {
		uint16_t type = mnl_attr_get_type(attr);

		if (!take_attr(attr, policy))
			return false;
		if (type <= ESPAH_A_POLICY_MAX)
			policy->given |= espah_bit(type);
	}
	return true;
}

static int policy_request(struct espah_nl *nl, uint8_t cmd, const struct espah_policy *policy,
			  struct espah_err *err)
{
	if (!espah_policy_put(espah_nl_request(nl, cmd), policy))
		return espah_wire_too_long(err);
	return espah_nl_transact(nl, NULL, err);
}

/**
 * espah_policy_add() - add a policy
 * @nl: the way to the kernel
 * @policy: the policy
 * @err: filled in on failure
 *
 * Return: 0, or -1.
 */
int espah_policy_add(struct espah_nl *nl, const struct espah_policy *policy, struct espah_err *err)
{
	return policy_request(nl, ESPAH_CMD_POLICY_ADD, policy, err);
}

/**
 * espah_policy_update() - put a policy in the place of an older one
 * @nl: the way to the kernel
 * @policy: the policy
 * @err: filled in on failure
 *
 * Return: 0, or -1.
 */
int espah_policy_update(struct espah_nl *nl, const struct espah_policy *policy,
			struct espah_err *err)
{
	return policy_request(nl, ESPAH_CMD_POLICY_UPDATE, policy, err);
}

/**
 * espah_policy_delete() - remove a policy
 * @nl: the way to the kernel
 * @policy: its name, or its dir and its sel or index name it
 * @err: filled in on failure
 *
 * Return: 0, or -1.
 */
int espah_policy_delete(struct espah_nl *nl, const struct espah_policy *policy,
			struct espah_err *err)
{
	put_key(espah_nl_request(nl, ESPAH_CMD_POLICY_DEL), policy);
	return espah_nl_transact(nl, NULL, err);
}

static int take_one(const struct nlmsghdr *nlh, void *to, struct espah_err *err)
{
	return espah_policy_take(nlh, to, err);
}

/**
 * espah_policy_get() - ask for one policy
 * @nl: the way to the kernel
 * @policy: its name, or its dir and its sel or index name it; filled in
 * @err: filled in on failure
 *
 * Return: 0, or -1.
 */
int espah_policy_get(struct espah_nl *nl, struct espah_policy *policy, struct espah_err *err)
{
	const struct espah_nl_sink sink = { .item = take_one, .to = policy };

	put_key(espah_nl_request(nl, ESPAH_CMD_POLICY_GET), policy);
	return espah_nl_transact(nl, &sink, err);
}

/**
 * espah_policy_flush() - remove all policies
 * @nl: the way to the kernel
 * @dir: only those of this direction, -1 for all
 * @err: filled in on failure
 *
 * Return: 0, or -1.
 */
int espah_policy_flush(struct espah_nl *nl, int dir, struct espah_err *err)
{
	struct nlmsghdr *nlh = espah_nl_request(nl, ESPAH_CMD_POLICY_FLUSH);

	if (dir >= 0)
		espah_put_u8(nlh, ESPAH_A_POLICY_DIR, dir);
	return espah_nl_transact(nl, NULL, err);
}

static bool list_grow(struct espah_policy_list *list)
{
	size_t room = list->room ? 2 * list->room : 64;
	struct espah_policy *policy;

	if (list->count < list->room)
		return true;
	policy = reallocarray(list->policy, room, sizeof(*policy));
	if (!policy)
		return false;
	list->policy = policy;
	list->room = room;
	return true;
}

/**
 * espah_policy_list_next() - room for one more policy
 * @list: the list; the room counts when @count is raised
 * @err: filled in on failure
 *
 * Return: the room, or NULL.
 */
struct espah_policy *espah_policy_list_next(struct espah_policy_list *list, struct espah_err *err)
{
	if (list_grow(list))
		return &list->policy[list->count];
	espah_err_kernel(err, ENOMEM, "ENOMEM: no memory for more than %zu policies", list->count);
	return NULL;
}

static int list_add(const struct nlmsghdr *nlh, void *to, struct espah_err *err)
{
	struct espah_policy_list *list = to;
	struct espah_policy *policy = espah_policy_list_next(list, err);

	if (!policy || espah_policy_take(nlh, policy, err))
		return -1;
	if (!list->keep || list->keep(policy, list->filter))
		list->count++;
	return 0;
}

static void list_reset(void *to)
{
	struct espah_policy_list *list = to;

	list->count = 0;
}

/* The order in which the kernel asks them. */
static int compare(const void *left, const void *right)
{
	const struct espah_policy *a = left, *b = right;

	if (a->dir != b->dir)
		return a->dir < b->dir ? -1 : 1;
	if (a->priority != b->priority)
		return a->priority < b->priority ? -1 : 1;
	return a->index < b->index ? -1 : a->index > b->index;
}

/**
 * espah_policy_dump() - ask for all policies
 * @nl: the way to the kernel
 * @list: filled in, as far as its keep() wants, and put in order of direction,
 *	priority and age; the caller frees it, also after a failure
 * @err: filled in on failure
 *
 * Return: 0, or -1.
 */
int espah_policy_dump(struct espah_nl *nl, struct espah_policy_list *list, struct espah_err *err)
{
	const struct espah_nl_sink sink = {
		.item = list_add,
		.reset = list_reset,
		.to = list,
	};

	int ret;

	espah_nl_request(nl, ESPAH_CMD_POLICY_GET);
	ret = espah_nl_dump(nl, &sink, err);
	if (list->count)
		qsort(list->policy, list->count, sizeof(*list->policy), compare);
	return ret;
}

/**
 * espah_policy_list_free() - forget a list of policies
 * @list: the list
 */
void espah_policy_list_free(struct espah_policy_list *list)
{
	free(list->policy);
	list->policy = NULL;
	list->count = 0;
	list->room = 0;
}
