/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_TRIE_H
#define _ESPAH_TRIE_H

#include <linux/bitops.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

/**
 * struct espah_trie_key - what is looked up: up to 128 bits, the first one highest
 * @hi: bits 0 to 63
 * @lo: bits 64 to 127
 */
struct espah_trie_key {
	u64	hi;
	u64	lo;
};

/**
 * struct espah_trie_block - all keys that begin alike
 * @key: how; what follows the first @len bits is zero
 * @len: so many bits are alike, 0 to 128
 */
struct espah_trie_block {
	struct espah_trie_key	key;
	u8			len;
};

/**
 * struct espah_trie_node - a block that somebody holds, or where two of them part
 * @child: by the first bit behind the block; written by one writer at a time, read
 *	under RCU
 * @parent: the block around it, or NULL; the writer's
 * @block: constant
 * @users: how often espah_trie_get() gave it out; 0 where it only parts two others; the
 *	writer's
 * @rcu: frees it
 *
 * It is the first member of what the trie's owner keeps for a block.
 */
struct espah_trie_node {
	struct espah_trie_node __rcu	*child[2];
	struct espah_trie_node		*parent;
	struct espah_trie_block		block;
	unsigned int			users;
	struct rcu_head			rcu;
};

/**
 * struct espah_trie - blocks, each below the smallest one around it
 * @root: NULL where there are none; as &espah_trie_node.child
 */
struct espah_trie {
	struct espah_trie_node __rcu	*root;
};

/**
 * struct espah_trie_kind - what a trie's nodes are the beginning of
 * @size: octets of the whole, zeroed but for the node
 * @init: makes the rest, before anybody can find it; or NULL
 */
struct espah_trie_kind {
	size_t	size;
	void	(*init)(struct espah_trie_node *node);
};

struct espah_trie_node *espah_trie_get(struct espah_trie *trie,
				       const struct espah_trie_kind *kind,
				       const struct espah_trie_block *block);
void espah_trie_put(struct espah_trie *trie, struct espah_trie_node *node);
unsigned int espah_trie_cover(const struct espah_trie_key *min,
			      const struct espah_trie_key *max,
			      struct espah_trie_block *blocks);

/* How many bits two keys begin with alike. */
static inline unsigned int espah_trie_alike(const struct espah_trie_key *a,
					    const struct espah_trie_key *b)
{
	u64 diff = a->hi ^ b->hi;

	return diff ? 64 - fls64(diff) : 128 - fls64(a->lo ^ b->lo);
}

/* One bit of a key; of bit 128, which there is not, any. */
static inline unsigned int espah_trie_bit(const struct espah_trie_key *key,
					  unsigned int at)
{
	return ((at < 64 ? key->hi : key->lo) >> (~at & 63)) & 1;
}

/* The node, if it is there and its block has the key. */
static inline struct espah_trie_node *
espah_trie_around(struct espah_trie_node *node, const struct espah_trie_key *key)
{
	return node && espah_trie_alike(&node->block.key, key) >= node->block.len ?
	       node : NULL;
}

/**
 * espah_trie_first() - the largest block that has this key
 * @trie: trie, under RCU
 * @key: key
 *
 * Its node may be one that nobody holds, where others part.
 *
 * Return: the block's node, or NULL.
 */
static inline struct espah_trie_node *
espah_trie_first(const struct espah_trie *trie, const struct espah_trie_key *key)
{
	return espah_trie_around(rcu_dereference(trie->root), key);
}

/**
 * espah_trie_next() - the largest block that has this key and is in another that has it
 * @node: the other one's node
 * @key: key
 *
 * As espah_trie_first().
 *
 * Return: the block's node, or NULL.
 */
static inline struct espah_trie_node *
espah_trie_next(const struct espah_trie_node *node,
		const struct espah_trie_key *key)
{
	unsigned int bit = espah_trie_bit(key, node->block.len);

	return espah_trie_around(rcu_dereference(node->child[bit]), key);
}

#endif /* _ESPAH_TRIE_H */
