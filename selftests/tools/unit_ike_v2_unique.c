// SPDX-License-Identifier: GPL-2.0-only
/* One peer that has more than one IKE SA, or wants what there is not. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"
#include "unit_ike_v2_conf.h"
#include "unit_ike_v2_world.h"

/* @a forgets everything, without a word to @b. */
static void forget(struct world *world)
{
	struct world_end *a = &world->a;
	struct espah_err err = {};

	ike_sas_close(&a->daemon);
	memset(a->sa, 0, a->sas * sizeof(*a->sa));
	memset(a->policy, 0, a->policies * sizeof(*a->policy));
	if (ike_sas_open(&a->daemon, &err))
		abort();
	ike_sas_conf_changed(&a->daemon, NULL);
}

/* One more IKE SA beside those that are there, which the daemon itself would not begin. */
static void another(struct world_end *end)
{
	struct ike_conf_conn *conn = end->daemon.conf->conns;
	struct espah_err err = {};
	struct ike_sa *sa = ike_v2_begin(&end->daemon, conn, &err);

	if (!sa || !ike_v2_child_queue(sa, conn, conn->children, 77, NULL))
		abort();
}

static const struct {
	const char *name;
	const char *conf_a;
	const char *conf_b;
	/* How many @b has at last, when the peer begins anew, and when it begins one more. */
	unsigned int anew;
	unsigned int more;
} cases[] = {
	{ "unique = no", CONF_A, CONF_OF_B("unique = no\n", ""), 1, 2 },
	{ "unique = never", CONF_A, CONF_OF_B("unique = never\n", ""), 2, 2 },
	{ "unique = replace", CONF_A, CONF_OF_B("unique = replace\n", ""), 1, 1 },
	{ "unique = keep", CONF_A, CONF_OF_B("unique = keep\n", ""), 1, 1 },
	{ "a peer that says no INITIAL_CONTACT, and unique = no",
	  CONF_OF_A("unique = never\n", ""), CONF_OF_B("unique = no\n", ""), 2, 2 },
	{ "a peer that says no INITIAL_CONTACT, and unique = replace",
	  CONF_OF_A("unique = never\n", ""), CONF_OF_B("unique = replace\n", ""), 1, 1 },
};

static struct world *up(size_t i, struct world_verdict *verdict)
{
	struct world *world = world_new(cases[i].conf_a, cases[i].conf_b);

	world_up(&world->a, "net", verdict);
	world_run(world, 1000);
	return world;
}

static void restarts(size_t i)
{
	struct world_verdict verdict;
	struct world *world = up(i, &verdict);
	unsigned int before = world_ike(&world->b)->number;
	char name[128];

	forget(world);
	world_up(&world->a, "net", &verdict);
	/* Whoever deletes an SA that the other end has forgotten gets no answer for long. */
	world_run(world, 400000);
	snprintf(name, sizeof(name), "v2: %s, and the peer begins anew", cases[i].name);
	check(!verdict.failed && world_count_ike(&world->a, IKE_SA_UP) == 1 &&
	      world_count_ike(&world->b, IKE_SA_UP) == cases[i].anew &&
	      world_count_up(&world->b) == cases[i].anew &&
	      world_ike(&world->b)->number > before, name);
	world_free(world);
}

static void adds_one(size_t i)
{
	struct world_verdict verdict;
	struct world *world = up(i, &verdict);
	unsigned int before = world_ike(&world->b)->number;
	bool keep = strstr(cases[i].conf_b, "keep");
	char name[128];

	another(&world->a);
	world_run(world, 60000);
	snprintf(name, sizeof(name), "v2: %s, and the peer begins one more", cases[i].name);
	check(world_count_ike(&world->a, IKE_SA_UP) == cases[i].more &&
	      world_count_ike(&world->b, IKE_SA_UP) == cases[i].more && world_same_keys(world) &&
	      (world_ike(&world->b)->number == before) == keep &&
	      world_log_has("'unique = keep'") == keep, name);
	world_free(world);
}

