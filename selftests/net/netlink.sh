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

test_reserved_field() {
	assert_ok client genl_reserved
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

# With this seed, so that a failure can be had again.
long_random_requests() {
	assert_ok client genl_fuzz 5000 20
}

test_every_command_is_open_to_root() {
	assert_ok client genl_perm root
}

test_no_command_without_net_admin() {
	assert_ok client genl_perm nobody
}

test_no_command_through_a_socket_of_somebody_without_it() {
	assert_ok client genl_perm opener
}

# Root of another user namespace is nobody in ours.
test_root_of_a_user_namespace_in_our_network_namespace() {
	local line lines=(
		"state list" "state count" "state flush" "policy list" "policy flush" stat
		"state delete dst 10.0.0.2 proto esp spi 0x100" "policy add dir in"
	)

	for line in "${lines[@]}"; do
		# shellcheck disable=SC2086 # words
		assert_fails_with "EPERM: .*CAP_NET_ADMIN" in_ns "$ns" unshare -Ur espah $line
	done
}

test_root_of_a_user_namespace_in_its_network_namespace() {
	local sa='src 10.0.0.1 dst 10.0.0.2 proto esp spi 0x100' words key seen out

	read -ra words <<<"$sa"
	key=$(rand_key 20)
	espah -n "$ns" state add "${words[@]}" mode tunnel aead 'rfc4106(gcm(aes))' "$key" 128
	# What the others have cannot be seen or touched from there.
	out=$(in_ns "$ns" unshare -Urn espah -force -b - 2>&1 <<-END || true
		state list
		state get $sa
		state delete $sa
		state flush
		state count
		state add $sa mode transport aead rfc4106(gcm(aes)) $(rand_key 20) 128
		policy add src 10.1.0.0/24 dir out tmpl proto esp
		policy flush dir in
		state count
		policy count
	END
	)
	seen=$(grep -v '^Command failed' <<<"$out" | cut -d: -f 1-3)
	assert_eq "$seen" "espah: state get: ESRCH
espah: state delete: ESRCH
SAD count 0
SAD count 1
SPD IN 0 OUT 1 FWD 0" "what its root sees"
	seen=$(espah -n "$ns" -o state list)
	assert_eq "${seen%% aead*}" "src 10.0.0.1 dst 10.0.0.2\	proto esp spi 0x00000100 reqid 0 mode tunnel\	replay-window 0\	aead rfc4106(gcm(aes)) (key hidden) 128\	anti-replay context: seq 0x0, oseq 0x0" "the SA outside"
}

run_tests "$@"
