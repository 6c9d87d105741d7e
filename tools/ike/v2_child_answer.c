// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A Child SA that the peer asks for, in IKE_AUTH and in CREATE_CHILD_SA
 * (RFC 7296 sections 1.2, 1.3.1, 1.3.3, 2.9).
 */
#include <string.h>

#include "v2.h"

static const struct ike_rule request_rules[] = {
	{ IKE_P_SA, 1, 1 },
	{ IKE_P_NONCE, 1, 1 },
	{ IKE_P_KE, 0, 1 },
	{ IKE_P_TSI, 1, 1 },
	{ IKE_P_TSR, 1, 1 },
	{}
};

/* A request, and what is made of it. */
struct request {
	const struct ike_payloads *in;
	bool first;
	const struct ike_child *old;
	bool transport;
	struct ike_proposals proposals;
	/* As the peer has them, and as they are here in transport mode behind NAT. */
	struct ike_ts_list local_ts;
	struct ike_ts_list remote_ts;
	struct ike_ts_list local_here;
	struct ike_ts_list remote_here;
	/* The choice. */
	const struct ike_conf_child *conf;
	uint8_t mode;
	struct ike_ts_list local;
	struct ike_ts_list remote;
	struct ike_choice choice;
	struct ike_ke_body ke;
	struct ike_dh *dh;
	struct ike_nonce ni;
	struct ike_nonce nr;
};

static uint16_t parse(const struct ike_sa *sa, struct request *req)
{
	const struct ike_payloads *in = req->in;
	struct ike_notify_body notify;

	if (ike_proposals_parse(ike_payload_find(in, IKE_P_SA)->body, &req->proposals) ||
	    ike_ts_parse(ike_payload_find(in, IKE_P_TSR)->body, &req->local_ts) ||
	    ike_ts_parse(ike_payload_find(in, IKE_P_TSI)->body, &req->remote_ts))
		return IKE_N_INVALID_SYNTAX;
	if (req->first) {
		req->ni = sa->shake->ni;
		req->nr = sa->shake->nr;
	} else {
		if (!ike_nonce_take(&req->ni, ike_payload_find(in, IKE_P_NONCE)->body))
			return IKE_N_INVALID_SYNTAX;
		ike_nonce_make(&req->nr);
	}
	req->transport = ike_notify_find(in, IKE_N_USE_TRANSPORT_MODE, &notify);
	req->local_here = req->local_ts;
	req->remote_here = req->remote_ts;
	ike_v2_natd_selectors(sa, &req->local_here, &req->remote_here);
	return 0;
}

/* Does this child of the configuration have traffic in common with what is asked for? */
static bool narrow(const struct ike_sa *sa, struct request *req, const struct ike_conf_child *conf)
{
	bool transport = req->transport && conf->mode == ESPAH_MODE_TRANSPORT;
	struct ike_ts_list local, remote;

	/* Who does not ask for transport mode gets none (section 1.3.1). */
	if (!transport && conf->mode == ESPAH_MODE_TRANSPORT)
		return false;
	if (req->old && !transport) {
		local = req->old->local_ts;
		remote = req->old->remote_ts;
	} else {
		ike_conf_ts_resolve(&conf->local_ts, &sa->local.addr, &local);
		ike_conf_ts_resolve(&conf->remote_ts, &sa->remote.addr, &remote);
	}
	req->mode = conf->mode;
	return ike_ts_narrow(transport ? &req->local_here : &req->local_ts, &local, &req->local) &&
	       ike_ts_narrow(transport ? &req->remote_here : &req->remote_ts, &remote,
			     &req->remote) &&
	       ike_policies_cut(&req->local, &req->remote);
}

static bool agree(const struct ike_sa *sa, struct request *req, const struct ike_conf_child *conf)
{
	if (!narrow(sa, req, conf))
		return false;
	return ike_proposals_choose(&req->proposals, &conf->proposals, !req->first, &req->choice);
}

