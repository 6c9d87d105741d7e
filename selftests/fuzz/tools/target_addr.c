// SPDX-License-Identifier: GPL-2.0-only
/* A line: an address, a prefix or a range. */
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "fuzz.h"

static void addr_returns(const char *text)
{
	char printed[ESPAH_ADDR_STRLEN];
	struct espah_addr addr, again;
	struct espah_err err = {};

	if (espah_addr_parse(&addr, text, &err)) {
		must_be_keyless(&err);
		return;
	}
	espah_addr_print(&addr, printed);
	must(!espah_addr_parse(&again, printed, &err) && espah_addr_equal(&addr, &again),
	     "the address '%s' back from '%s'", text, printed);
}

static void range_returns(const char *text)
{
	char printed[ESPAH_RANGE_STRLEN];
	struct espah_range range, again;
	struct espah_err err = {};

	if (espah_range_parse(&range, text, &err)) {
		must_be_keyless(&err);
		return;
	}
	must(memcmp(range.min.octets, range.max.octets, sizeof(range.min.octets)) <= 0,
	     "the ends of '%s' in order", text);
	espah_range_print(&range, printed);
	must(!espah_range_parse(&again, printed, &err) &&
	     espah_addr_equal(&range.min, &again.min) && espah_addr_equal(&range.max, &again.max),
	     "the range '%s' back from '%s'", text, printed);
	must(strchr(printed, '/') || !espah_addr_equal(&range.min, &range.max) ||
	     !range.min.family, "one address to be a prefix, not '%s'", printed);
	must(espah_range_within(&range, &again), "'%s' within itself", text);
	must(!strchr(printed, '/') == (espah_range_bits(&range) < 0 || !range.min.family),
	     "a prefix length where there is one, not '%s'", printed);
}

void fuzz_addr(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);

	addr_returns(text);
	range_returns(text);
	free(text);
}
