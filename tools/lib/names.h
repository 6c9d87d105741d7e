/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words for the numbers of the protocol.
 */
#ifndef _ESPAH_NAMES_H
#define _ESPAH_NAMES_H

#include <stddef.h>
#include <stdint.h>

#define ESPAH_PROTO_STRLEN	16

const char *espah_mode_name(unsigned int mode);
const char *espah_dir_name(unsigned int dir);
const char *espah_action_name(unsigned int action);
const char *espah_level_name(unsigned int level);
const char *espah_proto_name(uint8_t proto, char *buf);
int espah_proto_find(const char *name);

const char *espah_alg_long_name(const char *name);
const char *espah_sa_state_name(unsigned int state);

int espah_mode_find(const char *name);
int espah_dir_find(const char *name);
int espah_level_find(const char *name);

#endif /* _ESPAH_NAMES_H */
