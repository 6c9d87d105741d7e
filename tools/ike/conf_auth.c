// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * local { } and remote { } of a connection.
 */
#include <string.h>

#include "conf_read.h"

static int take_list(struct ike_reading *reading, const char *dir, const char *value,
		     struct ike_cert_list *list)
{
	char item[IKE_CONF_ITEM_MAX];
	int found;

	ike_cert_list_free(list);
	while ((found = ike_list_next(&value, item, reading->err)) > 0) {
		if (ike_load_cert(reading, dir, item, list))
			return -1;
	}
	return found;
}

static int take_certs(struct ike_reading *reading, const struct ike_conf_word *word,
		      const struct ike_tree_key *key, void *to)
{
	(void)word;
	return take_list(reading, "x509", key->value, to);
}

static int take_cacerts(struct ike_reading *reading, const struct ike_conf_word *word,
			const struct ike_tree_key *key, void *to)
{
	(void)word;
	return take_list(reading, "x509ca", key->value, to);
}

static const struct ike_conf_choice classes[] = {
	{ "psk", IKE_AUTH_CLASS_PSK },
	{ "pubkey", IKE_AUTH_CLASS_PUBKEY },
	{ }
};

#define FIELD(field) .at = offsetof(struct ike_conf_auth, field)

static const struct ike_conf_word local_keys[] = {
	{ .name = "auth", .take = ike_take_enum, FIELD(auth), .choices = classes },
	{ .name = "id", .take = ike_take_id, FIELD(id) },
	{ .name = "certs", .take = take_certs, FIELD(certs) },
	{ .name = "aaa_id" },
	{ .name = "eap_id" },
	{ .name = "pubkeys" },
	{ .name = "round", .only = "0" },
	{ .name = "xauth_id" },
	{ }
};

static const struct ike_conf_word remote_keys[] = {
	{ .name = "auth", .take = ike_take_enum, FIELD(auth), .choices = classes },
	{ .name = "id", .take = ike_take_id, FIELD(id) },
	{ .name = "certs", .take = take_certs, FIELD(certs) },
	{ .name = "cacerts", .take = take_cacerts, FIELD(cacerts) },
	{ .name = "ca_id" },
	{ .name = "cert_policy" },
	{ .name = "eap_id" },
	{ .name = "groups" },
	{ .name = "pubkeys" },
	{ .name = "revocation" },
	{ .name = "round", .only = "0" },
	{ }
};

static const char * const no_sections[] = { NULL };
static const char * const lacks[] = { "cert*", "cacert*", NULL };

static const struct ike_conf_words local_words = {
	.keys = local_keys,
	.sections = no_sections,
	.lacks = lacks,
};

static const struct ike_conf_words remote_words = {
	.keys = remote_keys,
	.sections = no_sections,
	.lacks = lacks,
};

/* The one whose name begins so: more rounds than one there cannot be. */
static const struct ike_tree_section *find_round(struct ike_reading *reading,
						 const struct ike_tree_section *conn,
						 const char *word, const char *name)
{
	const struct ike_tree_section *section, *found = NULL;

	for (section = conn->sections; section; section = section->next) {
		if (!ike_word_is(section->name, word))
			continue;
		if (found) {
			ike_conf_fail(reading, section, NULL,
				      "this version can do one round of authentication; the first is in line %u",
				      found->place.line);
			return NULL;
		}
		found = section;
	}
	if (!found)
		ike_conf_fail(reading, conn, NULL,
			      "there is no %s { }, which says auth and id or certificates", name);
	return found;
}

static int read_auth(struct ike_reading *reading, const struct ike_tree_section *section,
		     const struct ike_conf_words *words, struct ike_conf_auth *auth)
{
	auth->place = section->place;
	auth->auth = IKE_AUTH_CLASS_PUBKEY;
	return ike_words_read(reading, section, words, auth);
}

