// SPDX-License-Identifier: GPL-2.0-only
/* The outer route of an SA, kept for each CPU from the first packet that needs it: inbound
 * SAs and those in transport mode, which are most, have none.
 */

#include "route.h"

/* Packets make it: where memory is short, the next one tries again. */
#define GFP	(GFP_ATOMIC | __GFP_ACCOUNT | __GFP_NOWARN)

/* So many identifications are reserved at once: what an SA that goes to sleep has left are
 * old when it wakes up.
 */
#define IDENTS	8

/* Two CPUs may have their first packets at once: one of them is first. */
static noinline struct espah_route __percpu *first(struct espah_sa *sa)
{
	struct espah_route __percpu *route, *other;

	route = alloc_percpu_gfp(struct espah_route, GFP);
	if (!route)
		return NULL;
	other = cmpxchg(&sa->route, NULL, route);
	if (!other)
		return route;
	free_percpu(route);
	return other;
}

/**
 * espah_route_keep() - this CPU keeps a route
 * @sa: SA, with softirqs off
 * @mark: mark that it was looked up with
 * @dst: the route, which the caller has still
 * @cookie: over IPv6, what tells that it holds still
 */
void espah_route_keep(struct espah_sa *sa, u32 mark, struct dst_entry *dst,
		      u32 cookie)
{
	struct espah_route __percpu *routes = READ_ONCE(sa->route) ?: first(sa);
	struct espah_route *route;

	if (!routes)
		return;
	route = this_cpu_ptr(routes);
	dst_release(route->dst);
	*route = (struct espah_route){
		.dst	= dst_clone(dst),
		.cookie	= cookie,
		.mark	= mark,
		.idents	= route->idents,
	};
}

/**
 * espah_route_idents() - reserve identifications, and give a header the first
 * @net: namespace
 * @routes: where the others are kept, or NULL
 * @iph: header with its addresses and protocol
 */
void espah_route_idents(struct net *net, struct espah_route __percpu *routes,
			struct iphdr *iph)
{
	u16 next;

	__ip_select_ident(net, iph, routes ? IDENTS : 1);
	if (!routes)
		return;
	next = ntohs(iph->id) + 1;
	this_cpu_write(routes->idents, (u32)next << 16 | (IDENTS - 1));
}

/**
 * espah_route_free() - the SA is gone, and nobody looks at its route any more
 * @route: route, or NULL
 */
void espah_route_free(struct espah_route __percpu *route)
{
	int cpu;

	if (!route)
		return;
	for_each_possible_cpu(cpu)
		dst_release(per_cpu_ptr(route, cpu)->dst);
	free_percpu(route);
}
