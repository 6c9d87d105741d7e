// SPDX-License-Identifier: GPL-2.0-or-later
/* An IKE SA is rekeyed, by either end (RFC 7296 sections 1.3.2, 2.8, 2.18). */
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"
#include "v2.h"

static const struct ike_rule rules[] = {
	{ IKE_P_SA, 1, 1 },
	{ IKE_P_NONCE, 1, 1 },
	{ IKE_P_KE, 1, 1 },
	{}
};

void ike_v2_ike_offer_free(struct ike_ike_offer *offer)
{
	if (!offer)
		return;
	ike_dh_free(offer->dh);
	OPENSSL_cleanse(offer, sizeof(*offer));
	free(offer);
}

/* What one SA hands on to the next: all but keys, SPIs and message ids. */
static struct ike_sa *successor(struct ike_sa *old, bool initiator, const uint8_t *spi_i,
				const uint8_t *spi_r)
{
	struct ike_sa *sa;

	if (old->daemon->sas->count >= IKE_SAS_MAX)
		return NULL;
	sa = ike_sa_new(old->daemon, old->conn, &old->local, &old->remote);
	if (!sa)
		return NULL;
	sa->initiator = initiator;
	memcpy(sa->spi_i, spi_i, IKE_SPI_LEN);
	memcpy(sa->spi_r, spi_r, IKE_SPI_LEN);
	sa->nat_local = old->nat_local;
	sa->nat_remote = old->nat_remote;
	sa->encap = old->encap;
	sa->my_id = old->my_id;
	sa->peer_id = old->peer_id;
	/* No first request of the network has made it. */
	ike_random(sa->digest, sizeof(sa->digest));
	return sa;
}

static int derive(struct ike_sa *sa, const struct ike_sa *old, const struct ike_dh *dh,
		  struct ike_chunk ke, const struct ike_nonce *ni, const struct ike_nonce *nr)
{
	struct ike_chunk old_d = ike_chunk(old->keys.d, old->keys.d_len);
	uint8_t shared[IKE_DH_MAX];
	struct ike_kdf_input input = {
		.ni	= ike_nonce_chunk(ni),
		.nr	= ike_nonce_chunk(nr),
		.spi_i	= sa->spi_i,
		.spi_r	= sa->spi_r,
	};
	int len, rc = -1;

	sa->lowest = *ike_v2_lowest(ni, nr);
	len = ike_dh_shared(dh, ke, shared);
	if (len > 0) {
		input.shared = ike_chunk(shared, len);
		rc = ike_keys_derive(&sa->keys, &sa->suite, &input, old->suite.prf, &old_d);
	}
	OPENSSL_cleanse(shared, sizeof(shared));
	return rc;
}

/* The group of the SA that is replaced is what the peer took before. */
static uint16_t first_group(const struct ike_sa *sa)
{
	const struct ike_proposals *proposals = &sa->conn->proposals;
	uint16_t group = sa->suite.dh;

	if (!ike_proposals_have_dh(proposals, group) &&
	    !ike_proposals_groups(proposals, &group, 1))
		return 0;
	return group;
}

static struct ike_ike_offer *offer_new(struct ike_sa *sa)
{
	struct ike_ike_offer *offer = calloc(1, sizeof(*offer));

	if (!offer)
		return NULL;
	offer->group = first_group(sa);
	return offer;
}

static int build(struct ike_sa *sa, struct ike_task *task, struct ike_writer *w)
{
	struct ike_proposals proposals = sa->conn->proposals;
	struct ike_ike_offer *offer = task->ike;
	unsigned int i;

	if (sa->state != IKE_SA_UP || sa->parent)
		return IKE_TASK_MOOT;
	if (!offer) {
		offer = offer_new(sa);
		task->ike = offer;
	}
	if (!offer)
		return IKE_TASK_FAILED;
	/* What was tried before it had no rival, or it would have ended there. */
	offer->collided = false;
	ike_dh_free(offer->dh);
	offer->dh = ike_dh_new(offer->group);
	if (!offer->dh)
		return IKE_TASK_FAILED;
	ike_table_spi(sa->daemon->sas, offer->spi);
	ike_nonce_make(&offer->nonce);
	for (i = 0; i < proposals.count; i++) {
		proposals.proposal[i].spi_len = IKE_SPI_LEN;
		memcpy(proposals.proposal[i].spi, offer->spi, IKE_SPI_LEN);
	}
	ike_put_proposals(w, &proposals);
	ike_put_nonce(w, ike_nonce_chunk(&offer->nonce));
	ike_put_ke(w, offer->group, ike_dh_public(offer->dh));
	return IKE_TASK_BUILT;
}

