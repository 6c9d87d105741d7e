/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_ORDER_H
#define _ESPAH_ORDER_H

#include <linux/list.h>
#include <linux/rbtree.h>

#include "trie.h"

struct espah_flow;
struct espah_leaf;
struct espah_policy;
struct espah_policy_config;

/* Two blocks of destinations, two of sources and two of ports. */
#define ESPAH_PLACES_MAX	8

/**
 * struct espah_place - where a policy is found by what packets show
 * @node: in the leaf's list; written under &espah_net.lock, read under RCU
 * @policy: the policy; constant
 * @leaf: the leaf; constant, held
 */
struct espah_place {
	struct list_head	node;
	struct espah_policy	*policy;
	struct espah_leaf	*leaf;
};

/**
 * struct espah_order - the policies of one direction, in order and by what packets show
 * @list: in the order in which they are asked; written under &espah_net.lock, read under RCU
 * @tree: in the same order, to find a place in @list; under &espah_net.lock
 * @age: of the next policy, under &espah_net.lock
 * @dst: by destination address, IPv4 and IPv6; as @list
 */
struct espah_order {
	struct list_head	list;
	struct rb_root		tree;
	u64			age;
	struct espah_trie	dst[2];
};

void espah_order_init(struct espah_order *order);
unsigned int espah_order_places(const struct espah_policy_config *config);
int espah_order_get(struct espah_order *order, struct espah_policy *policy);
void espah_order_put(struct espah_order *order, struct espah_policy *policy);
void espah_order_enter(struct espah_order *order, struct espah_policy *policy);
void espah_order_replace(struct espah_order *order, struct espah_policy *old,
			 struct espah_policy *policy);
void espah_order_leave(struct espah_order *order, struct espah_policy *policy);
struct espah_policy *espah_order_search(const struct espah_order *order,
					const struct espah_flow *flow);

#endif /* _ESPAH_ORDER_H */
