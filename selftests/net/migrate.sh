#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# SAs and policies move to other outer addresses, under traffic: nothing is lost, used or taken twice.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/traffic.sh"

setup() {
	traffic_setup
	unprotect
	new_keys
}

# tunnel ONE TWO: A and B, between themselves, in a tunnel of which one end is ONE and the other TWO.
tunnel() {
	{
		states espah "$1" "$2" tunnel
		policies "$1" "$2" tunnel 10.9.0.1 10.9.0.2
	} | configure espah "$A"
	{
		states espah "$1" "$2" tunnel
		policies "$2" "$1" tunnel 10.9.0.2 10.9.0.1
	} | configure espah "$B"
}

# ends NS: each SA's addresses and those of each template.
ends() {
	espah -n "$1" -j state list | jq -c 'map([.spi, .src, .dst])'
	espah -n "$1" -j policy list | jq -c 'map([.dir, .tmpl[0].src, .tmpl[0].dst])'
}

oseq() {
	espah -n "$1" -j state list spi "$2" | jq '.[0].oseq'
}

# all_there NS: what it holds, with all that counts.
all_there() {
	espah -n "$1" -s --show-keys state list
	espah -n "$1" -s policy list
}

# moves COUNT: requests that have the sources of both SAs go to another address, and back.
moves() {
	local from=10.8.0.1 back=10.8.0.2 there home n

	for ((n = 1; n <= $1; n++)); do
		there=10.8.0.$((1 + 2 * (n % 2))) home=10.8.0.$((2 + 2 * (n % 2)))
		echo "migrate move src $from dst 10.8.0.2 to $there 10.8.0.2 move src $back dst 10.8.0.1 to $home 10.8.0.1"
		from=$there back=$home
	done
}

# all_numbers_once FROM TO SPI: as many packets were sent, taken, and numbered.
all_numbers_once() {
	local sent

	sent=$(espah -n "$1" -j state list spi "$3" | jq -c '.[0] | [.oseq, .packets]')
	assert_eq "$(espah -n "$2" -j state list spi "$3" | jq -c '.[0] | [.seq, .packets]')" "$sent" "$3: numbers and packets"
	assert_eq "$(jq '.[0] == .[1]' <<<"$sent")" true "$3: $sent: each packet has a number"
}

# Each sends from another address, to and from which packets are under way: the flood sees each
# datagram arrive, and each number has been used once when as many were accepted.
test_under_traffic_both_ways() {
	local lines

	tunnel 10.8.0.1 10.8.0.2
	counters_save "$A"
	counters_save "$B"
	lines=$(moves 25)
	traffic flood_start "$A@10.9.0.1" "$B@10.9.0.2" 100 0
	traffic flood_start "$B@10.9.0.2" "$A@10.9.0.1" 100 1
	traffic flood_sent 50
	espah -n "$A" -b - <<<"$lines" &
	espah -n "$B" -b - <<<"$lines"
	wait $!
	traffic flood_sent 50
	traffic flood_stop all
	traffic flood_stop all
	assert_eq "$(ends "$A")" '[["0x00001100","10.8.0.3","10.8.0.2"],["0x00001200","10.8.0.4","10.8.0.1"]]
[["in","10.8.0.4","10.8.0.1"],["out","10.8.0.3","10.8.0.2"],["fwd","10.8.0.4","10.8.0.1"]]'
	only_counters "$A" in-ok out-ok
	only_counters "$B" in-ok out-ok
	all_numbers_once "$A" "$B" 0x1100
	all_numbers_once "$B" "$A" 0x1200
}

# Whatever is not an address of the outer header is as it was.
test_all_else_stays() {
	local before

	tunnel 10.8.0.1 10.8.0.2
	espah -n "$A" -b - <<-END
		state add src 10.8.0.1 dst 10.8.0.2 proto esp spi 0x1300 mode tunnel reqid 7 flag esn replay-window 64 replay-oseq 0x12 aead $ALG $key_ab 96 sel src 10.1.0.0/16 dst 10.2.0.0/16 mark 5 output-mark 6 limit packet-soft 100 limit packet-hard 200 limit time-hard 100000 replay-thresh 50 encap espinudp 4500 4501 0.0.0.0
		policy add name moves src 10.1.0.0/16 dst 10.2.0.0/16 dir out index 705 priority 9 limit packet-hard 1000 tmpl src 10.8.0.1 dst 10.8.0.2 proto esp reqid 7 mode tunnel
	END
	traffic udp "$A@10.9.0.1" "$B@10.9.0.2" 100 200 300
	before=$(all_there "$A")
	espah -n "$A" migrate move src 10.8.0.1 dst 10.8.0.2 to 10.8.0.3 10.8.0.2
	assert_eq "$(all_there "$A" | grep -c 10.8.0.3)" 4 "lines with the new address"
	assert_eq "$(all_there "$A" | sed 's/10[.]8[.]0[.]3/10.8.0.1/')" "$before" "what there is"
}

# Both ends move, one after the other; what was counted goes along.
test_other_destination() {
	tunnel 10.8.0.1 10.8.0.2
	espah -n "$A" state update src 10.8.0.1 dst 10.8.0.2 proto esp spi 0x1100 limit packet-hard 5
	traffic udp "$A@10.9.0.1" "$B@10.9.0.2" 100 100
	for ns in "$A" "$B"; do
		espah -n "$ns" migrate move src 10.8.0.1 dst 10.8.0.2 to 10.8.0.3 10.8.0.4 proto esp reqid 1 \
			move src 10.8.0.2 dst 10.8.0.1 to 10.8.0.4 10.8.0.3 mode tunnel
	done
	traffic udp "$A@10.9.0.1" "$B@10.9.0.2" 100 100
	assert_eq "$(oseq "$A" 0x1100)" 4 "the last number"
	assert_attempt arrived "$A@10.9.0.1" "$B@10.9.0.2"
	assert_attempt lost "$A@10.9.0.1" "$B@10.9.0.2"
	assert_fails_with ESRCH espah -n "$B" state get dst 10.8.0.2 proto esp spi 0x1100
	assert_eq "$(espah -n "$B" -j state get dst 10.8.0.4 proto esp spi 0x1100 | jq '.[0].packets')" 5
}

