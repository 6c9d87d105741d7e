#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What a policy protects never leaves in clear, whatever happens to what should protect it: a sniffer on
# the wire counts what is neither ESP nor AH, under traffic that goes on meanwhile. Where no memory is to
# be had, debug/faults looks at the wire (test_steady_traffic): it takes a kernel that can be made to have none.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../interop/lib/ike.sh"

# shellcheck disable=SC2034 # traffic.sh uses it
TRAFFIC_MAKER=failclosed.py
A_B='src 10.9.0.1 dst 10.9.0.2'
ENDS='10.9.0.1 10.9.0.2'

setup() {
	local ns

	traffic_setup
	unprotect
	for ns in "$A" "$B"; do
		espah -n "$ns" policy setdefault in accept out accept fwd accept
	done
	# A link that was down has lost it.
	ip -n "$A" route replace 10.2.0.0/24 via 10.9.0.2
}

# Those of ike.sh are for daemons that stay.
teardown() {
	:
}

finish() {
	:
}

# flood_begin: from $A to $B, on and on, and the sniffer from before its first packet.
flood_begin() {
	wire_watch "$A@veth0" "$B@veth0"
	traffic flood_start "$A@10.9.0.1" "$B@10.9.0.2" 100
	traffic flood_sent 100
}

# flood_end [all]: it has gone on up to here, and nothing of it was in clear; $said is what became of it.
flood_end() {
	traffic flood_sent 100
	said=$(traffic flood_stop "$@")
	wire_protected
	assert_field "$said" changed 0
}

# none_refused: nor lost.
none_refused() {
	assert_field "$said" lost 0
	assert_field "$said" refused 0
}

some() {
	[ "$(field "$1" "$said")" -gt 0 ] || fail "expected some $1, saw $said"
}

# Of the two that $A had.
one_sa_left() {
	[ "$(counter_in "$(espah -n "$A" -j state count)" sa_count)" -eq 1 ]
}

# The sniffer sees what is in clear where nothing protects it.
test_sniffer_counts() {
	wire_watch "$A@veth0" "$B@veth0"
	traffic udp "$A@10.9.0.1" "$B@10.9.0.2" 100 100 100 >/dev/null
	said=$(traffic watch_stop)
	assert_field "$said" clear 6
	assert_field "$said" esp 0
}

# expires LIMIT...: given to the SA that the traffic goes by.
expires() {
	protect_pair espah espah transport
	flood_begin
	espah -n "$A" state update "$@"
	wait_until 60 one_sa_left
	flood_end
	some received
	some refused
}

test_sas_expire() {
	local limit id="$A_B proto esp spi 0x1100"

	for limit in packet-hard byte-hard time-hard time-use-hard; do
		# shellcheck disable=SC2086 # words
		expires $id limit "$limit" 1
	done
}

test_sequence_numbers_end() {
	# shellcheck disable=SC2034 # states() of traffic.sh uses it
	numbers='replay-oseq 0xffffff00'
	protect_pair espah espah transport
	flood_begin
	wait_until 60 one_sa_left
	flood_end
	some received
	some refused
}

# rekeyed TIMES EVERY [KIND]: so often, each after so many packets, of which none is lost.
rekeyed() {
	local sent value

	counters_save "$A"
	counters_save "$B"
	flood_begin
	traffic rekey "$A@10.9.0.1" "$B@10.9.0.2" 0x1100 "$@" >/dev/null
	flood_end all
	none_refused
	read_field sent "$said"
	sent=$value
	[ "$sent" -ge $(($1 * $2)) ] || fail "expected $(($1 * $2)) packets at least, saw $said"
	assert_counter_diff "$A" out-ok "$sent"
	assert_counter_diff "$B" in-ok "$sent"
	only_counters "$A" out-ok
	only_counters "$B" in-ok
}

# 50 or 1,000 times; of 5,000 or 100,000 packets none is lost.
test_sas_are_rekeyed() {
	protect_pair espah espah transport
	rekeyed "$(short_or_long 50 1000)" 100
}

# bundle_lines ME PEER: ESP, and AH over it.
bundle_lines() {
	local both='tmpl proto esp reqid 1 mode transport tmpl proto ah reqid 2 mode transport'

	# shellcheck disable=SC2086 # words
	states espah $ENDS transport
	echo "state add $A_B proto ah spi 0x1100 reqid 2 mode transport replay-window 1024 auth-trunc hmac(sha256) $ah_key 128"
	echo "policy add src $1 dst $2 dir out $both"
	echo "policy add src $2 dst $1 dir in $both"
}

