// SPDX-License-Identifier: GPL-2.0-only
/* The body of a TS payload: narrowed, it is within what was offered and what is allowed. */
#include <string.h>

#include "fuzz.h"
#include "ts.h"

static struct ike_ts_list mine;

static void mine_read(void)
{
	static const char * const words[] = {
		"10.0.0.0/8", "192.168.0.5-192.168.1.9[tcp/80-443]", "0.0.0.0/0[udp/opaque]",
		"0.0.0.0/0[icmp/8]", "fd00::/8", "::/0[17]",
	};
	struct espah_err err;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		must(!ike_ts_read(&mine.ts[mine.count++], words[i], NULL, &err), "my selectors");
}

static bool same(const struct ike_ts_list *a, const struct ike_ts_list *b)
{
	unsigned int i;

	for (i = 0; i < a->count && i < b->count; i++) {
		if (!ike_ts_within(&a->ts[i], &b->ts[i]) || !ike_ts_within(&b->ts[i], &a->ts[i]))
			return false;
	}
	return a->count == b->count;
}

static void write_and_read(const struct ike_ts_list *list)
{
	struct ike_ts_list again;
	struct ike_writer w;

	ike_writer_begin_inner(&w);
	ike_put_ts(&w, IKE_P_TSI, list);
	must(ike_writer_end(&w) &&
	     !ike_ts_parse(ike_chunk(w.buf.p + 4, w.buf.len - 4), &again) && same(list, &again),
	     "selectors back");
	ike_writer_free(&w);
}

static void words(const struct ike_ts *ts)
{
	struct ike_ts_list one = { 1, { *ts } }, again = { .count = 1 };
	struct espah_err err = {};
	char text[160];

	ike_ts_print(ts, text, sizeof(text));
	/* The network may give ports to any protocol, people may not. */
	if (ike_ts_read(&again.ts[0], text, NULL, &err))
		must(strstr(err.text, "has no ports"), "'%s' to be read: %s", text, err.text);
	else
		must(same(&one, &again), "'%s' to be what was printed", text);
}

void fuzz_ike_ts(const uint8_t *data, size_t size)
{
	struct ike_ts_list offered, narrowed, again;
	struct ike_ts both;
	unsigned int i;
	char text[128];

	if (!mine.count)
		mine_read();
	if (ike_ts_parse(ike_chunk(data, size), &offered))
		return;
	must(offered.count && offered.count <= IKE_TS_MAX, "selectors within the limit");
	ike_ts_list_print(&offered, text, sizeof(text));
	write_and_read(&offered);
	for (i = 0; i < offered.count; i++)
		words(&offered.ts[i]);
	if (!ike_ts_narrow(&offered, &mine, &narrowed)) {
		for (i = 0; i < offered.count * mine.count; i++)
			must(!ike_ts_meet(&offered.ts[i / mine.count], &mine.ts[i % mine.count],
					  &both), "nothing in common");
		return;
	}
	must(ike_ts_list_within(&narrowed, &offered), "the answer within the offer");
	must(ike_ts_list_within(&narrowed, &mine), "the answer within what I allow");
	must(ike_ts_narrow(&narrowed, &mine, &again) && same(&narrowed, &again),
	     "what was narrowed not to be narrowed again");
	/* Section 2.9: what the packet asked for is in it. */
	for (i = 0; i < mine.count; i++) {
		struct ike_ts_list first = { .count = 1 };

		must(!ike_ts_meet(&offered.ts[0], &mine.ts[i], &first.ts[0]) ||
		     ike_ts_list_within(&first, &narrowed), "the first selector in the answer");
	}
}
