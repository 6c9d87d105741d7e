// SPDX-License-Identifier: GPL-2.0-or-later
/* IKE_SA_INIT, the initiator's side, and what both sides have in common (RFC 7296 section 1.2). */
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"
#include "v2.h"

/* Each forged cookie makes two messages (section 2.6): not for ever. */
#define COOKIES_MAX	4
#define GROUPS_MAX	4

const struct ike_rule ike_v2_init_rules[] = {
	{ IKE_P_SA, 1, 1 },
	{ IKE_P_KE, 1, 1 },
	{ IKE_P_NONCE, 1, 1 },
	{ IKE_P_CERTREQ, 0, 8 },
	{}
};

/* RFC 7427 section 4: what we can check. SHA-1 is not among them. */
void ike_v2_init_put_hashes(struct ike_writer *w)
{
	static const uint16_t hashes[] = {
		IKE_HASH_SHA2_256, IKE_HASH_SHA2_384, IKE_HASH_SHA2_512, IKE_HASH_IDENTITY,
	};
	uint8_t data[2 * ARRAY_SIZE(hashes)];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(hashes); i++) {
		data[2 * i] = hashes[i] >> 8;
		data[2 * i + 1] = hashes[i];
	}
	ike_put_notify(w, IKE_PROTO_NONE, ike_chunk(NULL, 0), IKE_N_SIGNATURE_HASH_ALGORITHMS,
		       ike_chunk(data, sizeof(data)));
}

void ike_v2_init_take_hashes(struct ike_handshake *shake, const struct ike_payloads *in)
{
	struct ike_notify_body notify;
	uint16_t hash;
	size_t i;

	shake->hashes = 0;
	if (!ike_notify_find(in, IKE_N_SIGNATURE_HASH_ALGORITHMS, &notify))
		return;
	for (i = 0; i + 2 <= notify.data.len; i += 2) {
		hash = ike_get_u16(notify.data.p + i);
		if (hash < 32)
			shake->hashes |= UINT32_C(1) << hash;
	}
}

struct ike_handshake *ike_v2_shake_new(void)
{
	struct ike_handshake *shake = calloc(1, sizeof(*shake));

	if (!shake)
		return NULL;
	ike_buf_init(&shake->mine, IKE_MESSAGE_MAX);
	ike_buf_init(&shake->theirs, IKE_MESSAGE_MAX);
	return shake;
}

/* The secret of both key pairs, and all keys that come from it. */
int ike_v2_init_keys(struct ike_sa *sa, const struct ike_ke_body *ke)
{
	struct ike_handshake *shake = sa->shake;
	uint8_t shared[IKE_DH_MAX];
	struct ike_kdf_input input = {
		.ni	= ike_nonce_chunk(&shake->ni),
		.nr	= ike_nonce_chunk(&shake->nr),
		.spi_i	= sa->spi_i,
		.spi_r	= sa->spi_r,
	};
	int len, rc = -1;

	len = ike_dh_shared(shake->dh, ke->value, shared);
	if (len > 0) {
		input.shared = ike_chunk(shared, len);
		rc = ike_keys_derive(&sa->keys, &sa->suite, &input, 0, NULL);
	}
	OPENSSL_cleanse(shared, sizeof(shared));
	if (rc)
		ike_keys_wipe(&sa->keys);
	return rc;
}

static int set_group(struct ike_handshake *shake, uint16_t group)
{
	ike_dh_free(shake->dh);
	shake->dh = ike_dh_new(group);
	shake->group = group;
	return shake->dh ? 0 : -1;
}

static int endpoints(const struct ike_daemon *daemon, const struct ike_conf_conn *conn,
		     struct ike_endpoint *local, struct ike_endpoint *remote,
		     struct espah_err *err)
{
	const struct espah_addr *there = ike_conf_one_addr(conn->remote_addr, conn->remotes);
	const struct espah_addr *here = ike_conf_one_addr(conn->local_addr, conn->locals);

	if (!there)
		return espah_err_usage(err,
				       "%s:%u: connection '%s' has no single remote_addrs to begin with",
				       conn->place.file, conn->place.line, conn->name);
	remote->addr = *there;
	remote->port = conn->remote_port ? conn->remote_port : IKE_PORT;
	local->addr = here ? *here : daemon->edge->source(there);
	if (!local->addr.family)
		return espah_err_kernel(err, 0, "there is no route to the peer of connection '%s'",
					conn->name);
	local->port = conn->local_port == IKE_PORT_NAT ? daemon->edge->nat_port(daemon->net) :
							 daemon->edge->port(daemon->net);
	return 0;
}

