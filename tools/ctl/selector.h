/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SELECTOR := [ src PREFIX ] [ dst PREFIX ] [ proto PROTO ] [ NARROW ]
 * ID := [ src ADDR ] [ dst ADDR ] [ proto esp ] [ spi SPI ]
 */
#ifndef _ESPAH_SELECTOR_H
#define _ESPAH_SELECTOR_H

#include "argv.h"
#include "model.h"

struct selector_text {
	struct espah_selector sel;
	/* Some word of a selector was there. */
	bool given;
	bool has_proto;
};

struct id_text {
	struct espah_addr src;
	struct espah_addr dst;
	uint32_t spi;
	uint8_t proto;
	bool has_spi;
};

/* @to is a struct selector_text. */
extern const struct word selector_words[];
/* @to is a struct id_text. */
extern const struct word id_words[];

int take_transform(struct args *args, uint8_t *proto);
int take_mode(struct args *args, uint8_t *mode);
int take_sa_dir(struct args *args, uint8_t *dir);
int id_check(struct args *args, const struct id_text *id);

#endif /* _ESPAH_SELECTOR_H */
