#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# An SA ends at its limits, to the packet, and nothing goes in clear for it.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/traffic.sh"

A_B='src 10.9.0.1 dst 10.9.0.2'
TMPL='tmpl proto esp reqid 1 mode transport'

# protect A|B LIMITS: an SA from $A to $B at both of them, and policies for that way; at one of
# the two ends the SA has limits.
protect() {
	local ns dir limits

	# new_keys of traffic.sh has made it.
	# shellcheck disable=SC2154
	local key=$key_ab

	for ns in A B; do
		limits=''
		[ "$ns" != "$1" ] || limits=$2
		dir=out
		[ "$ns" = A ] || dir=in
		configure espah "${!ns}" <<-END
			state add $A_B proto esp spi 0x1100 reqid 1 replay-window 64 aead $ALG $key 128 $limits
			policy add $A_B proto udp dir $dir $TMPL
		END
		counters_save "${!ns}"
	done
}

setup() {
	traffic_setup
	new_keys
}

sas() {
	counter_in "$(espah -n "$1" -j state count)" sa_count
}

no_sa() {
	[ "$(sas "$1")" -eq 0 ]
}

# datagrams N RESULT: what becomes of each of them.
datagrams() {
	local i

	for ((i = 0; i < $1; i++)); do
		assert_attempt "$2" "$A@10.9.0.1" "$B@10.9.0.2" "${3:-100}"
	done
}

test_packets_out() {
	protect A 'limit packet-soft 2 limit packet-hard 3'
	datagrams 3 arrived
	assert_eq "$(sas "$A")" 1 "SAs at the limit"
	datagrams 1 lost
	assert_counter_diff "$A" out-expired 1
	wait_until 30 no_sa "$A"
	# Nobody is there to protect it, and it does not go in clear.
	datagrams 1 EPERM
	assert_counter_diff "$A" out-no-sa 1
	only_counters "$A" out-ok out-expired out-no-sa
	only_counters "$B" in-ok
	assert_counter_diff "$B" in-ok 3
}

test_packets_in() {
	protect B 'limit packet-hard 3'
	datagrams 3 arrived
	assert_eq "$(sas "$B")" 1 "SAs at the limit"
	datagrams 1 lost
	assert_counter_diff "$B" in-expired 1
	wait_until 30 no_sa "$B"
	datagrams 1 lost
	assert_counter_diff "$B" in-unknown-spi 1
	assert_counter_diff "$B" in-ok 3
	only_counters "$B" in-ok in-expired in-unknown-spi
}

# 128 octets each, with their headers: the fourth reaches 500 and passes, the fifth does not.
test_bytes() {
	protect A 'limit byte-hard 500'
	datagrams 4 arrived 100
	datagrams 1 lost 100
	assert_counter_diff "$A" out-expired 1
	assert_counter_diff "$A" out-ok 4
	wait_until 30 no_sa "$A"
}

test_seconds() {
	protect A 'limit time-hard 1'
	wait_until 30 no_sa "$A"
	datagrams 1 EPERM
	protect B 'limit time-use-hard 1 limit time-hard 1000'
	pause 1.5
	assert_eq "$(sas "$B")" 1 "SAs that wait for their first use"
	datagrams 1 arrived
	wait_until 30 no_sa "$B"
	assert_eq "$(sas "$A")" 1 "SAs without a limit"
}

test_all_at_once() {
	protect A 'limit byte-hard 1000000 limit packet-hard 2 limit time-hard 1000 limit time-use-hard 1000'
	datagrams 2 arrived
	datagrams 1 lost
	assert_counter_diff "$A" out-expired 1
	wait_until 30 no_sa "$A"
}

test_update() {
	local id="$A_B proto esp spi 0x1100"

	protect A 'limit packet-hard 2'
	datagrams 1 arrived
	espah -n "$A" -b - <<<"state update $id limit packet-hard 4"
	datagrams 3 arrived
	espah -n "$A" -b - <<<"state update $id"
	datagrams 3 arrived
	# What passed already counts.
	espah -n "$A" -b - <<<"state update $id limit packet-hard 7"
	datagrams 1 lost
	wait_until 30 no_sa "$A"
}

