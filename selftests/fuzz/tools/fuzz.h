/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the fuzz targets of the tools share. A target gets octets, makes of them
 * what its parser reads, and says with must() what holds whatever they are.
 */
#ifndef _ESPAH_FUZZ_H
#define _ESPAH_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>
#include <linux/netlink.h>

#include "argv.h"
#include "ctl.h"
#include "err.h"
#include "macros.h"
#include "model.h"

#define FUZZ_WORDS_MAX	128

void must(bool good, const char *fmt, ...) __printf(2, 3);
void *fuzz_need(void *memory);
void must_be_sentence(const struct espah_err *err);
void must_be_keyless(const struct espah_err *err);

/* Words in memory of their own each, and a command of them. */
struct fuzz_words {
	char *word[FUZZ_WORDS_MAX];
	struct espah_err err;
	struct args args;
};

char *fuzz_text(const uint8_t *data, size_t size);
void fuzz_words_init(struct fuzz_words *words, const char *text);
void fuzz_words_free(struct fuzz_words *words);
char *fuzz_take_word(char **text);

/* Messages in memory of their own. */
struct nlmsghdr *fuzz_message(uint16_t type, uint16_t flags, const void *data, size_t size);
struct nlmsghdr *fuzz_request(void);
bool fuzz_same_request(const struct nlmsghdr *a, const struct nlmsghdr *b);

/* What is printed between the two goes to a string. */
void fuzz_capture_begin(void);
char *fuzz_capture_end(void);
json_t *fuzz_json(char *text);

/* The kernel: answers to whatever is asked, from a script or with an agreement. */
struct fuzz_kernel {
	/* What comes after the family is known; NULL: agree to everything. */
	const uint8_t *script;
	size_t script_len;
	/* A sum over all requests. */
	uint64_t sum;
};

extern struct fuzz_kernel fuzz_kernel;

void fuzz_addr(const uint8_t *data, size_t size);
void fuzz_answer(const uint8_t *data, size_t size);
void fuzz_batch(const uint8_t *data, size_t size);
void fuzz_dump(const uint8_t *data, size_t size);
void fuzz_extack(const uint8_t *data, size_t size);
void fuzz_filter(const uint8_t *data, size_t size);
void fuzz_ike_conf(const uint8_t *data, size_t size);
void fuzz_ike_request(const uint8_t *data, size_t size);
void fuzz_ike_cert(const uint8_t *data, size_t size);
void fuzz_ike_open(const uint8_t *data, size_t size);
void fuzz_ike_verify(const uint8_t *data, size_t size);
void fuzz_ike_id_words(const uint8_t *data, size_t size);
void fuzz_ike_payload(const uint8_t *data, size_t size);
void fuzz_ike_proposal(const uint8_t *data, size_t size);
void fuzz_ike_proposal_words(const uint8_t *data, size_t size);
void fuzz_ike_ts(const uint8_t *data, size_t size);
void fuzz_ike_ts_words(const uint8_t *data, size_t size);
void fuzz_ike_v2(const uint8_t *data, size_t size);
void fuzz_key(const uint8_t *data, size_t size);
void fuzz_policy(const uint8_t *data, size_t size);
void fuzz_state(const uint8_t *data, size_t size);

#endif /* _ESPAH_FUZZ_H */
