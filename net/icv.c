// SPDX-License-Identifier: GPL-2.0-only
/* The ICV of an AH packet: what it covers, and the request that computes it.
 *
 * The packet is never written to for that. What is in front of its payload has a
 * copy, in which what may change on the way is zero, as is the ICV; the high half
 * of an extended sequence number is a piece of its own behind (RFC 4302 section
 * 3.3.3.2.2). So nothing has to be put back, whatever happens meanwhile.
 */

#include <crypto/aead.h>
#include <crypto/algapi.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/scatterlist.h>
#include <linux/skbuff.h>
#include <linux/string.h>

#include "ah.h"
#include "cover.h"
#include "icv.h"
#include "packet.h"
#include "spare.h"

/* rfc4543() takes this for what ESP has in front of its payload, and covers that
 * and what comes behind in one.
 */
#define GMAC_ASSOC	16

/**
 * struct espah_icv - one ICV at work
 * @sa: SA
 * @skb: packet, with its data at the AH header
 * @hash: request, or NULL
 * @gmac: request, where the SA has GMAC
 * @covered: octets that the ICV covers
 * @seq_high: high half of the sequence number, where there is one
 * @digest: what the ICV is, or is said to be
 *
 * One allocation: this, the request with the crypto layer's context, GMAC's IV,
 * the scatterlist and the copy of what is in front of the payload.
 */
struct espah_icv {
	const struct espah_sa	*sa;
	struct sk_buff		*skb;
	struct ahash_request	*hash;
	struct aead_request	*gmac;
	unsigned int		covered;
	__be32			seq_high;
	u8			digest[HASH_MAX_DIGESTSIZE];
};

static struct crypto_ahash *alloc_wrapped(const struct espah_sa_config *config,
					  size_t skip)
{
	char wrapped[CRYPTO_MAX_ALG_NAME];
	struct crypto_ahash *mac;
	int found;

	mac = crypto_alloc_ahash(config->auth->name, 0, 0);
	if (IS_ERR(mac))
		return mac;
	found = espah_crypto_wrap(crypto_tfm_alg_driver_name(crypto_ahash_tfm(mac)),
				  config->auth_name, skip, wrapped);
	if (found > 0)
		return mac;
	crypto_free_ahash(mac);
	return found ? ERR_PTR(found) : crypto_alloc_ahash(wrapped, 0, 0);
}

/**
 * espah_icv_key() - a keyed hash
 * @config: SA that it is for
 * @extack: where to say what went wrong
 *
 * Return: the hash or an ERR_PTR(). Ends with espah_icv_unkey().
 */
struct crypto_ahash *espah_icv_key(const struct espah_sa_config *config,
				   struct netlink_ext_ack *extack)
{
	size_t skip = espah_alg_wrapper(config->auth_name);
	struct crypto_ahash *mac;
	int err;

	mac = skip ? alloc_wrapped(config, skip) :
		     crypto_alloc_ahash(config->auth->name, 0, 0);
	if (mac == ERR_PTR(-ENOMEM))
		return mac;
	if (IS_ERR(mac)) {
		NL_SET_ERR_MSG(extack, "auth name: the crypto API cannot provide it");
		return mac;
	}
	err = crypto_ahash_setkey(mac, config->auth_key, config->auth_key_len);
	if (!err)
		return mac;
	crypto_free_ahash(mac);
	if (err != -ENOMEM)
		NL_SET_ERR_MSG(extack, "auth key: the crypto API refused it");
	return ERR_PTR(err);
}

/**
 * espah_icv_unkey() - give up a keyed hash; its key is wiped
 * @mac: hash, or NULL
 */
void espah_icv_unkey(struct crypto_ahash *mac)
{
	if (mac)
		crypto_free_ahash(mac);
}

/* Where the parts are in the one allocation. */
struct layout {
	size_t	iv;
	size_t	sg;
	size_t	front;
	size_t	size;
};

