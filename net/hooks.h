/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_HOOKS_H
#define _ESPAH_HOOKS_H

struct espah_net;

int espah_hooks_get(struct espah_net *en);
void espah_hooks_put(struct espah_net *en);
int espah_hooks_icmp_get(struct espah_net *en);
void espah_hooks_icmp_put(struct espah_net *en);
int espah_hooks_early_get(struct espah_net *en, u16 family);
void espah_hooks_early_put(struct espah_net *en, u16 family);

#endif /* _ESPAH_HOOKS_H */
