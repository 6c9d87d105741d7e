// SPDX-License-Identifier: GPL-2.0-only
/* Keyed ciphers and the requests made of them. */

#include <crypto/authenc.h>
#include <linux/ip.h>
#include <linux/rtnetlink.h>
#include <linux/scatterlist.h>
#include <linux/skbuff.h>
#include <linux/slab.h>

#include "crypto.h"
#include "packet.h"
#include "spare.h"

/**
 * espah_crypto_wrap() - the name that a wrapped algorithm has
 * @driver: driver of the algorithm that its plain name gives
 * @wrapper: name that begins with the wrapper
 * @skip: length of the wrapper, with its opening parenthesis
 * @wrapped: filled in; %CRYPTO_MAX_ALG_NAME octets
 *
 * The crypto API knows a wrapped algorithm by its driver's name only, as in
 * "pcrypt(rfc4106-gcm-aesni)". Where the wrapped one exists already, it may be
 * what the plain name gives.
 *
 * Return: 0, 1 where @driver is wrapped already, or -ENAMETOOLONG.
 */
int espah_crypto_wrap(const char *driver, const char *wrapper, size_t skip,
		      char *wrapped)
{
	int len;

	if (!strncmp(driver, wrapper, skip))
		return 1;
	len = snprintf(wrapped, CRYPTO_MAX_ALG_NAME, "%.*s%s)", (int)skip,
		       wrapper, driver);
	return len < CRYPTO_MAX_ALG_NAME ? 0 : -ENAMETOOLONG;
}

static struct crypto_aead *alloc_wrapped(const char *inner,
					 const char *wrapper, size_t skip)
{
	char wrapped[CRYPTO_MAX_ALG_NAME];
	struct crypto_aead *tfm;
	int found;

	tfm = crypto_alloc_aead(inner, 0, 0);
	if (IS_ERR(tfm))
		return tfm;
	found = espah_crypto_wrap(crypto_tfm_alg_driver_name(crypto_aead_tfm(tfm)),
				  wrapper, skip, wrapped);
	if (found > 0)
		return tfm;
	crypto_free_aead(tfm);
	return found ? ERR_PTR(found) : crypto_alloc_aead(wrapped, 0, 0);
}

static struct crypto_aead *alloc(const struct espah_sa_config *config)
{
	size_t skip = espah_alg_wrapper(config->alg_name);
	const char *name = config->alg->name;
	char both[CRYPTO_MAX_ALG_NAME];

	if (config->auth) {
		snprintf(both, sizeof(both), "authenc%s(%s,%s)",
			 config->esn ? "esn" : "", config->auth->name, name);
		name = both;
	}
	return skip ? alloc_wrapped(name, config->alg_name, skip) :
		      crypto_alloc_aead(name, 0, 0);
}

/* authenc() takes both keys at once: the length of the second as a netlink
 * attribute, the integrity's, the encryption's.
 */
static int set_both_keys(struct crypto_aead *tfm,
			 const struct espah_sa_config *config)
{
	struct crypto_authenc_key_param *param;
	struct rtattr *attr;
	unsigned int len;
	u8 *keys;
	int err;

	len = RTA_SPACE(sizeof(*param)) + config->auth_key_len +
	      config->key_len;
	keys = kmalloc(len, GFP_KERNEL);
	if (!keys)
		return -ENOMEM;
	attr = (struct rtattr *)keys;
	attr->rta_type = CRYPTO_AUTHENC_KEYA_PARAM;
	attr->rta_len = RTA_LENGTH(sizeof(*param));
	param = RTA_DATA(attr);
	param->enckeylen = cpu_to_be32(config->key_len);
	memcpy(keys + RTA_SPACE(sizeof(*param)), config->auth_key,
	       config->auth_key_len);
	memcpy(keys + len - config->key_len, config->key, config->key_len);

	err = crypto_aead_setkey(tfm, keys, len);
	kfree_sensitive(keys);
	return err;
}

static int set_key(struct crypto_aead *tfm,
		   const struct espah_sa_config *config,
		   struct netlink_ext_ack *extack)
{
	int err;

