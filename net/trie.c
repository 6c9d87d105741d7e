// SPDX-License-Identifier: GPL-2.0-only
/* Blocks of keys that begin alike, nested: a binary trie without nodes that neither are
 * held nor part two others. One writer at a time; readers are under RCU, and find what
 * was there before and is there after at any moment.
 */

#include <linux/minmax.h>
#include <linux/slab.h>

#include "trie.h"

/* Ones in all bits from @at on. */
static struct espah_trie_key ones_from(unsigned int at)
{
	return (struct espah_trie_key){
		.hi = at < 64 ? U64_MAX >> at : 0,
		.lo = at <= 64 ? U64_MAX :
		      at < 128 ? U64_MAX >> (at - 64) : 0,
	};
}

static struct espah_trie_block block_of(const struct espah_trie_key *key,
					unsigned int len)
{
	struct espah_trie_key rest = ones_from(len);

	return (struct espah_trie_block){
		.key = { key->hi & ~rest.hi, key->lo & ~rest.lo },
		.len = len,
	};
}

/* What points to it. */
static struct espah_trie_node __rcu **link_of(struct espah_trie *trie,
					      const struct espah_trie_node *node)
{
	struct espah_trie_node *parent = node->parent;

	return parent ? &parent->child[espah_trie_bit(&node->block.key,
						      parent->block.len)] :
			&trie->root;
}

/* Of the writer, who is alone. */
static struct espah_trie_node *pointed(struct espah_trie_node __rcu *const *link)
{
	return rcu_dereference_protected(*link, true);
}

static struct espah_trie_node *make(const struct espah_trie_kind *kind,
				    const struct espah_trie_block *block,
				    struct espah_trie_node *parent)
{
	struct espah_trie_node *node = kzalloc(kind->size, GFP_KERNEL_ACCOUNT);

	if (!node)
		return NULL;
	node->block = *block;
	node->parent = parent;
	if (kind->init)
		kind->init(node);
	return node;
}

/* Before @parent can be found. */
static void adopt(struct espah_trie_node *parent, struct espah_trie_node *node)
{
	unsigned int bit = espah_trie_bit(&node->block.key, parent->block.len);

	RCU_INIT_POINTER(parent->child[bit], node);
	node->parent = parent;
}

/* Between @link and the node that it points to, of which @block has only the first
 * @alike bits: around it, or beside it below a new node where the two part.
 */
static struct espah_trie_node *
get_between(struct espah_trie_node __rcu **link,
	    const struct espah_trie_kind *kind,
	    const struct espah_trie_block *block, unsigned int alike)
{
	struct espah_trie_node *below = pointed(link), *parent = below->parent;
	struct espah_trie_node *node = make(kind, block, parent);
	struct espah_trie_block around;
	struct espah_trie_node *fork;

	if (!node)
		return NULL;
	if (alike == block->len) {
		adopt(node, below);
		rcu_assign_pointer(*link, node);
		return node;
	}
	around = block_of(&block->key, alike);
	fork = make(kind, &around, parent);
	if (!fork) {
		kfree(node);
		return NULL;
	}
	adopt(fork, node);
	adopt(fork, below);
	rcu_assign_pointer(*link, fork);
	return node;
}

static struct espah_trie_node *find_or_make(struct espah_trie *trie,
					    const struct espah_trie_kind *kind,
					    const struct espah_trie_block *block)
{
	struct espah_trie_node __rcu **link = &trie->root;
	struct espah_trie_node *node, *parent = NULL;
	unsigned int alike;

	while ((node = pointed(link))) {
		alike = min3(espah_trie_alike(&node->block.key, &block->key),
			     (unsigned int)block->len,
			     (unsigned int)node->block.len);
		if (alike < node->block.len)
			return get_between(link, kind, block, alike);
		if (alike == block->len)
			return node;
		parent = node;
		link = &node->child[espah_trie_bit(&block->key, alike)];
	}
	node = make(kind, block, parent);
	if (node)
		rcu_assign_pointer(*link, node);
	return node;
}

/**
 * espah_trie_get() - hold the node of a block
 * @trie: trie; nobody else writes to it meanwhile
 * @kind: what its nodes are the beginning of, always the same
 * @block: block
 *
 * Return: the node, made if there was none, or NULL without memory; nothing has changed
 * then. Ends with espah_trie_put().
 */
struct espah_trie_node *espah_trie_get(struct espah_trie *trie,
				       const struct espah_trie_kind *kind,
				       const struct espah_trie_block *block)
{
	struct espah_trie_node *node = find_or_make(trie, kind, block);

	if (node)
		node->users++;
	return node;
}

/* Take a node out that nobody holds, unless it parts two others. */
static bool take_out(struct espah_trie *trie, struct espah_trie_node *node)
{
	struct espah_trie_node *left = pointed(&node->child[0]);
	struct espah_trie_node *right = pointed(&node->child[1]);
	struct espah_trie_node *only = left ?: right;

	if (node->users || (left && right))
		return false;
	rcu_assign_pointer(*link_of(trie, node), only);
	if (only)
		only->parent = node->parent;
	kfree_rcu(node, rcu);
	return true;
}

/**
 * espah_trie_put() - let go of a node
 * @trie: its trie; nobody else writes to it meanwhile
 * @node: node of espah_trie_get(); may be freed after a grace period
 */
void espah_trie_put(struct espah_trie *trie, struct espah_trie_node *node)
{
	struct espah_trie_node *parent = node->parent;

	node->users--;
	if (take_out(trie, node) && parent)
		take_out(trie, parent);
}

/**
 * espah_trie_cover() - a range of keys as blocks
 * @min: lowest key
 * @max: highest key; belongs to the range. Of keys that are shorter than 128 bits, the rest
 *	is ones
 * @blocks: filled in; room for two
 *
 * Where the range is no block, the lower part and the higher part of the smallest block
 * around it get a block each: the smallest around what the range has of it, which is less
 * than twice as large.
 *
 * Return: how many blocks; all of the range is in them.
 */
unsigned int espah_trie_cover(const struct espah_trie_key *min,
			      const struct espah_trie_key *max,
			      struct espah_trie_block *blocks)
{
	unsigned int len = espah_trie_alike(min, max);
	struct espah_trie_key rest = ones_from(len), mid;

	blocks[0] = block_of(min, len);
	if ((max->hi & ~min->hi) == rest.hi && (max->lo & ~min->lo) == rest.lo)
		return 1;

	rest = ones_from(len + 1);
	mid = (struct espah_trie_key){ min->hi | rest.hi, min->lo | rest.lo };
	blocks[0] = block_of(min, espah_trie_alike(min, &mid));
	mid = (struct espah_trie_key){ max->hi & ~rest.hi, max->lo & ~rest.lo };
	blocks[1] = block_of(max, espah_trie_alike(max, &mid));
	return 2;
}