struct ike_sa *ike_v2_begin(struct ike_daemon *daemon, struct ike_conf_conn *conn,
			    struct espah_err *err)
{
	struct ike_endpoint local, remote;
	uint16_t group;
	struct ike_sa *sa;

	if (endpoints(daemon, conn, &local, &remote, err))
		return NULL;
	if (!ike_proposals_groups(&conn->proposals, &group, 1)) {
		espah_err_usage(err, "%s:%u: 'proposals' of connection '%s' has no group",
				conn->proposals_place.file, conn->proposals_place.line, conn->name);
		return NULL;
	}
	if (daemon->sas->count >= IKE_SAS_MAX) {
		espah_err_kernel(err, 0, "there are %u IKE SAs already", daemon->sas->count);
		return NULL;
	}
	sa = ike_sa_new(daemon, conn, &local, &remote);
	if (!sa)
		goto no_memory;
	sa->initiator = true;
	sa->state = IKE_SA_CONNECTING;
	ike_table_spi(daemon->sas, sa->spi_i);
	sa->shake = ike_v2_shake_new();
	if (!sa->shake || set_group(sa->shake, group)) {
		ike_sa_free(sa);
		goto no_memory;
	}
	ike_nonce_make(&sa->shake->ni);
	ike_table_enter(daemon->sas, sa);
	if (!ike_task_add(sa, &ike_v2_task_init) || !ike_task_add(sa, &ike_v2_task_auth)) {
		ike_sa_kill(sa, "no memory");
		goto no_memory;
	}
	return sa;

no_memory:
	espah_err_kernel(err, 0, "no memory for an IKE SA");
	return NULL;
}

/* What is asked for changes; SPI, nonce and proposals stay (sections 2.6, 2.7). */
static int send_init(struct ike_sa *sa)
{
	struct ike_handshake *shake = sa->shake;
	struct ike_hdr hdr = {
		.major = 2, .exchange = IKE_SA_INIT, .flags = IKE_FLAG_INITIATOR,
	};
	struct ike_writer w;
	int rc = -1;

	memcpy(hdr.spi_i, sa->spi_i, sizeof(hdr.spi_i));
	ike_writer_begin(&w, &hdr);
	if (shake->cookie_len)
		ike_put_notify(&w, IKE_PROTO_NONE, ike_chunk(NULL, 0), IKE_N_COOKIE,
			       ike_chunk(shake->cookie, shake->cookie_len));
	ike_put_proposals(&w, &sa->conn->proposals);
	ike_put_ke(&w, shake->group, ike_dh_public(shake->dh));
	ike_put_nonce(&w, ike_nonce_chunk(&shake->ni));
	ike_v2_natd_put(sa, &w);
	ike_v2_init_put_hashes(&w);
	if (ike_writer_end(&w)) {
		ike_buf_free(&shake->mine);
		ike_buf_init(&shake->mine, IKE_MESSAGE_MAX);
		ike_buf_chunk_put(&shake->mine, ike_buf_chunk(&w.buf));
		rc = shake->mine.full ? -1 : ike_xmit_request_clear(sa, ike_buf_chunk(&w.buf));
	}
	ike_writer_free(&w);
	return rc;
}

static int build_init(struct ike_sa *sa, struct ike_task *task, struct ike_writer *w)
{
	char local[IKE_ENDPOINT_STRLEN], remote[IKE_ENDPOINT_STRLEN];

	(void)task;
	(void)w;
	ike_sa_log(sa, IKE_LOG_INFO, "begins from %s to %s",
		   ike_endpoint_print(&sa->local, local, sizeof(local)),
		   ike_endpoint_print(&sa->remote, remote, sizeof(remote)));
	return send_init(sa) ? IKE_TASK_FAILED : IKE_TASK_SENT;
}

/* Unprotected responses are not taken by way of the queue: see ike_v2_init_response(). */
static void handle_init(struct ike_sa *sa, struct ike_task *task, const struct ike_payloads *in)
{
	(void)in;
	ike_task_free(sa, task, NULL);
}

const struct ike_task_kind ike_v2_task_init = {
	.name		= "begin an IKE SA",
	.exchange	= IKE_SA_INIT,
	.build		= build_init,
	.handle		= handle_init,
};

static enum ike_bad take_cookie(struct ike_sa *sa, struct ike_chunk cookie)
{
	struct ike_handshake *shake = sa->shake;

	if (!cookie.len || cookie.len > sizeof(shake->cookie) ||
	    shake->cookies_seen++ >= COOKIES_MAX)
		return IKE_BAD_COOKIE;
	memcpy(shake->cookie, cookie.p, cookie.len);
	shake->cookie_len = cookie.len;
	ike_sa_log(sa, IKE_LOG_DEBUG, "the peer asks for a cookie");
	return send_init(sa) ? IKE_BAD_NO_MEMORY : IKE_GOOD;
}

