#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Packets without an IV, which is their sequence number (RFC 8750), are read and written octet for octet.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/python.sh"

python_tests espiiv.py

test_received() {
	run
}

test_sent() {
	run
}

test_refused() {
	run
}

module_load
ns_pair A B
run_tests "$@"