# With a UDP header, whose ports are not what they were; and then without.
test_encapsulation() {
	tunnel 10.8.0.1 10.8.0.2
	espah -n "$A" migrate move src 10.8.0.1 dst 10.8.0.2 to 10.8.0.3 10.8.0.2 encap espinudp 4500 4501
	assert_eq "$(espah -n "$A" -j state list spi 0x1100 | jq -c '.[0].encap | [.sport, .dport]')" "[4500,4501]"
	espah -n "$A" migrate move src 10.8.0.3 dst 10.8.0.2 to 10.8.0.1 10.8.0.2
	assert_eq "$(espah -n "$A" -j state list spi 0x1100 | jq -c '.[0].encap | [.sport, .dport]')" "[4500,4501]"
	espah -n "$A" migrate move src 10.8.0.1 dst 10.8.0.2 to 10.8.0.1 10.8.0.2 encap none
	assert_eq "$(espah -n "$A" -j state list spi 0x1100 | jq '.[0] | has("encap")')" false
	traffic udp "$A@10.9.0.1" "$B@10.9.0.2" 100
}

# To the other family, and back.
test_other_family() {
	local ns

	tunnel 10.8.0.1 10.8.0.2
	traffic udp "$A@10.9.0.1" "$B@10.9.0.2" 100
	for ns in "$A" "$B"; do
		espah -n "$ns" migrate move src 10.8.0.1 dst 10.8.0.2 to fd00:8::1 fd00:8::2 \
			move src 10.8.0.2 dst 10.8.0.1 to fd00:8::2 fd00:8::1
	done
	traffic watch_start "$A@veth0"
	traffic udp "$A@10.9.0.1" "$B@10.9.0.2" 100
	wire_protected
	assert_eq "$(oseq "$A" 0x1100)" 2 "the last number"
}

test_refused() {
	local before more="src 10.8.0.1 dst 10.8.0.2 to"

	tunnel 10.8.0.1 10.8.0.2
	espah -n "$A" -b - <<-END
		state add src 10.8.0.9 dst 10.8.0.4 proto esp spi 0x1100 mode tunnel aead $ALG $key_ab 128
	END
	before=$(all_there "$A")
	# The second cannot, so that the first does not.
	assert_fails_with 'EEXIST.*new-dst: another SA' espah -n "$A" -b - <<-END
		migrate move src 10.8.0.2 dst 10.8.0.1 to 10.8.0.2 10.8.0.3 move $more 10.8.0.1 10.8.0.4
	END
	assert_fails_with 'ESRCH.*no SA and no template' espah -n "$A" -b - <<<"migrate move src 10.8.0.7 dst 10.8.0.2 to 10.8.0.1 10.8.0.4"
	assert_fails_with 'ESRCH.*no SA and no template' espah -n "$A" -b - <<<"migrate if_id 7 move $more 10.8.0.1 10.8.0.3"
	assert_fails_with 'the new addresses are the old ones' espah -n "$A" -b - <<<"migrate move $more 10.8.0.1 10.8.0.2"
	assert_fails_with 'nothing moves; expected move' espah -n "$A" migrate
	assert_eq "$(all_there "$A")" "$before" "what there is"
}

# It listens once it has told of a flush, which is left out of what it said.
test_told() {
	local seen=$scratch/seen

	tunnel 10.8.0.1 10.8.0.2
	espah -n "$A" -j monitor sa policy >"$seen" &
	wait_until 30 listens "$seen"
	espah -n "$A" migrate move src 10.8.0.1 dst 10.8.0.2 to 10.8.0.3 10.8.0.2 mode tunnel
	wait_until 30 grep -q '"migrate"' "$seen"
	assert_eq "$(jq -r 'select(.event != "policy-flush").event' "$seen" | paste -sd' ')" \
		"sa-update policy-update migrate" "events"
	assert_eq "$(tail -1 "$seen")" '{"event":"migrate","migrate":{"moves":[{"old_src":"10.8.0.1","old_dst":"10.8.0.2","new_src":"10.8.0.3","new_dst":"10.8.0.2","mode":"tunnel"}],"states":1,"policies":1}}'
	espah -n "$A" -b - <<<'migrate if_id 0 move src 10.8.0.3 dst 10.8.0.2 to 10.8.0.1 10.8.0.2 encap espinudp 4500 4501'
	wait_until 30 grep -q '"sport"' "$seen"
	assert_eq "$(tail -1 "$seen" | jq -c '.migrate | [.if_id, (.moves[0].encap | [.sport, .dport])]')" '[0,[4500,4501]]'
}

listens() {
	espah -n "$A" policy flush dir fwd
	grep -q fwd "$1"
}

module_load
ns_pair A B
for n in 1 3; do
	ip -n "$A" addr add "10.8.0.$n/24" dev veth0
	ip -n "$B" addr add "10.8.0.$((n + 1))/24" dev veth0
done
ip -n "$A" addr add fd00:8::1/64 dev veth0 nodad
ip -n "$B" addr add fd00:8::2/64 dev veth0 nodad
traffic_start
run_tests "$@"
