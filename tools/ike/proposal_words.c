// SPDX-License-Identifier: GPL-2.0-or-later
/* Proposals as swanctl.conf(5) writes them. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "../lib/macros.h"
#include "proposal.h"
#include "text.h"

#define WORD_MAX	32

/*
 * The first word of an algorithm is the one it is printed with. Those that are
 * not supported are here so that a peer's offer, or somebody's old configuration,
 * is called by its name.
 */
static const struct algorithm {
	const char *word;
	struct ike_transform transform;
	bool supported;
} algorithms[] = {
	{ "aes128", { IKE_T_ENCR, IKE_ENCR_AES_CBC, 128 }, true },
	{ "aes192", { IKE_T_ENCR, IKE_ENCR_AES_CBC, 192 }, true },
	{ "aes256", { IKE_T_ENCR, IKE_ENCR_AES_CBC, 256 }, true },
	{ "aes", { IKE_T_ENCR, IKE_ENCR_AES_CBC, 128 }, true },
	{ "aes128gcm16", { IKE_T_ENCR, IKE_ENCR_AES_GCM_16, 128 }, true },
	{ "aes192gcm16", { IKE_T_ENCR, IKE_ENCR_AES_GCM_16, 192 }, true },
	{ "aes256gcm16", { IKE_T_ENCR, IKE_ENCR_AES_GCM_16, 256 }, true },
	{ "aes128gcm128", { IKE_T_ENCR, IKE_ENCR_AES_GCM_16, 128 }, true },
	{ "aes192gcm128", { IKE_T_ENCR, IKE_ENCR_AES_GCM_16, 192 }, true },
	{ "aes256gcm128", { IKE_T_ENCR, IKE_ENCR_AES_GCM_16, 256 }, true },
	{ "aes128gcm12", { IKE_T_ENCR, IKE_ENCR_AES_GCM_12, 128 }, true },
	{ "aes192gcm12", { IKE_T_ENCR, IKE_ENCR_AES_GCM_12, 192 }, true },
	{ "aes256gcm12", { IKE_T_ENCR, IKE_ENCR_AES_GCM_12, 256 }, true },
	{ "aes128gcm96", { IKE_T_ENCR, IKE_ENCR_AES_GCM_12, 128 }, true },
	{ "aes192gcm96", { IKE_T_ENCR, IKE_ENCR_AES_GCM_12, 192 }, true },
	{ "aes256gcm96", { IKE_T_ENCR, IKE_ENCR_AES_GCM_12, 256 }, true },
	{ "aes128gcm8", { IKE_T_ENCR, IKE_ENCR_AES_GCM_8, 128 }, true },
	{ "aes192gcm8", { IKE_T_ENCR, IKE_ENCR_AES_GCM_8, 192 }, true },
	{ "aes256gcm8", { IKE_T_ENCR, IKE_ENCR_AES_GCM_8, 256 }, true },
	{ "aes128gcm64", { IKE_T_ENCR, IKE_ENCR_AES_GCM_8, 128 }, true },
	{ "aes192gcm64", { IKE_T_ENCR, IKE_ENCR_AES_GCM_8, 192 }, true },
	{ "aes256gcm64", { IKE_T_ENCR, IKE_ENCR_AES_GCM_8, 256 }, true },
	{ "des", { IKE_T_ENCR, 2, 0 }, false },
	{ "3des", { IKE_T_ENCR, 3, 0 }, false },
	{ "null", { IKE_T_ENCR, 11, 0 }, false },
	{ "aes128ctr", { IKE_T_ENCR, 13, 128 }, false },
	{ "aes192ctr", { IKE_T_ENCR, 13, 192 }, false },
	{ "aes256ctr", { IKE_T_ENCR, 13, 256 }, false },
	{ "aes128ccm16", { IKE_T_ENCR, 16, 128 }, false },
	{ "aes256ccm16", { IKE_T_ENCR, 16, 256 }, false },
	{ "aes128gmac", { IKE_T_ENCR, 21, 128 }, false },
	{ "aes256gmac", { IKE_T_ENCR, 21, 256 }, false },
	{ "camellia128", { IKE_T_ENCR, 23, 128 }, false },
	{ "camellia256", { IKE_T_ENCR, 23, 256 }, false },
	{ "chacha20poly1305", { IKE_T_ENCR, 28, 0 }, false },
	{ "prfsha256", { IKE_T_PRF, IKE_PRF_HMAC_SHA2_256, 0 }, true },
	{ "prfsha384", { IKE_T_PRF, IKE_PRF_HMAC_SHA2_384, 0 }, true },
	{ "prfsha512", { IKE_T_PRF, IKE_PRF_HMAC_SHA2_512, 0 }, true },
	{ "prfmd5", { IKE_T_PRF, 1, 0 }, false },
	{ "prfsha1", { IKE_T_PRF, 2, 0 }, false },
	{ "prfaesxcbc", { IKE_T_PRF, 4, 0 }, false },
	{ "prfaescmac", { IKE_T_PRF, 8, 0 }, false },
	{ "sha256", { IKE_T_INTEG, IKE_INTEG_HMAC_SHA2_256_128, 0 }, true },
	{ "sha384", { IKE_T_INTEG, IKE_INTEG_HMAC_SHA2_384_192, 0 }, true },
	{ "sha512", { IKE_T_INTEG, IKE_INTEG_HMAC_SHA2_512_256, 0 }, true },
	{ "sha2_256", { IKE_T_INTEG, IKE_INTEG_HMAC_SHA2_256_128, 0 }, true },
	{ "sha2_384", { IKE_T_INTEG, IKE_INTEG_HMAC_SHA2_384_192, 0 }, true },
	{ "sha2_512", { IKE_T_INTEG, IKE_INTEG_HMAC_SHA2_512_256, 0 }, true },
	{ "md5", { IKE_T_INTEG, 1, 0 }, false },
	{ "sha1", { IKE_T_INTEG, 2, 0 }, false },
	{ "sha", { IKE_T_INTEG, 2, 0 }, false },
	{ "aesxcbc", { IKE_T_INTEG, 5, 0 }, false },
	{ "aescmac", { IKE_T_INTEG, 8, 0 }, false },
	/* Of an offer only: whoever wants no integrity algorithm writes none. */
	{ "nointeg", { IKE_T_INTEG, IKE_INTEG_NONE, 0 }, false },
	{ "none", { IKE_T_DH, IKE_DH_NONE, 0 }, true },
	{ "modp2048", { IKE_T_DH, IKE_DH_MODP_2048, 0 }, true },
	{ "modp3072", { IKE_T_DH, IKE_DH_MODP_3072, 0 }, true },
	{ "ecp256", { IKE_T_DH, IKE_DH_ECP_256, 0 }, true },
	{ "ecp384", { IKE_T_DH, IKE_DH_ECP_384, 0 }, true },
	{ "curve25519", { IKE_T_DH, IKE_DH_CURVE25519, 0 }, true },
	{ "x25519", { IKE_T_DH, IKE_DH_CURVE25519, 0 }, true },
	{ "modp768", { IKE_T_DH, 1, 0 }, false },
	{ "modp1024", { IKE_T_DH, 2, 0 }, false },
	{ "modp1536", { IKE_T_DH, 5, 0 }, false },
	{ "modp4096", { IKE_T_DH, 16, 0 }, false },
	{ "modp6144", { IKE_T_DH, 17, 0 }, false },
	{ "modp8192", { IKE_T_DH, 18, 0 }, false },
	{ "ecp521", { IKE_T_DH, 21, 0 }, false },
	{ "x448", { IKE_T_DH, 32, 0 }, false },
	{ "noesn", { IKE_T_ESN, IKE_ESN_NO, 0 }, true },
	{ "esn", { IKE_T_ESN, IKE_ESN_YES, 0 }, true },
};

