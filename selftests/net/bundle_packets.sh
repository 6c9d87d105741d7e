#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Protection inside of protection: in parts, and in UDP.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/python.sh"

python_tests espbundle.py

test_parts_of_a_protected_packet() {
	run
}

test_parts_over_ipv6() {
	run
}

test_parts_by_two_paths() {
	run
}

test_parts_that_a_policy_refuses() {
	run
}

test_parts_of_what_is_not_ours() {
	run
}

test_esp_in_udp() {
	run
}

test_udp_that_is_not_esp() {
	run
}

test_esp_in_udp_for_the_socket() {
	run
}

module_load
ns_pair A B
ip -n "$A" addr add fd00:9::1/64 dev veth0 nodad
ip -n "$B" addr add fd00:9::2/64 dev veth0 nodad
run_tests "$@"
