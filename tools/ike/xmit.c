// SPDX-License-Identifier: GPL-2.0-or-later
#include <openssl/crypto.h>
#include <string.h>

#include "sa.h"
#include "task.h"

static struct ike_cipher cipher(struct ike_sa *sa, bool of_initiator)
{
	const struct ike_keys *keys = &sa->keys;

	return (struct ike_cipher){
		.suite	= &sa->suite,
		.encr	= ike_chunk(of_initiator ? keys->ei : keys->er, keys->e_len),
		.integ	= ike_chunk(of_initiator ? keys->ai : keys->ar, keys->a_len),
	};
}

static void give_up_or_again(struct ike_timer *timer);

void ike_xmit_init(struct ike_xmit *xmit)
{
	ike_buf_init(&xmit->request, IKE_MESSAGE_MAX);
	ike_buf_init(&xmit->response, IKE_MESSAGE_MAX);
	xmit->timer.fire = give_up_or_again;
}

void ike_xmit_stop(struct ike_sa *sa)
{
	sa->daemon->edge->timer_cancel(sa->daemon->loop, &sa->xmit.timer);
	sa->xmit.waiting = false;
	ike_buf_free(&sa->xmit.request);
	ike_buf_init(&sa->xmit.request, IKE_MESSAGE_MAX);
}

void ike_xmit_free(struct ike_sa *sa)
{
	ike_xmit_stop(sa);
	ike_buf_free(&sa->xmit.request);
	ike_buf_free(&sa->xmit.response);
}

static void send_now(struct ike_sa *sa, const struct ike_buf *message,
		     const struct ike_endpoint *local, const struct ike_endpoint *remote)
{
	/* A datagram that the kernel does not take is one that was lost: the timer runs. */
	(void)sa->daemon->edge->send(sa->daemon->net, local, remote, ike_buf_chunk(message));
}

static uint64_t pause_after(unsigned int tries)
{
	uint64_t ms = IKE_TRY_FIRST;

	while (--tries && ms < IKE_TRY_MOST)
		ms *= 2;
	return ms < IKE_TRY_MOST ? ms : IKE_TRY_MOST;
}

static void send_try(struct ike_sa *sa)
{
	struct ike_xmit *xmit = &sa->xmit;

	xmit->tries++;
	send_now(sa, &xmit->request, &sa->local, &sa->remote);
	if (ike_sa_timer(sa, &xmit->timer, pause_after(xmit->tries)))
		ike_sa_kill(sa, "no memory");
}

/*
 * What nobody has authenticated may be a forgery: it shortens the wait for the
 * true answer, and does not end it (RFC 7296 section 2.21.1).
 */
static bool refused_long_ago(const struct ike_sa *sa)
{
	return sa->shake && sa->shake->refusal &&
	       ike_sa_now(sa) - sa->shake->refused_at >= 10 * 1000;
}

static void give_up_or_again(struct ike_timer *timer)
{
	struct ike_sa *sa = container_of(timer, struct ike_sa, xmit.timer);
	char peer[IKE_ENDPOINT_STRLEN];

	ike_endpoint_print(&sa->remote, peer, sizeof(peer));
	if (refused_long_ago(sa)) {
		ike_sa_log(sa, IKE_LOG_ERROR, "%s refused, and nobody else answered", peer);
		ike_sa_lost(sa, "the peer refused; the log says why");
	} else if (sa->xmit.tries >= IKE_TRIES_MAX) {
		ike_sa_log(sa, IKE_LOG_ERROR, "no answer from %s after %u attempts", peer,
			   sa->xmit.tries);
		ike_sa_lost(sa, "the peer does not answer");
	} else {
		ike_sa_log(sa, IKE_LOG_DEBUG, "message %u is sent again to %s",
			   sa->xmit.out_id - 1, peer);
		send_try(sa);
	}
}

static void await(struct ike_sa *sa)
{
	sa->xmit.out_id++;
	sa->xmit.waiting = true;
	sa->xmit.tries = 0;
	send_try(sa);
}

static int seal(struct ike_sa *sa, uint8_t exchange, uint8_t flags, uint32_t id,
		struct ike_writer *w, struct ike_buf *message)
{
	struct ike_cipher own = cipher(sa, sa->initiator);
	struct ike_hdr hdr = {
		.major		= 2,
		.exchange	= exchange,
		.flags		= flags | (sa->initiator ? IKE_FLAG_INITIATOR : 0),
		.id		= id,
	};
	int rc = -1;

