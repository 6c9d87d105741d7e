#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# An SA that is for one direction is for no other.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/traffic.sh"

setup() {
	traffic_setup
	unprotect
	new_keys
}

# directed A_B B_A MODE: the two SAs, each with its direction; what is sent has no window.
directed() {
	states espah 10.9.0.1 10.9.0.2 "$3" | {
		read -r there
		read -r back
		one_way "$1" "$there"
		one_way "$2" "$back"
	}
}

# one_way DIR LINE
one_way() {
	if [ "$1" = out ]; then
		echo "${2/replay-window 1024/} dir out"
	else
		echo "$2 dir in"
	fi
}

# both_ends MODE A_B_AT_A B_A_AT_A A_B_AT_B B_A_AT_B
both_ends() {
	{
		directed "$2" "$3" "$1"
		policies 10.9.0.1 10.9.0.2 "$1" 10.9.0.1 10.9.0.2
	} | configure espah "$A"
	{
		directed "$4" "$5" "$1"
		policies 10.9.0.2 10.9.0.1 "$1" 10.9.0.2 10.9.0.1
	} | configure espah "$B"
}

test_each_way_by_its_sa() {
	local mode

	for mode in transport tunnel; do
		both_ends "$mode" out in in out
		traffic watch_start "$A@veth0"
		traffic udp "$A@10.9.0.1" "$B@10.9.0.2" 100 1000
		wire_protected
	done
	assert_eq "$(espah -n "$A" -j state list | jq -c 'map([.spi, .dir])')" \
		'[["0x00001100","out"],["0x00001200","in"]]'
	assert_eq "$(espah -n "$A" -j state list dir in | jq -c 'map(.spi)')" '["0x00001200"]'
	assert_eq "$(espah -n "$A" state get dst 10.9.0.2 proto esp spi 0x1100 | grep -A1 oseq)" \
		$'\tanti-replay context: seq 0x0, oseq 0x2\n\tdir out' "the end of the listing"
}

test_what_is_sent_does_not_take_what_arrives() {
	both_ends transport out in out out
	counters_save "$B"
	assert_attempt lost "$A@10.9.0.1" "$B@10.9.0.2"
	assert_counter_diff "$B" in-dir 1
	only_counters "$B" in-dir
}

test_what_arrives_is_not_sent_by() {
	both_ends transport in in in out
	counters_save "$A"
	traffic watch_start "$A@veth0"
	assert_attempt EPERM "$A@10.9.0.1" "$B@10.9.0.2"
	assert_field "$(traffic watch_stop)" clear 0
	assert_counter_diff "$A" out-no-sa 1
	only_counters "$A" out-no-sa
}

# A policy without reqid looks among all SAs that send, those that were there before it too.
test_any_reqid_is_for_sending_too() {
	local any='policy add src 10.9.0.1 dst 10.9.0.2 dir out
		tmpl src 10.9.0.1 dst 10.9.0.2 proto esp mode transport'

	both_ends transport in in in out
	espah -n "$A" policy flush
	espah -n "$A" -b - <<<"${any//$'\n'/ }"
	counters_save "$A"
	assert_attempt EPERM "$A@10.9.0.1" "$B@10.9.0.2"
	assert_counter_diff "$A" out-no-sa 1
	both_ends transport out in in out
	espah -n "$A" policy delete src 10.9.0.1 dst 10.9.0.2 dir out
	espah -n "$A" -b - <<<"${any//$'\n'/ }"
	assert_attempt arrived "$A@10.9.0.1" "$B@10.9.0.2"
}

test_direction_stays() {
	local dir

	configure espah "$A" <<-END
		$(directed out in transport | sed 's/ dir .*//')
	END
	for dir in in out; do
		assert_fails_with "this cannot change.*'dir'" espah -n "$A" state update \
			src 10.9.0.2 dst 10.9.0.1 proto esp spi 0x1200 dir "$dir"
	done
}

# Extended numbers need no window where nothing arrives.
test_extended_numbers() {
	configure espah "$A" <<-END
		$(directed out in transport | sed 's/ dir out/ flag esn&/')
	END
	assert_eq "$(espah -n "$A" -j state list dir out | jq -c 'map([.esn, .replay_window])')" '[[true,0]]'
	assert_fails_with "this cannot change.*'dir'" espah -n "$A" state update \
		src 10.9.0.1 dst 10.9.0.2 proto esp spi 0x1100 dir in
}

module_load
ns_pair A B
traffic_start
run_tests "$@"
