/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tools know about the kernel's databases: plain values, between the
 * text that people write and the attributes that the kernel reads.
 *
 * Where a field may be absent, a bit of @given numbered like the field's
 * attribute says whether it is there.
 */
#ifndef _ESPAH_MODEL_H
#define _ESPAH_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include <linux/espah.h>

/* As many as ip-xfrm(8) takes. */
#define ESPAH_TMPLS_MAX		6

/* AF_UNSPEC: no address, or any. */
struct espah_addr {
	uint8_t family;
	uint8_t octets[16];
};

/* Both ends belong to it. AF_UNSPEC: any address of either family. */
struct espah_range {
	struct espah_addr min;
	struct espah_addr max;
};

/* Both ends belong to it. */
struct espah_span {
	uint16_t min;
	uint16_t max;
};

struct espah_selector {
	struct espah_range src;
	struct espah_range dst;
	/* 0: any */
	uint8_t proto;
	/* Which of what follows is there, by ESPAH_A_SEL_*; of a span, by its lower end's. */
	uint64_t given;
	struct espah_span sport;
	struct espah_span dport;
	struct espah_span type;
	struct espah_span code;
	/* of GRE */
	uint32_t key;
	uint32_t ifindex;
	/* A bit for each. */
	uint64_t dscp;
};

/* Some bits of a packet's mark; no bit of @value is outside of @mask. */
struct espah_mark {
	uint32_t value;
	uint32_t mask;
};

struct espah_alg {
	char name[ESPAH_ALG_NAME_MAX + 1];
	uint8_t key[ESPAH_KEY_MAX];
	/* 0: the key is not known */
	uint16_t key_len;
	uint32_t icv_bits;
};

/* Indexed by ESPAH_A_CNT_*. */
struct espah_counters {
	uint64_t count[ESPAH_A_CNT_MAX + 1];
};

/* A lifetime, indexed by ESPAH_A_LIMIT_*; 0: no such limit. */
struct espah_limits {
	uint64_t limit[ESPAH_A_LIMIT_MAX + 1];
};

/* Which SPI is wanted; 0: as the kernel likes. */
struct espah_spi_range {
	uint32_t min;
	uint32_t max;
	/* Seconds that it is held without keys. */
	uint32_t timeout;
};

struct espah_sa {
	uint64_t given;
	struct espah_addr src;
	struct espah_addr dst;
	uint8_t proto;
	uint8_t mode;
	/* in host byte order, as all numbers here */
	uint32_t spi;
	uint32_t reqid;
	/* 0: of no virtual interface */
	uint32_t if_id;
	uint32_t replay_window;
	/* ESPAH_SA_FLAG_* */
	uint32_t flags;
	/* ESPAH_DIR_IN or ESPAH_DIR_OUT; not given: for both */
	uint8_t dir;
	/* Of the outer header; 0: the inner one's. */
	uint8_t ttl;
	uint8_t dscp;
	/* Or ESPAH_FLOWLABEL_AUTO. */
	uint32_t flowlabel;
	/* Octets of an inner packet, with its padding; 0: none. */
	uint32_t tfcpad;
	struct espah_selector sel;
	/* Either this, or both of the others. */
	struct espah_alg aead;
	struct espah_alg enc;
	struct espah_alg auth;
	/* UDP encapsulation: both ports, or nothing of it. */
	uint16_t encap_sport;
	uint16_t encap_dport;
	struct espah_addr encap_oaddr;
	struct espah_addr encap_odst;
	/* Seconds of silence before a keepalive, and milliseconds before a dummy; 0: none. */
	uint32_t nat_keepalive;
	uint32_t dummy_interval;
	/* When it is told how far it has got: after so many packets, or milliseconds; 0: never. */
	uint32_t replay_thresh;
	uint32_t replay_timer;
	/* Each with its mask, or not at all. */
	struct espah_mark mark;
	struct espah_mark output_mark;
	struct espah_limits limits;
	/* Where the peer is now, if not there. */
	struct espah_addr mapped_src;
	uint16_t mapped_sport;
	/* ESPAH_SA_STATE_* */
	uint8_t state;
	uint32_t id;
	uint64_t oseq;
	uint64_t seq;
	uint64_t packets;
	uint64_t bytes;
	uint64_t add_time;
	uint64_t use_time;
	/* NULL: all are zero */
	struct espah_counters *counters;
};

