/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_AH_H
#define _ESPAH_AH_H

#include <linux/types.h>

struct espah_sa;
struct ip_auth_hdr;
struct sk_buff;

unsigned int espah_ah_len(const struct espah_sa *sa);
unsigned int espah_ah_len_said(const struct ip_auth_hdr *ah);
bool espah_ah_len_fits(const struct espah_sa *sa, unsigned int len);
void espah_ah_write_header(u8 *at, const struct espah_sa *sa, u64 seq, u8 next);
u8 *espah_ah_icv(u8 *at, const struct espah_sa *sa);
void espah_ah_strip(struct sk_buff *skb, u8 *next);

#endif /* _ESPAH_AH_H */
