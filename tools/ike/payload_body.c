// SPDX-License-Identifier: GPL-2.0-or-later
#include <netinet/in.h>

#include "../lib/macros.h"
#include "payload.h"

/* Of the notifications that carry something: how much (RFC 7296, and 7427 section 4). */
static const struct {
	uint16_t type;
	/* Octets of data. */
	uint16_t min;
	uint16_t max;
	/* And a whole number of these. */
	uint16_t unit;
	/* Names a Child SA by its SPI. */
	bool spi;
} notifies[] = {
	{ IKE_N_UNSUPPORTED_CRITICAL_PAYLOAD, 1, 1, 1, false },
	{ IKE_N_INVALID_KE_PAYLOAD, 2, 2, 1, false },
	{ IKE_N_CHILD_SA_NOT_FOUND, 0, UINT16_MAX, 1, true },
	{ IKE_N_SET_WINDOW_SIZE, 4, 4, 1, false },
	{ IKE_N_NAT_DETECTION_SOURCE_IP, 20, 20, 1, false },
	{ IKE_N_NAT_DETECTION_DESTINATION_IP, 20, 20, 1, false },
	{ IKE_N_COOKIE, 1, 64, 1, false },
	{ IKE_N_REKEY_SA, 0, UINT16_MAX, 1, true },
	{ IKE_N_SIGNATURE_HASH_ALGORITHMS, 2, UINT16_MAX, 2, false },
};

/* What nobody here knows is ignored, whatever is in it (section 3.10.1). */
static enum ike_bad notify_check(const struct ike_notify_body *notify)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(notifies); i++) {
		if (notifies[i].type != notify->type)
			continue;
		if (notify->data.len < notifies[i].min || notify->data.len > notifies[i].max ||
		    notify->data.len % notifies[i].unit)
			return IKE_BAD_BODY_VALUE;
		if (notifies[i].spi && (notify->spi.len != IKE_ESP_SPI_LEN ||
					(notify->protocol != IKE_PROTO_ESP &&
					 notify->protocol != IKE_PROTO_AH)))
			return IKE_BAD_BODY_VALUE;
	}
	return IKE_GOOD;
}

enum ike_bad ike_notify_parse(struct ike_chunk body, struct ike_notify_body *notify)
{
	size_t spi_len;

	if (body.len < 4)
		return IKE_BAD_BODY_SHORT;
	spi_len = body.p[1];
	if (spi_len > body.len - 4)
		return IKE_BAD_BODY_SHORT;
	notify->protocol = body.p[0];
	notify->type = ike_get_u16(body.p + 2);
	notify->spi = ike_chunk(body.p + 4, spi_len);
	notify->data = ike_chunk(body.p + 4 + spi_len, body.len - 4 - spi_len);
	return notify_check(notify);
}

enum ike_bad ike_delete_parse(struct ike_chunk body, struct ike_delete_body *del)
{
	size_t len;

	if (body.len < 4)
		return IKE_BAD_BODY_SHORT;
	del->protocol = body.p[0];
	del->spi_len = body.p[1];
	del->count = ike_get_u16(body.p + 2);
	len = (size_t)del->spi_len * del->count;
	if (len > body.len - 4)
		return IKE_BAD_BODY_SHORT;
	if (len < body.len - 4)
		return IKE_BAD_BODY_VALUE;
	del->spis = ike_chunk(body.p + 4, len);
	/* Section 3.11: the IKE SA's SPIs are in the header. */
	switch (del->protocol) {
	case IKE_PROTO_IKE:
		return del->spi_len || del->count ? IKE_BAD_BODY_VALUE : IKE_GOOD;
	case IKE_PROTO_AH:
	case IKE_PROTO_ESP:
		return del->spi_len != IKE_ESP_SPI_LEN ? IKE_BAD_BODY_VALUE : IKE_GOOD;
	default:
		return IKE_BAD_BODY_VALUE;
	}
}

enum ike_bad ike_ke_parse(struct ike_chunk body, struct ike_ke_body *ke)
{
	if (body.len <= 4)
		return IKE_BAD_BODY_SHORT;
	ke->group = ike_get_u16(body.p);
	ke->value = ike_chunk(body.p + 4, body.len - 4);
	return ke->group == IKE_DH_NONE ? IKE_BAD_KE : IKE_GOOD;
}

/* Section 3.5: "MUST NOT contain any terminators". What is not ASCII is UTF-8 in an address. */
static bool is_plain(struct ike_chunk text, uint8_t max)
{
	size_t i;

	for (i = 0; i < text.len; i++) {
		if (text.p[i] <= ' ' || text.p[i] == 0x7f || text.p[i] > max)
			return false;
	}
	return true;
}

static bool id_is_sound(const struct ike_id_body *id)
{
	switch (id->type) {
	case IKE_ID_IPV4_ADDR:
		return id->value.len == sizeof(struct in_addr);
	case IKE_ID_IPV6_ADDR:
		return id->value.len == sizeof(struct in6_addr);
	case IKE_ID_FQDN:
		return is_plain(id->value, 0x7e);
	case IKE_ID_RFC822_ADDR:
		return is_plain(id->value, 0xff);
	default:
		return true;
	}
}

enum ike_bad ike_id_parse(struct ike_chunk body, struct ike_id_body *id)
{
	if (body.len <= 4)
		return IKE_BAD_BODY_SHORT;
	id->type = body.p[0];
	id->value = ike_chunk(body.p + 4, body.len - 4);
	return id_is_sound(id) ? IKE_GOOD : IKE_BAD_BODY_VALUE;
}

/* CERTREQ has the same form, and may name no authority. */
enum ike_bad ike_cert_parse(struct ike_chunk body, struct ike_cert_body *cert)
{
	if (body.len < 1)
		return IKE_BAD_BODY_SHORT;
	cert->encoding = body.p[0];
	cert->value = ike_chunk(body.p + 1, body.len - 1);
	return IKE_GOOD;
}

enum ike_bad ike_auth_parse(struct ike_chunk body, struct ike_auth_body *auth)
{
	if (body.len <= 4)
		return IKE_BAD_BODY_SHORT;
	auth->method = body.p[0];
	auth->value = ike_chunk(body.p + 4, body.len - 4);
	return IKE_GOOD;
}

enum ike_bad ike_nonce_parse(struct ike_chunk body)
{
	if (body.len < IKE_NONCE_MIN || body.len > IKE_NONCE_MAX)
		return IKE_BAD_NONCE;
	return IKE_GOOD;
}
