/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What moves: its words, and how it is printed.
 */
#ifndef _ESPAH_MIGRATE_TEXT_H
#define _ESPAH_MIGRATE_TEXT_H

#include <jansson.h>

#include "argv.h"
#include "ctl.h"
#include "model.h"

int migrate_parse(struct args *args, struct espah_migration *migration);
void print_migration(const struct ctl *ctl, const struct espah_migration *migration);
json_t *json_migration(const struct espah_migration *migration);

#endif /* _ESPAH_MIGRATE_TEXT_H */
