/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_ENDS_H
#define _ESPAH_ENDS_H

#include <linux/types.h>

struct dst_entry;
struct espah_sa;
struct sk_buff;

struct dst_entry *espah_ends_route(struct espah_sa *sa, u32 mark);
void espah_ends_header(struct sk_buff *skb, const struct espah_sa *sa, u8 proto);

#endif /* _ESPAH_ENDS_H */
