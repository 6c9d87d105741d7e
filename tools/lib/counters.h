/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The counters: a name for programs and words for people.
 */
#ifndef _ESPAH_COUNTERS_H
#define _ESPAH_COUNTERS_H

struct espah_counter_text {
	const char *name;
	const char *words;
};

const struct espah_counter_text *espah_counter_text(unsigned int counter);
unsigned int espah_counter_find(const char *name);

#endif /* _ESPAH_COUNTERS_H */
