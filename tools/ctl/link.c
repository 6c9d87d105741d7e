// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "rtlink.h"
#include "ctl.h"
#include "print.h"

static const char help[] =
	"Usage: espah link add NAME [ id ID ]\n"
	"Usage: espah link delete NAME\n"
	"Usage: espah [ -s ] link [ list ] [ NAME ]\n"
	"Without an id, an interface has the lowest one that is free.\n";

static int take_name(struct args *args, struct espah_link *link)
{
	const char *name = args_value(args, "the name of an interface");

	if (!name)
		return -1;
	if (!*name || strlen(name) >= sizeof(link->name))
		return args_fail(args, "'%.64s' is not right; expected 1 to %zu characters", name,
				 sizeof(link->name) - 1);
	strcpy(link->name, name);
	return 0;
}

static int take_id(struct args *args, void *to)
{
	struct espah_link *link = to;

	return args_number(args, 1, UINT32_MAX, &link->id);
}

static const struct word words[] = {
	{ .name = "id", .take = take_id },
	{}
};

static int link_add(struct ctl *ctl, struct args *args)
{
	struct espah_link link = {};
	const struct vocabulary vocabularies[] = {
		{ words, &link },
		{}
	};

	args->word = "NAME";
	if (take_name(args, &link) || args_walk(args, vocabularies, false) ||
	    ctl_connect_route(ctl, args->err))
		return -1;
	return espah_link_add(ctl->route, &link, args->err);
}

static const struct espah_link *link_find(const struct espah_link_list *list, const char *name)
{
	size_t i;

	for (i = 0; i < list->count; i++) {
		if (!strcmp(list->link[i].name, name))
			return &list->link[i];
	}
	return NULL;
}

static int unknown(struct espah_err *err, const char *name)
{
	return espah_err_kernel(err, ENODEV, "ENODEV: '%s' is not an interface of espah here",
				name);
}

/* Nobody's Ethernet is to go by a slip of the pen. */
static int link_delete(struct ctl *ctl, struct args *args)
{
	struct espah_link_list list = {};
	struct espah_link link = {};
	int ret;

	args->word = "NAME";
	if (take_name(args, &link) || args_end(args) || ctl_connect_route(ctl, args->err))
		return -1;
	ret = espah_link_dump(ctl->route, &list, args->err);
	if (!ret)
		ret = link_find(&list, link.name) ?
		      espah_link_delete(ctl->route, link.name, args->err) :
		      unknown(args->err, link.name);
	espah_link_list_free(&list);
	return ret;
}

static void print_link(const struct ctl *ctl, const struct espah_link *link)
{
	const char *line = print_break(ctl);

	printf("%s: id %#x mtu %u %s", link->name, link->id, link->mtu, link->up ? "up" : "down");
	if (link->netnsid >= 0)
		printf(" link-netnsid %d", link->netnsid);
	if (ctl->stats) {
		printf("%s\trx %llu(bytes), %llu(packets), %llu(dropped)", line,
		       (unsigned long long)link->rx_bytes, (unsigned long long)link->rx_packets,
		       (unsigned long long)link->rx_dropped);
		printf("%s\ttx %llu(bytes), %llu(packets), %llu(dropped)", line,
		       (unsigned long long)link->tx_bytes, (unsigned long long)link->tx_packets,
		       (unsigned long long)link->tx_dropped);
	}
	putchar('\n');
}

static json_t *json_link(const struct espah_link *link)
{
	json_t *object = json_pack("{s:s, s:I, s:I, s:I, s:b}",
				   "name", link->name,
				   "ifindex", (json_int_t)link->ifindex,
				   "id", (json_int_t)link->id,
				   "mtu", (json_int_t)link->mtu,
				   "up", link->up);

	if (link->netnsid >= 0)
		object = json_with(object, "link_netnsid", json_integer(link->netnsid));
	object = json_with(object, "rx", json_pack("{s:I, s:I, s:I}",
						   "bytes", (json_int_t)link->rx_bytes,
						   "packets", (json_int_t)link->rx_packets,
						   "dropped", (json_int_t)link->rx_dropped));
	return json_with(object, "tx", json_pack("{s:I, s:I, s:I}",
						 "bytes", (json_int_t)link->tx_bytes,
						 "packets", (json_int_t)link->tx_packets,
						 "dropped", (json_int_t)link->tx_dropped));
}

static int print_links(const struct ctl *ctl, const struct espah_link *link, size_t count,
		       struct espah_err *err)
{
	struct json_list list = { .ctl = ctl };
	size_t i;

	for (i = 0; i < count; i++) {
		if (!ctl->json)
			print_link(ctl, &link[i]);
		else if (json_list_item(&list, json_link(&link[i]), err))
			return -1;
	}
	if (ctl->json)
		json_list_end(&list);
	return 0;
}

static int print_wanted(const struct ctl *ctl, const struct espah_link_list *list,
			const char *name, struct espah_err *err)
{
	const struct espah_link *link = link_find(list, name);

	return link ? print_links(ctl, link, 1, err) : unknown(err, name);
}

static int link_list(struct ctl *ctl, struct args *args)
{
	struct espah_link_list list = {};
	struct espah_link wanted = {};
	int ret;

	args->word = "NAME";
	if (args->at < args->argc && (take_name(args, &wanted) || args_end(args)))
		return -1;
	if (ctl_connect_route(ctl, args->err))
		return -1;
	ret = espah_link_dump(ctl->route, &list, args->err);
	if (!ret)
		ret = *wanted.name ? print_wanted(ctl, &list, wanted.name, args->err) :
				     print_links(ctl, list.link, list.count, args->err);
	espah_link_list_free(&list);
	return ret;
}

static const struct verb verbs[] = {
	{ .name = "list", .run = link_list },
	{ .name = "add", .run = link_add },
	{ .name = "delete", .run = link_delete },
	{ .name = "show", .run = link_list },
	{ .name = "lst", .run = link_list },
	{}
};

const struct object object_link = {
	.name = "link",
	.verbs = verbs,
	.help = help,
};
