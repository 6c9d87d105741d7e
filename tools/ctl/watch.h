/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Showing the same again and again, at a steady pace.
 */
#ifndef _ESPAH_WATCH_H
#define _ESPAH_WATCH_H

#include <signal.h>
#include <stdint.h>
#include <termios.h>
#include <time.h>

#include "ctl.h"

struct watch {
	/* Nanoseconds from one to the next; 0: a second. */
	uint64_t every;
	/* So many, and then it ends; 0: until it is stopped. */
	uint32_t rounds;
	/* When the next one is due. */
	struct timespec due;
	/* Standard output is a terminal, which shows the last one only. */
	bool screen;
	/* Standard input is one, where q ends it; and how that was before. */
	bool keys;
	struct termios before;
	/* Signals that end it, and which others were blocked. */
	int signals;
	sigset_t unblocked;
};

/* [ -w SECONDS ] [ -n COUNT ]; @to is a struct watch. */
extern const struct word watch_words[];

int take_every(struct args *args, void *to);
int watch_begin(struct watch *watch, const struct ctl *ctl, struct espah_err *err);
bool watch_wait(struct watch *watch);
unsigned int watch_lines(const struct watch *watch);
void watch_clear(const struct watch *watch);
void watch_end(struct watch *watch);

#endif /* _ESPAH_WATCH_H */