# The SA of the outer layer, while packets are between the two: the inner one's cipher finishes later.
test_outer_sas_of_a_bundle_are_rekeyed() {
	# shellcheck disable=SC2034 # states() of traffic.sh uses it
	local ALG='pcrypt(rfc4106(gcm(aes)))' ah_key

	teardown() {
		unprotect
		pcrypt_end
	}
	pcrypt_begin
	new_keys
	ah_key=$(rand_key 32)
	bundle_lines 10.9.0.1 10.9.0.2 | configure espah "$A"
	bundle_lines 10.9.0.2 10.9.0.1 | configure espah "$B"
	rekeyed "$(short_or_long 50 200)" 50 ah
}

test_sas_are_flushed() {
	local i new

	protect_pair espah espah transport
	# shellcheck disable=SC2086 # words
	new=$(states espah $ENDS transport)
	flood_begin
	for ((i = 0; i < $(short_or_long 50 1000); i++)); do
		printf 'state flush\n%s\n' "$new"
	done | espah -n "$A" -b -
	espah -n "$A" state flush
	flood_end
	some received
	some refused
}

# keyed: the two ends are espahd's, which traffic makes bring the SAs.
# shellcheck disable=SC2034 # ike.sh uses them
keyed() {
	ground_homes
	ns=([a]=$A [b]=$B)
	addr=([a]=10.9.0.1 [b]=10.9.0.2)
	peer=([a]=10.9.0.2 [b]=10.9.0.1)
	natted=no
	ends espahd espahd
	case_load mode=transport child='start_action = trap'
}

arrives() {
	[[ $(traffic attempt "$A@10.9.0.1" "$B@10.9.0.2") == result=arrived ]]
}

# While it is gone, the SAs go, too.
test_keying_process_is_killed() {
	local number

	teardown() {
		end_kill a KILL
		end_kill b KILL
	}
	keyed
	wait_until 60 arrives
	traffic ike_watch_start "$A@veth0" "$B@veth0"
	traffic flood_start "$A@10.9.0.1" "$B@10.9.0.2" 100
	for ((number = 0; number < $(short_or_long 3 30); number++)); do
		traffic flood_sent 100
		end_kill a KILL
		espah -n "$A" state flush
		traffic flood_sent 100
		end_start a
		end_ready a
		assert_ok end a load
	done
	traffic flood_sent 100
	said=$(traffic flood_stop)
	wait_until 60 arrives
	wire_keyed
	some refused
}

test_interface_goes_down_and_up() {
	local i

	protect_pair espah espah transport
	flood_begin
	for ((i = 0; i < $(short_or_long 5 50); i++)); do
		ip -n "$A" link set veth0 down
		traffic flood_sent 50
		ip -n "$A" link set veth0 up
		traffic flood_sent 50
	done
	wait_until 60 arrives_again
	flood_end
	some received
	some refused
}

# flood_end wants a wire that works: a link is up when its neighbours are known.
arrives_again() {
	in_ns "$A" ping -c 1 -W 1 10.9.0.2
}

test_module_is_asked_to_unload() {
	local i

	protect_pair espah espah transport
	flood_begin
	for ((i = 0; i < $(short_or_long 5 50); i++)); do
		assert_fails_with 'in use' rmmod espah
	done
	flood_end all
	none_refused
}

# A flow that a flowtable forwards meets the policy that comes then, and stays out of it.
test_forwarded_flow_in_a_flowtable() {
	flowtable_begin
	traffic flood_start "$HA@10.1.0.2" "$HB@10.2.0.2" 100
	wait_until 30 offloaded
	protect_nets espah espah
	wire_watch "$A@veth0" "$B@veth0"
	traffic flood_sent 1000
	! offloaded || fail "a flowtable has a protected flow"
	flood_end
	some received
	rules "$A" </dev/null
}

# A machine boots: before anything else, what no policy speaks of is blocked, and then come the link, and
# packets, and in the end what was saved.
test_machine_boots() {
	local ns

	protect_pair espah espah transport
	for ns in A B; do
		espah -n "${!ns}" --show-keys save all >"$scratch/$ns"
	done
	ip -n "$A" link set veth0 down
	unprotect
	module_unload
	module_load
	espah -n "$A" policy setdefault in block out block fwd block
	ip -n "$A" link set veth0 up
	flood_begin
	espah -n "$B" restore "$scratch/B" >/dev/null
	traffic flood_sent 100
	espah -n "$A" restore "$scratch/A" >/dev/null
	wait_until 60 arrives_again
	flood_end
	some received
	some refused
}

ns_pair A B
hosts_behind
traffic_start
run_tests "$@"
