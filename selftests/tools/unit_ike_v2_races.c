// SPDX-License-Identifier: GPL-2.0-only
/* Exchanges of both ends that overlap in one certain order (RFC 7296 sections 2.8, 2.25). */
#include <stdlib.h>
#include <string.h>

#include "unit.h"
#include "unit_ike_v2_conf.h"
#include "unit_ike_v2_world.h"

/* Until nothing that was replaced is left of either kind. */
#define SETTLED		250000

/* All that counts of it are the proposals of the IKE SA. */
#define CONF_WITH(proposals)								\
	CONF("10.0.0.2", "10.0.0.1", "b.example.org", "a.example.org",			\
	     "proposals = " proposals "\n", "10.2.0.0/16", "10.1.0.0/16", "", "open sesame")

/* What the network takes away: so many of a kind, to one end. */
struct loss {
	struct world_end *to;
	uint8_t exchange;
	bool response;
	unsigned int count;
};

#define LOSSES	4

static bool lose(struct world *world, struct world_flight *flight)
{
	struct loss *loss = world->filter_data;
	unsigned int i;

	for (i = 0; i < LOSSES; i++, loss++) {
		if (loss->count && loss->to == flight->to && loss->exchange == flight->data[18] &&
		    loss->response == !!(flight->data[19] & IKE_FLAG_RESPONSE)) {
			loss->count--;
			return false;
		}
	}
	return true;
}

static struct world *up(struct loss *losses)
{
	struct world *world = world_up_net(CONF_A, CONF_B);

	memset(losses, 0, LOSSES * sizeof(*losses));
	world->filter = lose;
	world->filter_data = losses;
	return world;
}

/* The whole of it: one IKE SA with one child, and nothing else. */
static bool all_well(struct world *world)
{
	return world_one_pair(world) && world_one_ike(world) && world->a.daemon.sas->count == 1 &&
	       world->b.daemon.sas->count == 1;
}

/*
 * Our request to rekey the IKE SA comes to the peer when that has the answer to
 * its own; the peer's Delete comes to us when our request has failed.
 */
static void failed_before_delete(void)
{
	struct loss losses[LOSSES];
	struct world *world = up(losses);
	struct world_verdict one, other;

	losses[0] = (struct loss){ &world->b, CREATE_CHILD_SA, false, 1 };
	losses[1] = (struct loss){ &world->a, INFORMATIONAL, false, 1 };
	world_rekey(&world->a, "home", &one);
	world_rekey(&world->b, "home", &other);
	world_run(world, SETTLED);
	check(!one.failed && !other.failed && all_well(world),
	      "v2: TEMPORARY_FAILURE says that the peer has rekeyed the IKE SA: its new one stays");
	world_free(world);
}

static void set_proposals(struct world_end *end, const char *text)
{
	struct ike_conf *conf = world_conf(text);

	world_ike(end)->conn->proposals = conf->conns->proposals;
	ike_conf_free(conf);
}

/* Another error, from a peer whose own rekeying we have answered. */
static void failed_for_good(const char *conf_b, const char *name)
{
	struct loss losses[LOSSES];
	struct world *world = up(losses);
	const char *both = CONF_WITH("aes128gcm16-prfsha256-ecp256-x25519");
	struct world_verdict one, other;

	set_proposals(&world->a, both);
	set_proposals(&world->b, both);
	world_rekey(&world->a, "home", &one);
	world_rekey(&world->b, "home", &other);
	/* A datagram takes 10 ms: it refuses the request, and takes the response to its own. */
	world_run(world, 5);
	set_proposals(&world->b, conf_b);
	world_run(world, 10);
	set_proposals(&world->b, both);
	world_run(world, SETTLED);
	check(!one.failed && !other.failed && all_well(world), name);
	world_free(world);
}

/* The one that is not up yet: what the other end has made and has not shown. */
static struct ike_child *inbound_child(const struct world_end *end)
{
	struct ike_child *child = world_ike(end)->children;

	while (child && child->state != IKE_CHILD_INBOUND)
		child = child->next;
	if (!child)
		abort();
	return child;
}

/* The response that is about a child is lost, and the peer rekeys that child. */
static void rekeyed_before_known(void)
{
	struct loss losses[LOSSES];
	struct world *world = up(losses);
	struct world_verdict verdict;
	struct ike_child *child;

	losses[0] = (struct loss){ &world->a, CREATE_CHILD_SA, true, 1 };
	world_rekey(&world->a, "net", &verdict);
	world_run(world, 100);
	child = inbound_child(&world->b);
	ike_sas_expire(&world->b.daemon, &child->local.addr, child->spi_in, false);
	world_run(world, SETTLED);
	check(world_log_has("the peer has lost child 'net'") && all_well(world),
	      "v2: a child that the peer was told is not known does not come up after that");
	world_free(world);
}

