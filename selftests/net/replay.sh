#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A sequence number is accepted once and within the window, to the exact number, for every width.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/python.sh"

python_tests espreplay.py

test_first_packets() {
	run
}

test_edges() {
	run
}

test_jumps() {
	run
}

test_last_number() {
	run
}

test_whole_window() {
	run
}

test_random_steps() {
	run
}

test_forged_number() {
	run
}

test_same_octets() {
	run
}

test_outside_sequences() {
	run
}

test_outside_sequences_esn() {
	run
}

module_load
ns_pair A B
run_tests "$@"
