// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "proposal.h"
#include "unit.h"
#include "unit_ike_oracle.h"

#define IKE IKE_PROTO_IKE
#define ESP IKE_PROTO_ESP

static const struct {
	uint8_t protocol;
	const char *words;
	/* NULL: as it was written. */
	const char *printed;
} good[] = {
	{ IKE, "aes128gcm16-prfsha256-ecp256", NULL },
	{ IKE, "aes192gcm128-prfsha384-x25519", "aes192gcm16-prfsha384-curve25519" },
	{ IKE, "aes256-sha256-modp3072", "aes256-sha256-prfsha256-modp3072" },
	{ IKE, "AES256-SHA2_512-modp2048", "aes256-sha512-prfsha512-modp2048" },
	{ IKE, "aes128-aes256-sha384-sha256-ecp384-ecp256",
	  "aes128-aes256-sha384-sha256-prfsha384-prfsha256-ecp384-ecp256" },
	{ IKE, "aes128-sha256-prfsha512-ecp256", NULL },
	{ IKE, "aes128-aes-sha256-ecp256-aes128", "aes128-sha256-prfsha256-ecp256" },
	{ ESP, "aes128gcm16", "aes128gcm16-noesn" },
	{ ESP, "aes256gcm64-aes256gcm96-aes256gcm128",
	  "aes256gcm8-aes256gcm12-aes256gcm16-noesn" },
	{ ESP, "aes256-sha256-ecp256-noesn", NULL },
	{ ESP, "aes256-sha256-modp3072-none", "aes256-sha256-modp3072-none-noesn" },
	{ ESP, "aes128-sha256-prfsha256", "aes128-sha256-noesn" },
	{ ESP, "aes128-sha256-esn", NULL },
	{ ESP, "aes128gcm16-esn-ecp256-noesn", "aes128gcm16-ecp256-esn-noesn" },
	{ ESP, "aes128gcm16-noesn-esn", NULL },
};

static const struct {
	uint8_t protocol;
	const char *words;
	const char *why;
} bad[] = {
	{ IKE, "", "an IKE proposal is empty; write one, or default" },
	{
	  IKE, "foo",
	  "'foo' in 'foo' is no algorithm; a proposal is written like aes256gcm16-prfsha256-ecp256 or aes256-sha256-modp2048",
	},
	{
	  IKE, "aes256--sha256",
	  "'' in 'aes256--sha256' is no algorithm; a proposal is written like aes256gcm16-prfsha256-ecp256 or aes256-sha256-modp2048",
	},
	{
	  IKE, "3des-sha1-modp1024",
	  "'3des' in '3des-sha1-modp1024' is not supported; for encryption there are aes128 to aes256, and aes128gcm16 and so on",
	},
	{
	  IKE, "aes128-sha1-modp2048",
	  "'sha1' in 'aes128-sha1-modp2048' is not supported; for integrity there are sha256, sha384 and sha512",
	},
	{
	  IKE, "aes128-sha256-modp1024",
	  "'modp1024' in 'aes128-sha256-modp1024' is not supported; the groups are curve25519, ecp256, ecp384, modp2048 and modp3072",
	},
	{
	  IKE, "aes128gcm16-sha256-ecp256",
	  "'aes128gcm16-sha256-ecp256' has an integrity algorithm beside AES-GCM, which needs none; leave it out, or write a PRF, like prfsha256",
	},
	{
	  ESP, "aes128gcm16-sha256",
	  "'aes128gcm16-sha256' has an integrity algorithm beside AES-GCM, which needs none; leave it out",
	},
	{
	  ESP, "aes128-aes128gcm16-sha256",
	  "'aes128-aes128gcm16-sha256' has AES-GCM and AES-CBC in one proposal; write two, with a comma between",
	},
	{
	  IKE, "sha256-ecp256",
	  "'sha256-ecp256' has no encryption algorithm; add one like aes256 or aes256gcm16",
	},
	{
	  IKE, "aes128-prfsha256-ecp256",
	  "'aes128-prfsha256-ecp256' has no integrity algorithm; add one like sha256",
	},
	{ ESP, "aes128", "'aes128' has no integrity algorithm; add one like sha256" },
	{
	  IKE, "aes128-sha256",
	  "'aes128-sha256' has no Diffie-Hellman group; add one like ecp256 or modp3072",
	},
	{ IKE, "aes128gcm16-ecp256", "'aes128gcm16-ecp256' has no PRF; add one like prfsha256" },
	{
	  IKE, "aes128-sha256-ecp256-none",
	  "'none' in 'aes128-sha256-ecp256-none' is for ESP; IKE always needs a Diffie-Hellman group",
	},
	{
	  IKE, "aes128-sha256-ecp256-noesn",
	  "'noesn' in 'aes128-sha256-ecp256-noesn' is for ESP; leave it out",
	},
	{
	  IKE, "aes128-sha256-ecp256-esn",
	  "'esn' in 'aes128-sha256-ecp256-esn' is for ESP; leave it out",
	},
};

