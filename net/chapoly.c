// SPDX-License-Identifier: GPL-2.0-only
/* ChaCha20-Poly1305 of a packet that is in one piece, of its parts.
 *
 * The crypto API's own template asks ChaCha20 twice and Poly1305 six times for each packet, by way
 * of scatterlists that it makes for that. A packet in one piece takes less: the keystream's first
 * block is the key of Poly1305 (RFC 8439 section 2.6), so that it may be encrypted together with
 * the packet, and Poly1305 takes memory as it lies.
 */

#include <crypto/aead.h>
#include <crypto/algapi.h>
#include <crypto/chacha.h>
#include <crypto/hash.h>
#include <crypto/poly1305.h>
#include <crypto/skcipher.h>
#include <linux/ip.h>
#include <linux/scatterlist.h>
#include <linux/skbuff.h>
#include <linux/slab.h>

#include "chapoly.h"
#include "esp.h"
#include "packet.h"
#include "sa.h"
#include "spare.h"

#define TEMPLATE	"rfc7539esp"
#define SALT_LEN	4

/**
 * struct espah_chapoly - the parts, which finish at once
 * @cipher: ChaCha20 with its key
 * @mac: Poly1305, which each packet brings a key for
 * @work_len: octets of &struct work and of what is behind it
 * @desc_at: where in there the state of @mac is
 * @salt: what each nonce begins with
 *
 * Constant.
 */
struct espah_chapoly {
	struct crypto_skcipher	*cipher;
	struct crypto_shash	*mac;
	unsigned int		work_len;
	unsigned int		desc_at;
	u8			salt[SALT_LEN];
};

/* What one packet takes. Behind it are the context of the cipher and the state of the MAC. */
struct work {
	/* The keystream's first block. Its first half is the key of the MAC; what is authenticated
	 * in front of the payload takes the place of the other, so that both go in as one.
	 */
	u8			first[CHACHA_BLOCK_SIZE];
	struct {
		__le32		block;
		u8		salt[SALT_LEN];
		u8		rest[sizeof(__be64)];
	}			iv;
	/* What fills the payload's last block up, and the lengths. */
	u8			zeros[POLY1305_BLOCK_SIZE];
	__le64			assoc_len;
	__le64			len;
	/* The packet's payload, and its number. */
	u8			*text;
	unsigned int		text_len;
	__be64			number;
	struct scatterlist	sg[2];
	struct skcipher_request	req;
};

static const char *driver(struct crypto_tfm *tfm)
{
	return crypto_tfm_alg_driver_name(tfm);
}

/* Are these what the template is made of here? Not where hardware does a part of it, or all. */
static bool same(const struct espah_chapoly *parts, struct crypto_aead *tfm)
{
	char name[CRYPTO_MAX_ALG_NAME];
	int len;

	len = snprintf(name, sizeof(name), TEMPLATE "(%s,%s)",
		       driver(crypto_skcipher_tfm(parts->cipher)),
		       driver(crypto_shash_tfm(parts->mac)));
	return len < sizeof(name) && !strcmp(name, driver(crypto_aead_tfm(tfm)));
}

static int find(struct espah_chapoly *parts)
{
	struct crypto_skcipher *cipher;
	struct crypto_shash *mac;

	cipher = crypto_alloc_skcipher("chacha20", 0, CRYPTO_ALG_ASYNC);
	if (IS_ERR(cipher))
		return PTR_ERR(cipher);
	parts->cipher = cipher;
	mac = crypto_alloc_shash("poly1305", 0, 0);
	if (IS_ERR(mac))
		return PTR_ERR(mac);
	parts->mac = mac;
	return 0;
}

static int set_key(struct espah_chapoly *parts,
		   const struct espah_sa_config *config)
{
	unsigned int desc_at = sizeof(struct work) +
			       crypto_skcipher_reqsize(parts->cipher);

	parts->desc_at = ALIGN(desc_at, CRYPTO_MINALIGN);
	parts->work_len = parts->desc_at + sizeof(struct shash_desc) +
			  crypto_shash_descsize(parts->mac);
	memcpy(parts->salt, config->key + CHACHA_KEY_SIZE, SALT_LEN);
	return crypto_skcipher_setkey(parts->cipher, config->key,
				      CHACHA_KEY_SIZE);
}

