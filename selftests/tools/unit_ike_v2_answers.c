// SPDX-License-Identifier: GPL-2.0-only
/* A peer, or who speaks in its name, that does not keep to what was said before. */
#include <stdio.h>
#include <string.h>

#include "unit.h"
#include "unit_ike_v2_conf.h"
#include "unit_ike_v2_world.h"

/* A datagram takes 10 ms: who has waited for half of that changes what is under way. */
#define HALF_WAY	5

/*
 * What the initiator remembers of its offer is changed while the request is under
 * way; the peer's answer, to what it was asked, is then none to that.
 */
static void other_cipher(struct ike_offer *offer)
{
	struct ike_conf *conf = world_conf(CONF_OF_A("", "esp_proposals = aes256gcm16-ecp256"));

	offer->proposals = conf->conns->children->proposals;
	ike_conf_free(conf);
}

static void other_group(struct ike_offer *offer)
{
	offer->group = IKE_DH_CURVE25519;
}

static void less_of_ours(struct ike_offer *offer)
{
	offer->local_ts.ts[0].addr.max.octets[2] = 7;
}

static void less_of_theirs(struct ike_offer *offer)
{
	offer->remote_ts.ts[0].addr.min.octets[2] = 7;
}

static void tunnel(struct ike_offer *offer)
{
	struct ike_conf_child *conf = offer->conn->children;

	conf->mode = ESPAH_MODE_TUNNEL;
}

#define TRANSPORT	"mode = transport\nlocal_ts = dynamic\nremote_ts = dynamic\n"

struct ends {
	const char *a;
	const char *b;
};

static const struct ends tunnels = { CONF_A, CONF_B };
static const struct ends transports = { CONF_OF_A("", TRANSPORT), CONF_OF_B("", TRANSPORT) };

static const struct {
	void (*change)(struct ike_offer *offer);
	const struct ends *ends;
	/* IKE_AUTH has no group of the Child SA's own. */
	bool first;
	const char *words;
} lies[] = {
	{ other_cipher, &tunnels, true, "it chose a proposal that was not offered" },
	{ other_group, &tunnels, false, "its Diffie-Hellman value is of another group" },
	{ less_of_ours, &tunnels, true, "its traffic selectors are wider than what was offered" },
	{ less_of_theirs, &tunnels, true, "its traffic selectors are wider than what was offered" },
	{ tunnel, &transports, true, "it made transport mode of a tunnel" },
};

static void change_offer(struct world *world, size_t i)
{
	struct ike_task *task;

	world_run(world, HALF_WAY);
	task = ike_task_current(world->a.daemon.sas->all);
	check(task && task->offer, "v2: an offer is under way");
	if (task && task->offer)
		lies[i].change(task->offer);
}

static bool refused(const struct world_verdict *verdict, size_t i)
{
	return verdict->failed == 1 && strstr(verdict->words, lies[i].words);
}

/* Neither end has a Child SA, and both still have the IKE SA. */
static bool no_child(struct world *world)
{
	return !world_count_sas(&world->a) && !world_count_sas(&world->b) &&
	       !world_count_policies(&world->a) && !world_count_policies(&world->b) &&
	       world_one_ike(world);
}

static void in_ike_auth(size_t i)
{
	struct world *world = world_new(lies[i].ends->a, lies[i].ends->b);
	struct world_verdict verdict;
	char name[128];

	world_up(&world->a, "net", &verdict);
	/* IKE_SA_INIT. */
	world_run(world, 20);
	change_offer(world, i);
	world_run(world, 10000);
	snprintf(name, sizeof(name), "v2: in IKE_AUTH, %s", lies[i].words);
	check(refused(&verdict, i) && no_child(world), name);
	world_free(world);
}

