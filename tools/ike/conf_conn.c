// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * connections { NAME { } }
 */
#include <stdlib.h>
#include <string.h>

#include "../lib/addr.h"
#include "conf_read.h"

#define REKEY_TIME	(4 * 60 * 60)

struct addrs {
	unsigned int *count;
	struct espah_range *range;
	unsigned int max;
};

static int take_range(struct addrs *addrs, const char *item, struct espah_err *err)
{
	struct espah_range *range = &addrs->range[*addrs->count];

	if (*addrs->count == addrs->max)
		return espah_err_usage(err, "more than %u addresses", addrs->max);
	++*addrs->count;
	if (!strcmp(item, "%any4") || !strcmp(item, "%any6")) {
		espah_range_any(range, strcmp(item, "%any4") ? AF_INET6 : AF_INET);
		return 0;
	}
	if (!espah_range_parse(range, item, err))
		return 0;
	espah_err_append(err, "; names are not looked up");
	return -1;
}

/* Any one among them makes all of them any. */
static int take_addrs(struct addrs *addrs, const char *value, struct espah_err *err)
{
	char item[IKE_CONF_ITEM_MAX];
	bool any = false;
	int found;

	*addrs->count = 0;
	while ((found = ike_list_next(&value, item, err)) > 0) {
		if (!strcmp(item, "%any"))
			any = true;
		else if (take_range(addrs, item, err))
			return -1;
		else if (!addrs->range[*addrs->count - 1].min.family)
			any = true;
	}
	if (any)
		*addrs->count = 0;
	return found;
}

static int take_locals(struct ike_reading *reading, const struct ike_conf_word *word,
		       const struct ike_tree_key *key, void *to)
{
	struct ike_conf_conn *conn = to;
	struct addrs addrs = {
		&conn->locals, conn->local_addr, ARRAY_SIZE(conn->local_addr)
	};

	(void)word;
	return take_addrs(&addrs, key->value, reading->err);
}

static int take_remotes(struct ike_reading *reading, const struct ike_conf_word *word,
			const struct ike_tree_key *key, void *to)
{
	struct ike_conf_conn *conn = to;
	struct addrs addrs = {
		&conn->remotes, conn->remote_addr, ARRAY_SIZE(conn->remote_addr)
	};

	(void)word;
	return take_addrs(&addrs, key->value, reading->err);
}

static int take_proposals(struct ike_reading *reading, const struct ike_conf_word *word,
			  const struct ike_tree_key *key, void *to)
{
	struct ike_conf_conn *conn = to;

	(void)word;
	conn->proposals_place = key->place;
	return ike_read_proposals(&conn->proposals, IKE_PROTO_IKE, key->value, reading->err);
}

static int take_version(struct ike_reading *reading, const struct ike_conf_word *word,
			const struct ike_tree_key *key, void *to)
{
	static const struct ike_conf_choice versions[] = {
		{ "0", 0 },
		{ "2", 2 },
		{ }
	};
	struct ike_conf_word versioned = *word;

	if (!strcmp(key->value, "1"))
		return espah_err_usage(reading->err, "this version cannot do IKEv1; expected 2");
	versioned.choices = versions;
	return ike_take_enum8(reading, &versioned, key, to);
}

/* It is off unless it is asked for, and then it is not there. */
static int take_mobike(struct ike_reading *reading, const struct ike_conf_word *word,
		       const struct ike_tree_key *key, void *to)
{
	bool *mobike = to;

	if (ike_take_bool(reading, word, key, to))
		return -1;
	if (!*mobike)
		return 0;
	return espah_err_usage(reading->err,
			       "this version cannot do MOBIKE (RFC 4555); expected no, which is the default here");
}

static int take_reauth_time(struct ike_reading *reading, const struct ike_conf_word *word,
			    const struct ike_tree_key *key, void *to)
{
	uint64_t time;
	const struct ike_conf_word plain = {};

	(void)word;
	(void)to;
	if (ike_take_time(reading, &plain, key, &time))
		return -1;
	if (!time)
		return 0;
	return espah_err_usage(reading->err,
			       "this version cannot authenticate anew; expected 0: rekey_time makes new keys");
}

static int take_keyingtries(struct ike_reading *reading, const struct ike_conf_word *word,
			    const struct ike_tree_key *key, void *to)
{
	(void)word;
	(void)to;
	if (!strcmp(key->value, "0"))
		return 0;
	return espah_err_usage(reading->err,
			       "this version tries without end what has start_action = start, and once what a packet or somebody asks for; expected 0, or leave it out");
}

static int take_send_cert(struct ike_reading *reading, const struct ike_conf_word *word,
			  const struct ike_tree_key *key, void *to)
{
	static const struct ike_conf_choice whens[] = {
		{ "always", 1 },
		{ "never", 2 },
		{ "ifasked", 3 },
		{ }
	};
	const struct ike_conf_word when = { .choices = whens };
	struct ike_conf_conn *conn = to;
	uint8_t value;

	(void)word;
	if (ike_take_enum8(reading, &when, key, &value))
		return -1;
	conn->send_cert_always = value == 1;
	conn->send_cert_never = value == 2;
	return 0;
}

static const struct ike_conf_choice uniques[] = {
	{ "no", IKE_UNIQUE_NO },
	{ "never", IKE_UNIQUE_NEVER },
	{ "keep", IKE_UNIQUE_KEEP },
	{ "replace", IKE_UNIQUE_REPLACE },
	{ }
};

#define FIELD(field) .at = offsetof(struct ike_conf_conn, field)

