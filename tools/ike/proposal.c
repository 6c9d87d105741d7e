// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "proposal.h"

bool ike_encr_is_aead(uint16_t encr)
{
	return encr == IKE_ENCR_AES_GCM_8 || encr == IKE_ENCR_AES_GCM_12 ||
	       encr == IKE_ENCR_AES_GCM_16;
}

static bool has_type(const struct ike_proposal *proposal, uint8_t type)
{
	unsigned int i;

	for (i = 0; i < proposal->count; i++) {
		if (proposal->transform[i].type == type)
			return true;
	}
	return false;
}

static bool has_transform(const struct ike_proposal *proposal,
			  const struct ike_transform *transform)
{
	unsigned int i;

	for (i = 0; i < proposal->count; i++) {
		const struct ike_transform *t = &proposal->transform[i];

		if (t->type == transform->type && t->id == transform->id &&
		    t->key_bits == transform->key_bits)
			return true;
	}
	return false;
}

/*
 * Section 3.3.3: "MAY omit the optional types if the only value [...] is NONE".
 * Of the other types, 0 is no such value.
 */
static bool takes_none(const struct ike_proposal *proposal, uint8_t type)
{
	const struct ike_transform none = { .type = type };

	if (!has_type(proposal, type))
		return true;
	return (type == IKE_T_INTEG || type == IKE_T_DH) && has_transform(proposal, &none);
}

/* Section 3.3.3's table. An integrity algorithm is asked for by the cipher instead. */
static bool is_mandatory(uint8_t protocol, uint8_t type)
{
	switch (type) {
	case IKE_T_ENCR:
		return protocol != IKE_PROTO_AH;
	case IKE_T_PRF:
	case IKE_T_DH:
		return protocol == IKE_PROTO_IKE;
	case IKE_T_ESN:
		return protocol != IKE_PROTO_IKE;
	default:
		return false;
	}
}

/* Is this what is looked for as integrity beside @encr (RFC 5282 section 8)? */
static bool integ_fits(const struct ike_transform *integ, uint16_t encr)
{
	return ike_encr_is_aead(encr) == (integ->id == IKE_INTEG_NONE);
}

/* The first of @mine of this type that @offered has too. */
static const struct ike_transform *common(const struct ike_proposal *offered,
					  const struct ike_proposal *mine, uint8_t type,
					  uint16_t encr)
{
	unsigned int i;

	for (i = 0; i < mine->count; i++) {
		const struct ike_transform *t = &mine->transform[i];

		if (t->type != type || !has_transform(offered, t))
			continue;
		if (type != IKE_T_INTEG || integ_fits(t, encr))
			return t;
	}
	return NULL;
}

static void suite_set(struct ike_suite *suite, const struct ike_transform *transform)
{
	suite->types |= 1 << transform->type;
	switch (transform->type) {
	case IKE_T_ENCR:
		suite->encr = transform->id;
		suite->encr_bits = transform->key_bits;
		break;
	case IKE_T_PRF:
		suite->prf = transform->id;
		break;
	case IKE_T_INTEG:
		suite->integ = transform->id;
		break;
	case IKE_T_DH:
		suite->dh = transform->id;
		break;
	case IKE_T_ESN:
		suite->esn = transform->id;
		break;
	}
}

/* Section 2.7: exactly one of each type that the offer includes, be it NONE. */
static bool match_type(const struct ike_proposal *offered, const struct ike_proposal *mine,
		       uint8_t type, struct ike_suite *suite)
{
	const struct ike_transform none = { .type = type };
	const struct ike_transform *t = common(offered, mine, type, suite->encr);

	if (t) {
		suite_set(suite, t);
		return true;
	}
	if (is_mandatory(offered->protocol, type))
		return false;
	if (type == IKE_T_INTEG && !integ_fits(&none, suite->encr))
		return false;
	if (!takes_none(offered, type) || !takes_none(mine, type))
		return false;
	if (has_type(offered, type))
		suite_set(suite, &none);
	return true;
}

static bool match_others(const struct ike_proposal *offered, const struct ike_proposal *mine,
			 bool pfs, struct ike_suite *suite)
{
	uint8_t type;

	for (type = IKE_T_PRF; type <= IKE_T_MAX; type++) {
		if (type == IKE_T_DH && !pfs)
			continue;
		if (!match_type(offered, mine, type, suite))
			return false;
	}
	return true;
}

/* Each cipher in turn, since what must go with it differs. */
static bool match(const struct ike_proposal *offered, const struct ike_proposal *mine, bool pfs,
		  struct ike_suite *suite)
{
	unsigned int i;

	if (offered->unusable || offered->protocol != mine->protocol)
		return false;
	for (i = 0; i < mine->count; i++) {
		const struct ike_transform *encr = &mine->transform[i];

		if (encr->type != IKE_T_ENCR || !has_transform(offered, encr))
			continue;
		*suite = (struct ike_suite){ .protocol = offered->protocol };
		suite_set(suite, encr);
		if (match_others(offered, mine, pfs, suite))
			return true;
	}
	return false;
}

static uint8_t number_of(const struct ike_proposals *proposals, unsigned int place)
{
	uint8_t number = proposals->proposal[place].number;

	return number ? number : place + 1;
}

