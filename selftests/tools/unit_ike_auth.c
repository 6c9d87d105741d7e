// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "auth.h"
#include "random.h"
#include "unit.h"
#include "unit_ike_oracle.h"

/*
 * No RFC has values for AUTH by a shared key. These are from Python's hmac:
 * message 00 to 27, nonce 40 to 5f, SK_p of 77s as long as the PRF's output,
 * an ID of moon.example.org, and the secret "correct horse".
 */
static const struct {
	uint16_t prf;
	const char *name;
	const char *maced_id;
	const char *auth;
} cases[] = {
	{
		IKE_PRF_HMAC_SHA2_256, "AUTH by a shared key with HMAC-SHA2-256",
		"9a4ed7cd8027e00eac5ab4d8f110fabad92e6d1b3802eee71dfbd1945eaa1ad3",
		"a267ba3bf8cf12b8ef6cc5fc640ad4406d399f642cd5ebaad63d4c7a1281b730",
	},
	{
		IKE_PRF_HMAC_SHA2_384, "AUTH by a shared key with HMAC-SHA2-384",
		"0961371f7ce8844eeb50fef89b27bdfb03905d76dfc96aa8ae8bd73b77e8f050a2306b0215e310fbe73d3b72bf780302",
		"4ce0fc790e47caaee3d03e5dd13c425bb7049008b801480a22189f8a84465e92ac220f649e0eef15b8e6477c188ddc33",
	},
	{
		IKE_PRF_HMAC_SHA2_512, "AUTH by a shared key with HMAC-SHA2-512",
		"6b10c91fc3266e50b911bbe8508d548680d2c08b07a7cca8822a8e9c3d25de21b1af7fe6c8b9ef590c27265f07caeeced60832c03c7a3f048c8914f0a7cf9262",
		"8a6ba6cdb47535f7d480a91802cbef1ca9233dc9628c0549501d52c77170f08636f6612936de3fb451314bcdd33b2f3ff39ea0a6e81e4c3ab518e9db1e0a29f9",
	},
};

static bool agrees(size_t i, struct ike_buf *octets)
{
	static const char id_body[] = "\x02\0\0\0moon.example.org";
	struct unit_octets maced_id, auth;
	uint8_t message[72], sk_p[IKE_PRF_MAX], out[IKE_PRF_MAX];
	size_t len = ike_prf_len(cases[i].prf);
	size_t at;

	for (at = 0; at < sizeof(message); at++)
		message[at] = at < 40 ? at : at - 40 + 0x40;
	memset(sk_p, 0x77, sizeof(sk_p));
	unit_hex(&maced_id, cases[i].maced_id);
	unit_hex(&auth, cases[i].auth);
	return !ike_auth_octets(cases[i].prf, ike_chunk(message, 40), ike_chunk(message + 40, 32),
				ike_chunk(sk_p, len), ike_chunk(id_body, sizeof(id_body) - 1),
				octets) &&
	       octets->len == 72 + len && !memcmp(octets->p, message, 72) &&
	       unit_is(octets->p + 72, len, &maced_id) &&
	       !ike_auth_psk(cases[i].prf, ike_chunk("correct horse", 13), ike_buf_chunk(octets),
			     out) && unit_is(out, len, &auth);
}

static void test_random(void)
{
	unsigned int seen = 0, i;
	uint8_t a[32] = {}, b[32] = {};
	bool below = true;

	ike_random(a, sizeof(a));
	ike_random(b, sizeof(b));
	check(memcmp(a, b, sizeof(a)), "random octets differ");
	for (i = 0; i < 1000; i++) {
		uint32_t value = ike_random_below(5);

		below &= value < 5;
		seen |= 1 << value;
	}
	check(below && seen == 0x1f, "random numbers are below their limit, and all of them come");
	for (i = 0; i < 100 && !(ike_random_below(UINT64_C(1) << 40) >> 32); i++)
		;
	check(i < 100, "above 32 bits, too");
	check(!ike_random_below(0) && !ike_random_below(1), "below 1 there is only 0");
}

void test_ike_auth(void)
{
	struct ike_buf octets;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		ike_buf_init(&octets, 1000);
		check(agrees(i, &octets), cases[i].name);
		ike_buf_free(&octets);
	}
	ike_buf_init(&octets, 60);
	check(!agrees(0, &octets), "octets that do not fit are an error");
	ike_buf_free(&octets);
	test_random();
}
