// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "plan.h"
#include "v2.h"

static bool same_names(const struct ike_conf_conn *conn, const struct ike_conf_child *conf,
		       const char *conn_name, const char *child_name)
{
	return !strcmp(conn->name, conn_name) && !strcmp(conf->name, child_name);
}

struct ike_plan *ike_plan_of(struct ike_sa_table *table, const char *conn, const char *child)
{
	struct ike_plan *plan = table->plans;

	while (plan && !same_names(plan->conn, plan->conf, conn, child))
		plan = plan->next;
	return plan;
}

/* The next one after @child (NULL: the first) that is of use, or about to be. */
static struct ike_child *child_of(const struct ike_plan *plan)
{
	struct ike_child *child;
	struct ike_sa *sa;

	for (sa = plan->daemon->sas->all; sa; sa = sa->next) {
		for (child = sa->children; child; child = child->next) {
			if (ike_child_in_use(child) &&
			    same_names(child->conn, child->conf, plan->conn->name,
				       plan->conf->name))
				return child;
		}
	}
	return NULL;
}

static struct ike_task *task_of(const struct ike_plan *plan)
{
	struct ike_task *task;
	struct ike_sa *sa;

	for (sa = plan->daemon->sas->all; sa; sa = sa->next) {
		for (task = sa->tasks; task; task = task->next) {
			if (task->offer && !task->offer->rekey && !task->down &&
			    same_names(task->offer->conn, task->offer->conf, plan->conn->name,
				       plan->conf->name))
				return task;
		}
	}
	return NULL;
}

static bool covers(const struct ike_child *child, const struct ike_flow *flow)
{
	struct ike_ts_list src = { .count = 1 }, dst = { .count = 1 };

	if (!flow)
		return true;
	src.ts[0] = flow->src;
	dst.ts[0] = flow->dst;
	return ike_ts_list_within(&src, &child->local_ts) &&
	       ike_ts_list_within(&dst, &child->remote_ts);
}

static bool reqid_in_use(const struct ike_sa_table *table, uint32_t reqid)
{
	const struct ike_plan *plan;
	const struct ike_child *child;
	const struct ike_sa *sa;

	for (plan = table->plans; plan; plan = plan->next) {
		if (plan->reqid == reqid || plan->conf->reqid == reqid)
			return true;
	}
	for (sa = table->all; sa; sa = sa->next) {
		for (child = sa->children; child; child = child->next) {
			if (child->reqid == reqid)
				return true;
		}
	}
	return false;
}

static uint32_t new_reqid(struct ike_sa_table *table)
{
	uint32_t *last = &table->daemon->last_reqid;

	do {
		(*last)++;
	} while (!*last || reqid_in_use(table, *last));
	return *last;
}

static bool same_selectors(const struct ike_child *child, const struct ike_ts_list *local,
			   const struct ike_ts_list *remote)
{
	return local && ike_ts_list_within(local, &child->local_ts) &&
	       ike_ts_list_within(&child->local_ts, local) &&
	       ike_ts_list_within(remote, &child->remote_ts) &&
	       ike_ts_list_within(&child->remote_ts, remote);
}

uint32_t ike_plan_pick_reqid(struct ike_sa_table *table, const char *conn,
			     const struct ike_conf_child *conf, const struct ike_ts_list *local,
			     const struct ike_ts_list *remote)
{
	const struct ike_plan *plan = ike_plan_of(table, conn, conf->name);
	const struct ike_child *child;
	const struct ike_sa *sa;

	if (conf->reqid)
		return conf->reqid;
	if (!plan)
		return new_reqid(table);
	for (sa = table->all; sa; sa = sa->next) {
		for (child = sa->children; child; child = child->next) {
			if (child->reqid == plan->reqid && ike_child_in_use(child) &&
			    !same_selectors(child, local, remote))
				return new_reqid(table);
		}
	}
	return plan->reqid;
}

