/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words of `espah state`, as values.
 */
#ifndef _ESPAH_STATE_TEXT_H
#define _ESPAH_STATE_TEXT_H

#include "argv.h"
#include "model.h"

/* An SA passes if all that is given holds. */
struct state_filter {
	struct espah_range src;
	struct espah_range dst;
	uint64_t given;
	uint32_t spi;
	uint8_t dir;
	uint32_t reqid;
	uint32_t if_id;
	/* ESPAH_SA_FLAG_*, exactly those of flags_of(). */
	uint32_t flags;
	uint8_t proto;
	uint8_t mode;
	/* No keys, even if the global option says so. */
	bool nokeys;
	/* AF_UNSPEC: either */
	int family;
};

/* mode and reqid; @to is a struct espah_sa. */
extern const struct word state_spi_words[];

int state_parse(struct args *args, bool add, struct espah_sa *sa);
int state_parse_spi(struct args *args, struct espah_sa *sa, struct espah_spi_range *range);
int state_parse_id(struct args *args, struct espah_sa *sa);
int state_parse_filter(struct args *args, struct state_filter *filter);
bool state_filter_keep(const struct espah_sa *sa, const void *filter);

#endif /* _ESPAH_STATE_TEXT_H */
