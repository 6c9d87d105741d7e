// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "ts.h"
#include "unit.h"
#include "unit_ike_oracle.h"

static const struct {
	const char *words;
	/* NULL: as it was written. */
	const char *printed;
	uint8_t proto;
	uint16_t min;
	uint16_t max;
} good[] = {
	{ "10.1.0.0/16", NULL, 0, 0, 65535 },
	{ "10.0.0.1-10.0.0.9", NULL, 0, 0, 65535 },
	{ "10.0.0.1", "10.0.0.1/32", 0, 0, 65535 },
	{ "fd00::/64", NULL, 0, 0, 65535 },
	{ "fd00::/64[tcp/80]", NULL, 6, 80, 80 },
	{ "10.0.0.0/8[6]", "10.0.0.0/8[tcp]", 6, 0, 65535 },
	{ "10.0.0.0/8[0]", "10.0.0.0/8", 0, 0, 65535 },
	{ "10.0.0.0/8[17/1000-2000]", "10.0.0.0/8[udp/1000-2000]", 17, 1000, 2000 },
	{ "10.0.0.0/8[udp/opaque]", NULL, 17, 65535, 0 },
	{ "10.0.0.0/8[udp/any]", "10.0.0.0/8[udp]", 17, 0, 65535 },
	{ "10.0.0.0/8[udp/0-65535]", "10.0.0.0/8[udp]", 17, 0, 65535 },
	{ "10.0.0.0/8[gre]", NULL, 47, 0, 65535 },
	{ "10.0.0.0/8[icmp/8]", NULL, 1, 0x800, 0x8ff },
	{ "10.0.0.0/8[icmp/8-13]", NULL, 1, 0x800, 0xdff },
	{ "10.0.0.0/8[icmp/3(4)]", NULL, 1, 0x304, 0x304 },
	{ "10.0.0.0/8[icmp/3(4)-5(6)]", NULL, 1, 0x304, 0x506 },
	{ "10.0.0.0/8[icmp/2048]", "10.0.0.0/8[icmp/8(0)]", 1, 0x800, 0x800 },
	{ "fd00::/8[58/128]", "fd00::/8[ipv6-icmp/128]", 58, 0x8000, 0x80ff },
	{ "dynamic", "192.0.2.7/32", 0, 0, 65535 },
	{ "dynamic[tcp/22]", "192.0.2.7/32[tcp/22]", 6, 22, 22 },
};

static const struct {
	const char *words;
	const char *why;
} bad[] = {
	{
	  "10.0.0.0/8[tcp",
	  "'10.0.0.0/8[tcp' has a bracket that is not closed; expected one like 10.0.0.0/8[tcp/80]",
	},
	{ "10.0.0.0/8[]", "'' in '10.0.0.0/8[]' is no protocol; expected one like tcp, udp or 47" },
	{
	  "10.0.0.0/8[/80]",
	  "'' in '10.0.0.0/8[/80]' is no protocol; expected one like tcp, udp or 47",
	},
	{
	  "10.0.0.0/8[256]",
	  "'256' in '10.0.0.0/8[256]' is no protocol; expected one like tcp, udp or 47",
	},
	{
	  "10.0.0.0/8[gre/1]",
	  "'gre' in '10.0.0.0/8[gre/1]' has no ports; leave out what is behind the slash",
	},
	{
	  "10.0.0.0/8[tcp/65536]",
	  "'65536' in '10.0.0.0/8[tcp/65536]' is no port; expected 0 to 65535, a range, the name of a service, any or opaque",
	},
	{
	  "10.0.0.0/8[tcp/80-65536]",
	  "'65536' in '10.0.0.0/8[tcp/80-65536]' is no port; expected 0 to 65535",
	},
	{
	  "10.0.0.0/8[tcp/90-80]",
	  "'90-80' in '10.0.0.0/8[tcp/90-80]' ends before it begins; write the lower port first",
	},
	{
	  "10.0.0.0/8[icmp/8(256)]",
	  "'8(256)' in '10.0.0.0/8[icmp/8(256)]' is no port; expected 0 to 65535, a range, the name of a service, any or opaque",
	},
	{ "any", "'any' is of no family; write 0.0.0.0/0 or ::/0" },
	{ "10.0.0.0/33", "'33' in '10.0.0.0/33' is not a prefix length; expected 0 to 32" },
	{ "moon", "'moon' is not a prefix; expected ADDR[/LEN], ADDR-ADDR or any" },
};

