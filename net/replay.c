// SPDX-License-Identifier: GPL-2.0-only
/* The replay window of RFC 4303 section 3.4.3, on 64-bit numbers. */

#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/math.h>
#include <linux/minmax.h>

#include "replay.h"

#define WORD_BITS	64

/**
 * espah_replay_words() - how many words the ring needs
 * @window: width of the window in packets
 *
 * Return: length of &espah_replay.seen, a power of two.
 */
unsigned int espah_replay_words(u32 window)
{
	return roundup_pow_of_two(DIV_ROUND_UP(window, WORD_BITS) + 1);
}

/**
 * espah_replay_init() - a window that has seen nothing
 * @replay: zeroed, with espah_replay_words(@window) words
 * @window: width in packets, 0 for no check
 */
void espah_replay_init(struct espah_replay *replay, u32 window)
{
	replay->window = window;
	replay->mask = espah_replay_words(window) - 1;
}

/**
 * espah_replay_start() - as if all numbers up to this had gone by
 * @replay: window that has seen nothing
 * @top: highest sequence number received
 *
 * Those of them that are in the window are taken still.
 */
void espah_replay_start(struct espah_replay *replay, u64 top)
{
	replay->top = top;
}

/**
 * espah_replay_extend() - which number is it whose low half this is?
 * @replay: window, of at least one packet
 * @low: the half that the packet carries
 *
 * RFC 4303 appendix A2.2: the lowest that is not left of the window. Before the
 * window has left 0, that is @low itself. Like espah_replay_check(), a hint without
 * the caller's lock; the ICV covers the high half, and so decides.
 *
 * Return: the whole number.
 */
u64 espah_replay_extend(const struct espah_replay *replay, u32 low)
{
	u64 top = READ_ONCE(replay->top);
	u64 bottom = top < replay->window ? 0 : top - replay->window + 1;

	return bottom + (u32)(low - lower_32_bits(bottom));
}

static u64 *word_of(struct espah_replay *replay, u64 seq)
{
	return &replay->seen[(seq / WORD_BITS) & replay->mask];
}

static bool seen_before(const struct espah_replay *replay, u64 seq)
{
	u64 word = READ_ONCE(replay->seen[(seq / WORD_BITS) & replay->mask]);

	return word & BIT_ULL(seq % WORD_BITS);
}

/**
 * espah_replay_check() - would this number be taken?
 * @replay: window
 * @seq: sequence number, with its high half where it has one
 *
 * Without the caller's lock the answer is a hint that saves a decryption;
 * espah_replay_advance() decides.
 *
 * Return: %ESPAH_REPLAY_NEW or why not.
 */
enum espah_replay_verdict
espah_replay_check(const struct espah_replay *replay, u64 seq)
{
	u64 top = READ_ONCE(replay->top);

	if (!replay->window)
		return ESPAH_REPLAY_NEW;
	if (!seq)
		return ESPAH_REPLAY_ZERO;
	if (seq > top)
		return ESPAH_REPLAY_NEW;
	if (top - seq >= replay->window)
		return ESPAH_REPLAY_OLD;

	return seen_before(replay, seq) ? ESPAH_REPLAY_DUP : ESPAH_REPLAY_NEW;
}

/* The words between the old top and the new one have not been seen. */
static void slide(struct espah_replay *replay, u64 seq)
{
	u64 from = replay->top / WORD_BITS;
	u64 steps = min_t(u64, seq / WORD_BITS - from, replay->mask + 1);
	u64 i;

	for (i = 1; i <= steps; i++)
		WRITE_ONCE(replay->seen[(from + i) & replay->mask], 0);
	WRITE_ONCE(replay->top, seq);
}

/**
 * espah_replay_advance() - take the number of an authenticated packet
 * @replay: window; the caller holds the lock that covers it
 * @seq: sequence number, with its high half where it has one
 *
 * Return: %ESPAH_REPLAY_NEW if it was taken, else why not; nothing has
 * changed then.
 */
enum espah_replay_verdict
espah_replay_advance(struct espah_replay *replay, u64 seq)
{
	enum espah_replay_verdict verdict = espah_replay_check(replay, seq);
	u64 *word;

	if (verdict != ESPAH_REPLAY_NEW)
		return verdict;
	if (seq > replay->top)
		slide(replay, seq);

	word = word_of(replay, seq);
	WRITE_ONCE(*word, *word | BIT_ULL(seq % WORD_BITS));
	return ESPAH_REPLAY_NEW;
}
