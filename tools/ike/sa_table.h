/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All IKE SAs, found by SPI, and the limits that strangers meet.
 */
#ifndef _IKE_SA_TABLE_H
#define _IKE_SA_TABLE_H

#include "sa.h"

#define IKE_TABLE_BUCKETS	1024
#define IKE_SAS_MAX		16384
/* Half-open ones: from when on cookies are asked for, and the most; in all, and of one source. */
#define IKE_COOKIE_AT		64
#define IKE_COOKIE_AT_SOURCE	4
#define IKE_HALF_OPEN_MAX	1024
#define IKE_HALF_OPEN_SOURCE	32
#define IKE_SOURCES		1024
/*
 * A longer first message is not taken, since it is kept until IKE_AUTH has ended.
 * Section 2 of RFC 7296 wants 3,000 octets; all algorithms that there are take less.
 */
#define IKE_FIRST_MAX		8192
/* What one half-open SA may take of memory, all in all; the man page has the sum. */
#define IKE_HALF_OPEN_OCTETS	24576
/* With one and the same peer. */
#define IKE_PEER_SAS_MAX	64
/* Unprotected answers a second (RFC 7296 section 2.21.4). */
#define IKE_ANSWERS_RATE	10

#define IKE_SECRET_LEN		32

struct ike_plan;
struct ike_order;

struct ike_sa_table {
	struct ike_daemon *daemon;
	struct ike_sa *all;
	struct ike_sa *bucket[IKE_TABLE_BUCKETS];
	/* Those of responders, by the request that made them. */
	struct ike_sa *request[IKE_TABLE_BUCKETS];
	struct ike_sa *work;
	struct ike_timer work_timer;
	unsigned int count;
	unsigned int half_open;
	uint16_t source[IKE_SOURCES];
	uint32_t last_number;
	uint32_t last_child;
	/* Keys the hashes of what strangers choose. */
	uint8_t secret[IKE_SECRET_LEN];
	/* Of cookies: this one and the one before it (section 2.6). */
	uint8_t cookie_version;
	uint64_t cookie_since;
	uint8_t cookie_secret[2][IKE_SECRET_LEN];
	/* Unprotected answers in this second. */
	uint64_t answers_since;
	unsigned int answers;
	/* What the configuration wants (plan.c), and what the operator waits for (order.c). */
	struct ike_plan *plans;
	struct ike_order *orders;
	/* ike_sas_close() */
	bool closing;
	/* ike_sas_leave() */
	void (*left)(struct ike_daemon *daemon);
	struct ike_timer leave_timer;
};

/* A new SPI of ours that no other SA has. */
void ike_table_spi(struct ike_sa_table *table, uint8_t *spi);
/* By our SPI, and the responder's by its digest: they must be set. */
void ike_table_enter(struct ike_sa_table *table, struct ike_sa *sa);
struct ike_sa *ike_table_find(const struct ike_sa_table *table, const uint8_t *own_spi);
/* From now on nobody finds it; it is freed when its work's turn comes. */
void ike_table_leave(struct ike_sa_table *table, struct ike_sa *sa);
/* Has something to do: a task to begin, or itself to be freed. */
void ike_table_work(struct ike_sa *sa);
/* The last one may have gone: ike_sas_leave() waits for that. */
void ike_table_emptied(struct ike_sa_table *table);
/* Do it. */
void ike_table_run(struct ike_sa_table *table);

/* 32 octets of what strangers send, which they cannot foresee. */
int ike_table_digest(const struct ike_sa_table *table, const struct ike_chunk *data,
		     unsigned int count, uint8_t *digest);
/* The SA that this request made before, or NULL (section 2.1). */
struct ike_sa *ike_table_find_request(const struct ike_sa_table *table, const uint8_t *digest);
/* Has one more from there to show first that it can receive (section 2.6)? */
bool ike_table_wants_cookie(const struct ike_sa_table *table, unsigned int source);
/* May one more from there be half-open? */
bool ike_table_half_open_room(const struct ike_sa_table *table, unsigned int source);
unsigned int ike_table_source(const struct ike_sa_table *table, const struct espah_addr *addr);
void ike_table_half_open_begin(struct ike_sa_table *table, struct ike_sa *sa, unsigned int source);
/*
 * It is established, or has gone: one that lingers because authentication failed
 * still counts, or strangers could have as many as they like of those.
 */
void ike_table_half_open_end(struct ike_sa_table *table, struct ike_sa *sa);
/* May an unprotected answer be sent now? */
bool ike_table_may_answer(struct ike_sa_table *table);

/* The next one that is established with these two identities, after @after (NULL: the first). */
struct ike_sa *ike_table_find_peer(const struct ike_sa_table *table, const struct ike_id *mine,
				   const struct ike_id *theirs, const struct ike_sa *after);
/* How many are established with them, or were and wait to be closed. */
unsigned int ike_table_count_peer(const struct ike_sa_table *table, const struct ike_id *mine,
				  const struct ike_id *theirs);
/* One of this connection that can take more children now or soon. */
struct ike_sa *ike_table_find_conn(const struct ike_sa_table *table, const char *conn);

#endif /* _IKE_SA_TABLE_H */
