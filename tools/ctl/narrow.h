/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What few selectors ask for: their words, and how they are printed.
 *
 * NARROW := [ sport PORTS ] [ dport PORTS ] | [ type NUMBERS ] [ code NUMBERS ] | [ key KEY ] |
 *           [ opaque ] | [ dev DEV ] | [ dscp DSCP[,DSCP...] ]
 */
#ifndef _ESPAH_NARROW_H
#define _ESPAH_NARROW_H

#include <jansson.h>

#include "argv.h"
#include "model.h"

/* @to is a struct selector_text. */
int take_sport(struct args *args, void *to);
int take_dport(struct args *args, void *to);
int take_type(struct args *args, void *to);
int take_code(struct args *args, void *to);
int take_key(struct args *args, void *to);
int take_opaque(struct args *args, void *to);
int take_dev(struct args *args, void *to);
int take_classes(struct args *args, void *to);

bool narrow_within(const struct espah_selector *sel, const struct espah_selector *wanted);
void print_narrow(const struct espah_selector *sel);
json_t *json_narrow(json_t *object, const struct espah_selector *sel);

#endif /* _ESPAH_NARROW_H */
