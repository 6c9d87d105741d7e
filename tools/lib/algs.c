// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "algs.h"
#include "macros.h"

struct alg_text {
	const char *name;
	/* In octets, the salt included; ended by 0. */
	uint16_t key_lens[4];
	uint16_t icv_bits[4];
	const char *key_words;
	const char *icv_words;
};

/* RFC 4106 sections 6 and 8. */
static const struct alg_text algs[] = {
	{
		.name = "rfc4106(gcm(aes))",
		.key_lens = { 20, 28, 36 },
		.icv_bits = { 128 },
		.key_words = "20, 28 or 36 octets, the last 4 of them salt",
		.icv_words = "128 bits",
	},
};

static bool listed(const uint16_t *list, uint32_t value)
{
	for (; *list; list++) {
		if (*list == value)
			return true;
	}
	return false;
}

/* pcrypt(rfc4106(gcm(aes))) takes what rfc4106(gcm(aes)) takes. */
static const struct alg_text *alg_find(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(algs); i++) {
		if (strstr(name, algs[i].name))
			return &algs[i];
	}
	return NULL;
}

/**
 * espah_alg_advise() - where the kernel refused, say what would be right
 * @alg: the algorithm that was asked for
 * @err: the kernel's sentence, which is gone on with
 */
void espah_alg_advise(const struct espah_alg *alg, struct espah_err *err)
{
	const struct alg_text *text = alg_find(alg->name);

	if (!text)
		return;
	if (!listed(text->key_lens, alg->key_len))
		espah_err_append(err, "; %s takes a key of %s, this one has %u octets", text->name,
				 text->key_words, alg->key_len);
	if (!listed(text->icv_bits, alg->icv_bits))
		espah_err_append(err, "; %s takes an ICV of %s, not %u", text->name,
				 text->icv_words, alg->icv_bits);
}
