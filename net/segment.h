/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_SEGMENT_H
#define _ESPAH_SEGMENT_H

struct sk_buff;

struct sk_buff *espah_segment(struct sk_buff *skb, unsigned int head,
			      unsigned int tail);

#endif /* _ESPAH_SEGMENT_H */
