// SPDX-License-Identifier: GPL-2.0-only
/* What strangers and a bad network send. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __SANITIZE_ADDRESS__
size_t __sanitizer_get_current_allocated_bytes(void);
#endif

#include "unit.h"
#include "unit_ike_v2_conf.h"
#include "unit_ike_v2_world.h"

#define KEPT_MAX	64

/* Every datagram that was delivered, to be sent again. */
struct record {
	unsigned int count;
	struct {
		struct world_end *to;
		struct ike_endpoint from_endpoint;
		struct ike_endpoint to_endpoint;
		uint8_t data[2048];
		size_t len;
	} item[KEPT_MAX];
};

static bool keep(struct world *world, struct world_flight *flight)
{
	struct record *record = world->filter_data;

	if (record->count < KEPT_MAX && flight->len <= sizeof(record->item[0].data)) {
		record->item[record->count].to = flight->to;
		record->item[record->count].from_endpoint = flight->from_endpoint;
		record->item[record->count].to_endpoint = flight->to_endpoint;
		record->item[record->count].len = flight->len;
		memcpy(record->item[record->count++].data, flight->data, flight->len);
	}
	return true;
}

static void again(const struct record *record, unsigned int i, unsigned int flip)
{
	uint8_t *data = malloc(record->item[i].len);

	if (!data)
		abort();
	memcpy(data, record->item[i].data, record->item[i].len);
	if (flip)
		data[flip] ^= 1;
	ike_sas_receive(&record->item[i].to->daemon, &record->item[i].to_endpoint,
			&record->item[i].from_endpoint, ike_chunk(data, record->item[i].len));
	free(data);
}

static unsigned int all_bad(const struct world_end *end)
{
	unsigned int sum = 0, i;

	for (i = 0; i < IKE_BAD_MAX; i++)
		sum += end->daemon.bad[i];
	return sum;
}

/* What goes to addresses of nobody. */
static bool to_somebody(struct world *world, struct world_flight *flight)
{
	return espah_addr_equal(&flight->to_endpoint.addr, &world->a.addr) ||
	       espah_addr_equal(&flight->to_endpoint.addr, &world->b.addr);
}

/* From here on, in @record, which is emptied. */
static void start_recording(struct world *world, struct record *record)
{
	memset(record, 0, sizeof(*record));
	world->filter = keep;
	world->filter_data = record;
}

/* What is said when an IKE SA comes up and @rekeyer renews its Child SA. */
static void record_up_and_rekey(struct world *world, struct world_end *rekeyer,
				struct record *record)
{
	struct world_verdict verdict;

	start_recording(world, record);
	world_up(&world->a, "net", &verdict);
	world_run(world, 1000);
	world_rekey(rekeyer, "net", &verdict);
	world_run(world, 20000);
	world->filter = NULL;
}

/* The first message of an IKE SA, whose outcome is still awaited. */
static void record_first(struct world *world, struct record *record,
			 struct world_verdict *verdict)
{
	start_recording(world, record);
	world_up(&world->a, "net", verdict);
	world_run(world, 15);
	world->filter = to_somebody;
}

static bool no_auth(struct world *world, struct world_flight *flight)
{
	(void)world;
	return flight->data[18] != IKE_AUTH;
}

/* It comes before the true response, from whoever sees or guesses the initiator's SPI. */
static void forged_refusal(void)
{
	struct world *world = world_new(CONF_A, CONF_B);
	uint8_t message[36] = { [16] = IKE_P_NOTIFY, 0x20, IKE_SA_INIT, IKE_FLAG_RESPONSE,
				[27] = sizeof(message), [31] = 8,
				[35] = IKE_N_NO_PROPOSAL_CHOSEN };
	struct world_verdict verdict;
	struct ike_endpoint a, b;
	struct ike_sa *sa;

	world->filter = no_auth;
	world_up(&world->a, "net", &verdict);
	world_run(world, 5);
	sa = world->a.daemon.sas->all;
	memcpy(message, sa->spi_i, sizeof(sa->spi_i));
	a = sa->local;
	b = sa->remote;
	ike_sas_receive(&world->a.daemon, &a, &b, ike_chunk(message, sizeof(message)));
	check(sa->shake->refusal == IKE_N_NO_PROPOSAL_CHOSEN, "v2: a refusal that may be forged");
	world_run(world, 14000);
	world->filter = NULL;
	world_run(world, 20000);
	check(!verdict.failed && world_count_up(&world->a) == 1,
	      "v2: is nothing any more when the true response has come");
	world_free(world);
}