static struct layout lay_out(const struct espah_sa *sa, unsigned int pieces,
			     unsigned int front)
{
	struct layout at = { .iv = ALIGN(sizeof(struct espah_icv),
					 CRYPTO_MINALIGN) };

	if (sa->mac)
		at.iv += sizeof(struct ahash_request) +
			 crypto_ahash_reqsize(sa->mac);
	else
		at.iv += sizeof(struct aead_request) +
			 crypto_aead_reqsize(sa->tfm);
	at.sg = at.iv;
	if (!sa->mac)
		at.sg += crypto_aead_alignmask(sa->tfm) +
			 crypto_aead_ivsize(sa->tfm);
	at.sg = ALIGN(at.sg, __alignof__(struct scatterlist));
	at.front = at.sg + pieces * sizeof(struct scatterlist);
	at.size = at.front + front;
	return at;
}

/* Copies what is in front of the payload, and covers it. Returns how long it
 * became, or a negative errno.
 */
static int copy_front(const struct espah_icv *icv, u8 *front,
		      unsigned int ip_len, unsigned int ah_len)
{
	const struct sk_buff *skb = icv->skb;
	const struct espah_sa *sa = icv->sa;
	int len;
	u8 *ah;

	memcpy(front, skb_network_header(skb), ip_len);
	/* On output the IP layer has not written it yet. */
	if (sa->id.family == AF_INET) {
		((struct iphdr *)front)->tot_len = htons(ip_len + skb->len);
		len = espah_cover_ip4(front, ip_len);
	} else {
		((struct ipv6hdr *)front)->payload_len =
			htons(ip_len - sizeof(struct ipv6hdr) + skb->len);
		len = espah_cover_ip6(front, ip_len);
	}
	if (len < 0)
		return len;
	/* Shorter, where a fragment header was in between. */
	ah = front + len;
	memcpy(ah, skb->data, ah_len);
	memset(espah_ah_icv(ah, sa), 0, sa->icv_len);
	return len + ah_len;
}

/* The pieces in order. Returns 0 or a negative errno. */
static int map(struct espah_icv *icv, struct scatterlist *sg,
	       unsigned int pieces, u8 *front, unsigned int ah_len)
{
	struct sk_buff *skb = icv->skb;
	unsigned int ip_len = -skb_network_offset(skb);
	unsigned int payload = skb->len - ah_len;
	int used = 0, len;

	len = copy_front(icv, front, ip_len, ah_len);
	if (len < 0)
		return len;
	sg_init_table(sg, pieces);
	sg_set_buf(sg++, front, len);
	icv->covered = len + payload;
	if (payload)
		used = skb_to_sgvec_nomark(skb, sg, ah_len, payload);
	if (used < 0)
		return used;
	sg += used;
	if (icv->sa->esn) {
		sg_set_buf(sg++, &icv->seq_high, sizeof(icv->seq_high));
		icv->covered += sizeof(icv->seq_high);
	}
	if (!icv->sa->mac)
		sg_set_buf(sg++, icv->digest, icv->sa->icv_len);
	sg_mark_end(sg - 1);
	return 0;
}

static void ask_hash(struct espah_icv *icv, struct scatterlist *sg,
		     espah_crypto_done done)
{
	struct ahash_request *req = icv->hash;

	ahash_request_set_tfm(req, icv->sa->mac);
	ahash_request_set_callback(req, 0, done, icv->skb);
	ahash_request_set_crypt(req, sg, icv->digest, icv->covered);
}

static void ask_gmac(struct espah_icv *icv, struct scatterlist *sg, u8 *iv,
		     espah_crypto_done done)
{
	const struct ip_auth_hdr *ah = (struct ip_auth_hdr *)icv->skb->data;
	struct aead_request *req = icv->gmac;

	memcpy(iv, ah->auth_data, icv->sa->iv_len);
	aead_request_set_tfm(req, icv->sa->tfm);
	aead_request_set_callback(req, 0, done, icv->skb);
	aead_request_set_ad(req, GMAC_ASSOC);
	aead_request_set_crypt(req, sg, sg, icv->covered - GMAC_ASSOC, iv);
}

static void ask(struct espah_icv *icv, const struct layout *at,
		espah_crypto_done done)
{
	void *req = (u8 *)icv + ALIGN(sizeof(*icv), CRYPTO_MINALIGN);
	struct scatterlist *sg = (struct scatterlist *)((u8 *)icv + at->sg);
	u8 *iv = (u8 *)icv + at->iv;

	if (icv->sa->mac) {
		icv->hash = req;
		ask_hash(icv, sg, done);
		return;
	}
	icv->gmac = req;
	iv = PTR_ALIGN(iv, crypto_aead_alignmask(icv->sa->tfm) + 1);
	ask_gmac(icv, sg, iv, done);
}

