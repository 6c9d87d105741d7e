// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * When two ends do not agree: what was offered, what is configured, and which
 * line is to be changed. Only the end that knows says it, and only to its log.
 */
#include <stdio.h>

#include "v2.h"

#define TEXT_LEN	256

static bool in_common(const struct ike_proposals *a, const struct ike_proposals *b, uint8_t type)
{
	unsigned int i, j, k, l;

	for (i = 0; i < a->count; i++) {
		for (j = 0; j < a->proposal[i].count; j++) {
			const struct ike_transform *x = &a->proposal[i].transform[j];

			for (k = 0; x->type == type && k < b->count; k++) {
				for (l = 0; l < b->proposal[k].count; l++) {
					const struct ike_transform *y =
						&b->proposal[k].transform[l];

					if (x->type == y->type && x->id == y->id &&
					    x->key_bits == y->key_bits)
						return true;
				}
			}
		}
	}
	return false;
}

static bool has_type(const struct ike_proposals *proposals, uint8_t type)
{
	unsigned int i, j;

	for (i = 0; i < proposals->count; i++) {
		for (j = 0; j < proposals->proposal[i].count; j++) {
			if (proposals->proposal[i].transform[j].type == type)
				return true;
		}
	}
	return false;
}

/* The first type of which there is nothing in common. */
static const char *missing(const struct ike_proposals *offered, const struct ike_proposals *mine)
{
	static const char * const types[] = {
		[IKE_T_ENCR] = "cipher", [IKE_T_PRF] = "PRF", [IKE_T_INTEG] = "integrity algorithm",
		[IKE_T_DH] = "Diffie-Hellman group", [IKE_T_ESN] = "kind of sequence numbers",
	};
	uint8_t type;

	for (type = IKE_T_ENCR; type <= IKE_T_MAX; type++) {
		if (has_type(offered, type) && has_type(mine, type) &&
		    !in_common(offered, mine, type))
			return types[type];
	}
	return "combination";
}

void ike_explain_proposal(const struct ike_sa *sa, const char *what,
			  const struct ike_proposals *offered,
			  const struct ike_proposals *mine, const struct ike_place *place)
{
	char theirs[TEXT_LEN], ours[TEXT_LEN];

	ike_sa_log(sa, IKE_LOG_ERROR,
		   "NO_PROPOSAL_CHOSEN for %s: no %s in common; the peer offers %s, configured is %s; change %s:%u",
		   what, missing(offered, mine),
		   ike_proposals_print(offered, theirs, sizeof(theirs)),
		   ike_proposals_print(mine, ours, sizeof(ours)), place->file, place->line);
}

void ike_explain_no_ike_proposal(const struct ike_conf_conn *conn,
				 const struct ike_endpoint *remote,
				 const struct ike_proposals *offered)
{
	char theirs[TEXT_LEN], ours[TEXT_LEN], from[IKE_ENDPOINT_STRLEN];

	ike_log_limited(IKE_LOG_ERROR,
			"%s: NO_PROPOSAL_CHOSEN for IKE: no %s in common; %s offers %s, configured is %s; change 'proposals' at %s:%u",
			conn->name, missing(offered, &conn->proposals),
			ike_endpoint_print(remote, from, sizeof(from)),
			ike_proposals_print(offered, theirs, sizeof(theirs)),
			ike_proposals_print(&conn->proposals, ours, sizeof(ours)),
			conn->proposals_place.file, conn->proposals_place.line);
}

void ike_explain_no_conn(const struct ike_endpoint *local, const struct ike_endpoint *remote)
{
	char here[IKE_ENDPOINT_STRLEN], there[IKE_ENDPOINT_STRLEN];

	ike_log_limited(IKE_LOG_WARNING,
			"no connection is for %s with %s: look at local_addrs, remote_addrs and version of connections",
			ike_endpoint_print(local, here, sizeof(here)),
			ike_endpoint_print(remote, there, sizeof(there)));
}

static bool any_odd(const struct ike_ts_list *list)
{
	unsigned int i;

	for (i = 0; i < list->count; i++) {
		if (!ike_ts_told_apart(&list->ts[i]))
			return true;
	}
	return false;
}

