// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * secrets { ike* { } }: a shared key, and whose it is. No sentence has any of a secret in it.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "conf_read.h"

static int digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c >= 'A' && c <= 'F' ? c + ('a' - 'A') : c) : NULL;

	return at ? at - digits : -1;
}

/* As the other tools of this field have it, an odd number of digits begins with half an octet. */
static int from_hex(struct ike_conf_secret *secret, const char *text, struct espah_err *err)
{
	size_t digits = strlen(text), at = digits % 2, i;

	for (i = 0; i < digits; i++, at++) {
		int value = digit(text[i]);

		if (value < 0)
			return espah_err_usage(err, "digit %zu behind 0x is not one of 0-9, a-f",
					       i + 1);
		secret->secret[at / 2] |= at % 2 ? value : value << 4;
	}
	secret->len = at / 2;
	return 0;
}

static int from_base64(struct ike_conf_secret *secret, const char *text, struct espah_err *err)
{
	size_t len = strlen(text), padding = 0;
	int octets = -1;

	while (padding < 2 && padding < len && text[len - 1 - padding] == '=')
		padding++;
	if (len % 4 == 0 &&
	    strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") ==
	    len - padding)
		octets = EVP_DecodeBlock(secret->secret, (const unsigned char *)text, len);
	if (octets < 0)
		return espah_err_usage(err,
				       "what stands behind 0s is not base64, with '=' up to a multiple of four characters");
	secret->len = octets - padding;
	return 0;
}

/* Whatever the form, what comes out is not longer than the text. */
static int decode(struct ike_reading *reading, struct ike_conf_secret *secret, const char *text)
{
	secret->secret = ike_vault_alloc(reading->conf->vault, strlen(text) + 1, reading->err);
	if (!secret->secret)
		return -1;
	if (!strncmp(text, "0x", 2))
		return from_hex(secret, text + 2, reading->err);
	if (!strncmp(text, "0s", 2))
		return from_base64(secret, text + 2, reading->err);
	secret->len = strlen(text);
	memcpy(secret->secret, text, secret->len);
	return 0;
}

int ike_check_private(struct ike_reading *reading, const struct ike_tree_key *key)
{
	const char *file = key->place.file;

	if (!(ike_files_mode(reading->tree->files, file) & 0004))
		return 0;
	return espah_err_usage(reading->err,
			       "everybody may read this file, which has secrets; mend it with: chmod o-r %s",
			       file);
}

static int take_secret(struct ike_reading *reading, const struct ike_conf_word *word,
		       const struct ike_tree_key *key, void *to)
{
	struct ike_conf_secret *secret = to;

	(void)word;
	if (ike_check_private(reading, key) || decode(reading, secret, key->value))
		return -1;
	if (!secret->len)
		return espah_err_usage(reading->err, "the secret is empty");
	return 0;
}

static int take_secret_id(struct ike_reading *reading, const struct ike_conf_word *word,
			  const struct ike_tree_key *key, void *to)
{
	struct ike_conf_secret *secret = to;
	struct ike_id *ids = reallocarray(secret->id, secret->ids + 1, sizeof(*ids));

	(void)word;
	if (!ids)
		return ike_conf_no_memory(reading);
	secret->id = ids;
	if (ike_id_read(&secret->id[secret->ids], key->value, reading->err))
		return -1;
	secret->ids++;
	return 0;
}

static const struct ike_conf_word keys[] = {
	{ .name = "secret", .take = take_secret },
	{ .name = "id*", .take = take_secret_id },
	{ }
};

static const char * const no_sections[] = { NULL };

static const struct ike_conf_words words = {
	.keys = keys,
	.sections = no_sections,
};

static const struct ike_conf_word no_keys[] = {
	{ }
};

static const char * const kinds[] = { "ike*", "private*", "rsa*", "ecdsa*", "pkcs8*", NULL };
static const char * const lacks[] = {
	"eap*", "ntlm*", "pkcs12*", "ppk*", "token*", "xauth*", NULL
};

static const struct ike_conf_words all_words = {
	.keys = no_keys,
	.sections = kinds,
	.lacks = lacks,
};

static int read_secret(struct ike_reading *reading, const struct ike_tree_section *section,
		       struct ike_conf_secret *secret)
{
	secret->place = section->place;
	if (ike_words_read(reading, section, &words, secret))
		return -1;
	if (secret->secret)
		return 0;
	return ike_conf_fail(reading, section, NULL, "there is no secret; expected secret = ...");
}

int ike_read_secrets(struct ike_reading *reading, const struct ike_tree_section *section)
{
	struct ike_conf_secret **end = &reading->conf->secrets;
	const struct ike_tree_section *one;

	if (ike_words_read(reading, section, &all_words, NULL))
		return -1;
	for (one = section->sections; one; one = one->next) {
		struct ike_conf_secret *secret;

		if (!ike_word_is(one->name, "ike*"))
			continue;
		secret = calloc(1, sizeof(*secret));
		if (!secret)
			return ike_conf_no_memory(reading);
		*end = secret;
		end = &secret->next;
		if (read_secret(reading, one, secret))
			return -1;
	}
	return 0;
}
