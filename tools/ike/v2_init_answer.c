// SPDX-License-Identifier: GPL-2.0-or-later
/* IKE_SA_INIT, the responder's side (RFC 7296 sections 1.2, 2.1, 2.6, 2.7). */
#include <stdlib.h>
#include <string.h>

#include "v2.h"

/* One request, taken apart. */
struct request {
	const struct ike_hdr *hdr;
	struct ike_chunk message;
	const struct ike_payloads *in;
	const struct ike_endpoint *local;
	const struct ike_endpoint *remote;
	struct ike_proposals proposals;
	struct ike_ke_body ke;
	struct ike_chunk nonce;
	uint8_t digest[IKE_PRF_MAX];
	unsigned int source;
};

static void refuse(struct ike_daemon *daemon, const struct request *req, uint16_t type,
		   struct ike_chunk data)
{
	ike_v2_answer_clear(daemon, req->hdr, IKE_SA_INIT, type, data, req->local, req->remote);
}

static enum ike_bad parse(struct request *req)
{
	enum ike_bad bad = ike_rules_check(ike_v2_init_rules, req->in);

	if (!bad)
		bad = ike_proposals_parse(ike_payload_find(req->in, IKE_P_SA)->body,
					  &req->proposals);
	if (!bad)
		bad = ike_ke_parse(ike_payload_find(req->in, IKE_P_KE)->body, &req->ke);
	if (bad)
		return bad;
	req->nonce = ike_payload_find(req->in, IKE_P_NONCE)->body;
	return ike_nonce_parse(req->nonce);
}

/* Under load, first come those who can receive at their address. */
static bool cookie_missing(struct ike_daemon *daemon, const struct request *req)
{
	uint8_t cookie[1 + IKE_PRF_MAX];
	struct ike_notify_body notify;

	if (!ike_table_wants_cookie(daemon->sas, req->source))
		return false;
	if (ike_notify_find(req->in, IKE_N_COOKIE, &notify) &&
	    ike_v2_cookie_good(daemon->sas, req->hdr, req->nonce, &req->remote->addr, notify.data))
		return false;
	if (!ike_v2_cookie_make(daemon->sas, req->hdr, req->nonce, &req->remote->addr, cookie))
		refuse(daemon, req, IKE_N_COOKIE, ike_chunk(cookie, IKE_COOKIE_LEN));
	return true;
}

/* The first connection for these addresses whose proposals have something in common. */
static struct ike_conf_conn *choose(struct ike_daemon *daemon, const struct request *req,
				    struct ike_choice *choice)
{
	struct ike_conf_conn *conn = NULL, *first = NULL;

	while (daemon->conf) {
		conn = ike_conf_find_conn(daemon->conf, &req->local->addr, &req->remote->addr, 2,
					  conn);
		if (!conn)
			break;
		if (!first)
			first = conn;
		if (ike_proposals_choose(&req->proposals, &conn->proposals, true, choice))
			return conn;
	}
	if (first)
		ike_explain_no_ike_proposal(first, req->remote, &req->proposals);
	else
		ike_explain_no_conn(req->local, req->remote);
	return NULL;
}

static struct ike_sa *make(struct ike_daemon *daemon, struct ike_conf_conn *conn,
			   const struct request *req, const struct ike_choice *choice)
{
	struct ike_sa *sa = ike_sa_new(daemon, conn, req->local, req->remote);

	if (!sa)
		return NULL;
	sa->state = IKE_SA_HALF_OPEN;
	memcpy(sa->spi_i, req->hdr->spi_i, sizeof(sa->spi_i));
	ike_table_spi(daemon->sas, sa->spi_r);
	memcpy(sa->digest, req->digest, sizeof(sa->digest));
	sa->suite = choice->suite;
	sa->shake = ike_v2_shake_new();
	ike_table_half_open_begin(daemon->sas, sa, req->source);
	ike_table_enter(daemon->sas, sa);
	return sa;
}

static enum ike_bad agree(struct ike_sa *sa, const struct request *req)
{
	struct ike_handshake *shake = sa->shake;

	if (!shake)
		return IKE_BAD_NO_MEMORY;
	shake->group = req->ke.group;
	shake->dh = ike_dh_new(shake->group);
	ike_buf_chunk_put(&shake->theirs, req->message);
	if (!shake->dh || shake->theirs.full)
		return IKE_BAD_NO_MEMORY;
	if (!ike_nonce_take(&shake->ni, req->nonce))
		return IKE_BAD_NONCE;
	ike_nonce_make(&shake->nr);
	if (ike_v2_init_keys(sa, &req->ke))
		return IKE_BAD_KE;
	ike_v2_natd_take(sa, req->hdr, req->in, req->local, req->remote);
	ike_v2_init_take_hashes(shake, req->in);
	return IKE_GOOD;
}

