// SPDX-License-Identifier: GPL-2.0-only
/* The receive window of net/replay.c: tables, and a comparison with a slow
 * window that is obviously right.
 */

#include <linux/prandom.h>
#include <uapi/linux/espah.h>

#include "../replay.h"
#include "suites.h"

#define TWO32	BIT_ULL(32)

static struct espah_replay *make_window(struct kunit *test, u32 window)
{
	struct espah_replay *replay;

	replay = kunit_kzalloc(test, struct_size(replay, seen,
						 espah_replay_words(window)),
			       GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, replay);
	espah_replay_init(replay, window);
	return replay;
}

/* '+' taken, '0' zero, '<' old, '=' seen before; no letter ends the list. */
struct walk {
	const char	*name;
	u32		window;
	struct {
		u64	seq;
		char	verdict;
	} steps[16];
};

static const struct walk walks[] = {
	{ "window 0 takes all", 0, {
		{ 0, '+' }, { 1, '+' }, { 1, '+' }, { TWO32, '+' }, { 1, '+' },
		{ U64_MAX, '+' }, { U64_MAX, '+' }, { 0, '+' } } },
	{ "window 1 takes what is new", 1, {
		{ 0, '0' }, { 1, '+' }, { 1, '=' }, { 3, '+' }, { 2, '<' },
		{ 3, '=' }, { 0, '0' }, { 4, '+' } } },
	{ "0 is refused at any time", 64, {
		{ 0, '0' }, { 1, '+' }, { 0, '0' }, { 65, '+' }, { 0, '0' },
		{ U64_MAX, '+' }, { 0, '0' } } },
	{ "in order", 32, {
		{ 1, '+' }, { 2, '+' }, { 3, '+' }, { 3, '=' }, { 2, '=' },
		{ 1, '=' }, { 4, '+' } } },
	{ "first is not 1", 32, {
		{ 7, '+' }, { 1, '+' }, { 6, '+' }, { 7, '=' }, { 1, '=' } } },
	{ "left edge of 31", 31, {
		{ 100, '+' }, { 70, '+' }, { 69, '<' }, { 70, '=' } } },
	{ "left edge of 32", 32, {
		{ 100, '+' }, { 69, '+' }, { 68, '<' }, { 69, '=' } } },
	{ "left edge of 33", 33, {
		{ 100, '+' }, { 68, '+' }, { 67, '<' }, { 68, '=' } } },
	{ "left edge of 64", 64, {
		{ 100, '+' }, { 37, '+' }, { 36, '<' }, { 37, '=' } } },
	{ "left edge of 65", 65, {
		{ 100, '+' }, { 36, '+' }, { 35, '<' }, { 36, '=' } } },
	{ "left edge of 4096", 4096, {
		{ 5000, '+' }, { 905, '+' }, { 904, '<' }, { 905, '=' } } },
	{ "window wider than all so far", 4096, {
		{ 4096, '+' }, { 1, '+' }, { 4097, '+' }, { 1, '<' },
		{ 2, '+' }, { 4098, '+' }, { 2, '<' } } },
	{ "one step over a word's edge", 64, {
		{ 63, '+' }, { 64, '+' }, { 63, '=' }, { 64, '=' },
		{ 127, '+' }, { 128, '+' }, { 65, '+' }, { 64, '<' } } },
	{ "a jump of the whole ring", 64, {
		{ 1, '+' }, { 129, '+' }, { 66, '+' }, { 65, '<' },
		{ 257, '+' }, { 194, '+' }, { 193, '<' }, { 256, '+' } } },
	{ "a far jump leaves nothing behind", 64, {
		{ 1, '+' }, { 2, '+' }, { 3, '+' }, { BIT_ULL(40), '+' },
		{ BIT_ULL(40) - 63, '+' }, { BIT_ULL(40) - 64, '<' },
		{ BIT_ULL(40) - 62, '+' }, { 3, '<' } } },
	{ "a jump of 2^32 words", 64, {
		{ 5, '+' }, { 6, '+' }, { BIT_ULL(38) + 7, '+' },
		{ BIT_ULL(38) + 5, '+' }, { BIT_ULL(38) + 6, '+' },
		{ BIT_ULL(38) + 5, '=' } } },
	{ "over 2^32", 64, {
		{ TWO32 - 2, '+' }, { TWO32 - 1, '+' }, { TWO32, '+' },
		{ TWO32 + 1, '+' }, { TWO32 - 1, '=' }, { TWO32, '=' },
		{ 1, '<' }, { TWO32 - 62, '+' }, { TWO32 - 63, '<' } } },
	{ "2^32 further is another number", 4096, {
		{ 5, '+' }, { TWO32 + 5, '+' }, { 5, '<' },
		{ TWO32 + 5, '=' }, { TWO32 + 4, '+' } } },
	{ "the end of 64 bits", 64, {
		{ U64_MAX - 1, '+' }, { U64_MAX, '+' }, { U64_MAX, '=' },
		{ U64_MAX - 63, '+' }, { U64_MAX - 64, '<' }, { 1, '<' },
		{ 0, '0' }, { U64_MAX - 1, '=' } } },
	{ "from 1 to the end of 64 bits", 32, {
		{ 1, '+' }, { U64_MAX, '+' }, { U64_MAX - 31, '+' },
		{ U64_MAX - 32, '<' }, { 1, '<' } } },
};

