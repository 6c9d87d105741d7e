// SPDX-License-Identifier: GPL-2.0-only
/* What tests see of a world: its log, its modules, its SAs. */
#include <stdlib.h>
#include <string.h>

#include "unit_ike_v2_world.h"

static uint64_t log_from;

bool world_log_has(const char *words)
{
	const struct ike_log_line *line = ike_log_next(log_from);

	for (; line; line = ike_log_next(line->number)) {
		if (strstr(line->text, words))
			return true;
	}
	return false;
}

void world_log_forget(void)
{
	const struct ike_log_line *line = ike_log_next(log_from);

	for (; line; line = ike_log_next(line->number))
		log_from = line->number;
}

static bool has_peer(struct world_end *end, const struct world_sa *sa)
{
	struct world_end *other = world_other(end);
	size_t i;

	for (i = 0; i < other->sas; i++) {
		const struct world_sa *at = &other->sa[i];

		if (at->there && at->spi == sa->spi && at->inbound != sa->inbound &&
		    !at->larval && at->key_len == sa->key_len &&
		    !memcmp(at->key, sa->key, sa->key_len))
			return true;
	}
	return false;
}

static bool all_have_peers(struct world_end *end)
{
	size_t i;

	for (i = 0; i < end->sas; i++) {
		if (end->sa[i].there && (end->sa[i].larval || !has_peer(end, &end->sa[i])))
			return false;
	}
	return true;
}

bool world_same_keys(struct world *world)
{
	return all_have_peers(&world->a) && all_have_peers(&world->b) &&
	       world_count_sas(&world->a) == world_count_sas(&world->b);
}

unsigned int world_count_sas(const struct world_end *end)
{
	unsigned int count = 0;
	size_t i;

	for (i = 0; i < end->sas; i++)
		count += end->sa[i].there;
	return count;
}

unsigned int world_count_policies(const struct world_end *end)
{
	unsigned int count = 0;
	size_t i;

	for (i = 0; i < end->policies; i++)
		count += end->policy[i].refs != 0;
	return count;
}

unsigned int world_count_up(const struct world_end *end)
{
	const struct ike_child *child;
	const struct ike_sa *sa;
	unsigned int count = 0;

	for (sa = end->daemon.sas->all; sa; sa = sa->next) {
		for (child = sa->children; child; child = child->next)
			count += child->state == IKE_CHILD_UP && !child->redundant;
	}
	return count;
}

unsigned int world_count_ike(const struct world_end *end, enum ike_sa_state state)
{
	const struct ike_sa *sa;
	unsigned int count = 0;

	for (sa = end->daemon.sas->all; sa; sa = sa->next)
		count += sa->state == state;
	return count;
}

struct ike_sa *world_ike(const struct world_end *end)
{
	struct ike_sa *sa = end->daemon.sas->all;

	while (sa && sa->state != IKE_SA_UP)
		sa = sa->next;
	return sa;
}

struct ike_child *world_child(const struct world_end *end)
{
	struct ike_child *child;
	struct ike_sa *sa;

	for (sa = end->daemon.sas->all; sa; sa = sa->next) {
		for (child = sa->children; child; child = child->next) {
			if (child->state == IKE_CHILD_UP && !child->redundant)
				return child;
		}
	}
	return NULL;
}

struct world *world_up_net(const char *conf_a, const char *conf_b)
{
	struct world *world = world_new(conf_a, conf_b);
	struct world_verdict verdict;

	world_up(&world->a, "net", &verdict);
	world_run(world, 1000);
	if (verdict.failed)
		abort();
	return world;
}

void world_busy(struct world *world, unsigned int ms)
{
	unsigned int i;

	for (i = 0; i < ms; i += 5) {
		world_traffic(world);
		world_run(world, 5);
	}
}

bool world_one_pair(struct world *world)
{
	return world_count_up(&world->a) == 1 && world_count_up(&world->b) == 1 &&
	       world_count_sas(&world->a) == 2 && world_same_keys(world) &&
	       world_count_policies(&world->a) == 1 && world_count_policies(&world->b) == 1;
}

bool world_one_ike(struct world *world)
{
	struct ike_sa *a = world_ike(&world->a), *b = world_ike(&world->b);

	return a && b && world_count_ike(&world->a, IKE_SA_UP) == 1 &&
	       world_count_ike(&world->b, IKE_SA_UP) == 1 &&
	       a->initiator != b->initiator && !memcmp(&a->keys, &b->keys, sizeof(a->keys)) &&
	       !memcmp(a->spi_i, b->spi_i, IKE_SPI_LEN) &&
	       !memcmp(a->spi_r, b->spi_r, IKE_SPI_LEN) &&
	       a->child_count == b->child_count;
}

/* Longer than a request is sent again, and a plan waits before it tries again. */
#define RECOVERED	600000

bool world_recovers(struct world *world, struct world_verdict *verdict)
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