	if (config->auth_name)
		err = set_both_keys(tfm, config);
	else
		err = crypto_aead_setkey(tfm, config->key, config->key_len);
	/* Where memory runs out, nothing is wrong with the request. */
	if (!err || err == -ENOMEM)
		return err;
	if (config->auth_name)
		NL_SET_ERR_MSG(extack,
			       "enc key: the crypto API refused it, as it does with weak keys");
	else
		NL_SET_ERR_MSG(extack, "aead key: the crypto API refused it");
	return err;
}

static int set_icv(struct crypto_aead *tfm,
		   const struct espah_sa_config *config,
		   struct netlink_ext_ack *extack)
{
	int err = crypto_aead_setauthsize(tfm, config->icv_bits / 8);

	if (err && config->auth_name)
		NL_SET_ERR_MSG(extack, "auth icv-bits: the crypto API refused this length");
	else if (err)
		NL_SET_ERR_MSG(extack, "aead icv-bits: the crypto API refused this length");
	return err;
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
	struct crypto_aead *tfm = alloc(config);
	int err;

	if (tfm == ERR_PTR(-ENOMEM))
		return tfm;
	if (IS_ERR(tfm)) {
		if (config->auth_name)
			NL_SET_ERR_MSG(extack, "enc name: the crypto API cannot provide it");
		else
			NL_SET_ERR_MSG(extack, "aead name: the crypto API cannot provide it");
		return tfm;
	}
	/* RFC 2451 section 2.3: 3DES keys that make it DES are refused. */
	crypto_aead_set_flags(tfm, CRYPTO_TFM_REQ_FORBID_WEAK_KEYS);
	err = set_key(tfm, config, extack);
	if (!err)
		err = set_icv(tfm, config, extack);
	if (err) {
		crypto_free_aead(tfm);
		return ERR_PTR(err);
	}
	return tfm;
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

/* With extended numbers, what is authenticated in front is not as the packet has
 * it: the high half of the number stands in between (RFC 4106 section 5 and others;
 * of encryption and integrity apart, authencesn() makes of that what RFC 4303
 * section 2.2.1 wants). And an implicit IV is not in the packet (RFC 8750), while the
 * crypto API expects it behind what is authenticated. It is a piece of its own, before
 * the packet from its IV or its payload on.
 */
struct apart {
	u8	octets[sizeof(__be32) + 2 * sizeof(__be64)];
};

/* One allocation: the request, the crypto layer's context behind it, the IV
 * (which may not lie in the packet, since a driver may write to it), the header
 * where it is not the packet's, and the scatterlist.
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

/* RFC 8750 section 4: the number, with zeros before it where it has 32 bits. */
static __be64 implicit_iv(struct sk_buff *skb)
{
	return cpu_to_be64(espah_packet(skb)->seq);
}

/* Returns the octets that are written. */
static unsigned int write_apart(u8 *at, const struct espah_sa *sa,
				struct sk_buff *skb)
{
	const struct ip_esp_hdr *esp = (const struct ip_esp_hdr *)skb->data;
	__be64 number = implicit_iv(skb);
	u8 *end = at;

	memcpy(end, &esp->spi, sizeof(esp->spi));
	end += sizeof(esp->spi);
	if (sa->esn) {
		memcpy(end, &number, sizeof(number));
		end += sizeof(number);
	} else {
		memcpy(end, &esp->seq_no, sizeof(esp->seq_no));
		end += sizeof(esp->seq_no);
	}
	if (sa->iv == ESPAH_IV_IMPLICIT) {
		memcpy(end, &number, sizeof(number));
		end += sizeof(number);
	}
	return end - at;
}

/* The packet in pieces, with what is authenticated before it, which lies behind
 * @frags entries and one more. Returns the octets that are more than in the packet, or
 * a negative errno.
 */
static int map_apart(struct scatterlist *sg, int frags,
		     const struct espah_sa *sa, struct sk_buff *skb)
{
	unsigned int esp_len = sizeof(struct ip_esp_hdr);
	u8 *front = (u8 *)(sg + frags + 1);
	unsigned int len = write_apart(front, sa, skb);
	int ret;

	sg_init_table(sg, frags + 1);
	sg_set_buf(sg, front, len);
	ret = skb_to_sgvec(skb, sg + 1, esp_len, skb->len - esp_len);
	return ret < 0 ? ret : len - esp_len;
}

/* Returns 0 or a negative errno. */
static __always_inline int map(struct scatterlist *sg, int frags,
			       struct sk_buff *skb)
{
	int ret;

