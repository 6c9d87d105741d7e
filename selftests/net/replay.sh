#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A sequence number is accepted once and within the window, to the exact number, for every width.
. "$(dirname "$0")/../lib.sh"

# One Python process runs all tests: starting it takes seconds on an emulated CPU.
coproc python { exec python3 -B "$(dirname "$0")/lib/espreplay.py"; }
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

test_first_packets() {
	run
}

test_edges() {
	run
}

test_jumps() {
	run
}

test_last_number() {
	run
}

test_whole_window() {
	run
}

test_random_steps() {
	run
}

test_forged_number() {
	run
}

test_same_octets() {
	run
}

test_outside_sequences() {
	run
}

module_load
ns_pair A B
run_tests "$@"
