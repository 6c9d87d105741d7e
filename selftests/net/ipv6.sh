#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# IPv6 outside, inside, or both: espah and the kernel's own xfrm are two ends of one wire.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/traffic.sh"
. "$(dirname "$0")/lib/families.sh"

between() {
	new_keys
	interop "$@"
}

test_transport() {
	between transport 6 6
}

test_tunnel() {
	between tunnel 6 6
}

test_4_in_6() {
	between tunnel 6 4
}

test_6_in_4() {
	between tunnel 4 6
}

test_path_mtu() {
	new_keys
	ends espah xfrm tunnel 6 6
	in_ns "$A" ip -6 route flush cache
	# 1500 but for the outer header, 34 octets of ESP and 48 of IPv6 and UDP.
	assert_probe arrived 1500 "$A@$A6" "$B@$B6" 1378
	traffic icmp6_too_big "$B" "$B6" "$A6" "$B6" 0x1100 99 1400
	assert_probe EMSGSIZE 1426 "$A@$A6" "$B@$B6" 1379
	traffic icmp6_too_big "$B" "$B6" "$A6" "$B6" 0x1100 1 1400
	assert_probe EMSGSIZE 1326 "$A@$A6" "$B@$B6" 1378
	assert_probe arrived 1326 "$A@$A6" "$B@$B6" 1278
}

ns_pair A B
addresses
traffic_start
run_tests "$@"
