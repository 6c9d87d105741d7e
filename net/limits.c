// SPDX-License-Identifier: GPL-2.0-only
/* When has an SA had enough? Plain arithmetic: no clock, no counter. */

#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <linux/time64.h>

#include "limits.h"

/* Nobody waits longer than a day at once: whoever waits asks again, and no
 * number of seconds is too large.
 */
#define WAIT_MAX	86400

/**
 * espah_limits_any() - is there a limit at all?
 * @limits: limits
 *
 * Return: true if there is.
 */
bool espah_limits_any(const struct espah_limits *limits)
{
	return memchr_inv(limits, 0, sizeof(*limits));
}

/**
 * espah_limits_count() - do packets have to be counted?
 * @limits: limits
 *
 * Return: true if there is a limit on packets or octets.
 */
bool espah_limits_count(const struct espah_limits *limits)
{
	return limits->bytes.soft || limits->bytes.hard ||
	       limits->packets.soft || limits->packets.hard;
}

/**
 * espah_limits_traffic() - may this packet pass?
 * @limits: limits
 * @packets: packets so far, with this one
 * @bytes: octets so far, with this packet
 * @len: octets of this packet
 *
 * The packet that reaches a limit of octets passes whole; the next one does not.
 *
 * Return: %ESPAH_EXPIRY_HARD if it must not pass; %ESPAH_EXPIRY_SOFT if it may,
 * and a soft limit is reached with it; or %ESPAH_EXPIRY_NONE.
 */
enum espah_expiry espah_limits_traffic(const struct espah_limits *limits,
				       u64 packets, u64 bytes,
				       unsigned int len)
{
	if (limits->packets.hard && packets > limits->packets.hard)
		return ESPAH_EXPIRY_HARD;
	if (limits->bytes.hard && bytes - len >= limits->bytes.hard)
		return ESPAH_EXPIRY_HARD;
	if (limits->packets.soft && packets >= limits->packets.soft)
		return ESPAH_EXPIRY_SOFT;
	if (limits->bytes.soft && bytes >= limits->bytes.soft)
		return ESPAH_EXPIRY_SOFT;
	return ESPAH_EXPIRY_NONE;
}

/**
 * espah_limits_reached() - has so much traffic been enough?
 * @limits: limits
 * @packets: packets so far
 * @bytes: their octets
 *
 * For who looks after packets have passed, and not before.
 *
 * Return: what is reached.
 */
enum espah_expiry espah_limits_reached(const struct espah_limits *limits,
				       u64 packets, u64 bytes)
{
	if ((limits->packets.hard && packets >= limits->packets.hard) ||
	    (limits->bytes.hard && bytes >= limits->bytes.hard))
		return ESPAH_EXPIRY_HARD;
	if ((limits->packets.soft && packets >= limits->packets.soft) ||
	    (limits->bytes.soft && bytes >= limits->bytes.soft))
		return ESPAH_EXPIRY_SOFT;
	return ESPAH_EXPIRY_NONE;
}

/* Nanoseconds to wait for this limit, of which so many have passed. */
static u64 time_left(u64 seconds, u64 elapsed)
{
	u64 whole = div_u64(elapsed, NSEC_PER_SEC);

	if (!seconds)
		return U64_MAX;
	if (seconds <= whole)
		return 0;
	if (seconds - whole > WAIT_MAX)
		return (u64)WAIT_MAX * NSEC_PER_SEC;
	return seconds * NSEC_PER_SEC - elapsed;
}

static enum espah_expiry judge(const struct espah_limit *limit, u64 elapsed,
			       u64 *left)
{
	u64 soft = time_left(limit->soft, elapsed);
	u64 hard = time_left(limit->hard, elapsed);

	if (!hard)
		return ESPAH_EXPIRY_HARD;
	*left = min(*left, hard);
	if (!soft)
		return ESPAH_EXPIRY_SOFT;
	*left = min(*left, soft);
	return ESPAH_EXPIRY_NONE;
}

/**
 * espah_limits_time() - is it time?
 * @limits: limits
 * @added: nanoseconds since the SA was added
 * @used: nanoseconds since it was first used, 0 if it never was
 * @left: set to the nanoseconds after which to ask again, or %U64_MAX
 *
 * Return: what is reached.
 */
enum espah_expiry espah_limits_time(const struct espah_limits *limits,
				    u64 added, u64 used, u64 *left)
{
	enum espah_expiry expiry;

	*left = U64_MAX;
	expiry = judge(&limits->added, added, left);
	if (used)
		expiry = max(expiry, judge(&limits->used, used, left));
	return expiry;
}

/**
 * espah_limits_seq() - are there sequence numbers left?
 * @seq: last number handed out
 * @last: last number that may be
 *
 * Return: %ESPAH_EXPIRY_HARD if there are none; %ESPAH_EXPIRY_SOFT if there are few;
 * or %ESPAH_EXPIRY_NONE.
 */
enum espah_expiry espah_limits_seq(u64 seq, u64 last)
{
	if (seq >= last)
		return ESPAH_EXPIRY_HARD;
	if (seq >= last - ESPAH_SEQ_FEW)
		return ESPAH_EXPIRY_SOFT;
	return ESPAH_EXPIRY_NONE;
}