/* What two have in common, as text; NULL: nothing. */
static const struct {
	const char *a;
	const char *b;
	const char *both;
} meets[] = {
	{ "10.0.0.0/8", "10.1.0.0/16", "10.1.0.0/16" },
	{ "10.0.0.0/8", "11.0.0.0/8", NULL },
	{ "10.0.0.0/8", "::/0", NULL },
	{ "10.0.0.5-10.0.0.20", "10.0.0.10-10.0.0.30", "10.0.0.10-10.0.0.20" },
	{ "10.0.0.5-10.0.0.20", "10.0.0.20-10.0.0.30", "10.0.0.20/32" },
	{ "10.0.0.5-10.0.0.20", "10.0.0.21-10.0.0.30", NULL },
	{ "10.0.0.0/8[tcp]", "10.0.0.0/8", "10.0.0.0/8[tcp]" },
	{ "10.0.0.0/8[tcp]", "10.0.0.0/8[udp]", NULL },
	{ "10.0.0.0/8[tcp/80-90]", "10.0.0.0/8[tcp/85-95]", "10.0.0.0/8[tcp/85-90]" },
	{ "10.0.0.0/8[tcp/80-90]", "10.0.0.0/8[tcp/91]", NULL },
	{ "10.0.0.0/8[tcp/80-90]", "10.0.0.0/8[tcp/90]", "10.0.0.0/8[tcp/90]" },
	{ "10.0.0.0/8[udp/opaque]", "10.0.0.0/8[udp/opaque]", "10.0.0.0/8[udp/opaque]" },
	{ "10.0.0.0/8[udp/opaque]", "10.0.0.0/8", "10.0.0.0/8[udp/opaque]" },
	{ "10.0.0.0/8[udp/opaque]", "10.0.0.0/8[udp/0-65534]", NULL },
	{ "fd00::/8[udp/53]", "fd00:1::/32", "fd00:1::/32[udp/53]" },
};

static const struct {
	const char *name;
	const char *offered;
	const char *mine;
	/* NULL: TS_UNACCEPTABLE. */
	const char *narrowed;
} narrowings[] = {
	{ "all is allowed", "10.0.0.0/8 192.168.0.0/16", "0.0.0.0/0",
	  "10.0.0.0/8, 192.168.0.0/16" },
	{ "nothing is allowed", "10.0.0.0/8", "192.168.0.0/16", NULL },
	{ "another family", "::/0", "0.0.0.0/0", NULL },
	{ "a part is allowed", "0.0.0.0/0", "10.1.0.0/16", "10.1.0.0/16" },
	{ "two parts are allowed", "0.0.0.0/0", "10.1.0.0/16 10.3.0.0/16",
	  "10.1.0.0/16, 10.3.0.0/16" },
	{ "of both families", "10.0.0.0/8 ::/0", "10.1.0.0/16 fd00::/8",
	  "10.1.0.0/16, fd00::/8" },
	{ "RFC 7296's example, all allowed", "198.51.100.43[tcp/80] 198.51.100.0/24",
	  "198.51.100.0/24", "198.51.100.0/24" },
	{ "its answer is the host with all ports", "198.51.100.43[tcp/80] 198.51.100.0/24",
	  "198.51.100.43", "198.51.100.43/32" },
	{ "the first selector is not allowed", "198.51.100.43[tcp/80] 198.51.100.0/24",
	  "198.51.100.128/25", "198.51.100.128/25" },
	{ "the first selector comes first", "10.3.0.1[udp/53] 10.0.0.0/8",
	  "10.1.0.0/16 10.3.0.0/16", "10.3.0.0/16, 10.1.0.0/16" },
	{ "only one protocol", "10.3.0.1[udp/53] 10.0.0.0/8", "10.0.0.0/8[udp]",
	  "10.0.0.0/8[udp]" },
	{ "the trigger's port is another", "10.3.0.1[udp/53] 10.0.0.0/8", "10.0.0.0/8[tcp/80]",
	  "10.0.0.0/8[tcp/80]" },
	{ "twice the same", "10.0.0.0/8 10.0.0.0/8", "10.0.0.0/8 10.1.0.0/16", "10.0.0.0/8" },
};

