// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "child.h"
#include "plan.h"
#include "sa_table.h"
#include "task.h"
#include "v2.h"

const char *ike_child_name(const struct ike_child *child, char *buf, size_t size)
{
	snprintf(buf, size, "%.60s{%u}", child->conf->name, child->number);
	return buf;
}

static void child_log(const struct ike_child *child, enum ike_log_level level, const char *what)
{
	char name[IKE_CHILD_NAMELEN];

	ike_child_name(child, name, sizeof(name));
	ike_sa_log(child->sa, level, "%s: %s", name, what);
}

/* Another than @child that is to take the place of @old. */
static bool has_other_successor(const struct ike_child *old, const struct ike_child *child)
{
	const struct ike_child *other;

	for (other = child->sa->children; other; other = other->next) {
		if (other != child && other->replaces == old && other->state < IKE_CHILD_DELETING)
			return true;
	}
	return false;
}

bool ike_child_fall_back(struct ike_child *child)
{
	struct ike_child *old = child->replaces;

	if (!old || old->state != IKE_CHILD_REPLACED || has_other_successor(old, child))
		return false;
	child->replaces = NULL;
	if (!old->out) {
		ike_v2_delete_child(old, NULL);
		return false;
	}
	child_log(old, IKE_LOG_INFO, "goes on: what was to replace it came to nothing");
	old->state = IKE_CHILD_UP;
	old->replaced = false;
	return true;
}

bool ike_child_install_or_close(struct ike_child *child)
{
	if (!ike_child_install_out(child))
		return true;
	ike_v2_delete_child(child, NULL);
	if (!ike_child_fall_back(child))
		ike_plan_missed(child->sa->daemon->sas, child->conn->name, child->conf->name);
	return false;
}

/*
 * The peer has the new pair as soon as it sends on it (RFC 7296 section 2.8). If
 * it never does, we go over before the old pair's time is up.
 */
static void switch_poll(struct ike_child *child)
{
	if (child->redundant)
		return;
	if (ike_child_heard(child) || ++child->polls >= IKE_CHILD_SWITCH_MOST) {
		ike_child_install_or_close(child);
		return;
	}
	if (ike_sa_timer(child->sa, &child->timer, IKE_CHILD_SWITCH_POLL))
		ike_child_install_or_close(child);
}

static void timer_fired(struct ike_timer *timer)
{
	struct ike_child *child = container_of(timer, struct ike_child, timer);

	if (child->state == IKE_CHILD_LINGERING)
		ike_child_free(child);
	else if (child->state == IKE_CHILD_INBOUND)
		switch_poll(child);
}

struct ike_child *ike_child_alloc(void)
{
	return calloc(1, sizeof(struct ike_child));
}

void ike_child_enter(struct ike_child *child, struct ike_sa *sa, struct ike_conf_conn *conn,
		     const struct ike_conf_child *conf)
{
	child->sa = sa;
	child->number = ++sa->daemon->sas->last_child;
	child->conn = ike_conf_conn_get(conn);
	child->conf = conf;
	child->local = sa->local;
	child->remote = sa->remote;
	child->encap = sa->encap;
	child->born = ike_sa_now(sa);
	child->timer.fire = timer_fired;
	child->next = sa->children;
	sa->children = child;
	sa->child_count++;
}

struct ike_child *ike_child_new(struct ike_sa *sa, struct ike_conf_conn *conn,
				const struct ike_conf_child *conf)
{
	struct ike_child *child;

	if (sa->child_count >= IKE_CHILDREN_MAX)
		return NULL;
	child = ike_child_alloc();
	if (child)
		ike_child_enter(child, sa, conn, conf);
	return child;
}

static void remove_half(struct ike_child *child, bool inbound)
{
	const struct ike_daemon *daemon = child->sa->daemon;
	const struct espah_addr *dst = inbound ? &child->local.addr : &child->remote.addr;
	uint32_t spi = inbound ? child->spi_in : child->spi_out;
	struct espah_err err = {};

	/* One whose hard limit has passed is gone already: that it fails says nothing. */
	if (daemon->edge->sa_del(daemon->kernel, dst, spi, &err))
		ike_sa_log(child->sa, IKE_LOG_DEBUG, "%s", err.text);
}

void ike_child_remove_out(struct ike_child *child)
{
	if (child->out)
		remove_half(child, false);
	child->out = false;
}

static void remove_policies(struct ike_child *child)
{
	const struct ike_daemon *daemon = child->sa->daemon;
	struct espah_err err = {};

	while (child->policies) {
		child->policies--;
		/* When the process ends they stay: nothing is to leave in clear after it. */
		if (daemon->sas->closing)
			continue;
		if (daemon->edge->policy_del(daemon->kernel, &child->policy[child->policies], &err))
			ike_sa_log(child->sa, IKE_LOG_ERROR, "%s", err.text);
	}
}

