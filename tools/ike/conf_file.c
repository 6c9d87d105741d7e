// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From a file, and those that it includes, to sections and keys.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf_lex.h"
#include "conf_tree.h"

/* A file that is being read. */
struct reader {
	struct ike_tree *tree;
	struct ike_lex lex;
	const char *file;
	/* Files around this one, and sections around where it goes on. */
	unsigned int files;
	unsigned int sections;
	/* The last one that was read. */
	enum ike_lex_token token;
	struct espah_err *err;
};

static int file_read(struct ike_tree *tree, struct ike_tree_section *into, const char *path,
		     struct reader *outer, struct espah_err *err);

static struct ike_place place(const struct reader *reader)
{
	return (struct ike_place){ .file = reader->file, .line = reader->lex.word_line };
}

static int at_line(struct reader *reader)
{
	espah_err_prefix(reader->err, "%s:%u: ", reader->file, reader->lex.word_line);
	return -1;
}

static int fail(struct reader *reader, const char *words)
{
	espah_err_usage(reader->err, "%s", words);
	return at_line(reader);
}

/* The next token, at line's ends too. */
static enum ike_lex_token next(struct reader *reader)
{
	reader->token = ike_lex_next(&reader->lex, reader->err);
	if (reader->token == IKE_LEX_ERROR)
		at_line(reader);
	return reader->token;
}

static enum ike_lex_token next_but_newline(struct reader *reader)
{
	while (next(reader) == IKE_LEX_NEWLINE)
		;
	return reader->token;
}

static int read_key(struct reader *reader, struct ike_tree_section *section, const char *name,
		    struct ike_place where)
{
	struct ike_tree_key *key = ike_tree_key_find(section, name);

	if (!key)
		key = ike_tree_key_add(reader->tree, section, name, reader->err);
	if (!key || ike_lex_value(&reader->lex, reader->err))
		return at_line(reader);
	key->place = where;
	key->value = reader->lex.word;
	return 0;
}

static int read_refs(struct reader *reader, struct ike_tree_section *section)
{
	do {
		struct ike_tree_ref ref;

		if (next_but_newline(reader) != IKE_LEX_NAME)
			return reader->token == IKE_LEX_ERROR ? -1 :
			       fail(reader, "behind ':' the name of a section is expected");
		ref = (struct ike_tree_ref){ .name = reader->lex.word, .place = place(reader) };
		if (ike_tree_ref_add(reader->tree, section, &ref, reader->err))
			return at_line(reader);
	} while (next_but_newline(reader) == IKE_LEX_COMMA);
	if (reader->token == IKE_LEX_OPEN || reader->token == IKE_LEX_ERROR)
		return reader->token == IKE_LEX_OPEN ? 0 : -1;
	return fail(reader, "behind the names of sections '{' is expected");
}

/* A file that is at its relative place beside the one that includes it. */
static char *beside(const char *file, const char *pattern)
{
	const char *slash = strrchr(file, '/');
	char *path = NULL;

	if (*pattern == '/' || !slash)
		return strdup(pattern);
	if (asprintf(&path, "%.*s/%s", (int)(slash - file), file, pattern) < 0)
		return NULL;
	return path;
}

static int read_files(struct reader *reader, struct ike_tree_section *section, const glob_t *found)
{
	size_t i;

	for (i = 0; i < found->gl_pathc; i++) {
		if (file_read(reader->tree, section, found->gl_pathv[i], reader, reader->err))
			return -1;
	}
	return 0;
}

/* Wildcards may find nothing; a name without any has to be there. */
static int read_include(struct reader *reader, struct ike_tree_section *section)
{
	char *path;
	glob_t found = {};
	int ret;

	if (ike_lex_pattern(&reader->lex, reader->err))
		return at_line(reader);
	if (!*reader->lex.word)
		return fail(reader, "behind 'include' the name of a file is expected");
	if (reader->files + 1 == IKE_TREE_DEPTH)
		return fail(reader, "files include each other too deeply; maybe one itself");
	path = beside(reader->file, reader->lex.word);
	if (!path)
		return fail(reader, "no memory for the name of a file");
	ret = glob(path, GLOB_NOMAGIC, NULL, &found);
	free(path);
	if (ret && ret != GLOB_NOMATCH)
		return fail(reader, "cannot look for the files to include");
	ret = ret ? 0 : read_files(reader, section, &found);
	globfree(&found);
	return ret;
}

static int read_statements(struct reader *reader, struct ike_tree_section *section);

static int read_section(struct reader *reader, struct ike_tree_section *parent, const char *name,
			struct ike_place where)
{
	struct ike_tree_section *section = ike_tree_section_find(parent, name);

