#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# espah and scapy's IPsec layer read each other's packets and write the same octets.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/python.sh"

python_tests espscapy.py

test_scapy_to_espah_transport() {
	run
}

test_scapy_to_espah_tunnel() {
	run
}

test_espah_to_scapy_transport() {
	run
}

test_espah_to_scapy_tunnel() {
	run
}

test_forged_by_scapy() {
	run
}

module_load
# scapy has DES and MD5, too.
legacy_take 1
finish() {
	legacy_take 0
}
ns_pair A B
run_tests "$@"