/* What @b asks for in IKE_AUTH does not come to @a. */
static bool no_auth_of_b(struct world *world, struct world_flight *flight)
{
	return flight->data[18] != IKE_AUTH || !(flight->data[19] & IKE_FLAG_INITIATOR) ||
	       flight->to != &world->a;
}

/*
 * @b says INITIAL_CONTACT, and it is long on its way: meanwhile @a has begun too, and both have
 * that one. Each end has as many then as the other.
 */
static void both_begin(void)
{
	struct world *world =
		world_new(CONF_OF_A("unique = no\n", ""),
			  CONF("10.0.0.2", "10.0.0.1", "b.example.org", "a.example.org",
			       "proposals = aes128gcm16-prfsha256-ecp256\nunique = no\n",
			       "10.2.0.0/16", "10.1.0.0/16",
			       "esp_proposals = aes128gcm16-ecp256\n", "open sesame"));

	world->filter = no_auth_of_b;
	another(&world->b);
	world_run(world, 500);
	another(&world->a);
	world_run(world, 500);
	check(world_count_ike(&world->a, IKE_SA_UP) == 1, "v2: one end's IKE SA is up first");
	world->filter = NULL;
	world_run(world, 60000);
	check(world_count_ike(&world->a, IKE_SA_UP) == 2 &&
	      world_count_ike(&world->b, IKE_SA_UP) == 2 && world_same_keys(world),
	      "v2: where both begin at once, an INITIAL_CONTACT that is late closes nothing");
	world_free(world);
}

static bool no_auth(struct world *world, struct world_flight *flight)
{
	(void)world;
	return flight->data[18] != IKE_AUTH || flight->to == &world->a;
}

/* IKE_AUTH as one sends it who wants EAP (RFC 7296 section 2.16). */
static void ask_for_eap(struct world *world)
{
	struct ike_endpoint local = { .addr = world->b.addr, .port = IKE_PORT };
	struct ike_endpoint remote = { .addr = world->a.addr, .port = IKE_PORT };
	const struct ike_conf_child *conf = world->a.daemon.conf->conns->children;
	struct ike_sa *sa = world->a.daemon.sas->all;
	struct ike_cipher cipher = {
		.suite = &sa->suite,
		.encr = ike_chunk(sa->keys.ei, sa->keys.e_len),
		.integ = ike_chunk(sa->keys.ai, sa->keys.a_len),
	};
	struct ike_hdr hdr = {
		.major = 2, .exchange = IKE_AUTH, .flags = IKE_FLAG_INITIATOR, .id = 1,
	};
	struct ike_proposals proposals = conf->proposals;
	struct ike_ts_list ts;
	struct ike_buf message;
	struct ike_writer w;

	memcpy(hdr.spi_i, sa->spi_i, IKE_SPI_LEN);
	memcpy(hdr.spi_r, sa->spi_r, IKE_SPI_LEN);
	ike_proposals_drop_dh(&proposals);
	proposals.proposal[0].spi_len = IKE_ESP_SPI_LEN;
	memcpy(proposals.proposal[0].spi, "\1\2\3\4", IKE_ESP_SPI_LEN);
	ike_writer_begin_inner(&w);
	ike_put_id(&w, IKE_P_IDI, IKE_ID_FQDN, ike_chunk("a.example.org", 13));
	ike_put_proposals(&w, &proposals);
	ike_conf_ts_resolve(&conf->local_ts, &world->a.addr, &ts);
	ike_put_ts(&w, IKE_P_TSI, &ts);
	ike_conf_ts_resolve(&conf->remote_ts, &world->a.addr, &ts);
	ike_put_ts(&w, IKE_P_TSR, &ts);
	ike_buf_init(&message, IKE_MESSAGE_MAX);
	if (!ike_writer_end(&w) || ike_seal(&cipher, 9, &hdr, ike_writer_first(&w),
					    ike_buf_chunk(&w.buf), &message))
		abort();
	ike_sas_receive(&world->b.daemon, &local, &remote, ike_buf_chunk(&message));
	ike_buf_free(&message);
	ike_writer_free(&w);
}

