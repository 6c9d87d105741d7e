// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <libmnl/libmnl.h>

#include "extack.h"

struct extack {
	const char *text;
	/* Not NUL-terminated where the kernel forgot it. */
	size_t text_len;
	uint32_t offset;
	uint32_t nest;
	uint32_t missing;
	bool has_missing;
	const struct nlattr *policy;
};

static uint32_t u32_of(const struct nlattr *attr)
{
	return mnl_attr_get_payload_len(attr) >= sizeof(uint32_t) ? mnl_attr_get_u32(attr) : 0;
}

static void extack_scan(struct extack *ext, const void *tlvs, size_t len)
{
	const struct nlattr *attr;

	mnl_attr_for_each_payload(tlvs, len) {
		switch (mnl_attr_get_type(attr)) {
		case NLMSGERR_ATTR_MSG:
			ext->text = mnl_attr_get_payload(attr);
			ext->text_len = strnlen(ext->text, mnl_attr_get_payload_len(attr));
			break;
		case NLMSGERR_ATTR_OFFS:
			ext->offset = u32_of(attr);
			break;
		case NLMSGERR_ATTR_POLICY:
			ext->policy = attr;
			break;
		case NLMSGERR_ATTR_MISS_TYPE:
			ext->missing = u32_of(attr);
			ext->has_missing = true;
			break;
		case NLMSGERR_ATTR_MISS_NEST:
			ext->nest = u32_of(attr);
			break;
		}
	}
}

struct limits {
	uint64_t min;
	uint64_t max;
	uint32_t max_len;
	bool has_value;
	bool has_len;
};

static void limits_scan(struct limits *lim, const struct nlattr *policy)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, policy) {
		size_t len = mnl_attr_get_payload_len(attr);

		switch (mnl_attr_get_type(attr)) {
		case NL_POLICY_TYPE_ATTR_MIN_VALUE_U:
			if (len == sizeof(uint64_t))
				lim->min = mnl_attr_get_u64(attr);
			break;
		case NL_POLICY_TYPE_ATTR_MAX_VALUE_U:
			lim->has_value = len == sizeof(uint64_t);
			if (lim->has_value)
				lim->max = mnl_attr_get_u64(attr);
			break;
		case NL_POLICY_TYPE_ATTR_MAX_LENGTH:
			lim->has_len = len == sizeof(uint32_t);
			lim->max_len = u32_of(attr);
			break;
		}
	}
}

static void append_limits(struct espah_err *err, const struct nlattr *policy)
{
	struct limits lim = {};

	if (!policy)
		return;
	limits_scan(&lim, policy);
	if (lim.has_value)
		espah_err_append(err, "; expected: %llu to %llu", (unsigned long long)lim.min,
				 (unsigned long long)lim.max);
	else if (lim.has_len)
		espah_err_append(err, "; expected: at most %u octets", lim.max_len);
}

static void append_attr(const struct extack *ext, const struct nlmsghdr *request,
			const struct espah_attr_set *set, struct espah_err *err)
{
	struct espah_attr_hit hit;
	char value[128];

	if (ext->has_missing) {
		espah_attr_missing(set, request, ext->nest, ext->missing, &hit);
		espah_err_append(err, " (missing attribute '%s')", hit.path);
		return;
	}
	if (!ext->offset)
		return;
	espah_attr_find(set, request, ext->offset, &hit);
	if (!hit.attr)
		return;
	espah_err_append(err, " (attribute '%s')", hit.path);
	append_limits(err, ext->policy);
	espah_attr_print(&hit, value, sizeof(value));
	if (*value)
		espah_err_append(err, "; given: %s", value);
}

static int explain(int num, const struct extack *ext, const struct nlmsghdr *request,
		   const struct espah_attr_set *set, struct espah_err *err)
{
	const char *name = strerrorname_np(num);

	if (ext->text_len)
		espah_err_kernel(err, num, "%s: %.*s", name ? name : "error", (int)ext->text_len,
				 ext->text);
	else
		espah_err_kernel(err, num, "%s: %s", name ? name : "error", strerror(num));
	if (num == EPERM)
		espah_err_append(err,
				 "; CAP_NET_ADMIN is needed in the user namespace that owns this network namespace");
	append_attr(ext, request, set, err);
	return -1;
}

static void remark(const struct extack *ext, struct espah_err *err)
{
	if (ext->text_len)
		snprintf(err->remark, sizeof(err->remark), "%.*s", (int)ext->text_len, ext->text);
}

/*
 * How much stands before the attributes: an error carries the request's header,
 * or all of the request where it is not capped; the end of a dump a number.
 */
static size_t fixed_part(const struct nlmsghdr *reply)
{
	const struct nlmsgerr *error = mnl_nlmsg_get_payload(reply);

	if (reply->nlmsg_type == NLMSG_DONE)
		return sizeof(int);
	if (reply->nlmsg_flags & NLM_F_CAPPED)
		return sizeof(*error);
	return MNL_ALIGN(sizeof(*error) - sizeof(error->msg) + error->msg.nlmsg_len);
}

/**
 * espah_extack_read() - turn the kernel's verdict into a sentence
 * @reply: NLMSG_ERROR or NLMSG_DONE
 * @request: what was asked
 * @set: the attributes of @request, NULL where they have no names
 * @err: filled in if the kernel refused; its remark, where the kernel agreed and had one
 *
 * Return: 0 if the kernel agreed, or -1.
 */
int espah_extack_read(const struct nlmsghdr *reply, const struct nlmsghdr *request,
		      const struct espah_attr_set *set, struct espah_err *err)
{
	const char *payload = mnl_nlmsg_get_payload(reply);
	size_t len = mnl_nlmsg_get_payload_len(reply);
	struct extack ext = {};
	size_t fixed;
	int num;

	/* The kernel before 4.20 ends dumps without a number. */
	if (reply->nlmsg_type == NLMSG_DONE && len < sizeof(num))
		return 0;
	if (reply->nlmsg_type == NLMSG_ERROR && len < sizeof(struct nlmsgerr))
		return espah_err_kernel(err, EBADMSG, "EBADMSG: the kernel's answer is cut short");
	memcpy(&num, payload, sizeof(num));
	fixed = fixed_part(reply);
	if (reply->nlmsg_flags & NLM_F_ACK_TLVS && fixed < len)
		extack_scan(&ext, payload + fixed, len - fixed);
	if (num >= 0) {
		remark(&ext, err);
		return 0;
	}
	/* There is no such errno, nor its opposite. */
	if (num == INT_MIN)
		num = -EBADMSG;
	return explain(-num, &ext, request, set, err);
}
