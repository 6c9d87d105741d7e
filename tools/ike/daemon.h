/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What there is one of in the process, and the doors between its halves.
 */
#ifndef _IKE_DAEMON_H
#define _IKE_DAEMON_H

#include <jansson.h>

#include "bad.h"
#include "conf.h"
#include "kernel.h"
#include "loop.h"
#include "net.h"

struct ike_edge;
struct ike_sa_table;

struct ike_daemon {
	struct ike_loop *loop;
	struct ike_net *net;
	struct ike_kernel *kernel;
	/* How the three above are reached: &ike_edge_real (edge.h) but in tests. */
	const struct ike_edge *edge;
	/* NULL until something was loaded. */
	struct ike_conf *conf;
	struct ike_sa_table *sas;
	/* That was given last: policies of an earlier life keep theirs to themselves. */
	uint32_t last_reqid;
	/* Datagrams that were not taken, by their reason. */
	uint64_t bad[IKE_BAD_MAX];
	bool ending;
};

/*
 * The doors into the half that speaks the protocol (sas.c). All return at once;
 * what they begin goes on in the loop.
 */
int ike_sas_open(struct ike_daemon *daemon, struct espah_err *err);
/* Ends without a word to anybody: for the end of the process. */
void ike_sas_close(struct ike_daemon *daemon);
void ike_sas_receive(void *daemon, const struct ike_endpoint *local,
		     const struct ike_endpoint *remote, struct ike_chunk message);
void ike_sas_acquire(void *daemon, uint32_t reqid, const struct ike_ts *flow_src,
		     const struct ike_ts *flow_dst);
void ike_sas_expire(void *daemon, const struct espah_addr *dst, uint32_t spi, bool hard);
void ike_sas_mapping(void *daemon, const struct espah_addr *dst, uint32_t spi,
		     const struct ike_endpoint *remote);
void ike_sas_overrun(void *daemon);

/* How a command of the operator ended; called once, maybe before the call below returns. */
struct ike_verdict {
	void (*tell)(struct ike_verdict *verdict, int failed, const char *words);
};

/*
 * A new configuration is in daemon->conf, @old was there before: traps are set
 * and removed, start_action is begun. SAs that exist keep the old one's words.
 */
void ike_sas_conf_changed(struct ike_daemon *daemon, struct ike_conf *old);
/* By the name of a child or of a connection (then all of its children). */
void ike_sas_up(struct ike_daemon *daemon, const char *name, struct ike_verdict *verdict);
void ike_sas_down(struct ike_daemon *daemon, const char *name, struct ike_verdict *verdict);
/* Rekey now: a child's name, or a connection's (its IKE SA). */
void ike_sas_rekey(struct ike_daemon *daemon, const char *name, struct ike_verdict *verdict);
/* Who gave a verdict's address and goes before it is told. */
void ike_sas_forget_verdict(struct ike_daemon *daemon, struct ike_verdict *verdict);
/* Of all IKE SAs with their children; see Documentation/cli-json.md. */
json_t *ike_sas_list(struct ike_daemon *daemon);
/*
 * Close all SAs with a DELETE; when the last has gone, or a second or two have
 * passed, the policies go as well, and @done is called.
 */
void ike_sas_leave(struct ike_daemon *daemon, void (*done)(struct ike_daemon *daemon));

#endif /* _IKE_DAEMON_H */
