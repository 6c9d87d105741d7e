/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_ROUTE_H
#define _ESPAH_ROUTE_H

#include <linux/percpu.h>
#include <net/dst.h>
#include <net/ip.h>

#include "netns.h"
#include "sa.h"

/**
 * struct espah_route - the outer route of an SA, as one CPU keeps it
 * @dst: the route, held, or NULL; softirqs are off wherever this is touched
 * @cookie: what tells that it holds still, over IPv6
 * @mark: mark that it was looked up with
 * @idents: identifications that are reserved: the next one in the upper half, and how many
 *	there are in the lower; taken and brought by one instruction each, in any context
 */
struct espah_route {
	struct dst_entry	*dst;
	u32			cookie;
	u32			mark;
	u32			idents;
};

void espah_route_keep(struct espah_sa *sa, u32 mark, struct dst_entry *dst,
		      u32 cookie);
void espah_route_idents(struct net *net, struct espah_route __percpu *routes,
			struct iphdr *iph);
void espah_route_free(struct espah_route __percpu *route);

/**
 * espah_route_holds4() - is a route over IPv4 what the stack would find now?
 * @net: its namespace
 * @rt: route
 *
 * As dst_check(), whose call it saves.
 *
 * Return: false if it has to be looked for.
 */
static __always_inline bool espah_route_holds4(const struct net *net,
					       const struct rtable *rt)
{
	return READ_ONCE(rt->dst.obsolete) == DST_OBSOLETE_FORCE_CHK &&
	       rt->rt_genid == rt_genid_ipv4(net);
}

/**
 * espah_route_for() - the route that this CPU keeps of an SA
 * @sa: SA, with softirqs off
 * @mark: of the protected packet
 *
 * Return: the route, to be given back with dst_release(), or NULL where there is none for
 * this mark that holds.
 */
static __always_inline struct dst_entry *espah_route_for(struct espah_sa *sa,
							 u32 mark)
{
	struct espah_route __percpu *routes = READ_ONCE(sa->route);
	struct espah_route *route;
	bool holds;

	if (unlikely(!routes))
		return NULL;
	route = this_cpu_ptr(routes);
	if (unlikely(!route->dst || route->mark != mark))
		return NULL;
	holds = likely(sa->id.family == AF_INET) ?
		espah_route_holds4(sa->en->net,
				   (const struct rtable *)route->dst) :
		!!dst_check(route->dst, route->cookie);
	if (unlikely(!holds))
		return NULL;
	dst_hold(route->dst);
	return route->dst;
}

/**
 * espah_route_ident() - give a header the next identification
 * @net: namespace
 * @sa: SA
 * @iph: outer header of a packet of @sa, but for what the IP layer writes at last
 *
 * What may be fragmented needs one that has not been used of late between the same two for
 * the same protocol (RFC 6864 section 4.1). The kernel hands them out; a CPU asks for some
 * at once.
 */
static __always_inline void espah_route_ident(struct net *net,
					      const struct espah_sa *sa,
					      struct iphdr *iph)
{
	struct espah_route __percpu *routes = READ_ONCE(sa->route);
	u32 idents = likely(routes) ? this_cpu_read(routes->idents) : 0;

	if (likely((u16)idents &&
		   this_cpu_cmpxchg(routes->idents, idents,
				    idents + (1 << 16) - 1) == idents))
		iph->id = htons(idents >> 16);
	else
		espah_route_idents(net, routes, iph);
}

#endif /* _ESPAH_ROUTE_H */
