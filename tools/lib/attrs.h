/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The names of attributes, for what the kernel says about a request.
 */
#ifndef _ESPAH_ATTRS_H
#define _ESPAH_ATTRS_H

#include <stddef.h>
#include <stdint.h>

#include <linux/netlink.h>

struct espah_attr_set {
	uint16_t max;
	/* Indexed by attribute number. */
	const char * const *names;
	const struct espah_attr_set * const *nests;
};

const struct espah_attr_set *espah_attr_set(uint8_t cmd);
size_t espah_attr_path(const struct espah_attr_set *set, const struct nlmsghdr *nlh,
		       size_t offset, char *buf, size_t size);
size_t espah_attr_missing(const struct espah_attr_set *set, const struct nlmsghdr *nlh,
			  size_t nest, uint16_t type, char *buf, size_t size);

#endif /* _ESPAH_ATTRS_H */
