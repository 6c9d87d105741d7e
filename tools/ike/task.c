// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "order.h"
#include "sa_table.h"
#include "task.h"
#include "v2.h"

/* Milliseconds until what could not be closed is closed again. */
#define CLOSE_AGAIN	1000

static struct ike_task *task_new(struct ike_sa *sa, const struct ike_task_kind *kind)
{
	struct ike_task *task;

	if (sa->task_count >= IKE_TASKS_MAX)
		return NULL;
	task = calloc(1, sizeof(*task));
	if (!task)
		return NULL;
	task->kind = kind;
	return task;
}

static void enqueue(struct ike_sa *sa, struct ike_task *task, struct ike_task **at)
{
	task->next = *at;
	*at = task;
	sa->task_count++;
	ike_table_work(sa);
}

static struct ike_task **tail(struct ike_sa *sa)
{
	struct ike_task **at = &sa->tasks;

	while (*at)
		at = &(*at)->next;
	return at;
}

struct ike_task *ike_task_add(struct ike_sa *sa, const struct ike_task_kind *kind)
{
	struct ike_task *task = task_new(sa, kind);

	if (task)
		enqueue(sa, task, tail(sa));
	return task;
}

struct ike_task *ike_task_add_first(struct ike_sa *sa, const struct ike_task_kind *kind)
{
	struct ike_task *task = task_new(sa, kind);

	if (task)
		enqueue(sa, task, sa->xmit.waiting && sa->tasks ? &sa->tasks->next : &sa->tasks);
	return task;
}

void ike_task_again(struct ike_sa *sa, struct ike_task *task, uint64_t ms)
{
	task->not_before = ike_sa_now(sa) + ms;
	enqueue(sa, task, tail(sa));
}

struct ike_task *ike_task_current(const struct ike_sa *sa)
{
	return sa->xmit.waiting ? sa->tasks : NULL;
}

struct ike_task *ike_task_find(const struct ike_sa *sa, const struct ike_task_kind *kind,
			       const struct ike_child *child)
{
	struct ike_task *task = sa->tasks;

	while (task && (task->kind != kind || task->child != child))
		task = task->next;
	return task;
}

bool ike_task_queued(const struct ike_sa *sa, const struct ike_task_kind *kind,
		     const struct ike_child *child)
{
	return ike_task_find(sa, kind, child);
}

static struct ike_task *take(struct ike_sa *sa, struct ike_task **at)
{
	struct ike_task *task = *at;

	*at = task->next;
	task->next = NULL;
	sa->task_count--;
	return task;
}

void ike_task_free(struct ike_sa *sa, struct ike_task *task, const char *words)
{
	if (words && task->offer && !task->offer->rekey)
		ike_plan_missed(sa->daemon->sas, task->offer->conn->name, task->offer->conf->name);
	ike_order_end(sa->daemon->sas, task->order, words);
	ike_order_end(sa->daemon->sas, task->down, NULL);
	ike_v2_offer_free(sa, task->offer);
	ike_v2_ike_offer_free(task->ike);
	free(task);
}

/* The first whose time has come; *@next is when that will be, if there is none. */
static struct ike_task **find_ready(struct ike_sa *sa, uint64_t *next)
{
	struct ike_task **at;

	*next = UINT64_MAX;
	for (at = &sa->tasks; *at; at = &(*at)->next) {
		if ((*at)->not_before <= ike_sa_now(sa))
			return at;
		if ((*at)->not_before < *next)
			*next = (*at)->not_before;
	}
	return NULL;
}

/* Begin it, as the first of the queue. True if it is under way. */
static bool begin(struct ike_sa *sa, struct ike_task *task)
{
	static const char not_begun[] = "it cannot be begun; the log says why";
	struct ike_writer w;
	int rc;

	ike_writer_begin_inner(&w);
	rc = task->kind->build(sa, task, &w);
	if (rc == IKE_TASK_BUILT && ike_xmit_request(sa, task->kind->exchange, &w)) {
		ike_sa_log(sa, IKE_LOG_ERROR, "the request to %s cannot be made", task->kind->name);
		rc = IKE_TASK_FAILED;
	} else if (rc != IKE_TASK_BUILT) {
		ike_writer_free(&w);
	}
	if (!ike_sa_alive(sa) || rc == IKE_TASK_BUILT || rc == IKE_TASK_SENT)
		return true;
	task = take(sa, &sa->tasks);
	/* The peer has to be told: else what is closed here lives on there. */
	if (rc == IKE_TASK_FAILED && task->kind->closes) {
		ike_task_again(sa, task, CLOSE_AGAIN);
		return false;
	}
	ike_task_free(sa, task, rc == IKE_TASK_MOOT ? NULL : not_begun);
	/* Nothing can be asked for before the peer is authenticated. */
	if (rc == IKE_TASK_FAILED && sa->state == IKE_SA_CONNECTING)
		ike_sa_lost(sa, not_begun);
	return !ike_sa_alive(sa);
}