# several N: one system call, of which the kernel makes N datagrams.
several() {
	in_ns "$A" python3 -I -S -c '
import socket, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
    sock.setsockopt(socket.IPPROTO_UDP, 103, 100)
    sock.sendto(bytes(100 * int(sys.argv[1])), ("10.9.0.2", 5201))' "$1"
}

is_heard() {
	espah -n "$A" state flush
	grep -q sa-flush "$scratch/seen"
}

# told LIMIT: since it was heard.
told() {
	[ "$(jq -r 'select(.event == "sa-expire") | .limit' "$scratch/seen" | tail -n 1)" = "$1" ]
}

# RFC 4303 section 3.3.3: they never cycle. A sixteenth before their end, somebody is told.
test_sequence_numbers_end() {
	espah -n "$A" -j monitor sa expire >"$scratch/seen" 2>&1 &
	wait_until 30 is_heard
	protect A 'replay-oseq 0xeffffffe'
	datagrams 1 arrived
	[ "$(grep -c sa-expire "$scratch/seen")" = 0 ] || fail "nothing has ended yet: $(<"$scratch/seen")"
	datagrams 1 arrived
	wait_until 30 told soft
	assert_eq "$(sas "$A")" 1 "SAs with few numbers left"
	new_keys
	protect A 'replay-oseq 0xfffffffd'
	several 5
	assert_counter_diff "$A" out-ok 2
	assert_counter_diff "$A" out-seq-exhausted 3
	wait_until 30 no_sa "$A"
	wait_until 30 told hard
	# The next one waits for another SA, since somebody listens.
	datagrams 1 lost
	only_counters "$A" out-ok out-seq-exhausted out-acquire-timeout
	assert_counter_diff "$B" in-ok 2
}

# older NS SECONDS: is the SA?
older() {
	local added

	added=$(espah -n "$1" -j state | jq '.[0].add_time')
	(($(date +%s) - added > $2))
}

test_limit_that_is_over_when_it_is_set() {
	protect A 'limit time-hard 1000'
	wait_until 30 older "$A" 1
	espah -n "$A" -b - <<<"state update $A_B proto esp spi 0x1100 limit time-hard 1"
	wait_until 30 no_sa "$A"
}

test_listed_as_ip_xfrm_does() {
	local limits='limit time-soft 11 limit time-hard 12 limit time-use-soft 13 limit time-use-hard 14'
	local ours theirs

	limits+=' limit byte-soft 15 limit byte-hard 16 limit packet-soft 17 limit packet-hard 18'
	protect A "$limits"
	ip -n "$B" -b - <<<"xfrm state add $A_B proto esp spi 0x1101 aead rfc4106(gcm(aes)) $key_ab 128 $limits"
	ours=$(espah -n "$A" -s state | sed -n '/lifetime config/,/expire use/p')
	theirs=$(ip -n "$B" -s xfrm state | sed -n '/lifetime config/,/expire use/p')
	ip -n "$B" xfrm state flush
	assert_eq "$ours" "$theirs" "the lifetime, listed"
	[[ $(espah -n "$A" -j state) == *'"limits":{"time_soft":11,"time_hard":12,'* ]] ||
		fail "JSON: expected limits, saw $(espah -n "$A" -j state)"
}

# With hundreds of SAs that end in the same second, all do, and so does their memory.
test_many_end_at_once() {
	local i

	for ((i = 0; i < 500; i++)); do
		echo "state add $A_B proto esp spi $((0x2000 + i)) aead $ALG $key_ab 128 limit time-hard 1"
	done | configure espah "$A"
	wait_until 60 no_sa "$A"
	configure espah "$B" </dev/null
	module_unload
	module_load
}

module_load
ns_pair A B
traffic_start
run_tests "$@"
