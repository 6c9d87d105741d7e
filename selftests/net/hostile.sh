#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Packets that are damaged, forged or out of place are dropped, each for its own reason, and traffic goes on.
. "$(dirname "$0")/../lib.sh"

# One Python process runs all tests: starting it takes seconds on an emulated CPU.
coproc python { exec python3 -B "$(dirname "$0")/lib/esphostile.py"; }
exec {ask}>&"${python[1]}" {answer}<&"${python[0]}"

# Let it run the test that the calling function is named after.
run() {
	local verdict

	echo "${FUNCNAME[1]} $A $B" >&"$ask"
	read -r verdict <&"$answer" || fail 'expected a verdict, saw the Python process end'
	case $verdict in
	ok) ;;
	skip\ *) skip "${verdict#skip }" ;;
	*) fail "${verdict#failed }" ;;
	esac
}

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
