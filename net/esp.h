/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_ESP_H
#define _ESPAH_ESP_H

#include <linux/types.h>

struct espah_sa;
struct sk_buff;

/* Pad length and next header, the fixed part of the trailer. */
#define ESPAH_ESP_TRAILER	2

unsigned int espah_esp_header_len(const struct espah_sa *sa);
unsigned int espah_esp_pad_len(const struct espah_sa *sa, unsigned int payload);
unsigned int espah_esp_payload_max(const struct espah_sa *sa,
				   unsigned int room);
void espah_esp_write_header(u8 *at, const struct espah_sa *sa, u64 seq);
void espah_esp_write_trailer(u8 *at, unsigned int pad_len, u8 next);
unsigned int espah_esp_strip(struct sk_buff *skb, const struct espah_sa *sa,
			     u8 *next);

#endif /* _ESPAH_ESP_H */