void ike_tasks_run(struct ike_sa *sa)
{
	struct ike_task **at, *task;
	uint64_t next;

	if (!ike_sa_alive(sa))
		return;
	do {
		if (sa->xmit.waiting)
			return;
		at = find_ready(sa, &next);
		if (!at)
			break;
		task = take(sa, at);
		task->next = sa->tasks;
		sa->tasks = task;
		sa->task_count++;
	} while (!begin(sa, task));
	if (!sa->tasks || sa->xmit.waiting)
		return;
	if (ike_sa_timer(sa, &sa->later, next - ike_sa_now(sa)))
		ike_sa_kill(sa, "no memory");
}

/* An error that says so; else what the response must carry. */
static enum ike_bad check(const struct ike_task *task, const struct ike_payloads *in)
{
	if (!task->kind->rules || ike_v2_error_of(in))
		return IKE_GOOD;
	return ike_rules_check(task->kind->rules, in);
}

static void spoilt(struct ike_sa *sa, struct ike_task *task, enum ike_bad bad)
{
	sa->daemon->bad[bad]++;
	ike_sa_log(sa, IKE_LOG_ERROR, "the response to %s is malformed (%s)", task->kind->name,
		   ike_bad_name(bad));
	ike_task_free(sa, task, "the response is malformed");
	/* The ends do not agree any more on what there is (section 2.21). */
	if (sa->state == IKE_SA_UP)
		ike_v2_delete_ike(sa, NULL);
	else
		ike_sa_lost(sa, "the response is malformed");
}

void ike_tasks_response(struct ike_sa *sa, const struct ike_hdr *hdr, enum ike_bad bad,
			const struct ike_payloads *in)
{
	struct ike_task *task = ike_task_current(sa);

	if (!task || hdr->exchange != task->kind->exchange) {
		sa->daemon->bad[IKE_BAD_EXCHANGE]++;
		return;
	}
	if (!bad)
		bad = check(task, in);
	task = take(sa, &sa->tasks);
	ike_xmit_stop(sa);
	ike_table_work(sa);
	if (bad)
		spoilt(sa, task, bad);
	else
		task->kind->handle(sa, task, in);
}

void ike_tasks_done(struct ike_sa *sa)
{
	ike_xmit_stop(sa);
	ike_task_free(sa, take(sa, &sa->tasks), NULL);
	ike_table_work(sa);
}

void ike_tasks_fail_all(struct ike_sa *sa, const char *words)
{
	struct ike_task *task;

	while (sa->tasks) {
		task = take(sa, &sa->tasks);
		ike_task_free(sa, task, task->kind->closes ? NULL : words);
	}
}

void ike_tasks_fail_queued(struct ike_sa *sa, const char *words)
{
	struct ike_task **at = &sa->tasks;

	if (sa->xmit.waiting && *at)
		at = &(*at)->next;
	while (*at)
		ike_task_free(sa, take(sa, at), words);
}

static bool is_for(const struct ike_task *task, const char *child)
{
	return task->offer && !task->offer->rekey && !strcmp(task->offer->conf->name, child);
}

bool ike_task_for(const struct ike_sa *sa, const char *child)
{
	const struct ike_task *task = sa->tasks;

	while (task && !is_for(task, child))
		task = task->next;
	return task;
}

void ike_tasks_fail_named(struct ike_sa *sa, const char *child, const char *words)
{
	struct ike_task **at = &sa->tasks;

	if (sa->xmit.waiting && *at)
		at = &(*at)->next;
	while (*at) {
		if (is_for(*at, child))
			ike_task_free(sa, take(sa, at), words);
		else
			at = &(*at)->next;
	}
}

bool ike_task_bring_down(struct ike_sa *sa, const char *child, struct ike_order *order)
{
	struct ike_task *task = ike_task_current(sa);

	if (!task || !task->offer || strcmp(task->offer->conf->name, child))
		return false;
	ike_order_part(order);
	if (task->down)
		ike_order_join(sa->daemon->sas, task->down, order);
	else
		task->down = order;
	return true;
}

void ike_tasks_move(struct ike_sa *from, struct ike_sa *to)
{
	struct ike_task **at = &from->tasks, *task;

	if (from->xmit.waiting && *at)
		at = &(*at)->next;
	while (*at) {
		/* What is about the old SA itself stays with it. */
		if ((*at)->kind == &ike_v2_task_delete_ike ||
		    (*at)->kind == &ike_v2_task_rekey_ike) {
			at = &(*at)->next;
			continue;
		}
		task = take(from, at);
		enqueue(to, task, tail(to));
	}
}

void ike_tasks_forget_child(struct ike_sa *sa, const struct ike_child *child)
{
	struct ike_task *task;

	for (task = sa->tasks; task; task = task->next) {
		if (task->child == child)
			task->child = NULL;
	}
}
