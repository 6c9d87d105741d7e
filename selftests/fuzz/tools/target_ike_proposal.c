// SPDX-License-Identifier: GPL-2.0-only
/* The body of an SA payload: what is chosen of it, and that it is written as it was read. */
#include <string.h>

#include "fuzz.h"
#include "proposal.h"

static struct ike_proposals mine[2];

static void mine_read(void)
{
	static const char * const ike[] = { "default", "aes128-sha256-modp2048" };
	static const char * const esp[] = { "aes256gcm16-ecp256-none", "aes128-sha512-sha256" };
	struct espah_err err;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ike); i++)
		must(!ike_proposals_add(&mine[0], IKE_PROTO_IKE, ike[i], &err) &&
		     !ike_proposals_add(&mine[1], IKE_PROTO_ESP, esp[i], &err), "my proposals");
}

static bool same(const struct ike_proposals *a, const struct ike_proposals *b)
{
	unsigned int i, j;

	if (a->count != b->count)
		return false;
	for (i = 0; i < a->count; i++) {
		const struct ike_proposal *one = &a->proposal[i], *other = &b->proposal[i];

		if (one->protocol != other->protocol || one->spi_len != other->spi_len ||
		    memcmp(one->spi, other->spi, one->spi_len) || one->count != other->count)
			return false;
		for (j = 0; j < one->count; j++) {
			if (one->transform[j].type != other->transform[j].type ||
			    one->transform[j].id != other->transform[j].id ||
			    one->transform[j].key_bits != other->transform[j].key_bits)
				return false;
		}
	}
	return true;
}

static enum ike_bad write_and_read(const struct ike_proposals *proposals,
				   struct ike_proposals *again)
{
	struct ike_writer w;
	enum ike_bad bad;

	ike_writer_begin_inner(&w);
	ike_put_proposals(&w, proposals);
	must(ike_writer_end(&w), "room for proposals");
	bad = ike_proposals_parse(ike_chunk(w.buf.p + 4, w.buf.len - 4), again);
	ike_writer_free(&w);
	return bad;
}

/* What was chosen is of both sides, and the other side takes it for an answer. */
static void chosen(const struct ike_proposals *offered, const struct ike_proposals *ours, bool pfs)
{
	static const uint8_t spi[] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	struct ike_choice choice, accepted;
	struct ike_proposals answer = { .count = 1 }, again, offer = *offered;

	if (!ike_proposals_choose(offered, ours, pfs, &choice))
		return;
	must(choice.suite.protocol == ours->proposal[0].protocol, "my protocol");
	must(ike_encr_is_aead(choice.suite.encr) == (choice.suite.integ == IKE_INTEG_NONE),
	     "integrity once");
	ike_choice_proposal(&choice, ike_chunk(spi, choice.spi_len), &answer.proposal[0]);
	must(!write_and_read(&answer, &again) && same(&answer, &again), "the answer back");
	if (!pfs)
		ike_proposals_drop_dh(&offer);
	must(ike_proposals_accept(&again, &offer, pfs, &accepted) &&
	     !memcmp(&accepted.suite, &choice.suite, sizeof(choice.suite)),
	     "the choice to be what was offered");
	must(ike_proposals_choose(&answer, ours, pfs, &accepted), "the choice to be mine");
}

void fuzz_ike_proposal(const uint8_t *data, size_t size)
{
	struct ike_proposals offered, again;
	uint16_t groups[4];
	char text[256];
	size_t i;

	if (!mine[0].count)
		mine_read();
	if (ike_proposals_parse(ike_chunk(data, size), &offered))
		return;
	must(offered.count && offered.count <= IKE_PROPOSALS_MAX, "proposals within the limit");
	must(strlen(ike_proposals_print(&offered, text, sizeof(text))) < sizeof(text), "an end");
	must(ike_proposals_groups(&offered, groups, ARRAY_SIZE(groups)) <= ARRAY_SIZE(groups),
	     "groups within the limit");
	for (i = 0; i < ARRAY_SIZE(mine); i++) {
		chosen(&offered, &mine[i], true);
		chosen(&offered, &mine[i], false);
	}
	for (i = 0; i < offered.count; i++) {
		if (offered.proposal[i].unusable)
			return;
	}
	must(!write_and_read(&offered, &again) && same(&offered, &again), "proposals back");
}
