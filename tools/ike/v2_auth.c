// SPDX-License-Identifier: GPL-2.0-or-later
/* IKE_AUTH, both sides (RFC 7296 sections 1.2, 2.4, 2.15, 2.21.2). */
#include <string.h>

#include "v2.h"

static const struct ike_rule request_rules[] = {
	{ IKE_P_IDI, 1, 1 },
	{ IKE_P_IDR, 0, 1 },
	{ IKE_P_CERT, 0, 16 },
	{ IKE_P_CERTREQ, 0, 8 },
	{ IKE_P_AUTH, 0, 1 },
	{ IKE_P_CP, 0, 1 },
	{ IKE_P_SA, 1, 1 },
	{ IKE_P_TSI, 1, 1 },
	{ IKE_P_TSR, 1, 1 },
	{}
};

static const struct ike_rule response_rules[] = {
	{ IKE_P_IDR, 1, 1 },
	{ IKE_P_CERT, 0, 16 },
	{ IKE_P_AUTH, 1, 1 },
	{ IKE_P_CP, 0, 1 },
	{ IKE_P_SA, 0, 1 },
	{ IKE_P_TSI, 0, 1 },
	{ IKE_P_TSR, 0, 1 },
	{}
};

/* Any other with somebody there? It may be of this very peer, on its way to us. */
static bool alone(const struct ike_sa *sa)
{
	const struct ike_sa *other;

	for (other = sa->daemon->sas->all; other; other = other->next) {
		if (other != sa && ike_sa_alive(other) &&
		    espah_addr_equal(&other->remote.addr, &sa->remote.addr))
			return false;
	}
	return true;
}

/* The first Child SA goes with IKE_AUTH: what is queued first is taken along. */
static int take_first_child(struct ike_sa *sa, struct ike_task *task)
{
	struct ike_task **at, *child;

	for (at = &sa->tasks; *at; at = &(*at)->next) {
		child = *at;
		if (child->kind != &ike_v2_task_child)
			continue;
		task->offer = child->offer;
		task->order = child->order;
		child->offer = NULL;
		child->order = NULL;
		*at = child->next;
		sa->task_count--;
		ike_task_free(sa, child, NULL);
		return 0;
	}
	ike_sa_log(sa, IKE_LOG_INFO, "there is no Child SA left that it would be for");
	return -1;
}

static int build_auth(struct ike_sa *sa, struct ike_task *task, struct ike_writer *w)
{
	if ((!task->offer && take_first_child(sa, task)) || ike_v2_auth_own_id(sa) ||
	    ike_v2_auth_put(sa, w) || ike_v2_offer_put(sa, task->offer, true, w))
		return IKE_TASK_FAILED;
	if (sa->conn->unique != IKE_UNIQUE_NEVER && alone(sa))
		ike_put_notify(w, IKE_PROTO_NONE, ike_chunk(NULL, 0), IKE_N_INITIAL_CONTACT,
			       ike_chunk(NULL, 0));
	return IKE_TASK_BUILT;
}

static int take_id(struct ike_id *id, const struct ike_payload *payload)
{
	struct ike_id_body body;

	if (!payload || ike_id_parse(payload->body, &body))
		return -1;
	return ike_id_from_body(id, &body);
}

static void tell_up(const struct ike_sa *sa)
{
	char mine[IKE_ID_MAX], theirs[IKE_ID_MAX], remote[IKE_ENDPOINT_STRLEN], suite[128];

	ike_sa_log(sa, IKE_LOG_INFO, "established: '%s' with '%s' at %s, %s",
		   ike_id_print(&sa->my_id, mine, sizeof(mine)),
		   ike_id_print(&sa->peer_id, theirs, sizeof(theirs)),
		   ike_endpoint_print(&sa->remote, remote, sizeof(remote)),
		   ike_suite_print(&sa->suite, suite, sizeof(suite)));
}

static unsigned int others(const struct ike_sa *sa)
{
	const struct ike_sa *other = NULL;
	unsigned int count = 0;

	while ((other = ike_table_find_peer(sa->daemon->sas, &sa->my_id, &sa->peer_id, other)))
		count += other != sa;
	return count;
}

