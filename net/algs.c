// SPDX-License-Identifier: GPL-2.0-only
/* The algorithms: names, key lengths, IV and ICV. */

#include <linux/kernel.h>
#include <linux/string.h>

#include "algs.h"

/* RFC 4303 section 2.4 wants 4 octets where the cipher would do with one. */
static const struct espah_alg algs[] = {
	{
		.name		= "rfc4106(gcm(aes))",
		.kind		= ESPAH_ALG_AEAD,
		.key_min	= 16,
		.key_max	= 32,
		.key_step	= 8,
		.salt_len	= 4,
		.iv		= ESPAH_IV_COUNTER,
		.iv_len		= 8,
		.iiv		= true,
		.align		= 4,
		.icv_lens	= { 8, 12, 16 },
		.key_wanted	=
			"aead key: AES-GCM takes 16, 24 or 32 octets of key and 4 of salt (RFC 4106 section 8.1)",
		.icv_wanted	=
			"aead icv-bits: AES-GCM takes 64, 96 or 128 (RFC 4106 section 6)",
		.source		= "RFC 4106",
	},
	{
		.name		= "rfc4309(ccm(aes))",
		.kind		= ESPAH_ALG_AEAD,
		.key_min	= 16,
		.key_max	= 32,
		.key_step	= 8,
		.salt_len	= 3,
		.iv		= ESPAH_IV_COUNTER,
		.iv_len		= 8,
		.iiv		= true,
		.align		= 4,
		.icv_lens	= { 8, 12, 16 },
		.key_wanted	=
			"aead key: AES-CCM takes 16, 24 or 32 octets of key and 3 of salt (RFC 4309 section 7.1)",
		.icv_wanted	=
			"aead icv-bits: AES-CCM takes 64, 96 or 128 (RFC 4309 section 3.3)",
		.source		= "RFC 4309",
	},
	/* Encrypts nothing. */
	{
		.name		= "rfc4543(gcm(aes))",
		.kind		= ESPAH_ALG_AEAD,
		.ah		= true,
		.key_min	= 16,
		.key_max	= 32,
		.key_step	= 8,
		.salt_len	= 4,
		.iv		= ESPAH_IV_COUNTER,
		.iv_len		= 8,
		.align		= 4,
		.icv_lens	= { 16 },
		.key_wanted	=
			"aead key: AES-GMAC takes 16, 24 or 32 octets of key and 4 of salt (RFC 4543 section 5.4)",
		.icv_wanted	=
			"aead icv-bits: AES-GMAC takes 128 (RFC 4543 section 3.4)",
		.source		= "RFC 4543",
	},
	{
		.name		= "rfc7539esp(chacha20,poly1305)",
		.kind		= ESPAH_ALG_AEAD,
		.key_min	= 32,
		.key_max	= 32,
		.salt_len	= 4,
		.iv		= ESPAH_IV_COUNTER,
		.iv_len		= 8,
		.iiv		= true,
		.align		= 4,
		.icv_lens	= { 16 },
		.key_wanted	=
			"aead key: ChaCha20-Poly1305 takes 32 octets of key and 4 of salt (RFC 7634 section 2)",
		.icv_wanted	=
			"aead icv-bits: ChaCha20-Poly1305 takes 128 (RFC 7634 section 2)",
		.source		= "RFC 7634",
	},
	{
		.name		= "cbc(aes)",
		.kind		= ESPAH_ALG_ENC,
		.key_min	= 16,
		.key_max	= 32,
		.key_step	= 8,
		.iv		= ESPAH_IV_ENCRYPTED,
		.iv_len		= 16,
		.align		= 16,
		.key_wanted	=
			"enc key: AES-CBC takes 16, 24 or 32 octets (RFC 3602 section 2.4)",
		.source		= "RFC 3602",
	},
	{
		.name		= "rfc3686(ctr(aes))",
		.kind		= ESPAH_ALG_ENC,
		.key_min	= 16,
		.key_max	= 32,
		.key_step	= 8,
		.salt_len	= 4,
		.iv		= ESPAH_IV_COUNTER,
		.iv_len		= 8,
		.align		= 4,
		.key_wanted	=
			"enc key: AES-CTR takes 16, 24 or 32 octets of key and 4 of nonce (RFC 3686 section 5.1)",
		.source		= "RFC 3686",
	},
	{
		.name		= "cbc(camellia)",
		.kind		= ESPAH_ALG_ENC,
		.key_min	= 16,
		.key_max	= 32,
		.key_step	= 8,
		.iv		= ESPAH_IV_ENCRYPTED,
		.iv_len		= 16,
		.align		= 16,
		.key_wanted	=
			"enc key: Camellia-CBC takes 16, 24 or 32 octets (RFC 4312 section 2.2)",
		.source		= "RFC 4312",
	},
	{
		.name		= "cbc(des3_ede)",
		.kind		= ESPAH_ALG_ENC,
		.key_min	= 24,
		.key_max	= 24,
		.iv		= ESPAH_IV_ENCRYPTED,
		.iv_len		= 8,
		.align		= 8,
		.key_wanted	=
			"enc key: 3DES-CBC takes 24 octets (RFC 2451 section 2.2)",
		.source		= "RFC 2451",
	},
	{
		.name		= "ecb(cipher_null)",
		.kind		= ESPAH_ALG_ENC,
		.iv		= ESPAH_IV_NONE,
		.align		= 4,
		.key_wanted	= "enc key: NULL encryption takes an empty one",
		.source		= "RFC 2410",
	},
	{
		.name		= "cbc(des)",
		.kind		= ESPAH_ALG_ENC,
		.legacy		= true,
		.key_min	= 8,
		.key_max	= 8,
		.iv		= ESPAH_IV_ENCRYPTED,
		.iv_len		= 8,
		.align		= 8,
		.key_wanted	=
			"enc key: DES-CBC takes 8 octets (RFC 2405 section 2)",
		.source		= "RFC 2405",
	},
	{
		.name		= "cbc(blowfish)",
		.kind		= ESPAH_ALG_ENC,
		.legacy		= true,
		.key_min	= 5,
		.key_max	= 56,
		.key_step	= 1,
		.iv		= ESPAH_IV_ENCRYPTED,
		.iv_len		= 8,
		.align		= 8,
		.key_wanted	=
			"enc key: Blowfish-CBC takes 5 to 56 octets (RFC 2451 section 2.2)",
		.source		= "RFC 2451",
	},
	{
		.name		= "cbc(cast5)",
		.kind		= ESPAH_ALG_ENC,
		.legacy		= true,
		.key_min	= 5,
		.key_max	= 16,
		.key_step	= 1,
		.iv		= ESPAH_IV_ENCRYPTED,
		.iv_len		= 8,
		.align		= 8,
		.key_wanted	=
			"enc key: CAST-128-CBC takes 5 to 16 octets (RFC 2451 section 2.2)",
		.source		= "RFC 2451",
	},
	{
		.name		= "hmac(sha1)",
		.kind		= ESPAH_ALG_AUTH,
		.key_min	= 20,
		.key_max	= 20,
		.icv_lens	= { 12 },
		.key_wanted	=
			"auth key: HMAC-SHA1 takes 20 octets (RFC 2404 section 3)",
		.icv_wanted	=
			"auth icv-bits: hmac(sha1) takes 96 (RFC 2404 section 2)",
		.source		= "RFC 2404",
	},
	/* RFC 4868 section 2.1.1 has one key length for each of these. What it
	 * cuts to 16 octets xfrm cuts to 12 unless it is told otherwise, as a
	 * draft of that RFC had it.
	 */
	{
		.name		= "hmac(sha256)",
		.kind		= ESPAH_ALG_AUTH,
		.key_min	= 32,
		.key_max	= 32,
		.icv_lens	= { 16, 12 },
		.key_wanted	=
			"auth key: HMAC-SHA-256 takes 32 octets (RFC 4868 section 2.1.1)",
		.icv_wanted	=
			"auth icv-bits: hmac(sha256) takes 128 (RFC 4868 section 2.3), or 96 as a draft of it had it",
		.source		= "RFC 4868",
	},
	{
		.name		= "hmac(sha384)",
		.kind		= ESPAH_ALG_AUTH,
		.key_min	= 48,
		.key_max	= 48,
		.icv_lens	= { 24 },
		.key_wanted	=
			"auth key: HMAC-SHA-384 takes 48 octets (RFC 4868 section 2.1.1)",
		.icv_wanted	=
			"auth icv-bits: hmac(sha384) takes 192 (RFC 4868 section 2.3)",
		.source		= "RFC 4868",
	},
	{
		.name		= "hmac(sha512)",
		.kind		= ESPAH_ALG_AUTH,
		.key_min	= 64,
		.key_max	= 64,
		.icv_lens	= { 32 },
		.key_wanted	=
			"auth key: HMAC-SHA-512 takes 64 octets (RFC 4868 section 2.1.1)",
		.icv_wanted	=
			"auth icv-bits: hmac(sha512) takes 256 (RFC 4868 section 2.3)",
		.source		= "RFC 4868",
	},
	{
		.name		= "xcbc(aes)",
		.kind		= ESPAH_ALG_AUTH,
		.key_min	= 16,
		.key_max	= 16,
		.icv_lens	= { 12 },
		.key_wanted	=
			"auth key: AES-XCBC-MAC takes 16 octets (RFC 3566 section 4.1)",
		.icv_wanted	=
			"auth icv-bits: xcbc(aes) takes 96 (RFC 3566 section 4.3)",
		.source		= "RFC 3566",
	},
	{
		.name		= "cmac(aes)",
		.kind		= ESPAH_ALG_AUTH,
		.key_min	= 16,
		.key_max	= 16,
		.icv_lens	= { 12 },
		.key_wanted	=
			"auth key: AES-CMAC takes 16 octets (RFC 4494 section 4)",
		.icv_wanted	=
			"auth icv-bits: cmac(aes) takes 96 (RFC 4494 section 4)",
		.source		= "RFC 4494",
	},
	{
		.name		= "hmac(md5)",
		.kind		= ESPAH_ALG_AUTH,
		.legacy		= true,
		.key_min	= 16,
		.key_max	= 16,
		.icv_lens	= { 12 },
		.key_wanted	=
			"auth key: HMAC-MD5 takes 16 octets (RFC 2403 section 3)",
		.icv_wanted	=
			"auth icv-bits: hmac(md5) takes 96 (RFC 2403 section 2)",
		.source		= "RFC 2403",
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
 * espah_alg_find() - the algorithm of this name
 * @kind: what it is to do
 * @name: name in the crypto API, perhaps inside pcrypt() or cryptd(); where
 *	something encrypts, the wrapper around that runs the integrity as well
 *
 * Return: the table's entry, or NULL if there is none.
 */
const struct espah_alg *espah_alg_find(enum espah_alg_kind kind,
				       const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(algs); i++) {
		if (algs[i].kind == kind && name_fits(algs[i].name, name))
			return &algs[i];
	}
	return NULL;
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
	unsigned int shortest = alg->key_min + alg->salt_len;

	if (len < shortest || len > alg->key_max + alg->salt_len)
		return false;
	return len == shortest || (len - shortest) % alg->key_step == 0;
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
	size_t i;

	for (i = 0; i < ARRAY_SIZE(alg->icv_lens) && alg->icv_lens[i]; i++)
		if (alg->icv_lens[i] * 8 == bits)
			return true;
	return false;
}
