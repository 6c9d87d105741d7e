/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IKEv2: what its exchanges ask of each other (RFC 7296).
 */
#ifndef _IKE_V2_H
#define _IKE_V2_H

#include "child.h"
#include "order.h"
#include "plan.h"
#include "sa_table.h"
#include "task.h"

/* A request of one kind: what it must carry, who answers it. */
struct ike_answer {
	const char *name;
	const struct ike_rule *rules;
	/* Writes the response. Return: 0, or a notification that is all of it. */
	uint16_t (*answer)(struct ike_sa *sa, const struct ike_payloads *in, struct ike_writer *w);
};

/* What becomes of a request, a Child SA in it, when it is refused. */
struct ike_refusal {
	/* 0: it is not refused. */
	uint16_t type;
	/* Of INVALID_KE_PAYLOAD. */
	uint16_t group;
};

#define IKE_CLOSED_MAX	8

/*
 * An attempt at a Child SA, from the building of the request to the end of its
 * response.
 */
struct ike_offer {
	struct ike_conf_conn *conn;
	const struct ike_conf_child *conf;
	uint32_t reqid;
	uint32_t spi;
	struct espah_addr spi_src;
	struct espah_addr spi_dst;
	bool has_flow;
	struct ike_flow flow;
	/* 0: none. */
	uint16_t group;
	struct ike_dh *dh;
	struct ike_nonce nonce;
	struct ike_proposals proposals;
	struct ike_ts_list local_ts;
	struct ike_ts_list remote_ts;
	/* Room for what comes of it: once the peer has agreed, it is too late to have none. */
	struct ike_child *room;
	bool rekey;
	/* What is rekeyed, as the peer knows it; the child may go before the answer comes. */
	uint32_t old_in;
	/* The peer rekeys it, too: what came of that, until it goes, and its nonce (2.8.1). */
	bool collided;
	struct ike_child *rival;
	struct ike_nonce rival_lowest;
	/* The peer closed what is rekeyed, without having replaced it. */
	bool closed;
	/*
	 * What the peer has closed while we waited, or closes since we did not know it:
	 * its response, which was lost, may be about one of these.
	 */
	uint32_t closed_spi[IKE_CLOSED_MAX];
	unsigned int closed_spis;
	bool stillborn;
};

/* The same for an IKE SA. */
struct ike_ike_offer {
	uint8_t spi[IKE_SPI_LEN];
	struct ike_dh *dh;
	uint16_t group;
	struct ike_nonce nonce;
	bool collided;
	struct ike_sa *rival;
	struct ike_nonce rival_lowest;
};

extern const struct ike_task_kind ike_v2_task_init;
extern const struct ike_task_kind ike_v2_task_auth;
extern const struct ike_task_kind ike_v2_task_auth_failed;
extern const struct ike_task_kind ike_v2_task_child;
extern const struct ike_task_kind ike_v2_task_rekey_child;
extern const struct ike_task_kind ike_v2_task_rekey_ike;
extern const struct ike_task_kind ike_v2_task_delete_child;
extern const struct ike_task_kind ike_v2_task_delete_ike;
extern const struct ike_task_kind ike_v2_task_alive;
extern const struct ike_task_kind ike_v2_task_message_id;

extern const struct ike_answer ike_v2_answer_auth;
extern const struct ike_answer ike_v2_answer_info;
extern const struct ike_answer ike_v2_answer_child;
extern const struct ike_answer ike_v2_answer_rekey_child;
extern const struct ike_answer ike_v2_answer_rekey_ike;

static inline void ike_spi_put(uint8_t *p, uint32_t spi)
{
	p[0] = spi >> 24;
	p[1] = spi >> 16;
	p[2] = spi >> 8;
	p[3] = spi;
}

/* v2.c: a whole message. */
void ike_v2_receive(struct ike_daemon *daemon, const struct ike_hdr *hdr,
		    const struct ike_endpoint *local, const struct ike_endpoint *remote,
		    struct ike_chunk message);
/* A notification without protection, as the answer to @to (section 2.21.4). */
void ike_v2_answer_clear(struct ike_daemon *daemon, const struct ike_hdr *to, uint8_t exchange,
			 uint16_t type, struct ike_chunk data, const struct ike_endpoint *local,
			 const struct ike_endpoint *remote);

/* v2_init.c */
struct ike_sa *ike_v2_begin(struct ike_daemon *daemon, struct ike_conf_conn *conn,
			    struct espah_err *err);
enum ike_bad ike_v2_init_response(struct ike_sa *sa, const struct ike_hdr *hdr,
				  struct ike_chunk message, const struct ike_payloads *in,
				  const struct ike_endpoint *local,
				  const struct ike_endpoint *remote);

extern const struct ike_rule ike_v2_init_rules[];
struct ike_handshake *ike_v2_shake_new(void);
void ike_v2_init_put_hashes(struct ike_writer *w);
void ike_v2_init_take_hashes(struct ike_handshake *shake, const struct ike_payloads *in);
int ike_v2_init_keys(struct ike_sa *sa, const struct ike_ke_body *ke);

