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

ns_pair A B
addresses
traffic_start
run_tests "$@"
