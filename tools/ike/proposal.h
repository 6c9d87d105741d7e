/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proposals: what is offered, what is configured, and what both agree on
 * (RFC 7296 sections 2.7 and 3.3). Pure.
 */
#ifndef _IKE_PROPOSAL_H
#define _IKE_PROPOSAL_H

#include "../lib/err.h"
#include "bad.h"
#include "buf.h"
#include "payload.h"
#include "proto.h"

/* Peers that offer all they have come to some forty. */
#define IKE_TRANSFORMS_MAX	64
#define IKE_PROPOSALS_MAX	16

/* Key length 0: the transform has no such attribute. */
struct ike_transform {
	uint8_t type;
	uint16_t id;
	uint16_t key_bits;
};

/*
 * Alternatives of each type, in the order of preference. @spi is the sender's
 * for this proposal: of 0 octets in IKE_SA_INIT, 8 when an IKE SA is rekeyed,
 * 4 for ESP. @number 0 is its place among the proposals, counted from 1.
 */
struct ike_proposal {
	uint8_t number;
	/* Of the network, and never to be chosen (section 3.3.6); kept so that it can be shown. */
	bool unusable;
	uint8_t protocol;
	uint8_t spi_len;
	uint8_t spi[IKE_SPI_LEN];
	unsigned int count;
	struct ike_transform transform[IKE_TRANSFORMS_MAX];
};

struct ike_proposals {
	unsigned int count;
	struct ike_proposal proposal[IKE_PROPOSALS_MAX];
};

/* One of each type that was chosen; a type that does not occur has id 0 and bit 0. */
struct ike_suite {
	uint8_t protocol;
	/* Bit 1 << IKE_T_*: there is one. */
	uint8_t types;
	uint16_t encr;
	uint16_t encr_bits;
	uint16_t prf;
	uint16_t integ;
	uint16_t dh;
	uint16_t esn;
};

/* Does this cipher protect integrity by itself (RFC 5282)? */
bool ike_encr_is_aead(uint16_t encr);

/*
 * Well-formed proposals with a type of transform that nobody here knows are
 * unusable, not refused; transforms with an attribute that nobody knows are left
 * out (section 3.3.6). What exceeds the limits above is left out too.
 */
enum ike_bad ike_proposals_parse(struct ike_chunk body, struct ike_proposals *proposals);
/* The whole SA payload. */
void ike_put_proposals(struct ike_writer *w, const struct ike_proposals *proposals);

/*
 * Words as swanctl.conf(5) has them: "aes128gcm16-prfsha256-ecp256",
 * "aes256-sha256-modp3072-noesn". Algorithms that are not IKE_ENCR_*, IKE_PRF_*,
 * IKE_INTEG_* or IKE_DH_* of proto.h are refused by name.
 */
int ike_proposal_read(struct ike_proposal *proposal, uint8_t protocol, const char *words,
		      struct espah_err *err);
/* Another proposal behind those that are there, or "default", which is two. */
int ike_proposals_add(struct ike_proposals *proposals, uint8_t protocol, const char *words,
		      struct espah_err *err);
/* The proposals that stand for "default", and nothing else. */
void ike_proposals_default(struct ike_proposals *proposals, uint8_t protocol);
/* For an offer without KE: that of the first Child SA (section 1.2). */
void ike_proposals_drop_dh(struct ike_proposals *proposals);

/* Of a proposal; at most @size octets, cut with "..." if they do not suffice. */
const char *ike_proposal_print(const struct ike_proposal *proposal, char *buf, size_t size);
const char *ike_proposals_print(const struct ike_proposals *proposals, char *buf, size_t size);
const char *ike_suite_print(const struct ike_suite *suite, char *buf, size_t size);

struct ike_choice {
	struct ike_suite suite;
	/* Of the offer. */
	uint8_t number;
	uint8_t spi_len;
	uint8_t spi[IKE_SPI_LEN];
};

/*
 * The responder's choice: the first proposal of @mine, in our order, of which
 * each type has a transform in common with one of @offered. ENCR_AES_GCM goes
 * without integrity (RFC 5282 section 8); no DH means NONE, and so on by
 * section 3.3.3. @pfs false leaves DH out of the comparison (the first Child
 * SA, section 1.2). False if nothing fits.
 */
bool ike_proposals_choose(const struct ike_proposals *offered, const struct ike_proposals *mine,
			  bool pfs, struct ike_choice *choice);
/* What the responder answers: one proposal with one transform of each type, and @spi of ours. */
void ike_choice_proposal(const struct ike_choice *choice, struct ike_chunk spi,
			 struct ike_proposal *answer);
/*
 * The initiator's check: the answer is one proposal, of ours, with one transform
 * of each type. A type of which we offered NONE may be missing.
 */
bool ike_proposals_accept(const struct ike_proposals *answer, const struct ike_proposals *mine,
			  bool pfs, struct ike_choice *choice);
/* Does any of them allow extended sequence numbers? */
bool ike_proposals_have_esn(const struct ike_proposals *proposals);
/* Does any of them allow this group? And their groups, most wanted first; returns how many. */
bool ike_proposals_have_dh(const struct ike_proposals *proposals, uint16_t group);
unsigned int ike_proposals_groups(const struct ike_proposals *proposals, uint16_t *groups,
				  unsigned int max);

#endif /* _IKE_PROPOSAL_H */