/* The responder's word on how many SAs one peer may have. */
static bool may_have_another(const struct ike_sa *sa, const struct ike_payloads *in)
{
	unsigned int count = others(sa);
	struct ike_notify_body notify;

	if (ike_notify_find(in, IKE_N_INITIAL_CONTACT, &notify) &&
	    sa->conn->unique != IKE_UNIQUE_NEVER)
		return true;
	if (count && sa->conn->unique == IKE_UNIQUE_KEEP) {
		ike_sa_log(sa, IKE_LOG_WARNING,
			   "refused: the peer has an IKE SA, and 'unique = keep' (%s:%u)",
			   sa->conn->place.file, sa->conn->place.line);
		return false;
	}
	if (count >= IKE_PEER_SAS_MAX && sa->conn->unique != IKE_UNIQUE_REPLACE) {
		ike_sa_log(sa, IKE_LOG_WARNING, "refused: the peer has %u IKE SAs already", count);
		return false;
	}
	return true;
}

static void close_others(struct ike_sa *sa, const struct ike_payloads *in)
{
	struct ike_sa_table *table = sa->daemon->sas;
	struct ike_notify_body notify;
	struct ike_sa *other, *next;
	bool contact = ike_notify_find(in, IKE_N_INITIAL_CONTACT, &notify);

	if (sa->conn->unique == IKE_UNIQUE_NEVER)
		return;
	other = ike_table_find_peer(table, &sa->my_id, &sa->peer_id, NULL);
	for (; other; other = next) {
		next = ike_table_find_peer(table, &sa->my_id, &sa->peer_id, other);
		if (other == sa)
			continue;
		/*
		 * Section 2.4: the peer knows none of them any more; but what both have
		 * established since it began this one, as when both begin at once.
		 */
		if (contact && other->up < sa->born)
			ike_sa_kill(other, "the peer has begun anew");
		else if (sa->conn->unique == IKE_UNIQUE_REPLACE)
			ike_v2_delete_ike(other, NULL);
	}
}

static int authenticate_response(struct ike_sa *sa, const struct ike_payloads *in)
{
	const struct ike_payload *id = ike_payload_find(in, IKE_P_IDR);

	if (take_id(&sa->peer_id, id)) {
		ike_sa_log(sa, IKE_LOG_ERROR,
			   "the peer's identity is of no type that is known here");
		return -1;
	}
	if (!ike_id_matches(&sa->peer_id, &sa->conn->remote.id)) {
		ike_explain_ids(sa, &sa->peer_id, NULL, 0);
		return -1;
	}
	return ike_v2_auth_check(sa, in, id->body);
}

static void take_child(struct ike_sa *sa, struct ike_task *task, const struct ike_payloads *in)
{
	struct ike_child *child;
	char why[256] = "";

	child = ike_v2_offer_accept(sa, task->offer, true, in, why, sizeof(why));
	if (ike_task_queued(sa, &ike_v2_task_delete_ike, NULL)) {
		/* Brought down meanwhile: it goes with the IKE SA. */
		ike_task_free(sa, task, "the IKE SA is being closed");
		return;
	}
	if (child && ike_child_install_out(child)) {
		ike_v2_delete_child(child, NULL);
		child = NULL;
		strcpy(why, "it cannot be installed; the log says why");
	}
	ike_task_free(sa, task, child ? NULL : why);
}

static void handle_auth(struct ike_sa *sa, struct ike_task *task, const struct ike_payloads *in)
{
	uint16_t error = ike_v2_error_of(in);
	char name[64];

	/* An error without AUTH is of the IKE SA; with AUTH, of the Child SA (section 1.2). */
	if (!ike_payload_find(in, IKE_P_AUTH)) {
		if (error == IKE_N_AUTHENTICATION_FAILED)
			ike_explain_auth_refused(sa);
		else
			ike_sa_log(sa, IKE_LOG_ERROR, "the peer refused IKE_AUTH: %s",
				   ike_explain_notify(error, name, sizeof(name)));
		ike_task_free(sa, task, "the peer refused IKE_AUTH; the log says more");
		ike_sa_lost(sa, "the peer refused IKE_AUTH");
		return;
	}
	if (ike_rules_check(response_rules, in) || authenticate_response(sa, in)) {
		ike_task_free(sa, task, "the peer could not be authenticated; the log says why");
		/* An exception: an error in a response is told in an exchange (section 2.21.2). */
		if (!ike_task_add_first(sa, &ike_v2_task_auth_failed))
			ike_sa_kill(sa, "the peer could not be authenticated");
		return;
	}
	tell_up(sa);
	take_child(sa, task, in);
	if (ike_sa_alive(sa))
		ike_sa_up(sa);
}

