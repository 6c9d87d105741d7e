// SPDX-License-Identifier: GPL-2.0-only
/* Rekeying and closing, by one end and by both at once (RFC 7296 sections 2.8, 2.25). */
#include <stdio.h>
#include <string.h>

#include "unit.h"
#include "unit_ike_v2_conf.h"
#include "unit_ike_v2_world.h"

/* Until nothing replaced is left: the inbound halves linger for some seconds. */
#define SETTLED		20000

static bool nothing_lost(const struct world *world)
{
	return !world->a.esp_lost && !world->b.esp_lost && !world->a.esp_waits &&
	       !world->b.esp_waits && world->a.esp_taken > 10 &&
	       world->b.esp_taken > 10;
}

static void children_50_times(void)
{
	struct world *world = world_up_net(CONF_A, CONF_B);
	struct world_verdict verdict;
	bool good = true;
	uint32_t spi;
	int i;

	for (i = 0; i < 50; i++) {
		spi = world_child(&world->a)->spi_in;
		world_rekey(i % 2 ? &world->a : &world->b, "net", &verdict);
		world_busy(world, 200);
		good = good && !verdict.failed && world_count_up(&world->a) == 1 &&
		       world_count_up(&world->b) == 1 && world_child(&world->a)->spi_in != spi;
	}
	world_busy(world, SETTLED);
	check(good && world_one_pair(world), "v2: a child rekeyed 50 times, by either end");
	check(nothing_lost(world), "v2: no packet is lost by it");
	world_free(world);
}

static void ike_50_times(void)
{
	struct world *world = world_up_net(CONF_A, CONF_B);
	struct world_verdict verdict;
	bool good = true;
	struct ike_keys keys;
	int i;

	for (i = 0; i < 50; i++) {
		keys = world_ike(&world->a)->keys;
		world_rekey(i % 3 ? &world->a : &world->b, "home", &verdict);
		world_busy(world, 100);
		good = good && !verdict.failed && world_one_ike(world) &&
		       memcmp(&keys, &world_ike(&world->a)->keys, sizeof(keys));
	}
	check(good, "v2: an IKE SA rekeyed 50 times, by either end");
	check(world_one_pair(world) && nothing_lost(world), "v2: its child goes on");
	world_rekey(&world->b, "net", &verdict);
	world_run(world, SETTLED);
	check(!verdict.failed && world_one_pair(world), "v2: and is rekeyed on the new one");
	world_run(world, 200000);
	check(world->a.daemon.sas->count == 1 && world->b.daemon.sas->count == 1,
	      "v2: nothing is left of the old ones");
	world_free(world);
}

/*
 * What each end begins, and how many milliseconds the second waits: 10 is how
 * long a datagram takes, so that all orders of sending and receiving occur.
 */
static const struct {
	const char *name;
	const char *a;
	const char *b;
	bool down_a, down_b;
} pairs[] = {
	{ "both rekey the child", "net", "net", false, false },
	{ "both rekey the IKE SA", "home", "home", false, false },
	{ "one rekeys the child, one the IKE SA", "net", "home", false, false },
	{ "one rekeys the child, one closes it", "net", "net", false, true },
	{ "one rekeys the IKE SA, one closes the child", "home", "net", false, true },
	{ "both close the child", "net", "net", true, true },
	{ "one rekeys the child, one closes the IKE SA", "net", "home", false, true },
	{ "both rekey, one closes the IKE SA", "home", "home", false, true },
	{ "both close the IKE SA", "home", "home", true, true },
};

static void begin(struct world_end *end, const char *name, bool down,
		  struct world_verdict *verdict)
{
	if (down)
		world_down(end, name, verdict);
	else
		world_rekey(end, name, verdict);
}

/* One end after the other; a and b change places, too. */
static bool collide(size_t pair, unsigned int wait, bool swap, unsigned int loss,
		    unsigned int seed)
{
	struct world *world = world_up_net(CONF_A, CONF_B);
	struct world_end *first = swap ? &world->b : &world->a;
	struct world_verdict one, other;
	bool children = !pairs[pair].down_a && !pairs[pair].down_b, good;

	world->seed = seed;
	world->loss = loss;
	world->twice = loss;
	world->jitter = loss ? 30 : 0;
	begin(first, pairs[pair].a, pairs[pair].down_a, &one);
	world_busy(world, wait);
	begin(world_other(first), pairs[pair].b, pairs[pair].down_b, &other);
	world_busy(world, 3000);
	world_run(world, loss ? 200000 : 30000);
	world->loss = 0;
	world_run(world, 200000);
	good = one.failed >= 0 && other.failed >= 0 && world_same_keys(world) &&
	       world_count_up(&world->a) == world_count_up(&world->b) &&
	       world->a.daemon.sas->count == world->b.daemon.sas->count;
	if (children)
		good = good && !one.failed && !other.failed && world_one_pair(world) &&
		       world_one_ike(world) && nothing_lost(world) &&
		       world->a.daemon.sas->count == 1;
	else
		good = good && !world_count_sas(&world->a) && !world_count_policies(&world->a) &&
		       !world_count_policies(&world->b);
	if (!good)
		printf("# %s%s: %u ms, %u %%, seed %u: SAs %u %u, IKE %u %u, lost %u %u: %s; %s\n",
		       pairs[pair].name, swap ? ", the other way round" : "", wait, loss, seed,
		       world_count_sas(&world->a), world_count_sas(&world->b),
		       world->a.daemon.sas->count, world->b.daemon.sas->count,
		       world->a.esp_lost, world->b.esp_lost, one.failed ? one.words : "done",
		       other.failed ? other.words : "done");
	world_free(world);
	return good;
}