static void choice_take(struct ike_choice *choice, const struct ike_proposals *of,
			unsigned int place)
{
	choice->number = number_of(of, place);
	choice->spi_len = of->proposal[place].spi_len;
	memcpy(choice->spi, of->proposal[place].spi, sizeof(choice->spi));
}

bool ike_proposals_choose(const struct ike_proposals *offered, const struct ike_proposals *mine,
			  bool pfs, struct ike_choice *choice)
{
	unsigned int i, j;

	for (i = 0; i < mine->count; i++) {
		for (j = 0; j < offered->count; j++) {
			if (!match(&offered->proposal[j], &mine->proposal[i], pfs, &choice->suite))
				continue;
			choice_take(choice, offered, j);
			return true;
		}
	}
	return false;
}

static void answer_add(struct ike_proposal *answer, const struct ike_suite *suite, uint8_t type,
		       uint16_t id, uint16_t bits)
{
	if (!(suite->types & 1 << type))
		return;
	answer->transform[answer->count++] = (struct ike_transform){
		.type = type, .id = id, .key_bits = bits,
	};
}

void ike_choice_proposal(const struct ike_choice *choice, struct ike_chunk spi,
			 struct ike_proposal *answer)
{
	const struct ike_suite *suite = &choice->suite;

	memset(answer, 0, sizeof(*answer));
	answer->number = choice->number;
	answer->protocol = suite->protocol;
	if (spi.len && spi.len <= sizeof(answer->spi)) {
		answer->spi_len = spi.len;
		memcpy(answer->spi, spi.p, spi.len);
	}
	answer_add(answer, suite, IKE_T_ENCR, suite->encr, suite->encr_bits);
	answer_add(answer, suite, IKE_T_PRF, suite->prf, 0);
	answer_add(answer, suite, IKE_T_INTEG, suite->integ, 0);
	answer_add(answer, suite, IKE_T_DH, suite->dh, 0);
	answer_add(answer, suite, IKE_T_ESN, suite->esn, 0);
}

static bool has_type_twice(const struct ike_proposal *proposal)
{
	uint8_t types = 0;
	unsigned int i;

	for (i = 0; i < proposal->count; i++) {
		uint8_t bit = 1 << proposal->transform[i].type;

		if (types & bit)
			return true;
		types |= bit;
	}
	return false;
}

/* A group in the answer to an offer that had no KE would be one that nobody uses. */
static bool dh_is_sound(const struct ike_proposal *answer, bool pfs)
{
	return pfs || takes_none(answer, IKE_T_DH);
}

bool ike_proposals_accept(const struct ike_proposals *answer, const struct ike_proposals *mine,
			  bool pfs, struct ike_choice *choice)
{
	const struct ike_proposal *one = &answer->proposal[0];
	unsigned int i;

	if (answer->count != 1 || has_type_twice(one) || !dh_is_sound(one, pfs))
		return false;
	for (i = 0; i < mine->count; i++) {
		if (number_of(mine, i) != number_of(answer, 0) ||
		    !match(one, &mine->proposal[i], pfs, &choice->suite))
			continue;
		choice_take(choice, answer, 0);
		return true;
	}
	return false;
}

static bool have(const struct ike_proposals *proposals, const struct ike_transform *transform)
{
	unsigned int i;

	for (i = 0; i < proposals->count; i++) {
		if (has_transform(&proposals->proposal[i], transform))
			return true;
	}
	return false;
}

bool ike_proposals_have_dh(const struct ike_proposals *proposals, uint16_t group)
{
	const struct ike_transform dh = { .type = IKE_T_DH, .id = group };

	return have(proposals, &dh);
}

bool ike_proposals_have_esn(const struct ike_proposals *proposals)
{
	static const struct ike_transform esn = { .type = IKE_T_ESN, .id = IKE_ESN_YES };

	return have(proposals, &esn);
}

static bool is_listed(const uint16_t *groups, unsigned int count, uint16_t group)
{
	while (count--) {
		if (groups[count] == group)
			return true;
	}
	return false;
}

unsigned int ike_proposals_groups(const struct ike_proposals *proposals, uint16_t *groups,
				  unsigned int max)
{
	unsigned int i, j, count = 0;

	for (i = 0; i < proposals->count; i++) {
		const struct ike_proposal *proposal = &proposals->proposal[i];

		for (j = 0; j < proposal->count && count < max; j++) {
			const struct ike_transform *t = &proposal->transform[j];

			if (t->type == IKE_T_DH && t->id != IKE_DH_NONE &&
			    !is_listed(groups, count, t->id))
				groups[count++] = t->id;
		}
	}
	return count;
}

void ike_proposals_drop_dh(struct ike_proposals *proposals)
{
	unsigned int i, j;

	for (i = 0; i < proposals->count; i++) {
		struct ike_proposal *proposal = &proposals->proposal[i];
		unsigned int kept = 0;

		for (j = 0; j < proposal->count; j++) {
			if (proposal->transform[j].type != IKE_T_DH)
				proposal->transform[kept++] = proposal->transform[j];
		}
		proposal->count = kept;
	}
}
