// SPDX-License-Identifier: GPL-2.0-only
/*
 * Datagrams for a daemon's half, in several states: as they are, or sealed with
 * the peer's keys, so that what is within is what the fuzzer makes.
 *
 * The first octet says in which state; then come messages: an octet of flags,
 * one of length, and so many octets. Of one that is to be sealed, these are the
 * exchange, the first payload's type, and the chain.
 */
#include <string.h>

#include "../../tools/unit_ike_v2_conf.h"
#include "../../tools/unit_ike_v2_world.h"
#include "fuzz.h"

#define FAST	"proposals = aes128gcm16-prfsha256-curve25519\n"
#define END(local, remote, id, peer, local_ts, remote_ts)				\
	CONF(local, remote, id, peer, FAST, local_ts, remote_ts,			\
	     "esp_proposals = aes128gcm16-curve25519, aes128gcm16", "open sesame")

enum {
	TO_A		= 0x01,
	SEALED		= 0x02,
	RESPONSE	= 0x04,
	/* Not the message id whose turn it is. */
	ODD_ID		= 0x08,
	/* Let some time pass afterwards. */
	WAIT		= 0x10,
};

/* How far it has come before the fuzzer's messages. */
static void reach(struct world *world, uint8_t state)
{
	static const unsigned int times[] = { 5, 15, 25, 1000, 1000, 1000, 1000, 1000 };
	static struct world_verdict verdict;

	world_up(&world->a, "net", &verdict);
	world_run(world, times[state]);
	if (state == 4)
		world_rekey(&world->a, "net", &verdict);
	else if (state == 5)
		world_rekey(&world->b, "home", &verdict);
	else if (state == 6)
		world_down(&world->a, "net", &verdict);
	else if (state == 7)
		world_down(&world->b, "home", &verdict);
	world_run(world, 5);
}

static void receive(struct world_end *to, struct ike_chunk message)
{
	struct ike_endpoint local = { .addr = to->addr, .port = IKE_PORT };
	struct ike_endpoint remote = { .addr = world_other(to)->addr, .port = IKE_PORT };

	ike_sas_receive(&to->daemon, &local, &remote, message);
}

/* The newest SA that has keys: what its peer would send. */
static void receive_sealed(struct world_end *to, uint8_t flags, const uint8_t *data, size_t len)
{
	struct ike_sa *sa = to->daemon.sas->all;
	struct ike_hdr hdr = { .major = 2 };
	struct ike_cipher cipher;
	struct ike_buf message;

	while (sa && !sa->keys.e_len)
		sa = sa->next;
	if (!sa || len < 2)
		return;
	memcpy(hdr.spi_i, sa->spi_i, IKE_SPI_LEN);
	memcpy(hdr.spi_r, sa->spi_r, IKE_SPI_LEN);
	hdr.exchange = IKE_AUTH + data[0] % 3;
	hdr.flags = (sa->initiator ? 0 : IKE_FLAG_INITIATOR) |
		    (flags & RESPONSE ? IKE_FLAG_RESPONSE : 0);
	hdr.id = (flags & RESPONSE ? sa->xmit.out_id - 1 : sa->xmit.in_id) + !!(flags & ODD_ID);
	cipher = (struct ike_cipher){
		.suite = &sa->suite,
		.encr = ike_chunk(sa->initiator ? sa->keys.er : sa->keys.ei, sa->keys.e_len),
		.integ = ike_chunk(sa->initiator ? sa->keys.ar : sa->keys.ai, sa->keys.a_len),
	};
	ike_buf_init(&message, IKE_MESSAGE_MAX);
	if (!ike_seal(&cipher, world_random(to->world, 1u << 30), &hdr, data[1],
		      ike_chunk(data + 2, len - 2), &message))
		receive(to, ike_buf_chunk(&message));
	ike_buf_free(&message);
}

static void must_be_sound(const struct world_end *end)
{
	const struct ike_sa_table *table = end->daemon.sas;
	const struct ike_sa *sa;
	unsigned int count = 0, half_open = 0;

	for (sa = table->all; sa; sa = sa->next, count++) {
		half_open += sa->counted;
		must(sa->child_count <= IKE_CHILDREN_MAX && sa->task_count <= IKE_TASKS_MAX,
		     "children and tasks within their limits");
		must(!sa->shake == (sa->state != IKE_SA_CONNECTING &&
				    sa->state != IKE_SA_HALF_OPEN),
		     "the handshake's secrets to go with it");
	}
	must(count == table->count && half_open == table->half_open, "counts that are right");
}

void fuzz_ike_v2(const uint8_t *data, size_t size)
{
	static struct ike_conf *conf_a, *conf_b;
	struct world *world;
	struct world_end *to;
	size_t at = 1, len;

	if (!size)
		return;
	ike_log_open(IKE_LOG_ERROR, 0);
	if (!conf_a) {
		conf_a = world_conf(END("10.0.0.1", "10.0.0.2", "a.example.org", "b.example.org",
					"10.1.0.0/16", "10.2.0.0/16"));
		conf_b = world_conf(END("10.0.0.2", "%any", "b.example.org", "a.example.org",
					"10.2.0.0/16", "10.1.0.0/16"));
	}
	world = world_new_lent(conf_a, conf_b);
	reach(world, data[0] % 8);
	while (at + 2 <= size) {
		len = data[at + 1] < size - at - 2 ? data[at + 1] : size - at - 2;
		to = data[at] & TO_A ? &world->a : &world->b;
		if (data[at] & SEALED)
			receive_sealed(to, data[at], data + at + 2, len);
		else
			receive(to, ike_chunk(data + at + 2, len));
		if (data[at] & WAIT)
			world_run(world, 100);
		at += 2 + len;
	}
	world_run(world, 1000);
	must_be_sound(&world->a);
	must_be_sound(&world->b);
	world_free(world);
}
