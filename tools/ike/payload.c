// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "payload.h"

#define GENERIC_HDR_LEN	4
#define CRITICAL_BIT	0x80

static bool is_zero(const uint8_t *p, size_t len)
{
	while (len--) {
		if (*p++)
			return false;
	}
	return true;
}

/* Section 3.1, of version 2 only: what is elsewhere in other versions is not looked at. */
static enum ike_bad hdr_check(const struct ike_hdr *hdr)
{
	bool first = hdr->exchange == IKE_SA_INIT;
	bool request = !(hdr->flags & IKE_FLAG_RESPONSE);
	bool initiator = hdr->flags & IKE_FLAG_INITIATOR;

	if (hdr->exchange < IKE_SA_INIT || hdr->exchange > INFORMATIONAL)
		return IKE_BAD_EXCHANGE;
	if (is_zero(hdr->spi_i, IKE_SPI_LEN))
		return IKE_BAD_SPI;
	/* Both exchanges are begun by the original initiator only (section 1.2). */
	if ((first || hdr->exchange == IKE_AUTH) && request != initiator)
		return IKE_BAD_FLAGS;
	/* An answer may have none: one with a cookie, or with an error (section 2.6). */
	if (first ? request && !is_zero(hdr->spi_r, IKE_SPI_LEN) :
		    is_zero(hdr->spi_r, IKE_SPI_LEN))
		return IKE_BAD_SPI;
	/* Section 2.2: also when it is sent again for a cookie or another group. */
	if (first && hdr->id)
		return IKE_BAD_MESSAGE_ID;
	return IKE_GOOD;
}

enum ike_bad ike_hdr_parse(struct ike_chunk message, struct ike_hdr *hdr)
{
	const uint8_t *p = message.p;

	if (message.len < IKE_HDR_LEN)
		return IKE_BAD_SHORT;
	memcpy(hdr->spi_i, p, IKE_SPI_LEN);
	memcpy(hdr->spi_r, p + 8, IKE_SPI_LEN);
	hdr->next = p[16];
	hdr->major = p[17] >> 4;
	hdr->minor = p[17] & 0xf;
	hdr->exchange = p[18];
	hdr->flags = p[19];
	hdr->id = ike_get_u32(p + 20);
	hdr->length = ike_get_u32(p + 24);
	if (hdr->length != message.len)
		return IKE_BAD_LENGTH;
	return hdr->major == 2 ? hdr_check(hdr) : IKE_GOOD;
}

static bool is_known(uint8_t type)
{
	return (type >= IKE_P_SA && type <= IKE_P_EAP) || type == IKE_P_SKF;
}

/* Take one payload of type @type off the front of @rest, and no octet of what is behind it. */
static enum ike_bad take(uint8_t type, struct ike_chunk *rest, struct ike_payload *payload)
{
	size_t len;

	if (rest->len < GENERIC_HDR_LEN)
		return IKE_BAD_PAYLOAD_LENGTH;
	len = ike_get_u16(rest->p + 2);
	if (len < GENERIC_HDR_LEN || len > rest->len)
		return IKE_BAD_PAYLOAD_LENGTH;
	payload->type = type;
	payload->next = rest->p[0];
	payload->critical = rest->p[1] & CRITICAL_BIT;
	payload->body = ike_chunk(rest->p + GENERIC_HDR_LEN, len - GENERIC_HDR_LEN);
	*rest = ike_chunk(rest->p + len, rest->len - len);
	return IKE_GOOD;
}

/*
 * An unknown critical payload is the verdict only where the chain is sound as a
 * whole: the answer to it tells that the message was understood (section 2.5).
 */
enum ike_bad ike_payloads_parse(uint8_t first, struct ike_chunk chain,
				struct ike_payloads *payloads)
{
	unsigned int seen = 0;
	uint8_t unsupported = 0;
	uint8_t type = first;

	payloads->count = 0;
	payloads->unsupported = 0;
	while (type != IKE_P_NONE) {
		struct ike_payload payload;
		enum ike_bad bad;

		if (seen++ == IKE_PAYLOADS_MAX)
			return IKE_BAD_PAYLOAD_COUNT;
		bad = take(type, &chain, &payload);
		if (bad)
			return bad;
		if (is_known(type))
			payloads->payload[payloads->count++] = payload;
		else if (payload.critical && !unsupported)
			unsupported = type;
		/* The next type is that of the first one within (section 3.14). */
		if (type == IKE_P_SK || type == IKE_P_SKF)
			break;
		type = payload.next;
	}
	if (chain.len)
		return IKE_BAD_CHAIN_REST;
	payloads->unsupported = unsupported;
	return unsupported ? IKE_BAD_CRITICAL : IKE_GOOD;
}

static const struct ike_payload *find_from(const struct ike_payloads *payloads, unsigned int from,
					   uint8_t type)
{
	unsigned int i;

	for (i = from; i < payloads->count; i++) {
		if (payloads->payload[i].type == type)
			return &payloads->payload[i];
	}
	return NULL;
}

const struct ike_payload *ike_payload_find(const struct ike_payloads *payloads, uint8_t type)
{
	return find_from(payloads, 0, type);
}

const struct ike_payload *ike_payload_next(const struct ike_payloads *payloads,
					   const struct ike_payload *after)
{
	return find_from(payloads, after - payloads->payload + 1, after->type);
}

bool ike_notify_find(const struct ike_payloads *payloads, uint16_t type,
		     struct ike_notify_body *body)
{
	const struct ike_payload *p;

	for (p = ike_payload_find(payloads, IKE_P_NOTIFY); p; p = ike_payload_next(payloads, p)) {
		if (!ike_notify_parse(p->body, body) && body->type == type)
			return true;
	}
	return false;
}