static enum ike_bad take_group(struct ike_sa *sa, struct ike_chunk data)
{
	struct ike_handshake *shake = sa->shake;
	uint16_t group;

	if (data.len != 2)
		return IKE_BAD_BODY_VALUE;
	group = ike_get_u16(data.p);
	if (group == shake->group || !ike_proposals_have_dh(&sa->conn->proposals, group)) {
		ike_sa_log(sa, IKE_LOG_WARNING,
			   "the peer asks for Diffie-Hellman group %u, which is not in 'proposals' (%s:%u)",
			   group, sa->conn->proposals_place.file, sa->conn->proposals_place.line);
		return IKE_BAD_KE;
	}
	if (shake->groups_tried++ >= GROUPS_MAX)
		return IKE_BAD_KE;
	if (set_group(shake, group))
		return IKE_BAD_NO_MEMORY;
	ike_sa_log(sa, IKE_LOG_DEBUG, "the peer asks for Diffie-Hellman group %u", group);
	return send_init(sa) ? IKE_BAD_NO_MEMORY : IKE_GOOD;
}

static enum ike_bad take_refusal(struct ike_sa *sa, uint16_t type)
{
	if (!sa->shake->refusal) {
		sa->shake->refusal = type;
		sa->shake->refused_at = ike_sa_now(sa);
		ike_explain_refused(sa, type, "IKE", &sa->conn->proposals,
				    &sa->conn->proposals_place);
	}
	return IKE_GOOD;
}

/* Nothing of it is believed until IKE_AUTH: what does not fit is dropped, not acted upon. */
static enum ike_bad take_response(struct ike_sa *sa, const struct ike_hdr *hdr,
				  struct ike_chunk message, const struct ike_payloads *in)
{
	struct ike_handshake *shake = sa->shake;
	struct ike_proposals answer;
	struct ike_choice choice;
	struct ike_ke_body ke;
	enum ike_bad bad;

	bad = ike_rules_check(ike_v2_init_rules, in);
	if (!bad)
		bad = ike_proposals_parse(ike_payload_find(in, IKE_P_SA)->body, &answer);
	if (!bad)
		bad = ike_ke_parse(ike_payload_find(in, IKE_P_KE)->body, &ke);
	if (bad)
		return bad;
	if (!ike_get_u64(hdr->spi_r))
		return IKE_BAD_SPI;
	if (!ike_proposals_accept(&answer, &sa->conn->proposals, true, &choice))
		return IKE_BAD_PROPOSAL;
	if (choice.suite.dh != shake->group || ke.group != shake->group)
		return IKE_BAD_KE;
	if (!ike_nonce_take(&shake->nr, ike_payload_find(in, IKE_P_NONCE)->body))
		return IKE_BAD_NONCE;
	sa->suite = choice.suite;
	memcpy(sa->spi_r, hdr->spi_r, sizeof(sa->spi_r));
	if (ike_v2_init_keys(sa, &ke))
		return IKE_BAD_KE;
	ike_buf_chunk_put(&shake->theirs, message);
	return shake->theirs.full ? IKE_BAD_NO_MEMORY : IKE_GOOD;
}

enum ike_bad ike_v2_init_response(struct ike_sa *sa, const struct ike_hdr *hdr,
				  struct ike_chunk message, const struct ike_payloads *in,
				  const struct ike_endpoint *local,
				  const struct ike_endpoint *remote)
{
	struct ike_task *task = ike_task_current(sa);
	struct ike_notify_body notify;
	enum ike_bad bad;
	uint16_t type;

	if (!task || task->kind != &ike_v2_task_init)
		return IKE_BAD_MESSAGE_ID;
	if (ike_notify_find(in, IKE_N_COOKIE, &notify))
		return take_cookie(sa, notify.data);
	if (ike_notify_find(in, IKE_N_INVALID_KE_PAYLOAD, &notify))
		return take_group(sa, notify.data);
	type = ike_v2_error_of(in);
	if (type)
		return take_refusal(sa, type);
	bad = take_response(sa, hdr, message, in);
	if (bad) {
		memset(sa->spi_r, 0, sizeof(sa->spi_r));
		return bad;
	}
	ike_v2_natd_take(sa, hdr, in, local, remote);
	ike_v2_init_take_hashes(sa->shake, in);
	sa->shake->certreq = ike_payload_find(in, IKE_P_CERTREQ);
	/* A refusal before it was another's, and says nothing of IKE_AUTH (section 2.21.1). */
	sa->shake->refusal = 0;
	ike_tasks_done(sa);
	return IKE_GOOD;
}
