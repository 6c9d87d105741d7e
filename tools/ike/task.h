/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What this end wants to do next on an IKE SA: exchanges that wait their turn,
 * one under way.
 */
#ifndef _IKE_TASK_H
#define _IKE_TASK_H

#include "payload.h"
#include "sa.h"

struct ike_task;

/* How one kind of exchange is begun and ended. */
struct ike_task_kind {
	/* "create child", for the log. */
	const char *name;
	uint8_t exchange;
	/* It closes something: done when the IKE SA ends, whether the peer answers or not. */
	bool closes;
	/* What a response without an error must carry; NULL: anything goes. */
	const struct ike_rule *rules;
	/*
	 * Write the request. IKE_TASK_SENT: it was sent by build() itself;
	 * IKE_TASK_MOOT: there is nothing to do any more; IKE_TASK_FAILED: it cannot be
	 * done, which was told.
	 */
	int (*build)(struct ike_sa *sa, struct ike_task *task, struct ike_writer *w);
	/* The response has come. The task is handle()'s: to be freed, or tried again. */
	void (*handle)(struct ike_sa *sa, struct ike_task *task, const struct ike_payloads *in);
};

enum {
	IKE_TASK_BUILT,
	IKE_TASK_SENT,
	IKE_TASK_MOOT,
	IKE_TASK_FAILED,
};

struct ike_child;
struct ike_offer;
struct ike_ike_offer;
struct ike_order;

struct ike_task {
	const struct ike_task_kind *kind;
	struct ike_task *next;
	/* Not before then. */
	uint64_t not_before;
	/* To be rekeyed or removed; NULL when it has gone in the meantime. */
	struct ike_child *child;
	/* Of CREATE_CHILD_SA and IKE_AUTH. */
	struct ike_offer *offer;
	/* Of an IKE SA's rekeying. */
	struct ike_ike_offer *ike;
	/* Who waits for it. */
	struct ike_order *order;
	/* Who has brought it down while it was under way, and waits until that is so. */
	struct ike_order *down;
	/* Of INVALID_MESSAGE_ID. */
	uint32_t message_id;
	/* Attempts that ended in TEMPORARY_FAILURE or INVALID_KE_PAYLOAD. */
	unsigned int attempts;
	/* The first TEMPORARY_FAILURE came then (section 2.25); 0: none. */
	uint64_t stuck_since;
};

/* NULL when the queue is full or there is no memory; @sa's work comes soon. */
struct ike_task *ike_task_add(struct ike_sa *sa, const struct ike_task_kind *kind);
/* The same, before all others that are not under way. */
struct ike_task *ike_task_add_first(struct ike_sa *sa, const struct ike_task_kind *kind);
/* Not under way: put it back, to be begun again in @ms. */
void ike_task_again(struct ike_sa *sa, struct ike_task *task, uint64_t ms);
/* The order, if there is one, is told. @words NULL: all went well. */
void ike_task_free(struct ike_sa *sa, struct ike_task *task, const char *words);
/* The one under way, or NULL. */
struct ike_task *ike_task_current(const struct ike_sa *sa);
/* The first of this kind, about this child or none, be it under way or not. */
struct ike_task *ike_task_find(const struct ike_sa *sa, const struct ike_task_kind *kind,
			       const struct ike_child *child);
bool ike_task_queued(const struct ike_sa *sa, const struct ike_task_kind *kind,
		     const struct ike_child *child);
/* Begin what can be begun. */
void ike_tasks_run(struct ike_sa *sa);
/* The response to what is under way; @bad: it cannot be taken apart. */
void ike_tasks_response(struct ike_sa *sa, const struct ike_hdr *hdr, enum ike_bad bad,
			const struct ike_payloads *in);
/* What is under way has ended, by no way of the queue. */
void ike_tasks_done(struct ike_sa *sa);
void ike_tasks_fail_all(struct ike_sa *sa, const char *words);
/* Does anything make a new child of this name? And let those end that are not under way. */
bool ike_task_for(const struct ike_sa *sa, const char *child);
void ike_tasks_fail_named(struct ike_sa *sa, const char *child, const char *words);
/* What is under way makes one of this name: it is to go again, which @order waits for. */
bool ike_task_bring_down(struct ike_sa *sa, const char *child, struct ike_order *order);
/* All but what is under way. */
void ike_tasks_fail_queued(struct ike_sa *sa, const char *words);
/* What is queued, and not under way, goes to @to. */
void ike_tasks_move(struct ike_sa *from, struct ike_sa *to);
/* This child is no more. */
void ike_tasks_forget_child(struct ike_sa *sa, const struct ike_child *child);

#endif /* _IKE_TASK_H */
