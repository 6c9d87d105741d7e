/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Talking to espahd: a JSON object a line, in both directions.
 */
#ifndef _CTL_IKE_H
#define _CTL_IKE_H

#include "print.h"

/* Where espahd listens, unless it is said otherwise. */
#define IKE_SOCKET_PATH	"/run/espahd.sock"

struct ike_talk;

struct ike_talk *ike_talk_open(const char *path, struct espah_err *err);
void ike_talk_close(struct ike_talk *talk);
/* @request is used up; NULL: there was no memory for it. */
int ike_talk_ask(struct ike_talk *talk, json_t *request, struct espah_err *err);
/*
 * The next line that is part of the answer, to be given back. @line is NULL at
 * the end of it. Return: 0; or -1, also with what espahd says went wrong.
 */
int ike_talk_next(struct ike_talk *talk, json_t **line, struct espah_err *err);

/* What people read. */
void print_ike_sa(const struct ctl *ctl, const json_t *sa);
void print_ike_log(const json_t *line);
void print_ike_stat(const struct ctl *ctl, const json_t *stat);

#endif /* _CTL_IKE_H */
