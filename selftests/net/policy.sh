#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Policies say what leaves protected, what may come in, and nothing slips by them.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/traffic.sh"

A_B='src 10.9.0.1 dst 10.9.0.2'
B_A='src 10.9.0.2 dst 10.9.0.1'
TMPL='tmpl proto esp reqid 1 mode transport'
read -ra B_A_FWD <<<"$B_A dir fwd"

setup() {
	traffic_setup
	unprotect
	new_keys
}

# config NS: the two transport-mode SAs, and the lines on standard input.
config() {
	{
		states espah 10.9.0.1 10.9.0.2 transport
		cat
	} | configure espah "$1"
}

# Protect what passes between the two addresses, at $B only.
protect_b() {
	config "$B" <<-END
		policy add $B_A dir out $TMPL
		policy add $A_B dir in $TMPL
	END
}

# assert_passes esp|clear WORDS...: what the traffic maker does, all of it in this way.
assert_passes() {
	local said

	traffic watch_start "$A@veth0" "$B@veth0"
	traffic "${@:2}"
	said=$(traffic watch_stop)
	case $1 in
	esp) assert_field "$said" clear 0 ;;
	clear) assert_field "$said" esp 0 ;;
	esac
	[ "$(field "$1" "$said")" -gt 0 ] || fail "the wire: expected packets in $1, saw $said"
}

# --- outbound ----------------------------------------------------------------

test_lower_priority_number_comes_first() {
	config "$A" <<-END
		policy add $A_B dir out priority 20 $TMPL
		policy add $A_B proto udp dir out priority 10 action block
	END
	config "$B" </dev/null
	counters_save "$A"
	assert_attempt EPERM "$A@10.9.0.1" "$B@10.9.0.2"
	assert_counter_diff "$A" out-policy-discard 1
	espah -n "$A" -b - <<<"policy update $A_B proto udp dir out priority 30 action block"
	assert_attempt arrived "$A@10.9.0.1" "$B@10.9.0.2"
	assert_counter_diff "$A" out-ok 1
	only_counters "$A" out-policy-discard out-ok
}

test_older_comes_first_at_equal_priority() {
	config "$A" <<-END
		policy add $A_B proto udp dir out priority 5 action block
		policy add $A_B dir out priority 5 $TMPL
	END
	assert_attempt EPERM "$A@10.9.0.1" "$B@10.9.0.2"
	config "$A" <<-END
		policy add $A_B dir out priority 5 $TMPL
		policy add $A_B proto udp dir out priority 5 action block
	END
	config "$B" </dev/null
	assert_attempt arrived "$A@10.9.0.1" "$B@10.9.0.2"
}

test_bypass_within_a_protected_range() {
	config "$A" <<-END
		policy add src 10.9.0.0/24 dst 10.9.0.0/24 dir out priority 20 $TMPL
		policy add src 10.9.0.0/24 dst 10.9.0.0/24 dir in priority 20 $TMPL
		policy add $A_B proto udp dir out priority 10 action allow
		policy add $B_A proto udp dir in priority 10 action allow
	END
	config "$B" <<-END
		policy add src 10.9.0.0/24 dst 10.9.0.0/24 dir out priority 20 $TMPL
		policy add src 10.9.0.0/24 dst 10.9.0.0/24 dir in priority 20 $TMPL
		policy add $B_A proto udp dir out priority 10 action allow
		policy add $A_B proto udp dir in priority 10 action allow
	END
	assert_passes clear udp "$A@10.9.0.1" "$B@10.9.0.2" 100
	assert_passes esp tcp "$A@10.9.0.1" "$B@10.9.0.2" 1000
}

test_protocol_selector() {
	config "$A" <<-END
		policy add $A_B proto tcp dir out $TMPL
		policy add $B_A proto tcp dir in $TMPL
	END
	config "$B" <<-END
		policy add $B_A proto tcp dir out $TMPL
		policy add $A_B proto tcp dir in $TMPL
	END
	assert_passes esp tcp "$A@10.9.0.1" "$B@10.9.0.2" 1000
	assert_passes clear udp "$A@10.9.0.1" "$B@10.9.0.2" 100
}

