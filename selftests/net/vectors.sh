#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# ESP packets that others have made are read and written octet for octet.
. "$(dirname "$0")/../lib.sh"

# One Python process runs all tests: starting it takes seconds on an emulated CPU.
coproc python { exec python3 -B "$(dirname "$0")/lib/espvectors.py"; }
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

test_own_implementation() {
	run
}

test_draft_mcgrew() {
	run
}

test_reserved_spis() {
	run
}

test_draft_mcgrew_esn() {
	run
}

test_linux_tunnel() {
	run
}

test_linux_transport() {
	run
}

test_dpdk() {
	run
}

test_changed_vectors() {
	run
}

test_sent_in_tunnel() {
	run
}

test_sent_in_transport() {
	run
}

test_inner_next_header() {
	run
}

module_load
ns_pair A B
run_tests "$@"
