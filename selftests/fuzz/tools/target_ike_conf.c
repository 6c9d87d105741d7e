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

static struct ike_conf *load(const char *text, struct espah_err *err)
{
	struct ike_conf *conf;
	int fd = file_of(text);
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	conf = ike_conf_load(path, err);
	close(fd);
	return conf;
}

/* Of a secret, as much as nobody would write by chance. */
#define SECRET_LEN	12

/* Another that is as right or wrong as this one: its form and its digits' kinds stay. */
static void make_another(char *secret, size_t len)
{
	static const char from[] = "123456789abcdefABCDEFghijklmnopqrtuvwyzGHIJKLMNOPQRTUVWYZ";
	static const char to[] = "234567891bcdefaBCDEFAhijklmnopqrtuvwyzgHIJKLMNOPQRTUVWYZG";
	const char *at;
	size_t i;

	for (i = 0; i < len; i++) {
		at = secret[i] ? strchr(from, secret[i]) : NULL;
		if (at)
			secret[i] = to[at - from];
	}
}

/*
 * The secret is the value that stands at @begin to @end of @text. What is in the sentence even
 * if it is another is the sentence's own, or somebody else's name or value.
 */
static void must_keep_secret(const char *text, size_t begin, size_t end, const char *value,
			     const struct espah_err *err)
{
	char secret[SECRET_LEN + 1], *other;
	struct espah_err again;

	/* A sentence may show it without what tells its form. */
	if (!strncmp(value, "0x", 2) || !strncmp(value, "0s", 2))
		value += 2;
	snprintf(secret, sizeof(secret), "%s", value);
	if (strlen(secret) < SECRET_LEN || !strstr(err->text, secret))
		return;
	other = fuzz_need(strdup(text));
	make_another(other + begin, end - begin);
	must(!load(other, &again) && strstr(again.text, secret), "no secret in '%s'", err->text);
	free(other);
}

/* What stands behind "secret =" is in no sentence. */
static void must_keep_secrets(const char *text, const struct espah_err *err)
{
	char *copy = fuzz_need(strdup(text));
	enum ike_lex_token token;
	struct espah_err ignored;
	const char *name = "";
	struct ike_lex lex;
	size_t begin;

	must_be_sentence(err);
	ike_lex_init(&lex, copy, strlen(text));
	while ((token = ike_lex_next(&lex, &ignored)) != IKE_LEX_END && token != IKE_LEX_ERROR) {
		if (token == IKE_LEX_NAME)
			name = lex.word;
		if (token != IKE_LEX_EQUALS)
			continue;
		begin = lex.at;
		if (ike_lex_value(&lex, &ignored))
			break;
		if (lex.word && !strcmp(name, "secret"))
			must_keep_secret(text, begin, lex.at, lex.word, err);
	}
	free(copy);
}

void fuzz_ike_conf(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	struct espah_err err;
	struct ike_conf *conf;

	memset(&err, 0xa5, sizeof(err));
	ike_log_open(IKE_LOG_ERROR, 0);
	make_harmless(text);
	conf = load(text, &err);
	if (conf)
		check(conf);
	else
		must_keep_secrets(text, &err);
	ike_conf_free(conf);
	free(text);
}
