/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_UNIT_H
#define _ESPAH_UNIT_H

#include <stdbool.h>

#include "addr.h"
#include "attrs.h"
#include "counters.h"
#include "err.h"
#include "macros.h"
#include "model.h"

void check(bool good, const char *name);
void check_text(const char *seen, const char *expected, const char *name);
bool own_namespace(void);
void skip(const char *name, const char *why);

void test_addresses(void);
void test_keys(void);
void test_words(void);
void test_wire(void);
void test_rtlink(void);
void test_extack(void);
void test_kernel(void);
void test_event(void);
void test_ctl(void);
void test_monitor(void);
void test_ike_buf(void);
void test_ike_kdf(void);
void test_ike_dh(void);
void test_ike_cipher(void);
void test_ike_auth(void);
void test_ike_cert(void);
void test_ike_sign(void);
void test_ike_payload(void);
void test_ike_proposal(void);
void test_ike_ts(void);
void test_ike_id(void);
void test_ike_loop(void);
void test_ike_net(void);
void test_ike_sandbox(void);
void test_ike_options(void);
void test_ike_v2_begin(void);
void test_ike_conf(void);
void test_ike_conf_find(void);
void test_ike_log(void);
void test_ike_request(void);
void test_ike_v2_rekey(void);
void test_ike_v2_collide(void);
void test_ike_v2_loss(void);
void test_ike_v2_races(void);
void test_ike_v2_refuse(void);
void test_ike_v2_paths(void);
void test_ike_v2_cert(void);
void test_ike_control(void);
void test_ike_v2_unique(void);
void test_ike_v2_hostile(void);
void test_ike_v2_answers(void);
void test_ike_v2_ends(void);
void test_ike_v2_memory(void);
void test_ike_v2_trouble(void);
void test_ike_kernel(void);

#endif /* _ESPAH_UNIT_H */
