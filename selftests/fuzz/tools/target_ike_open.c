// SPDX-License-Identifier: GPL-2.0-only
/*
 * A protected message, whose first octet says with which algorithms it is
 * opened, and whether its ICV is made good first, as a peer that has the keys
 * could. All of it is also sealed and opened again.
 */
#include <stdlib.h>
#include <string.h>

#include "cipher.h"
#include "fuzz.h"
#include "proto.h"

#define SK_AT	(IKE_HDR_LEN + 4)

static const struct ike_suite suites[] = {
	{ .encr = IKE_ENCR_AES_GCM_16, .encr_bits = 256 },
	{ .encr = IKE_ENCR_AES_GCM_8, .encr_bits = 128 },
	{ .encr = IKE_ENCR_AES_CBC, .encr_bits = 128, .integ = IKE_INTEG_HMAC_SHA2_256_128 },
	{ .encr = IKE_ENCR_AES_CBC, .encr_bits = 256, .integ = IKE_INTEG_HMAC_SHA2_512_256 },
};

static const uint8_t keys[IKE_KEY_MAX] = { 1, 2, 3 };

static void make_good(const struct ike_cipher *cipher, uint8_t *message, size_t len)
{
	bool shorter = cipher->suite->integ == IKE_INTEG_HMAC_SHA2_256_128;
	uint16_t prf = shorter ? IKE_PRF_HMAC_SHA2_256 : IKE_PRF_HMAC_SHA2_512;
	size_t icv_len = ike_prf_len(prf) / 2;
	uint8_t icv[IKE_PRF_MAX];
	struct ike_chunk covered;

	if (len < SK_AT + icv_len)
		return;
	covered = ike_chunk(message, len - icv_len);
	must(!ike_prf(prf, cipher->integ, &covered, 1, icv), "an ICV");
	memcpy(message + covered.len, icv, icv_len);
}

static void open_message(const struct ike_cipher *cipher, const uint8_t *message, size_t len,
			 bool made_good)
{
	struct ike_payload sk = {
		.type = IKE_P_SK, .body = ike_chunk(message + SK_AT, len - SK_AT),
	};
	struct ike_buf inner;
	enum ike_bad bad;

	ike_buf_init(&inner, IKE_MESSAGE_MAX);
	bad = ike_open(cipher, ike_chunk(message, len), &sk, &inner);
	must(!bad || !inner.len, "nothing of a message that is refused");
	must(bad || inner.len < sk.body.len, "less than there was");
	must(made_good || bad == IKE_BAD_INTEGRITY || bad == IKE_BAD_BODY_SHORT,
	     "a forgery to be refused as one, not %d", bad);
	must(!made_good || bad != IKE_BAD_INTEGRITY, "a good ICV to be taken");
	ike_buf_free(&inner);
}

static void seal_and_open(const struct ike_cipher *cipher, struct ike_chunk inner)
{
	struct ike_hdr hdr = { .major = 2, .exchange = INFORMATIONAL };
	struct ike_payload sk = { .type = IKE_P_SK };
	struct ike_buf message, again;

	ike_buf_init(&message, IKE_MESSAGE_MAX);
	ike_buf_init(&again, IKE_MESSAGE_MAX);
	must(!ike_seal(cipher, 1, &hdr, IKE_P_NOTIFY, inner, &message), "a sealed message");
	must(message.len == IKE_HDR_LEN + inner.len +
	     ike_cipher_overhead(cipher->suite, inner.len), "the overhead that was told");
	sk.body = ike_chunk(message.p + SK_AT, message.len - SK_AT);
	must(!ike_open(cipher, ike_buf_chunk(&message), &sk, &again) &&
	     ike_chunk_equal(ike_buf_chunk(&again), inner), "the same back");
	ike_buf_free(&message);
	ike_buf_free(&again);
}

void fuzz_ike_open(const uint8_t *data, size_t size)
{
	const struct ike_suite *suite;
	struct ike_cipher cipher;
	bool made_good;
	uint8_t *message;

	if (size < 1 + SK_AT)
		return;
	suite = &suites[data[0] % ARRAY_SIZE(suites)];
	made_good = data[0] & 0x80 && suite->integ;
	cipher = (struct ike_cipher){
		.suite = suite,
		.encr = ike_chunk(keys, ike_encr_key_len(suite->encr, suite->encr_bits)),
		.integ = ike_chunk(keys, ike_integ_key_len(suite->integ)),
	};
	message = fuzz_need(malloc(size - 1));
	memcpy(message, data + 1, size - 1);
	if (made_good)
		make_good(&cipher, message, size - 1);
	open_message(&cipher, message, size - 1, made_good);
	seal_and_open(&cipher, ike_chunk(message, size - 1));
	free(message);
}
