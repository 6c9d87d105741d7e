/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_SLOT_H
#define _ESPAH_SLOT_H

#include <linux/rhashtable-types.h>

#include "sa.h"

/**
 * struct espah_slot_key - which SAs can protect a template's outbound packets
 * @src: outer source address
 * @dst: outer destination address
 * @reqid: the SAs' reqid, or 0 for any
 * @if_id: the SAs' virtual interface, or 0
 * @family: of the addresses
 * @proto: %IPPROTO_ESP or %IPPROTO_AH
 * @mode: ESPAH_MODE_*
 */
struct espah_slot_key {
	union espah_addr	src;
	union espah_addr	dst;
	u32			reqid;
	u32			if_id;
	u16			family;
	u8			proto;
	u8			mode;
};

/**
 * struct espah_slot - the SAs that are alike to outbound policies
 * @key: what they share; constant
 * @node: in &espah_sad.slots
 * @sas: newest first; written under &espah_net.lock, read under RCU
 * @users: SAs and policies that hold it, under &espah_net.lock
 * @rcu: frees it
 *
 * A policy with a fixed template holds its slot, so that the packet path finds
 * the SA with one dereference. The slot stays while SAs come and go. So does a virtual
 * interface, in whose slot are all SAs with its id; its key has that and nothing else.
 */
struct espah_slot {
	struct espah_slot_key	key;
	struct rhash_head	node;
	struct list_head	sas;
	unsigned int		users;
	struct rcu_head		rcu;
};

int espah_slot_init(struct rhashtable *slots);
struct espah_slot *espah_slot_find(const struct espah_net *en,
				   const struct espah_slot_key *key);
struct espah_slot *espah_slot_get(struct espah_net *en,
				  const struct espah_slot_key *key);
void espah_slot_put(struct espah_net *en, struct espah_slot *slot);
void espah_slot_leave(struct espah_net *en, struct espah_sa *sa,
		      enum espah_sa_slot which);
void espah_slots_leave(struct espah_net *en, struct espah_sa *sa);
int espah_slot_enter(struct espah_net *en, struct espah_sa *sa,
		     enum espah_sa_slot which);
int espah_slots_get(struct espah_net *en, const struct espah_sa *sa);
void espah_slots_put(struct espah_net *en, const struct espah_sa *sa);
void espah_slots_fill(struct espah_net *en, struct espah_sa *sa);
int espah_slots_enter(struct espah_net *en, struct espah_sa *sa);

#endif /* _ESPAH_SLOT_H */
