#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A request that is wrong in any way is refused with a precise errno and a sentence, and changes nothing.
. "$(dirname "$0")/../lib.sh"

setup() {
	module_load
	ns=netlink-$$
	ns_add "$ns"
}

# client SCRIPT ARGS...: run one of lib/'s clients in the namespace.
client() {
	in_ns "$ns" python3 -B "$(dirname "$0")/lib/$1.py" "${@:2}"
}

test_good_requests_are_accepted() {
	assert_ok client genl_accept
}

test_missing_attribute() {
	assert_ok client genl_refuse missing
}

test_wrong_length() {
	assert_ok client genl_refuse lengths
}

test_out_of_range() {
	assert_ok client genl_refuse ranges
}

test_unknown_attribute() {
	assert_ok client genl_refuse unknown
}

test_attribute_of_other_requests() {
	assert_ok client genl_refuse untaken
}

test_attribute_given_twice() {
	assert_ok client genl_refuse twice
}

test_wrong_nesting() {
	assert_ok client genl_refuse nests
}

test_cut_short() {
	assert_ok client genl_refuse truncated
}

test_contradictory() {
	assert_ok client genl_refuse contradictory
}

test_exists_or_does_not() {
	assert_ok client genl_refuse existence
}

test_update_of_what_is_fixed() {
	assert_ok client genl_refuse fixed
}

run_tests "$@"
