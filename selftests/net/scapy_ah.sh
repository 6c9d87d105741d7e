#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# espah and scapy's IPsec layer read each other's AH packets and write the same octets.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/python.sh"

python_tests ahscapy.py

test_scapy_to_espah_transport() {
	run
}

test_scapy_to_espah_tunnel() {
	run
}

test_scapy_to_espah_transport6() {
	run
}

test_scapy_to_espah_tunnel6() {
	run
}

test_espah_to_scapy_transport() {
	run
}

test_espah_to_scapy_tunnel() {
	run
}

test_espah_to_scapy_transport6() {
	run
}

test_espah_to_scapy_tunnel6() {
	run
}

test_forged_by_scapy() {
	run
}

module_load
# scapy has MD5, too.
legacy_take 1
finish() {
	legacy_take 0
}
ns_pair A B
ip -n "$A" addr add fd00:9::1/64 dev veth0 nodad
ip -n "$B" addr add fd00:9::2/64 dev veth0 nodad
run_tests "$@"
