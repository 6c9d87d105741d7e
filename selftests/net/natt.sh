#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# ESP in UDP, octet for octet: what is taken, what is refused, what is told of NAT.
. "$(dirname "$0")/../lib.sh"

# One Python process runs all tests: starting it takes seconds on an emulated CPU.
coproc python { exec python3 -B "$(dirname "$0")/lib/espnatt.py"; }
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

test_linux_vectors() {
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

test_new_mapping_is_told() {
	run
}

test_sent() {
	run
}

module_load
ns_pair A B
run_tests "$@"
