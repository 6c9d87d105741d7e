#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Packets that are damaged, forged or out of place are dropped, each for its own reason, and traffic goes on.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/python.sh"

python_tests esphostile.py

test_truncated_at_every_length() {
	run
}

test_longer_than_it_is() {
	run
}

test_bit_of_spi() {
	run
}

test_bit_of_number() {
	run
}

test_bit_of_everything_else() {
	run
}

test_ip_header_not_covered() {
	run
}

test_ip_header_checksum() {
	run
}

test_ip_protocol() {
	run
}

test_ip_addresses() {
	run
}

test_broadcast_and_multicast() {
	run
}

test_ip_options() {
	run
}

test_spi_zero() {
	run
}

test_spi_reserved_or_unknown() {
	run
}

test_spi_of_xfrm() {
	run
}

test_sa_of_another_address() {
	run
}

test_wrong_key() {
	run
}

test_fragments() {
	run
}

test_fragments_that_overlap() {
	run
}

test_nested() {
	run
}

test_removed_sa() {
	run
}

test_icmp_errors() {
	run
}

test_policy_discard() {
	run
}

test_padding() {
	run
}

test_padding_that_does_not_count() {
	run
}

test_all_paddings() {
	run
}

test_dummy() {
	run
}

test_next_header() {
	run
}

test_inner_header() {
	run
}

test_traffic_flow_padding() {
	run
}

test_inner_selector() {
	run
}

test_inner_source_spoofed() {
	run
}

test_mode_mismatch() {
	run
}

test_ecn() {
	run
}

test_content_uses_number_up() {
	run
}

test_clear_beside() {
	run
}

test_reflected() {
	run
}

test_mutants_of_esp() {
	run
}

test_mutants_of_ip() {
	run
}

test_mutants_of_content() {
	run
}

module_load
ns_pair A B
run_tests "$@"
