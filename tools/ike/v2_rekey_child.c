// SPDX-License-Identifier: GPL-2.0-or-later
/* A Child SA is rekeyed, by this end (RFC 7296 sections 1.3.3, 2.8, 2.9.2). */
#include <stdio.h>

#include "v2.h"

static struct ike_offer *offer_for(const struct ike_sa *sa, const struct ike_child *child)
{
	struct ike_offer *offer = ike_v2_offer_new(child->conn, child->conf, child->reqid);

	if (!offer)
		return NULL;
	offer->rekey = true;
	offer->group = child->suite.dh;
	offer->local_ts = child->local_ts;
	offer->remote_ts = child->remote_ts;
	/* Who has moved has another address in transport mode (section 2.23.1). */
	if (child->mode == ESPAH_MODE_TRANSPORT)
		ike_v2_natd_selectors(sa, &offer->local_ts, &offer->remote_ts);
	return offer;
}

static int build_rekey(struct ike_sa *sa, struct ike_task *task, struct ike_writer *w)
{
	uint8_t spi[IKE_ESP_SPI_LEN];

	if (!task->child || !ike_child_in_use(task->child))
		return IKE_TASK_MOOT;
	if (!task->offer)
		task->offer = offer_for(sa, task->child);
	if (!task->offer)
		return IKE_TASK_FAILED;
	ike_spi_put(spi, task->child->spi_in);
	ike_put_notify(w, IKE_PROTO_ESP, ike_chunk(spi, sizeof(spi)), IKE_N_REKEY_SA,
		       ike_chunk(NULL, 0));
	return ike_v2_offer_put(sa, task->offer, false, w) ? IKE_TASK_FAILED : IKE_TASK_BUILT;
}

/* The peer does not know what is to be rekeyed (section 2.25). */
static void not_found(struct ike_sa *sa, struct ike_task *task)
{
	struct ike_offer *offer = task->offer;
	struct ike_child *child = task->child;

	/* It was quicker to rekey it, and has closed it: that is known here, too. */
	if (!offer->collided && child) {
		ike_sa_log(sa, IKE_LOG_WARNING, "the peer has lost child '%s': it is made anew",
			   offer->conf->name);
		ike_child_free(child);
		if (!ike_v2_child_queue(sa, offer->conn, offer->conf, offer->reqid, NULL))
			ike_sa_log(sa, IKE_LOG_ERROR, "child '%s' cannot be made anew",
				   offer->conf->name);
	}
	ike_task_free(sa, task, NULL);
}

/* It was closed by the peer while we asked for another: what then? */
static void closed_meanwhile(struct ike_sa *sa, const struct ike_offer *offer)
{
	if (offer->closed && !offer->collided)
		ike_plan_act(sa->daemon->sas, offer->conn->name, offer->conf->name,
			     offer->conf->close_action);
}

static bool is_again(struct ike_sa *sa, struct ike_task *task, const struct ike_payloads *in,
		     uint16_t error)
{
	if (ike_v2_child_other_group(sa, task, in))
		return true;
	if (error != IKE_N_TEMPORARY_FAILURE || !task->child || !ike_child_in_use(task->child))
		return false;
	if (ike_v2_temporary(sa, task))
		return true;
	ike_v2_delete_ike(sa, NULL);
	return false;
}

static void handle_rekey(struct ike_sa *sa, struct ike_task *task, const struct ike_payloads *in)
{
	uint16_t error = ike_v2_error_of(in);
	struct ike_offer *offer = task->offer;
	struct ike_child *child;
	char why[256] = "";

	if (error && ike_v2_child_unwanted(sa, task, NULL))
		return;
	if (error == IKE_N_CHILD_SA_NOT_FOUND) {
		closed_meanwhile(sa, offer);
		not_found(sa, task);
		return;
	}
	if (is_again(sa, task, in, error))
		return;
	if (error == IKE_N_TEMPORARY_FAILURE) {
		/* Replaced or closed by the peer: there is nothing left to do. */
		closed_meanwhile(sa, offer);
		ike_task_free(sa, task, NULL);
		return;
	}
	child = ike_v2_offer_accept(sa, offer, false, in, why, sizeof(why));
	if (ike_v2_child_unwanted(sa, task, child))
		return;
	if (child) {
		ike_v2_child_rekeyed(sa, offer, task->child, child);
	} else {
		offer->closed |= offer->stillborn;
		closed_meanwhile(sa, offer);
		/* Its successor has come and gone: to close it is still for us to do. */
		if (offer->stillborn && task->child)
			ike_v2_delete_child(task->child, NULL);
	}
	ike_task_free(sa, task, child ? NULL : why);
}

const struct ike_task_kind ike_v2_task_rekey_child = {
	.name		= "rekey a Child SA",
	.exchange	= CREATE_CHILD_SA,
	.rules		= ike_v2_child_response_rules,
	.build		= build_rekey,
	.handle		= handle_rekey,
};

void ike_v2_rekey_child(struct ike_child *child, struct ike_order *order)
{
	struct ike_sa *sa = child->sa;
	struct ike_task *task;

	if (!ike_child_in_use(child) || ike_task_queued(sa, &ike_v2_task_rekey_child, child)) {
		ike_order_end(sa->daemon->sas, order, NULL);
		return;
	}
	task = ike_task_add(sa, &ike_v2_task_rekey_child);
	if (!task) {
		ike_order_end(sa->daemon->sas, order, "too much waits for its turn already");
		return;
	}
	task->child = child;
	task->order = order;
}
