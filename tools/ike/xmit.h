/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Message ids, and windows of one message in both directions (RFC 7296
 * sections 2.1 to 2.3): a request is sent again until it is answered, a
 * response when its request comes again.
 */
#ifndef _IKE_XMIT_H
#define _IKE_XMIT_H

#include "buf.h"
#include "loop.h"
#include "net.h"
#include "payload.h"

/* 1, 2, 4 ... 32 seconds: some three minutes (section 2.4 suggests a dozen times). */
#define IKE_TRIES_MAX	10
#define IKE_TRY_FIRST	1000
#define IKE_TRY_DOUBLED	5
#define IKE_TRY_MOST	(IKE_TRY_FIRST << IKE_TRY_DOUBLED)
/* From the first attempt until nobody waits for an answer any more. */
#define IKE_TRY_ALL	(IKE_TRY_MOST - IKE_TRY_FIRST +				\
			 (IKE_TRIES_MAX - IKE_TRY_DOUBLED) * IKE_TRY_MOST)

struct ike_sa;

struct ike_xmit {
	/* Of the next request of ours, of the next that we take. */
	uint32_t out_id;
	uint32_t in_id;
	/* Each message under a key has another: AES-GCM's IV. */
	uint64_t counter;
	struct ike_buf request;
	bool waiting;
	unsigned int tries;
	struct ike_timer timer;
	struct ike_buf response;
};

enum ike_turn {
	/* Take it. */
	IKE_TURN_NEW,
	/* The last request again: it was answered again. */
	IKE_TURN_AGAIN,
	/* Neither. */
	IKE_TURN_NONE,
};

void ike_xmit_init(struct ike_xmit *xmit);
void ike_xmit_free(struct ike_sa *sa);
/* Nothing is awaited any more. */
void ike_xmit_stop(struct ike_sa *sa);

/* Send a request, again and again. @w is the chain within; it is freed. Return: 0 or -1. */
int ike_xmit_request(struct ike_sa *sa, uint8_t exchange, struct ike_writer *w);
/* The same with a message that stands already, in clear: IKE_SA_INIT. */
int ike_xmit_request_clear(struct ike_sa *sa, struct ike_chunk message);
/* Answer request @id, which came from @remote to @local; remembered. @w is freed. */
int ike_xmit_respond(struct ike_sa *sa, uint8_t exchange, uint32_t id, struct ike_writer *w,
		     const struct ike_endpoint *local, const struct ike_endpoint *remote);
int ike_xmit_respond_clear(struct ike_sa *sa, struct ike_chunk message,
			   const struct ike_endpoint *local, const struct ike_endpoint *remote);

/* A message whose integrity has been checked: is it its turn? */
enum ike_turn ike_xmit_turn(struct ike_sa *sa, const struct ike_hdr *hdr,
			    const struct ike_endpoint *local, const struct ike_endpoint *remote);

/* Check and decrypt: the chain within, which begins with a payload of type @first. */
enum ike_bad ike_xmit_open(struct ike_sa *sa, const struct ike_hdr *hdr, struct ike_chunk message,
			   uint8_t *first, struct ike_buf *inner);

#endif /* _IKE_XMIT_H */