static void replays(void)
{
	static struct record record;
	struct world *world = world_new(CONF_A, CONF_B);
	struct ike_keys keys;
	unsigned int i;
	uint32_t in_a, in_b, spi;

	record_up_and_rekey(world, &world->b, &record);
	in_a = world_ike(&world->a)->xmit.in_id;
	in_b = world_ike(&world->b)->xmit.in_id;
	keys = world_ike(&world->b)->keys;
	spi = world_child(&world->a)->spi_in;
	for (i = 0; i < record.count; i++)
		again(&record, i, 0);
	world_run(world, 60000);
	check(record.count >= 8 && in_a == world_ike(&world->a)->xmit.in_id &&
	      in_b == world_ike(&world->b)->xmit.in_id &&
	      !memcmp(&keys, &world_ike(&world->b)->keys, sizeof(keys)) &&
	      spi == world_child(&world->a)->spi_in && world_same_keys(world) &&
	      world->a.daemon.sas->count == 1 && world->b.daemon.sas->count == 1,
	      "v2: everything once more changes nothing");
	check(world->b.daemon.bad[IKE_BAD_MESSAGE_ID] && world->a.daemon.bad[IKE_BAD_MESSAGE_ID],
	      "v2: what comes too late is counted");
	world_free(world);
}

/* Each octet of each message, changed by one bit. */
static void broken(void)
{
	static struct record record;
	struct world *world = world_new(CONF_A, CONF_B);
	unsigned int i, at, before = 0, sent = 0;

	record_up_and_rekey(world, &world->a, &record);
	before = all_bad(&world->a) + all_bad(&world->b);
	/* The first two are not protected: they begin half-open SAs as they are. */
	for (i = 2; i < record.count; i++) {
		for (at = 1; at < record.item[i].len; at++, sent++)
			again(&record, i, at);
	}
	world_run(world, 60000);
	check(sent > 1000 && all_bad(&world->a) + all_bad(&world->b) - before >= sent - 16 &&
	      world_same_keys(world) && world->a.daemon.sas->count == 1 &&
	      world->b.daemon.sas->count == 1 && world_count_up(&world->a) == 1,
	      "v2: a bit that is wrong is counted, and changes nothing");
	world_free(world);
}

static void out_of_window(void)
{
	struct world *world = world_new(CONF_A, CONF_B);
	struct world_verdict verdict;
	struct ike_sa *a;
	uint64_t bad;

	world_up(&world->a, "net", &verdict);
	world_run(world, 1000);
	a = world_ike(&world->a);
	bad = world->b.daemon.bad[IKE_BAD_MESSAGE_ID];
	/* Sealed as it should be, but two too early. */
	a->xmit.out_id += 2;
	world_rekey(&world->a, "net", &verdict);
	world_run(world, 1000);
	check(verdict.failed == -1 && world->b.daemon.bad[IKE_BAD_MESSAGE_ID] > bad &&
	      world_count_up(&world->b) == 1, "v2: a request whose turn is not yet is not taken");
	world_run(world, 20000);
	check(world_log_has("the peer says INVALID_MESSAGE_ID") &&
	      world_ike(&world->b)->xmit.out_id == 1 &&
	      world->b.daemon.bad[IKE_BAD_MESSAGE_ID] - bad >= 4,
	      "v2: and the peer is told, once");
	world_free(world);
}

static struct ike_endpoint endpoint(uint8_t net, uint8_t high, uint8_t low)
{
	return (struct ike_endpoint){ .addr = { AF_INET, { 10, net, high, low } }, .port = 500 };
}

