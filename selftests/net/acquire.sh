#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A packet without an SA is asked for, not too often, and waits: within bounds, and never goes in clear.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/traffic.sh"

# As net/queue.h has them.
PACKETS=64
ALL_PACKETS=1024
# As net/acquire.h has them.
ASKS=8
ALL_ASKS=24
TRAFFIC_MAKER=waiting.py

setup() {
	ns_pair A B
	traffic_setup
	traffic deafen
}

teardown() {
	modules_come
	traffic close_pair
}

# No module is loaded from here on: who wants one waits until modules_come.
modules_wait() {
	modprobe=$(</proc/sys/kernel/modprobe)
	touch "$scratch/wait"
	cat >"$scratch/modprobe" <<-END
		#!/bin/sh
		touch $scratch/wanted
		while [ -e $scratch/wait ]; do sleep 0.1; done
		exec $modprobe "\$@"
	END
	chmod +x "$scratch/modprobe"
	echo "$scratch/modprobe" >/proc/sys/kernel/modprobe
}

modules_come() {
	[ -e "$scratch/wait" ] || return 0
	rm "$scratch/wait"
	echo "$modprobe" >/proc/sys/kernel/modprobe
}

# acquires WORDS...: send datagrams; print what was asked for.
acquires() {
	in_ns "$A" python3 -B "$(dirname "$0")/lib/genl_acquire.py" "$@"
}

# lacking MODE: both have all, but for the SA that protects what $A sends; somebody listens there.
# That SA is in $missing.
lacking() {
	local all

	new_keys
	all=$(states espah 10.9.0.1 10.9.0.2 "$1")
	missing=$(grep 0x1100 <<<"$all")
	{
		grep -v 0x1100 <<<"$all"
		policies 10.9.0.1 10.9.0.2 "$1" 10.9.0.1 10.9.0.2
	} | configure espah "$A"
	{
		echo "$all"
		policies 10.9.0.2 10.9.0.1 "$1" 10.9.0.2 10.9.0.1
	} | configure espah "$B"
	counters_save "$A"
	traffic hear "$A"
	traffic open_pair "$A@10.9.0.1" "$B@10.9.0.2" veth0
}

at_a() {
	espah -n "$A" -b - <<<"$1"
}

# assert_waiting COUNT [WORDS...]: so many are sent, and wait.
assert_waiting() {
	assert_eq "$(traffic send "$@")" "sent=$1 refused=0" "$1 datagrams"
	traffic silent
}

dropped() {
	[ "$(rose "$1")" -eq "$2" ]
}

# rose NAME: how far that counter of the first end has risen since counters_save.
rose() {
	echo $(($(counter "$A" "$1") - $(counter_in "${counters_saved[$A]}" "$1")))
}

test_asked_for_once() {
	local said

	policies 10.9.0.1 10.9.0.2 tunnel 10.9.0.1 10.9.0.2 7 | configure espah "$A"
	counters_save "$A"
	said=$(acquires 10.9.0.2 20)
	assert_eq "$said" 'dir=1 src=10.9.0.1 dst=10.9.0.2 proto=17 tmpl=10.9.0.1>10.9.0.2 mode=1 reqid=7' \
		"what was asked for"
	at_a 'policy flush'
	assert_counter_diff "$A" out-queue-policy 20
	only_counters "$A" out-queue-policy
}

test_asked_again() {
	policies 10.9.0.1 10.9.0.2 transport 10.9.0.1 10.9.0.2 | configure espah "$A"
	# As soon as it may, it does: however long a machine takes for so many.
	assert_eq "$(acquires 10.9.0.2 until-twice)" \
		'dir=1 src=10.9.0.1 dst=10.9.0.2 proto=17 tmpl=any>any mode=0 reqid=1' "what was asked for"
}

# transport_to DST...: $A protects what it sends there, each by a policy, and has no SA.
transport_to() {
	local dst

	for dst in "$@"; do
		echo "policy add src 10.9.0.1 dst $dst dir out tmpl proto esp reqid 1 mode transport"
	done | configure espah "$A"
	counters_save "$A"
	traffic hear "$A"
	traffic open_pair "$A@10.9.0.1" "$B@10.9.0.2" veth0
}

# Each pair of addresses has SAs of its own in transport mode.
test_each_peer_is_asked_for() {
	transport_to 10.9.0.0/24
	assert_eq "$(traffic send 3)" "sent=3 refused=0" "to one"
	assert_eq "$(traffic send 3 100 10.9.0.3)" "sent=3 refused=0" "to another"
	assert_eq "$(traffic asked_for)" "peers=2 to=10.9.0.2,10.9.0.3 waiting=1,4" "who was asked for"
	only_counters "$A"
}