static int check_cert(struct ike_reading *reading, const struct ike_tree_section *section,
		      const struct ike_conf_auth *auth, const struct ike_cert *cert)
{
	char subject[256] = "?", id[256];
	struct ike_id dn;

	if (!ike_cert_subject(cert, &dn))
		ike_id_print(&dn, subject, sizeof(subject));
	if (!ike_conf_find_key(reading->conf, cert))
		return ike_conf_fail(reading, section, "certs",
				     "no private key in private/, rsa/, ecdsa/ or pkcs8/ fits the certificate of '%s'",
				     subject);
	if (!auth->id.type || ike_cert_has_id(cert, &auth->id))
		return 0;
	return ike_conf_fail(reading, section, "id",
			     "'%s' is not in the certificate of '%s', neither as its subject nor as another name",
			     ike_id_print(&auth->id, id, sizeof(id)), subject);
}

static int check_local(struct ike_reading *reading, const struct ike_tree_section *section,
		       const struct ike_conf_auth *auth)
{
	unsigned int i;

	if (auth->auth != IKE_AUTH_CLASS_PUBKEY)
		return 0;
	if (!auth->certs.count)
		return ike_conf_fail(reading, section, "auth",
				     "pubkey wants a certificate; expected certs = FILE, or auth = psk");
	for (i = 0; i < auth->certs.count; i++) {
		if (check_cert(reading, section, auth, auth->certs.cert[i]))
			return -1;
	}
	return 0;
}

static int check_remote(struct ike_reading *reading, const struct ike_tree_section *section,
			const struct ike_conf_auth *auth)
{
	if (auth->auth != IKE_AUTH_CLASS_PUBKEY || auth->certs.count || auth->cacerts.count ||
	    reading->conf->anchors.count)
		return 0;
	return ike_conf_fail(reading, section, "auth",
			     "pubkey wants somebody to trust; expected cacerts = FILE, certs = FILE, an authority in x509ca/, or auth = psk");
}

static bool is_one(const struct ike_id *id)
{
	return id->type && !memchr(id->value, '*', id->len);
}

/* Whom an id with wildcards will turn out to be is only known when the peer is there. */
static int check_psk(struct ike_reading *reading, const struct ike_tree_section *section,
		     const struct ike_conf_conn *conn)
{
	const struct ike_id *mine = &conn->local.id, *theirs = &conn->remote.id;
	char ours[256], peer[256];

	if (!reading->conf->secrets)
		return ike_conf_fail(reading, section, "auth",
				     "psk wants a secret; expected secrets { ike { secret = ... } }");
	if (!is_one(mine) || !is_one(theirs) || ike_conf_find_secret(reading->conf, mine, theirs))
		return 0;
	return ike_conf_fail(reading, section, "auth",
			     "psk wants a secret, and none in secrets { } is for '%s' and '%s'",
			     ike_id_print(mine, ours, sizeof(ours)),
			     ike_id_print(theirs, peer, sizeof(peer)));
}

int ike_read_auths(struct ike_reading *reading, const struct ike_tree_section *section,
		   struct ike_conf_conn *conn)
{
	const struct ike_tree_section *local = find_round(reading, section, "local*", "local");
	const struct ike_tree_section *remote;

	if (!local)
		return -1;
	remote = find_round(reading, section, "remote*", "remote");
	if (!remote || read_auth(reading, local, &local_words, &conn->local) ||
	    read_auth(reading, remote, &remote_words, &conn->remote))
		return -1;
	if (conn->local.auth == IKE_AUTH_CLASS_PSK && check_psk(reading, local, conn))
		return -1;
	if (conn->remote.auth == IKE_AUTH_CLASS_PSK && check_psk(reading, remote, conn))
		return -1;
	return check_local(reading, local, &conn->local) ||
	       check_remote(reading, remote, &conn->remote) ? -1 : 0;
}

void ike_conf_auth_free(struct ike_conf_auth *auth)
{
	ike_cert_list_free(&auth->certs);
	ike_cert_list_free(&auth->cacerts);
}
