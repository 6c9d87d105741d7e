/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From sections and keys to a configuration: what its files share.
 */
#ifndef _IKE_CONF_READ_H
#define _IKE_CONF_READ_H

#include "conf_tree.h"

#define IKE_CONF_PATH_MAX	256
#define IKE_CONF_ITEM_MAX	1024

struct ike_reading {
	struct ike_conf *conf;
	struct ike_tree *tree;
	/* Of the file that was asked for, with a slash at its end, or empty. */
	char *dir;
	struct espah_err *err;
};

/* A word for a number, in a list that ends without a name. */
struct ike_conf_choice {
	const char *name;
	unsigned int value;
};

/*
 * A key that a section may have; "id*" is any that begins so. The value goes to
 * @at in the struct of the section. Without take() it is a word of
 * swanctl.conf(5) that this version cannot do, or can only do the one way that
 * @only says.
 */
struct ike_conf_word {
	const char *name;
	int (*take)(struct ike_reading *reading, const struct ike_conf_word *word,
		    const struct ike_tree_key *key, void *to);
	size_t at;
	uint64_t min, max;
	const struct ike_conf_choice *choices;
	const char *only;
};

/*
 * The lists of sections end with NULL; without one any name is right. @lacks
 * are sections of swanctl.conf(5) that this version cannot do.
 */
struct ike_conf_words {
	const struct ike_conf_word *keys;
	const char * const *sections;
	const char * const *lacks;
};

/* All that the section says goes to @to. What it does not know is an error. */
int ike_words_read(struct ike_reading *reading, const struct ike_tree_section *section,
		   const struct ike_conf_words *words, void *to);
/* "local-1" is one of "local*". */
bool ike_word_is(const char *name, const char *word);
/* Was this said, and not taken back? */
bool ike_word_given(const struct ike_tree_section *section, const char *name);
/* Where it was, or else where the section begins. */
struct ike_place ike_word_place(const struct ike_tree_section *section, const char *name);

/*
 * Why a section is not right. Before the sentence comes where @name of it stands (NULL: where it
 * begins), and what it is called. Return: -1.
 */
int ike_conf_fail(struct ike_reading *reading, const struct ike_tree_section *section,
		  const char *name, const char *fmt, ...) __printf(4, 5);
/* The same for a sentence that is in the error already. */
int ike_conf_at(struct ike_reading *reading, const struct ike_tree_section *section,
		const char *name);
int ike_conf_no_memory(struct ike_reading *reading);

/* What takes a value, and what it writes to. */
/* A number from word->min to word->max: uint16_t. */
int ike_take_u16(struct ike_reading *reading, const struct ike_conf_word *word,
		 const struct ike_tree_key *key, void *to);
/* A number from word->min to word->max: uint32_t. */
int ike_take_u32(struct ike_reading *reading, const struct ike_conf_word *word,
		 const struct ike_tree_key *key, void *to);
/* A number from word->min to word->max: uint64_t. */
int ike_take_u64(struct ike_reading *reading, const struct ike_conf_word *word,
		 const struct ike_tree_key *key, void *to);
/* Seconds: uint64_t. */
int ike_take_time(struct ike_reading *reading, const struct ike_conf_word *word,
		  const struct ike_tree_key *key, void *to);
/* Octets: uint64_t. */
int ike_take_bytes(struct ike_reading *reading, const struct ike_conf_word *word,
		   const struct ike_tree_key *key, void *to);
/* Yes or no: bool. */
int ike_take_bool(struct ike_reading *reading, const struct ike_conf_word *word,
		  const struct ike_tree_key *key, void *to);
/* One of word->choices: an enum, and uint8_t. */
int ike_take_enum(struct ike_reading *reading, const struct ike_conf_word *word,
		  const struct ike_tree_key *key, void *to);
int ike_take_enum8(struct ike_reading *reading, const struct ike_conf_word *word,
		   const struct ike_tree_key *key, void *to);
/* An identity: struct ike_id. */
int ike_take_id(struct ike_reading *reading, const struct ike_conf_word *word,
		const struct ike_tree_key *key, void *to);
/* The next item of a list with commas, without the blanks around it. 0: there is none; -1. */
int ike_list_next(const char **rest, char item[IKE_CONF_ITEM_MAX], struct espah_err *err);
/* "proposals" and "esp_proposals". */
int ike_read_proposals(struct ike_proposals *proposals, uint8_t protocol, const char *value,
		       struct espah_err *err);

/* The parts; connections come last, for they are compared with what secrets and keys there are. */
int ike_read_conns(struct ike_reading *reading, const struct ike_tree_section *section);
int ike_read_children(struct ike_reading *reading, const struct ike_tree_section *section,
		      struct ike_conf_conn *conn);
int ike_read_auths(struct ike_reading *reading, const struct ike_tree_section *section,
		   struct ike_conf_conn *conn);
void ike_conf_auth_free(struct ike_conf_auth *auth);
int ike_read_secrets(struct ike_reading *reading, const struct ike_tree_section *section);
/* Where a secret stands, only its owner and its group may read. */
int ike_check_private(struct ike_reading *reading, const struct ike_tree_key *key);
/* The passphrases of private keys are in @secrets, which may be NULL. */
int ike_load_keys(struct ike_reading *reading, const struct ike_tree_section *secrets);
/* The log says which of them no connection uses. */
void ike_keys_unused(const struct ike_conf *conf);
int ike_load_authorities(struct ike_reading *reading);
/* A certificate by its name, beside the file in @dir if that is relative. */
int ike_load_cert(struct ike_reading *reading, const char *dir, const char *name,
		  struct ike_cert_list *list);
void ike_cert_list_free(struct ike_cert_list *list);
#endif /* _IKE_CONF_READ_H */
