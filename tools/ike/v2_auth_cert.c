// SPDX-License-Identifier: GPL-2.0-or-later
/* IKE_AUTH with signatures: RFC 7296 sections 2.15, 3.6 and 3.7, RFC 7427. */
#include <string.h>

#include "v2.h"

#define AUTHORITY_LEN	20
/* More are not named: a peer that finds none of its own may show its certificate all the same. */
#define AUTHORITIES_MAX	32

static const struct ike_cert_list *anchors_of_conn(const struct ike_daemon *daemon,
						   const struct ike_conf_conn *conn)
{
	static const struct ike_cert_list none;

	if (conn->remote.cacerts.count)
		return &conn->remote.cacerts;
	return daemon->conf ? &daemon->conf->anchors : &none;
}

static const struct ike_cert_list *anchors_of(const struct ike_sa *sa)
{
	return anchors_of_conn(sa->daemon, sa->conn);
}

struct names {
	unsigned int count;
	uint8_t name[AUTHORITIES_MAX][AUTHORITY_LEN];
};

static void add_name(struct names *names, const struct ike_cert *cert)
{
	uint8_t *name;
	unsigned int i;

	if (names->count == AUTHORITIES_MAX)
		return;
	name = names->name[names->count];
	ike_cert_authority(cert, name);
	for (i = 0; i < names->count; i++) {
		if (!memcmp(names->name[i], name, AUTHORITY_LEN))
			return;
	}
	names->count++;
}

static void add_names(struct names *names, const struct ike_sa *sa,
		      const struct ike_conf_conn *conn)
{
	const struct ike_cert_list *anchors = anchors_of_conn(sa->daemon, conn);
	unsigned int i;

	if (!conn->send_certreq || conn->remote.auth != IKE_AUTH_CLASS_PUBKEY)
		return;
	for (i = 0; i < anchors->count; i++)
		add_name(names, anchors->cert[i]);
}

/*
 * The responder asks before it knows who the peer is: it may turn out to be of
 * any connection for these addresses.
 */
void ike_v2_auth_put_certreq(const struct ike_sa *sa, struct ike_writer *w)
{
	struct ike_conf_conn *conn = NULL;
	struct names names = {};

	add_names(&names, sa, sa->conn);
	while (!sa->initiator && sa->daemon->conf && names.count < AUTHORITIES_MAX) {
		conn = ike_conf_find_conn(sa->daemon->conf, &sa->local.addr, &sa->remote.addr, 2,
					  conn);
		if (!conn)
			break;
		add_names(&names, sa, conn);
	}
	if (names.count)
		ike_put_cert(w, IKE_P_CERTREQ, IKE_CERT_X509_SIGNATURE,
			     ike_chunk(names.name, names.count * AUTHORITY_LEN));
}

/* Of our certificates the first whose private key is here. */
static const struct ike_cert *own_cert(const struct ike_sa *sa, const struct ike_key **key)
{
	const struct ike_cert_list *certs = &sa->conn->local.certs;
	unsigned int i;

	for (i = 0; i < certs->count && sa->daemon->conf; i++) {
		*key = ike_conf_find_key(sa->daemon->conf, certs->cert[i]);
		if (*key)
			return certs->cert[i];
	}
	ike_sa_log(sa, IKE_LOG_ERROR,
		   "there is no private key for any of 'certs' (%s:%u); put it beside them under private/",
		   sa->conn->local.place.file, sa->conn->local.place.line);
	return NULL;
}

/*
 * What leads from our certificate to the root: authorities that were loaded for
 * ourselves, too. The peer need not have more than the root.
 */
static void put_chain(const struct ike_sa *sa, const struct ike_cert *cert, struct ike_writer *w)
{
	const struct ike_cert_list *lists[] = { &sa->daemon->conf->anchors,
						&sa->conn->remote.cacerts };
	const struct ike_cert *issuer = cert;
	unsigned int sent, i;

	for (sent = 1; issuer && sent < IKE_CERTS_MAX; sent++) {
		cert = issuer;
		issuer = NULL;
		for (i = 0; i < ARRAY_SIZE(lists) && !issuer; i++)
			issuer = ike_cert_issuer(cert, lists[i]);
		if (issuer)
			ike_put_cert(w, IKE_P_CERT, IKE_CERT_X509_SIGNATURE, ike_cert_der(issuer));
	}
}

/* The one that signs comes first (section 1.2). */
void ike_v2_cert_put(const struct ike_sa *sa, struct ike_writer *w)
{
	const struct ike_conf_conn *conn = sa->conn;
	const struct ike_key *key;
	const struct ike_cert *own;

	if (conn->send_cert_never || (!conn->send_cert_always && !sa->shake->certreq))
		return;
	own = own_cert(sa, &key);
	if (!own)
		return;
	ike_put_cert(w, IKE_P_CERT, IKE_CERT_X509_SIGNATURE, ike_cert_der(own));
	put_chain(sa, own, w);
}

