// SPDX-License-Identifier: GPL-2.0-or-later
/* Proposals as octets: RFC 7296 sections 3.3.1, 3.3.2 and 3.3.5. */
#include <string.h>

#include "proposal.h"

#define PROPOSAL_LEN		8
#define TRANSFORM_LEN		8
#define ATTRIBUTE_LEN		4
#define MORE_PROPOSALS		2
#define MORE_TRANSFORMS		3
/* AF: the value stands where the length would. */
#define ATTRIBUTE_SHORT		0x8000
/* RFC 4303 section 2.1: 0 to 255 are no SPI of anybody. */
#define ESP_SPI_MIN		256

/* Take one substructure off the front of @rest: whole, with its header of four octets. */
static bool take(struct ike_chunk *rest, size_t min, uint8_t more, struct ike_chunk *one)
{
	size_t len;

	if (rest->len < min)
		return false;
	len = ike_get_u16(rest->p + 2);
	if (len < min || len > rest->len)
		return false;
	*one = ike_chunk(rest->p, len);
	*rest = ike_chunk(rest->p + len, rest->len - len);
	return one->p[0] == (rest->len ? more : 0);
}

/* What the attributes of one transform come to. */
struct attributes {
	unsigned int key_lengths;
	uint16_t key_bits;
	bool unknown;
};

static enum ike_bad attributes_parse(struct ike_chunk rest, struct attributes *attributes)
{
	*attributes = (struct attributes){};
	while (rest.len) {
		size_t len = ATTRIBUTE_LEN;
		uint16_t type;

		if (rest.len < ATTRIBUTE_LEN)
			return IKE_BAD_ATTRIBUTE;
		type = ike_get_u16(rest.p);
		if (!(type & ATTRIBUTE_SHORT))
			len += ike_get_u16(rest.p + 2);
		if (len > rest.len)
			return IKE_BAD_ATTRIBUTE;
		if (type == (ATTRIBUTE_SHORT | IKE_ATTR_KEY_LENGTH)) {
			attributes->key_lengths++;
			attributes->key_bits = ike_get_u16(rest.p + 2);
		} else {
			attributes->unknown = true;
		}
		rest = ike_chunk(rest.p + len, rest.len - len);
	}
	return IKE_GOOD;
}

static bool needs_key_length(const struct ike_transform *transform)
{
	if (transform->type != IKE_T_ENCR)
		return false;
	switch (transform->id) {
	case IKE_ENCR_AES_CBC:
	case IKE_ENCR_AES_GCM_8:
	case IKE_ENCR_AES_GCM_12:
	case IKE_ENCR_AES_GCM_16:
		return true;
	default:
		return false;
	}
}

/*
 * Section 3.3.6: a transform with an attribute that is not understood is no
 * choice; neither is one with a length twice, or of nothing. Section 3.3.5:
 * without the length that AES must have, the whole proposal is rejected.
 */
static void transform_keep(struct ike_proposal *proposal, const struct ike_transform *transform,
			   const struct attributes *attributes)
{
	if (needs_key_length(transform) && !attributes->key_lengths)
		proposal->unusable = true;
	if (attributes->unknown || attributes->key_lengths > 1 ||
	    (attributes->key_lengths && !attributes->key_bits))
		return;
	if (proposal->count < IKE_TRANSFORMS_MAX)
		proposal->transform[proposal->count++] = *transform;
}

/* A type of which none was kept must not look as if it had not been asked for. */
static void types_check(struct ike_proposal *proposal, uint8_t types)
{
	unsigned int i;

	for (i = 0; i < proposal->count; i++)
		types &= ~(1 << proposal->transform[i].type);
	if (types)
		proposal->unusable = true;
}

static enum ike_bad transforms_parse(struct ike_chunk rest, unsigned int count,
				     struct ike_proposal *proposal)
{
	unsigned int seen = 0;
	uint8_t types = 0;

	while (rest.len) {
		struct ike_transform transform;
		struct attributes attributes;
		struct ike_chunk one;
		enum ike_bad bad;

		if (!take(&rest, TRANSFORM_LEN, MORE_TRANSFORMS, &one))
			return IKE_BAD_TRANSFORM;
		bad = attributes_parse(ike_chunk(one.p + TRANSFORM_LEN, one.len - TRANSFORM_LEN),
				       &attributes);
		if (bad)
			return bad;
		seen++;
		transform = (struct ike_transform){
			.type = one.p[4],
			.id = ike_get_u16(one.p + 6),
			.key_bits = attributes.key_bits,
		};
		if (transform.type < IKE_T_ENCR || transform.type > IKE_T_MAX) {
			proposal->unusable = true;
			continue;
		}
		types |= 1 << transform.type;
		transform_keep(proposal, &transform, &attributes);
	}
	types_check(proposal, types);
	return seen && seen == count ? IKE_GOOD : IKE_BAD_PROPOSAL;
}

