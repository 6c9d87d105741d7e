// SPDX-License-Identifier: GPL-2.0-only
/* The algorithms: names, key lengths, IV and ICV. */

#include <linux/kernel.h>
#include <linux/string.h>

#include "algs.h"

static const struct espah_alg algs[] = {
	{
		.name		= "rfc4106(gcm(aes))",
		.key_lens	= { 16, 24, 32 },
		.salt_len	= 4,
		.iv_len		= 8,
		.icv_lens	= { 16 },
		.source		= "RFC 4106",
	},
};

/* A crypto template that changes how an algorithm is run and not what it
 * computes may be named around it, as in "pcrypt(rfc4106(gcm(aes)))".
 */
static const char *const wrappers[] = { "pcrypt(", "cryptd(" };

/**
 * espah_alg_wrapper() - is the name wrapped into a crypto template?
 * @name: name of an algorithm
 *
 * Return: length of the template's name with its opening parenthesis (the last
 * character of @name closes it), or 0.
 */
size_t espah_alg_wrapper(const char *name)
{
	size_t len = strlen(name);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wrappers); i++) {
		size_t skip = strlen(wrappers[i]);

		if (len > skip && name[len - 1] == ')' &&
		    !strncmp(name, wrappers[i], skip))
			return skip;
	}
	return 0;
}

static bool name_fits(const struct espah_alg *alg, const char *name, size_t len)
{
	return strlen(alg->name) == len && !strncmp(alg->name, name, len);
}

/**
 * espah_alg_find() - the algorithm of this name
 * @name: name in the crypto API, perhaps inside pcrypt() or cryptd()
 *
 * Return: the table's entry, or NULL if there is none.
 */
const struct espah_alg *espah_alg_find(const char *name)
{
	size_t skip = espah_alg_wrapper(name);
	size_t len = strlen(name) - skip - !!skip;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(algs); i++)
		if (name_fits(&algs[i], name + skip, len))
			return &algs[i];
	return NULL;
}

static bool listed(const u8 *lens, size_t n, unsigned int len)
{
	size_t i;

	for (i = 0; i < n && lens[i]; i++)
		if (lens[i] == len)
			return true;
	return false;
}

/**
 * espah_alg_key_fits() - does the algorithm take a key of this length?
 * @alg: algorithm
 * @len: length in octets, the salt included
 *
 * Return: true if it does.
 */
bool espah_alg_key_fits(const struct espah_alg *alg, unsigned int len)
{
	return len > alg->salt_len &&
	       listed(alg->key_lens, ARRAY_SIZE(alg->key_lens),
		      len - alg->salt_len);
}

/**
 * espah_alg_icv_fits() - does the algorithm make an ICV of this length?
 * @alg: algorithm
 * @bits: length in bits
 *
 * Return: true if it does.
 */
bool espah_alg_icv_fits(const struct espah_alg *alg, unsigned int bits)
{
	return !(bits % 8) &&
	       listed(alg->icv_lens, ARRAY_SIZE(alg->icv_lens), bits / 8);
}
