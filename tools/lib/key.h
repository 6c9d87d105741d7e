/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keys: from a word, a file or standard input, and away again.
 */
#ifndef _ESPAH_KEY_H
#define _ESPAH_KEY_H

#include "err.h"
#include "model.h"

/* "0x" and two digits an octet. */
#define ESPAH_KEY_TEXT_MAX	(2 + 2 * ESPAH_KEY_MAX)

bool espah_key_is_none(const struct espah_alg *alg);
int espah_key_parse(struct espah_alg *alg, const char *text, struct espah_err *err);
int espah_key_read(struct espah_alg *alg, int fd, const char *from, struct espah_err *err);
int espah_key_read_file(struct espah_alg *alg, const char *path, struct espah_err *err);
void espah_wipe_word(char *word);

#endif /* _ESPAH_KEY_H */
