/* SPDX-License-Identifier: GPL-2.0-only */
/* What the suites share: a namespace of their own, SAs in it, packets. */
#ifndef _ESPAH_TESTS_FIXTURE_H
#define _ESPAH_TESTS_FIXTURE_H

#include <kunit/test.h>
#include <linux/ip.h>
#include <linux/skbuff.h>
#include <net/dst.h>

#include "../drops.h"
#include "../netns.h"
#include "../sa.h"

/* 10.9.0.1 and 10.9.0.2, the two ends of most things here. */
#define FIXTURE_A	0x0a090001
#define FIXTURE_B	0x0a090002
/* No test case sends more packets that waited. */
#define FIXTURE_RESUMES	16

/**
 * struct fixture - what a test case of SAs and policies works on
 * @en: a namespace that no packet comes to
 * @hooks: policies that netfilter's hooks were asked for and not given back
 * @hooks_err: what asking for netfilter's hooks fails with
 * @expired: by &enum espah_expiry: events of SAs that have reached a limit
 * @policies_expired: the same of policies
 * @progress: events of how far an SA has got
 * @acquires: events that ask for an SA
 * @told: events of packets that have ended
 * @told_last: the last of them
 * @keepalives: keepalives that were to be sent
 * @dummies: dummies that were to be
 * @resumes: so many packets that wait find an SA
 * @resumed: packets that found one
 * @resumed_marks: which
 * @followers: packets with an SA, one of which comes as each of those is sent
 * @overtook: of @followers, those that did not line up
 */
struct fixture {
	struct espah_net	en;
	int			hooks;
	int			hooks_err;
	int			expired[ESPAH_EXPIRY_HARD + 1];
	int			policies_expired[ESPAH_EXPIRY_HARD + 1];
	int			progress;
	u32			acquires;
	u32			told;
	struct espah_dropped	told_last;
	int			keepalives;
	int			dummies;
	u32			resumes;
	u32			resumed;
	u32			resumed_marks[FIXTURE_RESUMES];
	struct sk_buff_head	followers;
	u32			overtook;
};

int fixture_init(struct kunit *test);
void fixture_exit(struct kunit *test);
struct espah_net *fixture_net(struct kunit *test);

struct espah_sa_config fixture_sa_config(u32 spi);
struct espah_sa_config fixture_chacha_config(u32 spi, const u8 keymat[36]);
struct espah_sa *fixture_blank_sa(struct kunit *test);
struct espah_sa *fixture_sa_add(struct espah_net *en,
				const struct espah_sa_config *config);
struct espah_slot_key fixture_slot_key(const struct espah_sa_config *config,
				       u32 reqid);
struct espah_slot *fixture_slot(struct espah_net *en,
				const struct espah_sa_config *config, u32 reqid);
struct espah_sa *fixture_sa_find(struct espah_net *en,
				 const struct espah_sa_id *id);
bool fixture_sa_use(struct espah_sa *sa, unsigned int bytes);
void fixture_sa_remove(struct espah_net *en, struct espah_sa *sa);
void fixture_wait_freed(struct espah_net *en, int left);

struct espah_flow fixture_flow(u32 src, u32 dst, u8 proto);
struct sk_buff *fixture_skb(struct kunit *test, unsigned int head,
			    const void *data, unsigned int len);
struct sk_buff *fixture_skb_paged(struct kunit *test, const void *data,
				  unsigned int len, unsigned int linear);
void fixture_ip_header(struct iphdr *iph, u8 proto, u16 len);
struct dst_entry *fixture_route(struct kunit *test, u32 hoplimit, u32 mtu);

#endif /* _ESPAH_TESTS_FIXTURE_H */
