// SPDX-License-Identifier: GPL-2.0-only
/* What ends, or has ended, without being told to: limits, lost events, answers of no use. */
#include <string.h>

#include "unit.h"
#include "unit_ike_v2_conf.h"
#include "unit_ike_v2_world.h"

static bool no_child(struct world *world)
{
	return !world_count_sas(&world->a) && !world_count_sas(&world->b) &&
	       !world_count_policies(&world->b);
}

/* Of its SAs one way, or both. */
static void flush(struct world_end *end, bool inbound, bool outbound)
{
	size_t i;

	for (i = 0; i < end->sas; i++) {
		if (end->sa[i].inbound ? inbound : outbound)
			end->sa[i].there = false;
	}
}

static void lost_events(const char *conf, unsigned int stay, const char *name)
{
	unsigned int ways;
	struct world *world;

	for (ways = 1; ways <= 3; ways++) {
		world = world_up_net(conf, CONF_B);
		ike_sas_overrun(&world->a.daemon);
		world_run(world, 1000);
		check(world_one_pair(world) && world_child(&world->a)->number == 1,
		      "v2: events were lost, and nothing has changed");
		flush(&world->a, ways & 1, ways & 2);
		ike_sas_overrun(&world->a.daemon);
		world_run(world, 60000);
		check(stay ? world_one_pair(world) && world_child(&world->b)->number > 1 :
			     no_child(world) && world_one_ike(world), name);
		world_free(world);
	}
}

#define TIMES	"rekey_time = 100s\nover_time = 30s\nrand_time = 0s\n"
#define OTHERS	"proposals = aes256gcm16-prfsha384-ecp384\n"

/* The peer takes no new proposals: it is rekeyed no more. */
static void over_time(void)
{
	struct world *world = world_up_net(CONF_OF_A(TIMES, ""), CONF_B);
	struct ike_conf *other = world_conf(CONF_OF_B(OTHERS, ""));

	world_ike(&world->b)->conn->proposals = other->conns->proposals;
	ike_conf_free(other);
	world_run(world, 128000);
	check(world_one_ike(world) && world_one_pair(world) &&
	      world_log_has("it cannot be rekeyed: NO_PROPOSAL_CHOSEN"),
	      "v2: an IKE SA that cannot be rekeyed lives until its time is over");
	world_run(world, 5000);
	check(no_child(world) && !world_count_ike(&world->a, IKE_SA_UP) &&
	      !world_count_ike(&world->b, IKE_SA_UP) && world_log_has("its time is over"),
	      "v2: and is closed then, at both ends");
	world_free(world);
}

static bool drop(struct world *world, struct world_flight *flight)
{
	(void)world;
	(void)flight;
	return false;
}

/* In its place the peer answers with nothing at all, by the keys that it has. */
static void answer_with_nothing(struct world *world, uint8_t exchange)
{
	struct ike_sa *b = world_ike(&world->b);
	struct ike_writer w;

	world->filter = drop;
	world_run(world, 15);
	world->filter = NULL;
	ike_writer_begin_inner(&w);
	check(!ike_xmit_respond(b, exchange, b->xmit.in_id++, &w, &b->local, &b->remote),
	      "v2: an empty response");
}

/* Section 2.21: the ends do not agree any more on what there is. */
static void malformed_responses(void)
{
	static const char * const names[] = { "net", "home" };
	struct world_verdict verdict;
	struct world *world;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		world = world_up_net(CONF_A, CONF_B);
		world_rekey(&world->a, names[i], &verdict);
		answer_with_nothing(world, CREATE_CHILD_SA);
		world_run(world, 5000);
		check(verdict.failed == 1 && !strcmp(verdict.words, "the response is malformed") &&
		      world->a.daemon.bad[IKE_BAD_MISSING] == 1 && no_child(world) &&
		      !world_count_ike(&world->a, IKE_SA_UP) &&
		      !world_count_ike(&world->b, IKE_SA_UP),
		      "v2: a response that lacks what it must have ends the IKE SA");
		world_free(world);
	}
}

static unsigned int left_after;
static struct world *left_from;

static void note_left(struct ike_daemon *daemon)
{
	(void)daemon;
	left_after = left_from->now - left_after;
	left_from = NULL;
}

static void leaves_alone(void)
{
	struct world *world = world_up_net(CONF_A, CONF_B);

	world->filter = drop;
	left_from = world;
	left_after = world->now;
	ike_sas_leave(&world->a.daemon, note_left);
	world_run(world, 60000);
	check(!left_from && left_after == 2000,
	      "v2: who is asked to end does not wait long for a peer that does not answer");
	world_free(world);
}

/* The peer closes it; what then is in close_action. */
static void closed_by_peer(const char *conf, unsigned int policies, unsigned int up,
			   const char *name)
{
	struct world *world = world_up_net(conf, CONF_B);
	struct world_verdict verdict;

	world_down(&world->b, "net", &verdict);
	world_run(world, 60000);
	check(!verdict.failed && world_count_policies(&world->a) == policies &&
	      world_count_up(&world->a) == up && world_count_up(&world->b) == up &&
	      world_same_keys(world), name);
	world_free(world);
}

void test_ike_v2_ends(void)
{
	lost_events(CONF_A, 0, "v2: what is not there any more is closed at the peer, too");
	lost_events(CONF_OF_A("", "start_action = start"), 1,
		    "v2: and comes up again if it is always to be up");
	over_time();
	malformed_responses();
	leaves_alone();
	closed_by_peer(CONF_A, 0, 0, "v2: what the peer closes is down");
	closed_by_peer(CONF_OF_A("", "close_action = trap"), 1, 0, "v2: or waits for a packet");
	closed_by_peer(CONF_OF_A("", "close_action = start"), 1, 1, "v2: or comes up again");
}