/* Transforms one by one, also those that cannot be written as words. */
struct transforms {
	struct ike_transform t[8];
};

#define ENCR(id, bits) { IKE_T_ENCR, id, bits }
#define CBC128 ENCR(IKE_ENCR_AES_CBC, 128)
#define CBC256 ENCR(IKE_ENCR_AES_CBC, 256)
#define GCM128 ENCR(IKE_ENCR_AES_GCM_16, 128)
#define PRF256 { IKE_T_PRF, IKE_PRF_HMAC_SHA2_256, 0 }
#define PRF512 { IKE_T_PRF, IKE_PRF_HMAC_SHA2_512, 0 }
#define INTEG(id) { IKE_T_INTEG, id, 0 }
#define SHA256 INTEG(IKE_INTEG_HMAC_SHA2_256_128)
#define SHA512 INTEG(IKE_INTEG_HMAC_SHA2_512_256)
#define DH(id) { IKE_T_DH, id, 0 }
#define ESN(id) { IKE_T_ESN, id, 0 }

static const struct {
	const char *name;
	uint8_t protocol;
	bool pfs;
	struct transforms offered;
	struct transforms mine;
	/* NULL: NO_PROPOSAL_CHOSEN. */
	const char *suite;
} choices[] = {
	{ "my order counts", ESP, true, { { CBC128, CBC256, SHA256, SHA512, ESN(0) } },
	  { { CBC256, CBC128, SHA512, SHA256, ESN(0) } }, "aes256-sha512-noesn" },
	{ "a key length in common", ESP, true, { { CBC128, SHA256, ESN(0) } },
	  { { CBC256, CBC128, SHA256, ESN(0) } }, "aes128-sha256-noesn" },
	{ "no key length in common", ESP, true, { { CBC128, SHA256, ESN(0) } },
	  { { CBC256, SHA256, ESN(0) } }, NULL },
	{ "no ESN transform", ESP, true, { { GCM128 } }, { { GCM128, ESN(0) } }, NULL },
	{ "only ESN", ESP, true, { { GCM128, ESN(1) } }, { { GCM128, ESN(0) } }, NULL },
	{ "both", ESP, true, { { GCM128, ESN(1), ESN(0) } }, { { GCM128, ESN(0) } },
	  "aes128gcm16-noesn" },
	{ "both on both sides", ESP, true, { { GCM128, ESN(0), ESN(1) } },
	  { { GCM128, ESN(1), ESN(0) } }, "aes128gcm16-esn" },
	{ "GCM and NONE for integrity", ESP, true, { { GCM128, INTEG(0), ESN(0) } },
	  { { GCM128, ESN(0) } }, "aes128gcm16-nointeg-noesn" },
	{ "GCM and integrity", ESP, true, { { GCM128, SHA256, ESN(0) } }, { { GCM128, ESN(0) } },
	  NULL },
	{ "GCM and integrity, which I have too", ESP, true, { { GCM128, SHA256, ESN(0) } },
	  { { GCM128, SHA256, ESN(0) } }, NULL },
	{ "GCM and CBC: the first that goes", ESP, true, { { GCM128, CBC128, SHA256, ESN(0) } },
	  { { GCM128, CBC128, SHA256, ESN(0) } }, "aes128-sha256-noesn" },
	{ "GCM and CBC, integrity or NONE", ESP, true,
	  { { GCM128, CBC128, SHA256, INTEG(0), ESN(0) } }, { { GCM128, ESN(0) } },
	  "aes128gcm16-nointeg-noesn" },
	{ "CBC without integrity", ESP, true, { { CBC128, ESN(0) } },
	  { { CBC128, SHA256, ESN(0) } }, NULL },
	{ "CBC with NONE", ESP, true, { { CBC128, INTEG(0), ESN(0) } },
	  { { CBC128, INTEG(0), ESN(0) } }, NULL },
	{ "DH in the offer only", ESP, true, { { GCM128, DH(19), ESN(0) } },
	  { { GCM128, ESN(0) } }, NULL },
	{ "DH or NONE in the offer", ESP, true, { { GCM128, DH(19), DH(0), ESN(0) } },
	  { { GCM128, ESN(0) } }, "aes128gcm16-none-noesn" },
	{ "DH of mine only", ESP, true, { { GCM128, ESN(0) } }, { { GCM128, DH(19), ESN(0) } },
	  NULL },
	{ "DH or NONE of mine", ESP, true, { { GCM128, ESN(0) } },
	  { { GCM128, DH(19), DH(0), ESN(0) } }, "aes128gcm16-noesn" },
	{ "DH of both", ESP, true, { { GCM128, DH(14), DH(19), ESN(0) } },
	  { { GCM128, DH(19), DH(14), ESN(0) } }, "aes128gcm16-ecp256-noesn" },
	{ "DH does not count without PFS", ESP, false, { { GCM128, DH(14), ESN(0) } },
	  { { GCM128, DH(19), ESN(0) } }, "aes128gcm16-noesn" },
	{ "a PRF for ESP", ESP, true, { { GCM128, PRF256, ESN(0) } }, { { GCM128, ESN(0) } },
	  NULL },
	{ "a PRF of number 0 for ESP", ESP, true, { { GCM128, { IKE_T_PRF, 0, 0 }, ESN(0) } },
	  { { GCM128, ESN(0) } }, NULL },
	{ "IKE", IKE, true, { { CBC128, PRF512, PRF256, SHA256, DH(14), DH(31) } },
	  { { CBC128, PRF256, SHA256, DH(31) } }, "aes128-sha256-prfsha256-curve25519" },
	{ "IKE with GCM", IKE, true, { { GCM128, PRF256, DH(31) } },
	  { { GCM128, PRF256, DH(31) } }, "aes128gcm16-prfsha256-curve25519" },
	{ "IKE without a PRF", IKE, true, { { GCM128, DH(31) } }, { { GCM128, PRF256, DH(31) } },
	  NULL },
	{ "IKE without DH", IKE, true, { { GCM128, PRF256 } }, { { GCM128, PRF256, DH(31) } },
	  NULL },
	{ "IKE with ESN", IKE, true, { { GCM128, PRF256, DH(31), ESN(0) } },
	  { { GCM128, PRF256, DH(31) } }, NULL },
	{ "a key length where there is none", IKE, true,
	  { { CBC128, PRF256, { IKE_T_INTEG, 12, 256 }, DH(31) } },
	  { { CBC128, PRF256, SHA256, DH(31) } }, NULL },
};