	if (!section)
		section = ike_tree_section_add(reader->tree, parent, name, reader->err);
	if (!section)
		return at_line(reader);
	if (!section->place.file)
		section->place = where;
	if (reader->token == IKE_LEX_COLON && read_refs(reader, section))
		return -1;
	if (reader->sections + 1 == IKE_TREE_DEPTH)
		return fail(reader, "sections within sections, too deeply");
	reader->sections++;
	if (read_statements(reader, section))
		return -1;
	reader->sections--;
	if (reader->token == IKE_LEX_CLOSE)
		return 0;
	reader->lex.word_line = where.line;
	return fail(reader, "the section that begins here is never closed; '}' is missing");
}

static int read_named(struct reader *reader, struct ike_tree_section *section)
{
	struct ike_place where = place(reader);
	const char *name = reader->lex.word;

	switch (next_but_newline(reader)) {
	case IKE_LEX_EQUALS:
		return read_key(reader, section, name, where);
	case IKE_LEX_COLON:
	case IKE_LEX_OPEN:
		return read_section(reader, section, name, where);
	case IKE_LEX_ERROR:
		return -1;
	default:
		reader->lex.word_line = where.line;
		return fail(reader, "a name with neither '=' nor '{' behind it");
	}
}

/* Up to a "}" or the end of the file, which is in @reader->token then. */
static int read_statements(struct reader *reader, struct ike_tree_section *section)
{
	for (;;) {
		int ret;

		switch (next_but_newline(reader)) {
		case IKE_LEX_NAME:
			ret = read_named(reader, section);
			break;
		case IKE_LEX_INCLUDE:
			ret = read_include(reader, section);
			break;
		case IKE_LEX_CLOSE:
		case IKE_LEX_END:
			return 0;
		case IKE_LEX_ERROR:
			return -1;
		default:
			return fail(reader, "the name of a key or of a section is expected");
		}
		if (ret)
			return -1;
	}
}

static int text_read(int fd, char *text, size_t len, const char *path, struct espah_err *err)
{
	size_t at = 0;

	while (at < len) {
		ssize_t n = read(fd, text + at, len - at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return espah_err_usage(err, "cannot read '%s': %s", path, strerror(errno));
		if (!n)
			return espah_err_usage(err, "'%s' became shorter while it was read", path);
		at += n;
	}
	return 0;
}

/* The text of an open file, in locked memory. */
static int text_take(struct reader *reader, int fd, const char *path)
{
	struct ike_tree *tree = reader->tree;
	struct stat stat;
	char *text;

	if (fstat(fd, &stat) || !S_ISREG(stat.st_mode))
		return espah_err_usage(reader->err, "'%s' is not a regular file", path);
	if (stat.st_mode & 0002)
		return espah_err_usage(reader->err,
				       "everybody may write to '%s'; mend it with: chmod o-w %s",
				       path, path);
	if (stat.st_size > (off_t)(IKE_TREE_TEXT_MAX - tree->text_len))
		return espah_err_usage(reader->err,
				       "'%s' is too long; all files together may have %d octets",
				       path, IKE_TREE_TEXT_MAX);
	tree->text_len += stat.st_size;
	text = ike_vault_alloc(tree->vault, stat.st_size + 1, reader->err);
	if (!text || text_read(fd, text, stat.st_size, path, reader->err))
		return -1;
	reader->file = ike_files_add(tree->files, path, stat.st_mode);
	if (!reader->file)
		return espah_err_kernel(reader->err, ENOMEM, "no memory for the configuration");
	ike_lex_init(&reader->lex, text, stat.st_size);
	return 0;
}

static int file_open(struct reader *reader, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	int ret;

	if (fd < 0)
		return espah_err_usage(reader->err, "cannot open '%s': %s", path, strerror(errno));
	ret = text_take(reader, fd, path);
	close(fd);
	return ret;
}

/* Where @outer includes it, NULL for the first one. */
static int file_read(struct ike_tree *tree, struct ike_tree_section *into, const char *path,
		     struct reader *outer, struct espah_err *err)
{
	struct reader reader = { .tree = tree, .err = err };

	if (outer) {
		reader.files = outer->files + 1;
		reader.sections = outer->sections;
	}
	if (file_open(&reader, path))
		return outer ? at_line(outer) : -1;
	if (read_statements(&reader, into))
		return -1;
	if (reader.token == IKE_LEX_CLOSE)
		return fail(&reader, "'}' closes nothing");
	return 0;
}

int ike_tree_read(struct ike_tree *tree, const char *path, struct espah_err *err)
{
	memset(tree, 0, sizeof(*tree));
	tree->root.name = "";
	tree->vault = ike_vault_new();
	tree->files = ike_files_new();
	if (!tree->vault || !tree->files)
		return espah_err_kernel(err, ENOMEM, "no memory for the configuration");
	return file_read(tree, &tree->root, path, NULL, err);
}
