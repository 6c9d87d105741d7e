// SPDX-License-Identifier: GPL-2.0-or-later
/* Traffic selectors as swanctl.conf(5) writes them. */
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/names.h"
#include "text.h"
#include "ts.h"

#define PORT_MAX	65535
#define WORD_MAX	48
/* A range, and behind it a protocol and two ports. */
#define TS_STRLEN	(ESPAH_RANGE_STRLEN + ESPAH_PROTO_STRLEN + 48)

static bool is_icmp(uint8_t proto)
{
	return proto == IPPROTO_ICMP || proto == IPPROTO_ICMPV6;
}

static bool has_ports(uint8_t proto)
{
	switch (proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_DCCP:
	case IPPROTO_SCTP:
	case IPPROTO_UDPLITE:
	case IPPROTO_MH:
		return true;
	default:
		return is_icmp(proto);
	}
}

static bool number_read(const char *word, unsigned long max, char **end, unsigned long *number)
{
	if (word[0] < '0' || word[0] > '9')
		return false;
	*number = strtoul(word, end, 10);
	return *number <= max;
}

/* A type of ICMP with any code; a type and a code as one number, or as "8(0)". */
static bool icmp_read(struct ike_ts *ts, const char *word)
{
	unsigned long type, code;
	char *end;

	if (!number_read(word, PORT_MAX, &end, &type))
		return false;
	ts->port_min = type;
	ts->port_max = type;
	if (type <= 0xff) {
		ts->port_min = type << 8;
		ts->port_max = type << 8 | 0xff;
	}
	if (!*end)
		return true;
	if (type > 0xff || *end != '(' || !number_read(end + 1, 0xff, &end, &code))
		return false;
	ts->port_min = type << 8 | code;
	ts->port_max = ts->port_min;
	return !strcmp(end, ")");
}

static bool port_read(struct ike_ts *ts, const char *word)
{
	const struct servent *service;
	unsigned long port;
	char *end;

	if (is_icmp(ts->proto))
		return icmp_read(ts, word);
	if (number_read(word, PORT_MAX, &end, &port) && !*end) {
		ts->port_min = port;
		ts->port_max = port;
		return true;
	}
	service = word[0] >= '0' && word[0] <= '9' ? NULL : getservbyname(word, NULL);
	if (!service)
		return false;
	ts->port_min = ntohs(service->s_port);
	ts->port_max = ts->port_min;
	return true;
}

static int ports_read(struct ike_ts *ts, char *ports, const char *words, struct espah_err *err)
{
	/* Names of services have dashes too. */
	char *dash = ports[0] >= '0' && ports[0] <= '9' ? strchr(ports, '-') : NULL;
	uint16_t min;

	if (!strcmp(ports, "opaque")) {
		ts->port_min = PORT_MAX;
		ts->port_max = 0;
		return 0;
	}
	if (!strcmp(ports, "any"))
		return 0;
	if (dash)
		*dash = '\0';
	if (!port_read(ts, ports))
		return espah_err_usage(err,
				       "'%s' in '%.128s' is no port; expected 0 to 65535, a range, the name of a service, any or opaque",
				       ports, words);
	if (!dash)
		return 0;
	min = ts->port_min;
	if (!port_read(ts, dash + 1))
		return espah_err_usage(err, "'%s' in '%.128s' is no port; expected 0 to 65535",
				       dash + 1, words);
	if (min > ts->port_max)
		return espah_err_usage(err,
				       "'%s-%s' in '%.128s' ends before it begins; write the lower port first",
				       ports, dash + 1, words);
	ts->port_min = min;
	return 0;
}

/* What stands between the brackets: a protocol, or a protocol and ports. */
static int brackets_read(struct ike_ts *ts, char *inside, const char *words, struct espah_err *err)
{
	char *slash = strchr(inside, '/');
	int proto;

	if (slash)
		*slash = '\0';
	proto = espah_proto_find(inside);
	if (proto < 0)
		return espah_err_usage(err,
				       "'%s' in '%.128s' is no protocol; expected one like tcp, udp or 47",
				       inside, words);
	ts->proto = proto;
	if (!slash)
		return 0;
	if (!has_ports(proto))
		return espah_err_usage(err,
				       "'%s' in '%.128s' has no ports; leave out what is behind the slash",
				       inside, words);
	return ports_read(ts, slash + 1, words, err);
}

