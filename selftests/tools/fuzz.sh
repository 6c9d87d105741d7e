#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Whatever the parsers of the tools read, they end well, and what they print is read as the same.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/tool.sh"

# fuzz TARGET RUNS: the same cases each time.
fuzz() {
	assert_ok "$TOP/selftests/fuzz/tools/run" --seed 1 --runs "$2" "$1"
}

test_addresses() {
	fuzz addr 50000
}

test_keys() {
	fuzz key 20000
}

test_words_of_states() {
	fuzz state 50000
}

test_words_of_policies() {
	fuzz policy 50000
}

test_words_of_filters() {
	fuzz filter 50000
}

test_batch_files() {
	fuzz batch 4000
}

test_answers_of_the_kernel() {
	fuzz answer 50000
}

test_verdicts_of_the_kernel() {
	fuzz extack 20000
}

test_conversations_with_the_kernel() {
	fuzz dump 20000
}

test_ike_certificates() {
	fuzz ike_cert 5000
}

test_ike_protected_messages() {
	fuzz ike_open 20000
}

test_ike_signatures() {
	fuzz ike_verify 5000
}

test_ike_payloads() {
	fuzz ike_payload 50000
}

test_ike_proposals() {
	fuzz ike_proposal 50000
}

test_ike_traffic_selectors() {
	fuzz ike_ts 50000
}

test_words_of_ike_proposals() {
	fuzz ike_proposal_words 50000
}

test_words_of_ike_traffic_selectors() {
	fuzz ike_ts_words 20000
}

test_words_of_ike_identities() {
	fuzz ike_id_words 50000
}

test_ike_configurations() {
	fuzz ike_conf 20000
}

test_ike_requests() {
	fuzz ike_request 50000
}

test_ike_exchanges() {
	fuzz ike_v2 5000
}

# A target that no test names is not run.
test_every_target_has_a_test() {
	local target

	for target in $("$TOP/selftests/fuzz/tools/run" --list); do
		grep -qE "^	fuzz $target [0-9]+\$" "$0" || fail "no test runs the target '$target'"
	done
}

# Other numbers each time, which are said.
long_all_targets() {
	assert_ok "$TOP/selftests/fuzz/tools/run" --time 450
}

# What strangers send has to be right in far more cases than others.
long_million_for_ike() {
	local target targets

	targets=$("$TOP/selftests/fuzz/tools/run" --list | grep '^ike_')
	for target in $targets; do
		assert_ok "$TOP/selftests/fuzz/tools/run" --runs 1000000 "$target"
	done
}

run_tests "$@"
