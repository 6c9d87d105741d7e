// SPDX-License-Identifier: GPL-2.0-or-later
/* The doors into the half that speaks the protocol: see daemon.h. */
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"
#include "v2.h"

#define LEAVE_TIME	2000

static void work_fired(struct ike_timer *timer)
{
	struct ike_sa_table *table = container_of(timer, struct ike_sa_table, work_timer);

	ike_table_run(table);
}

static void left(struct ike_sa_table *table)
{
	void (*done)(struct ike_daemon *daemon) = table->left;

	table->left = NULL;
	table->daemon->edge->timer_cancel(table->daemon->loop, &table->leave_timer);
	ike_plans_untrap(table);
	if (done)
		done(table->daemon);
}

static void leave_fired(struct ike_timer *timer)
{
	left(container_of(timer, struct ike_sa_table, leave_timer));
}

void ike_table_emptied(struct ike_sa_table *table)
{
	const struct ike_sa *sa = table->all;

	/* Those that only answer late requests keep nobody. */
	while (sa && !ike_sa_alive(sa))
		sa = sa->next;
	if (!sa && table->left)
		left(table);
}

int ike_sas_open(struct ike_daemon *daemon, struct espah_err *err)
{
	struct ike_sa_table *table = calloc(1, sizeof(*table));

	if (!table)
		return espah_err_kernel(err, 0, "no memory for the table of IKE SAs");
	table->daemon = daemon;
	ike_random(table->secret, sizeof(table->secret));
	table->work_timer.fire = work_fired;
	table->leave_timer.fire = leave_fired;
	daemon->sas = table;
	return 0;
}

void ike_sas_close(struct ike_daemon *daemon)
{
	struct ike_sa_table *table = daemon->sas;
	struct ike_sa *sa;

	if (!table)
		return;
	table->closing = true;
	while (table->all)
		ike_sa_kill(table->all, "the daemon ends");
	while (table->work) {
		sa = table->work;
		table->work = sa->work_next;
		ike_sa_free(sa);
	}
	daemon->edge->timer_cancel(daemon->loop, &table->work_timer);
	daemon->edge->timer_cancel(daemon->loop, &table->leave_timer);
	ike_plans_free(table);
	ike_orders_free(table);
	OPENSSL_cleanse(table, sizeof(*table));
	free(table);
	daemon->sas = NULL;
}

/* The highest that we speak is 2 (RFC 7296 section 2.5). */
static void answer_version(struct ike_daemon *daemon, const struct ike_hdr *hdr,
			   const struct ike_endpoint *local, const struct ike_endpoint *remote)
{
	if (!(hdr->flags & IKE_FLAG_RESPONSE) && ike_table_may_answer(daemon->sas))
		ike_v2_answer_clear(daemon, hdr, hdr->exchange, IKE_N_INVALID_MAJOR_VERSION,
				    ike_chunk(NULL, 0), local, remote);
	daemon->bad[IKE_BAD_VERSION]++;
}

void ike_sas_receive(void *to, const struct ike_endpoint *local,
		     const struct ike_endpoint *remote, struct ike_chunk message)
{
	struct ike_daemon *daemon = to;
	struct ike_hdr hdr;
	enum ike_bad bad;

	if (daemon->sas->work && !ike_timer_armed(&daemon->sas->work_timer))
		ike_table_run(daemon->sas);
	bad = ike_hdr_parse(message, &hdr);
	if (bad)
		daemon->bad[bad]++;
	else if (hdr.major > 2)
		answer_version(daemon, &hdr, local, remote);
	else if (hdr.major < 2)
		daemon->bad[IKE_BAD_VERSION]++;
	else
		ike_v2_receive(daemon, &hdr, local, remote, message);
}

void ike_sas_acquire(void *to, uint32_t reqid, const struct ike_ts *flow_src,
		     const struct ike_ts *flow_dst)
{
	struct ike_daemon *daemon = to;
	struct ike_plan *plan = ike_plan_by_reqid(daemon->sas, reqid);
	struct ike_flow flow = { .src = *flow_src, .dst = *flow_dst };
	char src[128], dst[128];

	if (!plan) {
		ike_log_limited(IKE_LOG_WARNING,
				"a packet waits for reqid %u, which is of no child", reqid);
		return;
	}
	ike_log_limited(IKE_LOG_INFO, "%s: a packet waits, %s to %s", plan->conf->name,
			ike_ts_print(flow_src, src, sizeof(src)),
			ike_ts_print(flow_dst, dst, sizeof(dst)));
	(void)ike_plan_up(plan, &flow, NULL);
}

