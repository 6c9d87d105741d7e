/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the configuration wants of each child: traps in the module, tunnels that
 * are always up.
 */
#ifndef _IKE_PLAN_H
#define _IKE_PLAN_H

#include "child.h"
#include "order.h"
#include "sa_table.h"

/* "start" tries again for ever: after 1 s, twice as much each time, up to this. */
#define IKE_PLAN_RETRY_FIRST	1000
#define IKE_PLAN_RETRY_MOST	60000
/* Policies that could not be installed: until they are, packets may leave in clear. */
#define IKE_PLAN_TRAP_AGAIN	1000

struct ike_plan {
	struct ike_plan *next;
	struct ike_daemon *daemon;
	struct ike_conf_conn *conn;
	const struct ike_conf_child *conf;
	uint32_t reqid;
	/* Policies that stay when SAs go: nothing leaves in clear. */
	unsigned int policies;
	struct ike_kernel_policy policy[IKE_CHILD_POLICIES];
	struct ike_timer trap;
	/* Why the module does not have all that it should have; no text: it has. */
	struct espah_err refused;
	/* It ought to be up: start_action, or an operator's word. */
	bool wanted;
	uint64_t backoff;
	struct ike_timer retry;
	/* Not in the configuration any more. */
	bool old;
};

/* One packet that waits. */
struct ike_flow {
	struct ike_ts src;
	struct ike_ts dst;
};

/* After the configuration has changed. */
void ike_plans_settle(struct ike_sa_table *table);
/* What the module refused of a child, into @err; false: nothing. It is tried again. */
bool ike_plans_refused(const struct ike_sa_table *table, struct espah_err *err);
/* Their policies go: the daemon was asked to end. */
void ike_plans_untrap(struct ike_sa_table *table);
/* Their policies stay, so that nothing leaves in clear until they are taken over. */
void ike_plans_free(struct ike_sa_table *table);
struct ike_plan *ike_plan_by_reqid(struct ike_sa_table *table, uint32_t reqid);
/* Of this child of this connection; NULL if the configuration has it no more. */
struct ike_plan *ike_plan_of(struct ike_sa_table *table, const char *conn, const char *child);
/*
 * For a Child SA with these selectors: the plan's, where no other SA with others
 * uses it (the module finds SAs by it), else one that nobody has.
 */
uint32_t ike_plan_pick_reqid(struct ike_sa_table *table, const char *conn,
			     const struct ike_conf_child *conf, const struct ike_ts_list *local,
			     const struct ike_ts_list *remote);
/*
 * Bring it up: over an IKE SA that is there, on its way, or new. @flow and
 * @order may be NULL. Return: 0, or -1 with @order told.
 */
int ike_plan_up(struct ike_plan *plan, const struct ike_flow *flow, struct ike_order *order);
/* This child has gone, or did not come: again, later, if it is wanted. */
void ike_plan_missed(struct ike_sa_table *table, const char *conn, const char *child);
/* It is up: the next failure begins anew. */
void ike_plan_reached(struct ike_sa_table *table, const struct ike_child *child);
/* A child has gone that nobody here wanted to go: trap, or start again. */
void ike_plan_act(struct ike_sa_table *table, const char *conn, const char *child,
		  uint8_t action);
void ike_plan_act_dpd(struct ike_sa_table *table, const char *conn, const char *child,
		      enum ike_dpd_action action);

#endif /* _IKE_PLAN_H */
