#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The KUnit suites of net/tests pass, each of them.
. "$(dirname "$0")/../lib.sh"

sources=$(dirname "$0")/../../net/tests
# A process costs this kernel a good part of a second: the suites run once, together,
# and each test reads what its own had to say. A test that is run alone runs its
# suite alone.
pattern='*'
[ $# -ne 1 ] || pattern=${1#test_}

# What the kernel says of the suites that is no verdict of theirs fails here; names of
# cases have such words in them as well.
run_suites() {
	"$(dirname "$0")/ktap" "$pattern" >"$scratch/ktap" || true
	! grep -E 'WARNING|BUG|Oops|RIP:|Call Trace|refcount_t|ODEBUG|UBSAN|suspicious RCU|INFO: |kmemleak' "$scratch/ktap" ||
		fail "the kernel's log: expected no complaint, saw:"$'\n'"$(<"$scratch/ktap")"
	kernel_log_read >/dev/null
}

# suite NAME: all of it passed; what did not is shown.
suite() {
	local line said='' inside='' verdict="no verdict"
	local -a lines

	[ -e "$scratch/ktap" ] || run_suites
	mapfile -t lines <"$scratch/ktap"
	for line in "${lines[@]}"; do
		if [ "$line" = "    # Subtest: $1" ]; then
			inside=yes
		elif [[ -n $inside && $line =~ ^((not )?ok)' '[0-9]+' '"$1"$ ]]; then
			verdict=${BASH_REMATCH[1]}
			break
		elif [[ -n $inside && ! $line =~ ^' '*(ok' '|$) ]]; then
			said+=$'\n'$line
		fi
	done
	[ "$verdict" = ok ] || fail "suite $1: expected ok, saw $verdict:$said"
	[[ $said =~ '# Totals: pass:'[1-9][0-9]*' fail:0 skip:0' ]] || fail "suite $1: expected cases and all of them passed, saw:$said"
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

test_fwmark() {
	suite fwmark
}

test_ext6() {
	suite ext6
}

test_quoted() {
	suite quoted
}

test_replay() {
	suite replay
}

test_limits() {
	suite limits
}

test_algs() {
	suite algs
}

test_crypto() {
	suite crypto
}

test_chapoly() {
	suite chapoly
}

test_esp() {
	suite esp
}

test_ah() {
	suite ah
}

test_cover() {
	suite cover
}

test_header() {
	suite header
}

test_encap() {
	suite encap
}

test_encap6() {
	suite encap6
}

test_beet() {
	suite beet
}

test_pmtu() {
	suite pmtu
}

test_repair() {
	suite repair
}

test_fragment() {
	suite fragment
}

test_tfc() {
	suite tfc
}

test_mark() {
	suite mark
}

test_stats() {
	suite stats
}

test_drops() {
	suite drops
}

test_sa() {
	suite sa
}

test_lifetime() {
	suite lifetime
}

test_progress() {
	suite progress
}

test_term() {
	suite term
}

test_keepalive() {
	suite keepalive
}

test_dummy() {
	suite dummy
}

test_sad() {
	suite sad
}

test_heir() {
	suite heir
}

test_move() {
	suite move
}

test_trie() {
	suite trie
}

test_order() {
	suite order
}

test_spd() {
	suite spd
}

test_acquire() {
	suite acquire
}

test_stranger() {
	suite stranger
}

test_queue() {
	suite queue
}

test_policy() {
	suite policy
}

test_path() {
	suite path
}

test_sent() {
	suite sent
}

test_segment() {
	suite segment
}

test_bundle() {
	suite bundle
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
long_unknown_suite_is_refused() {
	assert_fails insmod /build/espah_kunit.ko suite=none
}

run_tests "$@"