static const struct ike_conf_word keys[] = {
	{ .name = "local_addrs", .take = take_locals },
	{ .name = "remote_addrs", .take = take_remotes },
	{ .name = "local_port", .take = ike_take_u16, FIELD(local_port), .min = 1,
	  .max = UINT16_MAX },
	{ .name = "remote_port", .take = ike_take_u16, FIELD(remote_port), .min = 1,
	  .max = UINT16_MAX },
	{ .name = "proposals", .take = take_proposals },
	{ .name = "version", .take = take_version, FIELD(version) },
	{ .name = "encap", .take = ike_take_bool, FIELD(encap) },
	{ .name = "mobike", .take = take_mobike, FIELD(mobike) },
	{ .name = "dpd_delay", .take = ike_take_time, FIELD(dpd_delay) },
	{ .name = "rekey_time", .take = ike_take_time, FIELD(rekey_time) },
	{ .name = "over_time", .take = ike_take_time, FIELD(over_time) },
	{ .name = "rand_time", .take = ike_take_time, FIELD(rand_time) },
	{ .name = "reauth_time", .take = take_reauth_time },
	{ .name = "keyingtries", .take = take_keyingtries },
	{ .name = "unique", .take = ike_take_enum, FIELD(unique), .choices = uniques },
	{ .name = "send_cert", .take = take_send_cert },
	{ .name = "send_certreq", .take = ike_take_bool, FIELD(send_certreq) },
	{ .name = "aggressive", .only = "no" },
	{ .name = "childless", .only = "never" },
	{ .name = "dpd_timeout" },
	{ .name = "dscp", .only = "000000" },
	{ .name = "fragmentation", .only = "no" },
	{ .name = "if_id_in" },
	{ .name = "if_id_out" },
	{ .name = "mediated_by" },
	{ .name = "mediation", .only = "no" },
	{ .name = "mediation_peer" },
	{ .name = "pools" },
	{ .name = "ppk_id" },
	{ .name = "ppk_required", .only = "no" },
	{ .name = "pull" },
	{ .name = "vips" },
	{ }
};

static const char * const sections[] = { "local*", "remote*", "children", NULL };

static const struct ike_conf_words words = {
	.keys = keys,
	.sections = sections,
};

static const struct ike_conf_word no_keys[] = {
	{ }
};

static const struct ike_conf_words all_words = {
	.keys = no_keys,
};

static int settle_times(struct ike_reading *reading, const struct ike_tree_section *section,
			struct ike_conf_conn *conn)
{
	if (!ike_word_given(section, "rekey_time"))
		conn->rekey_time = REKEY_TIME;
	if (!ike_word_given(section, "over_time"))
		conn->over_time = conn->rekey_time / 10;
	if (!ike_word_given(section, "rand_time"))
		conn->rand_time = conn->over_time < conn->rekey_time / 2 ? conn->over_time :
				  conn->rekey_time / 2;
	if (!conn->rekey_time || conn->rand_time < conn->rekey_time)
		return 0;
	return ike_conf_fail(reading, section, "rand_time",
			     "%llus is not below rekey_time, which is %llus",
			     (unsigned long long)conn->rand_time,
			     (unsigned long long)conn->rekey_time);
}

/* Who begins has to know with whom. */
static int check_starts(struct ike_reading *reading, const struct ike_tree_section *section,
			const struct ike_conf_conn *conn)
{
	const struct ike_conf_child *child;

	for (child = conn->children; child; child = child->next) {
		if ((child->start_action || child->close_action || child->dpd_action) &&
		    !ike_conf_one_addr(conn->remote_addr, conn->remotes))
			return ike_conf_fail(reading, section, "remote_addrs",
					     "there is no single address, and the child '%.64s' is to be begun from here; write one, or leave out its actions",
					     child->name);
	}
	return 0;
}

static int fill(struct ike_reading *reading, const struct ike_tree_section *section,
		struct ike_conf_conn *conn)
{
	const struct ike_tree_section *children = ike_tree_section_find(section, "children");

	conn->place = section->place;
	conn->proposals_place = section->place;
	conn->local_port = IKE_PORT;
	conn->remote_port = IKE_PORT;
	conn->send_certreq = true;
	ike_proposals_default(&conn->proposals, IKE_PROTO_IKE);
	if (ike_words_read(reading, section, &words, conn) ||
	    settle_times(reading, section, conn) || ike_read_auths(reading, section, conn))
		return -1;
	if (children && ike_read_children(reading, children, conn))
		return -1;
	return check_starts(reading, section, conn);
}

int ike_read_conns(struct ike_reading *reading, const struct ike_tree_section *section)
{
	struct ike_conf_conn **end = &reading->conf->conns;
	const struct ike_tree_section *child;

	if (ike_words_read(reading, section, &all_words, NULL))
		return -1;
	for (child = section->sections; child; child = child->next) {
		struct ike_conf_conn *conn = calloc(1, sizeof(*conn));

		if (!conn)
			return ike_conf_no_memory(reading);
		conn->refs = 1;
		conn->files = ike_files_get(reading->conf->files);
		conn->name = strdup(child->name);
		*end = conn;
		end = &conn->next;
		if (!conn->name)
			return ike_conf_no_memory(reading);
		if (fill(reading, child, conn))
			return -1;
	}
	return 0;
}

struct ike_conf_conn *ike_conf_conn_get(struct ike_conf_conn *conn)
{
	conn->refs++;
	return conn;
}

void ike_conf_conn_put(struct ike_conf_conn *conn)
{
	if (!conn || --conn->refs)
		return;
	while (conn->children) {
		struct ike_conf_child *child = conn->children;

		conn->children = child->next;
		free(child->name);
		free(child);
	}
	ike_conf_auth_free(&conn->local);
	ike_conf_auth_free(&conn->remote);
	ike_files_put(conn->files);
	free(conn->name);
	free(conn);
}