const struct ike_task_kind ike_v2_task_auth = {
	.name		= "authenticate",
	.exchange	= IKE_AUTH,
	.rules		= response_rules,
	.build		= build_auth,
	.handle		= handle_auth,
};

static int build_auth_failed(struct ike_sa *sa, struct ike_task *task, struct ike_writer *w)
{
	(void)sa;
	(void)task;
	ike_put_notify(w, IKE_PROTO_NONE, ike_chunk(NULL, 0), IKE_N_AUTHENTICATION_FAILED,
		       ike_chunk(NULL, 0));
	return IKE_TASK_BUILT;
}

static void handle_auth_failed(struct ike_sa *sa, struct ike_task *task,
			       const struct ike_payloads *in)
{
	(void)in;
	ike_task_free(sa, task, NULL);
	ike_sa_lost(sa, "the peer could not be authenticated");
}

const struct ike_task_kind ike_v2_task_auth_failed = {
	.name		= "tell that authentication failed",
	.exchange	= INFORMATIONAL,
	.build		= build_auth_failed,
	.handle		= handle_auth_failed,
};

/* Section 2.16: who leaves it out wants EAP. */
static int proof_missing(const struct ike_sa *sa, const struct ike_payloads *in)
{
	if (ike_payload_find(in, IKE_P_AUTH))
		return 0;
	ike_sa_log(sa, IKE_LOG_ERROR,
		   "AUTHENTICATION_FAILED: the peer wants EAP, which this version cannot do; let it use a shared key or a certificate");
	return -1;
}

/* Who is it, and who is it that it wants to talk to? */
static int identify(struct ike_sa *sa, const struct ike_payloads *in)
{
	const struct ike_payload *idr = ike_payload_find(in, IKE_P_IDR);
	struct ike_auth_body auth;
	struct ike_conf_conn *conn;
	struct ike_id mine;

	if (take_id(&sa->peer_id, ike_payload_find(in, IKE_P_IDI)) ||
	    (idr && take_id(&mine, idr)) ||
	    ike_auth_parse(ike_payload_find(in, IKE_P_AUTH)->body, &auth)) {
		ike_sa_log(sa, IKE_LOG_ERROR,
			   "the peer's identities are of no type that is known here");
		return -1;
	}
	conn = ike_v2_auth_find_conn(sa, &sa->peer_id, idr ? &mine : NULL, auth.method);
	if (!conn) {
		ike_explain_ids(sa, &sa->peer_id, idr ? &mine : NULL, auth.method);
		return -1;
	}
	if (conn != sa->conn)
		ike_sa_conn_set(sa, conn);
	/* Where the configuration leaves it open, we are whom the peer wants. */
	if (idr && !conn->local.id.type && conn->local.auth == IKE_AUTH_CLASS_PSK) {
		sa->my_id = mine;
		return 0;
	}
	return ike_v2_auth_own_id(sa);
}

static uint16_t answer_auth(struct ike_sa *sa, const struct ike_payloads *in, struct ike_writer *w)
{
	struct ike_refusal refusal = {};
	struct ike_child *child;

	sa->shake->certreq = ike_payload_find(in, IKE_P_CERTREQ);
	/* No hint to the peer of what it was; the whole truth is in the log. */
	if (proof_missing(sa, in) || identify(sa, in) ||
	    ike_v2_auth_check(sa, in, ike_payload_find(in, IKE_P_IDI)->body) ||
	    !may_have_another(sa, in) || ike_v2_auth_put(sa, w))
		return IKE_N_AUTHENTICATION_FAILED;
	sa->known = true;
	tell_up(sa);
	close_others(sa, in);
	child = ike_v2_child_answer(sa, in, true, NULL, w, &refusal);
	if (refusal.type == IKE_N_INVALID_SYNTAX)
		return refusal.type;
	if (!child)
		ike_put_notify(w, IKE_PROTO_NONE, ike_chunk(NULL, 0), refusal.type,
			       ike_chunk(NULL, 0));
	ike_sa_up(sa);
	return 0;
}

const struct ike_answer ike_v2_answer_auth = {
	.name	= "authenticate",
	.rules	= request_rules,
	.answer	= answer_auth,
};
