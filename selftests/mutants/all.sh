#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Every deliberate mistake is caught by the test that it names.
. "$(dirname "$0")/../lib.sh"

long_every_mutant_is_caught() {
	assert_ok "$(dirname "$0")/mutants"
}

run_tests "$@"
