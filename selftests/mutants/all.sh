#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Every deliberate mistake is caught by the test that it names.
. "$(dirname "$0")/../lib.sh"

# Sources move on: whoever moves them is told, not who runs all mutants months later.
test_every_mutant_applies() {
	local here patch

	here=$(realpath "$(dirname "$0")")
	for patch in "$here"/*.patch; do
		assert_ok git -C "$here/../.." apply --check "$patch"
	done
}

long_every_mutant_is_caught() {
	assert_ok "$(dirname "$0")/mutants"
}

run_tests "$@"