static void list_read(struct ike_ts_list *list, const char *words)
{
	char copy[256], *word, *rest = copy;
	struct espah_err err;

	snprintf(copy, sizeof(copy), "%s", words);
	list->count = 0;
	while ((word = strsep(&rest, " ")))
		check(!ike_ts_read(&list->ts[list->count++], word, NULL, &err), word);
}

static void test_words_of_ts(void)
{
	static const struct espah_addr dynamic = { AF_INET, { 192, 0, 2, 7 } };
	struct espah_err err;
	char name[160], text[160];
	struct ike_ts ts;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		snprintf(name, sizeof(name), "selector '%s'", good[i].words);
		check(!ike_ts_read(&ts, good[i].words, &dynamic, &err) &&
		      ts.proto == good[i].proto && ts.port_min == good[i].min &&
		      ts.port_max == good[i].max, name);
		snprintf(name, sizeof(name), "selector '%s' is printed", good[i].words);
		check_text(ike_ts_print(&ts, text, sizeof(text)),
			   good[i].printed ? good[i].printed : good[i].words, name);
	}
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		snprintf(name, sizeof(name), "selector '%s' is refused", bad[i].words);
		check_text(ike_ts_read(&ts, bad[i].words, &dynamic, &err) ? err.text : "(taken)",
			   bad[i].why, name);
	}
	ike_ts_read(&ts, "dynamic[tcp]", NULL, &err);
	check_text(ike_ts_print(&ts, text, sizeof(text)), "dynamic[tcp]",
		   "an address that is not known yet");
	check(!ike_ts_meet(&ts, &ts, &ts), "which has nothing in common with any");
}

static void test_meet(void)
{
	struct ike_ts a, b, both, swapped;
	struct espah_err err;
	char name[160], text[160];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(meets); i++) {
		bool met, again;

		snprintf(name, sizeof(name), "'%s' and '%s'", meets[i].a, meets[i].b);
		ike_ts_read(&a, meets[i].a, NULL, &err);
		ike_ts_read(&b, meets[i].b, NULL, &err);
		met = ike_ts_meet(&a, &b, &both);
		again = ike_ts_meet(&b, &a, &swapped);
		check_text(met ? ike_ts_print(&both, text, sizeof(text)) : "nothing",
			   meets[i].both ? meets[i].both : "nothing", name);
		check(met == again && (!met || (ike_ts_within(&both, &swapped) &&
						ike_ts_within(&swapped, &both) &&
						ike_ts_within(&both, &a) &&
						ike_ts_within(&both, &b))),
		      "the same the other way round, within both");
	}
}

static void test_narrow(void)
{
	struct ike_ts_list offered, mine, narrowed;
	char text[256];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(narrowings); i++) {
		bool any;

		list_read(&offered, narrowings[i].offered);
		list_read(&mine, narrowings[i].mine);
		any = ike_ts_narrow(&offered, &mine, &narrowed);
		check_text(any ? ike_ts_list_print(&narrowed, text, sizeof(text)) : "nothing",
			   narrowings[i].narrowed ? narrowings[i].narrowed : "nothing",
			   narrowings[i].name);
		check(ike_ts_list_within(&narrowed, &offered) &&
		      ike_ts_list_within(&narrowed, &mine), "within both");
	}
}

/* More parts than the list has room for: the first is kept. */
static void test_narrow_limit(void)
{
	struct ike_ts_list offered = {}, mine = {}, narrowed;
	struct espah_err err;
	char word[32];
	unsigned int i;

	for (i = 0; i < IKE_TS_MAX; i++) {
		snprintf(word, sizeof(word), "10.0.0.0/8[tcp/%u]", i);
		ike_ts_read(&offered.ts[offered.count++], word, NULL, &err);
		snprintf(word, sizeof(word), "10.%u.0.0/16", i);
		ike_ts_read(&mine.ts[mine.count++], word, NULL, &err);
	}
	check(ike_ts_narrow(&offered, &mine, &narrowed) && narrowed.count == IKE_TS_MAX &&
	      ike_ts_within(&narrowed.ts[0], &offered.ts[0]) &&
	      ike_ts_within(&narrowed.ts[0], &mine.ts[0]), "256 parts are cut to 16");
}

