/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_REPAIR_H
#define _ESPAH_REPAIR_H

struct espah_sa;
struct sk_buff;

void espah_repair_checksum(struct sk_buff *skb, const struct espah_sa *sa);

#endif /* _ESPAH_REPAIR_H */
