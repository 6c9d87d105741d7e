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

# boot DYING: start a guest with an emulator that is none: its guests die while they boot, DYING
# of them; the next one begins the command and ends, as well as the file "end" has it.
boot() {
	local out=$scratch/out

	mkdir -p "$scratch/bin"
	cat >"$scratch/bin/qemu-system-x86_64" <<-END
		#!/bin/bash
		echo >>'$scratch/starts'
		echo 'Kernel panic' >'$out/console'
		[ "\$(wc -l <'$scratch/starts')" -gt $1 ] || exit 0
		echo >'$out/begun'
		[ ! -e '$scratch/end' ] || cp '$scratch/end' '$out/status'
	END
	chmod +x "$scratch/bin/qemu-system-x86_64"
	rm -f "$scratch/starts"
	rc=0
	PATH=$scratch/bin:$PATH "$TOP/selftests/vm/vm" --no-build --out "$out" -- true 2>"$scratch/said" || rc=$?
	starts=$(wc -l <"$scratch/starts")
}

test_a_guest_that_dies_while_it_boots() {
	local rc starts

	echo 0 >"$scratch/end"
	boot 2
	assert_eq "$rc $starts" '0 3' 'status and starts of a guest that begins in the end'
	assert_eq "$(grep -c 'started anew' "$scratch/said")" 2 'times that it was told'
	boot 9
	assert_eq "$rc $starts" '125 3' 'status and starts of a guest that never begins'
	rm "$scratch/end"
	boot 0
	assert_eq "$rc $starts" '125 1' 'status and starts of a guest that dies of the command'
}

run_tests "$@"
