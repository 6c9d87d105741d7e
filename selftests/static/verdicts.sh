#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A test that fails is told of, and why, however it ends.
# shellcheck disable=SC2016 # what stands in quotes is for another shell
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/files.sh"

# assert_told BODY WORDS: a test of this body fails, and says these words.
assert_told() {
	local seen script=$scratch/wrong.sh

	printf '%s\n' ". '$TOP/selftests/lib.sh'" "test_it() { $1; }" 'run_tests test_it' >"$script"
	seen=$(bash "$script" 2>/dev/null) && fail "it passed: $1"
	[[ $seen == *'not ok 1 - wrong/test_it'* ]] || fail "expected 'not ok', saw: $seen"
	[[ $seen =~ \#\ [^$'\n']*$2 ]] || fail "expected /$2/, saw: $seen"
}

test_a_failure_is_told() {
	assert_told 'assert_eq 1 2 number' "number: expected '2', saw '1'"
	assert_told 'false; true' 'command failed .exit status 1.: false'
	assert_told 'fail mute >/dev/null 2>&1' 'exit status 99 without a word'
	assert_told 'f() { [ "$(</nonexistent)" ]; }; wait_until 1 f' 'exit status 1 without a word'
	assert_told 'exit 77' 'exit status 77 without a word'
	assert_told 'kill -KILL $BASHPID' 'exit status 137 without a word'
}

run_tests "$@"