struct ike_plan *ike_plan_by_reqid(struct ike_sa_table *table, uint32_t reqid)
{
	struct ike_plan *plan;
	struct ike_child *child;
	struct ike_sa *sa;

	for (plan = table->plans; plan; plan = plan->next) {
		if (plan->reqid == reqid)
			return plan;
	}
	for (sa = table->all; sa; sa = sa->next) {
		for (child = sa->children; child; child = child->next) {
			if (child->reqid == reqid)
				return ike_plan_of(table, child->conn->name, child->conf->name);
		}
	}
	return NULL;
}

/* The outer addresses, if they are known before there is an SA. */
static bool addresses(const struct ike_plan *plan, struct ike_kernel_policy *like)
{
	const struct ike_conf_conn *conn = plan->conn;
	const struct espah_addr *remote = ike_conf_one_addr(conn->remote_addr, conn->remotes);
	const struct espah_addr *local = ike_conf_one_addr(conn->local_addr, conn->locals);

	if (!remote)
		return false;
	like->remote = *remote;
	like->local = local ? *local : plan->daemon->edge->source(remote);
	return like->local.family;
}

static unsigned int trap_policies(const struct ike_plan *plan, struct ike_kernel_policy *policy)
{
	const struct ike_conf_child *conf = plan->conf;
	struct ike_kernel_policy like = {
		.reqid = plan->reqid, .mode = conf->mode,
		.if_id_in = conf->if_id_in, .if_id_out = conf->if_id_out,
	};
	struct ike_ts_list local, remote;
	unsigned int count, i;

	if (!addresses(plan, &like))
		return 0;
	ike_conf_ts_resolve(&conf->local_ts, &like.local, &local);
	ike_conf_ts_resolve(&conf->remote_ts, &like.remote, &remote);
	count = ike_policies_make(policy, IKE_CHILD_POLICIES, &local, &remote, &like);
	for (i = 0; i < count; i++)
		policy[i].priority = ike_policy_priority(conf, &policy[i].local_ts,
							 &policy[i].remote_ts);
	return count;
}

static void remove_policies(struct ike_plan *plan, struct ike_kernel_policy *policy,
			    unsigned int count)
{
	const struct ike_daemon *daemon = plan->daemon;
	struct espah_err err = {};

	while (count--) {
		if (daemon->edge->policy_del(daemon->kernel, &policy[count], &err))
			ike_log(IKE_LOG_ERROR, "%s", err.text);
	}
}

/* Return: how many of them are there. */
static unsigned int add_policies(struct ike_plan *plan, const struct ike_kernel_policy *policy,
				 unsigned int count, bool again)
{
	const struct ike_daemon *daemon = plan->daemon;
	struct espah_err err = {};
	unsigned int done = 0;

	while (done < count && !daemon->edge->policy_add(daemon->kernel, &policy[done], &err))
		done++;
	if (done < count && !again)
		ike_log(IKE_LOG_ERROR, "%s", err.text);
	plan->refused = err;
	return done;
}

/*
 * The new ones are there before the old ones go: nothing gets out between. Where
 * not all of them can be there, the old ones stay, and it is tried again.
 */
static void trap(struct ike_plan *plan, bool wanted, bool again)
{
	const struct ike_daemon *daemon = plan->daemon;
	struct ike_kernel_policy policy[IKE_CHILD_POLICIES];
	const struct ike_place *place = &plan->conf->place;
	unsigned int count = wanted ? trap_policies(plan, policy) : 0;
	unsigned int done = add_policies(plan, policy, count, again);
	bool short_of = wanted && (!count || done < count);

	if (short_of && plan->policies) {
		remove_policies(plan, policy, done);
	} else {
		remove_policies(plan, plan->policy, plan->policies);
		memcpy(plan->policy, policy, done * sizeof(*policy));
		plan->policies = done;
	}
	daemon->edge->timer_cancel(daemon->loop, &plan->trap);
	if (!short_of)
		return;
	if (!count && !again)
		ike_log(IKE_LOG_WARNING,
			"%s:%u: there are no two addresses for a policy of child '%s' yet; it is tried again each second",
			place->file, place->line, plan->conf->name);
	if (plan->conn->remotes &&
	    daemon->edge->timer_set(daemon->loop, &plan->trap, IKE_PLAN_TRAP_AGAIN))
		ike_log(IKE_LOG_ERROR, "no memory to try it again");
}

