// SPDX-License-Identifier: GPL-2.0-only
/* A configuration file, without others that it includes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../../tools/ike/conf.h"
#include "../../../tools/ike/conf_lex.h"
#include "../../../tools/ike/log.h"
#include "fuzz.h"

/* Nothing is to be read but the file itself. */
static void make_harmless(char *text)
{
	static const char * const words[] = { "include", "certs", "file" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		char *at = text;

		while ((at = strstr(at, words[i])))
			*at = 'x';
	}
}

static int file_of(const char *text)
{
	size_t len = strlen(text);
	int fd = memfd_create("conf", MFD_CLOEXEC);

	must(fd >= 0 && !fchmod(fd, 0600) && write(fd, text, len) == (ssize_t)len, "a file");
	return fd;
}

/* Values that fit together, whatever the file says. */
static void check(const struct ike_conf *conf)
{
	const struct ike_conf_conn *conn;
	const struct ike_conf_child *child;

	for (conn = conf->conns; conn; conn = conn->next) {
		must(conn->proposals.count > 0, "a proposal of '%s'", conn->name);
		must(!conn->rekey_time || conn->rand_time < conn->rekey_time,
		     "'%s' to live before it is rekeyed", conn->name);
		for (child = conn->children; child; child = child->next) {
			must(child->local_ts.count && child->remote_ts.count,
			     "selectors of '%s'", child->name);
			must(!child->rekey_time || !child->life_time ||
			     child->life_time > child->rekey_time,
			     "'%s' to be rekeyed before it ends", child->name);
		}
	}
}

/* Of a secret, as much as nobody would write by chance. */
#define SECRET_LEN	12

/* The words of a file, as far as it can be read: of @count, those in @secret are not to be shown. */
struct words {
	const char **word;
	bool *secret;
	size_t count;
};

static void words_add(struct words *words, const char *word, bool secret)
{
	words->word[words->count] = word;
	words->secret[words->count++] = secret;
}

/* They stay where they are in @text, which is changed. */
static void words_read(struct words *words, char *text)
{
	size_t most = strlen(text) + 1;
	enum ike_lex_token token;
	struct espah_err ignored;
	const char *name = "";
	struct ike_lex lex;

	words->word = fuzz_need(calloc(most, sizeof(*words->word)));
	words->secret = fuzz_need(calloc(most, sizeof(*words->secret)));
	words->count = 0;
	ike_lex_init(&lex, text, most - 1);
	while ((token = ike_lex_next(&lex, &ignored)) != IKE_LEX_END && token != IKE_LEX_ERROR) {
		if (token == IKE_LEX_NAME) {
			name = lex.word;
			words_add(words, name, false);
		}
		if (token != IKE_LEX_EQUALS)
			continue;
		if (ike_lex_value(&lex, &ignored))
			break;
		if (lex.word)
			words_add(words, lex.word, !strcmp(name, "secret"));
	}
}

/* What stands elsewhere as well is somebody's name or value there. */
static bool words_show(const struct words *words, const char *secret)
{
	size_t i;

	for (i = 0; i < words->count; i++) {
		if (!words->secret[i] && strstr(words->word[i], secret))
			return true;
	}
	return false;
}

static void must_keep_secret(const struct words *words, const char *value,
			     const struct espah_err *err)
{
	char secret[SECRET_LEN + 1];

	/* A sentence may show it without what tells its form. */
	if (!strncmp(value, "0x", 2) || !strncmp(value, "0s", 2))
		value += 2;
	snprintf(secret, sizeof(secret), "%s", value);
	if (strlen(secret) == SECRET_LEN && !words_show(words, secret))
		must(!strstr(err->text, secret), "no secret in '%s'", err->text);
}

/* What stands behind "secret =" is in no sentence. */
static void must_keep_secrets(char *text, const struct espah_err *err)
{
	struct words words;
	size_t i;

	must_be_sentence(err);
	words_read(&words, text);
	for (i = 0; i < words.count; i++) {
		if (words.secret[i])
			must_keep_secret(&words, words.word[i], err);
	}
	free(words.word);
	free(words.secret);
}

void fuzz_ike_conf(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), path[64];
	struct espah_err err;
	struct ike_conf *conf;
	int fd;

	memset(&err, 0xa5, sizeof(err));
	ike_log_open(IKE_LOG_ERROR, 0);
	make_harmless(text);
	fd = file_of(text);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	conf = ike_conf_load(path, &err);
	if (conf)
		check(conf);
	else
		must_keep_secrets(text, &err);
	ike_conf_free(conf);
	close(fd);
	free(text);
}
