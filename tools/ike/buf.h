/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Octets: those that somebody else owns, and memory to write messages into.
 */
#ifndef _IKE_BUF_H
#define _IKE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Octets that somebody else owns and that are only looked at. */
struct ike_chunk {
	const uint8_t *p;
	size_t len;
};

/*
 * Memory that grows as it is written to, up to @max. It is wiped before it is
 * given back or moved, since messages hold keys and nonces before they are
 * encrypted. A write that does not fit, or finds no memory, sets @full; all
 * later writes do nothing, so that a writer asks once, in the end.
 */
struct ike_buf {
	uint8_t *p;
	size_t len;
	size_t room;
	size_t max;
	bool full;
};

static inline struct ike_chunk ike_chunk(const void *p, size_t len)
{
	return (struct ike_chunk){ .p = p, .len = len };
}

static inline struct ike_chunk ike_buf_chunk(const struct ike_buf *buf)
{
	return ike_chunk(buf->p, buf->len);
}

void ike_buf_init(struct ike_buf *buf, size_t max);
void ike_buf_free(struct ike_buf *buf);
void ike_buf_u8(struct ike_buf *buf, uint8_t value);
void ike_buf_u16(struct ike_buf *buf, uint16_t value);
void ike_buf_u32(struct ike_buf *buf, uint32_t value);
void ike_buf_u64(struct ike_buf *buf, uint64_t value);
void ike_buf_put(struct ike_buf *buf, const void *p, size_t len);
void ike_buf_chunk_put(struct ike_buf *buf, struct ike_chunk chunk);
/* Room for @len octets that the caller fills; NULL if the buffer is full. */
uint8_t *ike_buf_reserve(struct ike_buf *buf, size_t len);
/* Overwrite what was written before, at @at. */
void ike_buf_set_u16(struct ike_buf *buf, size_t at, uint16_t value);
void ike_buf_set_u32(struct ike_buf *buf, size_t at, uint32_t value);

bool ike_chunk_equal(struct ike_chunk a, struct ike_chunk b);
/* In constant time, for what a stranger must not learn octet by octet. */
bool ike_chunk_equal_secret(struct ike_chunk a, struct ike_chunk b);

uint16_t ike_get_u16(const uint8_t *p);
uint32_t ike_get_u32(const uint8_t *p);
uint64_t ike_get_u64(const uint8_t *p);

#endif /* _IKE_BUF_H */
