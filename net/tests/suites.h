/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_TESTS_SUITES_H
#define _ESPAH_TESTS_SUITES_H

#include <kunit/test.h>

extern struct kunit_suite addr_suite;
extern struct kunit_suite selector_suite;
extern struct kunit_suite flow_suite;
extern struct kunit_suite quoted_suite;
extern struct kunit_suite fwmark_suite;
extern struct kunit_suite ext6_suite;
extern struct kunit_suite replay_suite;
extern struct kunit_suite limits_suite;
extern struct kunit_suite algs_suite;
extern struct kunit_suite crypto_suite;
extern struct kunit_suite chapoly_suite;
extern struct kunit_suite esp_suite;
extern struct kunit_suite ah_suite;
extern struct kunit_suite cover_suite;
extern struct kunit_suite header_suite;
extern struct kunit_suite encap_suite;
extern struct kunit_suite encap6_suite;
extern struct kunit_suite beet_suite;
extern struct kunit_suite pmtu_suite;
extern struct kunit_suite fragment_suite;
extern struct kunit_suite segment_suite;
extern struct kunit_suite repair_suite;
extern struct kunit_suite tfc_suite;
extern struct kunit_suite mark_suite;
extern struct kunit_suite stats_suite;
extern struct kunit_suite drops_suite;
extern struct kunit_suite sa_suite;
extern struct kunit_suite lifetime_suite;
extern struct kunit_suite progress_suite;
extern struct kunit_suite term_suite;
extern struct kunit_suite sent_suite;
extern struct kunit_suite keepalive_suite;
extern struct kunit_suite dummy_suite;
extern struct kunit_suite sad_suite;
extern struct kunit_suite heir_suite;
extern struct kunit_suite move_suite;
extern struct kunit_suite trie_suite;
extern struct kunit_suite order_suite;
extern struct kunit_suite spd_suite;
extern struct kunit_suite queue_suite;
extern struct kunit_suite acquire_suite;
extern struct kunit_suite stranger_suite;
extern struct kunit_suite policy_suite;
extern struct kunit_suite path_suite;
extern struct kunit_suite bundle_suite;
extern struct kunit_suite netlink_attr_suite;

#endif /* _ESPAH_TESTS_SUITES_H */
