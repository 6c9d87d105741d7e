// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * strongSwan's format. Its files are swanctl.conf(5)'s, so what ends a word is what ends it there.
 */
#include <stdbool.h>
#include <string.h>

#include "conf_lex.h"

/* Behind the last octet. */
#define END	(-1)

static void load(struct ike_lex *lex)
{
	lex->c = lex->at < lex->len ? (unsigned char)lex->text[lex->at] : END;
}

void ike_lex_init(struct ike_lex *lex, char *text, size_t len)
{
	memset(lex, 0, sizeof(*lex));
	lex->text = text;
	lex->len = len;
	lex->line = 1;
	load(lex);
}

static void step(struct ike_lex *lex)
{
	if (lex->c == END)
		return;
	if (lex->c == '\n')
		lex->line++;
	lex->at++;
	load(lex);
}

static bool one_of(int c, const char *set)
{
	return c > 0 && strchr(set, c);
}

/* What cannot be part of a name; a NUL cannot be part of anything. */
static bool ends_name(int c)
{
	return c <= 0 || one_of(c, "#{}=\":,\r\n\t ");
}

static void skip_blanks(struct ike_lex *lex)
{
	while (one_of(lex->c, " \t\r"))
		step(lex);
	if (lex->c == '#') {
		while (lex->c != '\n' && lex->c != END)
			step(lex);
	}
}

/* "::" in a name stands for ":". */
static enum ike_lex_token name(struct ike_lex *lex)
{
	size_t to = lex->at;

	lex->word = lex->text + lex->at;
	for (;;) {
		if (lex->c == ':' && lex->at + 1 < lex->len && lex->text[lex->at + 1] == ':')
			step(lex);
		else if (ends_name(lex->c))
			break;
		lex->text[to++] = lex->c;
		step(lex);
	}
	lex->text[to] = '\0';
	return IKE_LEX_NAME;
}

/* Something else may be called "include" too: it has "=" or "{" behind it. */
static bool is_include(const struct ike_lex *lex)
{
	if (strcmp(lex->word, "include") || !one_of(lex->c, " \t"))
		return false;
	for (size_t at = lex->at + 1; at < lex->len; at++) {
		if (!one_of(lex->text[at], " \t"))
			return !one_of(lex->text[at], "={\r\n");
	}
	return false;
}

enum ike_lex_token ike_lex_next(struct ike_lex *lex, struct espah_err *err)
{
	static const char marks[] = "\n{}=:,";
	static const enum ike_lex_token tokens[] = {
		IKE_LEX_NEWLINE, IKE_LEX_OPEN, IKE_LEX_CLOSE, IKE_LEX_EQUALS, IKE_LEX_COLON,
		IKE_LEX_COMMA,
	};
	bool doubled;

	skip_blanks(lex);
	lex->word_line = lex->line;
	doubled = lex->c == ':' && lex->at + 1 < lex->len && lex->text[lex->at + 1] == ':';
	if (one_of(lex->c, marks) && !doubled) {
		const char *mark = strchr(marks, lex->c);

		step(lex);
		return tokens[mark - marks];
	}
	if (lex->c == END)
		return IKE_LEX_END;
	if (!lex->c || lex->c == '"') {
		espah_err_usage(err, lex->c ? "a quote where a name is expected" :
				"an octet of zero; the file is not text");
		return IKE_LEX_ERROR;
	}
	name(lex);
	return is_include(lex) ? IKE_LEX_INCLUDE : IKE_LEX_NAME;
}

static int escaped(int c)
{
	switch (c) {
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	default:
		return c;
	}
}

static int unterminated(struct ike_lex *lex, unsigned int line, struct espah_err *err)
{
	lex->word_line = line;
	return espah_err_usage(err, lex->c ? "a quote opens here and is never closed" :
			       "an octet of zero in quotes that open here; the file is not text");
}

/* From one quote to the other; a line's end behind a backslash is not there. */
static int quoted(struct ike_lex *lex, size_t *to, struct espah_err *err)
{
	unsigned int line = lex->line;

	for (step(lex); lex->c != '"'; step(lex)) {
		bool escape = lex->c == '\\';

		if (escape)
			step(lex);
		if (escape && lex->c == '\r' && lex->at + 1 < lex->len &&
		    lex->text[lex->at + 1] == '\n')
			step(lex);
		if (lex->c <= 0)
			return unterminated(lex, line, err);
		if (escape ? lex->c == '\n' : lex->c == '\r')
			continue;
		lex->text[(*to)++] = escape ? escaped(lex->c) : lex->c;
	}
	step(lex);
	return 0;
}

static int no_text(struct ike_lex *lex, struct espah_err *err)
{
	lex->word_line = lex->line;
	return espah_err_usage(err, "an octet of zero; the file is not text");
}

/* Words that stand apart are joined by one blank; of a blank before a word one octet is left. */
int ike_lex_value(struct ike_lex *lex, struct espah_err *err)
{
	size_t to;

	lex->word_line = lex->line;
	while (one_of(lex->c, " \t\r"))
		step(lex);
	to = lex->at;
	lex->word = lex->c == END || one_of(lex->c, "#}\n") ? NULL : lex->text + to;
	while (lex->c != END && !one_of(lex->c, "#}\n")) {
		if (lex->word != lex->text + to)
			lex->text[to++] = ' ';
		if (!lex->c)
			return no_text(lex, err);
		if (lex->c == '"' && quoted(lex, &to, err))
			return -1;
		while (lex->c > 0 && !one_of(lex->c, "#}\"\r\n\t ")) {
			lex->text[to++] = lex->c;
			step(lex);
		}
		while (one_of(lex->c, " \t\r"))
			step(lex);
	}
	if (lex->word)
		lex->text[to] = '\0';
	return 0;
}

int ike_lex_pattern(struct ike_lex *lex, struct espah_err *err)
{
	size_t to;

	while (one_of(lex->c, " \t\r"))
		step(lex);
	lex->word_line = lex->line;
	to = lex->at;
	lex->word = lex->text + to;
	while (lex->c != END && !one_of(lex->c, "#}\r\n\t ")) {
		if (!lex->c)
			return no_text(lex, err);
		if (lex->c == '"') {
			if (quoted(lex, &to, err))
				return -1;
			continue;
		}
		if (lex->c == '\\' && lex->at + 1 < lex->len &&
		    one_of(lex->text[lex->at + 1], "\"#} "))
			step(lex);
		lex->text[to++] = lex->c;
		step(lex);
	}
	lex->text[to] = '\0';
	return 0;
}