static enum ike_bad respond(struct ike_sa *sa, const struct request *req,
			    const struct ike_choice *choice)
{
	struct ike_handshake *shake = sa->shake;
	struct ike_hdr hdr = {
		.major = 2, .exchange = IKE_SA_INIT, .flags = IKE_FLAG_RESPONSE,
	};
	struct ike_proposals answer = { .count = 1 };
	enum ike_bad bad = IKE_BAD_NO_MEMORY;
	struct ike_writer w;

	memcpy(hdr.spi_i, sa->spi_i, sizeof(hdr.spi_i));
	memcpy(hdr.spi_r, sa->spi_r, sizeof(hdr.spi_r));
	ike_choice_proposal(choice, ike_chunk(NULL, 0), &answer.proposal[0]);
	ike_writer_begin(&w, &hdr);
	ike_put_proposals(&w, &answer);
	ike_put_ke(&w, shake->group, ike_dh_public(shake->dh));
	ike_put_nonce(&w, ike_nonce_chunk(&shake->nr));
	ike_v2_natd_put(sa, &w);
	ike_v2_auth_put_certreq(sa, &w);
	ike_v2_init_put_hashes(&w);
	if (ike_writer_end(&w)) {
		ike_buf_chunk_put(&shake->mine, ike_buf_chunk(&w.buf));
		if (!shake->mine.full &&
		    !ike_xmit_respond_clear(sa, ike_buf_chunk(&w.buf), req->local, req->remote) &&
		    !ike_sa_timer(sa, &sa->end, IKE_HALF_OPEN_TIME))
			bad = IKE_GOOD;
	}
	ike_writer_free(&w);
	return bad;
}

static enum ike_bad begin(struct ike_daemon *daemon, const struct request *req)
{
	struct ike_conf_conn *conn;
	struct ike_choice choice;
	uint8_t group[2];
	struct ike_sa *sa;
	enum ike_bad bad;

	conn = choose(daemon, req, &choice);
	if (!conn) {
		if (ike_table_may_answer(daemon->sas))
			refuse(daemon, req, IKE_N_NO_PROPOSAL_CHOSEN, ike_chunk(NULL, 0));
		return IKE_BAD_PROPOSAL;
	}
	/* Section 1.2: the initiator has guessed wrong, and begins again. */
	if (req->ke.group != choice.suite.dh) {
		group[0] = choice.suite.dh >> 8;
		group[1] = choice.suite.dh;
		refuse(daemon, req, IKE_N_INVALID_KE_PAYLOAD, ike_chunk(group, sizeof(group)));
		return IKE_GOOD;
	}
	sa = make(daemon, conn, req, &choice);
	if (!sa)
		return IKE_BAD_NO_MEMORY;
	bad = agree(sa, req);
	if (!bad)
		bad = respond(sa, req, &choice);
	if (bad)
		ike_sa_kill(sa, ike_bad_name(bad));
	return bad;
}

enum ike_bad ike_v2_init_request(struct ike_daemon *daemon, const struct ike_hdr *hdr,
				 struct ike_chunk message, const struct ike_payloads *in,
				 const struct ike_endpoint *local,
				 const struct ike_endpoint *remote)
{
	struct request req = {
		.hdr = hdr, .message = message, .in = in, .local = local, .remote = remote,
	};
	struct ike_sa *sa;
	enum ike_bad bad;

	if (message.len > IKE_FIRST_MAX)
		return IKE_BAD_LIMIT;
	bad = parse(&req);
	if (bad)
		return bad;
	if (ike_table_digest(daemon->sas, &message, 1, req.digest))
		return IKE_BAD_NO_MEMORY;
	/* Section 2.1: the same again; answered again only as long as it was not gone on with. */
	sa = ike_table_find_request(daemon->sas, req.digest);
	if (sa) {
		if (sa->state == IKE_SA_HALF_OPEN)
			(void)daemon->edge->send(daemon->net, local, remote,
						 ike_buf_chunk(&sa->xmit.response));
		return IKE_GOOD;
	}
	req.source = ike_table_source(daemon->sas, &remote->addr);
	if (cookie_missing(daemon, &req))
		return IKE_GOOD;
	if (!ike_table_half_open_room(daemon->sas, req.source))
		return IKE_BAD_LIMIT;
	return begin(daemon, &req);
}