void ike_explain_ts(const struct ike_sa *sa, const struct ike_ts_list *local,
		    const struct ike_ts_list *remote, bool transport)
{
	const struct ike_conf_child *conf;
	struct ike_ts_list our_local, our_remote;
	char text[4][TEXT_LEN];

	for (conf = sa->conn->children; conf; conf = conf->next) {
		if (conf->mode == ESPAH_MODE_TRANSPORT && !transport) {
			ike_sa_log(sa, IKE_LOG_ERROR,
				   "TS_UNACCEPTABLE: the peer wants a tunnel, child '%s' has 'mode = transport'; change %s:%u",
				   conf->name, conf->place.file, conf->place.line);
			continue;
		}
		ike_conf_ts_resolve(&conf->local_ts, &sa->local.addr, &our_local);
		ike_conf_ts_resolve(&conf->remote_ts, &sa->remote.addr, &our_remote);
		ike_sa_log(sa, IKE_LOG_ERROR,
			   "TS_UNACCEPTABLE: the peer asks for %s === %s; child '%s' has local_ts %s (%s:%u), remote_ts %s (%s:%u)",
			   ike_ts_list_print(local, text[0], TEXT_LEN),
			   ike_ts_list_print(remote, text[1], TEXT_LEN), conf->name,
			   ike_ts_list_print(&our_local, text[2], TEXT_LEN),
			   conf->local_ts_place.file, conf->local_ts_place.line,
			   ike_ts_list_print(&our_remote, text[3], TEXT_LEN),
			   conf->remote_ts_place.file, conf->remote_ts_place.line);
	}
	if (any_odd(local) || any_odd(remote))
		ike_sa_log(sa, IKE_LOG_ERROR,
			   "TS_UNACCEPTABLE: the peer asks for ports of a protocol that has none");
	if (!sa->conn->children)
		ike_sa_log(sa, IKE_LOG_ERROR,
			   "TS_UNACCEPTABLE: the connection has no children; add one at %s:%u",
			   sa->conn->place.file, sa->conn->place.line);
}

const char *ike_explain_notify(uint16_t type, char *buf, size_t size)
{
	const char *name = type ? ike_notify_name(type) : "no answer to it";

	if (name)
		snprintf(buf, size, "%s", name);
	else
		snprintf(buf, size, "error %u", type);
	return buf;
}

void ike_explain_refused(const struct ike_sa *sa, uint16_t type, const char *what,
			 const struct ike_proposals *offered, const struct ike_place *place)
{
	char name[64], ours[TEXT_LEN];

	ike_sa_log(sa, IKE_LOG_ERROR,
		   "%s: the peer refuses what %s is offered: %s (%s:%u); its log says what it would take",
		   ike_explain_notify(type, name, sizeof(name)), what,
		   ike_proposals_print(offered, ours, sizeof(ours)), place->file, place->line);
}

void ike_explain_child_refused(const struct ike_sa *sa, const struct ike_offer *offer,
			       uint16_t type)
{
	const struct ike_conf_child *conf = offer->conf;
	char local[TEXT_LEN], remote[TEXT_LEN], name[64];

	if (type == IKE_N_NO_PROPOSAL_CHOSEN || type == IKE_N_INVALID_KE_PAYLOAD)
		ike_explain_refused(sa, type, conf->name, &offer->proposals,
				    &conf->proposals_place);
	else
		ike_sa_log(sa, IKE_LOG_ERROR,
			   "%s: the peer refuses child '%s' with local_ts %s (%s:%u), remote_ts %s (%s:%u); its log says what it would take",
			   ike_explain_notify(type, name, sizeof(name)), conf->name,
			   ike_ts_list_print(&offer->local_ts, local, sizeof(local)),
			   conf->local_ts_place.file, conf->local_ts_place.line,
			   ike_ts_list_print(&offer->remote_ts, remote, sizeof(remote)),
			   conf->remote_ts_place.file, conf->remote_ts_place.line);
}

