/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_SAD_H
#define _ESPAH_SAD_H

#include <linux/rhashtable-types.h>
#include <linux/xarray.h>

#include "sa.h"
#include "slot.h"

/**
 * struct espah_sad - the SAs of one namespace
 * @by_spi: by &espah_sa.id; written under &espah_net.lock, read under RCU
 * @slots: by &espah_slot.key; written under &espah_net.lock, read under RCU
 * @by_index: by &espah_sa.index, for dumps; as above
 * @next_index: where to look for a free index, under &espah_net.lock
 * @generation: changes with every change, never 0; written under
 *	&espah_net.lock, and tells a dump that it was overtaken
 * @any: SAs are in slots for any reqid as well, under &espah_net.lock; never false again
 * @count: number of SAs that can be found, under &espah_net.lock
 */
struct espah_sad {
	struct rhashtable	by_spi;
	struct rhashtable	slots;
	struct xarray		by_index;
	u32			next_index;
	u32			generation;
	bool			any;
	u32			count;
};

int espah_sad_init(struct espah_sad *sad);
void espah_sad_exit(struct espah_sad *sad);
struct espah_sa *espah_sad_find(const struct espah_net *en,
				const struct espah_sa_id *id);
struct espah_sa *espah_sad_find_out(const struct espah_slot *slot, __be32 spi,
				    const struct espah_flow *flow, u32 mark,
				    bool *excluded);
struct espah_sa *espah_sad_find_link(const struct espah_net *en,
				     const struct espah_slot *slot,
				     const struct espah_flow *flow,
				     const union espah_addr *peer, u16 family,
				     bool *excluded);
bool espah_sad_is_xfrms(struct net *net, u32 mark,
			const struct espah_sa_id *id);
bool espah_sad_ends_here(struct net *net, const struct espah_sa_id *id);
int espah_sad_insert(struct espah_net *en, struct espah_sa *sa);
int espah_sad_replace(struct espah_net *en, struct espah_sa *old,
		      struct espah_sa *sa);
int espah_sad_announce(struct espah_net *en, struct espah_sa *sa,
		       struct espah_sa *heir);
void espah_sad_recall(struct espah_net *en, struct espah_sa *sa,
		      struct espah_sa *heir);
void espah_sad_succeed(struct espah_net *en, struct espah_sa *sa,
		       struct espah_sa *heir);
void espah_sad_forsake(struct espah_net *en, struct espah_sa *sa);
void espah_sad_remove(struct espah_net *en, struct espah_sa *sa);
int espah_sad_any(struct espah_net *en);
void espah_sad_flush(struct espah_net *en, u8 proto);

#endif /* _ESPAH_SAD_H */
