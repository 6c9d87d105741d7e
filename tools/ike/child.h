/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One Child SA: a pair of SAs in the module, and the policies that use it.
 */
#ifndef _IKE_CHILD_H
#define _IKE_CHILD_H

#include "sa.h"

/* How long the inbound half of a replaced pair still takes what was under way. */
#define IKE_CHILD_LINGER_TIME	5000
/* When the peer does not show that it has the new pair (section 2.8). */
#define IKE_CHILD_SWITCH_POLL	1000
#define IKE_CHILD_SWITCH_MOST	60
#define IKE_CHILD_POLICIES	IKE_TS_PAIRS_MAX

enum ike_child_state {
	/* Inbound is there; we send on the one that it replaces (section 2.8). */
	IKE_CHILD_INBOUND,
	IKE_CHILD_UP,
	/* Another pair has taken its place: one of the ends is about to close it. */
	IKE_CHILD_REPLACED,
	/* We have asked for its end. */
	IKE_CHILD_DELETING,
	/* Both ends have closed it; only what was under way is still taken. */
	IKE_CHILD_LINGERING,
};

struct ike_child {
	struct ike_child *next;
	struct ike_sa *sa;
	uint32_t number;
	/* Holds @conf, too. */
	struct ike_conf_conn *conn;
	const struct ike_conf_child *conf;
	enum ike_child_state state;
	uint8_t mode;
	uint32_t reqid;
	uint32_t spi_in;
	uint32_t spi_out;
	struct ike_suite suite;
	struct ike_ts_list local_ts;
	struct ike_ts_list remote_ts;
	/* As they were when it was made: SAs in the module cannot move. */
	struct ike_endpoint local;
	struct ike_endpoint remote;
	bool encap;
	/*
	 * In transport mode, what NAT has exchanged for these in packets from the peer
	 * (section 2.23.1); no family: nothing.
	 */
	struct espah_addr local_was;
	struct espah_addr remote_was;
	/* Were we the initiator of the exchange that made it? */
	bool initiator;
	/* Wiped as soon as both halves are installed. */
	struct ike_child_keys keys;
	bool in;
	bool out;
	unsigned int policies;
	struct ike_kernel_policy policy[IKE_CHILD_POLICIES];
	/* What it takes the place of, until that has gone. */
	struct ike_child *replaces;
	/* Something has taken its place: inbound goes on for a while. */
	bool replaced;
	/* Closed as one pair too many (section 2.8.1). */
	bool redundant;
	struct ike_nonce lowest;
	/* For liveness: what had come in when it was last looked at. */
	uint64_t packets_seen;
	uint64_t born;
	unsigned int polls;
	/* Switching outbound, lingering, retrying a rekey. */
	struct ike_timer timer;
};

/* Memory for one, in no list yet; free() takes it back. NULL without memory. */
struct ike_child *ike_child_alloc(void);
/* What ike_child_alloc() gave goes into @sa's list. */
void ike_child_enter(struct ike_child *child, struct ike_sa *sa, struct ike_conf_conn *conn,
		     const struct ike_conf_child *conf);
/* Both; NULL without memory or when there are too many. */
struct ike_child *ike_child_new(struct ike_sa *sa, struct ike_conf_conn *conn,
				const struct ike_conf_child *conf);
/* Out of the module and of the list, and whatever points to it forgets it. */
void ike_child_free(struct ike_child *child);

/* Inbound must be there before the peer may send. Return: 0 or -1, which was told. */
int ike_child_install_in(struct ike_child *child);
/* And from here on we send on it. Policies come with it. */
int ike_child_install_out(struct ike_child *child);
/*
 * @child goes, and what it was to replace is in use again, unless that has another successor.
 * What nothing can be sent on any more is closed. Return: is it in use?
 */
bool ike_child_fall_back(struct ike_child *child);
/*
 * Where that cannot be, the peer, which takes it for one that works, is told; what it was to
 * replace goes on, or what always is to be up is begun anew. Return: is it there?
 */
bool ike_child_install_or_close(struct ike_child *child);
/* Install outbound when the peer has shown that it has the new pair, or after some time. */
void ike_child_switch_later(struct ike_child *child);
void ike_child_remove_out(struct ike_child *child);
/* Both ends have closed it: free it; one that was replaced takes what is under way first. */
void ike_child_closed(struct ike_child *child);
/* Has anything come in since this was last asked? */
bool ike_child_heard(struct ike_child *child);

/* By the SPI that we chose, or by the peer's; not those that linger. */
struct ike_child *ike_child_find_in(struct ike_sa *sa, uint32_t spi);
struct ike_child *ike_child_find_out(struct ike_sa *sa, uint32_t spi);
/* Of all IKE SAs, by an SPI of either direction as the module tells it. */
struct ike_child *ike_child_find_kernel(const struct ike_sa_table *table,
					const struct espah_addr *dst, uint32_t spi);
/* "moon{3}" */
const char *ike_child_name(const struct ike_child *child, char *buf, size_t size);
#define IKE_CHILD_NAMELEN	80
/* Is it, or will it be, of use for traffic? */
static inline bool ike_child_in_use(const struct ike_child *child)
{
	return child->state <= IKE_CHILD_UP && !child->redundant;
}

/* Selectors of the configuration with "dynamic" replaced by this address. */
void ike_conf_ts_resolve(const struct ike_conf_ts *conf, const struct espah_addr *dynamic,
			 struct ike_ts_list *list);
/*
 * The module has no ports, and one Child SA no more than so many policies. What
 * is asked for is cut down to that (RFC 7296 section 2.9); the first of each
 * list, which is of the packet that waits, goes last. False: nothing is left.
 */
bool ike_policies_cut(struct ike_ts_list *local, struct ike_ts_list *remote);
/* What of these cannot be policies, all of them; NULL if they can. */
const char *ike_policies_wrong(const struct ike_ts_list *local, const struct ike_ts_list *remote);
/*
 * The policies of one pair of lists, one for each pair of selectors that a packet
 * can fit; returns how many, at most @max.
 */
unsigned int ike_policies_make(struct ike_kernel_policy *policies, unsigned int max,
			       const struct ike_ts_list *local, const struct ike_ts_list *remote,
			       const struct ike_kernel_policy *like);
/* What is more special goes before what is less, where the configuration does not say. */
uint32_t ike_policy_priority(const struct ike_conf_child *conf, const struct ike_ts *local,
			     const struct ike_ts *remote);

#endif /* _IKE_CHILD_H */