static void test_words_of_proposals(void)
{
	struct ike_proposal proposal;
	struct espah_err err;
	char name[160], text[256];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		snprintf(name, sizeof(name), "proposal '%s'", good[i].words);
		check_text(ike_proposal_read(&proposal, good[i].protocol, good[i].words, &err) ?
			   err.text : ike_proposal_print(&proposal, text, sizeof(text)),
			   good[i].printed ? good[i].printed : good[i].words, name);
	}
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		snprintf(name, sizeof(name), "proposal '%s' is refused", bad[i].words);
		check_text(ike_proposal_read(&proposal, bad[i].protocol, bad[i].words, &err) ?
			   err.text : "(taken)", bad[i].why, name);
	}
}

static void test_default(void)
{
	struct ike_proposals proposals = {};
	struct espah_err err;
	uint16_t groups[8];
	char text[24];
	unsigned int i;

	ike_proposals_default(&proposals, IKE);
	check(proposals.count == 2 && proposals.proposal[0].protocol == IKE,
	      "default is two proposals");
	check_text(ike_proposals_print(&proposals, text, sizeof(text)), "aes256gcm16-aes128gc...",
		   "cut to what there is room for");
	check(ike_proposals_groups(&proposals, groups, 8) == 5 &&
	      groups[0] == IKE_DH_CURVE25519 && groups[4] == IKE_DH_MODP_2048, "its groups");
	check(ike_proposals_groups(&proposals, groups, 2) == 2, "as many as there is room for");
	check(ike_proposals_have_dh(&proposals, IKE_DH_ECP_384) &&
	      !ike_proposals_have_dh(&proposals, 2), "which of them it has");
	for (i = proposals.count; i < IKE_PROPOSALS_MAX; i++)
		check(!ike_proposals_add(&proposals, IKE, "aes128-sha256-ecp256", &err),
		      "another proposal");
	check(ike_proposals_add(&proposals, IKE, "aes128-sha256-ecp256", &err) &&
	      proposals.count == IKE_PROPOSALS_MAX, "one too many");
	ike_proposals_drop_dh(&proposals);
	check(!ike_proposals_groups(&proposals, groups, 8), "without DH");
}