static void flood(void)
{
	static struct record record;
	struct world *world = world_new(CONF_A, CONF_B);
	struct ike_endpoint to = endpoint(0, 0, 2), from;
	unsigned int i, most = 0, half_open;
	struct world_verdict verdict;

	record_first(world, &record, &verdict);
	world_run(world, 1000);
	world_down(&world->a, "home", &verdict);
	world_run(world, 30000);
	for (i = 0; i < 10000; i++) {
		record.item[0].data[0] = i >> 8;
		record.item[0].data[1] = i;
		from = endpoint(66, i >> 8, i);
		ike_sas_receive(&world->b.daemon, &to, &from,
				ike_chunk(record.item[0].data, record.item[0].len));
		half_open = world->b.daemon.sas->half_open;
		if (half_open > most)
			most = half_open;
		world_run(world, 1);
	}
	check(most == IKE_COOKIE_AT && world->b.daemon.sas->count == IKE_COOKIE_AT,
	      "v2: of 10,000 who answer no cookie, 64 are remembered");
	world_up(&world->a, "net", &verdict);
	world_run(world, 5000);
	check(!verdict.failed && world_count_up(&world->b) == 1 &&
	      world->b.daemon.sas->half_open == IKE_COOKIE_AT, "v2: who answers it gets in");
	world_run(world, IKE_HALF_OPEN_TIME + 1000);
	check(!world->b.daemon.sas->half_open && world->b.daemon.sas->count == 1,
	      "v2: the others are forgotten in time");
	world_free(world);
}

static void one_source(void)
{
	static struct record record;
	struct world *world = world_new(CONF_A, CONF_B);
	struct ike_endpoint to = endpoint(0, 0, 2), from = endpoint(66, 0, 1);
	struct world_verdict verdict;
	unsigned int i;

	record_first(world, &record, &verdict);
	for (i = 0; i < 60; i++) {
		record.item[0].data[0] = i;
		ike_sas_receive(&world->b.daemon, &to, &from,
				ike_chunk(record.item[0].data, record.item[0].len));
	}
	/* The other one is of whom the message was taken from. */
	check(world->b.daemon.sas->half_open == IKE_COOKIE_AT_SOURCE + 1,
	      "v2: of one address that answers no cookie, four are remembered");
	world_free(world);
}

/* They need not see what the other end says to it. */
static void in_its_name(void)
{
	static struct record record;
	struct world *world = world_new(CONF_A, CONF_B);
	struct world_verdict verdict;
	unsigned int i;

	record_first(world, &record, &verdict);
	world_run(world, 1000);
	world_down(&world->a, "home", &verdict);
	world_run(world, IKE_HALF_OPEN_TIME + 1000);
	for (i = 0; i < 200; i++) {
		record.item[0].data[0] = i;
		again(&record, 0, 1);
	}
	check(world->b.daemon.sas->half_open == IKE_COOKIE_AT_SOURCE,
	      "v2: who speaks in a peer's name has few places");
	world_up(&world->a, "net", &verdict);
	world_run(world, 5000);
	check(!verdict.failed && world_count_up(&world->b) == 1,
	      "v2: and does not keep the peer out");
	world_free(world);
}

/* Who can receive, and has no key: each attempt costs the other end an SA for a while. */
static void wrong_keys(void)
{
	struct world *world = world_new(CONF("10.0.0.1", "10.0.0.2", "a.example.org",
					     "b.example.org",
					     "proposals = aes128gcm16-prfsha256-ecp256",
					     "10.1.0.0/16", "10.2.0.0/16", "", "close sesame"),
					CONF_B);
	struct world_verdict verdict;
	unsigned int i, most = 0;

	for (i = 0; i < 60; i++) {
		world_up(&world->a, "net", &verdict);
		world_run(world, 100);
		if (world->b.daemon.sas->count > most)
			most = world->b.daemon.sas->count;
	}
	check(most == IKE_HALF_OPEN_SOURCE && world->b.daemon.bad[IKE_BAD_LIMIT],
	      "v2: who fails to authenticate has no more of them than who does not try");
	world_run(world, 400000);
	check(!world->b.daemon.sas->count && !world->b.daemon.sas->half_open,
	      "v2: and none when that has been forgotten");
	world_free(world);
}

/* Whoever is known has limits, too. */
static void rekeyed_for_ever(void)
{
	struct world *world = world_new(CONF_A, CONF_B);
	struct world_verdict verdict;
	unsigned int i;

	world_up(&world->a, "net", &verdict);
	world_run(world, 1000);
	world->filter = world_no_info_to_b;
	for (i = 0; i < IKE_PEER_SAS_MAX + 10; i++) {
		world_rekey(&world->a, "home", &verdict);
		world_run(world, 100);
	}
	check(world->b.daemon.sas->count == IKE_PEER_SAS_MAX && verdict.failed == 1 &&
	      world_count_up(&world->b) == 1, "v2: who rekeys and never closes finds an end");
	world_free(world);
}

