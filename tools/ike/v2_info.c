// SPDX-License-Identifier: GPL-2.0-or-later
/* INFORMATIONAL: the end of SAs, and whether the peer lives (RFC 7296 sections 1.4, 2.4, 3.11). */
#include <stdio.h>

#include "v2.h"

static const struct ike_rule rules[] = {
	{ IKE_P_DELETE, 0, 16 },
	{ IKE_P_CP, 0, 1 },
	{}
};

static int build_delete_child(struct ike_sa *sa, struct ike_task *task, struct ike_writer *w)
{
	uint8_t spi[IKE_ESP_SPI_LEN];

	(void)sa;
	if (!task->child)
		return IKE_TASK_MOOT;
	ike_spi_put(spi, task->child->spi_in);
	ike_put_delete(w, IKE_PROTO_ESP, sizeof(spi), 1, spi);
	return IKE_TASK_BUILT;
}

static void handle_delete_child(struct ike_sa *sa, struct ike_task *task,
				const struct ike_payloads *in)
{
	struct ike_child *child = task->child;

	/* Whatever the answer: what is not there any more was closed before (section 2.25.1). */
	(void)in;
	ike_task_free(sa, task, NULL);
	if (child)
		ike_child_closed(child);
}

const struct ike_task_kind ike_v2_task_delete_child = {
	.name		= "delete a Child SA",
	.exchange	= INFORMATIONAL,
	.closes		= true,
	.build		= build_delete_child,
	.handle		= handle_delete_child,
};

void ike_v2_delete_child(struct ike_child *child, struct ike_order *order)
{
	struct ike_sa *sa = child->sa;
	struct ike_task *task;

	if (child->state >= IKE_CHILD_DELETING) {
		ike_order_end(sa->daemon->sas, order, NULL);
		return;
	}
	child->state = IKE_CHILD_DELETING;
	task = ike_task_add(sa, &ike_v2_task_delete_child);
	if (task) {
		task->child = child;
		task->order = order;
		return;
	}
	ike_order_end(sa->daemon->sas, order, "too much waits for its turn already");
	/* Then all of it goes, but not before the caller is done with it. */
	(void)ike_sa_timer(sa, &sa->expire, 0);
}

static int build_delete_ike(struct ike_sa *sa, struct ike_task *task, struct ike_writer *w)
{
	(void)sa;
	(void)task;
	ike_put_delete(w, IKE_PROTO_IKE, 0, 0, NULL);
	return IKE_TASK_BUILT;
}

static void handle_delete_ike(struct ike_sa *sa, struct ike_task *task,
			      const struct ike_payloads *in)
{
	(void)in;
	if (sa->state == IKE_SA_UP)
		ike_sa_log(sa, IKE_LOG_INFO, "closed by this end");
	ike_task_free(sa, task, NULL);
	ike_sa_kill(sa, "closed");
}

const struct ike_task_kind ike_v2_task_delete_ike = {
	.name		= "delete the IKE SA",
	.exchange	= INFORMATIONAL,
	.closes		= true,
	.build		= build_delete_ike,
	.handle		= handle_delete_ike,
};

/* During IKE_AUTH only the peer knows whether there is something to close yet. */
static bool in_auth(const struct ike_sa *sa)
{
	const struct ike_task *task = ike_task_current(sa);

	return task && task->kind == &ike_v2_task_auth;
}

void ike_v2_delete_ike(struct ike_sa *sa, struct ike_order *order)
{
	struct ike_task *task;

	if (!ike_sa_alive(sa) || ike_task_queued(sa, &ike_v2_task_delete_ike, NULL)) {
		ike_order_end(sa->daemon->sas, order, NULL);
		return;
	}
	/* It is to be the last request: what waits would come after it, and has no use. */
	ike_tasks_fail_queued(sa, "the IKE SA is being closed");
	task = sa->state == IKE_SA_UP || sa->state == IKE_SA_REPLACED || in_auth(sa) ?
	       ike_task_add(sa, &ike_v2_task_delete_ike) : NULL;
	if (task && sa->state != IKE_SA_CONNECTING) {
		task->order = order;
		return;
	}
	/* Nothing of it was there, and nothing of it comes. */
	ike_order_end(sa->daemon->sas, order, NULL);
	if (!task)
		ike_sa_kill(sa, "closed before it was established");
}

static int build_alive(struct ike_sa *sa, struct ike_task *task, struct ike_writer *w)
{
	(void)sa;
	(void)task;
	(void)w;
	return IKE_TASK_BUILT;
}

static void handle_alive(struct ike_sa *sa, struct ike_task *task, const struct ike_payloads *in)
{
	(void)in;
	ike_task_free(sa, task, NULL);
}

const struct ike_task_kind ike_v2_task_alive = {
	.name		= "see whether the peer lives",
	.exchange	= INFORMATIONAL,
	.build		= build_alive,
	.handle		= handle_alive,
};

void ike_v2_alive(struct ike_sa *sa)
{
	/* Any request does as well. */
	if (!sa->xmit.waiting && !ike_task_queued(sa, &ike_v2_task_alive, NULL))
		(void)ike_task_add(sa, &ike_v2_task_alive);
}

/* Notifications of a window that is not kept to are not to be many (section 2.3). */
#define COMPLAIN_EVERY	60000

static int build_message_id(struct ike_sa *sa, struct ike_task *task, struct ike_writer *w)
{
	uint8_t id[4];

	(void)sa;
	ike_spi_put(id, task->message_id);
	ike_put_notify(w, IKE_PROTO_NONE, ike_chunk(NULL, 0), IKE_N_INVALID_MESSAGE_ID,
		       ike_chunk(id, sizeof(id)));
	return IKE_TASK_BUILT;
}

