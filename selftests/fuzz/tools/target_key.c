// SPDX-License-Identifier: GPL-2.0-only
/* A key as a word, and the same octets as a file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "key.h"

static bool is_zero(const struct espah_alg *alg)
{
	static const struct espah_alg zero;

	return !memcmp(alg, &zero, sizeof(zero));
}

static bool parse(const char *text, struct espah_alg *alg)
{
	struct espah_err err = {};

	memset(alg, 0, sizeof(*alg));
	if (!espah_key_parse(alg, text, &err)) {
		must(alg->key_len > 0 && alg->key_len <= ESPAH_KEY_MAX, "a length, not %u",
		     alg->key_len);
		return true;
	}
	must_be_keyless(&err);
	must(is_zero(alg), "nothing left of the key '%s'", text);
	return false;
}

static void returns(const struct espah_alg *alg)
{
	char hex[ESPAH_KEY_TEXT_MAX + 1] = "0x";
	struct espah_alg again;
	size_t i;

	for (i = 0; i < alg->key_len; i++)
		sprintf(hex + 2 + 2 * i, "%02x", alg->key[i]);
	must(parse(hex, &again) && !memcmp(alg, &again, sizeof(again)), "the key back from '%s'",
	     hex);
}

/* The first line of a file is read as a word is, and the next one is left there. */
static void reads_alike(const uint8_t *data, size_t size, const char *line, bool parsed,
			const struct espah_alg *alg)
{
	int fd = memfd_create("key", 0);
	struct espah_alg again = {};
	struct espah_err err = {};
	size_t len = strlen(line);

	must(fd >= 0 && write(fd, data, size) == (ssize_t)size, "a file");
	lseek(fd, 0, SEEK_SET);
	if (espah_key_read(&again, fd, "the file", &err)) {
		must_be_keyless(&err);
		must(!parsed || len > ESPAH_KEY_TEXT_MAX + 2 || (len < size && !data[len]) ||
		     !strcmp(line, "\r"), "the key '%s' read: %s", line, err.text);
		must(is_zero(&again), "nothing left of what was read");
	} else if (!len || line[len - 1] != '\r') {
		must(parsed && !memcmp(alg, &again, sizeof(again)), "the key of '%s' read", line);
		must(lseek(fd, 0, SEEK_CUR) == (off_t)len + (len < size), "the rest left there");
	}
	close(fd);
}

void fuzz_key(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	struct espah_alg alg;
	bool parsed;

	text[strcspn(text, "\n")] = '\0';
	parsed = parse(text, &alg);
	if (parsed)
		returns(&alg);
	reads_alike(data, size, text, parsed, &alg);
	free(text);
}