/* What there is instead, and how a transform without a word is printed. */
static const struct {
	const char *instead;
	const char *short_name;
} types[] = {
	[IKE_T_ENCR] = { "for encryption there are aes128 to aes256, and aes128gcm16 and so on",
			 "encr" },
	[IKE_T_PRF] = { "there are prfsha256, prfsha384 and prfsha512", "prf" },
	[IKE_T_INTEG] = { "for integrity there are sha256, sha384 and sha512", "integ" },
	[IKE_T_DH] = { "the groups are curve25519, ecp256, ecp384, modp2048 and modp3072",
		       "group" },
	[IKE_T_ESN] = { .short_name = "esn" },
};

static const char *protocol_name(uint8_t protocol)
{
	return protocol == IKE_PROTO_IKE ? "IKE" : "ESP";
}

static bool same(const struct ike_transform *a, const struct ike_transform *b)
{
	return a->type == b->type && a->id == b->id && a->key_bits == b->key_bits;
}

/* Once each; they stay grouped by type, as RFC 7296's figures have them. */
static void add(struct ike_proposal *proposal, const struct ike_transform *transform)
{
	unsigned int i, at = proposal->count;

	for (i = 0; i < proposal->count; i++) {
		if (same(&proposal->transform[i], transform))
			return;
	}
	if (proposal->count == IKE_TRANSFORMS_MAX)
		return;
	while (at && proposal->transform[at - 1].type > transform->type)
		at--;
	memmove(&proposal->transform[at + 1], &proposal->transform[at],
		(proposal->count - at) * sizeof(*transform));
	proposal->transform[at] = *transform;
	proposal->count++;
}

