// SPDX-License-Identifier: GPL-2.0-or-later
#include <net/if.h>
#include <stdio.h>
#include <time.h>

#include "addr.h"
#include "counters.h"
#include "names.h"
#include "print.h"

#define CAUSE_STRLEN	24

/* A newer kernel may have causes that this tool has no name for. */
static const char *cause_name(uint32_t cause, char *buf)
{
	const struct espah_counter_text *text = espah_counter_text(cause);

	if (text)
		return text->name;
	snprintf(buf, CAUSE_STRLEN, "%u", cause);
	return buf;
}

/* An interface that is gone by now has its number left. */
static const char *dev_name(uint32_t index, char *buf)
{
	if (!if_indextoname(index, buf))
		snprintf(buf, IF_NAMESIZE, "%u", index);
	return buf;
}

static void print_time(uint64_t nanoseconds)
{
	time_t seconds = nanoseconds / 1000000000;
	char text[32];
	struct tm tm;

	if (!localtime_r(&seconds, &tm))
		return;
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	printf("[%s.%06u] ", text, (unsigned int)(nanoseconds % 1000000000 / 1000));
}

static void print_sa(const struct espah_drop *drop)
{
	char dst[ESPAH_ADDR_STRLEN], proto[ESPAH_PROTO_STRLEN];

	printf(" sa dst %s proto %s spi 0x%08x reqid %u", espah_addr_print(&drop->sa_dst, dst),
	       espah_proto_name(drop->sa_proto, proto), drop->sa_spi, drop->sa_reqid);
}

/**
 * print_drop() - print a packet that has ended, on a line
 * @drop: the drop
 */
void print_drop(const struct espah_drop *drop)
{
	char cause[CAUSE_STRLEN], dev[IF_NAMESIZE];

	print_time(drop->time);
	printf("%s", cause_name(drop->cause, cause));
	if (drop->flow.src.min.family) {
		putchar(' ');
		print_selector(&drop->flow);
	}
	if (drop->length)
		printf(" length %u", drop->length);
	if (drop->mark)
		printf(" mark %#x", drop->mark);
	if (drop->iif)
		printf(" iif %s", dev_name(drop->iif, dev));
	if (drop->oif)
		printf(" oif %s", dev_name(drop->oif, dev));
	if (drop->sa_proto)
		print_sa(drop);
	if (drop->suppressed)
		printf(" suppressed %llu", (unsigned long long)drop->suppressed);
	putchar('\n');
}

static json_t *json_sa(const struct espah_drop *drop)
{
	char dst[ESPAH_ADDR_STRLEN], proto[ESPAH_PROTO_STRLEN], spi[sizeof("0x00000000")];

	snprintf(spi, sizeof(spi), "0x%08x", drop->sa_spi);
	return json_pack("{s:s, s:s, s:s, s:I, s:I}",
			 "dst", espah_addr_print(&drop->sa_dst, dst),
			 "proto", espah_proto_name(drop->sa_proto, proto),
			 "spi", spi,
			 "reqid", (json_int_t)drop->sa_reqid,
			 "id", (json_int_t)drop->sa_id);
}

static json_t *with_dev(json_t *object, const char *name, uint32_t index)
{
	char dev[IF_NAMESIZE];

	return index ? json_with(object, name, json_string(dev_name(index, dev))) : object;
}

/**
 * json_drop() - a packet that has ended, for programs
 * @drop: the drop
 *
 * Return: the object, or NULL.
 */
json_t *json_drop(const struct espah_drop *drop)
{
	char cause[CAUSE_STRLEN];
	json_t *object = json_pack("{s:s, s:I, s:I, s:I, s:I, s:I}",
				   "cause", cause_name(drop->cause, cause),
				   "number", (json_int_t)drop->number,
				   "time", (json_int_t)drop->time,
				   "suppressed", (json_int_t)drop->suppressed,
				   "length", (json_int_t)drop->length,
				   "mark", (json_int_t)drop->mark);

	if (drop->flow.src.min.family)
		object = json_with(object, "flow", json_selector(&drop->flow));
	object = with_dev(object, "iif", drop->iif);
	object = with_dev(object, "oif", drop->oif);
	return drop->sa_proto ? json_with(object, "sa", json_sa(drop)) : object;
}

/**
 * print_drops() - print packets that have ended
 * @ctl: the options
 * @drop: the first of them
 * @count: how many
 * @err: filled in on failure
 *
 * Return: 0, or -1.
 */
int print_drops(const struct ctl *ctl, const struct espah_drop *drop, size_t count,
		struct espah_err *err)
{
	struct json_list list = { .ctl = ctl };
	size_t i;

	for (i = 0; i < count; i++) {
		if (!ctl->json)
			print_drop(&drop[i]);
		else if (json_list_item(&list, json_drop(&drop[i]), err))
			return -1;
	}
	if (ctl->json)
		json_list_end(&list);
	return 0;
}
