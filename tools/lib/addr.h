/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses, ranges of addresses, prefixes.
 */
#ifndef _ESPAH_ADDR_H
#define _ESPAH_ADDR_H

#include <netinet/in.h>

#include "err.h"
#include "model.h"

/* Two addresses and a dash, or an address, a slash and three digits. */
#define ESPAH_ADDR_STRLEN	INET6_ADDRSTRLEN
#define ESPAH_RANGE_STRLEN	(2 * INET6_ADDRSTRLEN)

size_t espah_addr_len(int family);
const char *espah_family_name(int family);
bool espah_addr_is_zero(const struct espah_addr *addr);
bool espah_addr_equal(const struct espah_addr *a, const struct espah_addr *b);
int espah_addr_parse(struct espah_addr *addr, const char *text, struct espah_err *err);
const char *espah_addr_print(const struct espah_addr *addr, char *buf);

void espah_range_any(struct espah_range *range, int family);
void espah_range_prefix(struct espah_range *range, const struct espah_addr *addr,
			unsigned int bits);
int espah_range_bits(const struct espah_range *range);
bool espah_range_within(const struct espah_range *inner, const struct espah_range *outer);
int espah_range_parse(struct espah_range *range, const char *text, struct espah_err *err);
const char *espah_range_print(const struct espah_range *range, char *buf);

int espah_selector_settle(struct espah_selector *sel, int family, struct espah_err *err);

#endif /* _ESPAH_ADDR_H */
