/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_PROC_H
#define _ESPAH_PROC_H

int espah_proc_init(void);
void espah_proc_exit(void);

#endif /* _ESPAH_PROC_H */
