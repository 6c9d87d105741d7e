// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "cipher.h"
#include "proto.h"
#include "unit.h"
#include "unit_ike_oracle.h"

static const struct {
	const char *name;
	struct ike_suite suite;
	/* Without padding: generic header, IV, pad length, ICV. */
	size_t overhead;
} suites[] = {
	{ "AES-GCM-128 with an ICV of 16",
	  { .encr = IKE_ENCR_AES_GCM_16, .encr_bits = 128 }, 4 + 8 + 1 + 16 },
	{ "AES-GCM-192 with an ICV of 16",
	  { .encr = IKE_ENCR_AES_GCM_16, .encr_bits = 192 }, 4 + 8 + 1 + 16 },
	{ "AES-GCM-256 with an ICV of 16",
	  { .encr = IKE_ENCR_AES_GCM_16, .encr_bits = 256 }, 4 + 8 + 1 + 16 },
	{ "AES-GCM-256 with an ICV of 12",
	  { .encr = IKE_ENCR_AES_GCM_12, .encr_bits = 256 }, 4 + 8 + 1 + 12 },
	{ "AES-GCM-128 with an ICV of 8",
	  { .encr = IKE_ENCR_AES_GCM_8, .encr_bits = 128 }, 4 + 8 + 1 + 8 },
	{ "AES-CBC-128 and HMAC-SHA2-256-128",
	  { .encr = IKE_ENCR_AES_CBC, .encr_bits = 128, .integ = IKE_INTEG_HMAC_SHA2_256_128 },
	  4 + 16 + 1 + 16 },
	{ "AES-CBC-192 and HMAC-SHA2-384-192",
	  { .encr = IKE_ENCR_AES_CBC, .encr_bits = 192, .integ = IKE_INTEG_HMAC_SHA2_384_192 },
	  4 + 16 + 1 + 24 },
	{ "AES-CBC-256 and HMAC-SHA2-512-256",
	  { .encr = IKE_ENCR_AES_CBC, .encr_bits = 256, .integ = IKE_INTEG_HMAC_SHA2_512_256 },
	  4 + 16 + 1 + 32 },
};

static const uint8_t key_octets[IKE_KEY_MAX] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };

static struct ike_cipher cipher_of(const struct ike_suite *suite)
{
	return (struct ike_cipher){
		.suite = suite,
		.encr = ike_chunk(key_octets, ike_encr_key_len(suite->encr, suite->encr_bits)),
		.integ = ike_chunk(key_octets, ike_integ_key_len(suite->integ)),
	};
}

/* The SK payload of a message that has nothing before it. */
static struct ike_payload sk_of(struct ike_chunk message)
{
	return (struct ike_payload){
		.type = IKE_P_SK,
		.next = message.p[IKE_HDR_LEN],
		.body = ike_chunk(message.p + IKE_HDR_LEN + 4, message.len - IKE_HDR_LEN - 4),
	};
}

static enum ike_bad open_message(const struct ike_cipher *cipher, struct ike_chunk message,
				 struct ike_buf *inner)
{
	struct ike_payload sk = sk_of(message);

	return ike_open(cipher, message, &sk, inner);
}

static int seal(const struct ike_cipher *cipher, uint64_t counter, struct ike_chunk inner,
		struct ike_buf *message)
{
	struct ike_hdr hdr = {
		.spi_i = { 1, 2, 3, 4, 5, 6, 7, 8 }, .spi_r = { 9 }, .major = 2,
		.exchange = INFORMATIONAL, .flags = IKE_FLAG_INITIATOR, .id = 0x01020304,
	};

	return ike_seal(cipher, counter, &hdr, IKE_P_NOTIFY, inner, message);
}

