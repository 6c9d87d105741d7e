// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * connections { NAME { children { NAME { } } } }
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "child.h"
#include "conf_read.h"

#define REKEY_TIME		(60 * 60)
/* RFC 4303 section 3.4.3 prefers 64. */
#define REPLAY_WINDOW		64
#define REPLAY_WINDOW_MAX	4096

static int read_ts(struct ike_conf_ts *ts, const char *value, struct espah_err *err)
{
	char item[IKE_CONF_ITEM_MAX];
	int found;

	memset(ts, 0, sizeof(*ts));
	while ((found = ike_list_next(&value, item, err)) > 0) {
		if (ts->count == IKE_CONF_TS_MAX)
			return espah_err_usage(err, "more than %d selectors", IKE_CONF_TS_MAX);
		if (ike_ts_read(&ts->item[ts->count].ts, item, NULL, err))
			return -1;
		ts->item[ts->count].dynamic = !strncmp(item, "dynamic", strlen("dynamic"));
		ts->count++;
	}
	return found;
}

static int take_local_ts(struct ike_reading *reading, const struct ike_conf_word *word,
			 const struct ike_tree_key *key, void *to)
{
	struct ike_conf_child *child = to;

	(void)word;
	child->local_ts_place = key->place;
	return read_ts(&child->local_ts, key->value, reading->err);
}

static int take_remote_ts(struct ike_reading *reading, const struct ike_conf_word *word,
			  const struct ike_tree_key *key, void *to)
{
	struct ike_conf_child *child = to;

	(void)word;
	child->remote_ts_place = key->place;
	return read_ts(&child->remote_ts, key->value, reading->err);
}

static int take_proposals(struct ike_reading *reading, const struct ike_conf_word *word,
			  const struct ike_tree_key *key, void *to)
{
	struct ike_conf_child *child = to;

	(void)word;
	child->proposals_place = key->place;
	return ike_read_proposals(&child->proposals, IKE_PROTO_ESP, key->value, reading->err);
}

static const struct ike_conf_choice modes[] = {
	{ "tunnel", ESPAH_MODE_TUNNEL },
	{ "transport", ESPAH_MODE_TRANSPORT },
	{ }
};

static const struct ike_conf_choice starts[] = {
	{ "none", IKE_START_NONE },
	{ "trap", IKE_START_TRAP },
	{ "start", IKE_START_START },
	{ "trap|start", IKE_START_TRAP | IKE_START_START },
	{ "start|trap", IKE_START_TRAP | IKE_START_START },
	{ }
};

/* "start" is what newer versions of strongSwan call "restart". */
static const struct ike_conf_choice dpd_actions[] = {
	{ "clear", IKE_DPD_CLEAR },
	{ "trap", IKE_DPD_TRAP },
	{ "restart", IKE_DPD_RESTART },
	{ "start", IKE_DPD_RESTART },
	{ }
};

#define FIELD(field) .at = offsetof(struct ike_conf_child, field)

