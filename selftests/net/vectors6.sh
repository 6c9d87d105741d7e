#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# ESP packets over IPv6 that others have made are read and written octet for octet.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/python.sh"

python_tests esp6vectors.py

test_received_in_tunnel() {
	run
}

test_received_in_transport() {
	run
}

test_sent_in_tunnel() {
	run
}

test_sent_in_transport() {
	run
}

test_sent_4_in_6() {
	run
}

test_sent_behind_extension_headers() {
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
run_tests "$@"
