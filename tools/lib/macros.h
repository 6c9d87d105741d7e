/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _ESPAH_MACROS_H
#define _ESPAH_MACROS_H

#include <stddef.h>

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

#ifndef container_of
#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))
#endif

#ifndef __printf
#define __printf(fmt, args)	__attribute__( \
	(__format__(printf, fmt, args)))
#endif

#endif /* _ESPAH_MACROS_H */