/*
 * Both rekey one child, and what the peer has made of it is rekeyed again before
 * the answer to our own request comes. The nonces decide who yields.
 */
static void rival_replaced(void)
{
	struct loss losses[LOSSES];
	struct world_verdict verdict;
	struct world *world;
	bool good = true;
	unsigned int i;

	for (i = 0; i < 12; i++) {
		world = up(losses);
		losses[0] = (struct loss){ &world->a, CREATE_CHILD_SA, true, 3 };
		world_rekey(&world->a, "net", &verdict);
		world_rekey(&world->b, "net", &verdict);
		world_busy(world, 100);
		world_rekey(&world->b, "net", &verdict);
		world_run(world, SETTLED);
		good = good && all_well(world);
		world_free(world);
	}
	check(good, "v2: two new children, and the peer's has been replaced when ours is known");
}

/* The old one is closed when its successor has been replaced and closed, too. */
static void closed_after_its_successor(void)
{
	struct loss losses[LOSSES];
	struct world *world = up(losses);
	struct world_verdict one, other;

	losses[0] = (struct loss){ &world->b, INFORMATIONAL, false, 2 };
	world_rekey(&world->a, "net", &one);
	world_busy(world, 1500);
	world_rekey(&world->b, "net", &other);
	world_run(world, SETTLED);
	check(!one.failed && !other.failed && all_well(world),
	      "v2: a child that outlives its successor ends it no second time");
	world_free(world);
}

/* Until its last attempt, who has asked for a new IKE SA can learn of it. */
static void answered_at_last(void)
{
	struct loss losses[LOSSES];
	struct world *world = up(losses);
	struct world_verdict verdict;

	losses[0] = (struct loss){ &world->a, CREATE_CHILD_SA, true, IKE_TRIES_MAX - 1 };
	losses[1] = (struct loss){ &world->b, INFORMATIONAL, false, IKE_TRIES_MAX - 1 };
	world_rekey(&world->a, "home", &verdict);
	world_run(world, 2 * IKE_TRY_ALL);
	check(!losses[0].count && !verdict.failed && world_one_pair(world) &&
	      world_one_ike(world), "v2: an IKE SA is rekeyed by the last attempt of ten");
	world_run(world, SETTLED);
	check(all_well(world), "v2: and the old one goes in the end");
	world_free(world);
}

/* One refusal for now, of a request that has then become moot. */
static bool busy_once(struct world *world, struct loss *losses)
{
	struct world_verdict down, rekey, again;
	bool refused;

	losses[0] = (struct loss){ &world->a, INFORMATIONAL, false, 1 };
	world_down(&world->b, "net", &down);
	world_run(world, 5);
	world_rekey(&world->a, "net", &rekey);
	world_run(world, 100);
	refused = world_ike(&world->a)->tasks && world_ike(&world->a)->tasks->stuck_since;
	world_run(world, 10000);
	world_up(&world->b, "net", &again);
	world_run(world, 10000);
	return refused && !down.failed && !rekey.failed && !again.failed;
}

static void busy_now_and_then(void)
{
	struct loss losses[LOSSES];
	struct world *world = up(losses);
	uint32_t number = world_ike(&world->a)->number;
	bool good;

	good = busy_once(world, losses);
	world_run(world, SETTLED);
	good = busy_once(world, losses) && good;
	world_run(world, SETTLED);
	check(good && all_well(world) && world_ike(&world->a)->number == number,
	      "v2: a peer that is busy now and then is not one that is so all the time");
	world_free(world);
}

static bool nothing_left(const struct world *world)
{
	return !world_count_sas(&world->a) && !world_count_sas(&world->b) &&
	       !world_count_policies(&world->a) && !world_count_policies(&world->b);
}

static bool no_ike(const struct world *world)
{
	return nothing_left(world) && !world->a.daemon.sas->count && !world->b.daemon.sas->count;
}

/* The request is under way when its subject is brought down. */
static void child_down_in_rekey(void)
{
	struct loss losses[LOSSES];
	struct world *world = up(losses);
	struct world_verdict rekey, down;

	world_rekey(&world->a, "net", &rekey);
	world_run(world, 5);
	world_down(&world->a, "net", &down);
	world_run(world, SETTLED);
	check(!down.failed && rekey.failed == 1 && nothing_left(world) && world_one_ike(world),
	      "v2: a child that is brought down while it is rekeyed is down");
	world_free(world);
}