/* What the module has removed is not asked for again. */
static void gone(struct ike_child *child, const struct espah_addr *dst, uint32_t spi)
{
	char name[IKE_CHILD_NAMELEN];

	if (child->spi_in == spi && espah_addr_equal(&child->local.addr, dst))
		child->in = false;
	else
		child->out = false;
	if (!ike_child_in_use(child))
		return;
	ike_sa_log(child->sa, IKE_LOG_WARNING, "%s: its time is over before it was rekeyed",
		   ike_child_name(child, name, sizeof(name)));
	ike_v2_delete_child(child, NULL);
	ike_plan_missed(child->sa->daemon->sas, child->conn->name, child->conf->name);
}

void ike_sas_expire(void *to, const struct espah_addr *dst, uint32_t spi, bool hard)
{
	struct ike_daemon *daemon = to;
	struct ike_child *child = ike_child_find_kernel(daemon->sas, dst, spi);

	if (!child)
		return;
	if (hard)
		gone(child, dst, spi);
	else
		ike_v2_rekey_child(child, NULL);
}

/* As if the peer had sent IKE from there. One that closes, or was replaced, moves nothing. */
void ike_sas_mapping(void *to, const struct espah_addr *dst, uint32_t spi,
		     const struct ike_endpoint *remote)
{
	struct ike_daemon *daemon = to;
	struct ike_child *child = ike_child_find_kernel(daemon->sas, dst, spi);

	if (child && child->encap && ike_child_in_use(child) && child->sa->state == IKE_SA_UP)
		ike_sa_heard(child->sa, &child->sa->local, remote);
}

static bool is_there(const struct ike_child *child, bool in)
{
	const struct ike_daemon *daemon = child->sa->daemon;
	struct ike_kernel_usage usage;

	return !daemon->edge->sa_usage(daemon->kernel,
				       in ? &child->local.addr : &child->remote.addr,
				       in ? child->spi_in : child->spi_out, &usage);
}

/* Events were lost, or somebody flushed: what is not there any more has gone. */
void ike_sas_overrun(void *to)
{
	struct ike_daemon *daemon = to;
	struct ike_child *child;
	struct ike_sa *sa;

	for (sa = daemon->sas->all; sa; sa = sa->next) {
		for (child = sa->children; child; child = child->next) {
			if (child->in && !is_there(child, true))
				gone(child, &child->local.addr, child->spi_in);
			if (child->out && !is_there(child, false))
				gone(child, &child->remote.addr, child->spi_out);
		}
	}
}

void ike_sas_conf_changed(struct ike_daemon *daemon, struct ike_conf *old)
{
	/* What is still needed of it is held by those who need it. */
	(void)old;
	ike_plans_settle(daemon->sas);
}

static bool named(const struct ike_conf_conn *conn, const struct ike_conf_child *child,
		  const char *name)
{
	return !strcmp(conn->name, name) || !strcmp(child->name, name);
}

static struct ike_order *begin(struct ike_daemon *daemon, struct ike_verdict *verdict)
{
	struct ike_order *order = ike_order_new(daemon->sas, verdict);

	if (!order)
		verdict->tell(verdict, 1, "no memory");
	return order;
}

static void end(struct ike_daemon *daemon, struct ike_order *order, bool found, const char *name)
{
	char words[256];

	snprintf(words, sizeof(words), "no connection and no child is called '%.200s'", name);
	ike_order_end(daemon->sas, order, found ? NULL : words);
}

