#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Two ends that show who they are by signatures, and certificates of one authority.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/ike.sh"

test_rsa()			{ ike_case auth=rsa; }
test_rsa_transport()		{ ike_case auth=rsa mode=transport; }
test_ecdsa256()			{ ike_case auth=ecdsa256; }
test_ecdsa384()			{ ike_case auth=ecdsa384; }
test_rsa_and_ecdsa()		{ ike_case auth_a=rsa auth_b=ecdsa256; }
test_certificate_and_secret()	{ ike_case auth_a=psk auth_b=rsa; }
test_expired()			{ ike_case auth=rsa cert_b=expired out=AUTHENTICATION_FAILED; }
test_own_expired()		{ ike_case auth=rsa cert_a=expired out=AUTHENTICATION_FAILED; }
test_of_a_stranger()		{ ike_case auth=rsa cert_b=stranger out=AUTHENTICATION_FAILED; }
test_own_of_a_stranger()	{ ike_case auth=rsa cert_a=stranger out=AUTHENTICATION_FAILED; }
test_of_somebody_else()		{ ike_case auth=rsa id_b=c.test expect_a=c.test out=AUTHENTICATION_FAILED; }

ground_straight
ground_certs
ends espahd charon
run_tests "$@"
