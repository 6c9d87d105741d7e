/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_CAUSES_H
#define _ESPAH_CAUSES_H

#include <linux/skbuff.h>

const char *espah_cause_name(unsigned int cause);
enum skb_drop_reason espah_cause_reason(unsigned int cause);

#endif /* _ESPAH_CAUSES_H */
