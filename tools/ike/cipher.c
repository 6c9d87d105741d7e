// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "cipher.h"
#include "random.h"

#define GENERIC_HDR_LEN	4
#define PAD_LENGTH_LEN	1
#define AES_BLOCK	16
/* RFC 5282 sections 3.1 and 4: the nonce is salt and IV. */
#define GCM_IV_LEN	8
#define GCM_SALT_LEN	4
#define GCM_NONCE_LEN	(GCM_SALT_LEN + GCM_IV_LEN)

/* Where the parts of a protected message stand, and how long they are. */
struct layout {
	bool gcm;
	/* Of the integrity algorithm, where there is one. */
	uint16_t prf;
	size_t iv_len;
	size_t icv_len;
	size_t key_len;
};

static bool layout_gcm(const struct ike_suite *suite, struct layout *layout)
{
	layout->iv_len = GCM_IV_LEN;
	layout->gcm = true;
	switch (suite->encr) {
	case IKE_ENCR_AES_GCM_8:
		layout->icv_len = 8;
		return true;
	case IKE_ENCR_AES_GCM_12:
		layout->icv_len = 12;
		return true;
	case IKE_ENCR_AES_GCM_16:
		layout->icv_len = 16;
		return true;
	}
	return false;
}

/* RFC 4868 section 2.3: half of the digest. */
static bool layout_cbc(const struct ike_suite *suite, struct layout *layout)
{
	layout->iv_len = AES_BLOCK;
	switch (suite->integ) {
	case IKE_INTEG_HMAC_SHA2_256_128:
		layout->prf = IKE_PRF_HMAC_SHA2_256;
		break;
	case IKE_INTEG_HMAC_SHA2_384_192:
		layout->prf = IKE_PRF_HMAC_SHA2_384;
		break;
	case IKE_INTEG_HMAC_SHA2_512_256:
		layout->prf = IKE_PRF_HMAC_SHA2_512;
		break;
	default:
		return false;
	}
	layout->icv_len = ike_prf_len(layout->prf) / 2;
	return true;
}

static bool layout_of(const struct ike_suite *suite, struct layout *layout)
{
	*layout = (struct layout){
		.key_len = ike_encr_key_len(suite->encr, suite->encr_bits),
	};
	if (!layout->key_len)
		return false;
	if (suite->encr == IKE_ENCR_AES_CBC)
		return layout_cbc(suite, layout);
	return layout_gcm(suite, layout);
}

static bool keys_fit(const struct ike_cipher *cipher, const struct layout *layout)
{
	return cipher->encr.len == layout->key_len &&
	       cipher->integ.len == ike_integ_key_len(layout->gcm ? 0 : cipher->suite->integ);
}

/* AES-GCM needs no alignment (RFC 5282 section 3), CBC whole blocks. */
static size_t pad_len(const struct layout *layout, size_t inner)
{
	if (layout->gcm)
		return 0;
	return AES_BLOCK - PAD_LENGTH_LEN - inner % AES_BLOCK;
}

static size_t overhead(const struct layout *layout, size_t inner)
{
	return GENERIC_HDR_LEN + layout->iv_len + pad_len(layout, inner) + PAD_LENGTH_LEN +
	       layout->icv_len;
}

size_t ike_cipher_overhead(const struct ike_suite *suite, size_t inner)
{
	struct layout layout;

	return layout_of(suite, &layout) ? overhead(&layout, inner) : 0;
}

static const EVP_CIPHER *aes(const struct ike_suite *suite, bool gcm)
{
	switch (suite->encr_bits) {
	case 128:
		return gcm ? EVP_aes_128_gcm() : EVP_aes_128_cbc();
	case 192:
		return gcm ? EVP_aes_192_gcm() : EVP_aes_192_cbc();
	}
	return gcm ? EVP_aes_256_gcm() : EVP_aes_256_cbc();
}

