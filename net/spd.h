/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_SPD_H
#define _ESPAH_SPD_H

#include <linux/rhashtable-types.h>
#include <linux/xarray.h>
#include <uapi/linux/espah.h>

#include "order.h"
#include "policy.h"

struct espah_net;

#define ESPAH_DIRS	(ESPAH_DIR_FWD + 1)

/**
 * struct espah_spd - the policies of one namespace
 * @order: by direction
 * @count: by direction; written under &espah_net.lock, read locklessly to
 *	leave early where there is nothing to ask
 * @by_name: by direction, selector, mark and interface, which name a policy; under &espah_net.lock
 * @by_index: by &espah_policy.index, for dumps
 * @links: by the ids of virtual interfaces: how many policies have it; as @by_index
 * @next_index: where to look for a free index, under &espah_net.lock
 * @generation: changes with every change, never 0; see &espah_sad.generation
 *
 * @by_index is written under &espah_net.lock and read under RCU.
 */
struct espah_spd {
	struct espah_order	order[ESPAH_DIRS];
	u32			count[ESPAH_DIRS];
	struct rhashtable	by_name;
	struct xarray		by_index;
	struct xarray		links;
	u32			next_index;
	u32			generation;
};

int espah_spd_init(struct espah_spd *spd);
void espah_spd_exit(struct espah_spd *spd);
struct espah_policy *espah_spd_lookup(const struct espah_net *en, u8 dir,
				      const struct espah_flow *flow);
bool espah_spd_has_link(const struct espah_net *en, u32 if_id);
struct espah_policy *espah_spd_find(const struct espah_net *en, u8 dir,
				    const struct espah_selector *sel,
				    const struct espah_fwmark *mark,
				    u32 if_id);
struct espah_policy *espah_spd_find_index(struct espah_net *en, u8 dir,
					  u32 index);
bool espah_spd_has_index(struct espah_net *en, u32 index);
struct espah_policy *espah_spd_find_name(struct espah_net *en,
					 const char *name);
struct espah_policy *
espah_spd_prepare(struct espah_net *en,
		  const struct espah_policy_config *config);
void espah_spd_discard(struct espah_net *en, struct espah_policy *policy);
void espah_spd_succeed(struct espah_net *en, struct espah_policy *policy,
		       struct espah_policy *heir);
struct espah_policy *espah_spd_insert(struct espah_net *en,
				      const struct espah_policy_config *config,
				      struct espah_policy *old);
void espah_spd_remove(struct espah_net *en, struct espah_policy *policy);
void espah_spd_flush(struct espah_net *en, int dir);

#endif /* _ESPAH_SPD_H */
