// SPDX-License-Identifier: GPL-2.0-only
/* Orders of all kinds at any time, while something fails now and then: afterwards all is well. */
#include <stdio.h>

#include "unit.h"
#include "unit_ike_v2_conf.h"
#include "unit_ike_v2_world.h"
#include "unit_memory.h"

#define ORDERS	40

/* What @go_on does, it does with each order. */
struct trouble {
	const char *name;
	unsigned int seeds;
	void (*begin)(struct world *world, unsigned int seed);
	void (*go_on)(struct world *world);
	void (*end)(struct world *world);
};

static struct world_end *any_end(struct world *world)
{
	return world_random(world, 2) ? &world->a : &world->b;
}

static void memory_begins(struct world *world, unsigned int seed)
{
	(void)world;
	memory_fails_often(seed, 5 + seed % 60);
}

static void memory_ends(struct world *world)
{
	(void)world;
	memory_has_failed();
}

static void network_begins(struct world *world, unsigned int seed)
{
	world->loss = seed % 30;
	world->twice = seed % 7;
	world->jitter = 30;
}

static void module_refuses(struct world *world)
{
	struct world_end *end = any_end(world);

	switch (world_random(world, 12)) {
	case 0:
		end->refuse = 1 + world_random(world, 2);
		break;
	case 1:
		end->refuse_out = 1;
		break;
	case 2:
		end->refuse_policies = 1;
	}
}

static void network_ends(struct world *world)
{
	struct world_end *ends[] = { &world->a, &world->b };
	size_t i;

	world->loss = 0;
	world->twice = 0;
	for (i = 0; i < ARRAY_SIZE(ends); i++) {
		ends[i]->refuse = 0;
		ends[i]->refuse_out = 0;
		ends[i]->refuse_policies = 0;
	}
}

static const struct trouble troubles[] = {
	{ "memory that is there now and then", 60, memory_begins, NULL, memory_ends },
	{ "a network that loses, and modules that refuse", 100, network_begins, module_refuses,
	  network_ends },
};

static void give_order(struct world *world, struct world_verdict *verdict)
{
	const char *name = world_random(world, 2) ? "net" : "home";
	struct world_end *end = any_end(world);

	switch (world_random(world, 4)) {
	case 0:
		world_down(end, name, verdict);
		break;
	case 1:
		world_up(&world->a, "net", verdict);
		break;
	default:
		world_rekey(end, name, verdict);
	}
}

/* An end that could not even say that it has closed an SA is found out by DPD. */
static bool recovers(const struct trouble *trouble, unsigned int seed)
{
	struct world *world = world_new(CONF_OF_A("dpd_delay = 30s", "dpd_action = restart"),
					CONF_OF_B("dpd_delay = 30s", ""));
	struct world_verdict verdict[ORDERS], last = { .failed = 0 };
	unsigned int i, open = 0;
	bool good;

	world->seed = seed;
	trouble->begin(world, seed);
	for (i = 0; i < ORDERS; i++) {
		give_order(world, &verdict[i]);
		if (trouble->go_on)
			trouble->go_on(world);
		world_busy(world, world_random(world, 3000));
	}
	trouble->end(world);
	good = world_recovers(world, &last);
	for (i = 0; i < ORDERS; i++)
		open += verdict[i].failed < 0;
	if (!good || open)
		printf("# seed %u: SAs %u %u, IKE SAs %u %u, orders without a verdict: %u\n", seed,
		       world_count_sas(&world->a), world_count_sas(&world->b),
		       world->a.daemon.sas->count, world->b.daemon.sas->count, open);
	world_free(world);
	return good && !open;
}

void test_ike_v2_trouble(void)
{
	char name[128];
	unsigned int seed;
	size_t i;
	bool good;

	for (i = 0; i < ARRAY_SIZE(troubles); i++) {
		good = true;
		for (seed = 0; seed < troubles[i].seeds; seed++)
			good = recovers(&troubles[i], seed) && good;
		snprintf(name, sizeof(name), "v2: %s", troubles[i].name);
		check(good, name);
	}
}