static void forget(struct ike_sa *sa, const struct ike_child *child)
{
	struct ike_child *other;

	for (other = sa->children; other; other = other->next) {
		if (other->replaces == child)
			other->replaces = NULL;
	}
	ike_tasks_forget_child(sa, child);
	ike_v2_forget_child(sa, child);
}

void ike_child_free(struct ike_child *child)
{
	struct ike_sa *sa = child->sa;
	struct ike_child **at = &sa->children;
	bool missed = ike_child_in_use(child);

	sa->daemon->edge->timer_cancel(sa->daemon->loop, &child->timer);
	ike_child_remove_out(child);
	if (child->in)
		remove_half(child, true);
	remove_policies(child);
	while (*at != child)
		at = &(*at)->next;
	*at = child->next;
	sa->child_count--;
	forget(sa, child);
	/* What is under way on the SA that they were on may know it, too. */
	if (sa->parent)
		forget(sa->parent, child);
	ike_child_keys_wipe(&child->keys);
	if (missed)
		ike_plan_missed(sa->daemon->sas, child->conn->name, child->conf->name);
	ike_conf_conn_put(child->conn);
	free(child);
}

/* @flow is what @sa points to. */
static void describe(const struct ike_child *child, bool inbound, struct ike_kernel_sa *sa,
		     struct ike_kernel_policy *flow)
{
	const struct ike_conf_child *conf = child->conf;
	/* Who encrypts with the keys "i": who began the exchange (section 2.17). */
	bool keys_i = child->initiator != inbound;
	const struct ike_endpoint *src = inbound ? &child->remote : &child->local;
	const struct ike_endpoint *dst = inbound ? &child->local : &child->remote;

	*sa = (struct ike_kernel_sa){
		.src		= src->addr,
		.dst		= dst->addr,
		.spi		= inbound ? child->spi_in : child->spi_out,
		.reqid		= child->reqid,
		.if_id		= inbound ? conf->if_id_in : conf->if_id_out,
		.replay_window	= conf->replay_window,
		.mode		= child->mode,
		.esn		= child->suite.esn == IKE_ESN_YES,
		.inbound	= inbound,
		.sport		= child->encap ? src->port : 0,
		.dport		= child->encap ? dst->port : 0,
		.src_was	= inbound ? child->remote_was : (struct espah_addr){},
		.dst_was	= inbound ? child->local_was : (struct espah_addr){},
		.suite		= &child->suite,
		.encr		= ike_chunk(keys_i ? child->keys.encr_i : child->keys.encr_r,
					    child->keys.encr_len),
		.integ		= ike_chunk(keys_i ? child->keys.integ_i : child->keys.integ_r,
					    child->keys.integ_len),
		.soft_time	= ike_jittered(conf->rekey_time, conf->rand_time),
		.hard_time	= conf->life_time,
		.soft_bytes	= ike_jittered(conf->rekey_bytes, conf->rand_bytes),
		.hard_bytes	= conf->life_bytes,
		.soft_packets	= ike_jittered(conf->rekey_packets, conf->rand_packets),
		.hard_packets	= conf->life_packets,
	};
	if (child->mode == ESPAH_MODE_TRANSPORT && child->local_ts.count == 1 &&
	    child->remote_ts.count == 1 &&
	    ike_ts_pair(&child->local_ts.ts[0], &child->remote_ts.ts[0], &flow->local_ts,
			&flow->remote_ts)) {
		sa->sel_src = inbound ? &flow->remote_ts : &flow->local_ts;
		sa->sel_dst = inbound ? &flow->local_ts : &flow->remote_ts;
	}
}

static int install(struct ike_child *child, bool inbound)
{
	const struct ike_daemon *daemon = child->sa->daemon;
	struct ike_kernel_policy flow;
	struct ike_kernel_sa sa;
	struct espah_err err = {};

	describe(child, inbound, &sa, &flow);
	if (!daemon->edge->sa_add(daemon->kernel, &sa, &err))
		return 0;
	child_log(child, IKE_LOG_ERROR, err.text);
	return -1;
}

int ike_child_install_in(struct ike_child *child)
{
	if (install(child, true))
		return -1;
	child->in = true;
	child->state = IKE_CHILD_INBOUND;
	return 0;
}