static uint16_t explain(const struct ike_sa *sa, struct request *req)
{
	const struct ike_conf_child *conf = req->old ? req->old->conf : sa->conn->children;

	for (; conf; conf = req->old ? NULL : conf->next) {
		if (!narrow(sa, req, conf))
			continue;
		ike_explain_proposal(sa, conf->name, &req->proposals, &conf->proposals,
				     &conf->proposals_place);
		return IKE_N_NO_PROPOSAL_CHOSEN;
	}
	ike_explain_ts(sa, &req->local_ts, &req->remote_ts, req->transport);
	return IKE_N_TS_UNACCEPTABLE;
}

static uint16_t choose(const struct ike_sa *sa, struct request *req)
{
	const struct ike_conf_child *conf;

	if (req->old) {
		req->conf = req->old->conf;
		return agree(sa, req, req->conf) ? 0 : explain(sa, req);
	}
	for (conf = sa->conn->children; conf; conf = conf->next) {
		if (!agree(sa, req, conf))
			continue;
		req->conf = conf;
		return 0;
	}
	return explain(sa, req);
}

/* Section 1.3: the value must be of the group that was chosen. */
static uint16_t take_ke(struct request *req, struct ike_refusal *refusal)
{
	const struct ike_payload *payload = ike_payload_find(req->in, IKE_P_KE);
	uint16_t group = req->choice.suite.dh;

	if (req->first || group == IKE_DH_NONE)
		return 0;
	if (payload && ike_ke_parse(payload->body, &req->ke))
		return IKE_N_INVALID_SYNTAX;
	if (!payload || req->ke.group != group) {
		refusal->group = group;
		return IKE_N_INVALID_KE_PAYLOAD;
	}
	req->dh = ike_dh_new(group);
	return req->dh ? 0 : IKE_N_NO_ADDITIONAL_SAS;
}

static int get_spi(struct ike_sa *sa, struct ike_child *child)
{
	const struct ike_daemon *daemon = sa->daemon;
	struct espah_err err = {};

	if (!daemon->edge->spi_get(daemon->kernel, &sa->remote.addr, &sa->local.addr, child->reqid,
				   &child->spi_in, &err)) {
		/* A larval SA goes as a whole one does. */
		child->in = true;
		return 0;
	}
	ike_sa_log(sa, IKE_LOG_ERROR, "%s", err.text);
	return -1;
}

static struct ike_child *make(struct ike_sa *sa, struct request *req, struct ike_refusal *refusal)
{
	struct ike_conf_conn *conn = req->old ? req->old->conn : sa->conn;
	struct ike_child *child = ike_child_new(sa, conn, req->conf);

	refusal->type = IKE_N_NO_ADDITIONAL_SAS;
	if (!child)
		return NULL;
	child->mode = req->mode;
	child->suite = req->choice.suite;
	child->local_ts = req->local;
	child->remote_ts = req->remote;
	if (child->mode == ESPAH_MODE_TRANSPORT)
		ike_v2_natd_originals(sa, &req->local_ts, &req->remote_ts, child);
	child->spi_out = ike_get_u32(req->choice.spi);
	child->reqid = req->old ? req->old->reqid :
				  ike_plan_pick_reqid(sa->daemon->sas, conn->name, child->conf,
						      &child->local_ts, &child->remote_ts);
	if (get_spi(sa, child) ||
	    ike_v2_child_keys(sa, child, req->dh, &req->ke, &req->ni, &req->nr) ||
	    ike_child_install_in(child)) {
		ike_child_free(child);
		return NULL;
	}
	refusal->type = 0;
	return child;
}

static void put(const struct request *req, const struct ike_child *child, struct ike_writer *w)
{
	struct ike_proposals answer = { .count = 1 };
	uint8_t spi[IKE_ESP_SPI_LEN];

	ike_spi_put(spi, child->spi_in);
	ike_choice_proposal(&req->choice, ike_chunk(spi, sizeof(spi)), &answer.proposal[0]);
	ike_put_proposals(w, &answer);
	if (!req->first)
		ike_put_nonce(w, ike_nonce_chunk(&req->nr));
	if (req->dh)
		ike_put_ke(w, child->suite.dh, ike_dh_public(req->dh));
	ike_put_ts(w, IKE_P_TSI, &child->remote_ts);
	ike_put_ts(w, IKE_P_TSR, &child->local_ts);
	if (child->mode == ESPAH_MODE_TRANSPORT)
		ike_put_notify(w, IKE_PROTO_NONE, ike_chunk(NULL, 0), IKE_N_USE_TRANSPORT_MODE,
			       ike_chunk(NULL, 0));
}