/* The new SA, or what is wrong with the answer. */
static const char *take(struct ike_sa *old, const struct ike_ike_offer *offer,
			const struct ike_payloads *in, struct ike_sa **made)
{
	struct ike_proposals answer;
	struct ike_choice choice;
	struct ike_nonce theirs;
	struct ike_ke_body ke;

	if (ike_proposals_parse(ike_payload_find(in, IKE_P_SA)->body, &answer) ||
	    ike_ke_parse(ike_payload_find(in, IKE_P_KE)->body, &ke) ||
	    !ike_nonce_take(&theirs, ike_payload_find(in, IKE_P_NONCE)->body))
		return "it is malformed";
	if (!ike_proposals_accept(&answer, &old->conn->proposals, true, &choice) ||
	    choice.spi_len != IKE_SPI_LEN || !ike_get_u64(choice.spi))
		return "it chose a proposal that was not offered";
	if (choice.suite.dh != offer->group || ke.group != offer->group)
		return "its Diffie-Hellman value is of another group";
	*made = successor(old, true, offer->spi, choice.spi);
	if (!*made)
		return "there is no memory for it";
	(*made)->suite = choice.suite;
	if (!derive(*made, old, offer->dh, ke.value, &offer->nonce, &theirs))
		return NULL;
	ike_sa_free(*made);
	*made = NULL;
	return "its Diffie-Hellman value must not be used";
}

static bool other_group(struct ike_sa *sa, struct ike_task *task, const struct ike_payloads *in)
{
	uint16_t group;

	if (!ike_v2_other_group(task, in, &sa->conn->proposals, task->ike->group, &group))
		return false;
	task->ike->group = group;
	ike_task_again(sa, task, 0);
	return true;
}

static void failed(struct ike_sa *sa, struct ike_task *task, const struct ike_payloads *in,
		   uint16_t error)
{
	char name[64];

	if (other_group(sa, task, in))
		return;
	if (error == IKE_N_TEMPORARY_FAILURE && (sa->state != IKE_SA_UP || task->ike->collided)) {
		/* The peer has done it, and closes this one (section 2.8.2). */
		ike_task_free(sa, task, NULL);
		return;
	}
	if (error == IKE_N_TEMPORARY_FAILURE && ike_v2_temporary(sa, task))
		return;
	ike_explain_refused(sa, error, "IKE", &sa->conn->proposals, &sa->conn->proposals_place);
	ike_sa_log(sa, IKE_LOG_ERROR, "it cannot be rekeyed: %s",
		   ike_explain_notify(error, name, sizeof(name)));
	ike_task_free(sa, task, "the peer refused; the log says more");
	if (error == IKE_N_TEMPORARY_FAILURE)
		ike_v2_delete_ike(sa, NULL);
}

static void handle(struct ike_sa *sa, struct ike_task *task, const struct ike_payloads *in)
{
	uint16_t error = ike_v2_error_of(in);
	const char *wrong = NULL;
	struct ike_sa *made = NULL;

	if (!error)
		wrong = take(sa, task->ike, in, &made);
	if (!made && ike_v2_ike_rival_stays(sa, task->ike)) {
		ike_task_free(sa, task, NULL);
		return;
	}
	if (error) {
		failed(sa, task, in, error);
		return;
	}
	if (wrong) {
		ike_sa_log(sa, IKE_LOG_ERROR, "the peer's answer to its rekeying is of no use: %s",
			   wrong);
		ike_task_free(sa, task, wrong);
		ike_v2_delete_ike(sa, NULL);
		return;
	}
	ike_table_enter(sa->daemon->sas, made);
	ike_sa_up(made);
	ike_v2_ike_rekeyed(sa, task->ike, made);
	ike_task_free(sa, task, NULL);
}

const struct ike_task_kind ike_v2_task_rekey_ike = {
	.name		= "rekey the IKE SA",
	.exchange	= CREATE_CHILD_SA,
	.rules		= rules,
	.build		= build,
	.handle		= handle,
};

