/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_ALGS_H
#define _ESPAH_ALGS_H

#include <linux/types.h>

/**
 * struct espah_alg - what the stack must know of an AEAD algorithm
 * @name: name in the crypto API
 * @key_lens: permitted key lengths in octets, without the salt; 0 ends them
 * @salt_len: octets of salt that follow the key
 * @iv_len: octets of IV in the packet
 * @icv_lens: permitted lengths of the ICV in octets; 0 ends them
 * @source: where it is specified
 */
struct espah_alg {
	const char	*name;
	u8		key_lens[4];
	u8		salt_len;
	u8		iv_len;
	u8		icv_lens[4];
	const char	*source;
};

size_t espah_alg_wrapper(const char *name);
const struct espah_alg *espah_alg_find(const char *name);
bool espah_alg_key_fits(const struct espah_alg *alg, unsigned int len);
bool espah_alg_icv_fits(const struct espah_alg *alg, unsigned int bits);

#endif /* _ESPAH_ALGS_H */
