#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Where the two ends are not alike, charon in the place that espahd has elsewhere.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/ike.sh"

test_wrong_id()			{ ike_case id_b=c.test out=AUTHENTICATION_FAILED; }
test_of_somebody_else()		{ ike_case auth=rsa expect_a=c.test out=AUTHENTICATION_FAILED; }
test_certificate_and_secret()	{ ike_case auth_a=psk auth_b=rsa; }
test_other_group()		{ ike_case ike_a=aes128gcm16-prfsha256-curve25519-ecp256 ike_b=aes128gcm16-prfsha256-ecp256; }
test_several_selectors()	{ ike_case local_a=10.1.0.0/24,10.1.1.0/24 remote_b=10.1.0.0/24,10.1.1.0/24 ts='10.1.0.0/24>10.2.0.0/24 10.1.1.0/24>10.2.0.0/24'; }
test_narrowed_by_the_other()	{ ike_case from=a remote_a=10.2.0.0/16 ts='10.1.0.0/24>10.2.0.0/24'; }
test_narrowed_on_both_sides()	{ ike_case from=a local_a=10.1.0.0/16 remote_a=10.2.0.0/16 ts='10.1.0.0/24>10.2.0.0/24'; }
test_narrowed_to_a_protocol()	{ ike_case from=a local_b='10.2.0.0/24[udp]' remote_b='10.1.0.0/24[udp]' ts='10.1.0.0/24>10.2.0.0/24[proto-udp]'; }

ground_straight
ground_certs
ends charon espahd
run_tests "$@"
