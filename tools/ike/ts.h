/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Traffic selectors: RFC 7296 sections 2.9 and 3.13. Pure.
 */
#ifndef _IKE_TS_H
#define _IKE_TS_H

#include "../lib/addr.h"
#include "../lib/err.h"
#include "bad.h"
#include "buf.h"
#include "payload.h"

#define IKE_TS_MAX	16
/* Of one Child SA: pairs of a local and a remote selector, each of which is a policy. */
#define IKE_TS_PAIRS_MAX	16

/*
 * Addresses inclusive, of one family. @proto 0 is any. Ports inclusive; 0 to
 * 65535 is any, 65535 to 0 is OPAQUE (section 3.13.1).
 */
struct ike_ts {
	struct espah_range addr;
	uint8_t proto;
	uint16_t port_min;
	uint16_t port_max;
};

struct ike_ts_list {
	unsigned int count;
	struct ike_ts ts[IKE_TS_MAX];
};

/*
 * Selectors of types that nobody here knows are left out, and those beyond
 * IKE_TS_MAX; an empty list is IKE_BAD_SELECTOR.
 */
enum ike_bad ike_ts_parse(struct ike_chunk body, struct ike_ts_list *list);
void ike_put_ts(struct ike_writer *w, uint8_t payload_type, const struct ike_ts_list *list);

/*
 * As swanctl.conf(5) has it: "10.1.0.0/16", "10.0.0.1-10.0.0.9", "fd00::/64",
 * each with "[tcp/80]", "[udp/1000-2000]", "[17]", "[udp/opaque]" or "[icmp/8]" (a type, or
 * "8(0)" with a code) behind it; "dynamic" gives the one address @dynamic, or
 * AF_UNSPEC where that is not known yet (@dynamic is NULL or of AF_UNSPEC).
 */
int ike_ts_read(struct ike_ts *ts, const char *words, const struct espah_addr *dynamic,
		struct espah_err *err);
const char *ike_ts_print(const struct ike_ts *ts, char *buf, size_t size);
const char *ike_ts_list_print(const struct ike_ts_list *list, char *buf, size_t size);

/* What both have in common; false if that is nothing. */
bool ike_ts_meet(const struct ike_ts *a, const struct ike_ts *b, struct ike_ts *both);
bool ike_ts_within(const struct ike_ts *inner, const struct ike_ts *outer);
/* Each of @inner is within one of @outer. */
bool ike_ts_list_within(const struct ike_ts_list *inner, const struct ike_ts_list *outer);
/* How flows of a protocol are told apart (section 3.13.1). */
enum ike_ts_kind {
	IKE_TS_NONE,
	IKE_TS_PORTS,
	/* Type and code of ICMP, as one number. */
	IKE_TS_ICMP,
	/* The mobility header's type, in the upper half. */
	IKE_TS_MOBILITY,
};

enum ike_ts_kind ike_ts_kind(uint8_t proto);
/* Does it say which ports (OPAQUE and ICMP's types are such, too)? */
bool ike_ts_has_ports(const struct ike_ts *ts);
bool ike_ts_is_opaque(const struct ike_ts *ts);
/* Is there such a thing? A number of a protocol that has none is nothing. */
bool ike_ts_told_apart(const struct ike_ts *ts);
/*
 * One packet fits both: of one family, and of one protocol, which both then have
 * (RFC 7296 section 3.13.1: 0 is any).
 */
bool ike_ts_pair(const struct ike_ts *local, const struct ike_ts *remote, struct ike_ts *local_one,
		 struct ike_ts *remote_one);
/* How many of all pairs are such. */
unsigned int ike_ts_pairs(const struct ike_ts_list *local, const struct ike_ts_list *remote);
/*
 * The responder's narrowing (section 2.9): the parts of @offered that @mine
 * allows. Where the first selector of the offer is more special than the next
 * one that contains it (it is of the packet that made the initiator ask), the
 * answer must contain it if it can. False: TS_UNACCEPTABLE.
 */
bool ike_ts_narrow(const struct ike_ts_list *offered, const struct ike_ts_list *mine,
		   struct ike_ts_list *narrowed);

#endif /* _IKE_TS_H */