int ike_v2_cert_sign(const struct ike_sa *sa, struct ike_chunk octets, struct ike_writer *w)
{
	uint8_t method = IKE_AUTH_SIGNATURE;
	const struct ike_key *key;
	struct ike_buf signature;
	int rc;

	if (!own_cert(sa, &key))
		return -1;
	ike_buf_init(&signature, IKE_MESSAGE_MAX);
	if (sa->shake->hashes)
		rc = ike_sign(key, sa->shake->hashes, false, octets, &signature);
	else
		rc = ike_sign_old(key, &method, octets, &signature);
	if (!rc && !signature.full)
		ike_put_auth(w, method, ike_buf_chunk(&signature));
	else
		ike_sa_log(sa, IKE_LOG_ERROR,
			   "our key cannot sign in a way that the peer takes: %s",
			   sa->shake->hashes ? "none of its hash algorithms suits the key" :
					       "it does not know RFC 7427");
	if (signature.full)
		rc = -1;
	ike_buf_free(&signature);
	return rc;
}

static void take_certs(const struct ike_payloads *in, struct ike_cert_list *certs)
{
	const struct ike_payload *at = ike_payload_find(in, IKE_P_CERT);
	struct ike_cert_body body;

	for (; at && certs->count < IKE_CERTS_MAX; at = ike_payload_next(in, at)) {
		if (ike_cert_parse(at->body, &body) || body.encoding != IKE_CERT_X509_SIGNATURE)
			continue;
		certs->cert[certs->count] = ike_cert_parse_der(body.value);
		if (certs->cert[certs->count])
			certs->count++;
	}
}

/* One that the configuration names is trusted as it stands; of others, there must be a path. */
static const struct ike_cert *find_pinned(const struct ike_sa *sa, const struct ike_cert *leaf)
{
	const struct ike_cert_list *pinned = &sa->conn->remote.certs;
	unsigned int i;

	for (i = 0; i < pinned->count; i++) {
		if (leaf ? ike_cert_equal(pinned->cert[i], leaf) :
			   ike_cert_has_id(pinned->cert[i], &sa->peer_id))
			return pinned->cert[i];
	}
	return NULL;
}

static int trust(const struct ike_sa *sa, const struct ike_cert *leaf,
		 const struct ike_cert_list *certs, struct espah_err *err)
{
	const struct ike_conf_auth *remote = &sa->conn->remote;
	char id[IKE_ID_MAX];

	if (!ike_cert_has_id(leaf, &sa->peer_id))
		return espah_err_usage(err, "its certificate is not for the identity '%s'",
				       ike_id_print(&sa->peer_id, id, sizeof(id)));
	if (find_pinned(sa, leaf))
		return 0;
	if (remote->certs.count)
		return espah_err_usage(err, "its certificate is none of 'certs' (%s:%u)",
				       remote->place.file, remote->place.line);
	if (!anchors_of(sa)->count)
		return espah_err_usage(err, "no authority is trusted: set 'cacerts' (%s:%u)",
				       remote->place.file, remote->place.line);
	return ike_cert_verify(leaf, certs, anchors_of(sa), err);
}

static int check(const struct ike_sa *sa, const struct ike_cert_list *certs,
		 const struct ike_auth_body *auth, struct ike_chunk octets, struct espah_err *err)
{
	const struct ike_cert *leaf = certs->count ? certs->cert[0] : find_pinned(sa, NULL);

	/* RFC 7427 section 3: where both ends know the new form, it is the only one. */
	if (sa->shake->hashes && auth->method != IKE_AUTH_SIGNATURE)
		return espah_err_usage(err, "it signs by method %u though it knows RFC 7427",
				       auth->method);
	if (!leaf)
		return espah_err_usage(err,
				       "it sent no certificate, and 'certs' (%s:%u) has none for it",
				       sa->conn->remote.place.file, sa->conn->remote.place.line);
	if (trust(sa, leaf, certs, err))
		return -1;
	return ike_verify(leaf, auth->method, octets, auth->value, err);
}

int ike_v2_cert_check(const struct ike_sa *sa, const struct ike_payloads *in,
		      const struct ike_auth_body *auth, struct ike_chunk octets)
{
	struct ike_cert_list certs = {};
	struct espah_err err = {};
	char id[IKE_ID_MAX];
	int rc;

	take_certs(in, &certs);
	rc = check(sa, &certs, auth, octets, &err);
	if (rc)
		ike_sa_log(sa, IKE_LOG_ERROR,
			   "AUTHENTICATION_FAILED: the peer does not prove that it is '%s': %s (remote, %s:%u)",
			   ike_id_print(&sa->peer_id, id, sizeof(id)), err.text,
			   sa->conn->remote.place.file, sa->conn->remote.place.line);
	while (certs.count)
		ike_cert_free(certs.cert[--certs.count]);
	return rc;
}
