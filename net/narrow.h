/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_NARROW_H
#define _ESPAH_NARROW_H

#include <linux/mutex.h>

struct espah_net;
struct espah_selector;

/**
 * struct espah_narrowness - the selectors that ask for more than most do
 * @lock: serialises writers
 * @selectors: how many there are; written under @lock, and read locklessly on each
 *	packet. It is not 0 when a reader finds one of them
 */
struct espah_narrowness {
	struct mutex	lock;	/* selectors */
	u32		selectors;
};

void espah_narrow_init(struct espah_narrowness *narrowness);
int espah_narrow_get(struct espah_net *en, const struct espah_selector *sel);
void espah_narrow_put(struct espah_net *en, const struct espah_selector *sel);

#endif /* _ESPAH_NARROW_H */
