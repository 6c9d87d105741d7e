/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a person may want to know of an algorithm. The kernel is the judge.
 */
#ifndef _ESPAH_ALGS_H
#define _ESPAH_ALGS_H

#include "err.h"
#include "model.h"

void espah_alg_advise(const struct espah_alg *alg, struct espah_err *err);

#endif /* _ESPAH_ALGS_H */
