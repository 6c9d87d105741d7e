#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# AH packets that others have made are read and written octet for octet; hostile ones are refused.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/python.sh"

python_tests ahvectors.py

test_own_implementation() {
	run
}

test_linux() {
	run
}

test_dpdk() {
	run
}

test_sent() {
	run
}

test_sent_vectors() {
	run
}

test_linux_ah_over_esp() {
	run
}

test_sent_ah_over_esp() {
	run
}

test_options() {
	run
}

test_malformed_options() {
	run
}

test_what_is_covered() {
	run
}

test_hostile() {
	run
}

test_other_protocol() {
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
run_tests "$@"