static void collisions(void)
{
	char name[128];
	unsigned int wait, seed;
	size_t i;
	bool good;

	for (i = 0; i < ARRAY_SIZE(pairs); i++) {
		good = true;
		/* The nonces decide who yields: each order more than once. */
		for (wait = 0; wait <= 50; wait += 5) {
			for (seed = 0; seed < 4; seed++)
				good = collide(i, wait, seed % 2, 0, seed) && good;
		}
		snprintf(name, sizeof(name), "v2: %s at once", pairs[i].name);
		check(good, name);
	}
}

static void collisions_with_loss(void)
{
	unsigned int seed;
	size_t i;
	bool good;
	char name[128];

	for (i = 0; i < ARRAY_SIZE(pairs); i++) {
		good = true;
		for (seed = 0; seed < 12; seed++)
			good = collide(i, seed * 7 % 40, seed % 2, 20, seed) && good;
		snprintf(name, sizeof(name), "v2: %s at once, with 20 %% loss", pairs[i].name);
		check(good, name);
	}
}

/* Soft limits, a time that passes, and how long everything holds. */
static void by_time(void)
{
	const char *conf_a = CONF_OF_A("rekey_time = 600s\nover_time = 100s\nrand_time = 60s",
				       "rekey_time = 300s\nlife_time = 400s\nrand_time = 30s");
	struct world *world = world_up_net(conf_a, CONF_B);
	struct ike_child *child = world_child(&world->a);
	uint32_t spi = child->spi_in;
	struct ike_keys keys = world_ike(&world->a)->keys;

	check(world->a.sa[0].soft_time >= 269 && world->a.sa[0].soft_time <= 300 &&
	      world->a.sa[0].hard_time == 400, "v2: the module is told the lifetimes, with jitter");
	ike_sas_expire(&world->a.daemon, &child->remote.addr, child->spi_out, false);
	world_run(world, SETTLED);
	check(world_one_pair(world) && world_child(&world->a)->spi_in != spi,
	      "v2: a soft limit rekeys the child");
	world_run(world, 620000);
	check(world_one_ike(world) && memcmp(&keys, &world_ike(&world->a)->keys, sizeof(keys)),
	      "v2: an IKE SA rekeys itself in time");
	child = world_child(&world->a);
	ike_sas_expire(&world->a.daemon, &child->local.addr, child->spi_in, true);
	world_settle(world);
	check(!world_count_up(&world->a) && !world_count_up(&world->b),
	      "v2: a hard limit closes the child at both ends");
	world_free(world);
}

/* How far 100 draws are spread; UINT64_MAX if one of them is out of bounds. */
static uint64_t spread(uint64_t value, uint64_t rand)
{
	uint64_t least = UINT64_MAX, most = 0;
	unsigned int i;

	for (i = 0; i < 100; i++) {
		uint64_t here = ike_jittered(value, rand);

		if (here > value || here < value - rand)
			return UINT64_MAX;
		least = here < least ? here : least;
		most = here > most ? here : most;
	}
	return most - least;
}

/* Seconds, octets and packets, as large as the configuration takes them. */
static void jitter(void)
{
	const uint64_t gigabyte = UINT64_C(1) << 30;

	check(spread(10 * gigabyte, gigabyte) - gigabyte / 2 < gigabyte / 2,
	      "v2: all of the random part is used");
	check(spread(INT64_MAX, INT64_MAX / 4) - INT64_MAX / 8 < INT64_MAX / 8,
	      "v2: however large it is");
	check(ike_jittered(10, INT64_MAX) >= 5 && ike_jittered(10, INT64_MAX) <= 10,
	      "v2: but no more than half of the whole");
	check(!spread(INT64_MAX, 0) && !ike_jittered(0, 10), "v2: and none where there is none");
}

void test_ike_v2_rekey(void)
{
	children_50_times();
	ike_50_times();
	by_time();
	jitter();
}

void test_ike_v2_collide(void)
{
	collisions();
}

void test_ike_v2_loss(void)
{
	collisions_with_loss();
}
