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
		.align		= 4,
		.icv_lens	= { 16 },
		.source		= "RFC 4106",
	},
	/* RFC 4868 section 2.1.1 has one key length for each of these. What it
	 * cuts to 16 octets xfrm cuts to 12 unless it is told otherwise, as a
	 * draft of that RFC had it.
	 */
	{
		.name		= "authenc(hmac(sha256),cbc(aes))",
		.enc		= "cbc(aes)",
		.auth		= "hmac(sha256)",
		.key_lens	= { 16, 24, 32 },
		.auth_key_len	= 32,
		.iv_len		= 16,
		.iv_random	= true,
		.align		= 16,
		.icv_lens	= { 16, 12 },
		.source		= "RFC 3602, RFC 4868",
	},
	{
		.name		= "authenc(hmac(sha384),cbc(aes))",
		.enc		= "cbc(aes)",
		.auth		= "hmac(sha384)",
		.key_lens	= { 16, 24, 32 },
		.auth_key_len	= 48,
		.iv_len		= 16,
		.iv_random	= true,
		.align		= 16,
		.icv_lens	= { 24 },
		.source		= "RFC 3602, RFC 4868",
	},
	{
		.name		= "authenc(hmac(sha512),cbc(aes))",
		.enc		= "cbc(aes)",
		.auth		= "hmac(sha512)",
		.key_lens	= { 16, 24, 32 },
		.auth_key_len	= 64,
		.iv_len		= 16,
		.iv_random	= true,
		.align		= 16,
		.icv_lens	= { 32 },
		.source		= "RFC 3602, RFC 4868",
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

/* Is this the name, perhaps in a wrapper? */
static bool name_fits(const char *known, const char *name)
{
	size_t skip = espah_alg_wrapper(name);
	size_t len = strlen(name) - skip - !!skip;

	return strlen(known) == len && !strncmp(known, name + skip, len);
}

/**
 * espah_alg_find() - the AEAD algorithm of this name
 * @name: name in the crypto API, perhaps inside pcrypt() or cryptd()
 *
 * Return: the table's entry, or NULL if there is none.
 */
const struct espah_alg *espah_alg_find(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(algs); i++)
		if (!algs[i].enc && name_fits(algs[i].name, name))
			return &algs[i];
	return NULL;
}

/**
 * espah_alg_find_pair() - the encryption and the integrity of these names
 * @enc: name of the encryption, perhaps inside pcrypt() or cryptd(): then both
 *	are run so
 * @auth: name of the integrity, or NULL for any
 *
 * Return: the table's entry, or NULL if there is none.
 */
const struct espah_alg *espah_alg_find_pair(const char *enc, const char *auth)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(algs); i++)
		if (algs[i].enc && name_fits(algs[i].enc, enc) &&
		    (!auth || !strcmp(algs[i].auth, auth)))
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
