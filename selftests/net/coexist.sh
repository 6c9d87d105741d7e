#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The kernel's own xfrm goes on working beside espah, in the same namespaces.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/traffic.sh"

# 10.9.0.1 and .2 are xfrm's; 10.9.1.1 and .2, on the same wire, are espah's.
xfrm_pair() {
	new_keys
	{
		states xfrm 10.9.0.1 10.9.0.2 "$1"
		policies 10.9.0.1 10.9.0.2 "$1" 10.9.0.1 10.9.0.2
	} | configure xfrm "$A"
	{
		states xfrm 10.9.0.1 10.9.0.2 "$1"
		policies 10.9.0.2 10.9.0.1 "$1" 10.9.0.2 10.9.0.1
	} | configure xfrm "$B"
}

# With the SPIs that xfrm has: the addresses are others.
espah_pair() {
	new_keys
	{
		states espah 10.9.1.1 10.9.1.2 "$1"
		policies 10.9.1.1 10.9.1.2 "$1" 10.9.1.1 10.9.1.2
	} | configure espah "$A"
	{
		states espah 10.9.1.1 10.9.1.2 "$1"
		policies 10.9.1.2 10.9.1.1 "$1" 10.9.1.2 10.9.1.1
	} | configure espah "$B"
}

xfrm_works() {
	wire_watch "$A@veth0" "$B@veth0"
	traffic udp "$A@10.9.0.1" "$B@10.9.0.2" 1 1400
	traffic tcp "$A@10.9.0.1" "$B@10.9.0.2" 20000
	wire_protected
}

espah_works() {
	wire_watch "$A@veth0" "$B@veth0"
	traffic udp "$A@10.9.1.1" "$B@10.9.1.2" 1 1400
	traffic tcp "$A@10.9.1.1" "$B@10.9.1.2" 20000
	wire_protected
}

setup() {
	traffic_setup
	unprotect
	configure xfrm "$A" </dev/null
	configure xfrm "$B" </dev/null
}

# Every one of xfrm's packets was handed on, and nothing else was.
assert_handed_on() {
	assert_counter "$A" in-unknown-spi "$(sa_packets xfrm "$A" 0x00001200)"
	assert_counter "$B" in-unknown-spi "$(sa_packets xfrm "$B" 0x00001100)"
}

test_xfrm_before_during_and_after_espah() {
	local mode

	for mode in transport tunnel; do
		module_unload
		xfrm_pair "$mode"
		xfrm_works
		module_load
		xfrm_works
		espah_pair "$mode"
		xfrm_works
		espah_works
		xfrm_works
		unprotect
		xfrm_works
		module_unload
		xfrm_works
		assert_eq "$(xfrm_errors "$A")$(xfrm_errors "$B")" '' "errors in xfrm's statistics"
	done
}

# Counted from the module's start, so that nothing can have been missed.
test_spi_of_xfrm_is_refused() {
	xfrm_pair transport
	states espah 10.9.0.1 10.9.0.2 transport >"$scratch/states"
	assert_fails_with "EEXIST.*the kernel's xfrm has this dst, proto and spi" \
		espah -n "$A" -b "$scratch/states"
	assert_eq "$(espah -n "$A" state count)" "SAD count 0"
}

test_unknown_spi_counts_xfrms_packets() {
	module_unload
	xfrm_pair tunnel
	module_load
	espah_pair tunnel
	traffic udp "$A@10.9.0.1" "$B@10.9.0.2" 1 1000 4000
	traffic tcp "$A@10.9.0.1" "$B@10.9.0.2" 100000
	espah_works
	assert_agree "$A" xfrm "$B" xfrm
	assert_handed_on
	assert_counter "$B" in-ok "$(sa_packets espah "$B" 0x00001100)"
}

# A flood through xfrm, and espah comes, works, goes, and is removed.
test_both_at_once_under_traffic() {
	local said word

	xfrm_pair transport
	wire_watch "$A@veth0" "$B@veth0"
	traffic flood_start "$A@10.9.0.1" "$B@10.9.0.2" 200
	module_unload
	module_load
	espah_pair transport
	traffic udp "$A@10.9.1.1" "$B@10.9.1.2" 0 1 1400 4000
	traffic tcp "$A@10.9.1.1" "$B@10.9.1.2" 300000
	unprotect
	module_unload
	traffic flood_sent 100
	said=$(traffic flood_stop all)
	wire_protected
	for word in lost refused reordered changed; do
		assert_field "$said" "$word" 0
	done
}

# What xfrm has taken out of its protection is still clear to espah's policies.
test_xfrms_protection_is_not_espahs() {
	xfrm_pair transport
	configure espah "$B" <<-END
		policy add src 10.9.0.1 dst 10.9.0.2 dir in tmpl proto esp mode transport
	END
	counters_save "$B"
	assert_attempt lost "$A@10.9.0.1" "$B@10.9.0.2"
	assert_counter_diff "$B" in-clear 1
	assert_counter_diff "$B" in-unknown-spi 1
	only_counters "$B" in-clear in-unknown-spi
}

# And what espah has, passes xfrm's inbound policy check.
test_espahs_protection_satisfies_xfrms_policies() {
	espah_pair transport
	configure xfrm "$B" <<-END
		policy add src 10.9.1.1 dst 10.9.1.2 dir in tmpl proto esp mode transport level use
	END
	espah_works
}

# Without esp4 nobody takes an SPI that is not ours: the packet ends, and no more happens.
test_unknown_spi_without_esp4() {
	wait_until 60 modprobe -r esp4
	protect_pair espah espah transport
	configure espah "$B" </dev/null
	counters_save "$B"
	assert_attempt lost "$A@10.9.0.1" "$B@10.9.0.2"
	assert_counter_diff "$B" in-unknown-spi 1
	only_counters "$B" in-unknown-spi
	protect_pair espah espah transport
	wire_watch "$A@veth0" "$B@veth0"
	traffic udp "$A@10.9.0.1" "$B@10.9.0.2" 1 1400
	wire_protected
	[ ! -d /sys/module/esp4 ] || fail "esp4 was loaded all the time"
}

ns_pair A B
ip -n "$A" addr add 10.9.1.1/24 dev veth0
ip -n "$B" addr add 10.9.1.2/24 dev veth0
traffic_start
module_load
run_tests "$@"
