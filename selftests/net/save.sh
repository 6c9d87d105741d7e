#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What is saved comes back, and what a file says becomes true without a disturbance.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/traffic.sh"

ID='src 10.9.0.1 dst 10.9.0.2 proto esp'

setup() {
	traffic_setup
	unprotect
	espah -n "$A" policy setdefault in accept out accept fwd accept
	file=$scratch/file
	keys="aead $ALG $(rand_key 20) 128" enc_key=$(rand_key 16) auth_key=$(rand_key 32)
}

# What there is, without what only tells the age of it.
listed() {
	espah -n "$A" --show-keys state list
	espah -n "$A" policy list
}

# The same, in whatever order they have come.
listed_by_name() {
	espah -n "$A" -o --show-keys state list | sort
	espah -n "$A" policy list
}

# tally WORDS...: what sync or restore says that it has done, as four numbers.
tally() {
	espah -n "$A" -j "$@" | jq -r '"\(.added) \(.changed) \(.removed) \(.same)"'
}

many_policies() {
	espah -n "$A" -b - <<-END
		policy add src 10.1.0.0/16 dst 10.2.0.0/16 dir out priority 7 limit time-hard 86400 limit packet-soft 1000 tmpl src 10.9.0.1 dst 10.9.0.2 proto esp reqid 9 mode tunnel
		policy add src 10.1.0.0/16 dst 10.2.0.0/16 proto udp dport 53-99 dir out priority 7 name dns action block
		policy add src 10.1.0.1-10.1.0.9 dst 10.2.0.0/16 proto icmp type 8 dir in mark 1 mask 3 tmpl proto ah mode transport level use tmpl src 10.9.0.1 dst 10.9.0.2 proto esp spi 0x300 mode tunnel
		policy add src fd00::/64 dst ::/0 proto tcp sport 80 dir fwd priority 4294967295
		policy add src 0.0.0.0/0 dst 10.2.0.0/16 proto gre key 5 dir out
	END
}

# All that an SA can have.
many_states() {
	cat <<-END
		state add $ID spi 0x300 mode tunnel reqid 9 replay-window 64 flag esn noecn replay-oseq 5 replay-seq-hi 1 ttl 9 dscp 46 tfcpad 100 $keys encap espinudp 4500 4501 0.0.0.0 nat_keepalive_interval 20 replay-thresh 100 replay-timer 500 output-mark 0x5 mask 0x7 limit time-hard 86400 limit byte-soft 1000000 limit packet-hard 18446744073709551615
		state add $ID spi 0x301 mode transport dir in sel src 10.9.0.1 dst 10.9.0.2 proto udp dport 53 enc cbc(aes) $enc_key auth-trunc hmac(sha256) $auth_key 128
		state add src fd00::1 dst fd00::2 proto ah spi 0x302 mode transport mark 7 auth hmac(sha256) $auth_key
	END
}

test_policies_come_back() {
	local before

	many_policies
	before=$(espah -n "$A" policy list)
	espah -n "$A" save >"$file"
	assert_eq "$(grep -c '^policy add ' "$file")" 5 "lines that make a policy"
	espah -n "$A" policy flush
	assert_eq "$(tally restore "$file")" "5 0 0 0" "what was done"
	assert_eq "$(espah -n "$A" policy list)" "$before" "the policies"
	espah -n "$A" save policy | espah -n "$A" -b - 2>/dev/null &&
		fail "they were added once more"
	assert_eq "$(espah -n "$A" save)" "$(<"$file")" "what is saved of what was restored"
}

test_states_go_and_come_back() {
	local before

	many_states | espah -n "$A" -b -
	before=$(listed)
	assert_fails_with "--show-keys" espah -n "$A" save state
	assert_eq "$(listed)" "$before" "what there is after a refusal"
	espah -n "$A" --show-keys save all >"$file"
	assert_eq "$(espah -n "$A" state count)" "SAD count 0" "SAs that were saved"
	assert_eq "$(tally restore "$file")" "3 0 0 0" "what was done"
	# Of what was in the window nothing is taken again.
	assert_eq "$(listed)" "${before/seq 0x100000000/seq 0x100000040}" "what has come back"
}

