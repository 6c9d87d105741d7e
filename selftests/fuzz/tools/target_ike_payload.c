// SPDX-License-Identifier: GPL-2.0-only
/* A datagram: its header, its chain, and every body as each thing that it could be. */
#include <string.h>

#include "fuzz.h"
#include "id.h"
#include "payload.h"
#include "proposal.h"
#include "ts.h"

static void must_be_within(struct ike_chunk inner, struct ike_chunk outer)
{
	must(inner.p >= outer.p && inner.len <= outer.len &&
	     inner.p - outer.p <= (ptrdiff_t)(outer.len - inner.len),
	     "%zu octets to lie within the %zu they are of", inner.len, outer.len);
}

static void notify_and_delete(struct ike_chunk body)
{
	struct ike_notify_body notify;
	struct ike_delete_body del;

	if (!ike_notify_parse(body, &notify)) {
		must_be_within(notify.spi, body);
		must_be_within(notify.data, body);
	}
	if (!ike_delete_parse(body, &del)) {
		must_be_within(del.spis, body);
		must(del.spis.len == (size_t)del.count * del.spi_len, "as many SPIs as it says");
	}
}

static void values(struct ike_chunk body)
{
	struct ike_auth_body auth;
	struct ike_cert_body cert;
	struct ike_ke_body ke;

	if (!ike_ke_parse(body, &ke))
		must_be_within(ke.value, body);
	if (!ike_cert_parse(body, &cert))
		must_be_within(cert.value, body);
	if (!ike_auth_parse(body, &auth))
		must_be_within(auth.value, body);
	must(!ike_nonce_parse(body) == (body.len >= IKE_NONCE_MIN && body.len <= IKE_NONCE_MAX),
	     "a nonce of %zu octets to be judged by its length", body.len);
}

static void identity(struct ike_chunk body)
{
	struct ike_id_body raw;
	char text[64];
	struct ike_id id;

	if (ike_id_parse(body, &raw))
		return;
	must_be_within(raw.value, body);
	if (ike_id_from_body(&id, &raw))
		return;
	must(id.len == raw.value.len && !memcmp(id.value, raw.value.p, id.len),
	     "the octets that were sent");
	ike_id_print(&id, text, sizeof(text));
	must(ike_id_equal(&id, &id) && ike_id_matches(&id, &(struct ike_id){}),
	     "'%s' to be itself, and any", text);
}

static void body_of_anything(struct ike_chunk body)
{
	struct ike_proposals proposals;
	struct ike_ts_list list;

	notify_and_delete(body);
	values(body);
	identity(body);
	ike_proposals_parse(body, &proposals);
	ike_ts_parse(body, &list);
}

void fuzz_ike_payload(const uint8_t *data, size_t size)
{
	static const struct ike_rule none[] = { { 0, 0, 0 } };
	struct ike_chunk message = ike_chunk(data, size);
	struct ike_payloads payloads;
	struct ike_notify_body notify;
	struct ike_hdr hdr;
	unsigned int i;

	/* A length that fits is not what is to be found out here. */
	body_of_anything(message);
	if (ike_hdr_parse(message, &hdr) == IKE_BAD_SHORT)
		return;
	if (ike_payloads_parse(hdr.next, ike_chunk(data + IKE_HDR_LEN, size - IKE_HDR_LEN),
			       &payloads))
		return;
	must(payloads.count <= IKE_PAYLOADS_MAX && !payloads.unsupported, "a sound chain");
	for (i = 0; i < payloads.count; i++) {
		must_be_within(payloads.payload[i].body, message);
		body_of_anything(payloads.payload[i].body);
	}
	ike_notify_find(&payloads, IKE_N_COOKIE, &notify);
	ike_rules_check(none, &payloads);
}