/* Octets that were allocated and not freed yet; 0: nobody counts. */
static size_t heap_in_use(void)
{
#ifdef __SANITIZE_ADDRESS__
	return __sanitizer_get_current_allocated_bytes();
#else
	return 0;
#endif
}

/* A first message of this length, filled up with a vendor id. */
static void lengthen(const struct record *record, uint8_t *message, size_t len)
{
	size_t before = record->item[0].len, at = IKE_HDR_LEN;

	memset(message, 0, len);
	memcpy(message, record->item[0].data, before);
	while (message[at])
		at += message[at + 2] << 8 | message[at + 3];
	message[at] = IKE_P_VENDOR;
	message[before + 2] = (len - before) >> 8;
	message[before + 3] = len - before;
	message[26] = len >> 8;
	message[27] = len;
}

static void bounded(void)
{
	static struct record record;
	static uint8_t message[IKE_FIRST_MAX + 1];
	struct world *world = world_new(CONF_A, CONF_B);
	struct ike_endpoint to = endpoint(0, 0, 2), from;
	struct world_verdict verdict;
	size_t before;
	unsigned int i;

	if (!heap_in_use()) {
		skip("v2: memory of half-open SAs", "only AddressSanitizer counts it");
		world_free(world);
		return;
	}
	record_first(world, &record, &verdict);
	world_run(world, 1000);
	lengthen(&record, message, IKE_FIRST_MAX);
	before = heap_in_use();
	for (i = 0; i < IKE_COOKIE_AT; i++) {
		message[0] = i + 1;
		from = endpoint(66, i, 1);
		ike_sas_receive(&world->b.daemon, &to, &from, ike_chunk(message, IKE_FIRST_MAX));
		/* Its answers, which go to nobody, are gone. */
		world_run(world, 20);
	}
	before = (heap_in_use() - before) / IKE_COOKIE_AT;
	check(world->b.daemon.sas->half_open == IKE_COOKIE_AT &&
	      before > IKE_FIRST_MAX && before <= IKE_HALF_OPEN_OCTETS,
	      "v2: a half-open SA takes no more memory than is said");
	printf("# %zu octets for each\n", before);
	lengthen(&record, message, IKE_FIRST_MAX + 1);
	ike_sas_receive(&world->b.daemon, &to, &from, ike_chunk(message, IKE_FIRST_MAX + 1));
	check(world->b.daemon.bad[IKE_BAD_LIMIT] == 1, "v2: a longer first message is not taken");
	world_free(world);
}

static void answers(void)
{
	struct world *world = world_new(CONF_A, CONF_B);
	struct ike_endpoint to = endpoint(0, 0, 2), from = endpoint(66, 0, 1);
	uint8_t message[60] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 9, 9, 9, 9, 9, 46, 0x20,
				INFORMATIONAL, IKE_FLAG_INITIATOR, 0, 0, 0, 5, 0, 0, 0, 60 };
	unsigned int i;

	for (i = 0; i < 1000; i++)
		ike_sas_receive(&world->b.daemon, &to, &from, ike_chunk(message, sizeof(message)));
	check(world->b.daemon.bad[IKE_BAD_UNKNOWN_SPI] == 1000 &&
	      world->b.sent == IKE_ANSWERS_RATE, "v2: unknown SPIs are answered now and then");
	world->b.sent = 0;
	world_run(world, 2000);
	message[17] = 0x30;
	ike_sas_receive(&world->b.daemon, &to, &from, ike_chunk(message, sizeof(message)));
	check(world->b.daemon.bad[IKE_BAD_VERSION] == 1 && world->b.sent == 1,
	      "v2: a higher version is told which is known");
	world_run(world, 2000);
	message[17] = 0x20;
	message[19] |= IKE_FLAG_RESPONSE;
	ike_sas_receive(&world->b.daemon, &to, &from, ike_chunk(message, sizeof(message)));
	check(world->b.sent == 1, "v2: a response is never answered");
	world_free(world);
}

void test_ike_v2_hostile(void)
{
	forged_refusal();
	replays();
	broken();
	out_of_window();
	flood();
	one_source();
	in_its_name();
	wrong_keys();
	rekeyed_for_ever();
	bounded();
	answers();
}
