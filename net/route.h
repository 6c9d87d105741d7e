/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_ROUTE_H
#define _ESPAH_ROUTE_H

#include <linux/percpu.h>
#include <net/dst_cache.h>

#include "sa.h"

/**
 * struct espah_route - the outer route of an SA, kept for each CPU
 * @cache: the route; softirqs are off wherever it is touched
 * @mark: per CPU: the mark that the route of this CPU was looked up with; as @cache
 */
struct espah_route {
	struct dst_cache	cache;
	u32 __percpu		*mark;
};

struct espah_route *espah_route_keep(struct espah_sa *sa, u32 mark);
void espah_route_free(struct espah_route *route);

/**
 * espah_route_for() - what this CPU knows of an SA's route
 * @sa: SA, with softirqs off
 * @mark: of the protected packet
 *
 * Return: where the route is looked for, or NULL where there is none for this mark.
 */
static inline struct espah_route *espah_route_for(struct espah_sa *sa, u32 mark)
{
	struct espah_route *route = READ_ONCE(sa->route);

	return likely(route && this_cpu_read(*route->mark) == mark) ? route :
								      NULL;
}

#endif /* _ESPAH_ROUTE_H */
