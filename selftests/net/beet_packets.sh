#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# BEET mode, packet by packet: the header that is made of the outer one, the pseudo header, and whose
# addresses a policy has to promise.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/python.sh"

python_tests espbeet.py

test_header_is_made() {
	run
}

test_options() {
	run
}

test_hostile_pseudo_headers() {
	run
}

test_dummy() {
	run
}

test_no_policy() {
	run
}

test_selector_changes() {
	run
}

test_fragments() {
	run
}

module_load
ns_pair A B
run_tests "$@"
