#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# ESP packets that others have made are read and written octet for octet.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/python.sh"

python_tests espvectors.py

test_own_implementation() {
	run
}

test_draft_mcgrew() {
	run
}

test_reserved_spis() {
	run
}

test_draft_mcgrew_esn() {
	run
}

test_wrong_high_half() {
	run
}

test_esn_without() {
	run
}

test_linux_esn() {
	run
}

test_linux_tunnel() {
	run
}

test_linux_transport() {
	run
}

test_dpdk() {
	run
}

test_without_integrity() {
	run
}

test_in_fragments() {
	run
}

test_rfc7634() {
	run
}

test_captured() {
	run
}

test_changed_vectors() {
	run
}

test_sent_in_tunnel() {
	run
}

test_sent_in_transport() {
	run
}

test_sent_esn() {
	run
}

test_keys_of_any_length() {
	run
}

test_inner_next_header() {
	run
}

module_load
legacy_take 1
finish() {
	legacy_take 0
}
ns_pair A B
run_tests "$@"
