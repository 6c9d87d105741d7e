/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The outer header of an SA in tunnel mode:
 * [ ttl { NUMBER | inherit | auto } ] [ dscp { NUMBER | inherit } ]
 * [ df { inherit | set | unset } ] [ flowlabel { NUMBER | inherit | auto } ]
 * [ tfcpad OCTETS ]
 */
#ifndef _ESPAH_HEADER_H
#define _ESPAH_HEADER_H

#include <jansson.h>

#include "argv.h"
#include "model.h"

/* @to is a struct espah_sa. */
int take_ttl(struct args *args, void *to);
int take_dscp(struct args *args, void *to);
int take_df(struct args *args, void *to);
int take_flowlabel(struct args *args, void *to);
int take_tfcpad(struct args *args, void *to);
void print_header(const struct espah_sa *sa);
json_t *json_header(json_t *object, const struct espah_sa *sa);

#endif /* _ESPAH_HEADER_H */
