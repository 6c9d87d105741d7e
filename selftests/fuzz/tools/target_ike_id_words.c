// SPDX-License-Identifier: GPL-2.0-only
/* A line: an identity. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "id.h"

static void id_returns(const struct ike_id *id, const char *text)
{
	char printed[4 * IKE_ID_MAX + 16];
	struct espah_err err = {};
	struct ike_id again;

	ike_id_print(id, printed, sizeof(printed));
	must(!ike_id_read(&again, printed, &err), "'%s' of '%s' to be read: %s", printed, text,
	     err.text);
	must(ike_id_equal(id, &again) && ike_id_matches(id, &again),
	     "the identity '%s' back from '%s'", text, printed);
}

void fuzz_ike_id_words(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	struct espah_err err = {};
	struct ike_id id;

	if (ike_id_read(&id, text, &err)) {
		must_be_sentence(&err);
	} else {
		must(id.len <= IKE_ID_MAX && !id.type == !id.len, "an identity with a value");
		id_returns(&id, text);
	}
	free(text);
}
