/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Single attributes: out of the model into a request, and back out of an
 * answer. All return false where it does not fit.
 */
#ifndef _ESPAH_WIRE_H
#define _ESPAH_WIRE_H

#include <libmnl/libmnl.h>

#include "err.h"
#include "model.h"

bool espah_put_u8(struct nlmsghdr *nlh, uint16_t type, uint8_t value);
bool espah_put_u16(struct nlmsghdr *nlh, uint16_t type, uint16_t value);
bool espah_put_u32(struct nlmsghdr *nlh, uint16_t type, uint32_t value);
bool espah_put_port(struct nlmsghdr *nlh, uint16_t type, uint16_t port);
bool espah_put_spi(struct nlmsghdr *nlh, uint16_t type, uint32_t spi);
bool espah_put_bytes(struct nlmsghdr *nlh, uint16_t type, const void *bytes, size_t len);
bool espah_put_addr(struct nlmsghdr *nlh, uint16_t type, const struct espah_addr *addr);

bool espah_take_u8(const struct nlattr *attr, uint8_t *value);
bool espah_take_u16(const struct nlattr *attr, uint16_t *value);
bool espah_take_u32(const struct nlattr *attr, uint32_t *value);
bool espah_take_port(const struct nlattr *attr, uint16_t *port);
bool espah_take_spi(const struct nlattr *attr, uint32_t *spi);
bool espah_take_u64(const struct nlattr *attr, uint64_t *value);
bool espah_take_addr(const struct nlattr *attr, struct espah_addr *addr);
bool espah_take_counters(const struct nlattr *attr, struct espah_counters *counters);

int espah_wire_too_long(struct espah_err *err);
int espah_wire_malformed(struct espah_err *err, const char *what, const struct nlattr *attr);

#endif /* _ESPAH_WIRE_H */
