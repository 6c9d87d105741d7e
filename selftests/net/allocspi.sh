#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# An SPI is held by a larval SA, which is nothing else until it has its keys.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/traffic.sh"

A_B='src 10.9.0.1 dst 10.9.0.2'

setup() {
	traffic_setup
	new_keys
	unprotect
	ip -n "$B" xfrm state flush
	counters_save "$B"
}

# new_keys of traffic.sh makes it.
# shellcheck disable=SC2154
key() {
	echo "$key_ab"
}

# alloc WORDS...: an SPI at $B, in $spi.
alloc() {
	local said

	said=$(espah -n "$B" -j -b - <<<"state allocspi $A_B proto esp $*")
	[[ $said =~ \"spi\":\"(0x[0-9a-f]{8})\" ]] || fail "expected an SPI, saw: $said"
	spi=${BASH_REMATCH[1]}
	[[ $said == *'"state":"larval"'* ]] || fail "expected a larval SA, saw: $said"
}

is_gone() {
	[[ $(espah -n "$B" -j state count) == *'"sa_count":0'* ]]
}

test_range() {
	local i

	for ((i = 0; i < 20; i++)); do
		alloc min 0x1000 max 0x1013 reqid 7 mode tunnel
		((0x1000 <= spi && spi <= 0x1013)) ||
			fail "expected an SPI from 0x1000 to 0x1013, saw $spi"
	done
	# All of them are taken now.
	assert_fails_with 'ENOSPC.*free' espah -n "$B" -b - <<<"state allocspi $A_B proto esp min 0x1000 max 0x1013"
	espah -n "$B" -b - <<<"state delete $A_B proto esp spi 0x1007"
	alloc min 0x1000 max 0x1013
	assert_eq "$spi" 0x00001007 "the only free SPI"
	alloc
	[ $((spi)) -ge 256 ] || fail "expected an SPI of 256 or more, saw $spi"
}

test_spi_of_xfrm() {
	ip -n "$B" -b - <<-END
		xfrm state add $A_B proto esp spi 0x1000 aead rfc4106(gcm(aes)) $(key) 128
		xfrm state add $A_B proto esp spi 0x1001 mark 5 aead rfc4106(gcm(aes)) $(key) 128
	END
	alloc min 0x1000 max 0x1002
	assert_eq "$spi" 0x00001002 "the SPI that xfrm does not have"
	# It looks at any of them first.
	assert_fails_with 'ENOSPC.*free' espah -n "$B" -b - <<<"state allocspi $A_B proto esp min 0x1000 max 0x1001"
	ip -n "$B" xfrm state flush
}

test_larval_passes_nothing() {
	alloc min 0x1100 max 0x1100
	espah -n "$B" -b - <<<"policy add $A_B proto udp dir in tmpl proto esp mode transport"
	configure espah "$A" <<-END
		state add $A_B proto esp spi 0x1100 reqid 1 aead $ALG $(key) 128
		policy add $A_B proto udp dir out tmpl proto esp mode transport
	END
	assert_attempt lost "$A@10.9.0.1" "$B@10.9.0.2"
	assert_counter_diff "$B" in-larval 1
	only_counters "$B" in-larval
	assert_fails_with EEXIST espah -n "$B" -b - <<<"state add $A_B proto esp spi 0x1100 aead $ALG $(key) 128"
	# Its keys, and all at once what an SA has.
	espah -n "$B" -b - <<<"state update $A_B proto esp spi 0x1100 reqid 1 replay-window 64 aead $ALG $(key) 128"
	assert_attempt arrived "$A@10.9.0.1" "$B@10.9.0.2"
	[[ $(espah -n "$B" -j state) == *'"replay_window":64'*'"state":"mature"'* ]] ||
		fail "expected a mature SA, saw $(espah -n "$B" -j state)"
	# From now on it is like any other.
	# shellcheck disable=SC2086 # two words
	assert_fails_with 'cannot change' espah -n "$B" state update $A_B proto esp spi 0x1100 reqid 2
}

test_larval_is_not_sent_with() {
	local id='src 10.9.0.2 dst 10.9.0.1 proto esp'

	espah -n "$B" -b - <<-END
		state allocspi $id reqid 1 min 0x1200 max 0x1200
		policy add src 10.9.0.2 dst 10.9.0.1 proto udp dir out tmpl proto esp reqid 1 mode transport
	END
	assert_attempt EPERM "$B@10.9.0.2" "$A@10.9.0.1"
	assert_counter_diff "$B" out-no-sa 1
}

test_update_is_whole_or_nothing() {
	alloc min 0x1100 max 0x1100
	assert_fails_with 'aead' espah -n "$B" -b - <<<"state update $A_B proto esp spi 0x1100 mode transport"
	assert_fails_with 'aead' espah -n "$B" -b - <<<"state update $A_B proto esp spi 0x1100 aead $ALG 0x00 128"
	assert_fails_with 'ttl: .*tunnel mode' \
		espah -n "$B" -b - <<<"state update $A_B proto esp spi 0x1100 mode transport aead $ALG $(key) 128 ttl 9"
	[[ $(espah -n "$B" -j state) == *'"state":"larval"'* ]] || fail "expected the larval SA to stay"
}

test_timeout() {
	alloc timeout 1
	[[ $(espah -n "$B" -j state) == *'"limits":{"time_hard":1}'* ]] || fail "expected a limit of a second"
	wait_until 30 is_gone
	alloc
	[[ $(espah -n "$B" -j state) == *'"limits":{"time_hard":30}'* ]] || fail "expected a limit of 30 seconds"
	# With its keys it lives on.
	alloc timeout 1 min 0x1100 max 0x1100
	espah -n "$B" -b - <<<"state update $A_B proto esp spi 0x1100 mode transport aead $ALG $(key) 128"
	[[ $(espah -n "$B" -j -b - <<<"state get $A_B proto esp spi 0x1100") != *limits* ]] ||
		fail "expected no limits of a mature SA"
}

module_load
ns_pair A B
traffic_start
run_tests "$@"
