/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walking along the words of a command.
 */
#ifndef _ESPAH_ARGV_H
#define _ESPAH_ARGV_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "model.h"

struct args {
	char **argv;
	int argc;
	int at;
	/* The word whose values are being read. */
	const char *word;
	/* Standard input is where commands come from: no keys there. */
	bool stdin_busy;
	struct espah_err *err;
};

/*
 * A word that a command knows. Without take() it is one that ip-xfrm(8) knows
 * and this version cannot do: @lacks says what ("marks are").
 */
struct word {
	const char *name;
	int (*take)(struct args *args, void *to);
	const char *lacks;
	bool repeats;
};

/* Words, ended by one without a name, and where their values go. */
struct vocabulary {
	const struct word *words;
	void *to;
};

int args_walk(struct args *args, const struct vocabulary *vocabularies, bool nested);
int args_end(struct args *args);
int args_fail(struct args *args, const char *fmt, ...) __printf(2, 3);

char *args_value(struct args *args, const char *what);
int args_number(struct args *args, uint32_t min, uint32_t max, uint32_t *value);
int args_number64(struct args *args, uint64_t min, uint64_t *value);
int args_addr(struct args *args, struct espah_addr *addr);
int args_mark(struct args *args, struct espah_mark *mark);
int args_range(struct args *args, struct espah_range *range);
int args_choice(struct args *args, int (*find)(const char *name), const char *choices,
		uint8_t *value);

#endif /* _ESPAH_ARGV_H */
