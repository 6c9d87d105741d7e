// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "unit.h"

struct range_case {
	const char *text;
	/* "MIN MAX" and how it is printed, or else why it is refused. */
	const char *ends;
	const char *printed;
};

static const struct range_case good[] = {
	{ "10.0.0.1", "10.0.0.1 10.0.0.1", "10.0.0.1/32" },
	{ "10.0.0.0/24", "10.0.0.0 10.0.0.255", "10.0.0.0/24" },
	{ "10.0.0.1/24", "10.0.0.0 10.0.0.255", "10.0.0.0/24" },
	{ "10.1.2.3/31", "10.1.2.2 10.1.2.3", "10.1.2.2/31" },
	{ "10.1.2.3/9", "10.0.0.0 10.127.255.255", "10.0.0.0/9" },
	{ "0.0.0.0/0", "0.0.0.0 255.255.255.255", "0.0.0.0/0" },
	{ "10/8", "10.0.0.0 10.255.255.255", "10.0.0.0/8" },
	{ "172.16/12", "172.16.0.0 172.31.255.255", "172.16.0.0/12" },
	{ "10.0.0.1-10.0.0.9", "10.0.0.1 10.0.0.9", "10.0.0.1-10.0.0.9" },
	{ "10.0.0.0-10.0.0.255", "10.0.0.0 10.0.0.255", "10.0.0.0/24" },
	{ "10.0.0.255-10.0.1.0", "10.0.0.255 10.0.1.0", "10.0.0.255-10.0.1.0" },
	{ "10.0.0.7-10.0.0.7", "10.0.0.7 10.0.0.7", "10.0.0.7/32" },
	{ "10.0.0.1-10.0.0.2", "10.0.0.1 10.0.0.2", "10.0.0.1-10.0.0.2" },
	{ "2001:db8::1", "2001:db8::1 2001:db8::1", "2001:db8::1/128" },
	{ "2001:db8::1/33", "2001:db8:: 2001:db8:7fff:ffff:ffff:ffff:ffff:ffff",
	  "2001:db8::/33" },
	{ "::/0", ":: ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::/0" },
	{ "fe80::1-fe80::ff", "fe80::1 fe80::ff", "fe80::1-fe80::ff" },
	{ "any", "any any", "any" },
	{ "all", "any any", "any" },
	{ "default", "any any", "any" },
};

static const struct range_case bad[] = {
	{ "10.0.0.0/33", "'33' in '10.0.0.0/33' is not a prefix length; expected 0 to 32", NULL },
	{ "::/129", "'129' in '::/129' is not a prefix length; expected 0 to 128", NULL },
	{ "10.0.0.0/", "'' in '10.0.0.0/' is not a prefix length; expected 0 to 32", NULL },
	{ "10.0.0.0/-1", "'-1' in '10.0.0.0/-1' is not a prefix length; expected 0 to 32", NULL },
	{ "10.0.0.0/8x", "'8x' in '10.0.0.0/8x' is not a prefix length; expected 0 to 32", NULL },
	{ "/8", "'' in '/8' is not an address", NULL },
	{ "10.0.0.0.0/8", "'10.0.0.0.0' in '10.0.0.0.0/8' is not an address", NULL },
	{ "10.1", "'10.1' is not a prefix; expected ADDR[/LEN], ADDR-ADDR or any", NULL },
	{ "010.0.0.1", "'010.0.0.1' is not a prefix; expected ADDR[/LEN], ADDR-ADDR or any", NULL },
	{ "", "'' is not a prefix; expected ADDR[/LEN], ADDR-ADDR or any", NULL },
	{ "10.0.0.9-10.0.0.1",
	  "'10.0.0.9-10.0.0.1' ends before it begins; write the lower address first", NULL },
	{ "10.0.0.1-::1", "'10.0.0.1-::1' is IPv4 on one side and IPv6 on the other", NULL },
	{ "10.0.0.1-", "'' is not an address; expected one like 192.0.2.1 or 2001:db8::1", NULL },
	{ "::g/8", "'::g' in '::g/8' is not an address", NULL },
	{ "1.2.3.4.5/8", "'1.2.3.4.5' in '1.2.3.4.5/8' is not an address", NULL },
	{
	  "2001:0db8:0000:0000:0000:0000:0000:0001-2001:0db8:0000:0000:0000:0000:0000:00ff-2001:0db8::1",
	  "'2001:0db8:0000:0000:0000:0000:0000:0001-2001:0db8:0000:0000:0000...' is too long for a prefix",
	  NULL,
	},
};

static void check_good(const struct range_case *c)
{
	char name[256], ends[256], min[ESPAH_ADDR_STRLEN], max[ESPAH_ADDR_STRLEN];
	char printed[ESPAH_RANGE_STRLEN];
	struct espah_range range;
	struct espah_err err = {};

	snprintf(name, sizeof(name), "range '%s'", c->text);
	if (espah_range_parse(&range, c->text, &err)) {
		check_text(err.text, c->ends, name);
		return;
	}
	snprintf(ends, sizeof(ends), "%s %s", espah_addr_print(&range.min, min),
		 espah_addr_print(&range.max, max));
	check_text(ends, c->ends, name);
	snprintf(name, sizeof(name), "range '%s' is printed", c->text);
	check_text(espah_range_print(&range, printed), c->printed, name);
}

static void check_bad(const struct range_case *c)
{
	struct espah_err err = {};
	struct espah_range range;
	char name[256];

	snprintf(name, sizeof(name), "range '%s' is refused", c->text);
	if (!espah_range_parse(&range, c->text, &err))
		snprintf(err.text, sizeof(err.text), "(taken)");
	check_text(err.text, c->ends, name);
}

static bool within(const char *inner, const char *outer)
{
	struct espah_range a, b;
	struct espah_err err;

	return !espah_range_parse(&a, inner, &err) && !espah_range_parse(&b, outer, &err) &&
	       espah_range_within(&a, &b);
}

void test_addresses(void)
{
	struct espah_selector sel = {};
	struct espah_err err = {};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(good); i++)
		check_good(&good[i]);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		check_bad(&bad[i]);

	check(within("10.0.0.0/24", "10.0.0.0/24"), "a range is within itself");
	check(within("10.0.0.5", "any"), "a range is within any");
	check(!within("10.0.0.0/24", "10.0.0.1-10.0.0.255"), "a range begins too early");
	check(!within("10.0.0.0/24", "10.0.0.0-10.0.0.254"), "a range ends too late");
	check(!within("::/128", "0.0.0.0/0"), "IPv6 is not within IPv4");

	espah_selector_settle(&sel, AF_INET6, &err);
	check(sel.src.min.family == AF_INET6 && espah_range_bits(&sel.dst) == 0,
	      "a selector of any and any takes the family it is told");
	espah_range_parse(&sel.src, "10.0.0.0/8", &err);
	check(espah_selector_settle(&sel, AF_INET, &err) == -1, "a selector of two families fails");
	check_text(err.text, "'src' is IPv4 and 'dst' is IPv6; a selector has one family",
		   "a selector of two families says so");
}