/* v2_init_answer.c */
enum ike_bad ike_v2_init_request(struct ike_daemon *daemon, const struct ike_hdr *hdr,
				 struct ike_chunk message, const struct ike_payloads *in,
				 const struct ike_endpoint *local,
				 const struct ike_endpoint *remote);

/* v2_cookie.c */
#define IKE_COOKIE_LEN	33
int ike_v2_cookie_make(struct ike_sa_table *table, const struct ike_hdr *hdr,
		       struct ike_chunk nonce, const struct espah_addr *from, uint8_t *cookie);
bool ike_v2_cookie_good(struct ike_sa_table *table, const struct ike_hdr *hdr,
			struct ike_chunk nonce, const struct espah_addr *from,
			struct ike_chunk cookie);

/* v2_natd.c */
void ike_v2_natd_put(const struct ike_sa *sa, struct ike_writer *w);
/* What the peer's notifications say of NAT between; ports move where they must. */
void ike_v2_natd_take(struct ike_sa *sa, const struct ike_hdr *hdr, const struct ike_payloads *in,
		      const struct ike_endpoint *local, const struct ike_endpoint *remote);
/* What the selectors were before that, into @child. */
void ike_v2_natd_originals(const struct ike_sa *sa, const struct ike_ts_list *local_ts,
			   const struct ike_ts_list *remote_ts, struct ike_child *child);
/* Transport mode's selectors behind NAT (section 2.23.1). */
void ike_v2_natd_selectors(const struct ike_sa *sa, struct ike_ts_list *local_ts,
			   struct ike_ts_list *remote_ts);

/* v2_auth_id.c: who is who, and the proof. */
int ike_v2_auth_own_id(struct ike_sa *sa);
/* The ID payload's body as it is sent and as AUTH covers it. */
void ike_v2_auth_id_body(const struct ike_id *id, struct ike_buf *body);
/*
 * The first connection for these identities (@mine NULL: any) whose peer is to
 * prove itself by @method, the SA's own before all others; or NULL.
 */
struct ike_conf_conn *ike_v2_auth_find_conn(const struct ike_sa *sa, const struct ike_id *theirs,
					    const struct ike_id *mine, uint8_t method);
/* Our ID, proof and certificates. Return: 0 or -1, which was told. */
int ike_v2_auth_put(struct ike_sa *sa, struct ike_writer *w);
/* Is the peer who it says? @id_body is its ID payload's. */
int ike_v2_auth_check(struct ike_sa *sa, const struct ike_payloads *in, struct ike_chunk id_body);

/* v2_auth_cert.c: signatures (RFC 7296 section 2.15, RFC 7427). */
void ike_v2_auth_put_certreq(const struct ike_sa *sa, struct ike_writer *w);
void ike_v2_cert_put(const struct ike_sa *sa, struct ike_writer *w);
int ike_v2_cert_sign(const struct ike_sa *sa, struct ike_chunk octets, struct ike_writer *w);
int ike_v2_cert_check(const struct ike_sa *sa, const struct ike_payloads *in,
		      const struct ike_auth_body *auth, struct ike_chunk octets);

/* v2_child.c: a Child SA, in whichever exchange. */
/* Of CREATE_CHILD_SA, be the child new or in the place of another. */
extern const struct ike_rule ike_v2_child_response_rules[];
struct ike_offer *ike_v2_offer_new(struct ike_conf_conn *conn, const struct ike_conf_child *conf,
				   uint32_t reqid);
void ike_v2_offer_free(struct ike_sa *sa, struct ike_offer *offer);
void ike_v2_ike_offer_free(struct ike_ike_offer *offer);
/* What the request says of it; @first: in IKE_AUTH, without nonce and KE. 0 or -1, told. */
int ike_v2_offer_put(struct ike_sa *sa, struct ike_offer *offer, bool first,
		     struct ike_writer *w);
/* The response: a Child SA with its inbound half installed, or NULL, which was told. */
struct ike_child *ike_v2_offer_accept(struct ike_sa *sa, struct ike_offer *offer, bool first,
				      const struct ike_payloads *in, char *why, size_t size);
/* The responder's side of the same. */
struct ike_child *ike_v2_child_answer(struct ike_sa *sa, const struct ike_payloads *in, bool first,
				      struct ike_child *old, struct ike_writer *w,
				      struct ike_refusal *refusal);
/* Keys, and what collisions are settled by; @dh NULL: none of its own. */
int ike_v2_child_keys(struct ike_sa *sa, struct ike_child *child, const struct ike_dh *dh,
		      const struct ike_ke_body *ke, const struct ike_nonce *ni,
		      const struct ike_nonce *nr);
/*
 * Section 1.3: does the peer name a group that was offered and not @tried yet?
 * It has three attempts at each task.
 */
bool ike_v2_other_group(struct ike_task *task, const struct ike_payloads *in,
			const struct ike_proposals *offered, uint16_t tried, uint16_t *group);
/* Was another group asked for, and is @task queued with it? */
bool ike_v2_child_other_group(struct ike_sa *sa, struct ike_task *task,
			      const struct ike_payloads *in);
