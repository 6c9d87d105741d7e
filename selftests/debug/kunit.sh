#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The KUnit suites of net/tests pass, each of them.
. "$(dirname "$0")/../lib.sh"

sources=$(dirname "$0")/../../net/tests

# suite NAME: run it; what did not pass is shown.
suite() {
	local ktap rc=0

	ktap=$("$(dirname "$0")/ktap" "$1") || rc=$?
	if [ "$rc" -ne 0 ] || ! grep -qE "^ok [0-9]+ $1\$" <<<"$ktap"; then
		fail "suite $1: expected all of it to pass, saw:"$'\n'"$(grep -vE '^ *ok |^ *$' <<<"$ktap")"
	fi
}

test_addr() {
	suite addr
}

test_selector() {
	suite selector
}

test_flow() {
	suite flow
}

test_replay() {
	suite replay
}

test_algs() {
	suite algs
}

test_crypto() {
	suite crypto
}

test_esp() {
	suite esp
}

test_encap() {
	suite encap
}

test_pmtu() {
	suite pmtu
}

test_mark() {
	suite mark
}

test_stats() {
	suite stats
}

test_sa() {
	suite sa
}

test_sad() {
	suite sad
}

test_spd() {
	suite spd
}

test_policy() {
	suite policy
}

test_netlink_attr() {
	suite netlink_attr
}

# A file of net/tests that no function above runs would pass unseen.
test_no_suite_is_forgotten() {
	local file name

	for file in "$sources"/*_test.c; do
		name=${file##*/}
		declare -F "test_${name%_test.c}" >/dev/null || fail "net/tests/$name: no test here runs it"
	done
}

# A pattern that matches nothing is refused rather than passed.
test_unknown_suite_is_refused() {
	assert_fails insmod /build/espah_kunit.ko suite=none
}

run_tests "$@"