void ike_explain_auth_refused(const struct ike_sa *sa)
{
	const struct ike_conf_auth *local = &sa->conn->local;
	char id[IKE_ID_MAX];

	ike_sa_log(sa, IKE_LOG_ERROR,
		   "AUTHENTICATION_FAILED: the peer does not take this end for '%s' by its %s (%s:%u); its log says why",
		   ike_id_print(&sa->my_id, id, sizeof(id)),
		   local->auth == IKE_AUTH_CLASS_PSK ? "shared key" : "signature",
		   local->place.file, local->place.line);
}

static void explain_one(const struct ike_sa *sa, const struct ike_conf_conn *conn,
			const struct ike_id *theirs, const struct ike_id *mine, uint8_t method)
{
	char have[IKE_ID_MAX], want[IKE_ID_MAX];
	bool psk = conn->remote.auth == IKE_AUTH_CLASS_PSK;

	if (!ike_id_matches(theirs, &conn->remote.id))
		ike_sa_log(sa, IKE_LOG_ERROR,
			   "AUTHENTICATION_FAILED: the peer is '%s', connection '%s' wants '%s' (remote id, %s:%u)",
			   ike_id_print(theirs, have, sizeof(have)), conn->name,
			   ike_id_print(&conn->remote.id, want, sizeof(want)),
			   conn->remote.place.file, conn->remote.place.line);
	else if (mine && conn->local.id.type && !ike_id_matches(mine, &conn->local.id))
		ike_sa_log(sa, IKE_LOG_ERROR,
			   "AUTHENTICATION_FAILED: the peer wants to talk to '%s', connection '%s' is '%s' (local id, %s:%u)",
			   ike_id_print(mine, have, sizeof(have)), conn->name,
			   ike_id_print(&conn->local.id, want, sizeof(want)),
			   conn->local.place.file, conn->local.place.line);
	else if (method && psk != (method == IKE_AUTH_PSK))
		ike_sa_log(sa, IKE_LOG_ERROR,
			   "AUTHENTICATION_FAILED: the peer proves itself by a %s, connection '%s' wants a %s (remote auth, %s:%u)",
			   psk ? "signature" : "shared key", conn->name,
			   psk ? "shared key" : "signature", conn->remote.place.file,
			   conn->remote.place.line);
	else
		ike_sa_log(sa, IKE_LOG_ERROR,
			   "AUTHENTICATION_FAILED: connection '%s' would fit, but not what was agreed on before (proposals, %s:%u)",
			   conn->name, conn->proposals_place.file, conn->proposals_place.line);
}

void ike_explain_ids(const struct ike_sa *sa, const struct ike_id *theirs,
		     const struct ike_id *mine, uint8_t method)
{
	const struct ike_conf *conf = sa->daemon->conf;
	struct ike_conf_conn *conn = NULL;

	explain_one(sa, sa->conn, theirs, mine, method);
	/* The responder would have taken any of these. */
	while (!sa->initiator && conf) {
		conn = ike_conf_find_conn(conf, &sa->local.addr, &sa->remote.addr, 2, conn);
		if (!conn)
			return;
		if (conn != sa->conn)
			explain_one(sa, conn, theirs, mine, method);
	}
}

void ike_explain_psk(const struct ike_sa *sa, bool missing_secret)
{
	const struct ike_conf_secret *secret = NULL;
	char mine[IKE_ID_MAX], theirs[IKE_ID_MAX];
	const struct ike_id *peer = sa->peer_id.type ? &sa->peer_id : &sa->conn->remote.id;

	ike_id_print(&sa->my_id, mine, sizeof(mine));
	ike_id_print(peer, theirs, sizeof(theirs));
	if (!missing_secret)
		secret = ike_conf_find_secret(sa->daemon->conf, &sa->my_id, peer);
	if (secret)
		ike_sa_log(sa, IKE_LOG_ERROR,
			   "AUTHENTICATION_FAILED: the peer '%s' has another shared key than the one for '%s' with it (secret, %s:%u)",
			   theirs, mine, secret->place.file, secret->place.line);
	else
		ike_sa_log(sa, IKE_LOG_ERROR,
			   "AUTHENTICATION_FAILED: there is no shared key for '%s' with '%s': add one to 'secrets' (the connection is at %s:%u)",
			   mine, theirs, sa->conn->place.file, sa->conn->place.line);
}
