/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was found, as text for people and as JSON for programs.
 */
#ifndef _ESPAH_PRINT_H
#define _ESPAH_PRINT_H

#include <jansson.h>

#include "ctl.h"
#include "model.h"

/* An array, one item after the other, so that a long list takes no memory. */
struct json_list {
	const struct ctl *ctl;
	bool begun;
};

void print_setup(void);
int print_finish(struct espah_err *err);

const char *print_break(const struct ctl *ctl);
void print_selector(const struct espah_selector *sel);
void print_moment(const char *what, bool known, uint64_t seconds);

void print_mark(const char *word, const struct espah_mark *mark);

json_t *json_with(json_t *object, const char *name, json_t *value);
json_t *json_selector(const struct espah_selector *sel);
json_t *json_mark(const struct espah_mark *mark);
json_t *json_counters(const struct espah_counters *counters, bool zeros);
int json_print(const struct ctl *ctl, json_t *value, struct espah_err *err);
int json_list_item(struct json_list *list, json_t *value, struct espah_err *err);
void json_list_end(struct json_list *list);

json_t *json_state(const struct espah_sa *sa);
json_t *json_limits(const struct espah_limits *limits);
void print_limits(const struct ctl *ctl, const struct espah_limits *limits);
void print_current(const struct ctl *ctl, uint64_t bytes, uint64_t packets);
void print_limit_words(const struct espah_limits *limits);
json_t *json_policy(const struct espah_policy *policy);
json_t *json_acquire(const struct espah_policy *wants);
json_t *json_stranger(const struct espah_sa *seen);
json_t *json_mapping(const struct espah_sa *seen);
json_t *json_replay(const struct espah_sa *reached);
void print_acquire(const struct ctl *ctl, const struct espah_policy *wants);
void print_stranger(const struct ctl *ctl, const struct espah_sa *seen);
void print_mapping(const struct ctl *ctl, const struct espah_sa *seen);
void print_replay(const struct ctl *ctl, const struct espah_sa *reached);
int print_states(const struct ctl *ctl, const struct espah_sa *sa, size_t count,
		 struct espah_err *err);
int print_policies(const struct ctl *ctl, const struct espah_policy *policy, size_t count,
		   struct espah_err *err);
json_t *json_drop(const struct espah_drop *drop);
void print_drop(const struct espah_drop *drop);
int print_drops(const struct ctl *ctl, const struct espah_drop *drop, size_t count,
		struct espah_err *err);
void print_state_command(const struct espah_sa *sa);
void print_policy_command(const struct espah_policy *policy);
void print_traffic(const struct espah_info *info);
void print_policy_counts(const struct espah_info *info);
json_t *json_policy_counts(const struct espah_info *info);

#endif /* _ESPAH_PRINT_H */
