/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_REPLAY_H
#define _ESPAH_REPLAY_H

#include <linux/types.h>

/**
 * struct espah_replay - the receive window of one SA
 * @top: highest sequence number received, 0 before the first
 * @window: width in packets; 0 switches the check off
 * @mask: number of words in @seen, minus one; a power of two minus one
 * @seen: one bit a sequence number, used as a ring
 *
 * The ring has at least one word more than the window needs, so that whole
 * words can be cleared as the window slides (the idea of RFC 6479) while the
 * window's own width stays exact.
 *
 * The caller's lock covers all writes; espah_replay_check() may also run
 * without it, and its answer is then only a hint.
 */
struct espah_replay {
	u64	top;
	u32	window;
	u32	mask;
	u64	seen[];
};

/**
 * enum espah_replay_verdict - what the window says of a sequence number
 * @ESPAH_REPLAY_NEW: not seen yet, or the check is off
 * @ESPAH_REPLAY_ZERO: 0, which no sender uses
 * @ESPAH_REPLAY_OLD: left of the window
 * @ESPAH_REPLAY_DUP: seen before
 */
enum espah_replay_verdict {
	ESPAH_REPLAY_NEW,
	ESPAH_REPLAY_ZERO,
	ESPAH_REPLAY_OLD,
	ESPAH_REPLAY_DUP,
};

unsigned int espah_replay_words(u32 window);
void espah_replay_init(struct espah_replay *replay, u32 window);
void espah_replay_start(struct espah_replay *replay, u64 top);
u64 espah_replay_extend(const struct espah_replay *replay, u32 low);
enum espah_replay_verdict
espah_replay_check(const struct espah_replay *replay, u64 seq);
enum espah_replay_verdict
espah_replay_advance(struct espah_replay *replay, u64 seq);

#endif /* _ESPAH_REPLAY_H */
