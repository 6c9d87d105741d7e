// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"
#include "unit_ike_oracle.h"

static void need(bool good, const char *what, const char *value)
{
	if (good)
		return;
	printf("Bail out! %s: %s\n", what, value);
	exit(1);
}

void unit_hex(struct unit_octets *octets, const char *hex)
{
	size_t digits = strlen(hex);
	size_t i;

	need(digits % 2 == 0 && digits / 2 <= sizeof(octets->p) &&
	     strspn(hex, "0123456789abcdefABCDEF") == digits, "not hex", hex);
	for (i = 0; i < digits / 2; i++)
		octets->p[i] = strtoul((const char []){ hex[2 * i], hex[2 * i + 1], 0 }, NULL, 16);
	octets->len = digits / 2;
}

const char *unit_json_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	need(text, "an oracle has no such text", key);
	return text;
}

void unit_json_hex(struct unit_octets *octets, const json_t *object, const char *key)
{
	unit_hex(octets, unit_json_text(object, key));
}

struct ike_chunk unit_chunk(const struct unit_octets *octets)
{
	return ike_chunk(octets->p, octets->len);
}

bool unit_is(const void *seen, size_t len, const struct unit_octets *expected)
{
	return ike_chunk_equal(ike_chunk(seen, len), unit_chunk(expected));
}

uint8_t *unit_copy(const void *p, size_t len)
{
	uint8_t *copy = malloc(len);

	need(copy, "no memory", "");
	memcpy(copy, p, len);
	return copy;
}

json_t *unit_oracle(const char *file, const char *name)
{
	const char *folder = getenv("ESPAH_ORACLES");
	json_error_t error;
	char path[4096];
	json_t *root;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder ? folder : "", file);
	f = folder ? fopen(path, "r") : NULL;
	if (!f) {
		skip(name, "no oracles folder");
		return NULL;
	}
	root = json_loadf(f, 0, &error);
	fclose(f);
	need(root, path, root ? "" : error.text);
	return root;
}
