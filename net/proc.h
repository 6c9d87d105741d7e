/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_PROC_H
#define _ESPAH_PROC_H

struct net;

int espah_proc_init(struct net *net);
void espah_proc_exit(struct net *net);

#endif /* _ESPAH_PROC_H */
