// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory is not there for one thing, for each in turn, or by chance for many: all else goes on,
 * and nothing leaks.
 */
#include <stdio.h>
#include <string.h>

#include "unit.h"
#include "unit_ike_v2_conf.h"
#include "unit_ike_v2_world.h"
#include "unit_memory.h"

/* Longer than a request is sent again, and a plan waits before it tries again. */
#define RECOVERED	600000

static void come_up(struct world *world, struct world_verdict *verdict)
{
	world_up(&world->a, "net", verdict);
	world_settle(world);
}

static void rekey_child(struct world *world, struct world_verdict *verdict)
{
	world_rekey(&world->a, "net", verdict);
	world_busy(world, 200);
}

static void rekey_ike(struct world *world, struct world_verdict *verdict)
{
	world_rekey(&world->a, "home", verdict);
	world_busy(world, 200);
}

static void go_down(struct world *world, struct world_verdict *verdict)
{
	world_down(&world->a, "home", verdict);
	world_settle(world);
}

static const struct {
	const char *name;
	void (*run)(struct world *world, struct world_verdict *verdict);
	/* The child is up before it. */
	bool up;
} steps[] = {
	{ "an IKE SA is established", come_up, false },
	{ "a child is rekeyed", rekey_child, true },
	{ "an IKE SA is rekeyed", rekey_ike, true },
	{ "an IKE SA is closed", go_down, true },
};

/* Whatever has become of it, the two can key each other afterwards. */
static bool recovers(struct world *world, struct world_verdict *verdict)
{
	world_run(world, RECOVERED);
	if (verdict->failed < 0)
		return false;
	if (world_count_up(&world->a) && world_one_pair(world) && world_one_ike(world))
		return true;
	world_up(&world->a, "net", verdict);
	world_run(world, RECOVERED);
	return !verdict->failed && world_one_pair(world) && world_one_ike(world);
}

/* False if it never came to that: all has had its turn. */
static bool one_fails(size_t step, unsigned int before, bool *good)
{
	struct world *world = steps[step].up ? world_up_net(CONF_A, CONF_B) :
					       world_new(CONF_A, CONF_B);
	struct world_verdict verdict = { .failed = 0 };
	bool failed;

	memory_fails_after(before);
	steps[step].run(world, &verdict);
	failed = memory_has_failed();
	if (!recovers(world, &verdict)) {
		printf("# %s, without the allocation after %u: SAs %u %u, IKE SAs %u %u: %d %s\n",
		       steps[step].name, before, world_count_sas(&world->a),
		       world_count_sas(&world->b), world->a.daemon.sas->count,
		       world->b.daemon.sas->count, verdict.failed, verdict.words);
		*good = false;
	}
	world_free(world);
	return failed;
}

#define ORDERS	40

static void give_orders(struct world *world, struct world_verdict *verdict)
{
	unsigned int i;

	for (i = 0; i < ORDERS; i++) {
		struct world_end *end = world_random(world, 2) ? &world->a : &world->b;
		const char *name = world_random(world, 2) ? "net" : "home";

		switch (world_random(world, 4)) {
		case 0:
			world_down(end, name, &verdict[i]);
			break;
		case 1:
			world_up(&world->a, "net", &verdict[i]);
			break;
		default:
			world_rekey(end, name, &verdict[i]);
		}
		world_busy(world, world_random(world, 3000));
	}
}

/* An end that could not even say that it has closed an SA is found out by DPD. */
static bool often_fails(unsigned int seed)
{
	struct world *world = world_new(CONF_OF_A("dpd_delay = 30s", "dpd_action = restart"),
					CONF_B);
	struct world_verdict verdict[ORDERS], last = { .failed = 0 };
	unsigned int i, open = 0;
	bool good;

	world->seed = seed;
	memory_fails_often(seed, 5 + seed % 60);
	give_orders(world, verdict);
	good = memory_has_failed() && recovers(world, &last);
	for (i = 0; i < ORDERS; i++)
		open += verdict[i].failed < 0;
	if (!good || open)
		printf("# seed %u: SAs %u %u, IKE SAs %u %u, orders without a verdict: %u\n", seed,
		       world_count_sas(&world->a), world_count_sas(&world->b),
		       world->a.daemon.sas->count, world->b.daemon.sas->count, open);
	world_free(world);
	return good && !open;
}

void test_ike_v2_memory(void)
{
	char name[128];
	unsigned int before;
	unsigned int seed;
	size_t i;
	bool good;

	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		good = true;
		for (before = 0; one_fails(i, before, &good); before++)
			;
		snprintf(name, sizeof(name), "v2: %s, without memory for any one thing",
			 steps[i].name);
		check(good && before > 3, name);
	}
	good = true;
	for (seed = 0; seed < 60; seed++)
		good = often_fails(seed) && good;
	check(good, "v2: whatever is ordered, with memory that is there now and then");
}