static const struct ike_conf_word keys[] = {
	{ .name = "local_ts", .take = take_local_ts },
	{ .name = "remote_ts", .take = take_remote_ts },
	{ .name = "esp_proposals", .take = take_proposals },
	{ .name = "mode", .take = ike_take_enum8, FIELD(mode), .choices = modes },
	{ .name = "start_action", .take = ike_take_enum8, FIELD(start_action), .choices = starts },
	{ .name = "close_action", .take = ike_take_enum8, FIELD(close_action), .choices = starts },
	{ .name = "dpd_action", .take = ike_take_enum, FIELD(dpd_action),
	  .choices = dpd_actions },
	{ .name = "rekey_time", .take = ike_take_time, FIELD(rekey_time) },
	{ .name = "life_time", .take = ike_take_time, FIELD(life_time) },
	{ .name = "rand_time", .take = ike_take_time, FIELD(rand_time) },
	{ .name = "rekey_bytes", .take = ike_take_bytes, FIELD(rekey_bytes) },
	{ .name = "life_bytes", .take = ike_take_bytes, FIELD(life_bytes) },
	{ .name = "rand_bytes", .take = ike_take_bytes, FIELD(rand_bytes) },
	{ .name = "rekey_packets", .take = ike_take_u64, FIELD(rekey_packets),
	  .max = INT64_MAX },
	{ .name = "life_packets", .take = ike_take_u64, FIELD(life_packets), .max = INT64_MAX },
	{ .name = "rand_packets", .take = ike_take_u64, FIELD(rand_packets), .max = INT64_MAX },
	{ .name = "reqid", .take = ike_take_u32, FIELD(reqid), .max = UINT32_MAX },
	{ .name = "replay_window", .take = ike_take_u32, FIELD(replay_window),
	  .max = REPLAY_WINDOW_MAX },
	{ .name = "priority", .take = ike_take_u32, FIELD(priority), .max = UINT32_MAX },
	{ .name = "if_id_in", .take = ike_take_u32, FIELD(if_id_in), .max = UINT32_MAX },
	{ .name = "if_id_out", .take = ike_take_u32, FIELD(if_id_out), .max = UINT32_MAX },
	{ .name = "ah_proposals" },
	{ .name = "copy_df", .only = "yes" },
	{ .name = "copy_dscp", .only = "out" },
	{ .name = "copy_ecn", .only = "yes" },
	{ .name = "hostaccess" },
	{ .name = "hw_offload", .only = "no" },
	{ .name = "inactivity" },
	{ .name = "interface" },
	{ .name = "ipcomp", .only = "no" },
	{ .name = "label" },
	{ .name = "label_mode" },
	{ .name = "mark_in" },
	{ .name = "mark_in_sa" },
	{ .name = "mark_out" },
	{ .name = "per_cpu_sas", .only = "no" },
	{ .name = "policies", .only = "yes" },
	{ .name = "policies_fwd_out", .only = "no" },
	{ .name = "set_mark_in" },
	{ .name = "set_mark_out" },
	{ .name = "sha256_96", .only = "no" },
	{ .name = "tfc_padding", .only = "0" },
	{ .name = "updown" },
	{ }
};

static const char * const no_sections[] = { NULL };

static const struct ike_conf_words words = {
	.keys = keys,
	.sections = no_sections,
};

static const struct ike_conf_word no_keys[] = {
	{ }
};

static const struct ike_conf_words all_words = {
	.keys = no_keys,
};

/* One way in which an SA ends: "rekey_time", "life_time" and "rand_time" for instance. */
struct limit {
	const char *what;
	uint64_t *rekey;
	uint64_t *life;
	uint64_t *rand;
};

/*
 * A tenth more than the soft limit, and what is between both, unless it is
 * said. Rekeying earlier than half the time is not what anybody means who has
 * only said that the hard limit is far.
 */
static void settle_limit(const struct ike_tree_section *section, const struct limit *limit)
{
	char life[32], rand[32];

	snprintf(life, sizeof(life), "life_%s", limit->what);
	snprintf(rand, sizeof(rand), "rand_%s", limit->what);
	if (!ike_word_given(section, life))
		*limit->life = *limit->rekey + (*limit->rekey + 9) / 10;
	if (!*limit->rekey)
		*limit->rand = 0;
	else if (!ike_word_given(section, rand))
		*limit->rand = *limit->life > *limit->rekey && *limit->life - *limit->rekey <
			       *limit->rekey / 2 ? *limit->life - *limit->rekey :
			       *limit->rekey / 2;
}

static int check_limit(struct ike_reading *reading, const struct ike_tree_section *section,
		       const struct limit *limit)
{
	unsigned long long rekey = *limit->rekey, life = *limit->life, rand = *limit->rand;
	char name[32];

	settle_limit(section, limit);
	rand = *limit->rand;
	life = *limit->life;
	snprintf(name, sizeof(name), "life_%s", limit->what);
	if (rekey && life && life <= rekey)
		return ike_conf_fail(reading, section, name,
				     "%llu is not above rekey_%s, which is %llu", life, limit->what,
				     rekey);
	snprintf(name, sizeof(name), "rand_%s", limit->what);
	if (rekey && rand >= rekey)
		return ike_conf_fail(reading, section, name,
				     "%llu is not below rekey_%s, which is %llu", rand, limit->what,
				     rekey);
	return 0;
}

