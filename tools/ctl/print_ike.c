// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What espahd tells, as text. The keys are those of Documentation/cli-json.md.
 */
#include <stdio.h>
#include <time.h>

#include "ike.h"

static const char *word(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name)) ?: "?";
}

static long long number(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

/* Who the other side is comes later than where it is. */
static void print_end(const json_t *sa, const char *side, const char *id)
{
	printf("%s %s", side, word(sa, side));
	if (json_object_get(sa, id))
		printf(" id '%s'", word(sa, id));
}

static void print_ts(const json_t *child, const char *name)
{
	const json_t *list = json_object_get(child, name);
	size_t i;

	for (i = 0; i < json_array_size(list); i++)
		printf("%s%s", i ? "," : "", json_string_value(json_array_get(list, i)) ?: "?");
}

static void print_child(const struct ctl *ctl, const json_t *child)
{
	const char *line = print_break(ctl);

	printf("%s\t%s %s %s spi in %s out %s reqid %lld%s", line, word(child, "name"),
	       word(child, "state"), word(child, "mode"), word(child, "spi_in"),
	       word(child, "spi_out"), number(child, "reqid"),
	       json_is_true(json_object_get(child, "encap")) ? " encap udp" : "");
	printf("%s\t  ", line);
	print_ts(child, "local_ts");
	printf(" === ");
	print_ts(child, "remote_ts");
	printf("%s\t  %s", line, word(child, "proposal"));
	printf("%s\t  in %lld(bytes), %lld(packets) out %lld(bytes), %lld(packets)", line,
	       number(child, "bytes_in"), number(child, "packets_in"),
	       number(child, "bytes_out"), number(child, "packets_out"));
	printf("%s\t  since %llds", line, number(child, "age"));
}

void print_ike_sa(const struct ctl *ctl, const json_t *sa)
{
	const json_t *children = json_object_get(sa, "children");
	const char *line = print_break(ctl);
	size_t i;

	printf("%s %s IKEv%lld %s spi %s %s", word(sa, "name"), word(sa, "state"),
	       number(sa, "version"),
	       json_is_true(json_object_get(sa, "initiator")) ? "initiator" : "responder",
	       word(sa, "spi_i"), word(sa, "spi_r"));
	printf("%s  ", line);
	print_end(sa, "local", "local_id");
	printf("%s  ", line);
	print_end(sa, "remote", "remote_id");
	if (json_object_get(sa, "proposal"))
		printf("%s  %s", line, word(sa, "proposal"));
	printf("%s  since %llds", line, number(sa, "age"));
	if (json_object_get(sa, "rekey_in"))
		printf(", rekeyed in %llds", number(sa, "rekey_in"));
	for (i = 0; i < json_array_size(children); i++)
		print_child(ctl, json_array_get(children, i));
	putchar('\n');
}

void print_ike_log(const json_t *line)
{
	long long when = number(line, "when");
	time_t seconds = when / 1000;
	char text[32] = "?";
	struct tm tm;

	if (localtime_r(&seconds, &tm))
		strftime(text, sizeof(text), "%F %T", &tm);
	printf("%s.%03lld %-7s %s\n", text, when % 1000, word(line, "level"), word(line, "text"));
}

void print_ike_stat(const struct ctl *ctl, const json_t *stat)
{
	const char *line = print_break(ctl), *name;
	json_t *bad = json_object_get(stat, "bad"), *count;

	printf("connections %lld%sclients %lld", number(stat, "connections"), line,
	       number(stat, "clients"));
	json_object_foreach(bad, name, count) {
		if (ctl->stats || json_integer_value(count))
			printf("%sbad %-20s %12lld", line, name,
			       (long long)json_integer_value(count));
	}
	putchar('\n');
}