test_address_range() {
	local sel='src 10.0.0.5-10.0.0.9 dst 10.9.0.2' last

	ip -n "$B" route replace 10.0.0.0/24 via 10.9.0.1
	for last in 4 5 9 10; do
		echo "addr replace 10.0.0.$last/32 dev lo"
	done | ip -n "$A" -b -
	{
		states espah 10.9.0.1 10.9.0.2 tunnel
		echo "policy add $sel dir out tmpl $A_B proto esp mode tunnel"
	} | configure espah "$A"
	{
		states espah 10.9.0.1 10.9.0.2 tunnel
		echo "policy add $sel dir in tmpl $A_B proto esp mode tunnel"
	} | configure espah "$B"
	counters_save "$B"
	for last in 5 9; do
		assert_passes esp attempt "$A@10.0.0.$last" "$B@10.9.0.2"
	done
	for last in 4 10; do
		assert_passes clear attempt "$A@10.0.0.$last" "$B@10.9.0.2"
	done
	assert_counter_diff "$B" in-ok 2
	only_counters "$B" in-ok
}

test_no_sa_and_nothing_leaves() {
	local said mode

	for mode in transport tunnel; do
		policies 10.9.0.1 10.9.0.2 "$mode" 10.9.0.1 10.9.0.2 | configure espah "$A"
		counters_save "$A"
		traffic watch_start "$A@veth0"
		assert_attempt EPERM "$A@10.9.0.1" "$B@10.9.0.2"
		assert_attempt EPERM "$A@10.9.0.1" "$B@10.9.0.2" 4000
		said=$(traffic watch_stop)
		assert_field "$said" clear 0
		assert_field "$said" esp 0
		assert_counter_diff "$A" out-no-sa 2
		only_counters "$A" out-no-sa
	done
}

# Neither protected, as that cannot be, nor in clear.
test_no_way_for_the_protected_packet() {
	local outer='src 10.9.0.1 dst 198.51.100.1 proto esp'

	ip -n "$A" route replace 239.0.0.0/8 dev veth0
	config "$A" <<-END
		state add $outer spi 0x1300 reqid 2 mode tunnel aead $ALG $key_ab 128
		state add $A_B proto esp spi 0x1400 reqid 3 mode tunnel aead $ALG $key_ab 128
		policy add $A_B dir out tmpl $outer reqid 2 mode tunnel
		policy add src 10.9.0.1 dst 239.1.1.1 dir out tmpl $A_B proto esp reqid 3 mode tunnel
	END
	counters_save "$A"
	traffic watch_start "$A@veth0"
	assert_attempt EPERM "$A@10.9.0.1" "$B@10.9.0.2"
	assert_counter_diff "$A" out-no-route 1
	assert_attempt EPERM "$A@10.9.0.1" "$B@10.9.0.2" 100 239.1.1.1
	assert_counter_diff "$A" out-multicast 1
	only_counters "$A" out-no-route out-multicast
	assert_field "$(traffic watch_stop)" clear 0
	ip -n "$A" route del 239.0.0.0/8
}

# Who comes from anywhere has whatever address it has.
test_inbound_tunnel_of_any_addresses() {
	configure espah "$A" <<-END
		$(states espah 10.9.0.1 10.9.0.2 tunnel)
		policy add $A_B dir out tmpl $A_B proto esp mode tunnel
	END
	configure espah "$B" <<-END
		$(states espah 10.9.0.1 10.9.0.2 tunnel)
		policy add $A_B dir in tmpl proto esp mode tunnel
	END
	assert_passes esp attempt "$A@10.9.0.1" "$B@10.9.0.2"
}

# A template may name the SPI: then a newer SA does not stand in.
test_template_with_an_spi() {
	config "$A" <<-END
		$(states espah 10.9.0.1 10.9.0.2 transport | sed -n 's/ spi 0x1100 / spi 0x1300 /p')
		policy add $A_B dir out tmpl proto esp spi 0x1100 reqid 1 mode transport
	END
	config "$B" </dev/null
	assert_attempt arrived "$A@10.9.0.1" "$B@10.9.0.2"
	assert_eq "$(sa_packets espah "$A" 0x00001100)" 1 "packets of the SA with this SPI"
	assert_eq "$(sa_packets espah "$A" 0x00001300)" 0 "packets of the newer SA"
}

test_level_use_protects_when_it_can() {
	local line

	for line in "dir out $A_B" "dir in $B_A"; do
		echo "policy add $line $TMPL level use"
	done | configure espah "$A"
	assert_passes clear udp "$A@10.9.0.1" "$B@10.9.0.2" 100
	for line in "dir out $A_B" "dir in $B_A"; do
		echo "policy add $line $TMPL level use"
	done | config "$A"
	config "$B" <<-END
		policy add $B_A dir out $TMPL
	END
	assert_passes esp udp "$A@10.9.0.1" "$B@10.9.0.2" 100
}

