// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Walking over the keys of a section.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "conf_read.h"

/* "connections.moon.children.net" */
static void path_print(const struct ike_tree_section *section, char path[IKE_CONF_PATH_MAX])
{
	size_t len;

	if (!section->parent) {
		*path = '\0';
		return;
	}
	path_print(section->parent, path);
	len = strlen(path);
	snprintf(path + len, IKE_CONF_PATH_MAX - len, "%s%.64s", len ? "." : "", section->name);
}

struct ike_place ike_word_place(const struct ike_tree_section *section, const char *name)
{
	const struct ike_tree_key *key = name ? ike_tree_key_find(section, name) : NULL;

	return key ? key->place : section->place;
}

int ike_conf_at(struct ike_reading *reading, const struct ike_tree_section *section,
		const char *name)
{
	struct ike_place place = ike_word_place(section, name);
	char path[IKE_CONF_PATH_MAX];

	path_print(section, path);
	espah_err_prefix(reading->err, "%s:%u: %s%s%.64s: ", place.file ?: "", place.line, path,
			 *path && name ? "." : "", name ?: "");
	return -1;
}

int ike_conf_fail(struct ike_reading *reading, const struct ike_tree_section *section,
		  const char *name, const char *fmt, ...)
{
	char words[sizeof(reading->err->text)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);
	espah_err_usage(reading->err, "%s", words);
	return ike_conf_at(reading, section, name);
}

int ike_conf_no_memory(struct ike_reading *reading)
{
	return espah_err_kernel(reading->err, ENOMEM, "no memory for the configuration");
}

bool ike_word_is(const char *name, const char *word)
{
	size_t len = strlen(word);

	if (len && word[len - 1] == '*')
		return !strncmp(name, word, len - 1);
	return !strcmp(name, word);
}

bool ike_word_given(const struct ike_tree_section *section, const char *name)
{
	const struct ike_tree_key *key = ike_tree_key_find(section, name);

	return key && key->value;
}

static unsigned int least(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

#define NEAR_MAX	32

/*
 * How many letters must be put in, left out or changed to make one word of the
 * other (Levenshtein); one row of the table after the other.
 */
static unsigned int distance(const char *a, const char *b)
{
	unsigned int row[NEAR_MAX + 1], i, j;
	size_t len = strlen(b);

	if (strlen(a) > NEAR_MAX || len > NEAR_MAX)
		return NEAR_MAX;
	for (j = 0; j <= len; j++)
		row[j] = j;
	for (i = 0; a[i]; i++) {
		unsigned int corner = row[0];

		row[0] = i + 1;
		for (j = 0; j < len; j++) {
			unsigned int change = corner + (a[i] != b[j]);

			corner = row[j + 1];
			row[j + 1] = least(change, least(corner, row[j]) + 1);
		}
	}
	return row[len];
}

/* Remember in @best the word that is nearest to @name, and how near. */
static void consider(const char *name, const char *word, const char **best, unsigned int *nearest)
{
	unsigned int far = distance(name, word);

	if (far <= 1 + strlen(name) / 4 && far < *nearest) {
		*best = word;
		*nearest = far;
	}
}

#define NAME_SHOWN	64

/* What nobody knows may be a secret there, behind which a '=' was forgotten. */
static bool among_secrets(const struct ike_tree_section *section)
{
	while (section->parent && section->parent->parent)
		section = section->parent;
	return section->parent && !strcmp(section->name, "secrets");
}

static int unknown(struct ike_reading *reading, const struct ike_tree_section *section,
		   const struct ike_place *place, const char *name, const char *best,
		   const char *kind, size_t most)
{
	char path[IKE_CONF_PATH_MAX];

	path_print(section, path);
	espah_err_usage(reading->err, "%s:%u: %s%s%.*s%s: there is no such %s", place->file,
			place->line, path, *path ? "." : "", (int)most, name,
			strlen(name) > most ? "..." : "", kind);
	if (best)
		espah_err_append(reading->err, "; did you mean '%s'?", best);
	return -1;
}

static int unknown_key(struct ike_reading *reading, const struct ike_tree_section *section,
		       const struct ike_tree_key *key, const struct ike_conf_words *words)
{
	const struct ike_conf_word *word;
	unsigned int nearest = NEAR_MAX;
	const char *best = NULL;

	for (word = words->keys; word->name; word++)
		consider(key->name, word->name, &best, &nearest);
	return unknown(reading, section, &key->place, key->name, best, "key",
		       among_secrets(section) && !best ? strlen("secret") : NAME_SHOWN);
}

static int unknown_section(struct ike_reading *reading, const struct ike_tree_section *section,
			   const struct ike_conf_words *words)
{
	unsigned int nearest = NEAR_MAX;
	const char * const *name;
	const char *best = NULL;

	for (name = words->sections; *name; name++)
		consider(section->name, *name, &best, &nearest);
	return unknown(reading, section->parent, &section->place, section->name, best, "section",
		       NAME_SHOWN);
}

static bool is_one_of(const char *name, const char * const *words)
{
	while (words && *words && !ike_word_is(name, *words))
		words++;
	return words && *words;
}

/* What others inherit from may be called anything, where nothing else is expected. */
static int check_section(struct ike_reading *reading, const struct ike_tree_section *section,
			 const struct ike_conf_words *words)
{
	if (!words->sections || is_one_of(section->name, words->sections))
		return 0;
	if (section->referred && !section->parent->parent)
		return 0;
	if (is_one_of(section->name, words->lacks))
		return ike_conf_fail(reading, section, NULL, "this version cannot do that");
	return unknown_section(reading, section, words);
}

static int lacks(struct ike_reading *reading, const struct ike_conf_word *word,
		 const struct ike_tree_key *key)
{
	if (!word->only)
		return espah_err_usage(reading->err, "this version cannot do that");
	if (!strcmp(key->value, word->only))
		return 0;
	return espah_err_usage(reading->err, "this version can only do '%s'", word->only);
}

static int read_key(struct ike_reading *reading, const struct ike_tree_section *section,
		    const struct ike_tree_key *key, const struct ike_conf_words *words, void *to)
{
	const struct ike_conf_word *word;
	int ret;

	for (word = words->keys; word->name && !ike_word_is(key->name, word->name); word++)
		;
	if (!word->name)
		return unknown_key(reading, section, key, words);
	if (!key->value)
		return 0;
	if (word->take)
		ret = word->take(reading, word, key, (char *)to + word->at);
	else
		ret = lacks(reading, word, key);
	return ret ? ike_conf_at(reading, section, key->name) : 0;
}

int ike_words_read(struct ike_reading *reading, const struct ike_tree_section *section,
		   const struct ike_conf_words *words, void *to)
{
	const struct ike_tree_section *child;
	const struct ike_tree_key *key;

	for (key = section->keys; key; key = key->next) {
		if (read_key(reading, section, key, words, to))
			return -1;
	}
	for (child = section->sections; child; child = child->next) {
		if (check_section(reading, child, words))
			return -1;
	}
	return 0;
}
