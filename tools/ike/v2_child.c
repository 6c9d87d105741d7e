// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A Child SA as the initiator of an exchange sees it, in IKE_AUTH and in
 * CREATE_CHILD_SA (RFC 7296 sections 1.2, 1.3.1, 2.9, 2.17).
 */
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"
#include "v2.h"

/* RFC 7296 section 2.25: some minutes of TEMPORARY_FAILURE, and the ends do not agree any more. */
#define STUCK_TIME	(3 * 60 * 1000)

const struct ike_rule ike_v2_child_response_rules[] = {
	{ IKE_P_SA, 1, 1 },
	{ IKE_P_NONCE, 1, 1 },
	{ IKE_P_KE, 0, 1 },
	{ IKE_P_TSI, 1, 1 },
	{ IKE_P_TSR, 1, 1 },
	{}
};

const struct ike_nonce *ike_v2_lowest(const struct ike_nonce *a, const struct ike_nonce *b)
{
	return ike_nonce_compare(a, b) < 0 ? a : b;
}

struct ike_offer *ike_v2_offer_new(struct ike_conf_conn *conn, const struct ike_conf_child *conf,
				   uint32_t reqid)
{
	struct ike_offer *offer = calloc(1, sizeof(*offer));

	if (!offer)
		return NULL;
	offer->conn = ike_conf_conn_get(conn);
	offer->conf = conf;
	offer->reqid = reqid;
	return offer;
}

/* What belongs to one attempt only. */
static void offer_reset(struct ike_sa *sa, struct ike_offer *offer)
{
	const struct ike_daemon *daemon = sa->daemon;
	struct espah_err err = {};

	if (offer->spi && daemon->edge->sa_del(daemon->kernel, &offer->spi_dst, offer->spi, &err))
		ike_sa_log(sa, IKE_LOG_DEBUG, "%s", err.text);
	offer->spi = 0;
	ike_dh_free(offer->dh);
	offer->dh = NULL;
	offer->collided = false;
	offer->rival = NULL;
	offer->closed_spis = 0;
}

void ike_v2_offer_free(struct ike_sa *sa, struct ike_offer *offer)
{
	if (!offer)
		return;
	offer_reset(sa, offer);
	free(offer->room);
	ike_conf_conn_put(offer->conn);
	OPENSSL_cleanse(offer, sizeof(*offer));
	free(offer);
}

/* What is rekeyed makes room itself before long. */
static int make_room(struct ike_sa *sa, struct ike_offer *offer)
{
	if (!offer->rekey && sa->child_count >= IKE_CHILDREN_MAX) {
		ike_sa_log(sa, IKE_LOG_ERROR, "child '%s': there are %u Child SAs already",
			   offer->conf->name, sa->child_count);
		return -1;
	}
	if (!offer->room)
		offer->room = ike_child_alloc();
	if (!offer->room)
		ike_sa_log(sa, IKE_LOG_ERROR, "no memory for child '%s'", offer->conf->name);
	return offer->room ? 0 : -1;
}

static int get_spi(struct ike_sa *sa, struct ike_offer *offer)
{
	const struct ike_daemon *daemon = sa->daemon;
	struct espah_err err = {};

	offer->spi_src = sa->remote.addr;
	offer->spi_dst = sa->local.addr;
	if (!daemon->edge->spi_get(daemon->kernel, &offer->spi_src, &offer->spi_dst, offer->reqid,
				   &offer->spi, &err))
		return 0;
	offer->spi = 0;
	ike_sa_log(sa, IKE_LOG_ERROR, "%s", err.text);
	return -1;
}

static int make_proposals(struct ike_sa *sa, struct ike_offer *offer, bool first)
{
	unsigned int i;

	offer->proposals = offer->conf->proposals;
	if (first)
		ike_proposals_drop_dh(&offer->proposals);
	for (i = 0; i < offer->proposals.count; i++) {
		struct ike_proposal *proposal = &offer->proposals.proposal[i];

		proposal->spi_len = IKE_ESP_SPI_LEN;
		ike_spi_put(proposal->spi, offer->spi);
	}
	if (first)
		return 0;
	ike_nonce_make(&offer->nonce);
	if (!offer->group && !ike_proposals_groups(&offer->proposals, &offer->group, 1))
		return 0;
	if (offer->group == IKE_DH_NONE)
		return 0;
	offer->dh = ike_dh_new(offer->group);
	if (!offer->dh)
		ike_sa_log(sa, IKE_LOG_ERROR, "no key pair of group %u", offer->group);
	return offer->dh ? 0 : -1;
}

