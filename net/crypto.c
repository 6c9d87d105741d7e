// SPDX-License-Identifier: GPL-2.0-only
/* Keyed ciphers and the requests made of them. */

#include <linux/scatterlist.h>
#include <linux/skbuff.h>
#include <linux/slab.h>

#include "crypto.h"

/* The crypto API knows a wrapped algorithm by its driver's name only, as in
 * "pcrypt(rfc4106-gcm-aesni)": find out which driver it is. Where the wrapped
 * one exists already, it may be what the plain name gives.
 */
static struct crypto_aead *alloc_wrapped(const char *name, size_t skip)
{
	char inner[CRYPTO_MAX_ALG_NAME], wrapped[CRYPTO_MAX_ALG_NAME];
	struct crypto_aead *tfm;
	const char *driver;
	int len;

	strscpy(inner, name + skip, sizeof(inner));
	inner[strlen(inner) - 1] = '\0';
	tfm = crypto_alloc_aead(inner, 0, 0);
	if (IS_ERR(tfm))
		return tfm;
	driver = crypto_tfm_alg_driver_name(crypto_aead_tfm(tfm));
	if (!strncmp(driver, name, skip))
		return tfm;

	len = snprintf(wrapped, sizeof(wrapped), "%.*s%s)", (int)skip, name,
		       driver);
	crypto_free_aead(tfm);
	if (len >= sizeof(wrapped))
		return ERR_PTR(-ENAMETOOLONG);
	return crypto_alloc_aead(wrapped, 0, 0);
}

static struct crypto_aead *alloc(const char *name)
{
	size_t skip = espah_alg_wrapper(name);

	return skip ? alloc_wrapped(name, skip) : crypto_alloc_aead(name, 0, 0);
}

/**
 * espah_crypto_alloc() - a cipher with its key
 * @config: SA that it is for
 * @extack: where to say what went wrong
 *
 * The algorithm is asked for without a mask: with CRYPTO_ALG_ASYNC masked out
 * the crypto API leaves the SIMD drivers out too, which finish at once almost
 * always.
 *
 * Return: the cipher or an ERR_PTR().
 */
struct crypto_aead *espah_crypto_alloc(const struct espah_sa_config *config,
				       struct netlink_ext_ack *extack)
{
	struct crypto_aead *tfm = alloc(config->alg_name);
	int err;

	/* Where memory runs out, nothing is wrong with the request. */
	if (tfm == ERR_PTR(-ENOMEM))
		return tfm;
	if (IS_ERR(tfm)) {
		NL_SET_ERR_MSG(extack, "aead name: the kernel's crypto API cannot provide it");
		return tfm;
	}
	err = crypto_aead_setkey(tfm, config->key, config->key_len);
	if (err) {
		if (err != -ENOMEM)
			NL_SET_ERR_MSG(extack, "aead key: the crypto API refused it");
		goto free;
	}
	err = crypto_aead_setauthsize(tfm, config->icv_bits / 8);
	if (err) {
		NL_SET_ERR_MSG(extack, "aead icv-bits: the crypto API refused this length");
		goto free;
	}
	return tfm;

free:
	crypto_free_aead(tfm);
	return ERR_PTR(err);
}

/**
 * espah_crypto_free() - give up a cipher; its key is wiped
 * @tfm: cipher, or NULL
 */
void espah_crypto_free(struct crypto_aead *tfm)
{
	if (tfm)
		crypto_free_aead(tfm);
}

/**
 * espah_crypto_iv() - the IV of a packet, for the counter modes
 * @sa: SA
 * @seq: the packet's sequence number, never used twice with this SA
 *
 * RFC 4106 section 3.1 wants the IV unique under a key, and leaves it to the
 * sender how. A number used once masked with a constant is used once. The
 * constant is random for each SA: where somebody gives the same key to a
 * second SA, after a restart for instance, the two hardly ever share an IV.
 *
 * Return: the IV as it stands in the packet.
 */
__be64 espah_crypto_iv(const struct espah_sa *sa, u64 seq)
{
	return cpu_to_be64(seq ^ sa->iv_mask);
}

/* One allocation: the request, the crypto layer's context behind it, the IV
 * (which may not lie in the packet, since a driver may write to it), and the
 * scatterlist.
 */
static size_t iv_offset(struct crypto_aead *tfm)
{
	return sizeof(struct aead_request) + crypto_aead_reqsize(tfm);
}

static size_t sg_offset(struct crypto_aead *tfm)
{
	return ALIGN(iv_offset(tfm) + crypto_aead_alignmask(tfm) +
		     crypto_aead_ivsize(tfm), __alignof__(struct scatterlist));
}

/**
 * espah_crypto_request() - a request to work on a packet in place
 * @sa: SA
 * @skb: packet; its data begins with the ESP header and ends with the ICV
 * @frags: number of scatterlist entries that it needs
 * @assoc_len: octets in front that are authenticated and not encrypted; the
 *	last of them are the IV
 * @done: called when the work is done and was not done at once
 *
 * Return: the request, still without its lengths, or NULL without memory.
 * Ends with espah_crypto_request_free().
 */
struct aead_request *espah_crypto_request(const struct espah_sa *sa,
					  struct sk_buff *skb, int frags,
					  unsigned int assoc_len,
					  espah_crypto_done done)
{
	struct crypto_aead *tfm = sa->tfm;
	size_t sg_at = sg_offset(tfm);
	struct aead_request *req;
	struct scatterlist *sg;
	u8 *iv;

	req = kmalloc(sg_at + frags * sizeof(*sg), GFP_ATOMIC);
	if (!req)
		return NULL;
	iv = PTR_ALIGN((u8 *)req + iv_offset(tfm),
		       crypto_aead_alignmask(tfm) + 1);
	sg = (struct scatterlist *)((u8 *)req + sg_at);

	sg_init_table(sg, frags);
	if (unlikely(skb_to_sgvec(skb, sg, 0, skb->len) < 0)) {
		kfree(req);
		return NULL;
	}
	/* Whoever asks has made this part linear. */
	memcpy(iv, skb->data + assoc_len - sa->iv_len, sa->iv_len);

	aead_request_set_tfm(req, tfm);
	aead_request_set_callback(req, 0, done, skb);
	aead_request_set_ad(req, assoc_len);
	aead_request_set_crypt(req, sg, sg, 0, iv);
	return req;
}

/**
 * espah_crypto_request_free() - after the work
 * @req: request
 */
void espah_crypto_request_free(struct aead_request *req)
{
	kfree(req);
}
