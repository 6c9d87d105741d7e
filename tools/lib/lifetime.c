// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "lifetime.h"
#include "nl.h"
#include "wire.h"

/**
 * espah_put_limits() - put a lifetime
 * @nlh: the request
 * @type: the attribute
 * @limits: the lifetime; only the limits that it has are put
 *
 * Return: false if the request is full.
 */
bool espah_put_limits(struct nlmsghdr *nlh, uint16_t type, const struct espah_limits *limits)
{
	struct nlattr *nest = mnl_attr_nest_start_check(nlh, ESPAH_NL_REQUEST_MAX, type);
	unsigned int i;

	if (!nest)
		return false;
	for (i = 0; i <= ESPAH_A_LIMIT_MAX; i++) {
		if (limits->limit[i] &&
		    !mnl_attr_put_u64_check(nlh, ESPAH_NL_REQUEST_MAX, i, limits->limit[i]))
			return false;
	}
	mnl_attr_nest_end(nlh, nest);
	return true;
}

/**
 * espah_take_limits() - take a lifetime; limits that are absent are none
 * @attr: the attribute
 * @limits: filled in
 *
 * Return: false if it is not one.
 */
bool espah_take_limits(const struct nlattr *attr, struct espah_limits *limits)
{
	const struct nlattr *part;

	memset(limits, 0, sizeof(*limits));
	mnl_attr_for_each_nested(part, attr) {
		uint16_t type = mnl_attr_get_type(part);

		/* A newer kernel may limit more than this tool knows. */
		if (type == ESPAH_A_LIMIT_PAD || type > ESPAH_A_LIMIT_MAX)
			continue;
		if (!espah_take_u64(part, &limits->limit[type]))
			return false;
	}
	return true;
}