static void in_create_child_sa(size_t i)
{
	struct world *world = world_new(lies[i].ends->a, lies[i].ends->b);
	struct world_verdict verdict;
	char name[128];

	world_up(&world->a, "net", &verdict);
	world_run(world, 1000);
	world_down(&world->a, "net", &verdict);
	world_run(world, 10000);
	world_up(&world->a, "net", &verdict);
	change_offer(world, i);
	world_run(world, 10000);
	snprintf(name, sizeof(name), "v2: in CREATE_CHILD_SA, %s", lies[i].words);
	check(refused(&verdict, i) && no_child(world), name);
	world_free(world);
}

/* What was to be replaced stays. */
static void in_rekeying(size_t i)
{
	struct world *world = world_new(lies[i].ends->a, lies[i].ends->b);
	struct world_verdict verdict;
	char name[128];
	uint32_t spi;

	world_up(&world->a, "net", &verdict);
	world_run(world, 1000);
	spi = world_child(&world->a)->spi_in;
	world_rekey(&world->a, "net", &verdict);
	change_offer(world, i);
	world_run(world, 60000);
	world_traffic(world);
	world_settle(world);
	snprintf(name, sizeof(name), "v2: in rekeying, %s", lies[i].words);
	check(refused(&verdict, i) && world_count_up(&world->a) == 1 &&
	      world_child(&world->a)->spi_in == spi && world_count_sas(&world->a) == 2 &&
	      world_same_keys(world) && world->a.esp_taken == 1 && world->b.esp_taken == 1 &&
	      world_one_ike(world), name);
	world_free(world);
}

/* Sections 2.7, 2.9: what was not offered is not installed, and what the peer has is closed. */
static void child_not_as_offered(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lies); i++) {
		if (lies[i].first)
			in_ike_auth(i);
		in_create_child_sa(i);
		in_rekeying(i);
	}
}

#define AES_256		"proposals = aes256gcm16-prfsha256-ecp256\n"
#define TWO_GROUPS	"proposals = aes128gcm16-prfsha256-ecp256-curve25519\n"

static void other_ike_cipher(struct ike_sa *sa)
{
	struct ike_conf *conf = world_conf(CONF_OF_A(AES_256, ""));

	sa->conn->proposals = conf->conns->proposals;
	ike_conf_free(conf);
}

static void other_ike_group(struct ike_sa *sa)
{
	ike_task_current(sa)->ike->group = IKE_DH_CURVE25519;
}

static const struct {
	void (*change)(struct ike_sa *sa);
	const char *words;
} ike_lies[] = {
	{ other_ike_cipher, "it chose a proposal that was not offered" },
	{ other_ike_group, "its Diffie-Hellman value is of another group" },
};

/* The peer has an IKE SA then that this end has no keys of: nothing of it is used. */
static void ike_not_as_offered(void)
{
	struct world_verdict verdict;
	struct world *world;
	char name[128];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ike_lies); i++) {
		world = world_up_net(CONF_A, CONF_B);
		world_rekey(&world->a, "home", &verdict);
		world_run(world, HALF_WAY);
		ike_lies[i].change(world_ike(&world->a));
		world_run(world, 10000);
		snprintf(name, sizeof(name), "v2: in rekeying the IKE SA, %s", ike_lies[i].words);
		check(verdict.failed == 1 && !strcmp(verdict.words, ike_lies[i].words) &&
		      !world_count_sas(&world->a) && !world_count_policies(&world->a) &&
		      !world_count_ike(&world->a, IKE_SA_UP), name);
		world_free(world);
	}
}

/* The response of IKE_SA_INIT, kept from who waits for it. */
struct kept {
	size_t len;
	uint8_t data[1024];
};

static bool keep_init(struct world *world, struct world_flight *flight)
{
	struct kept *kept = world->filter_data;

	if (flight->to != &world->a || flight->len > sizeof(kept->data))
		return true;
	kept->len = flight->len;
	memcpy(kept->data, flight->data, flight->len);
	return false;
}

static uint8_t *payload(struct kept *kept, uint8_t type)
{
	uint8_t *at = kept->data + IKE_HDR_LEN;
	uint8_t next = kept->data[16];

	while (next != type && at < kept->data + kept->len) {
		next = at[0];
		at += at[2] << 8 | at[3];
	}
	return at;
}

