/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The names of attributes, for what the kernel says about a request.
 */
#ifndef _ESPAH_ATTRS_H
#define _ESPAH_ATTRS_H

#include <stddef.h>
#include <stdint.h>

#include <linux/netlink.h>

enum espah_attr_kind {
	/* Not worth showing: nests, flags. */
	ESPAH_KIND_OTHER,
	ESPAH_KIND_NUMBER,
	ESPAH_KIND_SPI,
	ESPAH_KIND_ADDR,
	ESPAH_KIND_TEXT,
	/* Only its length is shown. */
	ESPAH_KIND_SECRET,
};

struct espah_attr_set;

struct espah_attr {
	const char *name;
	enum espah_attr_kind kind;
	/* What is nested in it, NULL for nothing. */
	const struct espah_attr_set *nest;
};

struct espah_attr_set {
	uint16_t max;
	/* Indexed by number; the unused ones have no name. */
	const struct espah_attr *attrs;
};

/* The attribute of a request that the kernel means. */
struct espah_attr_hit {
	/* For instance "spi" or "sel.proto"; empty where there is none. */
	char path[64];
	const struct nlattr *attr;
	/* NULL where it has no name. */
	const struct espah_attr *desc;
};

const struct espah_attr_set *espah_attr_set(uint8_t cmd);
void espah_attr_find(const struct espah_attr_set *set, const struct nlmsghdr *nlh, size_t offset,
		     struct espah_attr_hit *hit);
void espah_attr_missing(const struct espah_attr_set *set, const struct nlmsghdr *nlh, size_t nest,
			uint16_t type, struct espah_attr_hit *hit);
void espah_attr_print(const struct espah_attr_hit *hit, char *buf, size_t size);

#endif /* _ESPAH_ATTRS_H */
