/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words of a file of a configuration.
 */
#ifndef _IKE_CONF_LEX_H
#define _IKE_CONF_LEX_H

#include <stddef.h>

#include "../lib/err.h"

enum ike_lex_token {
	IKE_LEX_END,
	IKE_LEX_NEWLINE,
	IKE_LEX_OPEN,
	IKE_LEX_CLOSE,
	IKE_LEX_EQUALS,
	IKE_LEX_COLON,
	IKE_LEX_COMMA,
	/* "include" with something behind it: ike_lex_pattern() is next. */
	IKE_LEX_INCLUDE,
	IKE_LEX_NAME,
	IKE_LEX_ERROR,
};

/*
 * Words are ended, and values put together, where they stand in @text, so that
 * a secret is in one place only. The octet that is to be read next is in @c, for
 * an end may be written over it.
 */
struct ike_lex {
	char *text;
	size_t len;
	size_t at;
	int c;
	unsigned int line;
	/* Of the last word: NUL-terminated, in @text. */
	char *word;
	/* Where the last token began. */
	unsigned int word_line;
};

/* @text has @len octets and room for one more. */
void ike_lex_init(struct ike_lex *lex, char *text, size_t len);
/* The reason of IKE_LEX_ERROR goes to @err; it never has a word of the file in it. */
enum ike_lex_token ike_lex_next(struct ike_lex *lex, struct espah_err *err);
/* What stands behind "=", up to the end of the line, in @word; NULL if that is nothing. */
int ike_lex_value(struct ike_lex *lex, struct espah_err *err);
/* What stands behind "include". */
int ike_lex_pattern(struct ike_lex *lex, struct espah_err *err);

#endif /* _IKE_CONF_LEX_H */
