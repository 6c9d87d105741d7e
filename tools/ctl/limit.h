/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * limit LIMIT, as often as there are limits
 * LIMIT := { time-soft | time-hard | time-use-soft | time-use-hard } SECONDS |
 *          { byte-soft | byte-hard } OCTETS | { packet-soft | packet-hard } COUNT
 */
#ifndef _ESPAH_LIMIT_H
#define _ESPAH_LIMIT_H

#include "argv.h"
#include "model.h"

int take_limit(struct args *args, struct espah_limits *limits);
const char *limit_name(unsigned int limit);
bool no_limits(const struct espah_limits *limits);

#endif /* _ESPAH_LIMIT_H */
