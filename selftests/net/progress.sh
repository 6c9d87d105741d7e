#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# How far an SA has got is told after so many packets, or so much time, and not more often.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/traffic.sh"

ID='src 10.9.0.1 dst 10.9.0.2 proto esp spi 0x1100'
TMPL='tmpl proto esp reqid 1 mode transport'
# Of the numbers that were used already, 2^32.
HIGH=4294967296

# protect A_WORDS B_WORDS: an SA from $A to $B at both of them, with these words; its numbers have
# 64 bits.
protect() {
	# new_keys of traffic.sh has made it.
	# shellcheck disable=SC2154
	local sa="state add $ID reqid 1 replay-window 64 flag esn replay-seq-hi 1 replay-oseq-hi 1 aead $ALG $key_ab 128"

	configure espah "$A" <<-END
		$sa $1
		policy add src 10.9.0.1 dst 10.9.0.2 proto udp dir out $TMPL
	END
	configure espah "$B" <<-END
		$sa $2
		policy add src 10.9.0.1 dst 10.9.0.2 proto udp dir in $TMPL
	END
}

setup() {
	traffic_setup
	new_keys
}

hears() {
	grep -q "$2" "$1"
}

is_heard() {
	espah -n "$2" policy flush dir fwd
	hears "$1" fwd
}

# listen FILE NS [OPTIONS...]: what a monitor says of progress, from now on.
listen() {
	: >"$1"
	espah -n "$2" "${@:3}" monitor aevent policy >>"$1" 2>&1 &
	wait_until 30 is_heard "$1" "$2"
}

# datagrams N: from $A to $B, each of which arrives.
datagrams() {
	local sizes

	printf -v sizes '100 %.0s' $(seq "$1")
	# shellcheck disable=SC2086 # one word each
	traffic udp "$A@10.9.0.1" "$B@10.9.0.2" $sizes >/dev/null
}

# told FILE FILTER: of each of its events.
told() {
	jq -r "select(.event == \"sa-replay\") | $2" "$1"
}

# told_last FILE FILTER EXPECTED
told_last() {
	[ "$(told "$1" "$2" | tail -n 1)" = "$3" ]
}

assert_told() {
	assert_eq "$(told "$1" .event | wc -l)" "$2" "events of progress"
}

# The numbers are those of the SA by then, with both their halves.
test_packets() {
	local numbers='[.due, .replay.oseq, .replay.seq, .replay.packets] | @text'

	protect 'replay-thresh 10' 'replay-thresh 6'
	listen "$scratch/a" "$A" -j
	listen "$scratch/b" "$B" -j
	datagrams 5
	datagrams 4
	wait_until 30 told_last "$scratch/b" .due packets
	assert_told "$scratch/a" 0
	assert_told "$scratch/b" 1
	datagrams 1
	wait_until 30 told_last "$scratch/a" "$numbers" "[\"packets\",$((HIGH + 10)),$HIGH,10]"
	datagrams 9
	datagrams 1
	wait_until 30 told_last "$scratch/a" "$numbers" "[\"packets\",$((HIGH + 20)),$HIGH,20]"
	assert_told "$scratch/a" 2
	wait_until 30 told_last "$scratch/b" '[.due, .replay.oseq] | @text' "[\"packets\",$HIGH]"
	[ "$(told "$scratch/b" .event | wc -l)" -le 3 ] || fail "more than one for 6 packets"
	assert_eq "$(told "$scratch/a" '.replay | [.src, .dst, .proto, .spi, .mode, .reqid, .replay_thresh] | @text' | uniq)" \
		'["10.9.0.1","10.9.0.2","esp","0x00001100","transport",1,10]' "what names the SA"
}

# After silence at once, and then once in that time as long as packets come.
test_time() {
	protect '' 'replay-timer 300'
	listen "$scratch/b" "$B" -j
	datagrams 1
	wait_until 30 told_last "$scratch/b" '[.due, .replay.packets] | @text' '["timer",1]'
	datagrams 3
	wait_until 30 told_last "$scratch/b" '[.due, .replay.packets, .replay.seq] | @text' "[\"timer\",4,$((HIGH + 4))]"
	# Nothing has come since, and nothing is told.
	sleep 1
	[ "$(told "$scratch/b" .event | wc -l)" -le 4 ] || fail "it is told without packets"
}

test_thresholds_change() {
	protect '' ''
	listen "$scratch/a" "$A" -j
	datagrams 5
	espah -n "$A" -b - <<<"state update $ID replay-thresh 3"
	datagrams 1
	wait_until 30 told_last "$scratch/a" .replay.packets 6
	# What is not said stays.
	espah -n "$A" -b - <<<"state update $ID limit packet-hard 1000"
	[[ $(espah -n "$A" state) == *'replay-thresh 3'* ]] || fail "another change has taken it away"
	datagrams 3
	wait_until 30 told_last "$scratch/a" .replay.packets 9
	espah -n "$A" -b - <<<"state update $ID replay-thresh 0"
	[[ $(espah -n "$A" state) != *replay-thresh* ]] || fail "it is listed"
	datagrams 6
	espah -n "$A" -b - <<<"state update $ID replay-thresh 1"
	datagrams 1
	wait_until 30 told_last "$scratch/a" .replay.packets 16
	assert_told "$scratch/a" 3
}

test_text() {
	protect 'replay-thresh 1' ''
	listen "$scratch/a" "$A" -o
	datagrams 1
	wait_until 30 hears "$scratch/a" Async
	assert_eq "$(sed -n '/^Async/s/ add .*//p' "$scratch/a")" \
		$'Async event replay update\\\tsrc 10.9.0.1 dst 10.9.0.2\\\tproto esp spi 0x00001100 reqid 1 mode transport\\\treplay-thresh 1\\\tanti-replay context: seq 0x100000000, oseq 0x100000001\\\tlifetime current:\\\t  128(bytes), 1(packets)\\\t ' \
		"text"
}

module_load
ns_pair A B
traffic_start
run_tests "$@"
