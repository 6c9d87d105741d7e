// SPDX-License-Identifier: GPL-2.0-only
/* IKE_SA_INIT and IKE_AUTH, between two ends. */
#include <stdio.h>
#include <string.h>

#include "unit.h"
#include "unit_ike_v2_conf.h"
#include "unit_ike_v2_world.h"

static void comes_up(void)
{
	struct world *world = world_new(CONF_A, CONF_B);
	struct world_verdict verdict;

	world_up(&world->a, "net", &verdict);
	world_run(world, 2000);
	check(!verdict.failed, "v2: a child comes up by a shared key");
	check(world_count_up(&world->a) == 1 && world_count_up(&world->b) == 1,
	      "v2: at both ends");
	check(world_same_keys(world) && world_count_sas(&world->a) == 2, "v2: with the same keys");
	check(world_count_policies(&world->a) == 1 && world_count_policies(&world->b) == 1,
	      "v2: and a policy");
	world_traffic(world);
	world_settle(world);
	check(world->a.esp_taken == 1 && world->b.esp_taken == 1, "v2: packets pass");
	world_up(&world->a, "net", &verdict);
	check(!verdict.failed, "v2: what is up already is up");
	world_down(&world->a, "home", &verdict);
	world_settle(world);
	check(!verdict.failed && !world_count_sas(&world->a) && !world_count_sas(&world->b) &&
	      !world_count_policies(&world->a) && !world_count_policies(&world->b),
	      "v2: and down again, without a trace");
	world_free(world);
}

void test_ike_v2_begin(void)
{
	comes_up();
}
