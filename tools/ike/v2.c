// SPDX-License-Identifier: GPL-2.0-or-later
/* What becomes of a message: whose it is, whether it is its turn, who answers it. */
#include <string.h>

#include "v2.h"

void ike_v2_answer_clear(struct ike_daemon *daemon, const struct ike_hdr *to, uint8_t exchange,
			 uint16_t type, struct ike_chunk data, const struct ike_endpoint *local,
			 const struct ike_endpoint *remote)
{
	struct ike_hdr hdr = {
		.major		= 2,
		.exchange	= exchange,
		.flags		= IKE_FLAG_RESPONSE |
				  (to->flags & IKE_FLAG_INITIATOR ? 0 : IKE_FLAG_INITIATOR),
		.id		= to->id,
	};
	struct ike_writer w;

	memcpy(hdr.spi_i, to->spi_i, sizeof(hdr.spi_i));
	memcpy(hdr.spi_r, to->spi_r, sizeof(hdr.spi_r));
	ike_writer_begin(&w, &hdr);
	ike_put_notify(&w, IKE_PROTO_NONE, ike_chunk(NULL, 0), type, data);
	if (ike_writer_end(&w))
		(void)daemon->edge->send(daemon->net, local, remote, ike_buf_chunk(&w.buf));
	ike_writer_free(&w);
}

uint16_t ike_v2_error_of(const struct ike_payloads *in)
{
	const struct ike_payload *at = ike_payload_find(in, IKE_P_NOTIFY);
	struct ike_notify_body notify;

	for (; at; at = ike_payload_next(in, at)) {
		if (!ike_notify_parse(at->body, &notify) && notify.type <= IKE_N_ERROR_MAX)
			return notify.type;
	}
	return 0;
}

static enum ike_bad receive_init(struct ike_daemon *daemon, const struct ike_hdr *hdr,
				 const struct ike_endpoint *local,
				 const struct ike_endpoint *remote, struct ike_chunk message)
{
	struct ike_payloads in;
	struct ike_sa *sa;
	enum ike_bad bad;

	bad = ike_payloads_parse(hdr->next, ike_chunk(message.p + IKE_HDR_LEN,
						      message.len - IKE_HDR_LEN), &in);
	if (hdr->flags & IKE_FLAG_RESPONSE) {
		sa = bad ? NULL : ike_table_find(daemon->sas, hdr->spi_i);
		if (!sa || !sa->initiator)
			return bad ? bad : IKE_BAD_UNKNOWN_SPI;
		return ike_v2_init_response(sa, hdr, message, &in, local, remote);
	}
	if (bad == IKE_BAD_CRITICAL && ike_table_may_answer(daemon->sas))
		ike_v2_answer_clear(daemon, hdr, IKE_SA_INIT, IKE_N_UNSUPPORTED_CRITICAL_PAYLOAD,
				    ike_chunk(&in.unsupported, 1), local, remote);
	if (bad)
		return bad;
	return ike_v2_init_request(daemon, hdr, message, &in, local, remote);
}

/* Section 1.3: what a CREATE_CHILD_SA request is for is seen by what it carries. */
static const struct ike_answer *answer_of(uint8_t exchange, const struct ike_payloads *in)
{
	struct ike_notify_body notify;

	switch (exchange) {
	case IKE_AUTH:
		return &ike_v2_answer_auth;
	case CREATE_CHILD_SA:
		if (ike_notify_find(in, IKE_N_REKEY_SA, &notify))
			return &ike_v2_answer_rekey_child;
		if (ike_payload_find(in, IKE_P_TSI) || ike_payload_find(in, IKE_P_TSR))
			return &ike_v2_answer_child;
		return &ike_v2_answer_rekey_ike;
	default:
		return &ike_v2_answer_info;
	}
}

static bool exchange_fits(const struct ike_sa *sa, const struct ike_hdr *hdr)
{
	if (hdr->flags & IKE_FLAG_RESPONSE)
		return ike_sa_alive(sa);
	switch (sa->state) {
	case IKE_SA_HALF_OPEN:
		return hdr->exchange == IKE_AUTH;
	case IKE_SA_UP:
	case IKE_SA_REPLACED:
		return hdr->exchange == CREATE_CHILD_SA || hdr->exchange == INFORMATIONAL;
	default:
		return false;
	}
}

/* The whole response is this one notification; some of them end the SA (section 2.21.3). */
static void refuse(struct ike_sa *sa, uint16_t type, struct ike_chunk data, struct ike_writer *w)
{
	ike_writer_free(w);
	ike_writer_begin_inner(w);
	ike_put_notify(w, IKE_PROTO_NONE, ike_chunk(NULL, 0), type, data);
	if (type == IKE_N_INVALID_SYNTAX)
		sa->closing = "the peer sent a malformed request";
	else if (type == IKE_N_AUTHENTICATION_FAILED)
		sa->closing = "authentication failed";
	else if (type == IKE_N_UNSUPPORTED_CRITICAL_PAYLOAD && sa->state == IKE_SA_HALF_OPEN)
		sa->closing = "the peer asks for what is not known here";
}

