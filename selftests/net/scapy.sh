#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# espah and scapy's IPsec layer read each other's packets and write the same octets.
. "$(dirname "$0")/../lib.sh"

# One Python process runs all tests: starting it takes seconds on an emulated CPU.
coproc python { exec python3 -B "$(dirname "$0")/lib/espscapy.py"; }
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
ns_pair A B
run_tests "$@"
