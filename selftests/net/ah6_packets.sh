#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# AH packets over IPv6 that others have made are read, what is written is right octet for octet, and
# hostile ones are refused.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/python.sh"

python_tests ah6vectors.py

test_own_implementation() {
	run
}

test_linux() {
	run
}

test_sent() {
	run
}

test_sent_vectors() {
	run
}

test_extensions_sent() {
	run
}

test_malformed_sent() {
	run
}

test_extensions_received() {
	run
}

test_what_is_covered() {
	run
}

test_hostile() {
	run
}

test_tunnel() {
	run
}

module_load
legacy_take 1
finish() {
	legacy_take 0
}
ns_pair A B
ip -n "$A" addr add fd00:9::1/64 dev veth0 nodad
ip -n "$B" addr add fd00:9::2/64 dev veth0 nodad
ip -n "$B" -6 route add default via fd00:9::1 dev veth0
in_ns "$B" sysctl -qw net.ipv6.conf.all.seg6_enabled=1 net.ipv6.conf.veth0.seg6_enabled=1
run_tests "$@"
