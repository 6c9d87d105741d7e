#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Namespaces know nothing of each other, and take all that is theirs with them.
. "$(dirname "$0")/../lib.sh"

lib=$(dirname "$0")/lib

setup() {
	module_load
}

# Some SAs have pcrypt: their packets are under way for longer.
test_namespaces_end_under_traffic() {
	pcrypt_begin
	assert_ok python3 -B "$lib/genl_ends.py" "$(short_or_long 30 200)"
	[ ! -d /sys/module/espah ] || fail "the module is still there"
	pcrypt_end
}

test_namespaces_do_not_share() {
	local ns

	ns_pair A B
	ns_add "third-$$"
	esp_pair A B tunnel
	in_ns "$A" ping -c 3 -i 0.2 -W 5 10.9.0.2
	assert_counter "$A" out-ok 3
	assert_counter "$A" in-ok 3
	assert_counter "$B" out-ok 3
	assert_counter "$B" in-ok 3
	assert_counter "third-$$" out-ok 0
	assert_counter "third-$$" in-ok 0
	assert_eq "$(espah -n "third-$$" -j stat | jq -c '[.sa_count, .policies]')" \
		'[0,{"in":0,"out":0,"fwd":0}]' "what the third holds"
	# The same SA and policy can be in each, and goes from one alone.
	espah -n "third-$$" -b - <<-END
		state add src 10.9.0.1 dst 10.9.0.2 proto esp spi $esp_spi_ab aead rfc4106(gcm(aes)) $esp_key_ab 128
		policy add src 10.9.0.1 dst 10.9.0.2 dir out tmpl proto esp
	END
	espah -n "third-$$" -b - <<-END
		state flush
		policy flush
	END
	for ns in "$A" "$B"; do
		assert_eq "$(espah -n "$ns" state count)" "SAD count 2" "SAs of $ns"
		assert_eq "$(espah -n "$ns" policy count)" "SPD IN 1 OUT 1 FWD 0" "policies of $ns"
	done
	in_ns "$A" ping -c 1 -W 5 10.9.0.2
	assert_counter "$B" in-ok 4
}

test_new_namespace_is_empty_and_loading_finds_old_ones() {
	module_unload
	ns_add "old-$$"
	module_load
	ns_add "new-$$"
	for ns in "old-$$" "new-$$"; do
		assert_eq "$(espah -n "$ns" -j stat | jq -c '[.sa_count, .policies, ([.counters[]] | add)]')" \
			'[0,{"in":0,"out":0,"fwd":0},0]' "$ns"
	done
}

# The wire changes hands: who holds its end now has neither the SAs nor the policies.
test_veth_moves_to_another_namespace() {
	ns_pair A B
	ns_add "third-$$"
	esp_pair A B transport
	in_ns "$A" ping -c 1 -W 5 10.9.0.2
	assert_counter "$B" in-ok 1
	ip -n "$B" link set veth0 netns "third-$$"
	ip -n "third-$$" -b - <<-END
		addr add 10.9.0.2/24 dev veth0
		link set veth0 up
	END
	counters_save "third-$$"
	wait_until 60 foreign_spi_seen
	assert_counter "third-$$" in-ok 0
	assert_counter "$B" in-ok 1
	# Clear packets it sends are refused at the other end, which still has its policies.
	counters_save "$A"
	assert_fails in_ns "third-$$" ping -c 1 -W 1 10.9.0.1
	assert_counter_diff "$A" in-clear 1
	# And back again.
	ip -n "third-$$" link set veth0 netns "$B"
	ip -n "$B" -b - <<-END
		addr add 10.9.0.2/24 dev veth0
		link set veth0 up
	END
	wait_until 60 in_ns "$A" ping -c 1 -W 1 10.9.0.2
}

foreign_spi_seen() {
	in_ns "$A" ping -c 1 -W 0.1 10.9.0.2 && return 1
	[ "$(counter "third-$$" in-unknown-spi)" -gt 0 ]
}

run_tests "$@"
