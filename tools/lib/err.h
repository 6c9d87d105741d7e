/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why something did not work: one sentence, and the exit status it leads to.
 */
#ifndef _ESPAH_ERR_H
#define _ESPAH_ERR_H

#include "macros.h"

enum espah_status {
	ESPAH_OK,
	/* What was asked for makes no sense: a word, a value, a file. */
	ESPAH_USAGE,
	/* It made sense, and the kernel said no. */
	ESPAH_REFUSED,
};

struct espah_err {
	enum espah_status status;
	/* The errno of a refusal, 0 where there is none. */
	int num;
	char text[768];
	/* What the kernel remarks on a request that it has granted, or "". */
	char remark[256];
};

int espah_err_usage(struct espah_err *err, const char *fmt, ...) __printf(2, 3);
int espah_err_kernel(struct espah_err *err, int num, const char *fmt, ...) __printf(3, 4);
void espah_err_prefix(struct espah_err *err, const char *fmt, ...) __printf(2, 3);
void espah_err_append(struct espah_err *err, const char *fmt, ...) __printf(2, 3);

#endif /* _ESPAH_ERR_H */