static void walk_desc(const struct walk *walk, char *desc)
{
	strscpy(desc, walk->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(walk, walks, walk_desc);

static const char letters[] = {
	[ESPAH_REPLAY_NEW]	= '+',
	[ESPAH_REPLAY_ZERO]	= '0',
	[ESPAH_REPLAY_OLD]	= '<',
	[ESPAH_REPLAY_DUP]	= '=',
};

static void steps_have_their_verdicts(struct kunit *test)
{
	const struct walk *walk = test->param_value;
	struct espah_replay *replay = make_window(test, walk->window);
	int i;

	for (i = 0; i < ARRAY_SIZE(walk->steps) && walk->steps[i].verdict; i++) {
		u64 seq = walk->steps[i].seq;
		char hint = letters[espah_replay_check(replay, seq)];
		char said = letters[espah_replay_advance(replay, seq)];

		KUNIT_EXPECT_EQ_MSG(test, said, walk->steps[i].verdict,
				    "step %d: %llu is '%c'", i, seq, said);
		KUNIT_EXPECT_EQ_MSG(test, hint, said,
				    "step %d: check said '%c' to %llu", i, hint,
				    seq);
	}
	KUNIT_EXPECT_GT(test, i, 3);
}

/* A check, and an advance that was refused, change nothing. */
static void refusal_changes_nothing(struct kunit *test)
{
	static const u64 seqs[] = { 0, 1, 36, 100, 99, 101, 1000, U64_MAX };
	struct espah_replay *replay = make_window(test, 64);
	size_t size = struct_size(replay, seen, espah_replay_words(64));
	void *before = kunit_kzalloc(test, size, GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, before);
	espah_replay_advance(replay, 99);
	espah_replay_advance(replay, 100);
	memcpy(before, replay, size);
	for (i = 0; i < ARRAY_SIZE(seqs); i++) {
		espah_replay_check(replay, seqs[i]);
		if (seqs[i] <= 100)
			espah_replay_advance(replay, seqs[i]);
		KUNIT_EXPECT_EQ_MSG(test, memcmp(before, replay, size), 0,
				    "after %llu", seqs[i]);
	}
}

/* RFC 4303 appendix A2.2, its two cases, and the start. */
struct half {
	const char	*name;
	u32		window;
	u64		top;
	u32		low;
	u64		seq;
};

static const struct half halves[] = {
	{ "nothing seen yet", 64, 0, 1, 1 },
	{ "nothing seen yet, far", 64, 0, U32_MAX, U32_MAX },
	{ "window reaches before 0", 64, 62, U32_MAX, U32_MAX },
	{ "window begins at 0", 64, 63, U32_MAX, U32_MAX },
	{ "window begins at 1", 64, 64, 0, TWO32 },
	{ "left edge", 64, 100, 37, 37 },
	{ "left of the window", 64, 100, 36, TWO32 + 36 },
	{ "in the window", 64, 100, 99, 99 },
	{ "right of the window", 64, 100, 101, 101 },
	{ "before 2^32", 64, TWO32 - 1, U32_MAX, TWO32 - 1 },
	{ "over 2^32", 64, TWO32 - 1, 0, TWO32 },
	{ "far over 2^32", 64, TWO32 - 1, 0xffffffbf, TWO32 + 0xffffffbf },
	{ "as far as there is", 64, TWO32 - 1, 0xffffffc0, 0xffffffc0 },
	{ "case B: in the space before", 64, TWO32 + 10, 0xffffffcb, 0xffffffcb },
	{ "case B: left of it", 64, TWO32 + 10, 0xffffffca, TWO32 + 0xffffffca },
	{ "case B: in this space", 64, TWO32 + 10, 10, TWO32 + 10 },
	{ "case B: right of it", 64, TWO32 + 10, 11, TWO32 + 11 },
	{ "case A: left edge", 64, TWO32 + 63, 0, TWO32 },
	{ "case A: one further", 64, TWO32 + 64, 0, 2 * TWO32 },
	{ "window of 1", 1, TWO32 + 5, 5, TWO32 + 5 },
	{ "window of 1, before", 1, TWO32 + 5, 4, 2 * TWO32 + 4 },
	{ "widest window", ESPAH_REPLAY_WINDOW_MAX, TWO32 + 4094, U32_MAX, TWO32 - 1 },
	{ "widest window, case A", ESPAH_REPLAY_WINDOW_MAX, TWO32 + 4095, U32_MAX,
	  TWO32 + U32_MAX },
	{ "last space", 64, U64_MAX - 1, U32_MAX, U64_MAX },
};

static void half_desc(const struct half *half, char *desc)
{
	strscpy(desc, half->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(half, halves, half_desc);

static void half_becomes_whole(struct kunit *test)
{
	const struct half *half = test->param_value;
	struct espah_replay *replay = make_window(test, half->window);

	espah_replay_start(replay, half->top);
	KUNIT_EXPECT_EQ(test, replay->top, half->top);
	KUNIT_EXPECT_EQ(test, espah_replay_extend(replay, half->low), half->seq);
}

/* As the appendix has it, word for word, where the window has left 0. */
static u64 by_the_appendix(u64 top, u32 window, u32 low)
{
	u32 th = upper_32_bits(top), tl = lower_32_bits(top);
	u32 bl = tl - window + 1;

	if (tl >= window - 1)
		return ((u64)(low >= bl ? th : th + 1) << 32) | low;
	return ((u64)(low >= bl ? th - 1 : th) << 32) | low;
}

static void half_is_by_the_appendix(struct kunit *test)
{
	static const u32 windows[] = { 1, 2, 32, 64, 65, 4096 };
	struct espah_replay *replay;
	struct rnd_state rnd;
	u64 top, said;
	u32 low;
	int i, j;

	prandom_seed_state(&rnd, 4303);
	for (i = 0; i < ARRAY_SIZE(windows); i++) {
		replay = make_window(test, windows[i]);
		for (j = 0; j < 20000; j++) {
			/* Often near the edge of a space. */
			top = ((u64)(1 + prandom_u32_state(&rnd) % 9) << 32) +
			      prandom_u32_state(&rnd) % (j % 2 ? 9000 : U32_MAX) -
			      4096;
			low = lower_32_bits(top) + prandom_u32_state(&rnd) %
			      (j % 3 ? 10000 : U32_MAX) - 5000;
			replay->top = top;
			said = espah_replay_extend(replay, low);
			if (said == by_the_appendix(top, windows[i], low))
				continue;
			KUNIT_FAIL(test, "window %u, top %llx, low %x: %llx",
				   windows[i], top, low, said);
			return;
		}
	}
}

struct ring {
	u32	window;
	u32	words;
};

/* One word more than the window fills, and a power of two. */
static const struct ring rings[] = {
	{ 0, 1 }, { 1, 2 }, { 31, 2 }, { 32, 2 }, { 33, 2 }, { 63, 2 },
	{ 64, 2 }, { 65, 4 }, { 128, 4 }, { 192, 4 }, { 193, 8 },
	{ 4032, 64 }, { 4033, 128 }, { ESPAH_REPLAY_WINDOW_MAX, 128 },
};

static void ring_desc(const struct ring *ring, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "window %u", ring->window);
}

KUNIT_ARRAY_PARAM(ring, rings, ring_desc);

static void ring_size(struct kunit *test)
{
	const struct ring *ring = test->param_value;
	struct espah_replay replay = {};

	KUNIT_EXPECT_EQ(test, espah_replay_words(ring->window), ring->words);
	espah_replay_init(&replay, ring->window);
	KUNIT_EXPECT_EQ(test, replay.window, ring->window);
	KUNIT_EXPECT_EQ(test, replay.mask, ring->words - 1);
	KUNIT_EXPECT_EQ(test, replay.top, 0);
}

/* The slow window: one octet for each number from the top down, moved along. */
struct model {
	u32	window;
	u64	top;
	u8	seen[ESPAH_REPLAY_WINDOW_MAX];
};

static enum espah_replay_verdict model_advance(struct model *model, u64 seq)
{
	u32 window = model->window;
	u64 by;

	if (!window)
		return ESPAH_REPLAY_NEW;
	if (!seq)
		return ESPAH_REPLAY_ZERO;
	if (seq > model->top) {
		by = min_t(u64, seq - model->top, window);
		memmove(model->seen + by, model->seen, window - by);
		memset(model->seen, 0, by);
		model->top = seq;
	}
	if (model->top - seq >= window)
		return ESPAH_REPLAY_OLD;
	if (model->seen[model->top - seq])
		return ESPAH_REPLAY_DUP;
	model->seen[model->top - seq] = 1;
	return ESPAH_REPLAY_NEW;
}

/* Mostly small steps forward and numbers near the window, now and then a jump,
 * and never beyond either end of 64 bits.
 */
static u64 next_seq(struct rnd_state *rnd, u64 top, u32 window)
{
	u32 kind = prandom_u32_state(rnd) % 64;
	u32 any = prandom_u32_state(rnd);
	u64 by;

	if (kind < 24)
		by = 1 + any % 3;
	else if (kind < 32)
		by = any % (2 * window + 130);
	else if (kind < 33)
		by = any % (1 << 18);
	else if (kind < 34)
		return any % 4;
	else
		return top - min_t(u64, top, any % (window + 8));
	return top + min_t(u64, U64_MAX - top, by);
}

/* Seven windows, four places each: 1,050,000 steps. */
#define STEPS	37500

static void walk_with_model(struct kunit *test, u32 window, u64 from, u64 seed)
{
	struct espah_replay *replay = make_window(test, window);
	struct model *model = kunit_kzalloc(test, sizeof(*model), GFP_KERNEL);
	enum espah_replay_verdict hint, said, expected;
	struct rnd_state rnd;
	u64 seq = from;
	int i;

	KUNIT_ASSERT_NOT_NULL(test, model);
	model->window = window;
	prandom_seed_state(&rnd, seed);
	for (i = 0; i < STEPS; i++) {
		hint = espah_replay_check(replay, seq);
		said = espah_replay_advance(replay, seq);
		expected = model_advance(model, seq);
		if (hint != said || said != expected) {
			KUNIT_FAIL(test,
				   "window %u, from %llu, seed %llu, step %d: %llu should be '%c', check says '%c' and advance '%c'",
				   window, from, seed, i, seq,
				   letters[expected], letters[hint],
				   letters[said]);
			return;
		}
		seq = next_seq(&rnd, replay->top, window);
	}
	kunit_kfree(test, model);
	kunit_kfree(test, replay);
}

static const u32 windows[] = { 0, 1, 31, 32, 33, 64, 4096 };

static void window_desc(const u32 *window, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "window %u", *window);
}

KUNIT_ARRAY_PARAM(window, windows, window_desc);

static void agrees_with_a_slow_window(struct kunit *test)
{
	static const u64 from[] = {
		1, TWO32 - 20000, BIT_ULL(63), U64_MAX - 5000000,
	};
	const u32 *window = test->param_value;
	int i;

	for (i = 0; i < ARRAY_SIZE(from); i++)
		walk_with_model(test, *window, from[i], 20261121 + i);
}

static struct kunit_case replay_cases[] = {
	KUNIT_CASE_PARAM(steps_have_their_verdicts, walk_gen_params),
	KUNIT_CASE(refusal_changes_nothing),
	KUNIT_CASE_PARAM(ring_size, ring_gen_params),
	KUNIT_CASE_PARAM(agrees_with_a_slow_window, window_gen_params),
	KUNIT_CASE_PARAM(half_becomes_whole, half_gen_params),
	KUNIT_CASE(half_is_by_the_appendix),
	{}
};

struct kunit_suite replay_suite = {
	.name		= "replay",
	.test_cases	= replay_cases,
};
