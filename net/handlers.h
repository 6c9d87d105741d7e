/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_HANDLERS_H
#define _ESPAH_HANDLERS_H

int espah_handlers_init(void);
void espah_handlers_exit(void);

#endif /* _ESPAH_HANDLERS_H */