/* All lengths around a block, so that each length of padding occurs. */
static bool returns(const struct ike_cipher *cipher, size_t overhead)
{
	static const uint8_t octets[40] = { 0xa1, 0xa2, 0xa3 };
	struct ike_buf message, inner;
	bool good = true;
	size_t len;

	for (len = 0; len <= sizeof(octets); len++) {
		size_t added = ike_cipher_overhead(cipher->suite, len);

		ike_buf_init(&message, IKE_MESSAGE_MAX);
		ike_buf_init(&inner, IKE_MESSAGE_MAX);
		good &= added >= overhead && added < overhead + 16 &&
			(cipher->suite->integ || added == overhead) &&
			!seal(cipher, len, ike_chunk(octets, len), &message) &&
			message.len == IKE_HDR_LEN + len + added &&
			!open_message(cipher, ike_buf_chunk(&message), &inner) &&
			ike_chunk_equal(ike_buf_chunk(&inner), ike_chunk(octets, len));
		ike_buf_free(&message);
		ike_buf_free(&inner);
	}
	return good;
}

static bool flips_refused(const struct ike_cipher *cipher)
{
	struct ike_buf message, inner;
	bool good = true;
	size_t bit;

	ike_buf_init(&message, IKE_MESSAGE_MAX);
	ike_buf_init(&inner, IKE_MESSAGE_MAX);
	seal(cipher, 7, ike_chunk("0123456789", 10), &message);
	for (bit = 0; bit < message.len * 8; bit++) {
		message.p[bit / 8] ^= 1 << bit % 8;
		good &= open_message(cipher, ike_buf_chunk(&message), &inner) ==
			IKE_BAD_INTEGRITY && !inner.len;
		message.p[bit / 8] ^= 1 << bit % 8;
	}
	good &= !open_message(cipher, ike_buf_chunk(&message), &inner);
	ike_buf_free(&message);
	ike_buf_free(&inner);
	return good;
}

/* What is cut off is refused before anything is read behind the end. */
static bool cuts_refused(const struct ike_cipher *cipher, size_t overhead)
{
	struct ike_buf message, inner;
	bool good = true;
	size_t len;

	ike_buf_init(&message, IKE_MESSAGE_MAX);
	ike_buf_init(&inner, IKE_MESSAGE_MAX);
	seal(cipher, 7, ike_chunk("0123456789", 10), &message);
	for (len = IKE_HDR_LEN + 4; len < message.len; len++) {
		enum ike_bad bad = open_message(cipher, ike_chunk(message.p, len), &inner);

		good &= bad == (len < IKE_HDR_LEN + overhead ? IKE_BAD_BODY_SHORT :
				IKE_BAD_INTEGRITY) && !inner.len;
	}
	ike_buf_free(&message);
	ike_buf_free(&inner);
	return good;
}

/* SK is the last payload (section 3.14), so that all octets of a message are covered. */
static void test_rest(void)
{
	struct ike_cipher cipher = cipher_of(&suites[0].suite);
	struct ike_buf message, inner;
	struct ike_payload sk;

	ike_buf_init(&message, IKE_MESSAGE_MAX);
	ike_buf_init(&inner, IKE_MESSAGE_MAX);
	seal(&cipher, 7, ike_chunk("0123456789", 10), &message);
	sk = sk_of(ike_buf_chunk(&message));
	ike_buf_u8(&message, 0);
	sk.body.p = message.p + IKE_HDR_LEN + 4;
	check(ike_open(&cipher, ike_buf_chunk(&message), &sk, &inner) == IKE_BAD_BODY_SHORT,
	      "octets behind SK are refused");
	ike_buf_free(&message);
	ike_buf_free(&inner);
}

static void test_suites(void)
{
	char name[128];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(suites); i++) {
		struct ike_cipher cipher = cipher_of(&suites[i].suite);

		snprintf(name, sizeof(name), "%s: sealed and opened", suites[i].name);
		check(returns(&cipher, suites[i].overhead), name);
		snprintf(name, sizeof(name), "%s: each bit counts", suites[i].name);
		check(flips_refused(&cipher), name);
		snprintf(name, sizeof(name), "%s: each octet is needed", suites[i].name);
		check(cuts_refused(&cipher, suites[i].overhead), name);
	}
}