static void of_transforms(struct ike_proposals *proposals, uint8_t protocol,
			  const struct transforms *t)
{
	struct ike_proposal *one = &proposals->proposal[0];

	memset(proposals, 0, sizeof(*proposals));
	proposals->count = 1;
	one->protocol = protocol;
	for (; one->count < 8 && t->t[one->count].type; one->count++)
		one->transform[one->count] = t->t[one->count];
}

static void test_choices(void)
{
	struct ike_proposals offered, mine, answer = { .count = 1 };
	struct ike_choice choice, accepted;
	char text[128];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(choices); i++) {
		bool chosen;

		of_transforms(&offered, choices[i].protocol, &choices[i].offered);
		of_transforms(&mine, choices[i].protocol, &choices[i].mine);
		chosen = ike_proposals_choose(&offered, &mine, choices[i].pfs, &choice);
		check_text(chosen ? ike_suite_print(&choice.suite, text, sizeof(text)) : "nothing",
			   choices[i].suite ? choices[i].suite : "nothing", choices[i].name);
		if (!chosen)
			continue;
		ike_choice_proposal(&choice, ike_chunk("spis", 4), &answer.proposal[0]);
		check(ike_proposals_accept(&answer, &offered, choices[i].pfs, &accepted) &&
		      !memcmp(&accepted.suite, &choice.suite, sizeof(choice.suite)) &&
		      accepted.spi_len == 4 && !memcmp(accepted.spi, "spis", 4),
		      "the initiator takes it");
	}
}

/* Which of several. */
static void test_several(void)
{
	struct ike_proposals offered = {}, mine = {};
	struct ike_choice choice;
	struct espah_err err;

	ike_proposals_add(&offered, IKE, "aes128-sha256-ecp256", &err);
	ike_proposals_add(&offered, IKE, "aes256gcm16-prfsha256-ecp384", &err);
	ike_proposals_add(&offered, IKE, "aes128gcm16-prfsha256-ecp256", &err);
	ike_proposals_add(&mine, IKE, "aes256-sha256-ecp256", &err);
	ike_proposals_add(&mine, IKE, "aes128gcm16-prfsha256-ecp256", &err);
	ike_proposals_add(&mine, IKE, "aes128-sha256-ecp256", &err);
	check(ike_proposals_choose(&offered, &mine, true, &choice) && choice.number == 3,
	      "the first of mine that fits, by the number in the offer");
	offered.proposal[2].unusable = true;
	check(ike_proposals_choose(&offered, &mine, true, &choice) && choice.number == 1,
	      "one that is not understood is passed over");
	offered.proposal[0].protocol = ESP;
	check(!ike_proposals_choose(&offered, &mine, true, &choice), "of another protocol");
}

