/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_ACQUIRE_H
#define _ESPAH_ACQUIRE_H

struct espah_flow;
struct espah_net;
struct espah_policy;

void espah_acquire(const struct espah_net *en, struct espah_policy *policy,
		   const struct espah_flow *flow);

#endif /* _ESPAH_ACQUIRE_H */
