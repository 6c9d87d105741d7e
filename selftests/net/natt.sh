#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# ESP in UDP, octet for octet: what is taken, what is refused, what is told of NAT.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/python.sh"

python_tests espnatt.py

test_linux_vectors() {
	run
}

test_captured_vectors() {
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

test_checksum_is_repaired() {
	run
}

test_outer_checksum() {
	run
}

test_checksum_in_a_tunnel() {
	run
}

hears() {
	grep -q "$2" "$1"
}

is_heard() {
	espah -n "$B" state flush
	hears "$1" sa-flush
}

test_new_mapping_is_told() {
	espah -n "$B" -j monitor sa >"$scratch/seen" 2>&1 &
	wait_until 30 is_heard "$scratch/seen"
	run
	wait_until 30 hears "$scratch/seen" '"sa-mapping"'
	assert_eq "$(jq -c 'select(.event == "sa-mapping") | .mapping' "$scratch/seen")" \
		'{"src":"10.9.0.9","dst":"10.9.0.2","proto":"esp","spi":"0x00002000","reqid":77,"sport":1025,"dport":4500}' \
		"what a monitor shows"
}

test_mapping_is_told_again() {
	run
}

test_sent() {
	run
}

module_load
# What was captured has MD5.
legacy_take 1
finish() {
	legacy_take 0
}
ns_pair A B
run_tests "$@"
