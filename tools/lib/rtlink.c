// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "rtlink.h"
#include "wire.h"

static const char kind[] = "espah";

static void put_kind(struct nlmsghdr *nlh, uint32_t id)
{
	struct nlattr *info = mnl_attr_nest_start(nlh, IFLA_LINKINFO), *data;

	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, kind);
	if (id) {
		data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
		mnl_attr_put_u32(nlh, IFLA_ESPAH_ID, id);
		mnl_attr_nest_end(nlh, data);
	}
	mnl_attr_nest_end(nlh, info);
}

/**
 * espah_link_add() - make a virtual interface
 * @nl: from espah_nl_open_route()
 * @link: its name, and its id or 0
 * @err: filled in on failure
 *
 * Return: 0, or -1.
 */
int espah_link_add(struct espah_nl *nl, const struct espah_link *link, struct espah_err *err)
{
	struct nlmsghdr *nlh = espah_nl_route_request(nl, RTM_NEWLINK);

	nlh->nlmsg_flags |= NLM_F_CREATE | NLM_F_EXCL;
	mnl_attr_put_strz(nlh, IFLA_IFNAME, link->name);
	put_kind(nlh, link->id);
	if (!espah_nl_transact(nl, NULL, err))
		return 0;
	if (err->num == EOPNOTSUPP)
		espah_err_append(err,
				 "; the kernel module may not be installed: try 'modprobe espah'");
	return -1;
}

/**
 * espah_link_delete() - remove a virtual interface
 * @nl: from espah_nl_open_route()
 * @name: its name; the caller knows that it is one of ours
 * @err: filled in on failure
 *
 * Return: 0, or -1.
 */
int espah_link_delete(struct espah_nl *nl, const char *name, struct espah_err *err)
{
	struct nlmsghdr *nlh = espah_nl_route_request(nl, RTM_DELLINK);

	mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	return espah_nl_transact(nl, NULL, err);
}

/* Text that ends, as names do. */
static bool take_name(const struct nlattr *attr, struct espah_link *link)
{
	size_t len = mnl_attr_get_payload_len(attr);
	const char *name = mnl_attr_get_payload(attr);

	if (!len || len > sizeof(link->name) || name[len - 1])
		return false;
	memcpy(link->name, name, len);
	return true;
}

/* Longer ones are those of newer kernels. */
static bool take_stats(const struct nlattr *attr, struct espah_link *link)
{
	struct rtnl_link_stats64 stats;

	if (mnl_attr_get_payload_len(attr) < offsetof(struct rtnl_link_stats64, multicast))
		return false;
	memset(&stats, 0, sizeof(stats));
	memcpy(&stats, mnl_attr_get_payload(attr),
	       offsetof(struct rtnl_link_stats64, multicast));
	link->rx_packets = stats.rx_packets;
	link->rx_bytes = stats.rx_bytes;
	link->rx_dropped = stats.rx_dropped;
	link->tx_packets = stats.tx_packets;
	link->tx_bytes = stats.tx_bytes;
	link->tx_dropped = stats.tx_dropped;
	return true;
}

static bool take_data(const struct nlattr *data, struct espah_link *link)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, data) {
		if (mnl_attr_get_type(attr) == IFLA_ESPAH_ID &&
		    !espah_take_u32(attr, &link->id))
			return false;
	}
	return true;
}

/* Of another kind of interface, nothing is taken. */
static bool take_info(const struct nlattr *info, struct espah_link *link, bool *ours)
{
	const struct nlattr *attr, *data = NULL;

	mnl_attr_for_each_nested(attr, info) {
		if (mnl_attr_get_type(attr) == IFLA_INFO_DATA)
			data = attr;
		if (mnl_attr_get_type(attr) == IFLA_INFO_KIND)
			*ours = mnl_attr_get_payload_len(attr) == sizeof(kind) &&
				!memcmp(mnl_attr_get_payload(attr), kind, sizeof(kind));
	}
	return !*ours || !data || take_data(data, link);
}

static bool take_attr(const struct nlattr *attr, struct espah_link *link, bool *ours)
{
	uint32_t number;

	switch (mnl_attr_get_type(attr)) {
	case IFLA_IFNAME:
		return take_name(attr, link);
	case IFLA_MTU:
		return espah_take_u32(attr, &link->mtu);
	case IFLA_LINK_NETNSID:
		if (!espah_take_u32(attr, &number))
			return false;
		link->netnsid = number;
		return true;
	case IFLA_STATS64:
		return take_stats(attr, link);
	case IFLA_LINKINFO:
		return take_info(attr, link, ours);
	default:
		return true;
	}
}

/**
 * espah_link_take() - read an interface from the kernel's answer
 * @nlh: the answer
 * @link: filled in; its id is 0 where it is not one of ours
 * @err: filled in on failure
 *
 * Return: 0, or -1.
 */
int espah_link_take(const struct nlmsghdr *nlh, struct espah_link *link, struct espah_err *err)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;
	bool ours = false;

	memset(link, 0, sizeof(*link));
	link->netnsid = -1;
	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*ifi))
		return espah_err_kernel(err, EBADMSG, "EBADMSG: the kernel's answer is cut short");
	link->ifindex = ifi->ifi_index;
	link->up = ifi->ifi_flags & IFF_UP;
	mnl_attr_for_each(attr, nlh, sizeof(*ifi)) {
		if (!take_attr(attr, link, &ours))
			return espah_wire_malformed(err, "an interface", attr);
	}
	if (!ours)
		link->id = 0;
	return 0;
}

static bool list_grow(struct espah_link_list *list)
{
	size_t room = list->room ? 2 * list->room : 16;
	struct espah_link *link;

	if (list->count < list->room)
		return true;
	link = reallocarray(list->link, room, sizeof(*link));
	if (!link)
		return false;
	list->link = link;
	list->room = room;
	return true;
}

static int list_add(const struct nlmsghdr *nlh, void *to, struct espah_err *err)
{
	struct espah_link_list *list = to;

	if (!list_grow(list))
		return espah_err_kernel(err, ENOMEM,
					"ENOMEM: no memory for more than %zu interfaces",
					list->count);
	if (espah_link_take(nlh, &list->link[list->count], err))
		return -1;
	if (list->link[list->count].id)
		list->count++;
	return 0;
}

static void list_reset(void *to)
{
	struct espah_link_list *list = to;

	list->count = 0;
}

/**
 * espah_link_dump() - ask for all virtual interfaces
 * @nl: from espah_nl_open_route()
 * @list: filled in; the caller frees it, also after a failure
 * @err: filled in on failure
 *
 * Return: 0, or -1.
 */
int espah_link_dump(struct espah_nl *nl, struct espah_link_list *list, struct espah_err *err)
{
	const struct espah_nl_sink sink = {
		.item = list_add,
		.reset = list_reset,
		.to = list,
	};

	/* A kernel without the module does not know the kind, and lists all that it has. */
	put_kind(espah_nl_route_request(nl, RTM_GETLINK), 0);
	return espah_nl_dump(nl, &sink, err);
}

/**
 * espah_link_list_free() - forget a list of interfaces
 * @list: the list
 */
void espah_link_list_free(struct espah_link_list *list)
{
	free(list->link);
	list->link = NULL;
	list->count = 0;
	list->room = 0;
}