static void trap_fired(struct ike_timer *timer)
{
	trap(container_of(timer, struct ike_plan, trap), true, true);
}

int ike_plan_up(struct ike_plan *plan, const struct ike_flow *flow, struct ike_order *order)
{
	struct ike_sa_table *table = plan->daemon->sas;
	struct ike_child *child = child_of(plan);
	struct espah_err err = {};
	struct ike_task *task;
	struct ike_sa *sa;
	uint32_t reqid;

	if (child && covers(child, flow)) {
		ike_order_end(table, order, NULL);
		return 0;
	}
	task = task_of(plan);
	if (task) {
		if (!task->order)
			task->order = order;
		else
			ike_order_join(table, task->order, order);
		return 0;
	}
	sa = ike_table_find_conn(table, plan->conn->name);
	if (!sa)
		sa = ike_v2_begin(plan->daemon, plan->conn, &err);
	reqid = ike_plan_pick_reqid(table, plan->conn->name, plan->conf, NULL, NULL);
	task = sa ? ike_v2_child_queue(sa, plan->conn, plan->conf, reqid, flow) : NULL;
	if (task) {
		task->order = order;
		return 0;
	}
	if (sa)
		espah_err_kernel(&err, 0, "too much waits for its turn already");
	ike_log_limited(IKE_LOG_ERROR, "child '%s' cannot be brought up: %s", plan->conf->name,
			err.text);
	ike_order_end(table, order, err.text);
	return -1;
}

static void retry_later(struct ike_plan *plan)
{
	struct ike_daemon *daemon = plan->daemon;
	uint64_t ms = plan->backoff ? plan->backoff : IKE_PLAN_RETRY_FIRST;

	if (!plan->wanted || ike_timer_armed(&plan->retry) || daemon->sas->closing)
		return;
	plan->backoff = ms * 2 < IKE_PLAN_RETRY_MOST ? ms * 2 : IKE_PLAN_RETRY_MOST;
	if (daemon->edge->timer_set(daemon->loop, &plan->retry, ms))
		ike_log(IKE_LOG_ERROR, "child '%s' is not tried again: no memory",
			plan->conf->name);
}

static void retry_fired(struct ike_timer *timer)
{
	struct ike_plan *plan = container_of(timer, struct ike_plan, retry);

	if (plan->wanted && ike_plan_up(plan, NULL, NULL))
		retry_later(plan);
}

void ike_plan_missed(struct ike_sa_table *table, const char *conn, const char *child)
{
	struct ike_plan *plan = ike_plan_of(table, conn, child);

	if (plan)
		retry_later(plan);
}

void ike_plan_reached(struct ike_sa_table *table, const struct ike_child *child)
{
	struct ike_plan *plan = ike_plan_of(table, child->conn->name, child->conf->name);

	if (!plan)
		return;
	plan->backoff = 0;
	plan->daemon->edge->timer_cancel(plan->daemon->loop, &plan->retry);
}

void ike_plan_act(struct ike_sa_table *table, const char *conn, const char *child,
		  uint8_t action)
{
	struct ike_plan *plan = ike_plan_of(table, conn, child);

	if (!plan)
		return;
	if (action & IKE_START_TRAP && !plan->policies)
		trap(plan, true, false);
	if (action & IKE_START_START)
		plan->wanted = true;
	retry_later(plan);
}

void ike_plan_act_dpd(struct ike_sa_table *table, const char *conn, const char *child,
		      enum ike_dpd_action action)
{
	static const uint8_t starts[] = {
		[IKE_DPD_CLEAR]		= IKE_START_NONE,
		[IKE_DPD_TRAP]		= IKE_START_TRAP,
		[IKE_DPD_RESTART]	= IKE_START_START,
	};

