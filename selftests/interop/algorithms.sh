#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Each algorithm that the two ends share, for IKE and for ESP: all of them in few cases, and
# one at a time where there is the time for it.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/ike.sh"

test_gcm192_prf384_ecp256()	{ ike_case ike=aes192gcm16-prfsha384-ecp256 esp=aes192gcm16; }
test_gcm256_prf512_ecp384()	{ ike_case ike=aes256gcm16-prfsha512-ecp384 esp=aes256gcm16; }
test_cbc128_sha256_modp2048()	{ ike_case ike=aes128-sha256-modp2048 esp=aes128-sha256; }
test_cbc192_sha384_modp3072()	{ ike_case ike=aes192-sha384-modp3072 esp=aes192-sha384 mode=transport; }
test_cbc256_sha512_curve25519()	{ ike_case ike=aes256-sha512-curve25519 esp=aes256-sha512; }
# Extended sequence numbers; a has them first, and each of the two says which it takes.
test_esn()			{ ike_case esp=aes128gcm16-esn; }
test_esn_apart()		{ ike_case esp=aes256-sha256-esn-noesn mode=transport; }
test_esn_declined()		{ ike_case esp_a=aes128gcm16-esn-noesn esp_b=aes128gcm16-noesn; }

long_ike_gcm128()	{ ike_case ike=aes128gcm16-prfsha256-curve25519; }
long_ike_gcm192()	{ ike_case ike=aes192gcm16-prfsha256-curve25519; }
long_ike_gcm256()	{ ike_case ike=aes256gcm16-prfsha256-curve25519; }
long_ike_cbc128_sha256(){ ike_case ike=aes128-sha256-curve25519; }
long_ike_cbc192_sha384(){ ike_case ike=aes192-sha384-curve25519; }
long_ike_cbc256_sha512(){ ike_case ike=aes256-sha512-curve25519; }
long_prf_sha384()	{ ike_case ike=aes256gcm16-prfsha384-curve25519; }
long_prf_sha512()	{ ike_case ike=aes256gcm16-prfsha512-curve25519; }
long_dh_ecp256()	{ ike_case ike=aes128gcm16-prfsha256-ecp256; }
long_dh_ecp384()	{ ike_case ike=aes128gcm16-prfsha256-ecp384; }
long_dh_modp2048()	{ ike_case ike=aes128gcm16-prfsha256-modp2048; }
long_dh_modp3072()	{ ike_case ike=aes128gcm16-prfsha256-modp3072; }
long_esp_gcm192()	{ ike_case esp=aes192gcm16; }
long_esp_gcm256()	{ ike_case esp=aes256gcm16; }
long_esp_cbc128_sha256(){ ike_case esp=aes128-sha256; }
long_esp_cbc192_sha384(){ ike_case esp=aes192-sha384 mode=transport; }
long_esp_cbc256_sha512(){ ike_case esp=aes256-sha512; }

# INVALID_KE_PAYLOAD: the first group that is offered is not the one that both have.
test_other_group() {
	ike_case ike_a=aes128gcm16-prfsha256-curve25519-ecp256 ike_b=aes128gcm16-prfsha256-ecp256
}

ground_straight
ends espahd charon
run_tests "$@"
