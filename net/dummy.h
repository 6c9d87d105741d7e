/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_DUMMY_H
#define _ESPAH_DUMMY_H

#include <linux/types.h>

struct espah_dummy;
struct espah_sa;

int espah_dummy_setup(struct espah_sa *sa, u32 interval);
void espah_dummy_set(struct espah_sa *sa, u32 interval);
void espah_dummy_start(struct espah_sa *sa);
void espah_dummy_stop(struct espah_sa *sa);
u32 espah_dummy_interval(const struct espah_sa *sa);
unsigned int espah_dummy_len(const struct espah_sa *sa, unsigned int room,
			     u32 random);

#endif /* _ESPAH_DUMMY_H */