static bool start(EVP_CIPHER_CTX *ctx, const struct ike_cipher *cipher, const struct layout *layout,
		  const uint8_t *iv, int encrypt)
{
	uint8_t nonce[GCM_NONCE_LEN];

	if (!layout->gcm)
		return EVP_CipherInit_ex2(ctx, aes(cipher->suite, false), cipher->encr.p, iv,
					  encrypt, NULL) &&
		       EVP_CIPHER_CTX_set_padding(ctx, 0);
	memcpy(nonce, cipher->encr.p + cipher->encr.len - GCM_SALT_LEN, GCM_SALT_LEN);
	memcpy(nonce + GCM_SALT_LEN, iv, GCM_IV_LEN);
	return EVP_CipherInit_ex2(ctx, aes(cipher->suite, true), cipher->encr.p, nonce, encrypt,
				  NULL);
}

/* The associated data is all that stands before the IV (RFC 5282 section 5.1). */
static bool crypt(EVP_CIPHER_CTX *ctx, const struct layout *layout, struct ike_chunk aad,
		  const uint8_t *from, uint8_t *to, size_t len)
{
	int n;

	if (layout->gcm && !EVP_CipherUpdate(ctx, NULL, &n, aad.p, aad.len))
		return false;
	return EVP_CipherUpdate(ctx, to, &n, from, len) && (size_t)n == len;
}

static bool icv(const struct ike_cipher *cipher, const struct layout *layout,
		struct ike_chunk covered, uint8_t *out)
{
	return !ike_prf(layout->prf, cipher->integ, &covered, 1, out);
}

/* @at points to the IV; the plaintext behind it becomes the ciphertext, and the ICV is set. */
static bool protect(const struct ike_cipher *cipher, const struct layout *layout,
		    struct ike_chunk aad, uint8_t *at, size_t len)
{
	uint8_t *text = at + layout->iv_len;
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	uint8_t mac[IKE_PRF_MAX];
	bool good;
	int n;

	good = ctx && start(ctx, cipher, layout, at, 1) &&
	       crypt(ctx, layout, aad, text, text, len) &&
	       EVP_CipherFinal_ex(ctx, text + len, &n);
	if (good && layout->gcm)
		good = EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, layout->icv_len, text + len);
	EVP_CIPHER_CTX_free(ctx);
	if (good && !layout->gcm) {
		good = icv(cipher, layout,
			   ike_chunk(aad.p, aad.len + layout->iv_len + len), mac);
		if (good)
			memcpy(text + len, mac, layout->icv_len);
	}
	return good;
}

static void put_hdr(struct ike_buf *message, const struct ike_hdr *hdr)
{
	ike_buf_put(message, hdr->spi_i, IKE_SPI_LEN);
	ike_buf_put(message, hdr->spi_r, IKE_SPI_LEN);
	ike_buf_u8(message, hdr->next);
	ike_buf_u8(message, hdr->major << 4 | hdr->minor);
	ike_buf_u8(message, hdr->exchange);
	ike_buf_u8(message, hdr->flags);
	ike_buf_u32(message, hdr->id);
	ike_buf_u32(message, hdr->length);
}

static void put_iv(struct ike_buf *message, const struct layout *layout, uint64_t counter)
{
	uint8_t iv[AES_BLOCK];

	if (layout->gcm) {
		ike_buf_u64(message, counter);
		return;
	}
	ike_random(iv, sizeof(iv));
	ike_buf_put(message, iv, sizeof(iv));
}

int ike_seal(const struct ike_cipher *cipher, uint64_t counter, struct ike_hdr *hdr, uint8_t first,
	     struct ike_chunk inner, struct ike_buf *message)
{
	static const uint8_t padding[AES_BLOCK];
	size_t pad, sk_len, iv_at, begin = message->len;
	struct layout layout;
	uint8_t *p;

