// SPDX-License-Identifier: GPL-2.0-only
/* Memory is not there for one thing, for each in turn: all else goes on, and nothing leaks. */
#include <stdio.h>
#include <string.h>

#include "unit.h"
#include "unit_ike_v2_conf.h"
#include "unit_ike_v2_world.h"
#include "unit_memory.h"

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
	if (!world_recovers(world, &verdict)) {
		printf("# %s, without the allocation after %u: SAs %u %u, IKE SAs %u %u: %d %s\n",
		       steps[step].name, before, world_count_sas(&world->a),
		       world_count_sas(&world->b), world->a.daemon.sas->count,
		       world->b.daemon.sas->count, verdict.failed, verdict.words);
		*good = false;
	}
	world_free(world);
	return failed;
}

void test_ike_v2_memory(void)
{
	char name[128];
	unsigned int before;
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
}