void ike_sas_up(struct ike_daemon *daemon, const char *name, struct ike_verdict *verdict)
{
	struct ike_order *order = begin(daemon, verdict);
	struct ike_plan *plan;
	bool found = false;

	if (!order)
		return;
	for (plan = daemon->sas->plans; plan; plan = plan->next) {
		if (!named(plan->conn, plan->conf, name))
			continue;
		found = true;
		plan->wanted = plan->conf->start_action & IKE_START_START;
		ike_order_part(order);
		(void)ike_plan_up(plan, NULL, order);
	}
	end(daemon, order, found, name);
}

static bool down_sa(struct ike_sa *sa, const char *name, struct ike_order *order)
{
	struct ike_child *child;
	bool found = false;

	/* One that has yet to be established ends with what it is for. */
	if (!strcmp(sa->conn->name, name) ||
	    (sa->state == IKE_SA_CONNECTING && ike_task_for(sa, name))) {
		ike_order_part(order);
		ike_v2_delete_ike(sa, order);
		return true;
	}
	ike_tasks_fail_named(sa, name, "brought down");
	found = ike_task_bring_down(sa, name, order);
	for (child = sa->children; child; child = child->next) {
		if (strcmp(child->conf->name, name) || !ike_child_in_use(child))
			continue;
		found = true;
		ike_order_part(order);
		ike_v2_delete_child(child, order);
	}
	return found;
}

void ike_sas_down(struct ike_daemon *daemon, const char *name, struct ike_verdict *verdict)
{
	struct ike_order *order = begin(daemon, verdict);
	struct ike_sa *sa, *next;
	struct ike_plan *plan;
	bool found = false;

	if (!order)
		return;
	for (plan = daemon->sas->plans; plan; plan = plan->next) {
		if (!named(plan->conn, plan->conf, name))
			continue;
		found = true;
		plan->wanted = false;
		daemon->edge->timer_cancel(daemon->loop, &plan->retry);
	}
	for (sa = daemon->sas->all; sa; sa = next) {
		next = sa->next;
		if (ike_sa_alive(sa) && sa->state != IKE_SA_REPLACED)
			found |= down_sa(sa, name, order);
	}
	end(daemon, order, found, name);
}

static bool rekey_children(struct ike_sa *sa, const char *name, struct ike_order *order)
{
	struct ike_child *child;
	bool found = false;

	for (child = sa->children; child; child = child->next) {
		if (strcmp(child->conf->name, name) || !ike_child_in_use(child))
			continue;
		found = true;
		/* The peer is about to close what this one replaces: its keys are new. */
		if (child->state == IKE_CHILD_INBOUND)
			continue;
		ike_order_part(order);
		ike_v2_rekey_child(child, order);
	}
	return found;
}

void ike_sas_rekey(struct ike_daemon *daemon, const char *name, struct ike_verdict *verdict)
{
	struct ike_order *order = begin(daemon, verdict);
	bool found = false;
	struct ike_sa *sa;

	if (!order)
		return;
	for (sa = daemon->sas->all; sa; sa = sa->next)
		found |= rekey_children(sa, name, order);
	for (sa = found ? NULL : daemon->sas->all; sa; sa = sa->next) {
		if (sa->state != IKE_SA_UP || strcmp(sa->conn->name, name))
			continue;
		found = true;
		ike_order_part(order);
		ike_v2_rekey_ike(sa, order);
	}
	ike_order_end(daemon->sas, order,
		      found ? NULL : "nothing of this name is up");
}

void ike_sas_forget_verdict(struct ike_daemon *daemon, struct ike_verdict *verdict)
{
	if (daemon->sas)
		ike_order_forget(daemon->sas, verdict);
}

void ike_sas_leave(struct ike_daemon *daemon, void (*done)(struct ike_daemon *daemon))
{
	struct ike_sa_table *table = daemon->sas;
	struct ike_plan *plan;
	struct ike_sa *sa, *next;

	table->left = done;
	for (plan = table->plans; plan; plan = plan->next) {
		plan->wanted = false;
		daemon->edge->timer_cancel(daemon->loop, &plan->retry);
	}
	for (sa = table->all; sa; sa = next) {
		next = sa->next;
		ike_v2_delete_ike(sa, NULL);
	}
	if (daemon->edge->timer_set(daemon->loop, &table->leave_timer, LEAVE_TIME))
		left(table);
	else
		ike_table_emptied(table);
}
