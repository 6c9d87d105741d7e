/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TMPL := ID [ mode MODE ] [ reqid REQID ] [ level LEVEL ]
 */
#ifndef _ESPAH_TMPL_H
#define _ESPAH_TMPL_H

#include "argv.h"
#include "model.h"

int tmpl_parse(struct args *args, struct espah_tmpl *tmpl);

#endif /* _ESPAH_TMPL_H */
