/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_INPUT_H
#define _ESPAH_INPUT_H

int espah_input_init(void);
void espah_input_exit(void);

#endif /* _ESPAH_INPUT_H */