static void test_accept(void)
{
	struct ike_proposals mine = {}, answer = {};
	struct ike_choice choice;
	struct espah_err err;
	struct ike_proposal *one = &answer.proposal[0];

	ike_proposals_add(&mine, ESP, "aes256gcm16-ecp256-none", &err);
	ike_proposals_add(&mine, ESP, "aes128-sha256-ecp256-ecp384", &err);
	ike_proposals_add(&answer, ESP, "aes128-sha256-ecp384", &err);
	one->number = 2;
	check(ike_proposals_accept(&answer, &mine, true, &choice) && choice.suite.dh == 20,
	      "the second of mine");
	one->number = 1;
	check(!ike_proposals_accept(&answer, &mine, true, &choice), "by the first's number");
	one->number = 3;
	check(!ike_proposals_accept(&answer, &mine, true, &choice), "by nobody's number");
	one->number = 2;
	check(!ike_proposals_accept(&answer, &mine, false, &choice), "a group without PFS");
	answer.count = 0;
	ike_proposals_add(&answer, ESP, "aes128-sha256-ecp384-ecp256", &err);
	one->number = 2;
	check(!ike_proposals_accept(&answer, &mine, true, &choice), "two groups");
	answer.count = 0;
	ike_proposals_add(&answer, ESP, "aes128-sha256", &err);
	one->number = 2;
	check(!ike_proposals_accept(&answer, &mine, true, &choice), "no group");
	answer.count = 0;
	ike_proposals_add(&answer, ESP, "aes256gcm16", &err);
	check(ike_proposals_accept(&answer, &mine, true, &choice) && !choice.suite.dh,
	      "no group where I offered NONE");
	answer.count = 0;
	ike_proposals_add(&answer, ESP, "aes128-sha512-ecp256", &err);
	one->number = 2;
	check(!ike_proposals_accept(&answer, &mine, true, &choice), "what I did not offer");
	answer.count = 2;
	answer.proposal[1] = *one;
	check(!ike_proposals_accept(&answer, &mine, true, &choice), "two proposals");
}

/* Each is the ESP proposal with AES-CBC of 128 bits, SHA2-256 and no ESN, with a change. */
#define SPI "c0000001"
#define T_CBC "0300000c0100000c800e0080"
#define T_SHA "030000080300000c"
#define T_ESN "0000000805000000"

