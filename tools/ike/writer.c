// SPDX-License-Identifier: GPL-2.0-or-later
#include "payload.h"

#define NEXT_AT		16
#define LENGTH_AT	24

void ike_writer_begin(struct ike_writer *w, const struct ike_hdr *hdr)
{
	*w = (struct ike_writer){ .next_at = NEXT_AT };
	ike_buf_init(&w->buf, IKE_MESSAGE_MAX);
	ike_buf_put(&w->buf, hdr->spi_i, IKE_SPI_LEN);
	ike_buf_put(&w->buf, hdr->spi_r, IKE_SPI_LEN);
	ike_buf_u8(&w->buf, IKE_P_NONE);
	ike_buf_u8(&w->buf, hdr->major << 4 | (hdr->minor & 0xf));
	ike_buf_u8(&w->buf, hdr->exchange);
	ike_buf_u8(&w->buf, hdr->flags);
	ike_buf_u32(&w->buf, hdr->id);
	ike_buf_u32(&w->buf, 0);
}

void ike_writer_begin_inner(struct ike_writer *w)
{
	*w = (struct ike_writer){ .inner = true };
	ike_buf_init(&w->buf, IKE_MESSAGE_MAX);
}

uint8_t ike_writer_first(const struct ike_writer *w)
{
	return w->first;
}

void ike_writer_free(struct ike_writer *w)
{
	ike_buf_free(&w->buf);
}

struct ike_buf *ike_payload_begin(struct ike_writer *w, uint8_t type)
{
	size_t at = w->buf.len;

	if (w->first == IKE_P_NONE)
		w->first = type;
	ike_buf_u8(&w->buf, IKE_P_NONE);
	ike_buf_u8(&w->buf, 0);
	ike_buf_u16(&w->buf, 0);
	if (w->buf.full)
		return &w->buf;
	/* Nothing stands before the first payload of a chain that has no header. */
	if (at)
		w->buf.p[w->next_at] = type;
	w->next_at = at;
	w->open_at = at + 2;
	return &w->buf;
}

void ike_payload_end(struct ike_writer *w)
{
	/* IKE_MESSAGE_MAX is less than what the field can hold. */
	if (!w->buf.full)
		ike_buf_set_u16(&w->buf, w->open_at, w->buf.len - (w->open_at - 2));
	w->open_at = 0;
}

void ike_put_notify(struct ike_writer *w, uint8_t protocol, struct ike_chunk spi, uint16_t type,
		    struct ike_chunk data)
{
	struct ike_buf *buf = ike_payload_begin(w, IKE_P_NOTIFY);

	ike_buf_u8(buf, protocol);
	ike_buf_u8(buf, spi.len);
	ike_buf_u16(buf, type);
	ike_buf_chunk_put(buf, spi);
	ike_buf_chunk_put(buf, data);
	ike_payload_end(w);
}

void ike_put_delete(struct ike_writer *w, uint8_t protocol, uint8_t spi_len, uint16_t count,
		    const uint8_t *spis)
{
	struct ike_buf *buf = ike_payload_begin(w, IKE_P_DELETE);

	ike_buf_u8(buf, protocol);
	ike_buf_u8(buf, spi_len);
	ike_buf_u16(buf, count);
	ike_buf_put(buf, spis, (size_t)spi_len * count);
	ike_payload_end(w);
}

void ike_put_ke(struct ike_writer *w, uint16_t group, struct ike_chunk value)
{
	struct ike_buf *buf = ike_payload_begin(w, IKE_P_KE);

	ike_buf_u16(buf, group);
	ike_buf_u16(buf, 0);
	ike_buf_chunk_put(buf, value);
	ike_payload_end(w);
}

/* ID and AUTH: an octet that says what it is, three reserved ones, and the rest. */
static void put_typed(struct ike_writer *w, uint8_t payload_type, uint8_t kind,
		      struct ike_chunk value)
{
	struct ike_buf *buf = ike_payload_begin(w, payload_type);

	ike_buf_u8(buf, kind);
	ike_buf_u8(buf, 0);
	ike_buf_u16(buf, 0);
	ike_buf_chunk_put(buf, value);
	ike_payload_end(w);
}

void ike_put_id(struct ike_writer *w, uint8_t payload_type, uint8_t id_type,
		struct ike_chunk value)
{
	put_typed(w, payload_type, id_type, value);
}

void ike_put_auth(struct ike_writer *w, uint8_t method, struct ike_chunk value)
{
	put_typed(w, IKE_P_AUTH, method, value);
}

void ike_put_cert(struct ike_writer *w, uint8_t payload_type, uint8_t encoding,
		  struct ike_chunk value)
{
	struct ike_buf *buf = ike_payload_begin(w, payload_type);

	ike_buf_u8(buf, encoding);
	ike_buf_chunk_put(buf, value);
	ike_payload_end(w);
}

void ike_put_nonce(struct ike_writer *w, struct ike_chunk nonce)
{
	ike_buf_chunk_put(ike_payload_begin(w, IKE_P_NONCE), nonce);
	ike_payload_end(w);
}

bool ike_writer_end(struct ike_writer *w)
{
	if (w->buf.full)
		return false;
	if (!w->inner)
		ike_buf_set_u32(&w->buf, LENGTH_AT, w->buf.len);
	return true;
}
