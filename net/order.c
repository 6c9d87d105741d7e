// SPDX-License-Identifier: GPL-2.0-only
/* The policies of one direction, in the order in which they are asked, and by what packets
 * show: a trie of destinations, in each of its nodes a trie of sources, in each of those
 * the policies by what else tells them apart. A packet meets the policies whose addresses
 * have its own and a few more, whatever others there are.
 *
 * A range of addresses that is no prefix is two blocks (espah_trie_cover()), and so may
 * one of ports be: a policy has up to eight places. What is in the block and not in the range
 * is told when the policy itself is asked.
 */

#include <linux/rculist.h>
#include <linux/slab.h>

#include "order.h"
#include "spd.h"

/* By what policies with the same addresses are told apart: the virtual interface, and then */
enum tell {
	BY_DST,		/* protocol and destination port, */
	BY_SRC,		/* protocol and source port, or type and code of ICMP, */
	BY_MARK,	/* or the whole mark. */
	TELLS,
};

/**
 * struct espah_dst - policies for a block of destinations
 * @node: in &espah_order.dst
 * @src: by source address
 */
struct espah_dst {
	struct espah_trie_node	node;
	struct espah_trie	src;
};

/**
 * struct espah_src - those of them for a block of sources
 * @node: in &espah_dst.src
 * @dst: the destinations; constant
 * @rest: by what else tells them apart
 */
struct espah_src {
	struct espah_trie_node	node;
	struct espah_dst	*dst;
	struct espah_trie	rest[TELLS];
};

/**
 * struct espah_leaf - those of them that nothing else tells apart
 * @node: in &espah_src.rest
 * @src: the sources; constant
 * @tell: in which of &espah_src.rest; constant
 * @places: in order; written under &espah_net.lock, read under RCU
 */
struct espah_leaf {
	struct espah_trie_node	node;
	struct espah_src	*src;
	enum tell		tell;
	struct list_head	places;
};

/* All blocks that a policy is in. */
struct cover {
	struct espah_trie_block	dst[2];
	struct espah_trie_block	src[2];
	struct espah_trie_block	rest[2];
	unsigned int		dsts;
	unsigned int		srcs;
	unsigned int		rests;
	enum tell		tell;
};

static void init_leaf(struct espah_trie_node *node)
{
	INIT_LIST_HEAD(&container_of(node, struct espah_leaf, node)->places);
}

static const struct espah_trie_kind dst_kind = {
	.size	= sizeof(struct espah_dst),
};

static const struct espah_trie_kind src_kind = {
	.size	= sizeof(struct espah_src),
};

static const struct espah_trie_kind leaf_kind = {
	.size	= sizeof(struct espah_leaf),
	.init	= init_leaf,
};

/**
 * espah_order_init() - no policy yet
 * @order: zeroed
 */
void espah_order_init(struct espah_order *order)
{
	INIT_LIST_HEAD(&order->list);
	order->tree = RB_ROOT;
}

static struct espah_trie_key addr_key(const union espah_addr *addr, u16 family)
{
	const __be32 *words = addr->v6.s6_addr32;

	if (family == AF_INET)
		return (struct espah_trie_key){
			.hi = (u64)ntohl(addr->v4) << 32,
		};
	return (struct espah_trie_key){
		.hi = (u64)ntohl(words[0]) << 32 | ntohl(words[1]),
		.lo = (u64)ntohl(words[2]) << 32 | ntohl(words[3]),
	};
}

static struct espah_trie_key last_key(const union espah_addr *addr, u16 family)
{
	struct espah_trie_key key = addr_key(addr, family);

	if (family == AF_INET) {
		key.hi |= U32_MAX;
		key.lo = U64_MAX;
	}
	return key;
}

static unsigned int cover_addrs(const union espah_addr *min,
				const union espah_addr *max, u16 family,
				struct espah_trie_block *blocks)
{
	struct espah_trie_key first = addr_key(min, family);
	struct espah_trie_key last = last_key(max, family);

	return espah_trie_cover(&first, &last, blocks);
}