static void child_down_in_creation(void)
{
	struct loss losses[LOSSES];
	struct world *world = up(losses);
	struct world_verdict verdict, first, down, again;

	world_down(&world->a, "net", &verdict);
	world_run(world, SETTLED);
	world_up(&world->a, "net", &first);
	world_run(world, 5);
	world_down(&world->a, "net", &down);
	world_run(world, 10);
	check(down.failed == -1, "v2: down has not ended before what is under way has");
	world_run(world, SETTLED);
	check(!down.failed && first.failed == 1 && nothing_left(world) && world_one_ike(world),
	      "v2: a child that is brought down while it is made is down");
	world_up(&world->a, "net", &first);
	world_run(world, 5);
	world_down(&world->a, "net", &down);
	world_up(&world->a, "net", &again);
	world_run(world, SETTLED);
	check(!down.failed && first.failed == 1 && !again.failed && all_well(world),
	      "v2: and who wants it after that gets another");
	world_free(world);
}

/* "home" is closed in all orders with what the other end does at the same time. */
static bool ike_down_in_rekey(bool both, bool child, unsigned int wait)
{
	struct loss losses[LOSSES];
	struct world *world = up(losses);
	struct world_verdict rekey, other, net = {}, home;
	bool good;

	world_rekey(&world->a, "home", &rekey);
	if (both)
		world_rekey(&world->b, "home", &other);
	world_run(world, wait);
	if (child)
		world_down(&world->a, "net", &net);
	world_down(&world->a, "home", &home);
	world_run(world, SETTLED);
	good = !home.failed && net.failed >= 0 && no_ike(world);
	world_free(world);
	return good;
}

static void ike_downs(void)
{
	bool alone = true, both = true, child = true;
	unsigned int wait;

	for (wait = 0; wait <= 40; wait += 5) {
		alone = ike_down_in_rekey(false, false, wait) && alone;
		both = ike_down_in_rekey(true, false, wait) && both;
		/* The nonces decide. */
		both = ike_down_in_rekey(true, false, wait) && both;
		child = ike_down_in_rekey(false, true, wait) && child;
	}
	check(alone, "v2: an IKE SA that is brought down while it is rekeyed is down");
	check(both, "v2: so it is while both ends rekey it");
	check(child, "v2: so it is with a child that was to be closed before it");
}

static bool *has_left;

static void gone(struct ike_daemon *daemon)
{
	(void)daemon;
	*has_left = true;
}

static void leave_in_rekey(void)
{
	struct loss losses[LOSSES];
	struct world *world = up(losses);
	struct world_verdict rekey;
	bool left = false;

	has_left = &left;
	world_rekey(&world->a, "home", &rekey);
	world_run(world, 5);
	ike_sas_leave(&world->a.daemon, gone);
	world_run(world, 1000);
	check(left && !world_count_ike(&world->b, IKE_SA_UP) && !world_count_sas(&world->b),
	      "v2: a daemon that ends while it rekeys an IKE SA leaves none to the peer");
	world_run(world, SETTLED);
	world_free(world);
}

static void downs(void)
{
	child_down_in_rekey();
	child_down_in_creation();
	ike_downs();
	leave_in_rekey();
}

/* The peer may have established what this end brings down before it is told so. */
static void down_in_auth(void)
{
	struct world *world = world_new(CONF_A, CONF_B);
	struct world_verdict first, down;
	bool good;

	world_up(&world->a, "net", &first);
	/* IKE_SA_INIT takes 20 ms. */
	world_run(world, 25);
	world_down(&world->a, "home", &down);
	good = !down.failed;
	world_run(world, 1000);
	check(good && first.failed == 1 && nothing_left(world) &&
	      !world_count_ike(&world->a, IKE_SA_UP) && !world_count_ike(&world->b, IKE_SA_UP),
	      "v2: what is brought down during IKE_AUTH is closed at both ends");
	world_run(world, SETTLED);
	check(no_ike(world), "v2: and forgotten");
	world_free(world);
}

/* Who forgets an IKE SA with its response does not answer again when that is lost. */
static void down_unheard(void)
{
	static const char * const names[] = { "home", "net" };
	struct loss losses[LOSSES];
	struct world_verdict down;
	struct world *world;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		world = up(losses);
		losses[0] = (struct loss){ &world->a, INFORMATIONAL, true, IKE_TRIES_MAX };
		world_down(&world->a, names[i], &down);
		world_run(world, SETTLED);
		check(!losses[0].count && !down.failed && nothing_left(world) &&
		      !world_count_ike(&world->a, IKE_SA_UP),
		      "v2: what is brought down is down, whether or not the peer says so");
		world_free(world);
	}
}

void test_ike_v2_races(void)
{
	failed_before_delete();
	failed_for_good(CONF_WITH("aes128gcm16-prfsha256-x25519"),
			"v2: INVALID_KE_PAYLOAD, and the peer has rekeyed the IKE SA: its stays");
	failed_for_good(CONF_WITH("aes256gcm16-prfsha384-ecp384"),
			"v2: NO_PROPOSAL_CHOSEN, and the peer has rekeyed the IKE SA: its stays");
	rekeyed_before_known();
	rival_replaced();
	closed_after_its_successor();
	answered_at_last();
	busy_now_and_then();
	downs();
	down_in_auth();
	down_unheard();
}
