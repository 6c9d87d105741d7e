/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One IKE SA: what both versions of the protocol keep of it, and its life.
 */
#ifndef _IKE_SA_H
#define _IKE_SA_H

#include "auth.h"
#include "cipher.h"
#include "daemon.h"
#include "dh.h"
#include "edge.h"
#include "log.h"
#include "xmit.h"

/* Of ours; RFC 7296 section 2.10 asks for half of the PRF's key, 32 suffice for all. */
#define IKE_NONCE_LEN		32
/* After these a new one is refused: RFC 7296 leaves the numbers to us. */
#define IKE_CHILDREN_MAX	128
#define IKE_TASKS_MAX		160
/* A half-open SA is forgotten after this. Milliseconds, as all times here. */
#define IKE_HALF_OPEN_TIME	30000
/* How long a closed SA answers requests whose response was lost. */
#define IKE_LINGER_TIME		20000
/*
 * How long an SA waits for the peer to close what that has to close (section 2.8).
 * It has the only copy of the response that tells the peer of the new one: it stays
 * for longer than any request is sent again.
 */
#define IKE_CLOSE_TIME		(IKE_TRY_ALL + 30000)
#define IKE_KEEPALIVE_TIME	20000

enum ike_sa_state {
	/* We begin: until IKE_AUTH has ended. */
	IKE_SA_CONNECTING,
	/* They begin: until IKE_AUTH has ended. */
	IKE_SA_HALF_OPEN,
	IKE_SA_UP,
	/* Another has taken its children over; one of the ends is about to close it. */
	IKE_SA_REPLACED,
	/* Nothing is left but the last response, for those who did not get it. */
	IKE_SA_GONE,
	/* Unreachable; freed as soon as nobody is looking at it. */
	IKE_SA_DEAD,
};

struct ike_nonce {
	uint16_t len;
	uint8_t value[IKE_NONCE_MAX];
};

/* What is kept from the first message to the end of IKE_AUTH. */
struct ike_handshake {
	struct ike_dh *dh;
	uint16_t group;
	/* Groups that were asked of us, in one attempt. */
	unsigned int groups_tried;
	unsigned int cookies_seen;
	uint8_t cookie_len;
	uint8_t cookie[64];
	/* The first messages as they were sent, for AUTH (section 2.15). */
	struct ike_buf mine;
	struct ike_buf theirs;
	struct ike_nonce ni;
	struct ike_nonce nr;
	/* SIGNATURE_HASH_ALGORITHMS, 1 << IKE_HASH_*; 0: was not sent. */
	uint32_t hashes;
	/* What the peer may be shown a certificate for: did it ask at all? */
	bool certreq;
	/* An error that nobody has authenticated, and when it came (section 2.21.1). */
	uint16_t refusal;
	uint64_t refused_at;
};

struct ike_child;
struct ike_task;
struct ike_order;

struct ike_sa {
	struct ike_daemon *daemon;
	/* Of the table: all of them, those with the same hash, those with work. */
	struct ike_sa *next;
	struct ike_sa *hash_next;
	struct ike_sa *request_next;
	struct ike_sa *work_next;
	bool has_work;
	/* For people: "moon[7]". */
	uint32_t number;
	uint8_t version;
	enum ike_sa_state state;
	/* The peer has shown who it is: no stranger any more. */
	bool known;
	/* A stranger's: counted at its source, from the first message until it goes. */
	bool counted;
	unsigned int source;
	/* Of this SA, the "original initiator" (section 2.2). */
	bool initiator;
	uint8_t spi_i[IKE_SPI_LEN];
	uint8_t spi_r[IKE_SPI_LEN];
	/* Of the request that it began with, keyed: what that is known by if it comes again. */
	uint8_t digest[IKE_PRF_MAX];
	/* A reference is held; NULL never. */
	struct ike_conf_conn *conn;
	struct ike_endpoint local;
	struct ike_endpoint remote;
	/* Who is behind NAT (section 2.23). */
	bool nat_local;
	bool nat_remote;
	/* IKE and ESP go over port 4500, in UDP. */
	bool encap;
	struct ike_suite suite;
	struct ike_keys keys;
	struct ike_id my_id;
	struct ike_id peer_id;
	struct ike_handshake *shake;
	struct ike_xmit xmit;
	/* The first one is under way if xmit.waiting. */
	struct ike_task *tasks;
	unsigned int task_count;
	struct ike_child *children;
	unsigned int child_count;
	/* Who has this one's children, and whose this one will have. */
	struct ike_sa *heir;
	struct ike_sa *parent;
	/* Of two exchanges that rekey at once: the lowest nonce of the one that made this SA. */
	struct ike_nonce lowest;
	uint64_t born;
	/* When it was established. */
	uint64_t up;
	/* Why it is closed after the response that is being made. */
	const char *closing;
	/* When something authentic was heard, on it or its children. */
	uint64_t heard;
	/* When the peer was told last that a message id is not in the window; 0: never. */
	uint64_t complained;
	struct ike_timer rekey;
	struct ike_timer expire;
	struct ike_timer dpd;
	struct ike_timer keepalive;
	/* A task waits for its time. */
	struct ike_timer later;
	/* Half-open, gone, or waiting to be closed: the end. */
	struct ike_timer end;
};

