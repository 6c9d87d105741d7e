/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _ESPAH_MACROS_H
#define _ESPAH_MACROS_H

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

#ifndef __printf
#define __printf(fmt, args)	__attribute__( \
	(__format__(printf, fmt, args)))
#endif

#endif /* _ESPAH_MACROS_H */
