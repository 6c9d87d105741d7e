#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# espahd with itself.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/ike.sh"

test_tunnel()			{ ike_case mode=tunnel; }
test_transport()		{ ike_case mode=transport ike=aes256-sha384-ecp384 esp=aes256-sha384; }
test_rsa()			{ ike_case auth=rsa ike=aes256gcm16-prfsha384-modp3072; }
test_ecdsa()			{ ike_case auth=ecdsa256 ike=aes192-sha512-ecp256 esp=aes192-sha512; }
test_wrong_secret()		{ ike_case secret_b=other out=AUTHENTICATION_FAILED; }
test_other_esp_proposal()	{ ike_case esp_b=aes256-sha512 out=NO_PROPOSAL_CHOSEN; }
test_other_selectors()		{ ike_case local_b=10.3.0.0/24 remote_b=10.4.0.0/24 out=TS_UNACCEPTABLE; }
test_narrowed()			{ ike_case from=a local_a=10.1.0.0/16 remote_a=10.2.0.0/16 ts='10.1.0.0/24>10.2.0.0/24'; }

ground_straight
ground_certs
ends espahd espahd
run_tests "$@"
