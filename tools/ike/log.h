/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the daemon tells: to stderr or syslog, and the newest lines kept for "espah ike log".
 * What strangers can cause without end is told through ike_log_limited().
 */
#ifndef _IKE_LOG_H
#define _IKE_LOG_H

#include <stdint.h>

#include "../lib/macros.h"

enum ike_log_level {
	IKE_LOG_ERROR,
	IKE_LOG_WARNING,
	IKE_LOG_INFO,
	IKE_LOG_DEBUG,
};

struct ike_log_line {
	/* Since 1970, in milliseconds. */
	uint64_t when;
	/* Counts from 1; a gap is what was forgotten. */
	uint64_t number;
	enum ike_log_level level;
	char text[512];
};

/*
 * Which lines are written at all; the process's name stands before them on stderr. Of limited
 * lines, there is room for as many as a second has.
 */
void ike_log_open(enum ike_log_level most, int to_syslog);
void ike_log(enum ike_log_level level, const char *fmt, ...) __printf(2, 3);
/* At most some ten a second; then how many were left out. */
void ike_log_limited(enum ike_log_level level, const char *fmt, ...) __printf(2, 3);
/* The oldest kept line with a number above @after, or NULL. */
const struct ike_log_line *ike_log_next(uint64_t after);
/* Called for each line as it is said. One at a time; NULL: nobody. */
void ike_log_follow(void (*tell)(const struct ike_log_line *line, void *to), void *to);
const char *ike_log_level_name(enum ike_log_level level);
/* IKE_LOG_*, or -1. */
int ike_log_level_find(const char *name);

#endif /* _IKE_LOG_H */