	ike_plan_act(table, conn, child, starts[action]);
}

static struct ike_plan *plan_new(struct ike_sa_table *table, struct ike_conf_conn *conn,
				 const struct ike_conf_child *conf)
{
	struct ike_plan *plan = calloc(1, sizeof(*plan));

	if (!plan) {
		ike_log(IKE_LOG_ERROR, "child '%s' is left out: no memory", conf->name);
		return NULL;
	}
	plan->daemon = table->daemon;
	plan->conn = ike_conf_conn_get(conn);
	plan->conf = conf;
	plan->retry.fire = retry_fired;
	plan->trap.fire = trap_fired;
	plan->reqid = conf->reqid ? conf->reqid : new_reqid(table);
	plan->next = table->plans;
	table->plans = plan;
	return plan;
}

static void settle_one(struct ike_sa_table *table, struct ike_conf_conn *conn,
		       const struct ike_conf_child *conf)
{
	struct ike_plan *plan = ike_plan_of(table, conn->name, conf->name);
	struct ike_conf_conn *old;

	if (plan) {
		old = plan->conn;
		plan->conn = ike_conf_conn_get(conn);
		plan->conf = conf;
		ike_conf_conn_put(old);
		if (conf->reqid)
			plan->reqid = conf->reqid;
	} else {
		plan = plan_new(table, conn, conf);
	}
	if (!plan)
		return;
	plan->old = false;
	/* What is always to be up has its policies when it is not: nothing leaves in clear. */
	trap(plan, conf->start_action != IKE_START_NONE, false);
	plan->wanted = conf->start_action & IKE_START_START;
	plan->backoff = 0;
	if (plan->wanted && table->daemon->edge->timer_set(table->daemon->loop, &plan->retry, 0))
		ike_log(IKE_LOG_ERROR, "child '%s' is not begun: no memory", conf->name);
}

static void plan_free(struct ike_plan *plan)
{
	plan->daemon->edge->timer_cancel(plan->daemon->loop, &plan->retry);
	plan->daemon->edge->timer_cancel(plan->daemon->loop, &plan->trap);
	ike_conf_conn_put(plan->conn);
	free(plan);
}

void ike_plans_settle(struct ike_sa_table *table)
{
	const struct ike_conf *conf = table->daemon->conf;
	const struct ike_conf_child *child;
	struct ike_plan *plan, **at;
	struct ike_conf_conn *conn;

	for (plan = table->plans; plan; plan = plan->next)
		plan->old = true;
	for (conn = conf ? conf->conns : NULL; conn; conn = conn->next) {
		for (child = conn->children; child; child = child->next)
			settle_one(table, conn, child);
	}
	for (at = &table->plans; *at;) {
		plan = *at;
		if (!plan->old) {
			at = &plan->next;
			continue;
		}
		*at = plan->next;
		remove_policies(plan, plan->policy, plan->policies);
		plan_free(plan);
	}
}

bool ike_plans_refused(const struct ike_sa_table *table, struct espah_err *err)
{
	const struct ike_plan *plan = table->plans;

	while (plan && !plan->refused.text[0])
		plan = plan->next;
	if (!plan)
		return false;
	*err = plan->refused;
	espah_err_prefix(err,
			 "loaded, but child '%s' does not have its policies yet; they are tried again each second: ",
			 plan->conf->name);
	return true;
}

void ike_plans_untrap(struct ike_sa_table *table)
{
	struct ike_plan *plan;

	for (plan = table->plans; plan; plan = plan->next)
		trap(plan, false, false);
}

void ike_plans_free(struct ike_sa_table *table)
{
	struct ike_plan *plan;

	/* The policies stay (see ike_sas_close()). */
	while (table->plans) {
		plan = table->plans;
		table->plans = plan->next;
		plan_free(plan);
	}
}
