// SPDX-License-Identifier: GPL-2.0-only
/* A line: a traffic selector. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "ts.h"

void fuzz_ike_ts_words(const uint8_t *data, size_t size)
{
	static const struct espah_addr dynamic = { AF_INET, { 192, 0, 2, 1 } };
	char *text = fuzz_text(data, size);
	struct espah_err err = {};
	struct ike_ts ts, again;
	char printed[160];

	if (ike_ts_read(&ts, text, &dynamic, &err)) {
		must_be_sentence(&err);
	} else {
		ike_ts_print(&ts, printed, sizeof(printed));
		must(!ike_ts_read(&again, printed, NULL, &err) && ike_ts_within(&ts, &again) &&
		     ike_ts_within(&again, &ts), "the selector '%s' back from '%s'", text, printed);
	}
	free(text);
}
