// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "rtlink.h"
#include "unit.h"

static char room[4096];

/* What rtnetlink says of an interface that is up, as far as its attributes. */
static struct nlmsghdr *start(void)
{
	struct nlmsghdr *nlh;
	struct ifinfomsg *ifi;

	memset(room, 0, sizeof(room));
	nlh = mnl_nlmsg_put_header(room);
	ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));
	ifi->ifi_index = 5;
	ifi->ifi_flags = IFF_UP;
	return nlh;
}

static void put_info(struct nlmsghdr *nlh, const char *kind, uint32_t id)
{
	struct nlattr *info = mnl_attr_nest_start(nlh, IFLA_LINKINFO), *data;

	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, kind);
	data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	mnl_attr_put_u32(nlh, IFLA_ESPAH_ID, id);
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, info);
}

static void test_whole(void)
{
	struct rtnl_link_stats64 stats = {
		.rx_packets	= 1,
		.tx_bytes	= 0x100000002,
		.tx_dropped	= 3,
	};
	struct nlmsghdr *nlh = start();
	struct espah_link link;
	struct espah_err err;

	mnl_attr_put_strz(nlh, IFLA_IFNAME, "espah0");
	mnl_attr_put_u32(nlh, IFLA_MTU, 1420);
	mnl_attr_put(nlh, IFLA_STATS64, sizeof(stats), &stats);
	mnl_attr_put_u32(nlh, 200, 9);
	put_info(nlh, "espah", 7);
	check(!espah_link_take(nlh, &link, &err) && !strcmp(link.name, "espah0") &&
	      link.ifindex == 5 && link.up && link.mtu == 1420 && link.id == 7 &&
	      link.netnsid == -1 && link.rx_packets == 1 && link.tx_bytes == 0x100000002 &&
	      link.tx_dropped == 3, "an interface is read, and what is unknown is left alone");
	mnl_attr_put_u32(nlh, IFLA_LINK_NETNSID, 2);
	check(!espah_link_take(nlh, &link, &err) && link.netnsid == 2,
	      "one from another namespace");

	nlh = start();
	put_info(nlh, "vlan", 7);
	check(!espah_link_take(nlh, &link, &err) && !link.id, "another kind's number is no id");
}

static void refuse(uint16_t type, const void *data, size_t len, const char *name)
{
	struct nlmsghdr *nlh = start();
	struct espah_link link;
	struct espah_err err;

	mnl_attr_put(nlh, type, len, data);
	check(espah_link_take(nlh, &link, &err) == -1, name);
}

void test_rtlink(void)
{
	struct nlmsghdr *nlh = start();
	struct espah_link link;
	struct espah_err err;

	test_whole();
	refuse(IFLA_MTU, "xx", 2, "half an MTU");
	refuse(IFLA_IFNAME, "espah0", 6, "a name without an end");
	refuse(IFLA_IFNAME, "espah0123456789a", 17, "a name that is too long");
	refuse(IFLA_STATS64, "xxxxxxxx", 8, "too few figures");
	nlh->nlmsg_len = NLMSG_HDRLEN + 8;
	check(espah_link_take(nlh, &link, &err) == -1, "an answer that is cut short");
}