static void no_spi(struct kept *kept)
{
	memset(kept->data + IKE_SPI_LEN, 0, IKE_SPI_LEN);
}

/* The attribute of the first transform: a key's length. */
static void stronger(struct kept *kept)
{
	ike_spi_put(payload(kept, IKE_P_SA) + 4 + 8 + 8, 0x800e0100);
}

static void of_another_group(struct kept *kept)
{
	payload(kept, IKE_P_KE)[5] = IKE_DH_CURVE25519;
}

static void not_on_the_curve(struct kept *kept)
{
	payload(kept, IKE_P_KE)[8 + 63] ^= 1;
}

static const struct {
	const char *name;
	void (*change)(struct kept *kept);
	enum ike_bad bad;
} forgeries[] = {
	{ "no SPI", no_spi, IKE_BAD_SPI },
	{ "a cipher that was not offered", stronger, IKE_BAD_PROPOSAL },
	{ "a value of another group", of_another_group, IKE_BAD_KE },
	{ "a value that must not be used", not_on_the_curve, IKE_BAD_KE },
};

static struct world *awaiting_init(const char *conf_a, struct kept *kept,
				   struct world_verdict *verdict)
{
	struct world *world = world_new(conf_a, CONF_B);

	world->filter = keep_init;
	world->filter_data = kept;
	world_up(&world->a, "net", verdict);
	world_run(world, 25);
	return world;
}

static void to_a(struct world *world, const void *message, size_t len)
{
	struct ike_sa *sa = world->a.daemon.sas->all;
	struct ike_endpoint local = sa->local, remote = sa->remote;

	ike_sas_receive(&world->a.daemon, &local, &remote, ike_chunk(message, len));
}

/* Section 2.21.1: whatever comes in clear is no more than a hint. */
static void forged_init(void)
{
	struct world_verdict verdict;
	struct kept kept = {};
	struct world *world;
	char name[128];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(forgeries); i++) {
		world = awaiting_init(CONF_A, &kept, &verdict);
		forgeries[i].change(&kept);
		to_a(world, kept.data, kept.len);
		snprintf(name, sizeof(name), "v2: a forged response, %s", forgeries[i].name);
		check(world->a.daemon.bad[forgeries[i].bad] == 1 && verdict.failed == -1, name);
		world->filter = NULL;
		world_run(world, 10000);
		check(!verdict.failed && world_count_up(&world->a) == 1 && world_same_keys(world),
		      "v2: and the true one is taken after it");
		world_free(world);
	}
}

/* A response of IKE_SA_INIT that is one notification of two octets. */
static void say(struct world *world, uint16_t type, uint16_t data)
{
	uint8_t message[IKE_HDR_LEN + 10] = {
		[16] = IKE_P_NOTIFY, 0x20, IKE_SA_INIT, IKE_FLAG_RESPONSE,
		[27] = sizeof(message), [31] = 10, [34] = type >> 8, type, data >> 8, data,
	};

	memcpy(message, world->a.daemon.sas->all->spi_i, IKE_SPI_LEN);
	to_a(world, message, sizeof(message));
}

static void sent_for_ever(void)
{
	struct world_verdict verdict;
	struct kept kept = {};
	struct world *world;
	unsigned int i;

	world = awaiting_init(CONF_A, &kept, &verdict);
	for (i = 0; i < 100; i++)
		say(world, IKE_N_COOKIE, i);
	check(world->a.sent == 1 + 4 && world->a.daemon.bad[IKE_BAD_COOKIE] == 96,
	      "v2: of 100 cookies, four are sent back");
	world_free(world);
	world = awaiting_init(CONF_OF_A(TWO_GROUPS, ""), &kept, &verdict);
	for (i = 0; i < 100; i++)
		say(world, IKE_N_INVALID_KE_PAYLOAD,
		    i % 2 ? IKE_DH_ECP_256 : IKE_DH_CURVE25519);
	check(world->a.sent == 1 + 4 && world->a.daemon.bad[IKE_BAD_KE] == 96,
	      "v2: of 100 groups, four are tried");
	say(world, IKE_N_INVALID_KE_PAYLOAD, IKE_DH_MODP_2048);
	check(world->a.sent == 1 + 4 &&
	      world_log_has("asks for Diffie-Hellman group 14, which is not in 'proposals'"),
	      "v2: and none that is not in the configuration");
	world_free(world);
}