static struct espah_trie_key upper_key(u32 if_id, u8 proto, u16 value)
{
	return (struct espah_trie_key){
		.hi = (u64)if_id << 32 | (u64)proto << 24 | (u64)value << 8,
	};
}

/* By the narrower one of its ranges, where it asks for any. */
static void cover_upper(const struct espah_selector *sel, u32 if_id,
			struct cover *cover)
{
	u16 srcs = sel->upper_max.src - sel->upper_min.src;
	u16 dsts = sel->upper_max.dst - sel->upper_min.dst;
	u16 min = 0, max = U16_MAX;
	struct espah_trie_key first, last;

	cover->tell = BY_DST;
	if (sel->asks & ESPAH_ASKS_VALUES && srcs < dsts) {
		cover->tell = BY_SRC;
		min = sel->upper_min.src;
		max = sel->upper_max.src;
	} else if (sel->asks & ESPAH_ASKS_VALUES) {
		min = sel->upper_min.dst;
		max = sel->upper_max.dst;
	}
	first = upper_key(if_id, sel->proto, min);
	last = upper_key(if_id, sel->proto ?: U8_MAX, max);
	last.hi |= U8_MAX;
	last.lo = U64_MAX;
	cover->rests = espah_trie_cover(&first, &last, cover->rest);
}

static struct espah_trie_key mark_key(u32 if_id, u32 mark)
{
	return (struct espah_trie_key){ .hi = (u64)if_id << 32 | mark };
}

static void cover_policy(const struct espah_policy_config *config,
			 struct cover *cover)
{
	const struct espah_selector *sel = &config->sel;

	cover->dsts = cover_addrs(&sel->dst_min, &sel->dst_max, sel->family,
				  cover->dst);
	cover->srcs = cover_addrs(&sel->src_min, &sel->src_max, sel->family,
				  cover->src);
	if (config->mark.mask != U32_MAX) {
		cover_upper(sel, config->if_id, cover);
		return;
	}
	cover->tell = BY_MARK;
	cover->rest[0] = (struct espah_trie_block){
		.key = mark_key(config->if_id, config->mark.value),
		.len = 64,
	};
	cover->rests = 1;
}

/**
 * espah_order_places() - how many places a policy takes
 * @config: what it says
 *
 * Return: 1 to %ESPAH_PLACES_MAX.
 */
unsigned int espah_order_places(const struct espah_policy_config *config)
{
	struct cover cover;

	cover_policy(config, &cover);
	return cover.dsts * cover.srcs * cover.rests;
}

static struct espah_trie *dst_trie(struct espah_order *order, u16 family)
{
	return &order->dst[family != AF_INET];
}

static void put_dst(struct espah_order *order, struct espah_dst *dst,
		    u16 family)
{
	espah_trie_put(dst_trie(order, family), &dst->node);
}

static void put_src(struct espah_order *order, struct espah_src *src,
		    u16 family)
{
	struct espah_dst *dst = src->dst;

	espah_trie_put(&dst->src, &src->node);
	put_dst(order, dst, family);
}

static void put_leaf(struct espah_order *order, struct espah_leaf *leaf,
		     u16 family)
{
	struct espah_src *src = leaf->src;

	espah_trie_put(&src->rest[leaf->tell], &leaf->node);
	put_src(order, src, family);
}

static struct espah_dst *get_dst(struct espah_order *order, u16 family,
				 const struct espah_trie_block *block)
{
	struct espah_trie_node *node;

	node = espah_trie_get(dst_trie(order, family), &dst_kind, block);
	return node ? container_of(node, struct espah_dst, node) : NULL;
}

static struct espah_src *get_src(struct espah_order *order, u16 family,
				 const struct espah_trie_block *dst_block,
				 const struct espah_trie_block *block)
{
	struct espah_dst *dst = get_dst(order, family, dst_block);
	struct espah_trie_node *node;
	struct espah_src *src;

	if (!dst)
		return NULL;
	node = espah_trie_get(&dst->src, &src_kind, block);
	if (!node) {
		put_dst(order, dst, family);
		return NULL;
	}
	src = container_of(node, struct espah_src, node);
	src->dst = dst;
	return src;
}