	memcpy(hdr.spi_i, sa->spi_i, sizeof(hdr.spi_i));
	memcpy(hdr.spi_r, sa->spi_r, sizeof(hdr.spi_r));
	ike_buf_free(message);
	ike_buf_init(message, IKE_MESSAGE_MAX);
	if (ike_writer_end(w))
		rc = ike_seal(&own, sa->xmit.counter++, &hdr, ike_writer_first(w),
			      ike_buf_chunk(&w->buf), message);
	if (!rc && message->full)
		rc = -1;
	/* A part of one is never sent. */
	if (rc)
		ike_buf_free(message);
	ike_writer_free(w);
	return rc;
}

int ike_xmit_request(struct ike_sa *sa, uint8_t exchange, struct ike_writer *w)
{
	/* Section 2.2: before they wrap, the SA is closed. It would take decades. */
	if (sa->xmit.out_id == UINT32_MAX ||
	    seal(sa, exchange, 0, sa->xmit.out_id, w, &sa->xmit.request))
		return -1;
	await(sa);
	return 0;
}

int ike_xmit_request_clear(struct ike_sa *sa, struct ike_chunk message)
{
	struct ike_buf request;

	ike_buf_init(&request, IKE_MESSAGE_MAX);
	ike_buf_chunk_put(&request, message);
	/* What was sent before, without the cookie, is sent again. */
	if (request.full)
		return -1;
	ike_buf_free(&sa->xmit.request);
	sa->xmit.request = request;
	/* All attempts of IKE_SA_INIT have the id 0 (section 2.2). */
	sa->xmit.out_id = 0;
	await(sa);
	return 0;
}

int ike_xmit_respond(struct ike_sa *sa, uint8_t exchange, uint32_t id, struct ike_writer *w,
		     const struct ike_endpoint *local, const struct ike_endpoint *remote)
{
	if (seal(sa, exchange, IKE_FLAG_RESPONSE, id, w, &sa->xmit.response))
		return -1;
	send_now(sa, &sa->xmit.response, local, remote);
	return 0;
}

int ike_xmit_respond_clear(struct ike_sa *sa, struct ike_chunk message,
			   const struct ike_endpoint *local, const struct ike_endpoint *remote)
{
	ike_buf_free(&sa->xmit.response);
	ike_buf_init(&sa->xmit.response, IKE_MESSAGE_MAX);
	ike_buf_chunk_put(&sa->xmit.response, message);
	if (sa->xmit.response.full)
		return -1;
	sa->xmit.in_id = 1;
	send_now(sa, &sa->xmit.response, local, remote);
	return 0;
}

enum ike_turn ike_xmit_turn(struct ike_sa *sa, const struct ike_hdr *hdr,
			    const struct ike_endpoint *local, const struct ike_endpoint *remote)
{
	struct ike_xmit *xmit = &sa->xmit;

	if (hdr->flags & IKE_FLAG_RESPONSE) {
		if (xmit->waiting && hdr->id == xmit->out_id - 1)
			return IKE_TURN_NEW;
		return IKE_TURN_NONE;
	}
	if (hdr->id == xmit->in_id)
		return IKE_TURN_NEW;
	/* To where it came from now: NAT may have moved the peer in between. */
	if (hdr->id + 1 == xmit->in_id && xmit->response.len) {
		send_now(sa, &xmit->response, local, remote);
		return IKE_TURN_AGAIN;
	}
	return IKE_TURN_NONE;
}

enum ike_bad ike_xmit_open(struct ike_sa *sa, const struct ike_hdr *hdr, struct ike_chunk message,
			   uint8_t *first, struct ike_buf *inner)
{
	struct ike_cipher theirs = cipher(sa, !sa->initiator);
	const struct ike_payload *sk;
	struct ike_payloads outer;
	enum ike_bad bad;

	bad = ike_payloads_parse(hdr->next, ike_chunk(message.p + IKE_HDR_LEN,
						      message.len - IKE_HDR_LEN), &outer);
	if (bad)
		return bad;
	/* It is the last one; what stands before it was not protected (section 3.14). */
	sk = outer.count ? &outer.payload[outer.count - 1] : NULL;
	if (!sk || sk->type != IKE_P_SK)
		return IKE_BAD_MISSING;
	*first = sk->next;
	return ike_open(&theirs, message, sk, inner);
}