test_sa_selector_outbound() {
	states espah 10.9.0.1 10.9.0.2 transport | sed 's/$/ sel proto tcp/' >"$scratch/states"
	{
		cat "$scratch/states"
		echo "policy add $A_B dir out $TMPL"
	} | configure espah "$A"
	counters_save "$A"
	assert_attempt EPERM "$A@10.9.0.1" "$B@10.9.0.2"
	assert_counter_diff "$A" out-selector 1
	only_counters "$A" out-selector
}

# Each discard has its counter; the packets have no other way.
test_discard_outbound_and_inbound() {
	configure espah "$A" <<<"policy add $A_B dir out action block"
	counters_save "$A"
	assert_attempt EPERM "$A@10.9.0.1" "$B@10.9.0.2"
	assert_counter_diff "$A" out-policy-discard 1
	unprotect
	configure espah "$B" <<<"policy add $A_B dir in action block"
	counters_save "$B"
	assert_attempt lost "$A@10.9.0.1" "$B@10.9.0.2"
	assert_counter_diff "$B" in-clear-discard 1
	# And what comes protected is discarded, too.
	config "$A" <<<"policy add $A_B dir out $TMPL"
	config "$B" <<<"policy add $A_B dir in action block"
	assert_attempt lost "$A@10.9.0.1" "$B@10.9.0.2"
	assert_counter_diff "$B" in-policy-discard 1
	only_counters "$B" in-clear-discard in-policy-discard
}

test_discard_forwarded() {
	configure espah "$B" <<<'policy add src 10.1.0.0/24 dst 10.2.0.0/24 dir fwd action block'
	counters_save "$B"
	assert_attempt lost "$HA@10.1.0.2" "$HB@10.2.0.2"
	assert_counter_diff "$B" fwd-clear-discard 1
	protect_nets espah espah
	espah -n "$B" policy update src 10.1.0.0/24 dst 10.2.0.0/24 dir fwd action block
	assert_attempt lost "$HA@10.1.0.2" "$HB@10.2.0.2"
	assert_counter_diff "$B" in-policy-discard 1
	only_counters "$B" fwd-clear-discard in-policy-discard
}

# --- inbound -----------------------------------------------------------------

test_clear_arrival_refused() {
	protect_b
	counters_save "$B"
	assert_attempt lost "$A@10.9.0.1" "$B@10.9.0.2"
	assert_attempt lost "$A@10.9.0.1" "$B@10.9.0.2" 4000
	assert_counter_diff "$B" in-clear 2
	only_counters "$B" in-clear
}

test_clear_arrival_refused_when_forwarded() {
	protect_nets espah espah
	configure espah "$A" </dev/null
	counters_save "$B"
	assert_attempt lost "$HA@10.1.0.2" "$HB@10.2.0.2"
	assert_counter_diff "$B" fwd-clear 1
	only_counters "$B" fwd-clear
}

# The question was masqueraded and went protected; its answer in clear is for the
# gateway's own address on the wire, though it is forwarded.
test_clear_reply_to_masqueraded_refused() {
	in_ns "$A" nft 'add table ip hide; add chain ip hide post { type nat hook postrouting priority srcnat; };
		add rule ip hide post ip saddr 10.1.0.0/24 masquerade'
	config "$A" <<-END
		policy add $A_B dir out $TMPL
		policy add $B_A dir in $TMPL
	END
	config "$B" </dev/null
	counters_save "$A"
	said=$(traffic ask "$HA@10.1.0.2" "$B@10.9.0.2")
	in_ns "$A" nft delete table ip hide
	assert_eq "$said" "result=unanswered seen_from=10.9.0.1"
	assert_counter_diff "$A" in-clear 1
	only_counters "$A" out-ok in-clear
}

test_reqid_of_another_policy() {
	config "$A" <<<"policy add $A_B dir out $TMPL"
	{
		states espah 10.9.0.1 10.9.0.2 transport 1024 2
		echo "policy add $A_B dir in $TMPL"
	} | configure espah "$B"
	counters_save "$B"
	assert_attempt lost "$A@10.9.0.1" "$B@10.9.0.2"
	assert_counter_diff "$B" in-policy-mismatch 1
	only_counters "$B" in-policy-mismatch
}

test_sa_selector_inbound() {
	config "$A" <<<"policy add $A_B dir out $TMPL"
	states espah 10.9.0.1 10.9.0.2 transport | sed 's/$/ sel proto tcp/' | configure espah "$B"
	counters_save "$B"
	assert_attempt lost "$A@10.9.0.1" "$B@10.9.0.2"
	assert_counter_diff "$B" in-selector 1
	only_counters "$B" in-selector
}