static struct espah_leaf *get_leaf(struct espah_order *order, u16 family,
				   const struct cover *cover, unsigned int at)
{
	unsigned int rest = at % cover->rests, ends = at / cover->rests;
	struct espah_trie_node *node;
	struct espah_leaf *leaf;
	struct espah_src *src;

	src = get_src(order, family, &cover->dst[ends / cover->srcs],
		      &cover->src[ends % cover->srcs]);
	if (!src)
		return NULL;
	node = espah_trie_get(&src->rest[cover->tell], &leaf_kind,
			      &cover->rest[rest]);
	if (!node) {
		put_src(order, src, family);
		return NULL;
	}
	leaf = container_of(node, struct espah_leaf, node);
	leaf->src = src;
	leaf->tell = cover->tell;
	return leaf;
}

/**
 * espah_order_get() - make the places of a policy
 * @order: its direction; nobody else writes to it meanwhile
 * @policy: policy with room for its places, as many as espah_order_places() says
 *
 * Nobody finds it before espah_order_enter().
 *
 * Return: 0, to be ended with espah_order_put(), or -ENOMEM; nothing has changed then.
 */
int espah_order_get(struct espah_order *order, struct espah_policy *policy)
{
	u16 family = policy->config.sel.family;
	struct espah_leaf *leaf;
	struct cover cover;
	unsigned int i;

	cover_policy(&policy->config, &cover);
	for (i = 0; i < cover.dsts * cover.srcs * cover.rests; i++) {
		leaf = get_leaf(order, family, &cover, i);
		if (!leaf) {
			espah_order_put(order, policy);
			return -ENOMEM;
		}
		policy->place[i].policy = policy;
		policy->place[i].leaf = leaf;
		policy->places++;
	}
	return 0;
}

/**
 * espah_order_put() - give the places of a policy back
 * @order: its direction; nobody else writes to it meanwhile
 * @policy: policy that nobody finds by them, but may look at still
 */
void espah_order_put(struct espah_order *order, struct espah_policy *policy)
{
	while (policy->places)
		put_leaf(order, policy->place[--policy->places].leaf,
			 policy->config.sel.family);
}

/* Lowest priority first, and of those the oldest. */
static bool comes_before(const struct espah_policy *a,
			 const struct espah_policy *b)
{
	if (a->config.priority != b->config.priority)
		return a->config.priority < b->config.priority;
	return a->age < b->age;
}

static bool node_less(struct rb_node *a, const struct rb_node *b)
{
	return comes_before(rb_entry(a, struct espah_policy, tree_node),
			    rb_entry(b, struct espah_policy, tree_node));
}

static void enter_list(struct espah_order *order, struct espah_policy *policy)
{
	struct rb_node *before;

	rb_add(&policy->tree_node, &order->tree, node_less);
	before = rb_prev(&policy->tree_node);
	list_add_rcu(&policy->node,
		     before ? &rb_entry(before, struct espah_policy,
					tree_node)->node : &order->list);
}

static void enter_leaf(struct espah_place *place)
{
	struct list_head *list = &place->leaf->places;
	struct espah_place *other;

	list_for_each_entry_reverse(other, list, node) {
		if (comes_before(other->policy, place->policy)) {
			list_add_rcu(&place->node, &other->node);
			return;
		}
	}
	list_add_rcu(&place->node, list);
}

/**
 * espah_order_enter() - let a policy be found, behind its elders of the same priority
 * @order: its direction; nobody else writes to it meanwhile
 * @policy: policy that has its places by espah_order_get()
 */
void espah_order_enter(struct espah_order *order, struct espah_policy *policy)
{
	unsigned int i;

	policy->age = order->age++;
	enter_list(order, policy);
	for (i = 0; i < policy->places; i++)
		enter_leaf(&policy->place[i]);
}

/**
 * espah_order_replace() - put a policy exactly in the place of another one
 * @order: its direction; nobody else writes to it meanwhile
 * @old: policy that can be found
 * @policy: policy with the same selector, mark and priority, that has its places by
 *	espah_order_get()
 */
