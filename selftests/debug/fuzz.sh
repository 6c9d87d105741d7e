#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# No request and no packet, however wrong, upsets the kernel, is answered vaguely or goes uncounted.
. "$(dirname "$0")/../lib.sh"

fuzz=$(dirname "$0")/../fuzz

setup() {
	module_load
	ns_pair A B
	# For packets that do not fit into one page.
	ip -n "$A" link set veth0 mtu 9000
	ip -n "$B" link set veth0 mtu 9000
}

netlink() {
	assert_ok in_ns "$B" python3 -B "$fuzz/netlink.py" "$@" "$A"
}

packets() {
	assert_ok python3 -B "$fuzz/packets.py" "$@" "$A" "$B"
}

test_netlink() {
	netlink --rounds 4
}

test_packets() {
	packets --rounds 4
}

long_netlink() {
	netlink --rounds 300 --seed 2
}

long_packets() {
	packets --rounds 600 --seed 2
}

# For selftests/fuzz/fuzz, which says in FUZZ_ARGS what to do.
fuzz_netlink() {
	# shellcheck disable=SC2086 # words
	netlink $FUZZ_ARGS
}

fuzz_packets() {
	# shellcheck disable=SC2086 # words
	packets $FUZZ_ARGS
}

run_tests "$@"