static void test_header(void)
{
	struct ike_cipher cipher = cipher_of(&suites[0].suite);
	struct unit_octets expected;
	struct ike_buf message;

	/* RFC 7296 sections 3.1 and 3.14; the IV is the counter. */
	unit_hex(&expected,
		 "010203040506070809000000000000002e202508010203040000003b2900001f1122334455667788");
	ike_buf_init(&message, IKE_MESSAGE_MAX);
	seal(&cipher, 0x1122334455667788, ike_chunk("ab", 2), &message);
	check(unit_is(message.p, expected.len, &expected), "header, generic header and IV");
	ike_buf_free(&message);
}

static void test_ivs(void)
{
	struct ike_cipher cipher = cipher_of(&suites[5].suite);
	struct ike_buf a, b;

	ike_buf_init(&a, IKE_MESSAGE_MAX);
	ike_buf_init(&b, IKE_MESSAGE_MAX);
	seal(&cipher, 1, ike_chunk("ab", 2), &a);
	seal(&cipher, 1, ike_chunk("ab", 2), &b);
	check(a.len == b.len && memcmp(a.p + IKE_HDR_LEN + 4, b.p + IKE_HDR_LEN + 4, 16),
	      "AES-CBC has a new IV in each message");
	ike_buf_free(&a);
	ike_buf_free(&b);
}

/*
 * With one block of AES-CBC, a change of the IV is one of the plaintext. The
 * ICV is made again, as a peer that pads wrongly would make it.
 */
static enum ike_bad open_padded(uint8_t pad, struct ike_buf *inner)
{
	struct ike_cipher cipher = cipher_of(&suites[5].suite);
	uint8_t icv[IKE_PRF_MAX];
	struct ike_chunk covered;
	struct ike_buf message;
	enum ike_bad bad;

	ike_buf_init(&message, IKE_MESSAGE_MAX);
	seal(&cipher, 0, ike_chunk(NULL, 0), &message);
	message.p[IKE_HDR_LEN + 4 + 15] ^= 15 ^ pad;
	covered = ike_chunk(message.p, message.len - 16);
	ike_prf(IKE_PRF_HMAC_SHA2_256, cipher.integ, &covered, 1, icv);
	memcpy(message.p + covered.len, icv, 16);
	bad = open_message(&cipher, ike_buf_chunk(&message), inner);
	ike_buf_free(&message);
	return bad;
}

static void test_padding(void)
{
	struct ike_buf inner;

	ike_buf_init(&inner, IKE_MESSAGE_MAX);
	check(!open_padded(15, &inner) && inner.len == 0, "padding may be all there is");
	check(!open_padded(3, &inner) && inner.len == 12, "padding may be of any length");
	inner.len = 0;
	check(open_padded(16, &inner) == IKE_BAD_PADDING && !inner.len,
	      "padding that is longer than the payload is refused");
	check(open_padded(255, &inner) == IKE_BAD_PADDING && !inner.len,
	      "the longest padding is refused where it does not fit");
	ike_buf_free(&inner);
}

/* Whole blocks only, also where the ICV is good. */
static void test_alignment(void)
{
	struct ike_cipher cipher = cipher_of(&suites[5].suite);
	uint8_t icv[IKE_PRF_MAX];
	struct ike_chunk covered;
	struct ike_buf message, inner;

	ike_buf_init(&message, IKE_MESSAGE_MAX);
	ike_buf_init(&inner, IKE_MESSAGE_MAX);
	seal(&cipher, 0, ike_chunk("0123456789abcdef", 16), &message);
	message.len -= 5;
	covered = ike_chunk(message.p, message.len - 16);
	ike_prf(IKE_PRF_HMAC_SHA2_256, cipher.integ, &covered, 1, icv);
	memcpy(message.p + covered.len, icv, 16);
	check(open_message(&cipher, ike_buf_chunk(&message), &inner) == IKE_BAD_PADDING,
	      "half a block is refused");
	ike_buf_free(&message);
	ike_buf_free(&inner);
}