static const struct {
	const char *name;
	const char *hex;
	enum ike_bad bad;
	const char *printed;
} bodies[] = {
	{ "IPv4", "01000000070000100000ffff0a0000000affffff", IKE_GOOD, "10.0.0.0/8" },
	{ "reserved octets count for nothing", "01aabbcc070000100000ffff0a0000000affffff",
	  IKE_GOOD, "10.0.0.0/8" },
	{ "one address", "010000000706001000500050c0000201c0000201", IKE_GOOD,
	  "192.0.2.1/32[tcp/80]" },
	{ "OPAQUE", "0100000007110010ffff000000000000ffffffff", IKE_GOOD,
	  "0.0.0.0/0[udp/opaque]" },
	{
	  "IPv6",
	  "01000000080000280000fffffd000000000000000000000000000000fdffffffffffffffffffffffffffffff",
	  IKE_GOOD, "fd00::/8"
	},
	{ "an unknown type is left out",
	  "02000000f1000008deadbeef070000100000ffff0a0000000affffff", IKE_GOOD, "10.0.0.0/8" },
	{ "only an unknown type", "01000000f1000008deadbeef", IKE_BAD_SELECTOR, NULL },
	{ "none", "00000000", IKE_BAD_SELECTOR, NULL },
	{ "short header", "010000", IKE_BAD_BODY_SHORT, NULL },
	{ "fewer than it says", "02000000070000100000ffff0a0000000affffff", IKE_BAD_SELECTOR,
	  NULL },
	{ "more than it says",
	  "01000000070000100000ffff0a0000000affffff070000100000ffff0a0000000affffff",
	  IKE_BAD_SELECTOR, NULL },
	{ "length one short", "010000000700000f0000ffff0a0000000affffff", IKE_BAD_SELECTOR,
	  NULL },
	{ "length one long", "01000000070000110000ffff0a0000000affffff", IKE_BAD_SELECTOR, NULL },
	{ "length of nothing", "01000000f1000003070000100000ffff0a0000000affffff",
	  IKE_BAD_SELECTOR, NULL },
	{ "IPv6 of IPv4's length", "01000000080000100000ffff0a0000000affffff", IKE_BAD_SELECTOR,
	  NULL },
	{ "addresses the wrong way round", "01000000070000100000ffff0affffff0a000000",
	  IKE_BAD_SELECTOR, NULL },
	{ "ports the wrong way round", "010000000706001000510050c0000201c0000201",
	  IKE_BAD_SELECTOR, NULL },
	{ "a port of any protocol", "010000000700001000500050c0000201c0000201",
	  IKE_BAD_SELECTOR, NULL },
};

static void test_bodies(void)
{
	struct unit_octets octets;
	struct ike_ts_list list;
	char text[160];
	size_t i, len;

	for (i = 0; i < ARRAY_SIZE(bodies); i++) {
		enum ike_bad bad;
		bool cut = true;

		unit_hex(&octets, bodies[i].hex);
		bad = ike_ts_parse(unit_chunk(&octets), &list);
		check_text(ike_bad_name(bad), ike_bad_name(bodies[i].bad), bodies[i].name);
		if (bodies[i].bad)
			continue;
		check_text(ike_ts_list_print(&list, text, sizeof(text)), bodies[i].printed,
			   bodies[i].name);
		for (len = 0; len < octets.len; len++)
			cut &= ike_ts_parse(ike_chunk(octets.p, len), &list) != IKE_GOOD;
		check(cut, "cut at every length");
	}
}

static void test_round_trip(void)
{
	struct ike_ts_list list, again;
	struct ike_payloads payloads;
	struct ike_writer w;

	list_read(&list, "10.0.0.0/8[tcp/80] fd00::/8 192.0.2.1[udp/opaque]");
	ike_writer_begin_inner(&w);
	ike_put_ts(&w, IKE_P_TSR, &list);
	check(ike_writer_end(&w) &&
	      !ike_payloads_parse(ike_writer_first(&w), ike_buf_chunk(&w.buf), &payloads) &&
	      payloads.count == 1 && payloads.payload[0].type == IKE_P_TSR &&
	      !ike_ts_parse(payloads.payload[0].body, &again) && again.count == 3 &&
	      ike_ts_list_within(&list, &again) && ike_ts_list_within(&again, &list),
	      "selectors are read as they were written");
	ike_writer_free(&w);
}

void test_ike_ts(void)
{
	test_words_of_ts();
	test_meet();
	test_narrow();
	test_narrow_limit();
	test_bodies();
	test_round_trip();
}