struct espah_tmpl {
	uint64_t given;
	struct espah_addr src;
	struct espah_addr dst;
	uint8_t proto;
	uint8_t mode;
	uint8_t level;
	uint32_t spi;
	uint32_t reqid;
};

struct espah_policy {
	uint64_t given;
	uint8_t dir;
	uint8_t action;
	uint8_t tmpls;
	uint32_t priority;
	uint32_t index;
	struct espah_selector sel;
	/* With its mask, or not at all. */
	struct espah_mark mark;
	/* 0: of packets of no virtual interface */
	uint32_t if_id;
	/* Of an acquire: packets that wait on it. */
	uint32_t waiting;
	char name[ESPAH_POLICY_NAME_MAX + 1];
	/* Of which it spoke. */
	uint64_t packets;
	uint64_t bytes;
	uint64_t add_time;
	uint64_t use_time;
	struct espah_limits limits;
	struct espah_tmpl tmpl[ESPAH_TMPLS_MAX];
};

/* A packet that has ended. */
struct espah_drop {
	/* ESPAH_A_CNT_* */
	uint32_t cause;
	/* Nanoseconds since 1970. */
	uint64_t time;
	/* Counts those of the namespace, from 1 on; 0 in an event that was not kept. */
	uint64_t number;
	/* So many before it were not kept, or, in an event, not told. */
	uint64_t suppressed;
	/* Single addresses, without a family where they are not known. */
	struct espah_selector flow;
	uint32_t mark;
	/* 0: not known */
	uint32_t length;
	uint32_t iif;
	uint32_t oif;
	/* sa_proto is 0 where there was no SA for it. */
	struct espah_addr sa_dst;
	uint8_t sa_proto;
	uint32_t sa_spi;
	uint32_t sa_id;
	uint32_t sa_reqid;
};

/* A packet that there is not: single addresses and values. */
struct espah_probe {
	struct espah_selector flow;
	uint32_t mark;
	/* The virtual interface that it goes or comes by, or 0. */
	uint32_t if_id;
};

/* What would become of it. */
struct espah_why {
	uint64_t given;
	uint8_t dir;
	/* ESPAH_VERDICT_* */
	uint8_t verdict;
	/* ESPAH_A_CNT_*, or 0 */
	uint32_t cause;
	/* The one that speaks of it, if given. */
	struct espah_policy policy;
	/* SAs that it would go under, innermost first, as templates of their own. */
	struct espah_tmpl sa[ESPAH_TMPLS_MAX];
	uint8_t sas;
	/* If given: the template of the policy that has none. */
	uint8_t lacks;
	uint32_t oif;
	/* Octets: of a protected packet on its way, and of one in clear that fits then. */
	uint32_t outer;
	uint32_t inner;
};

/* From which outer addresses to which SAs and templates move. */
struct espah_move {
	/* By ESPAH_A_MOVE_*. */
	uint64_t given;
	struct espah_addr old_src;
	struct espah_addr old_dst;
	struct espah_addr new_src;
	struct espah_addr new_dst;
	uint8_t proto;
	uint8_t mode;
	uint32_t reqid;
	/* Both 0: no UDP header. */
	uint16_t encap_sport;
	uint16_t encap_dport;
};

/* What moves together. */
struct espah_migration {
	/* By ESPAH_A_MIGRATE_*. */
	uint64_t given;
	struct espah_move move[ESPAH_MOVES_MAX];
	unsigned int moves;
	uint32_t if_id;
	/* Of an event: how many have moved. */
	uint32_t sas;
	uint32_t policies;
};

/* What becomes of packets that no policy speaks of; indexed by ESPAH_DIR_*. */
struct espah_defaults {
	/* By ESPAH_A_DEFAULT_*. */
	uint64_t given;
	bool block[ESPAH_DIR_FWD + 1];
};

struct espah_info {
	uint32_t sa_count;
	/* indexed by ESPAH_DIR_* */
	uint32_t policies[ESPAH_DIR_FWD + 1];
	struct espah_counters counters;
};

static inline uint64_t espah_bit(unsigned int attr)
{
	return UINT64_C(1) << attr;
}

static inline bool espah_given(uint64_t given, unsigned int attr)
{
	return given & espah_bit(attr);
}

#endif /* _ESPAH_MODEL_H */