static int check_limits(struct ike_reading *reading, const struct ike_tree_section *section,
			struct ike_conf_child *child)
{
	const struct limit limits[] = {
		{ "time", &child->rekey_time, &child->life_time, &child->rand_time },
		{ "bytes", &child->rekey_bytes, &child->life_bytes, &child->rand_bytes },
		{ "packets", &child->rekey_packets, &child->life_packets, &child->rand_packets },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(limits); i++) {
		if (check_limit(reading, section, &limits[i]))
			return -1;
	}
	return 0;
}

/* It joins SAs to policies: two children with the same one would be mixed up. */
static int check_reqid(struct ike_reading *reading, const struct ike_tree_section *section,
		       const struct ike_conf_child *mine)
{
	const struct ike_conf_conn *conn;
	const struct ike_conf_child *child;

	for (conn = reading->conf->conns; mine->reqid && conn; conn = conn->next) {
		for (child = conn->children; child; child = child->next) {
			if (child != mine && child->reqid == mine->reqid)
				return ike_conf_fail(reading, section, "reqid",
						     "%u is the child's '%.64s' of line %u already",
						     mine->reqid, child->name, child->place.line);
		}
	}
	return 0;
}

/* Which high half a number has is seen by the window (RFC 4303 section 3.3.3). */
static int check_esn(struct ike_reading *reading, const struct ike_tree_section *section,
		     const struct ike_conf_child *child)
{
	if (child->replay_window || !ike_proposals_have_esn(&child->proposals))
		return 0;
	return ike_conf_fail(reading, section, "replay_window",
			     "0 does not go with esn in esp_proposals; write a window, or noesn");
}

/* Each pair of selectors that a packet can fit is a policy. */
static int check_ts(struct ike_reading *reading, const struct ike_tree_section *section,
		    const struct ike_conf_child *child)
{
	static const struct espah_addr any[] = { { .family = AF_INET }, { .family = AF_INET6 } };
	struct ike_ts_list local, remote;
	unsigned int most = 0, pairs;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(any); i++) {
		ike_conf_ts_resolve(&child->local_ts, &any[i], &local);
		ike_conf_ts_resolve(&child->remote_ts, &any[i], &remote);
		pairs = ike_ts_pairs(&local, &remote);
		most = pairs > most ? pairs : most;
	}
	if (!most)
		return ike_conf_fail(reading, section, "remote_ts",
				     "no packet can fit it and local_ts; families and protocols must be the same");
	if (most > IKE_TS_PAIRS_MAX)
		return ike_conf_fail(reading, section, "remote_ts",
				     "it makes %u pairs with local_ts; there may be %d: write wider ones, or several children",
				     most, IKE_TS_PAIRS_MAX);
	return 0;
}

static int fill(struct ike_reading *reading, const struct ike_tree_section *section,
		struct ike_conf_child *child)
{
	child->place = section->place;
	child->proposals_place = section->place;
	child->local_ts_place = section->place;
	child->remote_ts_place = section->place;
	child->mode = ESPAH_MODE_TUNNEL;
	child->rekey_time = REKEY_TIME;
	child->replay_window = REPLAY_WINDOW;
	ike_proposals_default(&child->proposals, IKE_PROTO_ESP);
	if (read_ts(&child->local_ts, "dynamic", reading->err) ||
	    read_ts(&child->remote_ts, "dynamic", reading->err))
		return -1;
	return ike_words_read(reading, section, &words, child) ||
	       check_limits(reading, section, child) || check_reqid(reading, section, child) ||
	       check_esn(reading, section, child) || check_ts(reading, section, child) ? -1 : 0;
}

int ike_read_children(struct ike_reading *reading, const struct ike_tree_section *section,
		      struct ike_conf_conn *conn)
{
	struct ike_conf_child **end = &conn->children;
	const struct ike_tree_section *one;

	if (ike_words_read(reading, section, &all_words, NULL))
		return -1;
	for (one = section->sections; one; one = one->next) {
		struct ike_conf_child *child = calloc(1, sizeof(*child));

		if (!child)
			return ike_conf_no_memory(reading);
		*end = child;
		end = &child->next;
		child->name = strdup(one->name);
		if (!child->name)
			return ike_conf_no_memory(reading);
		if (fill(reading, one, child))
			return -1;
	}
	return 0;
}
