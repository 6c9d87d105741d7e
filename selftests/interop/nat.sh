#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# With a box in between that gives espahd another address and other ports, all goes to
# port 4500, and ESP is in UDP.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/ike.sh"

test_tunnel()		{ ike_case mode=tunnel; }
test_transport()	{ ike_case mode=transport; }
test_rsa()		{ ike_case auth=rsa; }
test_ecdsa()		{ ike_case auth=ecdsa256; }
test_cbc()		{ ike_case esp=aes256-sha256 ike=aes256-sha256-ecp256; }
test_wrong_secret()	{ ike_case secret_b=other out=AUTHENTICATION_FAILED; }
test_other_ports()	{ case_moved; }

ground_nat
ground_certs
ends espahd charon
run_tests "$@"