static const struct {
	const char *name;
	const char *hex;
	enum ike_bad bad;
	const char *printed;
} bodies[] = {
	{ "ESP", "0000002801030403" SPI T_CBC T_SHA T_ESN, IKE_GOOD, "aes128-sha256-noesn" },
	{ "reserved octets count for nothing",
	  "00ff002801030403" SPI "03ff000c01ff000c800e0080" T_SHA T_ESN, IKE_GOOD,
	  "aes128-sha256-noesn" },
	{ "the number of an answer", "0000002807030403" SPI T_CBC T_SHA T_ESN, IKE_GOOD,
	  "aes128-sha256-noesn" },
	{ "number 0", "0000002800030403" SPI T_CBC T_SHA T_ESN, IKE_BAD_PROPOSAL, NULL },
	{ "a length one short", "0000002701030403" SPI T_CBC T_SHA T_ESN, IKE_BAD_PROPOSAL, NULL },
	{ "a length one long", "0000002901030403" SPI T_CBC T_SHA T_ESN, IKE_BAD_PROPOSAL, NULL },
	{ "more follow, but do not", "0200002801030403" SPI T_CBC T_SHA T_ESN, IKE_BAD_PROPOSAL,
	  NULL },
	{ "a transform more", "0000002801030404" SPI T_CBC T_SHA T_ESN, IKE_BAD_PROPOSAL, NULL },
	{ "a transform less", "0000002801030402" SPI T_CBC T_SHA T_ESN, IKE_BAD_PROPOSAL, NULL },
	{ "no transform", "0000000c01030400" SPI, IKE_BAD_PROPOSAL, NULL },
	{ "an SPI of 3 octets", "0000002701030303c00000" T_CBC T_SHA T_ESN, IKE_BAD_PROPOSAL,
	  NULL },
	{ "an SPI of 255 octets", "000000280103ff03" SPI T_CBC T_SHA T_ESN, IKE_BAD_PROPOSAL,
	  NULL },
	{ "SPI 255", "0000002801030403000000ff" T_CBC T_SHA T_ESN, IKE_BAD_PROPOSAL, NULL },
	{ "SPI 256", "000000280103040300000100" T_CBC T_SHA T_ESN, IKE_GOOD,
	  "aes128-sha256-noesn" },
	{ "a transform's length of 7", "0000001301030401" SPI "00000007050000", IKE_BAD_TRANSFORM,
	  NULL },
	{ "a transform's length beyond the end", "0000001401030401" SPI "0000000905000000",
	  IKE_BAD_TRANSFORM, NULL },
	{ "the last transform is not the last", "0000001401030401" SPI "0300000805000000",
	  IKE_BAD_TRANSFORM, NULL },
	{ "the first is the last", "0000001c01030402" SPI "0000000805000000" T_ESN,
	  IKE_BAD_TRANSFORM, NULL },
	{ "three octets of attribute", "0000001701030401" SPI "0000000b0100000c800e00",
	  IKE_BAD_ATTRIBUTE, NULL },
	{ "a long attribute beyond the end",
	  "0000001801030401" SPI "0000000c0100000c00070001", IKE_BAD_ATTRIBUTE, NULL },
	{ "an unknown attribute: the other one stays",
	  "0000003601030404" SPI "0300000e0100000c00070002abcd" T_CBC T_SHA T_ESN, IKE_GOOD,
	  "aes128-sha256-noesn-unknown" },
	{ "an unknown attribute of another cipher",
	  "0000003401030404" SPI "0300000c0100000d80070001" T_CBC T_SHA T_ESN, IKE_GOOD,
	  "aes128-sha256-noesn" },
	{ "of the only one of its type",
	  "0000002c01030403" SPI T_CBC "0300000c0300000c80070001" T_ESN, IKE_GOOD,
	  "aes128-noesn-unknown" },
	{ "AES without a length", "0000002401030403" SPI "030000080100000c" T_SHA T_ESN, IKE_GOOD,
	  "encr12-sha256-noesn-unknown" },
	{ "a length of 0 for SHA2", "0000002c01030403" SPI T_CBC "0300000c0300000c800e0000" T_ESN,
	  IKE_GOOD, "aes128-noesn-unknown" },
	{ "the length twice",
	  "0000002c01030403" SPI "030000100100000c800e0080800e0100" T_SHA T_ESN, IKE_GOOD,
	  "sha256-noesn-unknown" },
	{ "an unknown type", "0000003001030404" SPI T_CBC T_SHA "0300000809000001" T_ESN, IKE_GOOD,
	  "aes128-sha256-noesn-unknown" },
	{ "an unknown algorithm", "0000003001030404" SPI "0300000801000063" T_CBC T_SHA T_ESN,
	  IKE_GOOD, "encr99-aes128-sha256-noesn" },
	{ "an unknown protocol", "0000002801090403" SPI T_CBC T_SHA T_ESN, IKE_GOOD,
	  "aes128-sha256-noesn-unknown" },
	{ "IKE without an SPI", "0000001801010001000000100100000c800e0080800e0080",
	  IKE_GOOD, "unknown" },
	{ "IKE with half an SPI", "0000001401010401" SPI T_ESN, IKE_BAD_PROPOSAL, NULL },
	{ "IKE with an SPI of zero", "00000018010108010000000000000000" T_ESN,
	  IKE_BAD_PROPOSAL, NULL },
	{ "two", "0200001401030401" SPI T_ESN "0000001402030401" SPI T_ESN, IKE_GOOD,
	  "noesn, noesn" },
	{ "two, the first of which is 2", "0200001402030401" SPI T_ESN "0000001403030401" SPI T_ESN,
	  IKE_BAD_PROPOSAL, NULL },
	{ "two of one number", "0200001401030401" SPI T_ESN "0000001401030401" SPI T_ESN,
	  IKE_BAD_PROPOSAL, NULL },
	{ "nothing", "", IKE_BAD_PROPOSAL, NULL },
};

