/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Vectors as hex, and those that others made: JSON files below $ESPAH_ORACLES.
 */
#ifndef _ESPAH_UNIT_IKE_ORACLE_H
#define _ESPAH_UNIT_IKE_ORACLE_H

#include <stdint.h>

#include <jansson.h>

#include "buf.h"

/* The longest here: a whole message. */
#define UNIT_OCTETS_MAX	4096

struct unit_octets {
	uint8_t p[UNIT_OCTETS_MAX];
	size_t len;
};

/* Ends the program for what is not hex, or too long: that is an error of the test. */
void unit_hex(struct unit_octets *octets, const char *hex);
/* The value of a key that is hex. */
void unit_json_hex(struct unit_octets *octets, const json_t *object, const char *key);
const char *unit_json_text(const json_t *object, const char *key);
struct ike_chunk unit_chunk(const struct unit_octets *octets);
bool unit_is(const void *seen, size_t len, const struct unit_octets *expected);
/* In memory of its own, to be freed, so that a read behind the end is seen. */
uint8_t *unit_copy(const void *p, size_t len);

/* NULL, and a SKIP under @name, where the folder is missing. */
json_t *unit_oracle(const char *file, const char *name);

#endif /* _ESPAH_UNIT_IKE_ORACLE_H */