static void eap(void)
{
	struct world *world = world_new(CONF_A, CONF_B);
	struct world_verdict verdict;

	ike_log_open(IKE_LOG_INFO, 0);
	world->filter = no_auth;
	world_up(&world->a, "net", &verdict);
	world_run(world, 500);
	ask_for_eap(world);
	world_run(world, 500);
	check(verdict.failed == 1 && !world_count_ike(&world->b, IKE_SA_UP) &&
	      world_log_has("the peer wants EAP, which this version cannot do") &&
	      world_log_has("AUTHENTICATION_FAILED: the peer does not take this end for"),
	      "v2: a peer that wants EAP is told that authentication failed");
	world_free(world);
}

/* Documentation/cli-json.md has these keys, and no others. */
#define SA_KEYS										\
	"{s:s, s:i, s:i, s:s, s:b, s:s, s:s, s:s, s:s, s:b, s:b, s:s, s:s, s:s, s:i, "	\
	"s:i, s:i, s:o}"
#define CHILD_KEYS									\
	"{s:s, s:i, s:s, s:s, s:i, s:s, s:s, s:b, s:s, s:o, s:o, s:i, s:i, s:i, s:i, "	\
	"s:i}"

static void as_json(void)
{
	struct world *world = world_new(CONF_OF_A("rekey_time = 1h\nrand_time = 0\n", ""), CONF_B);
	const char *name, *state, *spi_i, *spi_r, *local, *remote, *mine, *theirs, *proposal;
	int id, version, initiator, nat_local, nat_remote, age, rekey, expires, n[6], encap;
	struct world_verdict verdict;
	json_t *list, *children, *local_ts, *remote_ts;
	json_error_t error = { .text = "" };
	const char *mode;

	world_up(&world->a, "net", &verdict);
	world_run(world, 100000);
	list = ike_sas_list(&world->a.daemon);
	if (json_unpack_ex(json_array_get(list, 0), &error, JSON_STRICT, SA_KEYS, "name", &name,
			   "id", &id, "version", &version, "state", &state, "initiator",
			   &initiator, "spi_i", &spi_i, "spi_r", &spi_r, "local", &local,
			   "remote", &remote, "nat_local", &nat_local, "nat_remote", &nat_remote,
			   "local_id", &mine, "remote_id", &theirs, "proposal", &proposal, "age",
			   &age, "rekey_in", &rekey, "expires_in", &expires, "children",
			   &children)) {
		check_text(error.text, "", "v2: what an IKE SA is listed with");
	} else {
		check(json_array_size(list) == 1 && !strcmp(local, "10.0.0.1[500]") &&
		      !strcmp(remote, "10.0.0.2[500]") && !strcmp(state, "established") &&
		      initiator && age == 100 && rekey == 3600 - 100 && expires == 3960 - 100 &&
		      !strcmp(theirs, "b.example.org") && strlen(spi_r) == 16,
		      "v2: an IKE SA is listed with where it is and when it is rekeyed");
		check(!json_unpack_ex(json_array_get(children, 0), &error, JSON_STRICT,
				      CHILD_KEYS, "name", &name, "id", &id, "state", &state,
				      "mode", &mode, "reqid", &n[0], "spi_in", &spi_i, "spi_out",
				      &spi_r, "encap", &encap, "proposal", &proposal, "local_ts",
				      &local_ts, "remote_ts", &remote_ts, "age", &n[1],
				      "packets_in", &n[2], "bytes_in", &n[3], "packets_out",
				      &n[4], "bytes_out", &n[5]) &&
		      !strcmp(state, "up") && !strcmp(mode, "tunnel") && strlen(spi_i) == 10,
		      "v2: and its child");
	}
	json_decref(list);
	world_free(world);
}

void test_ike_v2_unique(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		restarts(i);
		adds_one(i);
	}
	both_begin();
	eap();
	as_json();
}
