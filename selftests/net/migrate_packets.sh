#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# An SA that has moved takes what it has not taken yet, where it is, and nothing else.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/python.sh"

python_tests espmigrate.py

test_old_packets_stay_old() {
	run
}

test_only_the_source() {
	run
}

test_figures_go_along() {
	run
}

test_into_udp_and_out() {
	run
}

test_removed_after_it_moved() {
	run
}

module_load
ns_pair A B
ip -n "$B" addr add 10.9.0.12/24 dev veth0
run_tests "$@"