const struct ike_task_kind ike_v2_task_message_id = {
	.name		= "tell of a wrong message id",
	.exchange	= INFORMATIONAL,
	.build		= build_message_id,
	.handle		= handle_alive,
};

void ike_v2_bad_message_id(struct ike_sa *sa, uint32_t id)
{
	struct ike_task *task;

	if (sa->state != IKE_SA_UP ||
	    (sa->complained && ike_sa_now(sa) - sa->complained < COMPLAIN_EVERY))
		return;
	task = ike_task_add(sa, &ike_v2_task_message_id);
	if (!task)
		return;
	task->message_id = id;
	sa->complained = ike_sa_now(sa);
}

static struct ike_child *successor(const struct ike_child *child)
{
	struct ike_child *other = child->sa->children;

	while (other && other->replaces != child)
		other = other->next;
	return other;
}

/* True if the response is to have our half of the pair. */
static bool close_child(struct ike_sa *sa, struct ike_child *child)
{
	const struct ike_task *current = ike_task_current(child->sa);
	struct ike_offer *offer = ike_v2_rekeying_child(child->sa, child);
	struct ike_child *next = successor(child);
	char name[IKE_CHILD_NAMELEN];

	/* Two requests have crossed: inbound goes with the response to ours (section 1.4.1). */
	if (current && current->kind == &ike_v2_task_delete_child && current->child == child) {
		ike_child_remove_out(child);
		return false;
	}
	/* Section 2.8: who closes the old pair has the new one. */
	if (next && ike_child_in_use(next))
		ike_child_install_or_close(next);
	else if (!next)
		ike_v2_child_taken_back(child);
	if (next || (offer && offer->collided))
		child->replaced = true;
	if (!next && !offer && !ike_child_fall_back(child) && ike_child_in_use(child)) {
		ike_sa_log(sa, IKE_LOG_INFO, "%s: closed by the peer",
			   ike_child_name(child, name, sizeof(name)));
		ike_plan_act(sa->daemon->sas, child->conn->name, child->conf->name,
			     child->conf->close_action);
	}
	if (offer)
		offer->closed = true;
	ike_child_closed(child);
	return true;
}

static void close_children(struct ike_sa *sa, const struct ike_delete_body *del,
			   struct ike_writer *w)
{
	uint8_t spis[IKE_CHILDREN_MAX * IKE_ESP_SPI_LEN];
	struct ike_child *child;
	uint32_t spi_in;
	uint16_t count = 0;
	unsigned int i;

	for (i = 0; i < del->count && count < IKE_CHILDREN_MAX; i++) {
		child = ike_child_find_out(sa, ike_get_u32(del->spis.p + i * IKE_ESP_SPI_LEN));
		if (!child) {
			ike_v2_child_not_known(sa, ike_get_u32(del->spis.p + i * IKE_ESP_SPI_LEN));
			continue;
		}
		spi_in = child->spi_in;
		if (close_child(sa, child))
			ike_spi_put(spis + IKE_ESP_SPI_LEN * count++, spi_in);
	}
	if (count)
		ike_put_delete(w, IKE_PROTO_ESP, IKE_ESP_SPI_LEN, count, spis);
}

static void close_actions(struct ike_sa *sa)
{
	const struct ike_child *child;

	for (child = sa->children; child; child = child->next) {
		if (ike_child_in_use(child))
			ike_plan_act(sa->daemon->sas, child->conn->name, child->conf->name,
				     child->conf->close_action);
	}
}

/* The response to it is empty (section 1.4.1). */
static void close_ike(struct ike_sa *sa)
{
	struct ike_ike_offer *offer = ike_v2_rekeying_ike(sa);

	/* The peer has not seen that we rekey it, too: its new SA it is (section 2.8.2). */
	if (offer && ike_v2_ike_rival_stays(sa, offer)) {
		sa->closing = "the peer has rekeyed it";
	} else if (sa->state == IKE_SA_REPLACED) {
		sa->closing = "it was rekeyed";
	} else {
		sa->closing = "the peer has closed it";
		close_actions(sa);
	}
}

static uint16_t answer_info(struct ike_sa *sa, const struct ike_payloads *in, struct ike_writer *w)
{
	const struct ike_payload *at = ike_payload_find(in, IKE_P_DELETE);
	struct ike_delete_body del;
	bool all = false;
	uint16_t error = ike_v2_error_of(in);
	char name[64];

	for (; at; at = ike_payload_next(in, at)) {
		if (ike_delete_parse(at->body, &del))
			return IKE_N_INVALID_SYNTAX;
		if (del.protocol == IKE_PROTO_IKE)
			all = true;
		else if (del.protocol == IKE_PROTO_ESP && del.spi_len == IKE_ESP_SPI_LEN)
			close_children(sa, &del, w);
	}
	if (error) {
		ike_sa_log(sa, IKE_LOG_WARNING, "the peer says %s",
			   ike_explain_notify(error, name, sizeof(name)));
		/* Only right after IKE_AUTH; an exception that needs no Delete (section 2.21.2). */
		if (error == IKE_N_AUTHENTICATION_FAILED && !sa->initiator &&
		    sa->xmit.in_id == 3) {
			ike_explain_auth_refused(sa);
			sa->closing = "the peer could not authenticate this end";
		}
	}
	if (all) {
		ike_writer_free(w);
		ike_writer_begin_inner(w);
		close_ike(sa);
	}
	return 0;
}

const struct ike_answer ike_v2_answer_info = {
	.name	= "inform",
	.rules	= rules,
	.answer	= answer_info,
};