/* An SPI is as long as its protocol has it, and of a value that can be one. */
static bool spi_take(struct ike_proposal *proposal, struct ike_chunk spi)
{
	switch (proposal->protocol) {
	case IKE_PROTO_IKE:
		if (spi.len && (spi.len != IKE_SPI_LEN || !ike_get_u64(spi.p)))
			return false;
		break;
	case IKE_PROTO_AH:
	case IKE_PROTO_ESP:
		if (spi.len != IKE_ESP_SPI_LEN || ike_get_u32(spi.p) < ESP_SPI_MIN)
			return false;
		break;
	default:
		proposal->unusable = true;
		return true;
	}
	proposal->spi_len = spi.len;
	memcpy(proposal->spi, spi.p, spi.len);
	return true;
}

static enum ike_bad proposal_parse(struct ike_chunk one, struct ike_proposal *proposal)
{
	size_t spi_len = one.p[6];
	struct ike_chunk rest = ike_chunk(one.p + PROPOSAL_LEN, one.len - PROPOSAL_LEN);

	if (spi_len > rest.len)
		return IKE_BAD_PROPOSAL;
	memset(proposal, 0, sizeof(*proposal));
	proposal->number = one.p[4];
	proposal->protocol = one.p[5];
	if (!spi_take(proposal, ike_chunk(rest.p, spi_len)))
		return IKE_BAD_PROPOSAL;
	return transforms_parse(ike_chunk(rest.p + spi_len, rest.len - spi_len), one.p[7],
				proposal);
}

/*
 * Section 3.3.1 counts proposals from 1, but an answer has the number of the
 * one that was chosen: only where there are several, the first must be 1.
 */
static bool number_fits(const struct ike_proposal *proposal, unsigned int seen, bool last)
{
	if (!seen)
		return proposal->number == 1 || (proposal->number && last);
	return proposal->number == seen + 1;
}

enum ike_bad ike_proposals_parse(struct ike_chunk body, struct ike_proposals *proposals)
{
	struct ike_proposal spare;
	unsigned int seen = 0;

	proposals->count = 0;
	while (body.len) {
		struct ike_proposal *proposal = &spare;
		struct ike_chunk one;
		enum ike_bad bad;

		if (!take(&body, PROPOSAL_LEN, MORE_PROPOSALS, &one))
			return IKE_BAD_PROPOSAL;
		if (proposals->count < IKE_PROPOSALS_MAX)
			proposal = &proposals->proposal[proposals->count++];
		bad = proposal_parse(one, proposal);
		if (bad)
			return bad;
		if (!number_fits(proposal, seen, !body.len))
			return IKE_BAD_PROPOSAL;
		seen++;
	}
	return seen ? IKE_GOOD : IKE_BAD_PROPOSAL;
}

static void put_transform(struct ike_buf *buf, const struct ike_transform *transform, bool last)
{
	ike_buf_u8(buf, last ? 0 : MORE_TRANSFORMS);
	ike_buf_u8(buf, 0);
	ike_buf_u16(buf, TRANSFORM_LEN + (transform->key_bits ? ATTRIBUTE_LEN : 0));
	ike_buf_u8(buf, transform->type);
	ike_buf_u8(buf, 0);
	ike_buf_u16(buf, transform->id);
	if (!transform->key_bits)
		return;
	ike_buf_u16(buf, ATTRIBUTE_SHORT | IKE_ATTR_KEY_LENGTH);
	ike_buf_u16(buf, transform->key_bits);
}

static void put_proposal(struct ike_buf *buf, const struct ike_proposal *proposal,
			 unsigned int place, bool last)
{
	size_t at = buf->len;
	unsigned int i;

	ike_buf_u8(buf, last ? 0 : MORE_PROPOSALS);
	ike_buf_u8(buf, 0);
	ike_buf_u16(buf, 0);
	ike_buf_u8(buf, proposal->number ? proposal->number : place + 1);
	ike_buf_u8(buf, proposal->protocol);
	ike_buf_u8(buf, proposal->spi_len);
	ike_buf_u8(buf, proposal->count);
	ike_buf_put(buf, proposal->spi, proposal->spi_len);
	for (i = 0; i < proposal->count; i++)
		put_transform(buf, &proposal->transform[i], i + 1 == proposal->count);
	if (!buf->full)
		ike_buf_set_u16(buf, at + 2, buf->len - at);
}

void ike_put_proposals(struct ike_writer *w, const struct ike_proposals *proposals)
{
	struct ike_buf *buf = ike_payload_begin(w, IKE_P_SA);
	unsigned int i;

	for (i = 0; i < proposals->count; i++)
		put_proposal(buf, &proposals->proposal[i], i, i + 1 == proposals->count);
	ike_payload_end(w);
}
