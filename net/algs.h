/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_ALGS_H
#define _ESPAH_ALGS_H

#include <linux/types.h>

/* What an algorithm does. */
enum espah_alg_kind {
	ESPAH_ALG_AEAD,
	ESPAH_ALG_ENC,
	ESPAH_ALG_AUTH,
};

/**
 * enum espah_iv - what the IV in a packet is
 * @ESPAH_IV_COUNTER: used once under a key
 * @ESPAH_IV_ENCRYPTED: what the cipher makes of that, which nobody can predict
 * @ESPAH_IV_NONE: there is none
 * @ESPAH_IV_IMPLICIT: there is none in the packet; its number is it (RFC 8750)
 */
enum espah_iv {
	ESPAH_IV_COUNTER,
	ESPAH_IV_ENCRYPTED,
	ESPAH_IV_NONE,
	ESPAH_IV_IMPLICIT,
};

/**
 * struct espah_alg - what the stack must know of an algorithm
 * @name: name in the crypto API
 * @kind: what it does
 * @ah: AH takes it too; what is for integrity alone it takes always
 * @legacy: RFC 8221 says MUST NOT
 * @key_min: shortest key in octets, without the salt
 * @key_max: longest key
 * @key_step: a key is this many octets longer than @key_min, or twice as many,
 *	and so on; 0 where there is one length
 * @salt_len: octets of salt that follow the key
 * @iv: what the IV is
 * @iv_len: octets of IV in the packet
 * @iiv: an SA may have it implicit (RFC 8750)
 * @align: what is encrypted is a multiple of so many octets, a power of two;
 *	0 where nothing is
 * @icv_lens: permitted lengths of the ICV in octets; 0 ends them
 * @key_wanted: a sentence for a key of another length
 * @icv_wanted: a sentence for an ICV of another length
 * @source: where its use in ESP and AH is specified
 */
struct espah_alg {
	const char		*name;
	enum espah_alg_kind	kind;
	bool			ah;
	bool			legacy;
	u8			key_min;
	u8			key_max;
	u8			key_step;
	u8			salt_len;
	enum espah_iv		iv;
	u8			iv_len;
	bool			iiv;
	u8			align;
	u8			icv_lens[4];
	const char		*key_wanted;
	const char		*icv_wanted;
	const char		*source;
};

size_t espah_alg_wrapper(const char *name);
const struct espah_alg *espah_alg_find(enum espah_alg_kind kind,
				       const char *name);
bool espah_alg_key_fits(const struct espah_alg *alg, unsigned int len);
bool espah_alg_icv_fits(const struct espah_alg *alg, unsigned int bits);

#endif /* _ESPAH_ALGS_H */
