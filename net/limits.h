/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_LIMITS_H
#define _ESPAH_LIMITS_H

#include <linux/limits.h>
#include <linux/types.h>

/**
 * struct espah_limit - how much of one thing an SA or a policy may have
 * @soft: from here on somebody should bring a new SA; 0 for no limit
 * @hard: here the SA ends; 0 for no limit
 */
struct espah_limit {
	u64	soft;
	u64	hard;
};

/**
 * struct espah_limits - the lifetime of an SA (RFC 4301 section 4.4.2.1)
 * @bytes: octets protected or accepted, in clear
 * @packets: packets protected or accepted
 * @added: seconds since it was added
 * @used: seconds since it was first used
 *
 * All of them hold at once: the first that is reached counts.
 */
struct espah_limits {
	struct espah_limit	bytes;
	struct espah_limit	packets;
	struct espah_limit	added;
	struct espah_limit	used;
};

/**
 * enum espah_expiry - what the limits say
 * @ESPAH_EXPIRY_NONE: go on
 * @ESPAH_EXPIRY_SOFT: a soft limit is reached
 * @ESPAH_EXPIRY_HARD: a hard limit is reached; the highest, for max()
 */
enum espah_expiry {
	ESPAH_EXPIRY_NONE,
	ESPAH_EXPIRY_SOFT,
	ESPAH_EXPIRY_HARD,
};

/* The sequence numbers of an SA. The counter never cycles (RFC 4303 section 3.3.3): the
 * last number is a hard limit, on any SA. The last sixteenth of 32 bits is told as a
 * soft one is. At ten million packets a second, more than there will be, that leaves
 * half a minute for a key exchange that has to send its messages again.
 *
 * Of extended numbers the last 2^32 are not used: packets that are refused a number
 * take one as well, and must not make the counter begin anew.
 */
#define ESPAH_SEQ_LAST	((u64)U32_MAX)
#define ESPAH_ESN_LAST	(U64_MAX - U32_MAX)
#define ESPAH_SEQ_FEW	(ESPAH_SEQ_LAST / 16)

static inline u64 espah_seq_last(bool esn)
{
	return esn ? ESPAH_ESN_LAST : ESPAH_SEQ_LAST;
}

enum espah_expiry espah_limits_reached(const struct espah_limits *limits,
				       u64 packets, u64 bytes);
bool espah_limits_any(const struct espah_limits *limits);
bool espah_limits_count(const struct espah_limits *limits);
enum espah_expiry espah_limits_traffic(const struct espah_limits *limits,
				       u64 packets, u64 bytes,
				       unsigned int len);
enum espah_expiry espah_limits_time(const struct espah_limits *limits,
				    u64 added, u64 used, u64 *left);
enum espah_expiry espah_limits_seq(u64 seq, u64 last);

#endif /* _ESPAH_LIMITS_H */
