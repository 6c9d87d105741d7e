/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_KEEPALIVE_H
#define _ESPAH_KEEPALIVE_H

#include <linux/time64.h>
#include <linux/types.h>

struct espah_keepalive;
struct espah_sa;

int espah_keepalive_setup(struct espah_sa *sa, u32 interval);
void espah_keepalive_start(struct espah_sa *sa);
void espah_keepalive_stop(struct espah_sa *sa);
u32 espah_keepalive_interval(const struct espah_sa *sa);
u32 espah_keepalive_left(u32 interval, time64_t now, time64_t used);

#endif /* _ESPAH_KEEPALIVE_H */