is_asked_for_all() {
	[ "$(traffic waiting)" = "waiting=$1" ]
}

# No packet comes after the first one, whose event is lost.
test_lost_event_is_repeated() {
	lacking tunnel
	assert_waiting 3
	assert_field "$(traffic asked_for)" waiting 1
	wait_until 60 is_asked_for_all 3
	at_a "$missing"
	traffic arrived
	only_counters "$A" out-ok
}

# assert_bounded BOUND FIRST LAST: of so many peers no more are asked for at once, nor in a second:
# as many again on behalf of those that wait.
assert_bounded() {
	local said

	said=$(traffic scatter "$2" "$3")
	assert_field "$said" sent $(($3 - $2 + 1))
	[ "$(field asked "$said")" -le $(($1 * (1 + 2 * $(field seconds "$said")))) ] ||
		fail "expected no more than $1 in a second, saw $said"
}

are_asked_for() {
	[ "$(field peers "$(traffic asked_for)")" -eq "$1" ]
}

# Those that may not ask at once have their turn.
test_policy_asks_within_bounds() {
	transport_to 10.9.0.0/24
	assert_bounded "$ASKS" 10 69
	transport_to 10.9.0.0/24
	assert_bounded "$ASKS" 10 29
	wait_until 60 are_asked_for 20
}

test_namespace_asks_within_bounds() {
	transport_to 10.9.0.{32,64,96,128,160,192}/27
	assert_bounded "$ALL_ASKS" 32 223
}

# Nobody waits for SAs that are there, nor for what is bypassed or discarded.
test_not_asked_for() {
	configure espah "$A" <<-END
		policy add src 10.9.0.1 dst 10.9.0.2 dir out action block
	END
	assert_eq "$(acquires 10.9.0.2 3 refused)" '' "for what is discarded"
	configure espah "$A" <<-END
		policy add src 10.9.0.1 dst 10.9.0.2 dir out tmpl proto esp mode transport level use
	END
	assert_eq "$(acquires 10.9.0.2 3)" '' "for what may go in clear"
}

test_nobody_listens() {
	lacking tunnel
	traffic deafen
	assert_eq "$(traffic send 20)" "sent=0 refused=20" "without anybody to ask"
	assert_counter_diff "$A" out-no-sa 20
	at_a "state add src 10.9.0.1 dst 10.9.0.2 proto esp spi 0x1101 mode tunnel reqid 1 aead $ALG $key_ab 128 sel proto tcp"
	assert_eq "$(traffic send 3)" "sent=0 refused=3" "with an SA that is not for it"
	assert_counter_diff "$A" out-selector 3
	only_counters "$A" out-no-sa out-selector
}

test_waits_and_arrives() {
	local mode

	for mode in tunnel transport; do
		lacking "$mode"
		wire_watch "$A@veth0"
		assert_waiting "$PACKETS"
		at_a "$missing"
		traffic arrived
		wire_protected
		assert_counter_diff "$A" out-ok "$PACKETS"
		only_counters "$A" out-ok
	done
}

# The SA that they wait for will be elsewhere, and so is the policy that has them wait.
test_waits_while_the_policy_moves() {
	local ns

	lacking tunnel
	ip -n "$B" addr add 10.9.0.4/24 dev veth0
	assert_waiting 3
	for ns in "$A" "$B"; do
		espah -n "$ns" migrate move src 10.9.0.1 dst 10.9.0.2 to 10.9.0.1 10.9.0.4
	done
	at_a "${missing/10.9.0.2/10.9.0.4}"
	traffic arrived
	only_counters "$A" out-ok
}

test_larval_sa_gets_keys() {
	lacking tunnel
	at_a 'state allocspi src 10.9.0.1 dst 10.9.0.2 proto esp mode tunnel reqid 1 min 0x1100 max 0x1100'
	assert_waiting 5
	at_a "${missing/add/update}"
	traffic arrived
	only_counters "$A" out-ok
}

# The sender goes on while the SA comes: none is lost, and none overtakes another. They
# are so few that all could wait, however long the SA takes.
test_order_with_those_that_follow() {
	lacking tunnel
	traffic stream_begin $((PACKETS - 4)) 0.01
	sleep 0.05
	at_a "$missing"
	assert_eq "$(traffic stream_end)" "sent=$((PACKETS - 4))" "all of them"
	traffic arrived
	only_counters "$A" out-ok
}