# A policy that asks for no protection admits what was protected end to end, and nothing out of
# a tunnel that it does not name.
test_inbound_bypass() {
	local mode

	for mode in transport tunnel; do
		{
			states espah 10.9.0.1 10.9.0.2 "$mode"
			echo "policy add $A_B dir out tmpl $A_B proto esp reqid 1 mode $mode"
		} | configure espah "$A"
		{
			states espah 10.9.0.1 10.9.0.2 "$mode"
			echo "policy add $A_B dir in"
		} | configure espah "$B"
		counters_save "$B"
		if [ "$mode" = transport ]; then
			assert_attempt arrived "$A@10.9.0.1" "$B@10.9.0.2"
			only_counters "$B" in-ok
		else
			assert_attempt lost "$A@10.9.0.1" "$B@10.9.0.2"
			assert_counter_diff "$B" in-policy-mismatch 1
		fi
	done
}

# A tunnel is a promise about addresses, which takes a policy; transport mode makes none.
test_without_inbound_policy() {
	protect_pair espah espah tunnel
	espah -n "$B" policy flush
	counters_save "$B"
	assert_attempt lost "$A@10.9.0.1" "$B@10.9.0.2"
	assert_counter_diff "$B" in-no-policy 1
	only_counters "$B" in-no-policy
	protect_pair espah espah transport
	espah -n "$B" policy flush
	counters_save "$B"
	assert_attempt arrived "$A@10.9.0.1" "$B@10.9.0.2"
	assert_counter_diff "$B" in-ok 1
	only_counters "$B" in-ok
}

# --- change under traffic ----------------------------------------------------

# 200 times another SA and another priority, and no packet in clear, lost or refused.
test_update_under_traffic() {
	local said i

	config "$A" <<-END
		$(states espah 10.9.0.1 10.9.0.2 transport 1024 2 | sed 's/spi 0x/spi 0x2/')
		policy add $A_B dir out priority 100 $TMPL
	END
	config "$B" <<<"$(states espah 10.9.0.1 10.9.0.2 transport 1024 2 | sed 's/spi 0x/spi 0x2/')"
	traffic watch_start "$A@veth0"
	traffic flood_start "$A@10.9.0.1" "$B@10.9.0.2" 100
	for ((i = 0; i < 200; i++)); do
		echo "policy update $A_B dir out priority $((i / 2 % 4)) tmpl proto esp reqid $((1 + i % 2)) mode transport"
	done | espah -n "$A" -b -
	traffic flood_sent 100
	said=$(traffic flood_stop all)
	wire_protected
	assert_field "$said" lost 0
	assert_field "$said" refused 0
	assert_field "$said" changed 0
	[ "$(sa_packets espah "$B" 0x00001100)" -gt 0 ] || fail "no packet with the first SA"
	[ "$(sa_packets espah "$B" 0x00021100)" -gt 0 ] || fail "no packet with the second SA"
}

# SAs come and go below a policy that stays: packets are refused then, not sent in clear.
test_states_replaced_under_traffic() {
	local said i new

	config "$A" <<<"policy add $A_B dir out $TMPL"
	config "$B" </dev/null
	new=$(states espah 10.9.0.1 10.9.0.2 transport)
	traffic watch_start "$A@veth0"
	traffic flood_start "$A@10.9.0.1" "$B@10.9.0.2" 100
	for ((i = 0; i < 50; i++)); do
		echo "state flush"
		echo "$new"
	done | espah -n "$A" -b -
	traffic flood_sent 100
	said=$(traffic flood_stop)
	wire_protected
	assert_field "$said" changed 0
}

# --- names and figures -------------------------------------------------------

test_named() {
	local line

	configure espah "$A" <<-END
		policy add $A_B dir out name branch-7 priority 3
		policy add $B_A dir in name other
	END
	line=$(espah -n "$A" -o policy get name branch-7)
	[[ $line == *'dir out priority 3 name branch-7' ]] || fail "expected the name, saw: $line"
	assert_eq "$(espah -n "$A" -j policy get name other dir in | jq -c 'map([.name, .dir])')" '[["other","in"]]'
	assert_fails_with 'ENOENT.*name' espah -n "$A" policy get name other dir out
	assert_fails_with 'EEXIST.*another policy' espah -n "$A" policy update "${B_A_FWD[@]}" name other
	# An update keeps the index, and says anew what the name is.
	line=$(espah -n "$A" -j policy get name branch-7 | jq -r '.[0].index')
	espah -n "$A" -b - <<<"policy update $A_B dir out name branch-8"
	assert_eq "$(espah -n "$A" -j policy get name branch-8 | jq -r '.[0].index')" "$line" "the index"
	assert_fails_with ENOENT espah -n "$A" policy get name branch-7
	espah -n "$A" -b - <<-END
		policy delete name branch-8
		policy deleteall name other
	END
	assert_eq "$(espah -n "$A" policy count)" "SPD IN 0 OUT 0 FWD 0"
}