/* @conn is referenced. The caller fills in the rest and enters it into the table. */
struct ike_sa *ike_sa_new(struct ike_daemon *daemon, struct ike_conf_conn *conn,
			  const struct ike_endpoint *local, const struct ike_endpoint *remote);
/* Only the table calls it, when nobody looks at it any more. Keys are wiped. */
void ike_sa_free(struct ike_sa *sa);
/* The first messages, nonces, the private value: when IKE_AUTH has ended. */
void ike_sa_shake_free(struct ike_sa *sa);
void ike_sa_conn_set(struct ike_sa *sa, struct ike_conf_conn *conn);
const uint8_t *ike_sa_own_spi(const struct ike_sa *sa);

/* Established: timers of its life begin. */
void ike_sa_up(struct ike_sa *sa);
/* Take over children and what is queued from @old, which waits to be closed (section 2.8). */
void ike_sa_inherit(struct ike_sa *sa, struct ike_sa *old);
/*
 * The end, in two degrees. Both release the children, tell what was queued that
 * it failed with @words, and leave @sa to its caller until the loop comes round.
 */
void ike_sa_kill(struct ike_sa *sa, const char *words);
void ike_sa_linger(struct ike_sa *sa, const char *words);
/* Kill, then do what the children's dpd_action says: the peer does not answer. */
void ike_sa_lost(struct ike_sa *sa, const char *words);
static inline bool ike_sa_alive(const struct ike_sa *sa)
{
	return sa->state < IKE_SA_GONE;
}

/* Something authentic came from there: the peer lives, and maybe has moved (section 2.23). */
void ike_sa_heard(struct ike_sa *sa, const struct ike_endpoint *local,
		  const struct ike_endpoint *remote);

uint64_t ike_sa_now(const struct ike_sa *sa);
int ike_sa_timer(struct ike_sa *sa, struct ike_timer *timer, uint64_t ms);
/* "moon[7]" */
const char *ike_sa_name(const struct ike_sa *sa, char *buf, size_t size);
#define IKE_SA_NAMELEN	80

/* ike_log() with the SA's name before it. */
void ike_sa_log(const struct ike_sa *sa, enum ike_log_level level, const char *fmt, ...)
	__printf(3, 4);

/*
 * @value, of whatever kind, less a random part of @rand: two ends that have the
 * same limits are not to come to them at once (section 2.8). 0 if @value is.
 */
uint64_t ike_jittered(uint64_t value, uint64_t rand);

void ike_nonce_make(struct ike_nonce *nonce);
bool ike_nonce_take(struct ike_nonce *nonce, struct ike_chunk body);
struct ike_chunk ike_nonce_chunk(const struct ike_nonce *nonce);
/* Octet by octet; where one ends, it is the lower one (section 2.8.1). */
int ike_nonce_compare(const struct ike_nonce *a, const struct ike_nonce *b);

#endif /* _IKE_SA_H */
