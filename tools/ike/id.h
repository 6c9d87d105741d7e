/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Identities: RFC 7296 section 3.5, and the words of swanctl.conf(5) for them.
 */
#ifndef _IKE_ID_H
#define _IKE_ID_H

#include "../lib/err.h"
#include "../lib/model.h"
#include "buf.h"
#include "payload.h"

#define IKE_ID_MAX	512

/* Type 0: any ("%any"). */
struct ike_id {
	uint8_t type;
	uint16_t len;
	uint8_t value[IKE_ID_MAX];
};

/*
 * "moon.strongswan.org", "@moon", "carol@strongswan.org", "@@carol@moon", "10.0.0.1", "fe80::1",
 * "C=CH, O=Org, CN=moon" or "/C=CH/O=Org/CN=moon" (a DN), "@#0badcafe" (a key id),
 * and the prefixes "fqdn:", "email:", "ipv4:", "ipv6:", "keyid:", "asn1dn:", "dns:",
 * behind which "#" and hex digits stand for the octets themselves.
 * "%any" and "" are any.
 */
int ike_id_read(struct ike_id *id, const char *words, struct espah_err *err);
int ike_id_from_addr(struct ike_id *id, const struct espah_addr *addr);
int ike_id_from_body(struct ike_id *id, const struct ike_id_body *body);
const char *ike_id_print(const struct ike_id *id, char *buf, size_t size);
bool ike_id_equal(const struct ike_id *a, const struct ike_id *b);
/*
 * Does @id fit @pattern? "*.example.org" and "*@example.org" stand for any
 * leading label or user, an RDN "CN=*" for any value, %any for all. Case does
 * not count in domain names.
 */
bool ike_id_matches(const struct ike_id *id, const struct ike_id *pattern);

#endif /* _IKE_ID_H */