# The numbers go on where they ended, at both ends.
test_numbers_go_on() {
	protect_pair espah espah transport
	traffic udp "$A@10.9.0.1" "$B@10.9.0.2" 100 100 100 >/dev/null
	espah -n "$A" --show-keys save state >"$file"
	espah -n "$A" restore "$file"
	espah -n "$B" --show-keys save state >"$file"
	espah -n "$B" restore "$file"
	counters_save "$B"
	traffic udp "$A@10.9.0.1" "$B@10.9.0.2" 100 100 >/dev/null
	assert_counter_diff "$B" in-ok 2
	only_counters "$B" in-ok out-ok
	assert_eq "$(espah -n "$A" -j state list spi 0x1100 | jq '.[0].oseq')" 5 "the last number"
}

# What is as the file says keeps its number, its age and its traffic.
test_sync_leaves_alone_what_is_right() {
	local before

	many_policies
	many_states | espah -n "$A" -b -
	before=$(espah -n "$A" -s --show-keys state list; espah -n "$A" -s policy list)
	{
		espah -n "$A" save
		many_states
	} >"$file"
	assert_eq "$(tally sync "$file")" "0 0 0 8" "what was done"
	assert_eq "$(espah -n "$A" -s --show-keys state list; espah -n "$A" -s policy list)" "$before" \
		"what there is"
}

test_sync_adds_changes_and_removes() {
	espah -n "$A" -b - <<-END
		state add $ID spi 0x400 reqid 1 mode tunnel $keys replay-oseq 77
		state add $ID spi 0x401 reqid 1 mode tunnel $keys
		state add $ID spi 0x402 reqid 1 mode tunnel $keys replay-oseq 9
		policy add src 10.1.0.0/16 dst 10.2.0.0/16 dir out priority 1
		policy add src 10.1.0.0/16 dst 10.3.0.0/16 dir out priority 2 action block
		policy add src 10.1.0.0/16 dst 10.4.0.0/16 dir out priority 3 action block
	END
	cat >"$file" <<-END
		# Of the first another reqid: another SA has to take its place. Of the third a limit.
		state add $ID spi 0x400 reqid 2 mode tunnel $keys
		state add $ID spi 0x402 reqid 1 mode tunnel $keys limit packet-hard 1000
		state add $ID spi 0x403 reqid 1 mode tunnel $keys
		policy add src 10.1.0.0/16 dst 10.2.0.0/16 dir out priority 1
		policy add src 10.1.0.0/16 dst 10.3.0.0/16 dir out priority 2
		policy add src 10.1.0.0/16 dst 10.5.0.0/16 dir out priority 2 action block
	END
	assert_eq "$(tally sync "$file")" "2 3 2 1" "what was done"
	assert_eq "$(espah -n "$A" -j state list | jq -r '[.[] | "\(.spi) \(.reqid) \(.oseq)"] | sort | join(", ")')" \
		"0x00000400 2 77, 0x00000402 1 9, 0x00000403 1 0" "the SAs"
	assert_eq "$(espah -n "$A" -j policy list | jq -r '[.[] | "\(.dst) \(.action)"] | join(", ")')" \
		"10.2.0.0/16 bypass, 10.3.0.0/16 bypass, 10.5.0.0/16 discard" "the policies"
	assert_eq "$(tally sync "$file")" "0 0 0 6" "what is done again"
	assert_eq "$(espah -n "$A" -s sync /dev/null)" "added 0, changed 0, removed 6, as they were 0" \
		"what an empty file does"
}