# What has an SA does not stand behind what has none while another is being made.
test_slow_sa_stops_nobody() {
	lacking tunnel
	pcrypt_begin
	at_a "$missing sel proto udp"
	assert_fails in_ns "$A" ping -q -c 1 -W 1 10.9.0.2
	modules_wait
	at_a "state add src 10.9.0.1 dst 10.9.0.2 proto esp spi 0x1101 reqid 1 mode tunnel aead pcrypt(rfc4106(gcm(aes))) $key_ab 128 sel proto tcp" &
	wait_until 30 test -e "$scratch/wanted"
	assert_eq "$(traffic send 3)" "sent=3 refused=0" "datagrams that have an SA"
	traffic arrived
	modules_come
	wait $!
	only_counters "$A" out-ok out-acquire-timeout
	at_a 'state flush'
	pcrypt_end
}

test_selector_excludes() {
	lacking tunnel
	at_a "${missing/0x1100/0x1101} sel proto tcp"
	assert_waiting 3
	at_a "state update src 10.9.0.1 dst 10.9.0.2 proto esp spi 0x1101 sel proto icmp"
	traffic silent
	at_a "$missing"
	traffic arrived
	only_counters "$A" out-ok
}

# A route to somewhere else makes all routes stale.
test_routes_change() {
	local mode

	for mode in tunnel transport; do
		lacking "$mode"
		assert_waiting 3
		ip -n "$A" route add 10.77.0.0/16 via 10.9.0.2
		at_a "$missing"
		traffic arrived
		ip -n "$A" route del 10.77.0.0/16
		only_counters "$A" out-ok
	done
}

test_device_goes_away() {
	lacking transport
	assert_waiting 3
	# Somebody who kept it would keep this waiting for ever.
	assert_ok timeout 60 ip -n "$A" link del veth0
	at_a "$missing"
	assert_counter_diff "$A" out-no-route 3
	only_counters "$A" out-no-route
}

test_queue_is_full_and_time_is_over() {
	lacking tunnel
	wire_watch "$A@veth0"
	assert_eq "$(traffic send $((PACKETS + 6)))" "sent=$PACKETS refused=6" "one policy"
	assert_counter_diff "$A" out-queue-full 6
	wait_until 60 dropped out-acquire-timeout "$PACKETS"
	assert_field "$(traffic watch_stop)" esp 0
	traffic silent
	# There is room again.
	assert_waiting 1
	only_counters "$A" out-queue-full out-acquire-timeout
}

test_memory_is_bounded() {
	local said waiting

	lacking tunnel
	said=$(traffic send 20 60000)
	waiting=$(field sent "$said")
	# A quarter of a MiB, and what keeps a packet counts.
	[[ $waiting == [1-4] ]] || fail "expected 1 to 4 to wait, saw $waiting"
	assert_counter_diff "$A" out-queue-full $((20 - waiting))
}

test_namespace_is_bounded() {
	local i said late sum=0

	lacking tunnel
	for i in $(seq 10 30); do
		echo "policy add src 10.9.0.1 dst 10.9.0.$i dir out tmpl src 10.9.0.1 dst 10.9.0.$i proto esp mode tunnel"
	done | espah -n "$A" -b -
	for i in $(seq 10 30); do
		said=$(traffic send "$PACKETS" 10 "10.9.0.$i")
		sum=$((sum + $(field sent "$said")))
	done
	at_a 'policy flush'
	# A slow guest takes longer for all than the first may wait, and each of those makes room.
	late=$(rose out-acquire-timeout)
	if [ "$sum" -lt "$ALL_PACKETS" ] || [ $((sum - late)) -gt "$ALL_PACKETS" ]; then
		fail "$sum packets waited in a namespace, $late of them to the end; expected $ALL_PACKETS at once"
	fi
	assert_counter_diff "$A" out-queue-policy $((sum - late))
	only_counters "$A" out-queue-policy out-queue-full out-acquire-timeout
}

test_policy_ends() {
	local line

	for line in 'policy delete src 10.9.0.1 dst 10.9.0.2 dir out' 'policy flush' \
		'policy update src 10.9.0.1 dst 10.9.0.2 dir out action block' \
		'policy update src 10.9.0.1 dst 10.9.0.2 dir out'; do
		lacking tunnel
		wire_watch "$A@veth0"
		assert_waiting 4
		at_a "$line"
		assert_counter_diff "$A" out-queue-policy 4
		at_a "$missing"
		traffic silent
		assert_field "$(traffic watch_stop)" clear 0
		only_counters "$A" out-queue-policy
	done
}

