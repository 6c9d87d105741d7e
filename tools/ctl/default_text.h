/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What becomes of packets that no policy speaks of, as words.
 */
#ifndef _ESPAH_DEFAULT_TEXT_H
#define _ESPAH_DEFAULT_TEXT_H

#include <jansson.h>

#include "argv.h"
#include "ctl.h"
#include "model.h"

int default_parse(struct args *args, struct espah_defaults *defaults);
void print_defaults(const struct ctl *ctl, const struct espah_defaults *defaults);
void print_defaults_command(const struct espah_defaults *defaults);
json_t *json_defaults(const struct espah_defaults *defaults);

#endif /* _ESPAH_DEFAULT_TEXT_H */