# What the kernel refuses last takes all of it back.
test_a_refusal_changes_nothing() {
	local before

	many_policies
	espah -n "$A" -b - <<-END
		state add $ID spi 0x400 reqid 1 mode tunnel $keys replay-oseq 5
		state add $ID spi 0x402 reqid 1 mode tunnel dir in $keys replay-window 32
		state add $ID spi 0x403 reqid 1 mode tunnel dir out $keys replay-oseq 6
	END
	before=$(listed_by_name)
	cat >"$file" <<-END
		state add $ID spi 0x400 reqid 2 mode tunnel $keys
		state add $ID spi 0x401 reqid 2 mode tunnel $keys
		state add $ID spi 0x402 reqid 1 mode tunnel dir out $keys
		state add $ID spi 0x403 reqid 1 mode tunnel dir in $keys
		policy add src 10.1.0.0/16 dst 10.2.0.0/16 dir out priority 8
		policy add src 10.7.0.0/16 dst 10.2.0.0/16 dir out priority 8
		policy add src 10.8.0.0/16 dst 10.2.0.0/16 dir out tmpl proto esp mode tunnel
	END
	assert_fails_with "tmpl" espah -n "$A" sync "$file"
	assert_eq "$(listed_by_name)" "$before" "what there is"
	printf 'policy add src 10.7.0.0/16 dir out\nstate flush\n' >"$file"
	assert_fails_with "$file:2: 'state flush' makes nothing; expected state add, policy add or policy setdefault" \
		espah -n "$A" sync "$file"
	printf 'policy add src 10.7.0.0/16 dir out\npolicy add src 10.7.0.0/16 dir out\n' >"$file"
	assert_fails_with "the lines 1 and 2 are about the same policy" espah -n "$A" sync "$file"
	assert_eq "$(listed_by_name)" "$before" "what there is"
}

# named: the policies by destination, with their names.
named() {
	espah -n "$A" -j policy list dir out | jq -r 'map("\(.dst) \(.name)") | sort | join(", ")'
}

# Names that policies exchange or hand on, and have again where the rest is refused.
test_sync_moves_names() {
	local before='10.2.0.0/16 a, 10.3.0.0/16 b, 10.4.0.0/16 c'

	espah -n "$A" -b - <<-END
		policy add dst 10.2.0.0/16 dir out name a
		policy add dst 10.3.0.0/16 dir out name b
		policy add dst 10.4.0.0/16 dir out name c
	END
	cat >"$file" <<-END
		policy add dst 10.2.0.0/16 dir out name b
		policy add dst 10.3.0.0/16 dir out name a
		policy add dst 10.5.0.0/16 dir out name c
		policy add dst 10.6.0.0/16 dir out tmpl proto esp mode tunnel
	END
	assert_fails_with "tmpl" espah -n "$A" sync "$file"
	assert_eq "$(named)" "$before" "the names after a refusal"
	sed -i '$d' "$file"
	assert_fails_with "EEXIST.*another policy" espah -n "$A" -force restore "$file"
	assert_eq "$(named)" "$before" "the names after a restore that would take one away"
	assert_eq "$(tally sync "$file")" "1 2 1 0" "what was done"
	assert_eq "$(named)" "10.2.0.0/16 b, 10.3.0.0/16 a, 10.5.0.0/16 c" "the names"
	assert_eq "$(tally sync "$file")" "0 0 0 3" "what is done again"
}

# numbered: the policies by destination, with the numbers that were chosen.
numbered() {
	espah -n "$A" -j policy list dir out |
		jq -r 'map("\(.dst) \(if .index_chosen then .index else "any" end)") | sort | join(", ")'
}

# As names do; and what was chosen is saved, and what was not is nobody's wish.
test_sync_moves_indexes() {
	local any

	espah -n "$A" -b - <<-END
		policy add dst 10.2.0.0/16 dir out index 1000
		policy add dst 10.3.0.0/16 dir out index 1001
		policy add dst 10.4.0.0/16 dir out
		policy add dst 10.5.0.0/16 dir out index 1002
	END
	any=$(espah -n "$A" -j policy list dst 10.4.0.0/16 | jq '.[0].index')
	espah -n "$A" save >"$scratch/before"
	cat >"$file" <<-END
		policy add dst 10.2.0.0/16 dir out index 1001
		policy add dst 10.3.0.0/16 dir out index $any
		policy add dst 10.4.0.0/16 dir out
		policy add dst 10.6.0.0/16 dir out index 1002
		policy add dst 10.7.0.0/16 dir out index 1000
		policy add dst 10.8.0.0/16 dir out tmpl proto esp mode tunnel
	END
	assert_fails_with "tmpl" espah -n "$A" sync "$file"
	assert_eq "$(espah -n "$A" save)" "$(<"$scratch/before")" "what is saved after a refusal"
	sed -i '$d' "$file"
	assert_fails_with "EEXIST.*another policy" espah -n "$A" -force restore "$file"
	assert_eq "$(espah -n "$A" save)" "$(<"$scratch/before")" "what is saved after a restore that would take one away"
	assert_eq "$(tally sync "$file")" "2 2 1 1" "what was done"
	assert_eq "$(numbered)" "10.2.0.0/16 1001, 10.3.0.0/16 $any, 10.4.0.0/16 any, 10.6.0.0/16 1002, 10.7.0.0/16 1000" \
		"the numbers"
	assert_eq "$(tally sync "$file")" "0 0 0 5" "what is done again"
	espah -n "$A" save >"$scratch/after"
	assert_eq "$(tally sync "$scratch/before")" "1 2 2 1" "what is done to go back"
	assert_eq "$(tally sync "$scratch/after")" "2 2 1 1" "what a saved file does"
	assert_eq "$(espah -n "$A" save)" "$(<"$scratch/after")" "what is saved then"
	printf 'policy add dst 10.2.0.0/16 dir out index 7\npolicy add dst 10.3.0.0/16 dir out index 7\n' >"$file"
	assert_fails_with "the lines 1 and 2 have the same index, 7" espah -n "$A" sync "$file"
}