/**
 * espah_chapoly_alloc() - the parts of a cipher, with its key
 * @config: SA that it is for
 * @tfm: its cipher, with its key
 *
 * Return: the parts; NULL where @tfm is something else, or is made of other parts; or
 * ERR_PTR(-ENOMEM).
 */
struct espah_chapoly *espah_chapoly_alloc(const struct espah_sa_config *config,
					  struct crypto_aead *tfm)
{
	struct espah_chapoly *parts;
	int err;

	if (strncmp(driver(crypto_aead_tfm(tfm)), TEMPLATE "(",
		    sizeof(TEMPLATE "(") - 1))
		return NULL;
	parts = kzalloc(sizeof(*parts), GFP_KERNEL_ACCOUNT);
	if (!parts)
		return ERR_PTR(-ENOMEM);
	err = find(parts);
	if (!err && same(parts, tfm))
		err = set_key(parts, config);
	else if (!err)
		err = -ENOENT;
	if (!err)
		return parts;
	espah_chapoly_free(parts);
	return err == -ENOMEM ? ERR_PTR(err) : NULL;
}

/**
 * espah_chapoly_free() - give them up; the key is wiped
 * @parts: from espah_chapoly_alloc(), or NULL
 */
void espah_chapoly_free(struct espah_chapoly *parts)
{
	if (!parts)
		return;
	crypto_free_skcipher(parts->cipher);
	crypto_free_shash(parts->mac);
	kfree_sensitive(parts);
}

/* RFC 7634 section 2: the nonce is salt and IV. RFC 8750 section 4: or salt and number. */
static void write_nonce(struct work *work, const struct espah_sa *sa,
			const struct sk_buff *skb)
{
	const struct ip_esp_hdr *esp = (const struct ip_esp_hdr *)skb->data;

	memcpy(work->iv.salt, sa->chapoly->salt, SALT_LEN);
	memcpy(work->iv.rest, unlikely(sa->iv == ESPAH_IV_IMPLICIT) ?
	       (const u8 *)&work->number : esp->enc_data,
	       sizeof(work->iv.rest));
}

/* RFC 7634 section 2.1: the SPI and the number, of 64 bits where it is extended. */
static void write_assoc(struct work *work, const struct espah_sa *sa,
			const struct sk_buff *skb)
{
	const struct ip_esp_hdr *esp = (const struct ip_esp_hdr *)skb->data;
	u8 *at = work->first + POLY1305_KEY_SIZE;
	unsigned int len = sizeof(*esp);

	memset(at, 0, POLY1305_BLOCK_SIZE);
	memcpy(at, esp, sizeof(*esp));
	if (unlikely(sa->esn)) {
		memcpy(at + sizeof(esp->spi), &work->number,
		       sizeof(work->number));
		len = sizeof(esp->spi) + sizeof(work->number);
	}
	work->assoc_len = cpu_to_le64(len);
}

static struct work *begin(const struct espah_sa *sa, struct sk_buff *skb)
{
	struct work *work = espah_spare_take(sa->chapoly->work_len);
	unsigned int clear = espah_esp_header_len(sa);

	if (unlikely(!work))
		return NULL;
	work->text = skb->data + clear;
	work->text_len = skb->len - clear - POLY1305_DIGEST_SIZE;
	work->number = cpu_to_be64(espah_packet(skb)->seq);
	write_nonce(work, sa, skb);
	/* What is encrypted to be the keystream. */
	memset(work->first, 0, sizeof(work->first));
	sg_init_table(work->sg, 2);
	sg_set_buf(&work->sg[0], work->first, sizeof(work->first));
	sg_set_buf(&work->sg[1], work->text, work->text_len);
	return work;
}