# numbers: the policies by number, and whether that was chosen.
numbers() {
	espah -n "$A" -j policy list | jq -c 'map([.dir, .index, has("index_chosen")])'
}

test_index() {
	local with=$scratch/with other

	configure espah "$A" <<-END
		policy add $A_B dir out index 77
		policy add $B_A dir in
	END
	assert_eq "$(espah -n "$A" -j policy get dir out index 77 | jq -c 'map([.dir, .index])')" '[["out",77]]' "which is 77"
	assert_fails_with 'EEXIST.*index' espah -n "$A" -b - <<<"policy add $A_B proto udp dir out index 77"
	espah -n "$A" -b - <<-END
		policy update $A_B dir out index 77 priority 5 flag localok icmp
		policy update $A_B dir out priority 6
	END
	other=$(espah -n "$A" -j policy list dir in | jq '.[0].index')
	assert_eq "$(numbers)" "[[\"in\",$other,false],[\"out\",77,true]]" "which was chosen"
	assert_fails_with 'EEXIST.*index' espah -n "$A" -b - <<<"policy update $A_B dir out index $other"
	espah -n "$A" -b - <<<"policy update $A_B dir out index 78 priority 6"
	assert_eq "$(numbers)" "[[\"in\",$other,false],[\"out\",78,true]]" "after an update"
	assert_fails_with ENOENT espah -n "$A" policy get dir out index 77
	# What it had is free.
	espah -n "$A" -b - <<<"policy add $A_B proto udp dir out index 77"
	# A file may say it.
	echo "policy add $A_B dir out index 99 priority 6" >"$with"
	espah -n "$A" sync "$with"
	assert_eq "$(espah -n "$A" -j policy list | jq -c 'map([.index, .priority])')" '[[99,6]]' "after a sync"
	espah -n "$A" policy flush
	espah -n "$A" restore "$with"
	assert_eq "$(espah -n "$A" -j policy list | jq -c 'map(.index)')" '[99]' "after a restore"
	# No policy is told apart by a flag, and none goes because of one.
	assert_fails_with "'flag': each policy" espah -n "$A" policy deleteall flag localok
	assert_fails_with "'flag': each policy" espah -n "$A" policy list flag icmp
	assert_eq "$(espah -n "$A" policy count)" "SPD IN 0 OUT 1 FWD 0"
	espah -n "$A" policy deleteall
	assert_eq "$(espah -n "$A" policy count)" "SPD IN 0 OUT 0 FWD 0"
}

# figures NS NAME: packets and octets that a policy has matched, and whether that was ever.
figures() {
	espah -n "$1" -j policy get name "$2" | jq -r '.[0] | "\(.packets) \(.bytes) \(has("use_time"))"'
}

# A datagram of 100 octets is a packet of 128.
test_figures() {
	config "$A" <<-END
		policy add $A_B proto udp dir out name there $TMPL
		policy add $A_B proto tcp dir out name unused $TMPL
		policy add $A_B dir fwd name wrong action block
	END
	config "$B" <<-END
		policy add $A_B dir in name here $TMPL
	END
	assert_attempt arrived "$A@10.9.0.1" "$B@10.9.0.2"
	assert_attempt arrived "$A@10.9.0.1" "$B@10.9.0.2"
	assert_eq "$(figures "$A" there)" '2 256 true'
	assert_eq "$(figures "$A" unused)" '0 0 false'
	assert_eq "$(figures "$B" here)" '2 256 true'
	# In clear, and refused: that counts as well.
	configure espah "$A" <<<"policy add $A_B dir out name there"
	assert_attempt lost "$A@10.9.0.1" "$B@10.9.0.2"
	assert_eq "$(figures "$A" there)" '1 128 true'
	assert_eq "$(figures "$B" here)" '3 384 true'
	[[ $(espah -n "$B" -s policy get name here) == *'384(bytes), 3(packets)'* ]] || fail "expected the figures with -s"
}

module_load
ns_pair A B
hosts_behind
traffic_start
run_tests "$@"