static const struct ike_transform *first_of(const struct ike_proposal *proposal, uint8_t type)
{
	unsigned int i;

	for (i = 0; i < proposal->count; i++) {
		if (proposal->transform[i].type == type)
			return &proposal->transform[i];
	}
	return NULL;
}

static int word_read(struct ike_proposal *proposal, const char *word, const char *words,
		     struct espah_err *err)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(algorithms); i++) {
		const struct algorithm *alg = &algorithms[i];

		if (strcasecmp(alg->word, word))
			continue;
		if (!alg->supported)
			return espah_err_usage(err, "'%s' in '%.128s' is not supported; %s", word,
					       words, types[alg->transform.type].instead);
		if (alg->transform.type == IKE_T_ESN && proposal->protocol == IKE_PROTO_IKE)
			return espah_err_usage(err, "'%s' in '%.128s' is for ESP; leave it out",
					       word, words);
		/* As strongSwan has it: keys of Child SAs come of the IKE SA's PRF. */
		if (alg->transform.type == IKE_T_PRF && proposal->protocol != IKE_PROTO_IKE)
			return 0;
		add(proposal, &alg->transform);
		return 0;
	}
	return espah_err_usage(err,
			       "'%s' in '%.128s' is no algorithm; a proposal is written like aes256gcm16-prfsha256-ecp256 or aes256-sha256-modp2048",
			       word, words);
}

static int words_read(struct ike_proposal *proposal, const char *words, struct espah_err *err)
{
	const char *at = words;

	for (;;) {
		size_t len = strcspn(at, "-");
		char word[WORD_MAX];

		snprintf(word, sizeof(word), "%.*s", (int)(len < WORD_MAX ? len : WORD_MAX), at);
		if (word_read(proposal, word, words, err))
			return -1;
		if (!at[len])
			return 0;
		at += len + 1;
	}
}

/* The words of all are PRF_HMAC_X for AUTH_HMAC_X. */
static void prf_follow(struct ike_proposal *proposal)
{
	static const uint16_t prf[] = {
		[IKE_INTEG_HMAC_SHA2_256_128] = IKE_PRF_HMAC_SHA2_256,
		[IKE_INTEG_HMAC_SHA2_384_192] = IKE_PRF_HMAC_SHA2_384,
		[IKE_INTEG_HMAC_SHA2_512_256] = IKE_PRF_HMAC_SHA2_512,
	};
	const struct ike_proposal before = *proposal;
	unsigned int i;

	for (i = 0; i < before.count; i++) {
		struct ike_transform t = before.transform[i];

		if (t.type != IKE_T_INTEG)
			continue;
		t.type = IKE_T_PRF;
		t.id = prf[t.id];
		add(proposal, &t);
	}
}

static int cipher_check(const struct ike_proposal *proposal, const char *words,
			struct espah_err *err)
{
	bool integ = first_of(proposal, IKE_T_INTEG);
	bool aead = false, plain = false;
	unsigned int i;

	for (i = 0; i < proposal->count; i++) {
		const struct ike_transform *t = &proposal->transform[i];

		if (t->type == IKE_T_ENCR && ike_encr_is_aead(t->id))
			aead = true;
		else if (t->type == IKE_T_ENCR)
			plain = true;
	}
	if (!aead && !plain)
		return espah_err_usage(err,
				       "'%.128s' has no encryption algorithm; add one like aes256 or aes256gcm16",
				       words);
	if (aead && plain)
		return espah_err_usage(err,
				       "'%.128s' has AES-GCM and AES-CBC in one proposal; write two, with a comma between",
				       words);
	/* RFC 5282 section 8. */
	if (aead && integ)
		return espah_err_usage(err,
				       "'%.128s' has an integrity algorithm beside AES-GCM, which needs none; leave it out%s",
				       words, proposal->protocol == IKE_PROTO_IKE ?
				       ", or write a PRF, like prfsha256" : "");
	/* RFC 8221 section 4: encryption alone MUST NOT be. */
	if (plain && !integ)
		return espah_err_usage(err,
				       "'%.128s' has no integrity algorithm; add one like sha256",
				       words);
	return 0;
}

static int ike_check(const struct ike_proposal *proposal, const char *words, struct espah_err *err)
{
	static const struct ike_transform none = { IKE_T_DH, IKE_DH_NONE, 0 };
	unsigned int i;

	if (!first_of(proposal, IKE_T_PRF))
		return espah_err_usage(err, "'%.128s' has no PRF; add one like prfsha256", words);
	if (!first_of(proposal, IKE_T_DH))
		return espah_err_usage(err,
				       "'%.128s' has no Diffie-Hellman group; add one like ecp256 or modp3072",
				       words);
	for (i = 0; i < proposal->count; i++) {
		if (same(&proposal->transform[i], &none))
			return espah_err_usage(err,
					       "'none' in '%.128s' is for ESP; IKE always needs a Diffie-Hellman group",
					       words);
	}
	return 0;
}

