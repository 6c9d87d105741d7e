// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "buf.h"

/* Most messages fit, so that few are moved. */
#define ROOM_FIRST	512

void ike_buf_init(struct ike_buf *buf, size_t max)
{
	*buf = (struct ike_buf){ .max = max };
}

void ike_buf_free(struct ike_buf *buf)
{
	if (buf->p)
		OPENSSL_cleanse(buf->p, buf->room);
	free(buf->p);
	ike_buf_init(buf, buf->max);
}

/* Not by realloc(): it would leave what it moves behind. */
static bool grow(struct ike_buf *buf, size_t need)
{
	size_t room = buf->room ? buf->room : ROOM_FIRST;
	uint8_t *p;

	while (room < need)
		room = room > buf->max / 2 ? buf->max : room * 2;
	if (room > buf->max)
		room = buf->max;
	p = malloc(room);
	if (!p)
		return false;
	if (buf->len)
		memcpy(p, buf->p, buf->len);
	if (buf->p)
		OPENSSL_cleanse(buf->p, buf->room);
	free(buf->p);
	buf->p = p;
	buf->room = room;
	return true;
}

uint8_t *ike_buf_reserve(struct ike_buf *buf, size_t len)
{
	uint8_t *p;

	if (buf->full)
		return NULL;
	if (len > buf->max - buf->len ||
	    ((!buf->p || len > buf->room - buf->len) && !grow(buf, buf->len + len))) {
		buf->full = true;
		return NULL;
	}
	p = buf->p + buf->len;
	buf->len += len;
	return p;
}

void ike_buf_put(struct ike_buf *buf, const void *p, size_t len)
{
	uint8_t *to;

	if (!len)
		return;
	to = ike_buf_reserve(buf, len);
	if (to)
		memcpy(to, p, len);
}

void ike_buf_chunk_put(struct ike_buf *buf, struct ike_chunk chunk)
{
	ike_buf_put(buf, chunk.p, chunk.len);
}

static void set(uint8_t *p, uint64_t value, size_t len)
{
	while (len--) {
		p[len] = value;
		value >>= 8;
	}
}

static void put(struct ike_buf *buf, uint64_t value, size_t len)
{
	uint8_t *p = ike_buf_reserve(buf, len);

	if (p)
		set(p, value, len);
}

void ike_buf_u8(struct ike_buf *buf, uint8_t value)
{
	put(buf, value, 1);
}

void ike_buf_u16(struct ike_buf *buf, uint16_t value)
{
	put(buf, value, 2);
}

void ike_buf_u32(struct ike_buf *buf, uint32_t value)
{
	put(buf, value, 4);
}

void ike_buf_u64(struct ike_buf *buf, uint64_t value)
{
	put(buf, value, 8);
}

/* In a full buffer, @at may be of what could not be written. */
static void overwrite(struct ike_buf *buf, size_t at, uint64_t value, size_t len)
{
	if (at <= buf->len && len <= buf->len - at)
		set(buf->p + at, value, len);
}

void ike_buf_set_u16(struct ike_buf *buf, size_t at, uint16_t value)
{
	overwrite(buf, at, value, 2);
}

void ike_buf_set_u32(struct ike_buf *buf, size_t at, uint32_t value)
{
	overwrite(buf, at, value, 4);
}

bool ike_chunk_equal(struct ike_chunk a, struct ike_chunk b)
{
	return a.len == b.len && (!a.len || !memcmp(a.p, b.p, a.len));
}

bool ike_chunk_equal_secret(struct ike_chunk a, struct ike_chunk b)
{
	return a.len == b.len && (!a.len || !CRYPTO_memcmp(a.p, b.p, a.len));
}

static uint64_t get(const uint8_t *p, size_t len)
{
	uint64_t value = 0;

	while (len--)
		value = value << 8 | *p++;
	return value;
}

uint16_t ike_get_u16(const uint8_t *p)
{
	return get(p, 2);
}

uint32_t ike_get_u32(const uint8_t *p)
{
	return get(p, 4);
}

uint64_t ike_get_u64(const uint8_t *p)
{
	return get(p, 8);
}