	if (likely(frags == 1 && !skb_is_nonlinear(skb))) {
		*sg = (struct scatterlist){};
		sg_init_marker(sg, 1);
		sg_set_buf(sg, skb->data, skb->len);
		return 0;
	}
	sg_init_table(sg, frags);
	ret = skb_to_sgvec(skb, sg, 0, skb->len);
	return ret < 0 ? ret : 0;
}

/* Made twice, so that whoever has nothing apart does not ask again and again. */
static __always_inline struct aead_request *
request(const struct espah_sa *sa, struct sk_buff *skb, int frags,
	unsigned int assoc_len, espah_crypto_done done, bool apart)
{
	struct crypto_aead *tfm = sa->tfm;
	size_t sg_at = sg_offset(tfm);
	size_t size = sg_at + frags * sizeof(struct scatterlist);
	__be64 number = implicit_iv(skb);
	struct aead_request *req;
	struct scatterlist *sg;
	int more;
	u8 *iv;

	if (apart)
		size += sizeof(*sg) + sizeof(struct apart);
	req = espah_spare_take(size);
	if (unlikely(!req))
		return NULL;
	iv = PTR_ALIGN((u8 *)req + iv_offset(tfm),
		       crypto_aead_alignmask(tfm) + 1);
	sg = (struct scatterlist *)((u8 *)req + sg_at);

	more = apart ? map_apart(sg, frags, sa, skb) : map(sg, frags, skb);
	if (unlikely(more < 0)) {
		espah_spare_give(req);
		return NULL;
	}
	/* Whoever asks has made this part linear. */
	if (apart && sa->iv == ESPAH_IV_IMPLICIT)
		memcpy(iv, &number, sizeof(number));
	else if (unlikely(assoc_len == sizeof(struct ip_esp_hdr)))
		memset(iv, 0, sa->iv_len);
	else if (likely(sa->iv_len == sizeof(__be64)))
		memcpy(iv, skb->data + assoc_len - sizeof(__be64),
		       sizeof(__be64));
	else
		memcpy(iv, skb->data + assoc_len - sa->iv_len, sa->iv_len);

	aead_request_set_tfm(req, tfm);
	aead_request_set_callback(req, 0, done, skb);
	aead_request_set_ad(req, assoc_len + (apart ? more : 0));
	aead_request_set_crypt(req, sg, sg, 0, iv);
	return req;
}

static noinline struct aead_request *
request_apart(const struct espah_sa *sa, struct sk_buff *skb, int frags,
	      unsigned int assoc_len, espah_crypto_done done)
{
	return request(sa, skb, frags, assoc_len, done, true);
}

/**
 * espah_crypto_request() - a request to work on a packet in place
 * @sa: SA
 * @skb: packet; its data begins with the ESP header and ends with the ICV
 * @frags: number of scatterlist entries that it needs
 * @assoc_len: octets in front that are authenticated and not encrypted; the
 *	last of them are the IV. Or those of the ESP header alone, with the IV among what
 *	is encrypted: a mode that chains its blocks goes on from there as from an IV
 * @done: called when the work is done and was not done at once
 *
 * The sequence number is in &espah_packet.seq.
 *
 * Return: the request, still without its lengths, or NULL without memory.
 * Ends with espah_crypto_request_free().
 */
struct aead_request *espah_crypto_request(const struct espah_sa *sa,
					  struct sk_buff *skb, int frags,
					  unsigned int assoc_len,
					  espah_crypto_done done)
{
	if (unlikely(sa->aad_apart))
		return request_apart(sa, skb, frags, assoc_len, done);
	return request(sa, skb, frags, assoc_len, done, false);
}

/**
 * espah_crypto_request_free() - after the work
 * @req: request
 */
void espah_crypto_request_free(struct aead_request *req)
{
	espah_spare_give(req);
}
