// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>

#include "../lib/policy.h"
#include "../lib/sa.h"
#include "kernel_own.h"

struct ike_kernel *ike_kernel_open(struct ike_loop *loop, const struct ike_kernel_handler *handler,
				   struct espah_err *err)
{
	struct ike_kernel *kernel = calloc(1, sizeof(*kernel));

	if (!kernel) {
		espah_err_kernel(err, ENOMEM, "ENOMEM: no memory for the way to the kernel");
		return NULL;
	}
	kernel->loop = loop;
	kernel->handler = *handler;
	kernel->nl = espah_nl_open(err);
	if (!kernel->nl || ike_kernel_listen(kernel, err)) {
		ike_kernel_close(kernel);
		return NULL;
	}
	return kernel;
}

/* The module keeps what it has: policies hold while no daemon runs. */
void ike_kernel_close(struct ike_kernel *kernel)
{
	if (!kernel)
		return;
	ike_kernel_deafen(kernel);
	ike_kernel_forget_wishes(kernel);
	espah_nl_close(kernel->nl);
	free(kernel);
}

/* Those that are keyed by hand, and belong to no policy by a reqid, are not ours. */
static bool is_ours(const struct espah_sa *sa, const void *filter)
{
	(void)filter;
	return sa->reqid;
}

static uint32_t highest_reqid(const struct espah_policy *policy)
{
	uint32_t reqid = 0;
	unsigned int i;

	for (i = 0; i < policy->tmpls; i++) {
		if (policy->tmpl[i].reqid > reqid)
			reqid = policy->tmpl[i].reqid;
	}
	return reqid;
}

static int find_reqids(struct ike_kernel *kernel, uint32_t *last, struct espah_err *err)
{
	struct espah_policy_list list = {};
	int ret = espah_policy_dump(kernel->nl, &list, err);
	uint32_t reqid;
	size_t i;

	*last = 0;
	for (i = 0; i < list.count && !ret; i++) {
		reqid = highest_reqid(&list.policy[i]);
		if (reqid > *last)
			*last = reqid;
	}
	espah_policy_list_free(&list);
	return ret;
}

/*
 * Nobody has the IKE SAs any more by which these could be renewed or deleted,
 * and while they are there, no packet makes the module ask for others. Policies
 * stay, so that nothing goes in clear meanwhile; those that are added again
 * take the place of what is there.
 */
int ike_kernel_take_over(struct ike_kernel *kernel, uint32_t *last_reqid, struct espah_err *err)
{
	struct espah_sa_list list = { .keep = is_ours };
	int ret = espah_sa_dump(kernel->nl, &list, false, err);
	size_t i;

	for (i = 0; i < list.count && !ret; i++)
		ret = ike_kernel_sa_del(kernel, &list.sa[i].dst, list.sa[i].spi, err);
	espah_sa_list_wipe(&list);
	return ret ? ret : find_reqids(kernel, last_reqid, err);
}
