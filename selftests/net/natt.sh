#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# ESP in UDP, octet for octet: what is taken, what is refused, what is told of NAT.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/python.sh"

python_tests espnatt.py

test_linux_vectors() {
	run
}

test_ports_and_encapsulation_of_the_sa() {
	run
}

test_clear_policy() {
	run
}

test_checksum_behind_nat() {
	run
}

test_new_mapping_is_told() {
	run
}

test_sent() {
	run
}

module_load
ns_pair A B
run_tests "$@"