static void answer(struct ike_sa *sa, const struct ike_hdr *hdr, enum ike_bad bad,
		   const struct ike_payloads *in, const struct ike_endpoint *local,
		   const struct ike_endpoint *remote)
{
	const struct ike_answer *kind = answer_of(hdr->exchange, in);
	struct ike_chunk data = {};
	uint16_t type = 0;
	struct ike_writer w;

	sa->xmit.in_id++;
	ike_writer_begin_inner(&w);
	if (!bad)
		bad = ike_rules_check(kind->rules, in);
	if (bad == IKE_BAD_CRITICAL) {
		type = IKE_N_UNSUPPORTED_CRITICAL_PAYLOAD;
		data = ike_chunk(&in->unsupported, 1);
	} else if (bad) {
		type = IKE_N_INVALID_SYNTAX;
	} else {
		type = kind->answer(sa, in, &w);
	}
	if (bad) {
		sa->daemon->bad[bad]++;
		ike_sa_log(sa, IKE_LOG_WARNING, "a malformed %s request (%s)",
			   ike_exchange_name(hdr->exchange), ike_bad_name(bad));
	}
	if (type)
		refuse(sa, type, data, &w);
	if (ike_xmit_respond(sa, hdr->exchange, hdr->id, &w, local, remote))
		sa->closing = "the response cannot be made";
	if (sa->closing)
		ike_sa_linger(sa, sa->closing);
}

static enum ike_bad receive_protected(struct ike_sa *sa, const struct ike_hdr *hdr,
				      const struct ike_endpoint *local,
				      const struct ike_endpoint *remote,
				      struct ike_chunk message, struct ike_buf *inner)
{
	struct ike_payloads in = {};
	enum ike_bad bad;
	uint8_t first;

	bad = ike_xmit_open(sa, hdr, message, &first, inner);
	if (bad)
		return bad;
	switch (ike_xmit_turn(sa, hdr, local, remote)) {
	case IKE_TURN_AGAIN:
		return IKE_GOOD;
	case IKE_TURN_NONE:
		/* One from before came late, or again: that is no fault of the peer's. */
		if (!(hdr->flags & IKE_FLAG_RESPONSE) && hdr->id > sa->xmit.in_id)
			ike_v2_bad_message_id(sa, hdr->id);
		return IKE_BAD_MESSAGE_ID;
	case IKE_TURN_NEW:
		break;
	}
	if (!exchange_fits(sa, hdr))
		return IKE_BAD_EXCHANGE;
	ike_sa_heard(sa, local, remote);
	bad = ike_payloads_parse(first, ike_buf_chunk(inner), &in);
	if (hdr->flags & IKE_FLAG_RESPONSE)
		ike_tasks_response(sa, hdr, bad, &in);
	else
		answer(sa, hdr, bad, &in, local, remote);
	return IKE_GOOD;
}

/* A node that has restarted says so, not too often (section 2.21.4). */
static enum ike_bad unknown(struct ike_daemon *daemon, const struct ike_hdr *hdr,
			    const struct ike_endpoint *local, const struct ike_endpoint *remote)
{
	if (!(hdr->flags & IKE_FLAG_RESPONSE) && ike_table_may_answer(daemon->sas))
		ike_v2_answer_clear(daemon, hdr, hdr->exchange, IKE_N_INVALID_IKE_SPI,
				    ike_chunk(NULL, 0), local, remote);
	return IKE_BAD_UNKNOWN_SPI;
}

static enum ike_bad receive(struct ike_daemon *daemon, const struct ike_hdr *hdr,
			    const struct ike_endpoint *local, const struct ike_endpoint *remote,
			    struct ike_chunk message)
{
	bool from_initiator = hdr->flags & IKE_FLAG_INITIATOR;
	struct ike_buf inner;
	struct ike_sa *sa;
	enum ike_bad bad;

	if (hdr->exchange == IKE_SA_INIT)
		return receive_init(daemon, hdr, local, remote, message);
	sa = ike_table_find(daemon->sas, from_initiator ? hdr->spi_r : hdr->spi_i);
	/* Before the first response has come there is no key: e_len is 0. */
	if (!sa || sa->initiator == from_initiator || !sa->keys.e_len ||
	    memcmp(sa->spi_i, hdr->spi_i, IKE_SPI_LEN) ||
	    memcmp(sa->spi_r, hdr->spi_r, IKE_SPI_LEN))
		return unknown(daemon, hdr, local, remote);
	ike_buf_init(&inner, IKE_MESSAGE_MAX);
	bad = receive_protected(sa, hdr, local, remote, message, &inner);
	ike_buf_free(&inner);
	return bad;
}

void ike_v2_receive(struct ike_daemon *daemon, const struct ike_hdr *hdr,
		    const struct ike_endpoint *local, const struct ike_endpoint *remote,
		    struct ike_chunk message)
{
	enum ike_bad bad = receive(daemon, hdr, local, remote, message);

	if (bad)
		daemon->bad[bad]++;
}
