/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the daemon asks of the module, and what the module tells the daemon.
 */
#ifndef _IKE_KERNEL_H
#define _IKE_KERNEL_H

#include "../lib/err.h"
#include "../lib/model.h"
#include "kdf.h"
#include "loop.h"
#include "net.h"
#include "proposal.h"
#include "ts.h"

struct ike_kernel;

/* Events of the module. Addresses are the outer ones, SPIs in host byte order. */
struct ike_kernel_handler {
	/* A packet waits for an SA of policy template @reqid. The flow is of that one packet. */
	void (*acquire)(void *to, uint32_t reqid, const struct ike_ts *flow_src,
			const struct ike_ts *flow_dst);
	/* A lifetime passed; after a hard one the SA is gone already. */
	void (*expire)(void *to, const struct espah_addr *dst, uint32_t spi, bool hard);
	/*
	 * An inbound SA's peer sends from elsewhere than the SA says, as NAT has moved it; the
	 * packet has proved itself. The SA stays as it is (RFC 7296 section 2.23).
	 */
	void (*mapping)(void *to, const struct espah_addr *dst, uint32_t spi,
			const struct ike_endpoint *remote);
	/* Somebody flushed SAs, or events were lost: look again at what is there. */
	void (*overrun)(void *to);
	void *to;
};

/* One Child SA, in one direction. */
struct ike_kernel_sa {
	struct espah_addr src;
	struct espah_addr dst;
	uint32_t spi;
	uint32_t reqid;
	/* The virtual interface that its packets come or go by; 0: none. */
	uint32_t if_id;
	uint32_t replay_window;
	/* ESPAH_MODE_* */
	uint8_t mode;
	/* Sequence numbers of 64 bits; then there is a window, whichever way it is. */
	bool esn;
	/* Then its SPI was allocated before. */
	bool inbound;
	/* UDP encapsulation; port 0: none. */
	uint16_t sport;
	uint16_t dport;
	/* What the peer has made checksums over instead of @src and @dst; no family: these. */
	struct espah_addr src_was;
	struct espah_addr dst_was;
	const struct ike_suite *suite;
	struct ike_chunk encr;
	struct ike_chunk integ;
	/* In transport mode: the flow it is for, NULL for any. */
	const struct ike_ts *sel_src;
	const struct ike_ts *sel_dst;
	/* 0: none. Seconds, octets, packets. */
	uint64_t soft_time, hard_time;
	uint64_t soft_bytes, hard_bytes;
	uint64_t soft_packets, hard_packets;
};

/* The policies of one pair of selectors: out, in, and in tunnel mode fwd. */
struct ike_kernel_policy {
	struct espah_addr local;
	struct espah_addr remote;
	struct ike_ts local_ts;
	struct ike_ts remote_ts;
	uint32_t reqid;
	uint32_t priority;
	uint8_t mode;
	/* The virtual interfaces that packets come (in and fwd) and go by; 0: none. */
	uint32_t if_id_in;
	uint32_t if_id_out;
};

struct ike_kernel_usage {
	uint64_t packets;
	uint64_t bytes;
	/* Seconds since 1970, 0: never. */
	uint64_t last_used;
};

struct ike_kernel *ike_kernel_open(struct ike_loop *loop, const struct ike_kernel_handler *handler,
				   struct espah_err *err);
void ike_kernel_close(struct ike_kernel *kernel);
/* A larval inbound SA, with an SPI of our own. */
int ike_kernel_spi_get(struct ike_kernel *kernel, const struct espah_addr *src,
		       const struct espah_addr *dst, uint32_t reqid, uint32_t *spi,
		       struct espah_err *err);
int ike_kernel_sa_add(struct ike_kernel *kernel, const struct ike_kernel_sa *sa,
		      struct espah_err *err);
int ike_kernel_sa_del(struct ike_kernel *kernel, const struct espah_addr *dst, uint32_t spi,
		      struct espah_err *err);
int ike_kernel_sa_usage(struct ike_kernel *kernel, const struct espah_addr *dst, uint32_t spi,
			struct ike_kernel_usage *usage);
/* Adding what is there already takes one more reference; deleting gives one back. */
int ike_kernel_policy_add(struct ike_kernel *kernel, const struct ike_kernel_policy *policy,
			  struct espah_err *err);
int ike_kernel_policy_del(struct ike_kernel *kernel, const struct ike_kernel_policy *policy,
			  struct espah_err *err);
/*
 * What an earlier life of the daemon left: SAs are removed, policies stay. These have reqids
 * up to @last_reqid, which must not come to mean another child.
 */
int ike_kernel_take_over(struct ike_kernel *kernel, uint32_t *last_reqid, struct espah_err *err);

#endif /* _IKE_KERNEL_H */