static int add_policies(struct ike_child *child)
{
	const struct ike_daemon *daemon = child->sa->daemon;
	struct ike_kernel_policy like = {
		.local	= child->local.addr,
		.remote	= child->remote.addr,
		.reqid	= child->reqid,
		.mode	= child->mode,
		.if_id_in	= child->conf->if_id_in,
		.if_id_out	= child->conf->if_id_out,
	};
	struct ike_kernel_policy policy[IKE_CHILD_POLICIES];
	struct espah_err err = {};
	unsigned int count, i;

	count = ike_policies_make(policy, ARRAY_SIZE(policy), &child->local_ts, &child->remote_ts,
				  &like);
	for (i = 0; i < count; i++) {
		policy[i].priority = ike_policy_priority(child->conf, &policy[i].local_ts,
							 &policy[i].remote_ts);
		if (daemon->edge->policy_add(daemon->kernel, &policy[i], &err)) {
			child_log(child, IKE_LOG_ERROR, err.text);
			return -1;
		}
		child->policy[child->policies++] = policy[i];
	}
	return 0;
}

static void tell_up(const struct ike_child *child)
{
	char name[IKE_CHILD_NAMELEN], local[256], remote[256], suite[128];

	ike_sa_log(child->sa, IKE_LOG_INFO, "%s: %s, SPIs %08x in, %08x out, %s === %s",
		   ike_child_name(child, name, sizeof(name)),
		   ike_suite_print(&child->suite, suite, sizeof(suite)), child->spi_in,
		   child->spi_out, ike_ts_list_print(&child->local_ts, local, sizeof(local)),
		   ike_ts_list_print(&child->remote_ts, remote, sizeof(remote)));
}

int ike_child_install_out(struct ike_child *child)
{
	int rc;

	/* The keys of one that could not be installed are gone. */
	if (child->state >= IKE_CHILD_DELETING)
		return -1;
	child->sa->daemon->edge->timer_cancel(child->sa->daemon->loop, &child->timer);
	if (child->out)
		return 0;
	rc = install(child, false);
	ike_child_keys_wipe(&child->keys);
	if (rc)
		return -1;
	child->out = true;
	if (add_policies(child))
		return -1;
	child->state = IKE_CHILD_UP;
	/* Two SAs for one flow: nothing more is to go out on the old one. */
	if (child->replaces)
		ike_child_remove_out(child->replaces);
	tell_up(child);
	ike_plan_reached(child->sa->daemon->sas, child);
	return 0;
}

void ike_child_switch_later(struct ike_child *child)
{
	child->polls = 0;
	if (ike_sa_timer(child->sa, &child->timer, IKE_CHILD_SWITCH_POLL))
		ike_child_install_or_close(child);
}

void ike_child_closed(struct ike_child *child)
{
	ike_child_remove_out(child);
	if (!child->replaced && !child->redundant) {
		ike_child_free(child);
		return;
	}
	/* Its policies are those of its successor, too: each gives back its own. */
	remove_policies(child);
	child->state = IKE_CHILD_LINGERING;
	child->replaces = NULL;
	forget(child->sa, child);
	if (ike_sa_timer(child->sa, &child->timer, IKE_CHILD_LINGER_TIME))
		ike_child_free(child);
}

bool ike_child_heard(struct ike_child *child)
{
	const struct ike_daemon *daemon = child->sa->daemon;
	struct ike_kernel_usage usage = {};
	bool more;

	if (!child->in || daemon->edge->sa_usage(daemon->kernel, &child->local.addr, child->spi_in,
						 &usage))
		return false;
	more = usage.packets != child->packets_seen;
	child->packets_seen = usage.packets;
	return more;
}

static struct ike_child *find(struct ike_sa *sa, uint32_t spi, bool in)
{
	struct ike_child *child;

	for (child = sa->children; child; child = child->next) {
		if ((in ? child->spi_in : child->spi_out) == spi &&
		    child->state != IKE_CHILD_LINGERING)
			return child;
	}
	return NULL;
}

/* They may just be on their way from one IKE SA to another (section 2.8.2). */
static struct ike_child *find_near(struct ike_sa *sa, uint32_t spi, bool in)
{
	struct ike_child *child = find(sa, spi, in);

	if (!child && sa->heir)
		child = find(sa->heir, spi, in);
	if (!child && sa->parent)
		child = find(sa->parent, spi, in);
	return child;
}

struct ike_child *ike_child_find_in(struct ike_sa *sa, uint32_t spi)
{
	return find_near(sa, spi, true);
}

struct ike_child *ike_child_find_out(struct ike_sa *sa, uint32_t spi)
{
	return find_near(sa, spi, false);
}

struct ike_child *ike_child_find_kernel(const struct ike_sa_table *table,
					const struct espah_addr *dst, uint32_t spi)
{
	struct ike_child *child;
	struct ike_sa *sa;

	for (sa = table->all; sa; sa = sa->next) {
		child = find(sa, spi, true);
		if (child && espah_addr_equal(&child->local.addr, dst))
			return child;
		child = find(sa, spi, false);
		if (child && espah_addr_equal(&child->remote.addr, dst))
			return child;
	}
	return NULL;
}
