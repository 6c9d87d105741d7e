/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two daemons' halves that speak the protocol, in one process: a clock that
 * goes as fast as it is told to, a network that loses and doubles what its seed
 * says, and modules that only remember.
 */
#ifndef _UNIT_IKE_V2_WORLD_H
#define _UNIT_IKE_V2_WORLD_H

#include "v2.h"

struct world;

struct world_sa {
	bool there;
	bool larval;
	bool inbound;
	/* Counts up: the module sends on the newest. */
	uint64_t since;
	struct espah_addr src;
	struct espah_addr dst;
	uint32_t spi;
	uint32_t reqid;
	uint8_t mode;
	uint16_t sport;
	uint16_t dport;
	struct espah_addr src_was;
	struct espah_addr dst_was;
	uint8_t key[2 * IKE_KEY_MAX];
	size_t key_len;
	uint64_t packets;
	uint64_t soft_time;
	uint64_t hard_time;
};

struct world_policy {
	struct ike_kernel_policy policy;
	unsigned int refs;
};

/* One end. Its address is what it knows itself by. */
struct world_end {
	struct world *world;
	struct ike_daemon daemon;
	struct espah_addr addr;
	char name;
	/* Somebody else's configuration, who frees it. */
	bool lent;
	/* So many places, some of which are free. */
	size_t sas;
	struct world_sa *sa;
	size_t policies;
	struct world_policy *policy;
	uint32_t last_spi;
	/* Make the module refuse the next SAs. */
	unsigned int refuse;
	unsigned int refuse_out;
	unsigned int refuse_policies;
	unsigned int keepalives;
	unsigned int sent;
	/* ESP that came for no SA, or under other keys: there must be none. */
	unsigned int esp_lost;
	unsigned int esp_taken;
	/* Packets that found no SA to be sent on. */
	unsigned int esp_waits;
};

struct world_flight {
	uint64_t when;
	uint64_t number;
	struct world_end *to;
	struct ike_endpoint from_endpoint;
	struct ike_endpoint to_endpoint;
	/* ESP: the SPI and a copy of the key. */
	bool esp;
	struct world_sa sa;
	uint8_t *data;
	size_t len;
};

struct world {
	uint64_t now;
	uint64_t count;
	uint64_t seed;
	size_t timers;
	struct ike_timer **timer;
	size_t flights;
	struct world_flight *flight;
	struct world_end a;
	struct world_end b;
	/* Of a hundred datagrams. */
	unsigned int loss;
	unsigned int twice;
	/* Milliseconds, and up to so many more: later ones overtake. */
	unsigned int delay;
	unsigned int jitter;
	/* Translate @a's address, as a NAT box before it does; its number, to be able to move. */
	unsigned int nat;
	/* Called for each IKE datagram before it is delivered: false takes it away. */
	bool (*filter)(struct world *world, struct world_flight *flight);
	void *filter_data;
};

/* A filter: what INFORMATIONAL says does not come to @b. */
bool world_no_info_to_b(struct world *world, struct world_flight *flight);

/* Nobody can be reached, as before the network is up. */
extern bool world_no_route;

/* Both are given the text of a configuration; NULL: none. Ends the program if it is wrong. */
struct world *world_new(const char *conf_a, const char *conf_b);
/* With configurations that were read before, by world_conf(), and are freed later. */
struct world *world_new_lent(struct ike_conf *conf_a, struct ike_conf *conf_b);
struct ike_conf *world_conf(const char *text);
void world_free(struct world *world);
/* What one end has loaded is replaced. */
void world_load(struct world_end *end, const char *conf);
uint32_t world_random(struct world *world, uint32_t below);
/* The next event; false if there is none within @ms. */
bool world_step(struct world *world, uint64_t ms);
void world_run(struct world *world, uint64_t ms);
/* Until no datagram is under way any more. */
void world_settle(struct world *world);
struct world_end *world_other(struct world_end *end);

/* An order, and its outcome: -1 while it has none. */
struct world_verdict {
	struct ike_verdict verdict;
	int failed;
	char words[256];
};

void world_up(struct world_end *end, const char *name, struct world_verdict *verdict);
void world_down(struct world_end *end, const char *name, struct world_verdict *verdict);
void world_rekey(struct world_end *end, const char *name, struct world_verdict *verdict);

/* One packet from each end to the other, if there is something to send it on. */
void world_traffic(struct world *world);
/* Each end's SAs and the other's fit: as many, the same SPIs and keys. */
bool world_same_keys(struct world *world);
unsigned int world_count_sas(const struct world_end *end);
unsigned int world_count_policies(const struct world_end *end);
unsigned int world_count_up(const struct world_end *end);
unsigned int world_count_ike(const struct world_end *end, enum ike_sa_state state);
struct ike_child *world_child(const struct world_end *end);
struct ike_sa *world_ike(const struct world_end *end);
/* A world whose ends have the child "net" up. */
struct world *world_up_net(const char *conf_a, const char *conf_b);
/* For so long, with packets all the time in both directions. */
void world_busy(struct world *world, unsigned int ms);
/* One Child SA is up, one IKE SA, the same at both ends; nothing else of that kind is left. */
bool world_one_pair(struct world *world);
bool world_one_ike(struct world *world);
/*
 * Whatever has become of them and of an order: it has a verdict, and the two have one Child SA up,
 * at once or when that is ordered.
 */
bool world_recovers(struct world *world, struct world_verdict *verdict);
/* A line of the log has these words, since the last call of world_log_forget(). */
bool world_log_has(const char *words);
void world_log_forget(void);

#endif /* _UNIT_IKE_V2_WORLD_H */