	if (!layout_of(cipher->suite, &layout) || !keys_fit(cipher, &layout))
		return -1;
	pad = pad_len(&layout, inner.len);
	sk_len = overhead(&layout, inner.len) + inner.len;
	if (sk_len > UINT16_MAX)
		return -1;
	hdr->next = IKE_P_SK;
	hdr->length = IKE_HDR_LEN + sk_len;
	put_hdr(message, hdr);
	ike_buf_u8(message, first);
	ike_buf_u8(message, 0);
	ike_buf_u16(message, sk_len);
	iv_at = message->len;
	put_iv(message, &layout, counter);
	ike_buf_chunk_put(message, inner);
	ike_buf_put(message, padding, pad);
	ike_buf_u8(message, pad);
	/* This may move the message, so that pointers into it are made behind it. */
	ike_buf_reserve(message, layout.icv_len);
	if (message->full)
		return -1;
	p = message->p;
	if (protect(cipher, &layout, ike_chunk(p + begin, iv_at - begin), p + iv_at,
		    inner.len + pad + PAD_LENGTH_LEN))
		return 0;
	/* What was not encrypted is not to be sent by accident. */
	OPENSSL_cleanse(p + begin, message->len - begin);
	message->len = begin;
	return -1;
}

/* AES-GCM decrypts and checks in one go; what it made of a forgery is wiped by the caller. */
static enum ike_bad unprotect(const struct ike_cipher *cipher, const struct layout *layout,
			      struct ike_chunk aad, const uint8_t *at, uint8_t *to, size_t len)
{
	const uint8_t *text = at + layout->iv_len;
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	enum ike_bad bad = IKE_BAD_NO_MEMORY;
	uint8_t tag[AES_BLOCK];
	int n;

	if (ctx && start(ctx, cipher, layout, at, 0) && crypt(ctx, layout, aad, text, to, len)) {
		if (layout->gcm) {
			memcpy(tag, text + len, layout->icv_len);
			EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, layout->icv_len, tag);
		}
		bad = EVP_CipherFinal_ex(ctx, to + len, &n) ? IKE_GOOD : IKE_BAD_INTEGRITY;
	}
	EVP_CIPHER_CTX_free(ctx);
	return bad;
}

static enum ike_bad check_icv(const struct ike_cipher *cipher, const struct layout *layout,
			      struct ike_chunk covered)
{
	uint8_t mac[IKE_PRF_MAX];

	if (!icv(cipher, layout, covered, mac))
		return IKE_BAD_NO_MEMORY;
	return CRYPTO_memcmp(mac, covered.p + covered.len, layout->icv_len) ? IKE_BAD_INTEGRITY :
	       IKE_GOOD;
}

static enum ike_bad decrypt(const struct ike_cipher *cipher, const struct layout *layout,
			    struct ike_chunk aad, const struct ike_payload *sk,
			    struct ike_buf *inner)
{
	size_t len = sk->body.len - layout->iv_len - layout->icv_len;
	size_t begin = inner->len;
	enum ike_bad bad;
	uint8_t *to;

	to = ike_buf_reserve(inner, len);
	if (!to)
		return IKE_BAD_NO_MEMORY;
	bad = unprotect(cipher, layout, aad, sk->body.p, to, len);
	/* The last octet says how many stand before it; their values are free (section 3.14). */
	if (!bad && to[len - 1] >= len)
		bad = IKE_BAD_PADDING;
	if (!bad) {
		inner->len -= PAD_LENGTH_LEN + to[len - 1];
		return IKE_GOOD;
	}
	OPENSSL_cleanse(to, len);
	inner->len = begin;
	return bad;
}

enum ike_bad ike_open(const struct ike_cipher *cipher, struct ike_chunk message,
		      const struct ike_payload *sk, struct ike_buf *inner)
{
	struct layout layout;
	struct ike_chunk aad;
	enum ike_bad bad;

	if (!layout_of(cipher->suite, &layout) || !keys_fit(cipher, &layout))
		return IKE_BAD_INTEGRITY;
	aad = ike_chunk(message.p, sk->body.p - message.p);
	if (sk->body.len < layout.iv_len + PAD_LENGTH_LEN + layout.icv_len ||
	    aad.len + sk->body.len != message.len)
		return IKE_BAD_BODY_SHORT;
	if (!layout.gcm) {
		bad = check_icv(cipher, &layout,
				ike_chunk(message.p, message.len - layout.icv_len));
		if (bad)
			return bad;
		if ((sk->body.len - layout.icv_len) % AES_BLOCK)
			return IKE_BAD_PADDING;
	}
	return decrypt(cipher, &layout, aad, sk, inner);
}
