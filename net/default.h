/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_DEFAULT_H
#define _ESPAH_DEFAULT_H

#include <linux/types.h>

#include "spd.h"

struct espah_net;

/**
 * struct espah_defaults - what becomes of packets that no policy speaks of
 * @block: by direction: they end. Single words, written under &espah_net.lock
 */
struct espah_defaults {
	bool	block[ESPAH_DIRS];
};

bool espah_default_any(const struct espah_net *en);
int espah_default_set(struct espah_net *en,
		      const struct espah_defaults *defaults);

#endif /* _ESPAH_DEFAULT_H */