/* A refusal as a response: what is returned, or written with its group. */
uint16_t ike_v2_refuse(const struct ike_refusal *refusal, struct ike_writer *w);
/* Queue a new Child SA. */
struct ike_task *ike_v2_child_queue(struct ike_sa *sa, struct ike_conf_conn *conn,
				    const struct ike_conf_child *conf, uint32_t reqid,
				    const struct ike_flow *flow);
/* The error notification of a response, or 0. */
uint16_t ike_v2_error_of(const struct ike_payloads *in);
/* The lower of two nonces. */
const struct ike_nonce *ike_v2_lowest(const struct ike_nonce *a, const struct ike_nonce *b);
/*
 * The response has come to what was brought down meanwhile: @child, which it made, or
 * NULL, is closed again. True if that is so; @task is freed then.
 */
bool ike_v2_child_unwanted(struct ike_sa *sa, struct ike_task *task, struct ike_child *child);
/* Queue the rekeying, or the end, of a child, once. */
void ike_v2_rekey_child(struct ike_child *child, struct ike_order *order);
void ike_v2_delete_child(struct ike_child *child, struct ike_order *order);
void ike_v2_rekey_ike(struct ike_sa *sa, struct ike_order *order);
void ike_v2_delete_ike(struct ike_sa *sa, struct ike_order *order);
void ike_v2_alive(struct ike_sa *sa);
/* Tell the peer that a request had an id whose turn is not yet, now and then (section 2.3). */
void ike_v2_bad_message_id(struct ike_sa *sa, uint32_t id);
/* TEMPORARY_FAILURE: try @task again after some time; false: it has lasted too long. */
bool ike_v2_temporary(struct ike_sa *sa, struct ike_task *task);

/* v2_collide.c: two exchanges about one SA at once (sections 2.8.1, 2.8.2, 2.25). */
/* May the peer rekey this child, this SA, create a child now? 0, or the notification. */
uint16_t ike_v2_may_create(const struct ike_sa *sa);
uint16_t ike_v2_may_rekey_child(const struct ike_sa *sa, const struct ike_child *child);
uint16_t ike_v2_may_rekey_ike(const struct ike_sa *sa);
/* Is there an exchange of ours under way that rekeys this child, this SA? */
struct ike_offer *ike_v2_rekeying_child(const struct ike_sa *sa, const struct ike_child *child);
struct ike_ike_offer *ike_v2_rekeying_ike(const struct ike_sa *sa);
/* The peer has closed, or is told that it has lost, a child that is not known here. */
void ike_v2_child_not_known(const struct ike_sa *sa, uint32_t spi);
/* The peer has rekeyed @old into @child by a request that we have answered. */
void ike_v2_child_replaced(struct ike_child *old, struct ike_child *child);
/* The peer closes @child, which nothing has replaced: what we make beside it stays. */
void ike_v2_child_taken_back(const struct ike_child *child);
/* Our own rekeying of @old (NULL if it has gone) has made @child. */
void ike_v2_child_rekeyed(struct ike_sa *sa, struct ike_offer *offer, struct ike_child *old,
			  struct ike_child *child);
void ike_v2_ike_replaced(struct ike_sa *old, struct ike_sa *made);
/* Ours came to nothing: does what the peer has made of @sa take its place? */
bool ike_v2_ike_rival_stays(struct ike_sa *sa, const struct ike_ike_offer *offer);
void ike_v2_ike_rekeyed(struct ike_sa *sa, struct ike_ike_offer *offer, struct ike_sa *made);
/* They are no more: who points to them forgets them. */
void ike_v2_forget_child(struct ike_sa *sa, const struct ike_child *child);
void ike_v2_forget_sa(struct ike_sa_table *table, const struct ike_sa *sa);

/* explain.c: what was offered, what is configured, what line to change. */
void ike_explain_proposal(const struct ike_sa *sa, const char *what,
			  const struct ike_proposals *offered,
			  const struct ike_proposals *mine, const struct ike_place *place);
void ike_explain_no_ike_proposal(const struct ike_conf_conn *conn,
				 const struct ike_endpoint *remote,
				 const struct ike_proposals *offered);
void ike_explain_no_conn(const struct ike_endpoint *local, const struct ike_endpoint *remote);
void ike_explain_ts(const struct ike_sa *sa, const struct ike_ts_list *local,
		    const struct ike_ts_list *remote, bool transport);
/* The peer refused, with this notification, what this end offered. */
void ike_explain_refused(const struct ike_sa *sa, uint16_t type, const char *what,
			 const struct ike_proposals *offered, const struct ike_place *place);
void ike_explain_child_refused(const struct ike_sa *sa, const struct ike_offer *offer,
			       uint16_t type);
void ike_explain_auth_refused(const struct ike_sa *sa);
/* No connection fits these; @mine NULL: the peer did not say; @method 0: of no account. */
void ike_explain_ids(const struct ike_sa *sa, const struct ike_id *theirs,
		     const struct ike_id *mine, uint8_t method);
void ike_explain_psk(const struct ike_sa *sa, bool missing);
/* "NO_PROPOSAL_CHOSEN", or "error 77". */
const char *ike_explain_notify(uint16_t type, char *buf, size_t size);

#endif /* _IKE_V2_H */