/* Section 2.9: the packet that asks for it goes before all else. */
static void with_flow(struct ike_ts_list *list, const struct ike_ts *flow)
{
	struct ike_ts_list one = { .count = 1, .ts = { *flow } };

	if (list->count == IKE_TS_MAX || !ike_ts_list_within(&one, list))
		return;
	memmove(&list->ts[1], &list->ts[0], list->count * sizeof(list->ts[0]));
	list->ts[0] = *flow;
	list->count++;
}

static int make_selectors(struct ike_sa *sa, struct ike_offer *offer)
{
	const struct ike_conf_child *conf = offer->conf;

	/* What is rekeyed keeps its selectors (section 2.9.2): they are there already. */
	if (!offer->rekey) {
		ike_conf_ts_resolve(&conf->local_ts, &sa->local.addr, &offer->local_ts);
		ike_conf_ts_resolve(&conf->remote_ts, &sa->remote.addr, &offer->remote_ts);
	}
	if (offer->local_ts.count && offer->remote_ts.count)
		return 0;
	ike_sa_log(sa, IKE_LOG_ERROR, "child '%s' has no selectors for these addresses (%s:%u)",
		   conf->name, conf->place.file, conf->place.line);
	return -1;
}

static void put_selectors(const struct ike_offer *offer, struct ike_writer *w)
{
	struct ike_ts_list local = offer->local_ts, remote = offer->remote_ts;

	if (offer->has_flow && !offer->rekey) {
		with_flow(&local, &offer->flow.src);
		with_flow(&remote, &offer->flow.dst);
	}
	ike_put_ts(w, IKE_P_TSI, &local);
	ike_put_ts(w, IKE_P_TSR, &remote);
}

int ike_v2_offer_put(struct ike_sa *sa, struct ike_offer *offer, bool first,
		     struct ike_writer *w)
{
	offer_reset(sa, offer);
	if (make_room(sa, offer) || make_selectors(sa, offer) || get_spi(sa, offer) ||
	    make_proposals(sa, offer, first))
		return -1;
	ike_put_proposals(w, &offer->proposals);
	if (!first)
		ike_put_nonce(w, ike_nonce_chunk(&offer->nonce));
	if (offer->dh)
		ike_put_ke(w, offer->group, ike_dh_public(offer->dh));
	put_selectors(offer, w);
	if (offer->conf->mode == ESPAH_MODE_TRANSPORT)
		ike_put_notify(w, IKE_PROTO_NONE, ike_chunk(NULL, 0), IKE_N_USE_TRANSPORT_MODE,
			       ike_chunk(NULL, 0));
	return 0;
}

/* The suite, the peer's SPI, and what it has in common with us. NULL, or what is wrong. */
static const char *take_suite(struct ike_offer *offer, bool first, const struct ike_payloads *in,
			      struct ike_child *child)
{
	struct ike_proposals answer;
	struct ike_choice choice;
	unsigned int i;

	if (ike_proposals_parse(ike_payload_find(in, IKE_P_SA)->body, &answer))
		return "its proposal is malformed";
	if (!ike_proposals_accept(&answer, &offer->proposals, !first, &choice))
		return "it chose a proposal that was not offered";
	if (choice.spi_len != IKE_ESP_SPI_LEN || !ike_get_u32(choice.spi))
		return "its SPI is none";
	child->suite = choice.suite;
	child->spi_out = ike_get_u32(choice.spi);
	for (i = 0; i < offer->closed_spis; i++)
		offer->stillborn |= offer->closed_spi[i] == child->spi_out;
	return offer->stillborn ? "the peer has closed it again" : NULL;
}

static const char *take_selectors(const struct ike_sa *sa, const struct ike_offer *offer,
				  const struct ike_payloads *in, struct ike_child *child)
{
	struct ike_notify_body notify;
	bool transport = ike_notify_find(in, IKE_N_USE_TRANSPORT_MODE, &notify);
	bool wanted = offer->conf->mode == ESPAH_MODE_TRANSPORT;

	/* Section 1.3.1: what declines transport mode has made a tunnel. */
	if (transport ? !wanted : wanted)
		return transport ? "it made transport mode of a tunnel" :
				   "it does not want transport mode";
	child->mode = offer->conf->mode;
	if (ike_ts_parse(ike_payload_find(in, IKE_P_TSI)->body, &child->local_ts) ||
	    ike_ts_parse(ike_payload_find(in, IKE_P_TSR)->body, &child->remote_ts))
		return "its traffic selectors are malformed";
	if (transport) {
		ike_v2_natd_originals(sa, &child->local_ts, &child->remote_ts, child);
		ike_v2_natd_selectors(sa, &child->local_ts, &child->remote_ts);
	}
	if (!ike_ts_list_within(&child->local_ts, &offer->local_ts) ||
	    !ike_ts_list_within(&child->remote_ts, &offer->remote_ts))
		return "its traffic selectors are wider than what was offered";
	return ike_policies_wrong(&child->local_ts, &child->remote_ts);
}

