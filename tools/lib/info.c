// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "info.h"
#include "wire.h"

static bool take_attr(const struct nlattr *attr, struct espah_info *info)
{
	switch (mnl_attr_get_type(attr)) {
	case ESPAH_A_INFO_SA_COUNT:
		return espah_take_u32(attr, &info->sa_count);
	case ESPAH_A_INFO_POLICIES_IN:
		return espah_take_u32(attr, &info->policies[ESPAH_DIR_IN]);
	case ESPAH_A_INFO_POLICIES_OUT:
		return espah_take_u32(attr, &info->policies[ESPAH_DIR_OUT]);
	case ESPAH_A_INFO_POLICIES_FWD:
		return espah_take_u32(attr, &info->policies[ESPAH_DIR_FWD]);
	case ESPAH_A_INFO_COUNTERS:
		return espah_take_counters(attr, &info->counters);
	default:
		return true;
	}
}

/**
 * espah_info_take() - read the figures from the kernel's answer
 * @nlh: the answer
 * @info: filled in
 * @err: filled in on failure
 *
 * Return: 0, or -1.
 */
int espah_info_take(const struct nlmsghdr *nlh, struct espah_info *info, struct espah_err *err)
{
	const struct nlattr *attr;

	memset(info, 0, sizeof(*info));
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (!take_attr(attr, info))
			return espah_wire_malformed(err, "the figures", attr);
	}
	return 0;
}

static int take_one(const struct nlmsghdr *nlh, void *to, struct espah_err *err)
{
	return espah_info_take(nlh, to, err);
}

/**
 * espah_info_get() - ask for the figures
 * @nl: the way to the kernel
 * @info: filled in
 * @err: filled in on failure
 *
 * Return: 0, or -1.
 */
int espah_info_get(struct espah_nl *nl, struct espah_info *info, struct espah_err *err)
{
	const struct espah_nl_sink sink = { .item = take_one, .to = info };

	espah_nl_request(nl, ESPAH_CMD_INFO_GET);
	return espah_nl_transact(nl, &sink, err);
}
