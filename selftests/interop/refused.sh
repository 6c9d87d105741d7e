#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What two ends do not agree on does not come up, both say why, and nothing stays; and what
# they agree on in part comes up as that part.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/ike.sh"

test_wrong_secret()		{ ike_case secret_b=other out=AUTHENTICATION_FAILED; }
test_wrong_id()			{ ike_case id_b=c.test out=AUTHENTICATION_FAILED; }
test_own_wrong_id()		{ ike_case id_a=c.test out=AUTHENTICATION_FAILED; }
test_other_ike_proposal()	{ ike_case ike_b=aes256gcm16-prfsha384-ecp384 out=NO_PROPOSAL_CHOSEN; }
test_other_esp_proposal()	{ ike_case esp_b=aes256-sha512 out=NO_PROPOSAL_CHOSEN; }
test_other_selectors()		{ ike_case local_b=10.3.0.0/24 remote_b=10.4.0.0/24 out=TS_UNACCEPTABLE; }
test_narrowed_by_the_other()	{ ike_case from=a remote_a=10.2.0.0/16 ts='10.1.0.0/24>10.2.0.0/24'; }
test_narrowed_on_both_sides()	{ ike_case from=a local_a=10.1.0.0/16 remote_a=10.2.0.0/16 ts='10.1.0.0/24>10.2.0.0/24'; }
test_narrowed_to_a_protocol()	{ ike_case from=a local_b='10.2.0.0/24[udp]' remote_b='10.1.0.0/24[udp]' ts='10.1.0.0/24>10.2.0.0/24[proto-udp]'; }

ground_straight
ends espahd charon
run_tests "$@"
