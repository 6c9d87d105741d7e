// SPDX-License-Identifier: GPL-2.0-only
/* Blocks of keys: net/trie.c beside what is plain to see. */

#include <linux/prandom.h>
#include <linux/slab.h>

#include "../trie.h"
#include "suites.h"

/* Small numbers as keys: @bits of them, behind @at bits that are zero.
 */
struct corner {
	const char	*name;
	unsigned int	at;
	unsigned int	bits;
};

static const struct corner corners[] = {
	{ "first bits", 0, 5 },
	{ "before the middle", 59, 5 },
	{ "across the middle", 61, 6 },
	{ "behind the middle", 64, 5 },
	{ "last bits", 123, 5 },
};

static void corner_desc(const struct corner *corner, char *desc)
{
	strscpy(desc, corner->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(corner, corners, corner_desc);

static struct espah_trie_key key_at(const struct corner *corner, u32 value,
				    bool fill)
{
	struct espah_trie_key key = {};
	unsigned int i;

	for (i = corner->at; i < 128; i++) {
		unsigned int bit = i - corner->at;
		bool one = bit < corner->bits ?
			   value >> (corner->bits - 1 - bit) & 1 : fill;

		if (one && i < 64)
			key.hi |= 1ULL << (63 - i);
		else if (one)
			key.lo |= 1ULL << (127 - i);
	}
	return key;
}

static bool in_block(const struct espah_trie_block *block,
		     const struct espah_trie_key *key)
{
	unsigned int i;

	for (i = 0; i < block->len; i++)
		if (espah_trie_bit(&block->key, i) != espah_trie_bit(key, i))
			return false;
	return true;
}

/* How many of the small numbers are in the blocks, or -1 where one of the range is not. */
static int covered(const struct corner *corner, u32 min, u32 max,
		   const struct espah_trie_block *blocks, unsigned int n)
{
	int in_any = 0;
	u32 value;

	for (value = 0; value < 1U << corner->bits; value++) {
		struct espah_trie_key low = key_at(corner, value, false);
		struct espah_trie_key high = key_at(corner, value, true);
		bool in = false;
		unsigned int i;

		for (i = 0; i < n; i++)
			in |= in_block(&blocks[i], &low) &&
			      in_block(&blocks[i], &high);
		if (!in && value >= min && value <= max)
			return -1;
		in_any += in;
	}
	return in_any;
}

static bool is_block(u32 min, u32 max)
{
	u32 size = max - min + 1;

	return is_power_of_2(size) && !(min & (size - 1));
}

/* Every range of small numbers. */
static void ranges_are_covered(struct kunit *test)
{
	const struct corner *corner = test->param_value;
	struct espah_trie_block blocks[2];
	u32 min, max, end = 1U << corner->bits;
	unsigned int n;

	for (min = 0; min < end; min++) {
		for (max = min; max < end; max++) {
			struct espah_trie_key low = key_at(corner, min, false);
			struct espah_trie_key high = key_at(corner, max, true);
			int in;

			n = espah_trie_cover(&low, &high, blocks);
			KUNIT_ASSERT_EQ_MSG(test, n, is_block(min, max) ? 1 : 2,
					    "%u to %u", min, max);
			in = covered(corner, min, max, blocks, n);
			KUNIT_ASSERT_GE_MSG(test, in, 0, "%u to %u", min, max);
			if (n == 1)
				KUNIT_EXPECT_EQ(test, in, max - min + 1);
			KUNIT_ASSERT_LT_MSG(test, in, 2 * (int)(max - min + 1),
					    "%u to %u", min, max);
		}
	}
}

#define BLOCKS	24

static const struct espah_trie_kind kind = {
	.size	= sizeof(struct espah_trie_node),
};

/* A block at random, of few different ones, and many of them nested. */
static struct espah_trie_block random_block(const struct corner *corner,
					    struct rnd_state *rnd)
{
	u32 len = prandom_u32_state(rnd) % (corner->bits + 1);
	u32 value = prandom_u32_state(rnd) % (1U << corner->bits);

	value &= ~((1U << (corner->bits - len)) - 1);
	return (struct espah_trie_block){
		.key = key_at(corner, value, false),
		.len = corner->at + len,
	};
}

/* Each key meets the nodes of its blocks and of no other, the largest first. */
static bool walk_agrees(const struct espah_trie *trie,
			struct espah_trie_node *const *held,
			const struct espah_trie_block *blocks,
			const struct espah_trie_key *key)
{
	struct espah_trie_node *node;
	u32 met = 0, wanted = 0;
	int len = -1, i;
	bool sorted = true;

	for (i = 0; i < BLOCKS; i++)
		if (held[i] && in_block(&blocks[i], key))
			wanted |= BIT(i);
	rcu_read_lock();
	node = espah_trie_first(trie, key);
	for (; node; node = espah_trie_next(node, key)) {
		sorted &= node->block.len > len;
		len = node->block.len;
		for (i = 0; i < BLOCKS; i++)
			if (held[i] == node)
				met |= BIT(i);
	}
	rcu_read_unlock();
	return sorted && met == wanted;
}

static bool all_agree(const struct corner *corner,
		      const struct espah_trie *trie,
		      struct espah_trie_node *const *held,
		      const struct espah_trie_block *blocks)
{
	u32 value;

	for (value = 0; value < 1U << corner->bits; value++) {
		struct espah_trie_key key = key_at(corner, value, value & 1);

		if (!walk_agrees(trie, held, blocks, &key))
			return false;
	}
	return true;
}

static void agrees_with_a_plain_array(struct kunit *test)
{
	const struct corner *corner = test->param_value;
	struct espah_trie_node *held[BLOCKS] = {};
	struct espah_trie_block blocks[BLOCKS];
	u64 seed = 20261129 + corner->at;
	struct espah_trie trie = {};
	struct rnd_state rnd;
	int step, i;

	prandom_seed_state(&rnd, seed);
	for (step = 0; step < 500; step++) {
		i = prandom_u32_state(&rnd) % BLOCKS;
		if (held[i]) {
			espah_trie_put(&trie, held[i]);
			held[i] = NULL;
		} else {
			blocks[i] = random_block(corner, &rnd);
			held[i] = espah_trie_get(&trie, &kind, &blocks[i]);
			KUNIT_ASSERT_NOT_NULL(test, held[i]);
		}
		if (all_agree(corner, &trie, held, blocks))
			continue;
		KUNIT_FAIL(test, "seed %llu, step %d", seed, step);
		break;
	}
	for (i = 0; i < BLOCKS; i++)
		if (held[i])
			espah_trie_put(&trie, held[i]);
	KUNIT_EXPECT_TRUE(test, !rcu_access_pointer(trie.root));
}

/* Two who hold one block share its node, which stays until both have let go. */
static void equal_blocks_share(struct kunit *test)
{
	struct espah_trie_block block = { .key = { .hi = 1ULL << 63 }, .len = 1 };
	struct espah_trie trie = {};
	struct espah_trie_node *node;

	node = espah_trie_get(&trie, &kind, &block);
	KUNIT_ASSERT_NOT_NULL(test, node);
	KUNIT_EXPECT_PTR_EQ(test, espah_trie_get(&trie, &kind, &block), node);
	espah_trie_put(&trie, node);
	KUNIT_EXPECT_FALSE(test, !rcu_access_pointer(trie.root));
	espah_trie_put(&trie, node);
	KUNIT_EXPECT_TRUE(test, !rcu_access_pointer(trie.root));
}

static struct kunit_case trie_cases[] = {
	KUNIT_CASE_PARAM(ranges_are_covered, corner_gen_params),
	KUNIT_CASE_PARAM(agrees_with_a_plain_array, corner_gen_params),
	KUNIT_CASE(equal_blocks_share),
	{}
};

struct kunit_suite trie_suite = {
	.name		= "trie",
	.test_cases	= trie_cases,
};