static int addr_read(struct ike_ts *ts, const char *word, const struct espah_addr *dynamic,
		     struct espah_err *err)
{
	if (!strcmp(word, "dynamic")) {
		if (dynamic)
			espah_range_prefix(&ts->addr, dynamic,
					   8 * espah_addr_len(dynamic->family));
		return 0;
	}
	if (espah_range_parse(&ts->addr, word, err))
		return -1;
	if (ts->addr.min.family == AF_UNSPEC)
		return espah_err_usage(err, "'%s' is of no family; write 0.0.0.0/0 or ::/0", word);
	return 0;
}

int ike_ts_read(struct ike_ts *ts, const char *words, const struct espah_addr *dynamic,
		struct espah_err *err)
{
	char copy[ESPAH_RANGE_STRLEN + WORD_MAX];
	char *bracket;
	size_t len;

	memset(ts, 0, sizeof(*ts));
	ts->port_max = PORT_MAX;
	len = snprintf(copy, sizeof(copy), "%s", words);
	if (len >= sizeof(copy))
		return espah_err_usage(err, "'%.64s...' is too long for a traffic selector",
				       words);
	bracket = strchr(copy, '[');
	if (bracket) {
		if (copy[len - 1] != ']')
			return espah_err_usage(err,
					       "'%s' has a bracket that is not closed; expected one like 10.0.0.0/8[tcp/80]",
					       words);
		copy[len - 1] = '\0';
		*bracket = '\0';
		if (brackets_read(ts, bracket + 1, words, err))
			return -1;
	}
	return addr_read(ts, copy, dynamic, err);
}

static void icmp_print(uint16_t value, bool code, char *buf, size_t size)
{
	if (code)
		snprintf(buf, size, "%u(%u)", value >> 8, value & 0xff);
	else
		snprintf(buf, size, "%u", value >> 8);
}

static void ports_print(const struct ike_ts *ts, char *buf, size_t size)
{
	/* Types with all their codes are written without them. */
	bool code = (ts->port_min & 0xff) != 0 || (ts->port_max & 0xff) != 0xff;
	char min[16], max[16];

	if (ts->port_min > ts->port_max) {
		snprintf(buf, size, "/opaque");
		return;
	}
	if (is_icmp(ts->proto)) {
		icmp_print(ts->port_min, code, min, sizeof(min));
		icmp_print(ts->port_max, code, max, sizeof(max));
	} else {
		snprintf(min, sizeof(min), "%u", ts->port_min);
		snprintf(max, sizeof(max), "%u", ts->port_max);
	}
	if (strcmp(min, max))
		snprintf(buf, size, "/%s-%s", min, max);
	else
		snprintf(buf, size, "/%s", min);
}

static void ts_text(const struct ike_ts *ts, char *text)
{
	char range[ESPAH_RANGE_STRLEN], name[ESPAH_PROTO_STRLEN], ports[40] = "";

	espah_range_print(&ts->addr, range);
	if (ts->port_min != 0 || ts->port_max != PORT_MAX)
		ports_print(ts, ports, sizeof(ports));
	snprintf(text, TS_STRLEN, "%s", ts->addr.min.family ? range : "dynamic");
	if (ts->proto || ports[0])
		snprintf(text + strlen(text), TS_STRLEN - strlen(text), "[%s%s]",
			 espah_proto_name(ts->proto, name), ports);
}

const char *ike_ts_print(const struct ike_ts *ts, char *buf, size_t size)
{
	char text[TS_STRLEN];

	ts_text(ts, text);
	buf[0] = '\0';
	ike_text_add(buf, size, text);
	return buf;
}

const char *ike_ts_list_print(const struct ike_ts_list *list, char *buf, size_t size)
{
	char text[TS_STRLEN];
	unsigned int i;

	buf[0] = '\0';
	for (i = 0; i < list->count; i++) {
		ts_text(&list->ts[i], text);
		if (i)
			ike_text_add(buf, size, ", ");
		ike_text_add(buf, size, text);
	}
	return buf;
}
