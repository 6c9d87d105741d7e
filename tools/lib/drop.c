// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "drop.h"
#include "selector.h"
#include "wire.h"

static bool take_sa(const struct nlattr *attr, struct espah_drop *drop)
{
	switch (mnl_attr_get_type(attr)) {
	case ESPAH_A_DROP_SA_DST:
		return espah_take_addr(attr, &drop->sa_dst);
	case ESPAH_A_DROP_SA_PROTO:
		return espah_take_u8(attr, &drop->sa_proto);
	case ESPAH_A_DROP_SA_SPI:
		return espah_take_spi(attr, &drop->sa_spi);
	case ESPAH_A_DROP_SA_ID:
		return espah_take_u32(attr, &drop->sa_id);
	case ESPAH_A_DROP_SA_REQID:
		return espah_take_u32(attr, &drop->sa_reqid);
	default:
		return true;
	}
}

static bool take_attr(const struct nlattr *attr, struct espah_drop *drop)
{
	switch (mnl_attr_get_type(attr)) {
	case ESPAH_A_DROP_CAUSE:
		return espah_take_u32(attr, &drop->cause);
	case ESPAH_A_DROP_TIME:
		return espah_take_u64(attr, &drop->time);
	case ESPAH_A_DROP_NUMBER:
		return espah_take_u64(attr, &drop->number);
	case ESPAH_A_DROP_SUPPRESSED:
		return espah_take_u64(attr, &drop->suppressed);
	case ESPAH_A_DROP_FLOW:
		return espah_take_selector(attr, &drop->flow);
	case ESPAH_A_DROP_MARK:
		return espah_take_u32(attr, &drop->mark);
	case ESPAH_A_DROP_LENGTH:
		return espah_take_u32(attr, &drop->length);
	case ESPAH_A_DROP_IIF:
		return espah_take_u32(attr, &drop->iif);
	case ESPAH_A_DROP_OIF:
		return espah_take_u32(attr, &drop->oif);
	default:
		return take_sa(attr, drop);
	}
}

/**
 * espah_drop_take() - read a drop from the kernel's answer, or from an event
 * @nlh: the message
 * @drop: filled in
 * @err: filled in on failure
 *
 * Return: 0, or -1.
 */
int espah_drop_take(const struct nlmsghdr *nlh, struct espah_drop *drop, struct espah_err *err)
{
	const struct nlattr *attr;

	memset(drop, 0, sizeof(*drop));
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (!take_attr(attr, drop))
			return espah_wire_malformed(err, "a drop", attr);
	}
	return 0;
}

static bool list_grow(struct espah_drop_list *list)
{
	size_t room = list->room ? 2 * list->room : 64;
	struct espah_drop *drop;

	if (list->count < list->room)
		return true;
	drop = reallocarray(list->drop, room, sizeof(*drop));
	if (!drop)
		return false;
	list->drop = drop;
	list->room = room;
	return true;
}

static int list_add(const struct nlmsghdr *nlh, void *to, struct espah_err *err)
{
	struct espah_drop_list *list = to;
	struct espah_drop *drop;

	if (!list_grow(list))
		return espah_err_kernel(err, ENOMEM, "ENOMEM: no memory for more than %zu drops",
					list->count);
	drop = &list->drop[list->count];
	if (espah_drop_take(nlh, drop, err))
		return -1;
	if (!list->keep || list->keep(drop, list->filter))
		list->count++;
	return 0;
}

static void list_reset(void *to)
{
	struct espah_drop_list *list = to;

	list->count = 0;
}

/**
 * espah_drop_dump() - ask for the last drops, the oldest first
 * @nl: the way to the kernel
 * @list: filled in, as far as its keep() wants; the caller frees it, also after a failure
 * @err: filled in on failure
 *
 * Return: 0, or -1.
 */
int espah_drop_dump(struct espah_nl *nl, struct espah_drop_list *list, struct espah_err *err)
{
	const struct espah_nl_sink sink = {
		.item = list_add,
		.reset = list_reset,
		.to = list,
	};

	espah_nl_request(nl, ESPAH_CMD_DROP_GET);
	return espah_nl_dump(nl, &sink, err);
}

/**
 * espah_drop_list_free() - forget a list of drops
 * @list: the list
 */
void espah_drop_list_free(struct espah_drop_list *list)
{
	free(list->drop);
	list->drop = NULL;
	list->count = 0;
	list->room = 0;
}