static void end(struct work *work)
{
	memzero_explicit(work->first, POLY1305_KEY_SIZE);
	espah_spare_give(work);
}

/* ChaCha20 from that block of the keystream on. Returns 0 or a negative errno. */
static int apply(struct work *work, const struct espah_chapoly *parts,
		 struct scatterlist *sg, u32 block, unsigned int len)
{
	struct skcipher_request *req = &work->req;

	BUILD_BUG_ON(sizeof(work->iv) != CHACHA_IV_SIZE);
	work->iv.block = cpu_to_le32(block);
	skcipher_request_set_tfm(req, parts->cipher);
	skcipher_request_set_callback(req, 0, NULL, NULL);
	skcipher_request_set_crypt(req, sg, sg, len, &work->iv);
	return crypto_skcipher_encrypt(req);
}

/* RFC 8439 section 2.8, of the ciphertext. Returns 0 or a negative errno. */
static int authenticate(struct work *work, const struct espah_sa *sa,
			const struct sk_buff *skb, u8 *icv)
{
	const struct espah_chapoly *parts = sa->chapoly;
	struct shash_desc *desc = (void *)work + parts->desc_at;
	unsigned int fill = -work->text_len % POLY1305_BLOCK_SIZE;
	int err;

	write_assoc(work, sa, skb);
	memset(work->zeros, 0, sizeof(work->zeros));
	work->len = cpu_to_le64(work->text_len);

	desc->tfm = parts->mac;
	err = crypto_shash_init(desc);
	if (!err)
		err = crypto_shash_update(desc, work->first, POLY1305_KEY_SIZE +
					  POLY1305_BLOCK_SIZE);
	if (!err)
		err = crypto_shash_update(desc, work->text, work->text_len);
	if (!err)
		err = crypto_shash_finup(desc, (u8 *)&work->assoc_len - fill,
					 fill + sizeof(work->assoc_len) +
					 sizeof(work->len), icv);
	return err;
}

/**
 * espah_chapoly_seal() - encrypt a packet in place, and write its ICV
 * @sa: SA that has the parts
 * @skb: packet in one piece, as espah_crypto_request() takes it
 *
 * Return: 0, -ENOMEM without memory, or another negative errno.
 */
int espah_chapoly_seal(const struct espah_sa *sa, struct sk_buff *skb)
{
	struct work *work = begin(sa, skb);
	int err;

	if (unlikely(!work))
		return -ENOMEM;
	err = apply(work, sa->chapoly, work->sg, 0,
		    sizeof(work->first) + work->text_len);
	if (!err)
		err = authenticate(work, sa, skb, work->text + work->text_len);
	end(work);
	return err;
}

/* The key of the MAC, and with it the ICV, before anything is decrypted. */
static int verify(struct work *work, const struct espah_sa *sa,
		  const struct sk_buff *skb)
{
	u8 icv[POLY1305_DIGEST_SIZE];
	int err;

	err = apply(work, sa->chapoly, work->sg, 0, sizeof(work->first));
	if (!err)
		err = authenticate(work, sa, skb, icv);
	if (err)
		return err;
	return crypto_memneq(icv, work->text + work->text_len, sizeof(icv)) ?
	       -EBADMSG : 0;
}

/**
 * espah_chapoly_open() - compare the ICV of a packet, and decrypt it in place
 * @sa: SA that has the parts
 * @skb: packet in one piece, as espah_crypto_request() takes it
 *
 * Return: 0, -EBADMSG where the ICV is another, -ENOMEM without memory, or another
 * negative errno.
 */
int espah_chapoly_open(const struct espah_sa *sa, struct sk_buff *skb)
{
	struct work *work = begin(sa, skb);
	int err;

	if (unlikely(!work))
		return -ENOMEM;
	err = verify(work, sa, skb);
	if (!err)
		err = apply(work, sa->chapoly, &work->sg[1], 1, work->text_len);
	end(work);
	return err;
}