# Another policy comes before theirs, and lets them pass in clear: those that wait it does not.
test_policy_is_overtaken() {
	lacking tunnel
	at_a 'policy update src 10.9.0.1 dst 10.9.0.2 dir out priority 5 tmpl src 10.9.0.1 dst 10.9.0.2 proto esp reqid 1 mode tunnel'
	wire_watch "$A@veth0"
	assert_waiting 4
	at_a 'policy add src 10.9.0.0/24 dst 10.9.0.0/24 dir out'
	at_a "$missing"
	traffic silent
	assert_counter_diff "$A" out-queue-policy 4
	assert_field "$(traffic watch_stop)" clear 0
	only_counters "$A" out-queue-policy
}

# What can never be protected does not wait, and nobody is asked for it.
test_broadcast_does_not_wait() {
	configure espah "$A" <<-END
		policy add src 10.9.0.1 dst 0.0.0.0/0 dir out tmpl src 10.9.0.1 dst 10.9.0.2 proto esp mode tunnel
	END
	counters_save "$A"
	traffic hear "$A"
	assert_fails in_ns "$A" ping -b -c 1 -W 1 10.9.0.255
	assert_eq "$(traffic heard)" acquires=0 "for a broadcast"
	# The IP layer hands each over twice, one for this host's own ears.
	assert_counter_diff "$A" out-multicast 2
	only_counters "$A" out-multicast
}

# TCP sees that its SYN has not left, and does not send another.
test_one_syn() {
	lacking tunnel
	traffic connect_begin "$A@10.9.0.1" "$B@10.9.0.2"
	sleep 2.5
	assert_eq "$(traffic retransmissions "$A" TCPSynRetrans)" count=0 "SYNs again"
	at_a "$missing"
	traffic connect_end
	only_counters "$A" out-ok in-ok
}

hears() {
	grep -q "$2" "$1"
}

is_heard() {
	espah -n "$A" policy flush dir fwd
	hears "$1" fwd
}

# monitor FILE OPTIONS...: a monitor of acquires, that listens from now on.
monitor() {
	: >"$1"
	espah -n "$A" "${@:2}" monitor acquire policy >>"$1" 2>&1 &
	wait_until 30 is_heard "$1"
}

# It is asked for again as long as the packet waits.
test_monitor_shows_it() {
	lacking tunnel
	traffic deafen
	monitor "$scratch/json" -j
	monitor "$scratch/text" -o
	assert_waiting 1
	wait_until 30 hears "$scratch/json" '"acquire"'
	assert_eq "$(jq -c 'select(.event == "acquire") | .acquire |
		.flow.sport |= test("^[0-9]+$") | .flow.dport |= test("^[0-9]+$") | [.flow, .dir, .waiting, .tmpl]' "$scratch/json" | uniq)" \
		'[{"src":"10.9.0.1/32","dst":"10.9.0.2/32","proto":"udp","sport":true,"dport":true},"out",1,[{"src":"10.9.0.1","dst":"10.9.0.2","proto":"esp","reqid":1,"mode":"tunnel","level":"required"}]]' \
		"JSON"
	wait_until 30 hears "$scratch/text" acquire
	assert_eq "$(sed '/dir fwd/d; s/index [0-9]*/index N/; s/port [0-9]*/port N/g' "$scratch/text" | uniq)" \
		$'acquire proto esp\\  sel src 10.9.0.1/32 dst 10.9.0.2/32 proto udp sport N dport N\\  policy dir out index N waiting 1\\\ttmpl src 10.9.0.1 dst 10.9.0.2\\\t\tproto esp reqid 1 mode tunnel' \
		"text"
}

refcnt_is() {
	[ "$(cat /sys/module/espah/refcnt)" = "$1" ]
}

# Answers to pings are nobody's: nothing but the queue keeps them.
test_namespace_ends() {
	policies 10.9.0.1 10.9.0.2 tunnel 10.9.0.1 10.9.0.2 | grep 'dir out' | configure espah "$A"
	configure espah "$B" </dev/null
	counters_save "$A"
	traffic hear "$A"
	assert_fails in_ns "$B" ping -q -c 3 -i 0.1 -W 1 10.9.0.1
	only_counters "$A"
	traffic deafen
	ip netns del "$A"
	wait_until 60 refcnt_is 0
	module_unload
}

# A socket keeps its namespace as long as its packets wait, and no longer.
test_namespace_ends_after_its_sockets() {
	lacking tunnel
	configure espah "$B" </dev/null
	assert_waiting 3
	traffic close_pair
	traffic deafen
	ip netns del "$A"
	wait_until 60 refcnt_is 0
	module_unload
}

module_load
traffic_start
run_tests "$@"