# A number goes from a policy to the one in its place, and no packet is in clear or lost.
test_sync_hands_on_an_index_under_traffic() {
	protect_pair espah espah transport
	{
		espah -n "$A" save | sed 's/dir out/dir out index 4000/'
		states espah 10.9.0.1 10.9.0.2 transport
	} >"$file"
	sed '/dir out/s|dst 10.9.0.2/32|dst 10.9.0.2/31|' "$file" >"$scratch/wide"
	assert_eq "$(tally sync "$file")" "0 1 0 3" "what was done"
	wire_watch "$A@veth0" "$B@veth0"
	traffic flood_start "$A@10.9.0.1" "$B@10.9.0.2" 100
	for _ in 1 2 3; do
		assert_eq "$(tally sync "$scratch/wide")" "1 0 1 3" "what was done"
		traffic flood_sent 50
		assert_eq "$(tally sync "$file")" "1 0 1 3" "what was done to go back"
		traffic flood_sent 50
	done
	said=$(traffic flood_stop all)
	wire_protected
	assert_field "$said" lost 0
	assert_field "$said" refused 0
}

test_restore_adds_only() {
	local before

	many_policies
	before=$(listed)
	echo 'policy add src 10.1.0.0/16 dst 10.2.0.0/16 dir out priority 9 action block' >"$file"
	assert_fails_with "$file:1: this policy is there, and is not as the file says" \
		espah -n "$A" restore "$file"
	assert_eq "$(listed)" "$before" "what there is"
	assert_eq "$(tally -force restore "$file")" "0 1 0 0" "what was done"
	assert_eq "$(espah -n "$A" policy count)" "SPD IN 1 OUT 3 FWD 1" "the policies"
}

# What no policy speaks of, too; and it is put back where the rest is refused.
test_defaults() {
	local block='{"in":"accept","fwd":"block","out":"block"}'

	espah -n "$A" policy setdefault out block fwd block
	espah -n "$A" save >"$file"
	assert_eq "$(<"$file")" "policy setdefault in accept fwd block out block" "what is saved"
	espah -n "$A" policy setdefault out accept fwd accept in block
	assert_eq "$(tally sync "$file")" "0 1 0 0" "what was done"
	assert_eq "$(espah -n "$A" -j policy getdefault)" "$block" "the defaults"
	printf 'policy setdefault out accept in block\npolicy add dir out tmpl proto esp mode tunnel\n' >"$file"
	assert_fails_with "tmpl" espah -n "$A" sync "$file"
	assert_eq "$(espah -n "$A" -j policy getdefault)" "$block" "the defaults"
	espah -n "$A" policy setdefault in accept out accept fwd accept
}

# Under traffic nothing is lost where nothing is otherwise.
test_sync_under_traffic() {
	protect_pair espah espah transport
	{
		espah -n "$A" save
		states espah 10.9.0.1 10.9.0.2 transport
	} >"$file"
	traffic flood_start "$A@10.9.0.1" "$B@10.9.0.2" 100
	for _ in 1 2 3; do
		assert_eq "$(tally sync "$file")" "0 0 0 4" "what was done"
	done
	traffic flood_stop all
}

ns_pair A B
traffic_start
run_tests "$@"
