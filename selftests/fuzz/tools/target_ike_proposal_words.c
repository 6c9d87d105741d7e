// SPDX-License-Identifier: GPL-2.0-only
/* A line: a proposal, of IKE and of ESP. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "proposal.h"

static void proposal_returns(uint8_t protocol, const char *text)
{
	struct ike_proposal proposal, again;
	struct espah_err err = {};
	char printed[512], twice[512];

	if (ike_proposal_read(&proposal, protocol, text, &err)) {
		must_be_sentence(&err);
		return;
	}
	must(proposal.count && proposal.count <= IKE_TRANSFORMS_MAX, "transforms");
	ike_proposal_print(&proposal, printed, sizeof(printed));
	must(!ike_proposal_read(&again, protocol, printed, &err) &&
	     !strcmp(printed, ike_proposal_print(&again, twice, sizeof(twice))),
	     "the proposal '%s' back from '%s'", text, printed);
}

void fuzz_ike_proposal_words(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);

	proposal_returns(IKE_PROTO_IKE, text);
	proposal_returns(IKE_PROTO_ESP, text);
	free(text);
}
