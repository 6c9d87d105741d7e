/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_ALGS_H
#define _ESPAH_ALGS_H

#include <linux/types.h>

/**
 * struct espah_alg - what the stack must know of an algorithm
 * @name: name in the crypto API
 * @enc: name of the encryption alone, NULL where it is one with the integrity
 * @auth: name of the integrity alone, likewise
 * @key_lens: permitted key lengths in octets, without the salt; 0 ends them
 * @salt_len: octets of salt that follow the key
 * @auth_key_len: octets of the integrity's own key
 * @iv_len: octets of IV in the packet
 * @iv_random: nobody may be able to predict the IV; otherwise it is enough that
 *	it is used once
 * @align: what is encrypted is a multiple of so many octets, a power of two
 * @icv_lens: permitted lengths of the ICV in octets; 0 ends them
 * @source: where it is specified
 */
struct espah_alg {
	const char	*name;
	const char	*enc;
	const char	*auth;
	u8		key_lens[4];
	u8		salt_len;
	u8		auth_key_len;
	u8		iv_len;
	bool		iv_random;
	u8		align;
	u8		icv_lens[4];
	const char	*source;
};

size_t espah_alg_wrapper(const char *name);
const struct espah_alg *espah_alg_find(const char *name);
const struct espah_alg *espah_alg_find_pair(const char *enc, const char *auth);
bool espah_alg_key_fits(const struct espah_alg *alg, unsigned int len);
bool espah_alg_icv_fits(const struct espah_alg *alg, unsigned int bits);

#endif /* _ESPAH_ALGS_H */
