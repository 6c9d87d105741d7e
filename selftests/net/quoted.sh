#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# ICMP errors about protected traffic: they go and come as it does, and are believed by what they quote.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/python.sh"

python_tests espquoted.py

test_policy() {
	run
}

test_selector() {
	run
}

test_transport() {
	run
}

test_ipv6() {
	run
}

test_about_parts() {
	run
}

test_sent() {
	run
}

test_sent_in_transport_mode() {
	run
}

test_sent_over_ipv6() {
	run
}

test_sent_about_what_is_not_protected() {
	run
}

test_sent_as_its_own_policy_says() {
	run
}

module_load
ns_pair A B
ip -n "$B" addr add fd00:9::2/64 dev veth0 nodad
run_tests "$@"