int ike_proposal_read(struct ike_proposal *proposal, uint8_t protocol, const char *words,
		      struct espah_err *err)
{
	static const struct ike_transform noesn = { IKE_T_ESN, IKE_ESN_NO, 0 };

	memset(proposal, 0, sizeof(*proposal));
	proposal->protocol = protocol;
	if (!words[0])
		return espah_err_usage(err, "an %s proposal is empty; write one, or default",
				       protocol_name(protocol));
	if (words_read(proposal, words, err) || cipher_check(proposal, words, err))
		return -1;
	if (protocol != IKE_PROTO_IKE) {
		if (!first_of(proposal, IKE_T_ESN))
			add(proposal, &noesn);
		return 0;
	}
	if (!first_of(proposal, IKE_T_PRF))
		prf_follow(proposal);
	return ike_check(proposal, words, err);
}

/* RFC 8247 and RFC 8221: what MUST and SHOULD be, the strongest first. */
static const char * const defaults_ike[] = {
	"aes256gcm16-aes128gcm16-prfsha256-prfsha384-prfsha512-curve25519-ecp256-ecp384-modp3072-modp2048",
	"aes256-aes192-aes128-sha256-sha384-sha512-curve25519-ecp256-ecp384-modp3072-modp2048",
};

static const char * const defaults_esp[] = {
	"aes256gcm16-aes128gcm16",
	"aes256-aes192-aes128-sha256-sha384-sha512",
};

int ike_proposals_add(struct ike_proposals *proposals, uint8_t protocol, const char *words,
		      struct espah_err *err)
{
	const char * const *each = &words;
	unsigned int i, count = 1;

	if (!strcasecmp(words, "default")) {
		each = protocol == IKE_PROTO_IKE ? defaults_ike : defaults_esp;
		count = ARRAY_SIZE(defaults_ike);
	}
	if (count > IKE_PROPOSALS_MAX - proposals->count)
		return espah_err_usage(err, "'%.128s' is one proposal too many; %d are possible",
				       words, IKE_PROPOSALS_MAX);
	for (i = 0; i < count; i++) {
		if (ike_proposal_read(&proposals->proposal[proposals->count], protocol, each[i],
				      err))
			return -1;
		proposals->count++;
	}
	return 0;
}

void ike_proposals_default(struct ike_proposals *proposals, uint8_t protocol)
{
	struct espah_err err;

	proposals->count = 0;
	ike_proposals_add(proposals, protocol, "default", &err);
}

static void append_transform(char *buf, size_t size, const struct ike_transform *t)
{
	char word[WORD_MAX];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(algorithms); i++) {
		if (same(&algorithms[i].transform, t)) {
			ike_text_add(buf, size, algorithms[i].word);
			return;
		}
	}
	if (t->key_bits)
		snprintf(word, sizeof(word), "%s%u_%u", types[t->type].short_name, t->id,
			 t->key_bits);
	else
		snprintf(word, sizeof(word), "%s%u", types[t->type].short_name, t->id);
	ike_text_add(buf, size, word);
}

static void append_proposal(char *buf, size_t size, const struct ike_proposal *proposal)
{
	/* In the order that people write. */
	static const uint8_t order[] = { IKE_T_ENCR, IKE_T_INTEG, IKE_T_PRF, IKE_T_DH, IKE_T_ESN };
	const char *between = "";
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(order); i++) {
		for (j = 0; j < proposal->count; j++) {
			if (proposal->transform[j].type != order[i])
				continue;
			ike_text_add(buf, size, between);
			append_transform(buf, size, &proposal->transform[j]);
			between = "-";
		}
	}
	if (proposal->unusable)
		ike_text_add(buf, size, *between ? "-unknown" : "unknown");
}

const char *ike_proposal_print(const struct ike_proposal *proposal, char *buf, size_t size)
{
	buf[0] = '\0';
	append_proposal(buf, size, proposal);
	return buf;
}

const char *ike_proposals_print(const struct ike_proposals *proposals, char *buf, size_t size)
{
	unsigned int i;

	buf[0] = '\0';
	for (i = 0; i < proposals->count; i++) {
		if (i)
			ike_text_add(buf, size, ", ");
		append_proposal(buf, size, &proposals->proposal[i]);
	}
	return buf;
}

const char *ike_suite_print(const struct ike_suite *suite, char *buf, size_t size)
{
	struct ike_choice choice = { .suite = *suite };
	struct ike_proposal proposal;

	ike_choice_proposal(&choice, ike_chunk(NULL, 0), &proposal);
	return ike_proposal_print(&proposal, buf, size);
}
