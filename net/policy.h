/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_POLICY_H
#define _ESPAH_POLICY_H

#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/percpu.h>
#include <linux/rbtree.h>
#include <linux/rhashtable-types.h>
#include <uapi/linux/espah.h>

#include "fwmark.h"
#include "selector.h"
#include "term.h"

struct espah_net;
struct espah_place;
struct espah_queue;
struct espah_sa;
struct espah_slot;

/* So many layers of protection a packet has at most, as with xfrm. */
#define ESPAH_TMPLS_MAX	6

/**
 * struct espah_tmpl - what protection a policy asks for
 * @src: outer source address; all zero for any
 * @dst: outer destination address; all zero for any
 * @spi: only an SA with this SPI; 0 for any
 * @reqid: only SAs with this reqid; 0 for any
 * @family: of the addresses; 0 where there are none, which is any of either family
 * @proto: %IPPROTO_ESP or %IPPROTO_AH
 * @mode: ESPAH_MODE_*
 * @optional: do without, where there is no SA for it or where it is not on what arrives
 */
struct espah_tmpl {
	union espah_addr	src;
	union espah_addr	dst;
	__be32			spi;
	u32			reqid;
	u16			family;
	u8			proto;
	u8			mode;
	bool			optional;
};

/**
 * struct espah_policy_config - a policy as asked for
 * @sel: which flows
 * @mark: of them, only packets with this mark
 * @if_id: and only packets of this virtual interface; 0: of none
 * @name: by which people know it, or empty; no other policy of the namespace has it
 * @priority: lowest first
 * @index: number that it shall have, or 0 for any; in &espah_policy, which was chosen
 * @dir: ESPAH_DIR_*
 * @action: ESPAH_ACTION_*
 * @other_index: in the place of another, it is to have any number but that one's
 * @limits: its lifetime, in the request's memory, or NULL for no end
 * @tmpls: how many templates there are; one at least for %ESPAH_ACTION_PROTECT, and
 *	otherwise none
 * @tmpl: the templates, innermost first
 */
struct espah_policy_config {
	struct espah_selector	sel;
	struct espah_fwmark	mark;
	u32			if_id;
	char			name[ESPAH_POLICY_NAME_MAX + 1];
	u32			priority;
	u32			index;
	u8			dir;
	u8			action;
	bool			other_index;
	const struct espah_limits *limits;
	u8			tmpls;
	struct espah_tmpl	tmpl[ESPAH_TMPLS_MAX];
};

/**
 * struct espah_policy_usage - one CPU's share of the packets that a policy spoke of
 * @packets: how many
 * @bytes: their octets, in clear
 *
 * Written by this_cpu_*() alone, from any context. On a 32-bit machine, who reads while one of
 * them passes a multiple of 2^32 may see it before or after its upper half has.
 */
struct espah_policy_usage {
	u64	packets;
	u64	bytes;
};

/**
 * struct espah_policy - one policy; but for @used, @usage, @queue and @ended constant once
 * it can be found
 * @index: number that the namespace names it by
 * @slots: by template: where outbound packets find their SA; NULL where that depends on
 *	the packet (transport mode) and for other directions and actions
 * @added: when it came into force, seconds since 1970
 * @used: when it last spoke of a packet, or 0; single word, any writer
 * @usage: of which packets it spoke; per CPU
 * @term: its lifetime, or NULL; see there
 * @queue: packets that wait for its SA, NULL where none do; under
 *	&espah_waiting.lock, and read locklessly to see whether it is there
 * @ended: no packet may wait for its SA any more; under &espah_waiting.lock
 * @heir: the policy that takes its place, whose templates are elsewhere, and that has its
 *	@usage and @term; or NULL; written once, under &espah_waiting.lock, read locklessly
 * @node: in &espah_order.list; written under &espah_net.lock, read under RCU
 * @tree_node: in &espah_order.tree; under &espah_net.lock
 * @name_node: in &espah_spd.by_name; as @node
 * @age: lower than that of those that came later
 * @places: how many of @place it has, under &espah_net.lock
 * @place: where else it is found, in the memory behind it
 * @rcu: frees it
 * @config: what it says
 */
struct espah_policy {
	u32				index;
	struct espah_slot		*slots[ESPAH_TMPLS_MAX];
	time64_t			added;
	time64_t			used;
	struct espah_policy_usage __percpu *usage;
	struct espah_term		*term;
	struct espah_queue		*queue;
	bool				ended;
	struct espah_policy		*heir;
	struct list_head		node;
	struct rb_node			tree_node;
	struct rhash_head		name_node;
	u64				age;
	unsigned int			places;
	struct espah_place		*place;
	struct rcu_head			rcu;
	struct espah_policy_config	config;
};

/**
 * espah_policy_match() - does a policy speak of a flow?
 * @policy: policy
 * @flow: flow of a packet, in clear
 *
 * Return: true if it does.
 */
static inline bool espah_policy_match(const struct espah_policy *policy,
				      const struct espah_flow *flow)
{
	return policy->config.if_id == flow->if_id &&
	       espah_fwmark_match(&policy->config.mark, flow->mark) &&
	       espah_selector_match(&policy->config.sel, flow);
}

/**
 * espah_policy_use() - the policy speaks of a packet
 * @policy: policy, under RCU
 * @bytes: octets of the packet in clear
 *
 * What becomes of the packet after that, the counters of the namespace say.
 */
static inline void espah_policy_use(struct espah_policy *policy,
				    unsigned int bytes)
{
	time64_t now = ktime_get_real_seconds();

	this_cpu_inc(policy->usage->packets);
	this_cpu_add(policy->usage->bytes, bytes);
	/* Once a second at most, so that the CPUs do not fight for the line. */
	if (READ_ONCE(policy->used) != now) {
		WRITE_ONCE(policy->used, now);
		if (unlikely(policy->term))
			espah_term_used(policy->term);
	}
}

void espah_policy_usage(const struct espah_policy *policy, u64 *packets,
			u64 *bytes);

struct espah_policy *
espah_policy_create(struct espah_net *en,
		    const struct espah_policy_config *config);
void espah_policy_free(struct espah_net *en, struct espah_policy *policy);
struct espah_sa *espah_policy_sa(const struct espah_net *en,
				 const struct espah_policy *policy,
				 const struct espah_flow *flow, bool *excluded);
unsigned int espah_policy_sas(const struct espah_net *en,
			      const struct espah_policy *policy,
			      const struct espah_flow *flow,
			      struct espah_sa **sas, bool *excluded);
unsigned int espah_policy_lacks(const struct espah_net *en,
				const struct espah_policy *policy,
				const struct espah_flow *flow,
				struct espah_tmpl *tmpl);
bool espah_policy_optional(const struct espah_policy *policy);

#endif /* _ESPAH_POLICY_H */