static int derive(struct ike_sa *sa, struct ike_child *child, struct ike_chunk shared,
		  const struct ike_nonce *ni, const struct ike_nonce *nr)
{
	return ike_child_keys_derive(&child->keys, &child->suite, sa->suite.prf,
				     ike_chunk(sa->keys.d, sa->keys.d_len), shared,
				     ike_nonce_chunk(ni), ike_nonce_chunk(nr));
}

int ike_v2_child_keys(struct ike_sa *sa, struct ike_child *child, const struct ike_dh *dh,
		      const struct ike_ke_body *ke, const struct ike_nonce *ni,
		      const struct ike_nonce *nr)
{
	uint8_t shared[IKE_DH_MAX];
	int len = 0, rc;

	child->lowest = *ike_v2_lowest(ni, nr);
	if (dh) {
		len = ike_dh_shared(dh, ke->value, shared);
		if (len < 0)
			return -1;
	}
	rc = derive(sa, child, ike_chunk(shared, len), ni, nr);
	OPENSSL_cleanse(shared, sizeof(shared));
	return rc;
}

static const char *take_keys(struct ike_sa *sa, struct ike_offer *offer, bool first,
			     const struct ike_payloads *in, struct ike_child *child)
{
	const struct ike_payload *payload = ike_payload_find(in, IKE_P_KE);
	struct ike_nonce theirs;
	struct ike_ke_body ke;

	if (first)
		return ike_v2_child_keys(sa, child, NULL, NULL, &sa->shake->ni, &sa->shake->nr) ?
		       "no keys can be made" : NULL;
	if (!ike_nonce_take(&theirs, ike_payload_find(in, IKE_P_NONCE)->body))
		return "its nonce is too short";
	if (child->suite.dh != IKE_DH_NONE &&
	    (child->suite.dh != offer->group || !payload || ike_ke_parse(payload->body, &ke) ||
	     ke.group != offer->group))
		return "its Diffie-Hellman value is of another group";
	if (ike_v2_child_keys(sa, child, child->suite.dh ? offer->dh : NULL, &ke, &offer->nonce,
			      &theirs))
		return "its Diffie-Hellman value must not be used";
	return NULL;
}

/* The peer has it and we cannot: it must go again, by the SPI that we chose (section 3.11). */
static void undo(const struct ike_offer *offer, struct ike_child *child)
{
	if (offer->stillborn)
		ike_child_free(child);
	else
		ike_v2_delete_child(child, NULL);
}

static struct ike_child *take_child(struct ike_sa *sa, struct ike_offer *offer, bool first,
				    const struct ike_payloads *in, const char **wrong)
{
	struct ike_child *child = offer->room;

	offer->room = NULL;
	ike_child_enter(child, sa, offer->conn, offer->conf);
	child->initiator = true;
	child->reqid = offer->reqid;
	child->spi_in = offer->spi;
	*wrong = take_suite(offer, first, in, child);
	if (!*wrong)
		*wrong = take_selectors(sa, offer, in, child);
	if (!*wrong)
		*wrong = take_keys(sa, offer, first, in, child);
	if (!*wrong && ike_child_install_in(child))
		*wrong = "it cannot be installed";
	if (*wrong) {
		undo(offer, child);
		return NULL;
	}
	/* The SPI is the child's from here on. */
	offer->spi = 0;
	return child;
}

struct ike_child *ike_v2_offer_accept(struct ike_sa *sa, struct ike_offer *offer, bool first,
				      const struct ike_payloads *in, char *why, size_t size)
{
	uint16_t error = ike_v2_error_of(in);
	struct ike_child *child;
	const char *wrong;

	if (error || !ike_payload_find(in, IKE_P_SA) || !ike_payload_find(in, IKE_P_TSI) ||
	    !ike_payload_find(in, IKE_P_TSR)) {
		ike_explain_child_refused(sa, offer, error);
		ike_explain_notify(error, why, size);
		return NULL;
	}
	child = take_child(sa, offer, first, in, &wrong);
	if (child)
		return child;
	ike_sa_log(sa, IKE_LOG_ERROR, "child '%s': the peer's answer is of no use: %s",
		   offer->conf->name, wrong);
	snprintf(why, size, "the peer's answer is of no use: %s", wrong);
	return NULL;
}

