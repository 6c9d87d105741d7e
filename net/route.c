// SPDX-License-Identifier: GPL-2.0-only
/* The outer route of an SA, kept for each CPU from the first packet that needs it: inbound
 * SAs and those in transport mode, which are most, have none.
 */

#include <linux/slab.h>

#include "route.h"

/* Packets make it: where memory is short, the next one tries again. */
#define GFP	(GFP_ATOMIC | __GFP_ACCOUNT | __GFP_NOWARN)

static struct espah_route *make(void)
{
	struct espah_route *route = kzalloc(sizeof(*route), GFP);

	if (!route)
		return NULL;
	route->mark = alloc_percpu_gfp(u32, GFP);
	if (!route->mark || dst_cache_init(&route->cache, GFP)) {
		espah_route_free(route);
		return NULL;
	}
	return route;
}

/* Two CPUs may have their first packets at once: one of them is first. */
static noinline struct espah_route *first(struct espah_sa *sa)
{
	struct espah_route *route = make(), *other;

	if (!route)
		return NULL;
	other = cmpxchg(&sa->route, NULL, route);
	if (!other)
		return route;
	espah_route_free(route);
	return other;
}

/**
 * espah_route_keep() - a route for this CPU is about to be kept
 * @sa: SA, with softirqs off
 * @mark: mark that it is for
 *
 * Return: where to keep it, or NULL without memory.
 */
struct espah_route *espah_route_keep(struct espah_sa *sa, u32 mark)
{
	struct espah_route *route = READ_ONCE(sa->route) ?: first(sa);

	if (route)
		this_cpu_write(*route->mark, mark);
	return route;
}

/**
 * espah_route_free() - the SA is gone, and nobody looks at its route any more
 * @route: route, or NULL
 */
void espah_route_free(struct espah_route *route)
{
	if (!route)
		return;
	dst_cache_destroy(&route->cache);
	free_percpu(route->mark);
	kfree(route);
}