/**
 * espah_icv_prepare() - get ready to compute the ICV of a packet
 * @sa: AH SA
 * @skb: packet, with its data at the AH header, its network header at the IP
 *	header, and both in the linear part; stays the caller's
 * @ah_len: octets of the AH header
 * @done: called with @skb when the work is done and was not done at once
 *
 * The sequence number is in &espah_packet.seq.
 *
 * Return: the computation, or an ERR_PTR(): -EINVAL where the headers in front of AH
 * are malformed, -ENOMEM without memory. Ends with espah_icv_free().
 */
struct espah_icv *espah_icv_prepare(const struct espah_sa *sa,
				    struct sk_buff *skb, unsigned int ah_len,
				    espah_crypto_done done)
{
	unsigned int front = -skb_network_offset(skb) + ah_len;
	struct espah_icv *icv;
	unsigned int pieces;
	struct layout at;
	int err;

	/* Fragments that were put together hang in a list. */
	if (skb_has_frag_list(skb) && skb_linearize(skb))
		return ERR_PTR(-ENOMEM);
	/* The front, the linear part, its pages, high half, ICV. */
	pieces = 4 + skb_shinfo(skb)->nr_frags;
	at = lay_out(sa, pieces, front);
	icv = espah_spare_take(at.size);
	if (!icv)
		return ERR_PTR(-ENOMEM);
	icv->sa = sa;
	icv->skb = skb;
	icv->hash = NULL;
	icv->gmac = NULL;
	icv->seq_high = htonl(upper_32_bits(espah_packet(skb)->seq));
	err = map(icv, (struct scatterlist *)((u8 *)icv + at.sg), pieces,
		  (u8 *)icv + at.front, ah_len);
	if (err) {
		espah_icv_free(icv);
		return ERR_PTR(err);
	}
	ask(icv, &at, done);
	return icv;
}

/**
 * espah_icv_make() - begin to compute the ICV of a packet to be sent
 * @icv: from espah_icv_prepare()
 *
 * Return: 0 when it is done, -EINPROGRESS when it will be, or another negative
 * errno. Then comes espah_icv_write().
 */
int espah_icv_make(struct espah_icv *icv)
{
	return icv->hash ? crypto_ahash_digest(icv->hash) :
			   crypto_aead_encrypt(icv->gmac);
}

/**
 * espah_icv_check() - begin to compute the ICV of a packet that was received
 * @icv: from espah_icv_prepare()
 *
 * Return: 0 when it is done, -EINPROGRESS when it will be, or another negative
 * errno. Then comes espah_icv_compare().
 */
int espah_icv_check(struct espah_icv *icv)
{
	if (icv->hash)
		return crypto_ahash_digest(icv->hash);
	memcpy(icv->digest, espah_ah_icv(icv->skb->data, icv->sa),
	       icv->sa->icv_len);
	icv->gmac->cryptlen += icv->sa->icv_len;
	return crypto_aead_decrypt(icv->gmac);
}

/**
 * espah_icv_write() - give the packet its ICV
 * @icv: a computation that is done
 */
void espah_icv_write(struct espah_icv *icv)
{
	memcpy(espah_ah_icv(icv->skb->data, icv->sa), icv->digest,
	       icv->sa->icv_len);
}

/**
 * espah_icv_compare() - is it the ICV that the packet has?
 * @icv: a computation that is done
 *
 * GMAC has compared it already.
 *
 * Return: 0 or -EBADMSG.
 */
int espah_icv_compare(const struct espah_icv *icv)
{
	const u8 *said = espah_ah_icv(icv->skb->data, icv->sa);

	return icv->hash &&
	       crypto_memneq(icv->digest, said, icv->sa->icv_len) ?
	       -EBADMSG : 0;
}

/**
 * espah_icv_free() - after the work
 * @icv: computation
 *
 * The ICV would be good for a forged packet.
 */
void espah_icv_free(struct espah_icv *icv)
{
	memzero_explicit(icv->digest, sizeof(icv->digest));
	espah_spare_give(icv);
}
