/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading a file of commands.
 */
#ifndef _ESPAH_COMMANDS_H
#define _ESPAH_COMMANDS_H

#include "argv.h"
#include "err.h"

struct commands;

struct commands *commands_open(const char *path, struct espah_err *err);
int commands_next(struct commands *commands, struct args *args);
unsigned long commands_line(const struct commands *commands);
void commands_close(struct commands *commands);

#endif /* _ESPAH_COMMANDS_H */
