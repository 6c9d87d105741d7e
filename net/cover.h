/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_COVER_H
#define _ESPAH_COVER_H

#include <linux/types.h>

int espah_cover_ip4(u8 *header, unsigned int len);
int espah_cover_ip6(u8 *header, unsigned int len);

#endif /* _ESPAH_COVER_H */
