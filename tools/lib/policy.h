/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Policies: what can be asked of the kernel.
 */
#ifndef _ESPAH_POLICY_H
#define _ESPAH_POLICY_H

#include <linux/netlink.h>

#include "err.h"
#include "model.h"
#include "nl.h"

struct espah_policy_list {
	struct espah_policy *policy;
	size_t count;
	size_t room;
	/* Only policies for which this is true get in; NULL: all do. */
	bool (*keep)(const struct espah_policy *policy, const void *filter);
	const void *filter;
};

bool espah_policy_put(struct nlmsghdr *nlh, const struct espah_policy *policy);
int espah_policy_take(const struct nlmsghdr *nlh, struct espah_policy *policy,
		      struct espah_err *err);

bool espah_take_policy(const struct nlattr *nest, struct espah_policy *policy);

int espah_policy_add(struct espah_nl *nl, const struct espah_policy *policy,
		     struct espah_err *err);
int espah_policy_update(struct espah_nl *nl, const struct espah_policy *policy,
			struct espah_err *err);
int espah_policy_delete(struct espah_nl *nl, const struct espah_policy *policy,
			struct espah_err *err);
int espah_policy_get(struct espah_nl *nl, struct espah_policy *policy, struct espah_err *err);
int espah_policy_flush(struct espah_nl *nl, int dir, struct espah_err *err);
int espah_policy_dump(struct espah_nl *nl, struct espah_policy_list *list, struct espah_err *err);
struct espah_policy *espah_policy_list_next(struct espah_policy_list *list,
					    struct espah_err *err);
void espah_policy_list_free(struct espah_policy_list *list);

#endif /* _ESPAH_POLICY_H */
