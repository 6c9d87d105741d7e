// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>

#include "../lib/addr.h"
#include "../lib/policy.h"
#include "kernel_own.h"

static bool ts_equal(const struct ike_ts *a, const struct ike_ts *b)
{
	return espah_addr_equal(&a->addr.min, &b->addr.min) &&
	       espah_addr_equal(&a->addr.max, &b->addr.max) && a->proto == b->proto &&
	       a->port_min == b->port_min && a->port_max == b->port_max;
}

/* What the module tells policies apart by. */
static bool same_flow(const struct ike_kernel_policy *a, const struct ike_kernel_policy *b)
{
	return ts_equal(&a->local_ts, &b->local_ts) && ts_equal(&a->remote_ts, &b->remote_ts) &&
	       a->if_id_in == b->if_id_in && a->if_id_out == b->if_id_out;
}

static bool same_policy(const struct ike_kernel_policy *a, const struct ike_kernel_policy *b)
{
	return same_flow(a, b) && espah_addr_equal(&a->local, &b->local) &&
	       espah_addr_equal(&a->remote, &b->remote) && a->reqid == b->reqid &&
	       a->priority == b->priority && a->mode == b->mode;
}

static struct ike_kernel_wish *find(struct ike_kernel *kernel,
				    const struct ike_kernel_policy *policy,
				    bool (*same)(const struct ike_kernel_policy *a,
						 const struct ike_kernel_policy *b))
{
	struct ike_kernel_wish *wish = kernel->wishes;

	while (wish && !same(&wish->policy, policy))
		wish = wish->next;
	return wish;
}

/* The directions that a policy has: packets that a tunnel brings may be forwarded. */
static const uint8_t dirs[] = { ESPAH_DIR_OUT, ESPAH_DIR_IN, ESPAH_DIR_FWD };

static unsigned int dir_count(const struct ike_kernel_policy *policy)
{
	return policy->mode == ESPAH_MODE_TUNNEL ? 3 : 2;
}

static int describe(struct espah_policy *model, const struct ike_kernel_policy *policy,
		    uint8_t dir, struct espah_err *err)
{
	bool out = dir == ESPAH_DIR_OUT;
	struct espah_tmpl *tmpl = &model->tmpl[0];

	*model = (struct espah_policy){
		.given = espah_bit(ESPAH_A_POLICY_DIR) | espah_bit(ESPAH_A_POLICY_SEL) |
			 espah_bit(ESPAH_A_POLICY_ACTION) | espah_bit(ESPAH_A_POLICY_PRIORITY),
		.if_id = out ? policy->if_id_out : policy->if_id_in,
		.dir = dir,
		.action = ESPAH_ACTION_PROTECT,
		.priority = policy->priority,
		.tmpls = 1,
	};
	if (model->if_id)
		model->given |= espah_bit(ESPAH_A_POLICY_IF_ID);
	*tmpl = (struct espah_tmpl){
		.proto = IPPROTO_ESP,
		.mode = policy->mode,
		.level = ESPAH_LEVEL_REQUIRED,
		.reqid = policy->reqid,
	};
	/* In transport mode the packet's own addresses are the outer ones. */
	if (policy->mode == ESPAH_MODE_TUNNEL) {
		tmpl->given = espah_bit(ESPAH_A_TMPL_SRC) | espah_bit(ESPAH_A_TMPL_DST);
		tmpl->src = out ? policy->local : policy->remote;
		tmpl->dst = out ? policy->remote : policy->local;
	}
	return ike_kernel_selector(&model->sel, out ? &policy->local_ts : &policy->remote_ts,
				   out ? &policy->remote_ts : &policy->local_ts, err);
}

/* A policy that is gone already is as good as one that was deleted. */
static int remove_one(struct ike_kernel *kernel, const struct ike_kernel_policy *policy,
		      uint8_t dir, struct espah_err *err)
{
	struct espah_policy model;

	if (describe(&model, policy, dir, err))
		return -1;
	model.given &= espah_bit(ESPAH_A_POLICY_DIR) | espah_bit(ESPAH_A_POLICY_SEL) |
		       espah_bit(ESPAH_A_POLICY_IF_ID);
	return espah_policy_delete(kernel->nl, &model, err) && err->num != ENOENT ? -1 : 0;
}

/* In and fwd first: what a peer still sends is refused, and what is sent never clear. */
static int remove_all(struct ike_kernel *kernel, const struct ike_kernel_policy *policy,
		      struct espah_err *err)
{
	unsigned int i = dir_count(policy);

	while (i--) {
		if (remove_one(kernel, policy, dirs[i], err))
			return -1;
	}
	return 0;
}

/* An update adds what is not there, and replaces what is: an earlier life's, say. */
static int put_all(struct ike_kernel *kernel, const struct ike_kernel_policy *policy,
		   struct espah_err *err)
{
	struct espah_policy model;
	unsigned int i;

	for (i = 0; i < dir_count(policy); i++) {
		if (describe(&model, policy, dirs[i], err) ||
		    espah_policy_update(kernel->nl, &model, err))
			return -1;
	}
	return 0;
}

/* What the module has for a flow, when a wish came or went. */
static int settle(struct ike_kernel *kernel, const struct ike_kernel_policy *flow,
		  struct espah_err *err)
{
	const struct ike_kernel_wish *newest = find(kernel, flow, same_flow);
	int ret;

	if (!newest)
		return remove_all(kernel, flow, err);
	ret = put_all(kernel, &newest->policy, err);
	/* From tunnel to transport mode: nothing is forwarded under it any more. */
	if (!ret && dir_count(&newest->policy) < dir_count(flow))
		ret = remove_one(kernel, flow, ESPAH_DIR_FWD, err);
	return ret;
}

static void unlink_wish(struct ike_kernel *kernel, struct ike_kernel_wish *wish)
{
	struct ike_kernel_wish **at = &kernel->wishes;

	while (*at != wish)
		at = &(*at)->next;
	*at = wish->next;
	free(wish);
}

int ike_kernel_policy_add(struct ike_kernel *kernel, const struct ike_kernel_policy *policy,
			  struct espah_err *err)
{
	struct ike_kernel_wish *wish = find(kernel, policy, same_policy);
	struct espah_err ignored;

	if (wish) {
		wish->refs++;
		return 0;
	}
	wish = calloc(1, sizeof(*wish));
	if (!wish)
		return espah_err_kernel(err, ENOMEM, "ENOMEM: no memory for a policy");
	wish->policy = *policy;
	wish->refs = 1;
	wish->next = kernel->wishes;
	kernel->wishes = wish;
	if (!put_all(kernel, policy, err))
		return 0;
	/* All of it or nothing: back to what was there. */
	unlink_wish(kernel, wish);
	settle(kernel, policy, &ignored);
	return -1;
}

int ike_kernel_policy_del(struct ike_kernel *kernel, const struct ike_kernel_policy *policy,
			  struct espah_err *err)
{
	struct ike_kernel_wish *wish = find(kernel, policy, same_policy);
	struct ike_kernel_policy flow = *policy;

	if (!wish)
		return espah_err_kernel(err, ENOENT, "ENOENT: this policy was never added");
	if (--wish->refs)
		return 0;
	unlink_wish(kernel, wish);
	return settle(kernel, &flow, err);
}

void ike_kernel_forget_wishes(struct ike_kernel *kernel)
{
	while (kernel->wishes)
		unlink_wish(kernel, kernel->wishes);
}