void ike_v2_rekey_ike(struct ike_sa *sa, struct ike_order *order)
{
	struct ike_task *task;

	if (sa->state != IKE_SA_UP || ike_task_queued(sa, &ike_v2_task_rekey_ike, NULL) ||
	    ike_task_queued(sa, &ike_v2_task_delete_ike, NULL)) {
		ike_order_end(sa->daemon->sas, order, NULL);
		return;
	}
	task = ike_task_add(sa, &ike_v2_task_rekey_ike);
	if (task)
		task->order = order;
	else
		ike_order_end(sa->daemon->sas, order, "too much waits for its turn already");
}

/* The responder's choice. */
struct request {
	struct ike_choice choice;
	struct ike_ke_body ke;
	struct ike_nonce ni;
	struct ike_nonce nr;
};

static uint16_t choose(const struct ike_sa *sa, const struct ike_payloads *in,
		       struct request *req, struct ike_refusal *refusal)
{
	struct ike_proposals offered;

	if (ike_proposals_parse(ike_payload_find(in, IKE_P_SA)->body, &offered) ||
	    ike_ke_parse(ike_payload_find(in, IKE_P_KE)->body, &req->ke) ||
	    !ike_nonce_take(&req->ni, ike_payload_find(in, IKE_P_NONCE)->body))
		return IKE_N_INVALID_SYNTAX;
	if (!ike_proposals_choose(&offered, &sa->conn->proposals, true, &req->choice) ||
	    req->choice.spi_len != IKE_SPI_LEN || !ike_get_u64(req->choice.spi)) {
		ike_explain_proposal(sa, "IKE", &offered, &sa->conn->proposals,
				     &sa->conn->proposals_place);
		return IKE_N_NO_PROPOSAL_CHOSEN;
	}
	if (req->ke.group != req->choice.suite.dh) {
		refusal->group = req->choice.suite.dh;
		return IKE_N_INVALID_KE_PAYLOAD;
	}
	ike_nonce_make(&req->nr);
	return 0;
}

static struct ike_sa *make(struct ike_sa *old, const struct request *req, struct ike_writer *w)
{
	struct ike_proposals answer = { .count = 1 };
	struct ike_dh *dh = ike_dh_new(req->choice.suite.dh);
	uint8_t spi[IKE_SPI_LEN];
	struct ike_sa *sa = NULL;

	ike_table_spi(old->daemon->sas, spi);
	if (dh)
		sa = successor(old, false, req->choice.spi, spi);
	if (sa) {
		sa->suite = req->choice.suite;
		if (derive(sa, old, dh, req->ke.value, &req->ni, &req->nr)) {
			ike_sa_free(sa);
			sa = NULL;
		}
	}
	if (sa) {
		ike_choice_proposal(&req->choice, ike_chunk(spi, sizeof(spi)),
				    &answer.proposal[0]);
		ike_put_proposals(w, &answer);
		ike_put_nonce(w, ike_nonce_chunk(&req->nr));
		ike_put_ke(w, req->ke.group, ike_dh_public(dh));
	}
	ike_dh_free(dh);
	return sa;
}

static uint16_t answer(struct ike_sa *sa, const struct ike_payloads *in, struct ike_writer *w)
{
	struct ike_refusal refusal = { .type = ike_v2_may_rekey_ike(sa) };
	struct ike_sa *made;
	struct request req;

	/* Each leaves one behind until the peer closes it, or for IKE_CLOSE_TIME. */
	if (!refusal.type && ike_table_count_peer(sa->daemon->sas, &sa->my_id, &sa->peer_id) >=
			     IKE_PEER_SAS_MAX)
		refusal.type = IKE_N_NO_ADDITIONAL_SAS;
	if (!refusal.type)
		refusal.type = choose(sa, in, &req, &refusal);
	if (refusal.type)
		return ike_v2_refuse(&refusal, w);
	made = make(sa, &req, w);
	if (!made)
		return IKE_N_NO_ADDITIONAL_SAS;
	ike_table_enter(sa->daemon->sas, made);
	ike_sa_up(made);
	ike_v2_ike_replaced(sa, made);
	return 0;
}

const struct ike_answer ike_v2_answer_rekey_ike = {
	.name	= "rekey the IKE SA",
	.rules	= rules,
	.answer	= answer,
};
