// SPDX-License-Identifier: GPL-2.0-or-later
/* IKE_AUTH: whose identity is whose, and the proof by a shared key (RFC 7296 section 2.15). */
#include <openssl/crypto.h>
#include <string.h>

#include "v2.h"

int ike_v2_auth_own_id(struct ike_sa *sa)
{
	const struct ike_conf_auth *conf = &sa->conn->local;

	if (conf->id.type) {
		sa->my_id = conf->id;
		return 0;
	}
	if (conf->auth == IKE_AUTH_CLASS_PUBKEY && conf->certs.count)
		return ike_cert_subject(conf->certs.cert[0], &sa->my_id);
	return ike_id_from_addr(&sa->my_id, &sa->local.addr);
}

void ike_v2_auth_id_body(const struct ike_id *id, struct ike_buf *body)
{
	ike_buf_u8(body, id->type);
	ike_buf_put(body, "\0\0\0", 3);
	ike_buf_put(body, id->value, id->len);
}

/* What was agreed upon before the identities were known must be what this one allows. */
static bool suite_fits(const struct ike_sa *sa, const struct ike_conf_conn *conn)
{
	struct ike_choice choice = { .suite = sa->suite, .number = 1 };
	struct ike_proposals agreed = { .count = 1 };

	ike_choice_proposal(&choice, ike_chunk(NULL, 0), &agreed.proposal[0]);
	return ike_proposals_choose(&agreed, &conn->proposals, true, &choice);
}

static bool fits(const struct ike_sa *sa, const struct ike_conf_conn *conn,
		 const struct ike_id *theirs, const struct ike_id *mine, uint8_t method)
{
	bool psk = conn->remote.auth == IKE_AUTH_CLASS_PSK;

	return ike_id_matches(theirs, &conn->remote.id) &&
	       (!mine || !conn->local.id.type || ike_id_matches(mine, &conn->local.id)) &&
	       psk == (method == IKE_AUTH_PSK) && suite_fits(sa, conn);
}

struct ike_conf_conn *ike_v2_auth_find_conn(const struct ike_sa *sa, const struct ike_id *theirs,
					    const struct ike_id *mine, uint8_t method)
{
	const struct ike_conf *conf = sa->daemon->conf;
	struct ike_conf_conn *conn = NULL;

	if (fits(sa, sa->conn, theirs, mine, method))
		return sa->conn;
	while (conf) {
		conn = ike_conf_find_conn(conf, &sa->local.addr, &sa->remote.addr, 2, conn);
		if (!conn || fits(sa, conn, theirs, mine, method))
			return conn;
	}
	return NULL;
}

/* The octets that one end's proof covers. */
static int octets_of(struct ike_sa *sa, bool own, struct ike_chunk id_body, struct ike_buf *octets)
{
	const struct ike_handshake *shake = sa->shake;
	bool by_initiator = own == sa->initiator;
	struct ike_chunk sk_p = ike_chunk(by_initiator ? sa->keys.pi : sa->keys.pr,
					  sa->keys.p_len);

	ike_buf_init(octets, 2 * IKE_MESSAGE_MAX);
	return ike_auth_octets(sa->suite.prf, ike_buf_chunk(own ? &shake->mine : &shake->theirs),
			       ike_nonce_chunk(by_initiator ? &shake->nr : &shake->ni), sk_p,
			       id_body, octets);
}

/* With whom the key is shared: before the peer has said who it is, as configured. */
static const struct ike_id *peer_for_secret(const struct ike_sa *sa, struct ike_id *addr)
{
	if (sa->peer_id.type)
		return &sa->peer_id;
	if (sa->conn->remote.id.type)
		return &sa->conn->remote.id;
	return ike_id_from_addr(addr, &sa->remote.addr) ? &sa->conn->remote.id : addr;
}

static int psk_proof(struct ike_sa *sa, struct ike_chunk octets, uint8_t *out)
{
	const struct ike_conf_secret *secret = NULL;
	struct ike_id addr = {};

	if (sa->daemon->conf)
		secret = ike_conf_find_secret(sa->daemon->conf, &sa->my_id,
					      peer_for_secret(sa, &addr));
	if (!secret) {
		ike_explain_psk(sa, true);
		return -1;
	}
	return ike_auth_psk(sa->suite.prf, ike_chunk(secret->secret, secret->len), octets, out);
}

static int psk_put(struct ike_sa *sa, struct ike_chunk octets, struct ike_writer *w)
{
	uint8_t proof[IKE_PRF_MAX];

	if (psk_proof(sa, octets, proof))
		return -1;
	ike_put_auth(w, IKE_AUTH_PSK, ike_chunk(proof, ike_prf_len(sa->suite.prf)));
	OPENSSL_cleanse(proof, sizeof(proof));
	return 0;
}

int ike_v2_auth_put(struct ike_sa *sa, struct ike_writer *w)
{
	bool psk = sa->conn->local.auth == IKE_AUTH_CLASS_PSK;
	struct ike_buf id_body, octets;
	int rc;

	ike_put_id(w, sa->initiator ? IKE_P_IDI : IKE_P_IDR, sa->my_id.type,
		   ike_chunk(sa->my_id.value, sa->my_id.len));
	if (!psk)
		ike_v2_cert_put(sa, w);
	if (sa->initiator) {
		ike_v2_auth_put_certreq(sa, w);
		if (sa->conn->remote.id.type)
			ike_put_id(w, IKE_P_IDR, sa->conn->remote.id.type,
				   ike_chunk(sa->conn->remote.id.value, sa->conn->remote.id.len));
	}
	ike_buf_init(&id_body, IKE_ID_MAX + 4);
	ike_v2_auth_id_body(&sa->my_id, &id_body);
	rc = octets_of(sa, true, ike_buf_chunk(&id_body), &octets);
	if (!rc)
		rc = psk ? psk_put(sa, ike_buf_chunk(&octets), w) :
			   ike_v2_cert_sign(sa, ike_buf_chunk(&octets), w);
	ike_buf_free(&octets);
	ike_buf_free(&id_body);
	return rc;
}

static int psk_check(struct ike_sa *sa, const struct ike_auth_body *auth, struct ike_chunk octets)
{
	uint8_t proof[IKE_PRF_MAX];
	bool same;

	if (psk_proof(sa, octets, proof))
		return -1;
	same = ike_chunk_equal_secret(auth->value, ike_chunk(proof, ike_prf_len(sa->suite.prf)));
	OPENSSL_cleanse(proof, sizeof(proof));
	if (same)
		return 0;
	ike_explain_psk(sa, false);
	return -1;
}

int ike_v2_auth_check(struct ike_sa *sa, const struct ike_payloads *in, struct ike_chunk id_body)
{
	const struct ike_payload *payload = ike_payload_find(in, IKE_P_AUTH);
	bool psk = sa->conn->remote.auth == IKE_AUTH_CLASS_PSK;
	struct ike_auth_body auth;
	struct ike_buf octets;
	int rc;

	if (!payload || ike_auth_parse(payload->body, &auth))
		return -1;
	if (auth.method == IKE_AUTH_PSK ? !psk : psk) {
		ike_explain_ids(sa, &sa->peer_id, NULL, auth.method);
		return -1;
	}
	rc = octets_of(sa, false, id_body, &octets);
	if (!rc)
		rc = psk ? psk_check(sa, &auth, ike_buf_chunk(&octets)) :
			   ike_v2_cert_check(sa, in, &auth, ike_buf_chunk(&octets));
	ike_buf_free(&octets);
	return rc;
}
