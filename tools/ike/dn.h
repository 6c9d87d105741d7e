/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Distinguished names: DER to text and back, and their comparison; by OpenSSL.
 */
#ifndef _IKE_DN_H
#define _IKE_DN_H

#include "../lib/err.h"
#include "buf.h"

/* Is this the DER of one name, and of nothing else? */
bool ike_dn_is_sound(struct ike_chunk der);
/*
 * "C=CH, O=Org, CN=moon" or "/C=CH/O=Org/CN=moon" to at most @max octets at
 * @der; how many they are, or -1. A backslash escapes, as in RFC 4514.
 */
int ike_dn_read(uint8_t *der, size_t max, const char *words, struct espah_err *err);
/* Add the text of @der behind what is in @buf: what ike_dn_read() takes. */
void ike_dn_print(struct ike_chunk der, char *buf, size_t size);
/* As RFC 5280 section 7.1 has it: neither case nor the kind of string count. */
bool ike_dn_equal(struct ike_chunk a, struct ike_chunk b);
/* The same, but the value "*" in @pattern stands for any value. */
bool ike_dn_matches(struct ike_chunk der, struct ike_chunk pattern);

#endif /* _IKE_DN_H */