static void test_bodies(void)
{
	struct ike_proposals proposals;
	struct unit_octets octets;
	char text[128];
	size_t i, len;

	for (i = 0; i < ARRAY_SIZE(bodies); i++) {
		enum ike_bad verdict;
		bool cut = true;

		unit_hex(&octets, bodies[i].hex);
		verdict = ike_proposals_parse(unit_chunk(&octets), &proposals);
		check_text(ike_bad_name(verdict), ike_bad_name(bodies[i].bad), bodies[i].name);
		if (bodies[i].bad)
			continue;
		check_text(ike_proposals_print(&proposals, text, sizeof(text)), bodies[i].printed,
			   bodies[i].name);
		for (len = 0; len < octets.len; len++)
			cut &= ike_proposals_parse(ike_chunk(octets.p, len), &proposals) !=
			       IKE_GOOD;
		check(cut, "cut at every length");
	}
}

static void test_round_trip(void)
{
	struct ike_proposals proposals = {}, again;
	struct ike_payloads payloads;
	char text[512], text_again[512];
	struct ike_writer w;
	unsigned int i;

	ike_proposals_default(&proposals, ESP);
	for (i = 0; i < proposals.count; i++) {
		proposals.proposal[i].spi_len = 4;
		memcpy(proposals.proposal[i].spi, "spis", 4);
	}
	ike_writer_begin_inner(&w);
	ike_put_proposals(&w, &proposals);
	check(ike_writer_end(&w) &&
	      !ike_payloads_parse(ike_writer_first(&w), ike_buf_chunk(&w.buf), &payloads) &&
	      payloads.payload[0].type == IKE_P_SA &&
	      !ike_proposals_parse(payloads.payload[0].body, &again) &&
	      again.proposal[0].number == 1 && again.proposal[1].number == 2 &&
	      again.proposal[1].spi_len == 4 && !memcmp(again.proposal[1].spi, "spis", 4),
	      "proposals are numbered as they are written");
	check_text(ike_proposals_print(&again, text_again, sizeof(text_again)),
		   ike_proposals_print(&proposals, text, sizeof(text)), "and read as they were");
	ike_writer_free(&w);
}

/* A row of another implementation's tests that has only what is here. */
static bool row_read(struct ike_proposals *proposals, const json_t *row, size_t at)
{
	const char *protocol = json_string_value(json_array_get(row, 0));
	struct espah_err err;

	memset(proposals, 0, sizeof(*proposals));
	return !ike_proposals_add(proposals, !strcmp(protocol, "PROTO_IKE") ? IKE : ESP,
				  json_string_value(json_array_get(row, at)), &err);
}

static void row_check(const json_t *row)
{
	const char *flags = json_string_value(json_array_get(row, 4));
	const char *own = json_string_value(json_array_get(row, 1));
	struct ike_proposals mine, offered, expected;
	char name[200], text[128] = "nothing", wanted[128] = "nothing";
	bool known = row_read(&mine, row, 1) && row_read(&offered, row, 2);
	struct ike_choice choice;

	snprintf(name, sizeof(name), "strongSwan: %s, %s", own,
		 json_string_value(json_array_get(row, 2)));
	if (json_is_string(json_array_get(row, 3)))
		known = known && row_read(&expected, row, 3);
	if (!known) {
		skip(name, "has ESN, several key exchanges, no integrity, or no DH for IKE");
		return;
	}
	if (ike_proposals_choose(&offered, &mine, !flags, &choice)) {
		/* What the offer calls NONE is said in the answer here, left out there. */
		if (choice.suite.dh == IKE_DH_NONE)
			choice.suite.types &= ~(1 << IKE_T_DH);
		ike_suite_print(&choice.suite, text, sizeof(text));
	}
	if (json_is_string(json_array_get(row, 3)))
		ike_proposals_print(&expected, wanted, sizeof(wanted));
	check_text(text, wanted, name);
}

static void test_strongswan(void)
{
	json_t *root = unit_oracle("ike/strongswan_tables.json", "strongSwan's proposals");
	json_t *row;
	size_t i;

	if (!root)
		return;
	json_array_foreach(json_object_get(json_object_get(root, "proposals"), "select_data"), i,
			   row)
		row_check(row);
	json_decref(root);
}

void test_ike_proposal(void)
{
	test_words_of_proposals();
	test_default();
	test_choices();
	test_several();
	test_accept();
	test_bodies();
	test_round_trip();
	test_strongswan();
}