void espah_order_replace(struct espah_order *order, struct espah_policy *old,
			 struct espah_policy *policy)
{
	unsigned int i;

	policy->age = old->age;
	rb_replace_node(&old->tree_node, &policy->tree_node, &order->tree);
	list_replace_rcu(&old->node, &policy->node);
	for (i = 0; i < policy->places; i++)
		list_replace_rcu(&old->place[i].node, &policy->place[i].node);
}

/**
 * espah_order_leave() - let a policy be found no more
 * @order: its direction; nobody else writes to it meanwhile
 * @policy: policy of espah_order_enter(), which keeps its places
 */
void espah_order_leave(struct espah_order *order, struct espah_policy *policy)
{
	unsigned int i;

	rb_erase(&policy->tree_node, &order->tree);
	list_del_rcu(&policy->node);
	for (i = 0; i < policy->places; i++)
		list_del_rcu(&policy->place[i].node);
}

/* What a packet is looked up by. */
struct keys {
	struct espah_trie_key	dst;
	struct espah_trie_key	src;
	struct espah_trie_key	rest[TELLS];
};

static void flow_keys(const struct espah_flow *flow, struct keys *keys)
{
	struct espah_upper upper = {};

	/* Whoever asks for values does not match where there are none. */
	if (flow->has_upper)
		upper = flow->upper;
	keys->dst = addr_key(&flow->dst, flow->family);
	keys->src = addr_key(&flow->src, flow->family);
	keys->rest[BY_DST] = upper_key(flow->if_id, flow->proto, upper.dst);
	keys->rest[BY_SRC] = upper_key(flow->if_id, flow->proto, upper.src);
	keys->rest[BY_MARK] = mark_key(flow->if_id, flow->mark);
}

/* The first in a leaf that matches, where it comes before @best; otherwise @best. */
static struct espah_policy *first_in(const struct espah_leaf *leaf,
				     const struct espah_flow *flow,
				     struct espah_policy *best)
{
	struct espah_place *place;

	list_for_each_entry_rcu(place, &leaf->places, node) {
		if (best && !comes_before(place->policy, best))
			break;
		if (espah_policy_match(place->policy, flow))
			return place->policy;
	}
	return best;
}

static struct espah_policy *first_of(const struct espah_src *src,
				     const struct keys *keys,
				     const struct espah_flow *flow,
				     struct espah_policy *best)
{
	struct espah_trie_node *node;
	enum tell tell;

	for (tell = 0; tell < TELLS; tell++) {
		node = espah_trie_first(&src->rest[tell], &keys->rest[tell]);
		for (; node; node = espah_trie_next(node, &keys->rest[tell]))
			best = first_in(container_of(node, struct espah_leaf,
						     node), flow, best);
	}
	return best;
}

/* The first of those for a destination. */
static struct espah_policy *first_to(const struct espah_dst *dst,
				     const struct keys *keys,
				     const struct espah_flow *flow,
				     struct espah_policy *best)
{
	struct espah_trie_node *node = espah_trie_first(&dst->src, &keys->src);

	for (; node; node = espah_trie_next(node, &keys->src))
		best = first_of(container_of(node, struct espah_src, node),
				keys, flow, best);
	return best;
}

/**
 * espah_order_search() - the policy that speaks of a flow, by what it shows
 * @order: direction of the packet
 * @flow: flow of the packet, in clear
 *
 * The caller holds RCU, and the answer is good as long. As going through the list, and
 * much quicker where that is long.
 *
 * Return: the first policy that matches, by priority and then by age, or NULL.
 */
struct espah_policy *espah_order_search(const struct espah_order *order,
					const struct espah_flow *flow)
{
	const struct espah_trie *dsts = &order->dst[flow->family != AF_INET];
	struct espah_policy *best = NULL;
	struct espah_trie_node *node;
	struct keys keys;

	flow_keys(flow, &keys);
	node = espah_trie_first(dsts, &keys.dst);
	for (; node; node = espah_trie_next(node, &keys.dst))
		best = first_to(container_of(node, struct espah_dst, node),
				&keys, flow, best);
	return best;
}