struct ike_child *ike_v2_child_answer(struct ike_sa *sa, const struct ike_payloads *in, bool first,
				      struct ike_child *old, struct ike_writer *w,
				      struct ike_refusal *refusal)
{
	struct request req = { .in = in, .first = first, .old = old };
	struct ike_child *child = NULL;

	refusal->type = parse(sa, &req);
	if (!refusal->type)
		refusal->type = choose(sa, &req);
	if (!refusal->type && (req.choice.spi_len != IKE_ESP_SPI_LEN ||
			       !ike_get_u32(req.choice.spi)))
		refusal->type = IKE_N_INVALID_SYNTAX;
	if (!refusal->type)
		refusal->type = take_ke(&req, refusal);
	if (!refusal->type)
		child = make(sa, &req, refusal);
	/* All of a new one: the initiator may send as soon as it has the response (section
	 * 2.8), and a packet of a tunnel without a policy is nobody's.
	 */
	if (child && !old && ike_child_install_out(child)) {
		ike_child_free(child);
		child = NULL;
		refusal->type = IKE_N_NO_ADDITIONAL_SAS;
	}
	if (child)
		put(&req, child, w);
	ike_dh_free(req.dh);
	return child;
}

/* All of a CREATE_CHILD_SA's response that is refused. */
uint16_t ike_v2_refuse(const struct ike_refusal *refusal, struct ike_writer *w)
{
	uint8_t group[2] = { refusal->group >> 8, refusal->group };

	if (refusal->type != IKE_N_INVALID_KE_PAYLOAD)
		return refusal->type;
	ike_put_notify(w, IKE_PROTO_NONE, ike_chunk(NULL, 0), IKE_N_INVALID_KE_PAYLOAD,
		       ike_chunk(group, sizeof(group)));
	return 0;
}

static uint16_t answer_child(struct ike_sa *sa, const struct ike_payloads *in,
			     struct ike_writer *w)
{
	struct ike_refusal refusal = { .type = ike_v2_may_create(sa) };

	if (!refusal.type && ike_v2_child_answer(sa, in, false, NULL, w, &refusal))
		return 0;
	return ike_v2_refuse(&refusal, w);
}

const struct ike_answer ike_v2_answer_child = {
	.name	= "create a Child SA",
	.rules	= request_rules,
	.answer	= answer_child,
};

static uint16_t answer_rekey(struct ike_sa *sa, const struct ike_payloads *in,
			     struct ike_writer *w)
{
	struct ike_child *old, *child;
	struct ike_notify_body notify;
	struct ike_refusal refusal = {};

	if (!ike_notify_find(in, IKE_N_REKEY_SA, &notify) || notify.spi.len != IKE_ESP_SPI_LEN)
		return IKE_N_INVALID_SYNTAX;
	/* Its SPI is the one that the peer expects in what we send (section 1.3.3). */
	old = notify.protocol == IKE_PROTO_ESP ? ike_child_find_out(sa, ike_get_u32(notify.spi.p)) :
						 NULL;
	refusal.type = ike_v2_may_create(sa);
	if (!refusal.type && !old) {
		/* The peer removes it now, and does not say so again (section 2.25). */
		if (notify.protocol == IKE_PROTO_ESP)
			ike_v2_child_not_known(sa, ike_get_u32(notify.spi.p));
		ike_put_notify(w, notify.protocol, notify.spi, IKE_N_CHILD_SA_NOT_FOUND,
			       ike_chunk(NULL, 0));
		return 0;
	}
	if (!refusal.type)
		refusal.type = ike_v2_may_rekey_child(sa, old);
	if (refusal.type)
		return ike_v2_refuse(&refusal, w);
	child = ike_v2_child_answer(sa, in, false, old, w, &refusal);
	if (!child)
		return ike_v2_refuse(&refusal, w);
	ike_v2_child_replaced(old, child);
	return 0;
}

const struct ike_answer ike_v2_answer_rekey_child = {
	.name	= "rekey a Child SA",
	.rules	= request_rules,
	.answer	= answer_rekey,
};