static void test_refusals(void)
{
	struct ike_cipher cipher = cipher_of(&suites[0].suite);
	const struct ike_suite unknown = { .encr = 3, .encr_bits = 192 };
	const struct ike_suite bare = { .encr = IKE_ENCR_AES_CBC, .encr_bits = 128 };
	static const uint8_t octets[UINT16_MAX];
	struct ike_buf message;

	ike_buf_init(&message, sizeof(octets) * 2);
	check(seal(&cipher, 0, ike_chunk(octets, sizeof(octets)), &message) == -1 && !message.len,
	      "what is too long for a payload is refused");
	ike_buf_free(&message);
	ike_buf_init(&message, 40);
	check(seal(&cipher, 0, ike_chunk("0123456789", 10), &message) == -1,
	      "a message that does not fit is refused");
	ike_buf_free(&message);
	cipher.encr.len--;
	check(seal(&cipher, 0, ike_chunk("a", 1), &message) == -1, "a short key is refused");
	cipher = cipher_of(&unknown);
	check(seal(&cipher, 0, ike_chunk("a", 1), &message) == -1 &&
	      !ike_cipher_overhead(&unknown, 1), "a cipher that is not known is refused");
	cipher = cipher_of(&bare);
	check(seal(&cipher, 0, ike_chunk("a", 1), &message) == -1,
	      "AES-CBC without integrity is refused");
	ike_buf_free(&message);
}

/* Messages that others have captured, with the keys of their senders. */
static const struct {
	const char *encr;
	const char *integ;
	struct ike_suite suite;
} captured[] = {
	{ "AES-GCM-256 with 16 octet ICV [RFC5282]", "NONE [RFC4306]",
	  { .encr = IKE_ENCR_AES_GCM_16, .encr_bits = 256 } },
	{ "AES-CBC-256 [RFC3602]", "HMAC_SHA2_256_128 [RFC4868]",
	  { .encr = IKE_ENCR_AES_CBC, .encr_bits = 256, .integ = IKE_INTEG_HMAC_SHA2_256_128 } },
};

static bool opens(const struct ike_suite *suite, const json_t *entry)
{
	const json_t *sk = json_object_get(entry, "sk");
	struct unit_octets message, encr, integ, plain;
	struct ike_cipher cipher = { .suite = suite };
	struct ike_buf inner;
	bool good;

	unit_json_hex(&message, entry, "message");
	unit_json_hex(&encr, sk, "sk_e");
	unit_json_hex(&integ, sk, "sk_a");
	unit_json_hex(&plain, sk, "plaintext");
	cipher.encr = unit_chunk(&encr);
	cipher.integ = unit_chunk(&integ);
	ike_buf_init(&inner, IKE_MESSAGE_MAX);
	good = !open_message(&cipher, unit_chunk(&message), &inner) &&
	       unit_is(inner.p, inner.len, &plain);
	message.p[IKE_HDR_LEN - 8] ^= 1;
	good &= open_message(&cipher, unit_chunk(&message), &inner) == IKE_BAD_INTEGRITY;
	ike_buf_free(&inner);
	return good;
}

static void test_captured(void)
{
	json_t *root = unit_oracle("ike/wireshark_ikev2_sk.dev.json", "captured messages");
	unsigned int seen = 0;
	const json_t *entry;
	size_t i, j;

	if (!root)
		return;
	json_array_foreach(json_object_get(root, "messages"), i, entry) {
		const json_t *sk = json_object_get(entry, "sk");
		char name[128];

		for (j = 0; !json_is_null(sk) && j < ARRAY_SIZE(captured); j++) {
			if (strcmp(unit_json_text(sk, "encr"), captured[j].encr) ||
			    strcmp(unit_json_text(sk, "integ"), captured[j].integ))
				continue;
			seen++;
			snprintf(name, sizeof(name), "%s, frame %d",
				 unit_json_text(entry, "capture"),
				 (int)json_integer_value(json_object_get(entry, "frame")));
			check(opens(&captured[j].suite, entry), name);
		}
	}
	json_decref(root);
	check(seen == 6, "six captured messages are of these ciphers");
}

void test_ike_cipher(void)
{
	test_suites();
	test_rest();
	test_header();
	test_ivs();
	test_padding();
	test_alignment();
	test_refusals();
	test_captured();
}