bool ike_v2_temporary(struct ike_sa *sa, struct ike_task *task)
{
	if (!task->stuck_since)
		task->stuck_since = ike_sa_now(sa);
	if (ike_sa_now(sa) - task->stuck_since >= STUCK_TIME)
		return false;
	ike_sa_log(sa, IKE_LOG_DEBUG, "to %s: the peer is busy; tried again soon",
		   task->kind->name);
	if (task->offer)
		offer_reset(sa, task->offer);
	/* Section 2.25: not at once; both may wait for each other, so by chance. */
	ike_task_again(sa, task, 2000 + ike_random_below(4000));
	return true;
}

bool ike_v2_other_group(struct ike_task *task, const struct ike_payloads *in,
			const struct ike_proposals *offered, uint16_t tried, uint16_t *group)
{
	struct ike_notify_body notify;

	if (!ike_notify_find(in, IKE_N_INVALID_KE_PAYLOAD, &notify) || notify.data.len != 2 ||
	    task->attempts++ >= 3)
		return false;
	*group = ike_get_u16(notify.data.p);
	return *group != tried && ike_proposals_have_dh(offered, *group);
}

bool ike_v2_child_other_group(struct ike_sa *sa, struct ike_task *task,
			      const struct ike_payloads *in)
{
	struct ike_offer *offer = task->offer;
	uint16_t group;

	if (!ike_v2_other_group(task, in, &offer->proposals, offer->group, &group))
		return false;
	offer_reset(sa, offer);
	offer->group = group;
	ike_task_again(sa, task, 0);
	return true;
}

bool ike_v2_child_unwanted(struct ike_sa *sa, struct ike_task *task, struct ike_child *child)
{
	if (!task->down)
		return false;
	if (child) {
		ike_v2_delete_child(child, task->down);
		task->down = NULL;
	}
	ike_task_free(sa, task, "brought down");
	return true;
}

static int build_child(struct ike_sa *sa, struct ike_task *task, struct ike_writer *w)
{
	return ike_v2_offer_put(sa, task->offer, false, w) ? IKE_TASK_FAILED : IKE_TASK_BUILT;
}

static void handle_child(struct ike_sa *sa, struct ike_task *task, const struct ike_payloads *in)
{
	uint16_t error = ike_v2_error_of(in);
	struct ike_child *child;
	char why[256] = "";

	if (error && ike_v2_child_unwanted(sa, task, NULL))
		return;
	if (ike_v2_child_other_group(sa, task, in))
		return;
	if (error == IKE_N_TEMPORARY_FAILURE) {
		if (ike_v2_temporary(sa, task))
			return;
		ike_task_free(sa, task, "the peer is busy for too long");
		ike_v2_delete_ike(sa, NULL);
		return;
	}
	child = ike_v2_offer_accept(sa, task->offer, false, in, why, sizeof(why));
	if (ike_v2_child_unwanted(sa, task, child))
		return;
	if (child && ike_child_install_out(child)) {
		ike_v2_delete_child(child, NULL);
		snprintf(why, sizeof(why), "it cannot be installed; the log says why");
		child = NULL;
	}
	ike_task_free(sa, task, child ? NULL : why);
}

const struct ike_task_kind ike_v2_task_child = {
	.name		= "create a Child SA",
	.exchange	= CREATE_CHILD_SA,
	.rules		= ike_v2_child_response_rules,
	.build		= build_child,
	.handle		= handle_child,
};

struct ike_task *ike_v2_child_queue(struct ike_sa *sa, struct ike_conf_conn *conn,
				    const struct ike_conf_child *conf, uint32_t reqid,
				    const struct ike_flow *flow)
{
	struct ike_offer *offer = ike_v2_offer_new(conn, conf, reqid);
	struct ike_task *task;

	if (!offer)
		return NULL;
	if (flow) {
		offer->has_flow = true;
		offer->flow = *flow;
	}
	task = ike_task_add(sa, &ike_v2_task_child);
	if (task)
		task->offer = offer;
	else
		ike_v2_offer_free(sa, offer);
	return task;
}
