/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Configuration: swanctl.conf(5)'s format and names, checked whole before any of it counts.
 */
#ifndef _IKE_CONF_H
#define _IKE_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../lib/err.h"
#include "cert.h"
#include "id.h"
#include "proposal.h"
#include "ts.h"

/* Where a word of the file stands, for messages. */
struct ike_place {
	const char *file;
	unsigned int line;
};

enum ike_auth_class {
	IKE_AUTH_CLASS_PSK,
	IKE_AUTH_CLASS_PUBKEY,
};

/* local { } or remote { } of a connection. */
struct ike_conf_auth {
	struct ike_place place;
	enum ike_auth_class auth;
	/* Any: of the certificate, or the address. */
	struct ike_id id;
	struct ike_cert_list certs;
	/* Only of remote: empty means all that were loaded. */
	struct ike_cert_list cacerts;
};

/* A set: "trap|start" is both. */
enum ike_start {
	IKE_START_NONE = 0,
	IKE_START_TRAP = 1,
	IKE_START_START = 2,
};

enum ike_dpd_action {
	IKE_DPD_CLEAR,
	IKE_DPD_TRAP,
	IKE_DPD_RESTART,
};

/* What becomes of the IKE SAs that one peer has already, when it makes one more. */
enum ike_unique {
	/* They stay, unless the peer says INITIAL_CONTACT. */
	IKE_UNIQUE_NO,
	/* They stay even then. */
	IKE_UNIQUE_NEVER,
	/* They stay, and the new one is refused. */
	IKE_UNIQUE_KEEP,
	/* They go. */
	IKE_UNIQUE_REPLACE,
};

/* The names of the files that were read: who has an ike_place has a reference. */
struct ike_conf_files;

/* local_ts and remote_ts: "dynamic" stays until the address is known. */
#define IKE_CONF_TS_MAX	IKE_TS_MAX

struct ike_conf_ts {
	unsigned int count;
	struct {
		bool dynamic;
		/* Where @dynamic, only protocol and ports count. */
		struct ike_ts ts;
	} item[IKE_CONF_TS_MAX];
};

struct ike_conf_child {
	struct ike_place place;
	struct ike_conf_child *next;
	char *name;
	struct ike_conf_ts local_ts;
	struct ike_conf_ts remote_ts;
	/* Where esp_proposals and so on stand, for messages of what to change. */
	struct ike_place proposals_place;
	struct ike_place local_ts_place;
	struct ike_place remote_ts_place;
	struct ike_proposals proposals;
	/* ESPAH_MODE_*; pass and drop are not there. */
	uint8_t mode;
	/* Sets of IKE_START_*. */
	uint8_t start_action;
	uint8_t close_action;
	enum ike_dpd_action dpd_action;
	/* Seconds, octets, packets; 0: never. The kernel's hard limits are life_*. */
	uint64_t rekey_time, life_time, rand_time;
	uint64_t rekey_bytes, life_bytes, rand_bytes;
	uint64_t rekey_packets, life_packets, rand_packets;
	uint32_t reqid;
	uint32_t replay_window;
	uint32_t priority;
	/* Of the virtual interfaces that its packets come and go by; 0: of none. */
	uint32_t if_id_in;
	uint32_t if_id_out;
};

struct ike_conf_conn {
	struct ike_place place;
	struct ike_conf_conn *next;
	char *name;
	/* Who holds it: the configuration and each IKE SA. */
	unsigned int refs;
	/* Addresses or ranges; none: any. */
	unsigned int locals, remotes;
	struct espah_range local_addr[8];
	struct espah_range remote_addr[8];
	uint16_t local_port, remote_port;
	struct ike_place proposals_place;
	struct ike_proposals proposals;
	/* 0: both; 1; 2 */
	uint8_t version;
	bool encap;
	bool mobike;
	uint64_t rekey_time, over_time, rand_time;
	uint64_t dpd_delay;
	enum ike_unique unique;
	/* send_cert, send_certreq */
	bool send_cert_always, send_cert_never, send_certreq;
	struct ike_conf_auth local, remote;
	struct ike_conf_child *children;
	struct ike_conf_files *files;
};

/* secrets { ike* { secret, id* } }: in locked memory, wiped. */
struct ike_conf_secret {
	struct ike_conf_secret *next;
	struct ike_place place;
	unsigned int ids;
	struct ike_id *id;
	uint8_t *secret;
	size_t len;
};

struct ike_conf_key {
	struct ike_conf_key *next;
	struct ike_place place;
	struct ike_key *key;
};

struct ike_conf {
	struct ike_conf_conn *conns;
	struct ike_conf_secret *secrets;
	struct ike_conf_key *keys;
	/* All authorities that were loaded: x509ca beside the file. */
	struct ike_cert_list anchors;
	struct ike_conf_files *files;
	/* Where the secrets are. */
	struct ike_vault *vault;
};

/*
 * Read a file with all that it includes. Relative names of certificates are
 * looked for in x509/ and x509ca/ beside the file, of keys in private/, rsa/,
 * ecdsa/ and pkcs8/, all of which are loaded, as swanctl does it. Any error
 * means that nothing was loaded; its sentence begins with "FILE:LINE: ".
 */
struct ike_conf *ike_conf_load(const char *path, struct espah_err *err);
void ike_conf_free(struct ike_conf *conf);
struct ike_conf_conn *ike_conf_conn_get(struct ike_conf_conn *conn);
/* Frees it, with its children, with the last reference. */
void ike_conf_conn_put(struct ike_conf_conn *conn);

/*
 * The most special shared key for this pair: a match of both ids is better
 * than of one, that better than a secret without ids. NULL if there is none.
 */
const struct ike_conf_secret *ike_conf_find_secret(const struct ike_conf *conf,
						   const struct ike_id *mine,
						   const struct ike_id *theirs);
/* The private key of this certificate, or NULL. */
const struct ike_key *ike_conf_find_key(const struct ike_conf *conf, const struct ike_cert *cert);
/*
 * The responder's first look, before identities are known: connections that
 * fit these addresses and speak version @version, the most special first;
 * call with @after NULL, then with what came back, until NULL.
 */
struct ike_conf_conn *ike_conf_find_conn(const struct ike_conf *conf,
					 const struct espah_addr *local,
					 const struct espah_addr *remote, uint8_t version,
					 const struct ike_conf_conn *after);
/* The first of these that is one address: who begins needs one of each end. NULL: none is. */
const struct espah_addr *ike_conf_one_addr(const struct espah_range *range, unsigned int count);
struct ike_conf_conn *ike_conf_conn_by_name(const struct ike_conf *conf, const char *name);
/* Of any connection; @conn gets that. */
struct ike_conf_child *ike_conf_child_by_name(const struct ike_conf *conf, const char *name,
					      struct ike_conf_conn **conn);

#endif /* _IKE_CONF_H */