/* Of a nonce, of a public value. */
static const uint8_t zeros[64];

static void critical(struct ike_writer *w)
{
	ike_payload_begin(w, 200);
	/* Before its length. */
	w->buf.p[w->open_at - 1] |= 0x80;
	ike_payload_end(w);
}

static void nothing(struct ike_writer *w)
{
	(void)w;
}

static void half_a_delete(struct ike_writer *w)
{
	ike_buf_u16(ike_payload_begin(w, IKE_P_DELETE), 0x0304);
	ike_payload_end(w);
}

static void no_child_sa(struct ike_writer *w)
{
	ike_buf_u32(ike_payload_begin(w, IKE_P_SA), 0);
	ike_payload_end(w);
	ike_buf_put(ike_payload_begin(w, IKE_P_NONCE), zeros, 16);
	ike_payload_end(w);
	ike_buf_u32(ike_payload_begin(w, IKE_P_TSI), 0);
	ike_payload_end(w);
	ike_buf_u32(ike_payload_begin(w, IKE_P_TSR), 0);
	ike_payload_end(w);
}

static void no_ike_sa(struct ike_writer *w)
{
	ike_buf_u32(ike_payload_begin(w, IKE_P_SA), 0);
	ike_payload_end(w);
	ike_buf_put(ike_payload_begin(w, IKE_P_NONCE), zeros, 16);
	ike_payload_end(w);
	ike_put_ke(w, IKE_DH_ECP_256, ike_chunk(zeros, sizeof(zeros)));
}

static const struct {
	const char *name;
	uint8_t exchange;
	void (*put)(struct ike_writer *w);
	/* Of the counters; IKE_GOOD: of none. */
	enum ike_bad bad;
	/* Do the IKE SA and its child stay? */
	bool stays;
} requests[] = {
	{ "an unknown critical payload", INFORMATIONAL, critical, IKE_BAD_CRITICAL, true },
	{ "IKE_AUTH once more", IKE_AUTH, nothing, IKE_BAD_EXCHANGE, true },
	{ "a request without payloads", CREATE_CHILD_SA, nothing, IKE_BAD_MISSING, false },
	{ "half a Delete", INFORMATIONAL, half_a_delete, IKE_GOOD, false },
	{ "an empty proposal for a child", CREATE_CHILD_SA, no_child_sa, IKE_GOOD, false },
	{ "an empty proposal for an IKE SA", CREATE_CHILD_SA, no_ike_sa, IKE_GOOD, false },
};

/* Section 2.21.3: what is authentic and malformed ends the IKE SA. */
static void malformed_requests(void)
{
	struct world *world;
	struct ike_writer w;
	char name[128];
	bool counted;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(requests); i++) {
		world = world_up_net(CONF_A, CONF_B);
		ike_writer_begin_inner(&w);
		requests[i].put(&w);
		check(!ike_xmit_request(world_ike(&world->a), requests[i].exchange, &w),
		      "v2: a request that is malformed");
		world_run(world, 100);
		counted = !requests[i].bad || world->b.daemon.bad[requests[i].bad] == 1;
		snprintf(name, sizeof(name), "v2: a peer that sends %s", requests[i].name);
		check(counted && world_count_ike(&world->b, IKE_SA_UP) == requests[i].stays &&
		      world_count_up(&world->b) == requests[i].stays &&
		      world_count_sas(&world->b) == 2 * requests[i].stays, name);
		world_free(world);
	}
}

void test_ike_v2_answers(void)
{
	child_not_as_offered();
	ike_not_as_offered();
	forged_init();
	sent_for_ever();
	malformed_requests();
}
