#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What was found for a packet is known of the next one that looks like it, as long as it is what
# would be found; and whoever wants to see what arrives sees it.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/traffic.sh"

TRACING=/sys/kernel/tracing
FROM=10.9.0.1 TO=10.9.0.2
FROM6=fd00:9::1 TO6=fd00:9::2
ENCAP='encap espinudp 4500 4500 0.0.0.0'

setup() {
	traffic_setup
	unprotect
	rules "$A" </dev/null
	rules "$B" </dev/null
}

# door NS [PORT [judged]]: a socket there takes ESP out of UDP, as long as the test runs; sets $door.
door() {
	local log=$scratch/encap-$1-${2-4500}

	# One that was there before has said the same.
	: >"$log"
	ip netns exec "$1" encap "${2-4500}" 4 "${@:3}" >>"$log" 2>&1 &
	door=$!
	wait_until 60 grep -q ready "$log"
}

# in_udp MODE: what passes between $A and $B is in ESP in UDP; $B's socket is $door.
in_udp() {
	local numbers=$ENCAP

	door "$A"
	door "$B"
	protect_pair espah espah "$1"
}

# over_ipv6: what passes between $A and $B is in a tunnel over IPv6.
over_ipv6() {
	local numbers='flag af-unspec' outer_a=$FROM6 outer_b=$TO6

	ip -n "$A" addr replace "$FROM6/64" dev veth0 nodad
	ip -n "$B" addr replace "$TO6/64" dev veth0 nodad
	protect_pair espah espah tunnel
}

send() {
	traffic udp "$A@$FROM" "$B@$TO" 333 >/dev/null
}

# ends HOW: a datagram does not arrive.
ends() {
	assert_attempt "$1" "$A@$FROM" "$B@$TO"
}

# How often the IP layer has delivered a datagram of send() and the answer, protected or not.
delivered() {
	printf 'p:espah_delivered %s\n' ip_local_deliver >"$TRACING/kprobe_events"
	printf 'p:espah_delivered6 %s\n' ip6_input >>"$TRACING/kprobe_events"
	: >"$TRACING/trace"
	echo 1 >"$TRACING/events/kprobes/enable"
	send
	echo 0 >"$TRACING/events/kprobes/enable"
	grep -cE 'espah_delivered6?:' "$TRACING/trace" || true
	: >"$TRACING/kprobe_events"
}

# What is known is forgotten whenever a route changes, and known again of the next packet.
none_delivered() {
	[ "$(delivered)" = 0 ]
}

# known: a packet is known, so that the next one is taken early.
known() {
	send
	wait_until 60 none_delivered
}

taken_early() {
	local mode

	for mode in transport tunnel; do
		protect_pair espah espah "$mode"
		known
		unprotect
	done
}

test_taken_early() {
	taken_early
}

test_udp_taken_early() {
	local numbers=$ENCAP

	door "$A"
	door "$B"
	taken_early
}

test_taken_early_over_ipv6() {
	over_ipv6
	known
}

# Some datagrams: each CPU knows what it has seen itself.
send_some() {
	send
	send
	send
}

# listener HOOK [MATCH [FAMILY]]: one that listens at HOOK of $B counts what is protected.
listener() {
	rules "$B" <<-END
		table ${3:-ip} filter {
			counter seen {}
			chain c {
				type filter hook $1 priority 0;
				${2:-meta l4proto esp} counter name seen
			}
		}
	END
}

test_firewall_sees_what_is_protected() {
	local hook mode

	for mode in transport tunnel; do
		protect_pair espah espah "$mode"
		known
		for hook in prerouting input; do
			listener "$hook"
			send_some
			assert_eq "$(packets "$B" seen)" 3 "packets of ESP that $hook has seen, in $mode mode"
			rules "$B" </dev/null
		done
		unprotect
	done
}

test_firewall_sees_udp() {
	local hook

	in_udp tunnel
	known
	for hook in prerouting input; do
		listener "$hook" 'udp dport 4500'
		send_some
		assert_eq "$(packets "$B" seen)" 3 "datagrams with ESP that $hook has seen"
		rules "$B" </dev/null
	done
}

test_firewall_sees_it_over_ipv6() {
	local hook

	over_ipv6
	known
	for hook in prerouting input; do
		listener "$hook" 'meta l4proto esp' ip6
		send_some
		assert_eq "$(packets "$B" seen ip6)" 3 "packets of ESP that $hook has seen"
		rules "$B" </dev/null
	done
}

test_raw_sockets_see_it_over_ipv6() {
	over_ipv6
	known
	assert_eq "$(traffic raw "$A@$FROM" "$B@$TO" 50 - 6)" seen=True "what a raw socket of ESP sees"
}

test_raw_sockets_see_udp() {
	in_udp tunnel
	known
	assert_eq "$(traffic raw "$A@$FROM" "$B@$TO" 17 4500)" seen=True "what a raw socket of UDP sees"
}

test_raw_sockets_see_it() {
	local number

	protect_pair espah espah tunnel
	for number in 50 17; do
		known
		assert_eq "$(traffic raw "$A@$FROM" "$B@$TO" "$number")" seen=True \
			"what a raw socket of protocol $number sees"
	done
}

# Not to this host any more, though its neighbour thinks so.
test_address_goes() {
	local mac

	protect_nets espah espah
	mac=$(in_ns "$B" cat /sys/class/net/veth0/address)
	ip -n "$A" neigh replace 10.9.0.2 lladdr "$mac" dev veth0 nud permanent
	assert_attempt arrived "$HA@10.1.0.2" "$HB@10.2.0.2"
	ip -n "$B" addr del 10.9.0.2/24 dev veth0
	assert_attempt lost "$HA@10.1.0.2" "$HB@10.2.0.2"
	ip -n "$B" -b - <<-END
		addr add 10.9.0.2/24 dev veth0
		route replace 10.1.0.0/24 via 10.9.0.1
	END
	assert_attempt arrived "$HA@10.1.0.2" "$HB@10.2.0.2"
	ip -n "$A" neigh del 10.9.0.2 dev veth0
}

# Of a tunnel's end, whose neighbour thinks that it is there.
test_address_goes_over_ipv6() {
	local mac

	over_ipv6
	mac=$(in_ns "$B" cat /sys/class/net/veth0/address)
	ip -n "$A" neigh replace "$TO6" lladdr "$mac" dev veth0 nud permanent
	known
	ip -n "$B" addr del "$TO6/64" dev veth0
	ends lost
	ip -n "$B" addr add "$TO6/64" dev veth0 nodad
	ip -n "$A" neigh del "$TO6" dev veth0
	send
}

# Of what is in clear, and of what comes out.
test_policy_says_something_else() {
	local policy=(src "$FROM" dst "$TO") ns dir how

	protect_pair espah espah transport
	for dir in out in; do
		ns=$A how=EPERM
		[ "$dir" = out ] || ns=$B how=lost
		send
		counters_save "$ns"
		espah -n "$ns" policy update "${policy[@]}" dir "$dir" action block
		ends "$how"
		assert_counter_diff "$ns" "$dir-policy-discard" 1
		espah -n "$ns" policy update "${policy[@]}" dir "$dir" tmpl proto esp reqid 1 mode transport
	done
	send
}

test_policy_goes_and_comes() {
	protect_pair espah espah transport
	send
	counters_save "$B"
	espah -n "$A" policy delete src "$FROM" dst "$TO" dir out
	ends lost
	assert_counter_diff "$B" in-clear 1
	espah -n "$A" policy add src "$FROM" dst "$TO" dir out tmpl proto esp reqid 1 mode transport
	send
	espah -n "$B" policy delete src "$FROM" dst "$TO" dir in
	espah -n "$B" policy add src "$FROM" dst "$TO" dir in tmpl proto esp reqid 2 mode transport
	counters_save "$B"
	ends lost
	assert_counter_diff "$B" in-policy-mismatch 1
}

test_sas_go() {
	protect_pair espah espah tunnel
	go
	over_ipv6
	go
}

# The SAs do, of $B and then of $A.
go() {
	known
	counters_save "$B"
	espah -n "$B" state flush
	ends lost
	assert_counter_diff "$B" in-unknown-spi 1
	counters_save "$A"
	espah -n "$A" state flush
	ends EPERM
	assert_counter_diff "$A" out-no-sa 1
}

test_socket_goes() {
	in_udp tunnel
	known
	kill "$door"
	wait "$door" || true
	counters_save "$B"
	ends lost
	only_counters "$B" in-clear
	assert_counter_diff "$B" in-clear 1
	door "$B"
	send
}

# One that does not take ESP out, and is for this address alone.
test_another_socket_comes() {
	in_udp tunnel
	known
	counters_save "$B"
	assert_eq "$(traffic beside "$A@$FROM" "$B@$TO" 4500)" result=lost "a datagram beside another socket"
	only_counters "$B" in-clear
	assert_counter_diff "$B" in-clear 1
	send
}

# snmp NAME: what UDP has counted in $B.
snmp() {
	# These are awk's fields.
	# shellcheck disable=SC2016
	in_ns "$B" awk -v name="$1" '
		/^Udp:/ && !at { for (at = NF; at && $at != name; at--); next }
		/^Udp:/ { print $at }' /proc/net/snmp
}

# What the policy of $B for what arrives has counted.
in_packets() {
	espah -n "$B" -j policy | jq '.[] | select(.dir == "in").packets'
}

# The one that carries it, and the one that is carried.
test_udp_is_counted() {
	local datagrams packets

	in_udp tunnel
	known
	datagrams=$(snmp InDatagrams) packets=$(in_packets)
	ends arrived
	assert_eq "$(($(snmp InDatagrams) - datagrams))" 2 "datagrams that UDP has counted"
	assert_eq "$(($(in_packets) - packets))" 2 "packets that the policy has counted"
}

# changed RULE...: $A's datagrams with ESP are changed so when they have left espah.
changed() {
	rules "$A" <<-END
		table ip filter {
			chain c {
				type filter hook postrouting priority 300;
				udp dport 4500 $*
			}
		}
	END
}

test_checksum_is_verified() {
	local wrong

	in_udp tunnel
	known
	wrong=$(snmp InCsumErrors)
	counters_save "$B"
	changed udp checksum set 0x1234
	ends lost
	rules "$A" </dev/null
	only_counters "$B"
	assert_eq "$(($(snmp InCsumErrors) - wrong))" 1 "wrong checksums that UDP has counted"
	send
}

# Where the last packet to $B came from, if that is not where its SA has the peer.
mapped() {
	espah -n "$B" -j state get src "$FROM" dst "$TO" proto esp spi 0x1100 | jq -r '.[0].mapped | "\(.src):\(.sport)"'
}

# NAT has another port for the peer, which is told; what goes to another port is not what the SA takes.
test_ports_change() {
	in_udp tunnel
	known
	changed udp sport set 4501 udp checksum set 0
	ends arrived
	assert_eq "$(mapped)" "$FROM:4501" "where the peer was seen"
	rules "$A" </dev/null
	ends arrived
	assert_eq "$(mapped)" null:null "where the peer was seen"

	door "$B" 4501
	known
	changed udp dport set 4501 udp checksum set 0
	counters_save "$B"
	ends lost
	only_counters "$B" in-encap
	assert_counter_diff "$B" in-encap 1
	rules "$A" </dev/null
}

test_xfrm_says_something_else() {
	in_udp tunnel
	known
	ip -n "$B" xfrm policy add src "$FROM" dst "$TO" proto udp dport 4500 dir in action block
	counters_save "$B"
	# The socket's own policy comes first.
	ends arrived
	kill "$door"
	wait "$door" || true
	door "$B" 4500 judged
	ends lost
	ip -n "$B" xfrm policy flush
	send
}

module_load
ns_pair A B
hosts_behind
traffic_start
# What is known is known of a CPU.
taskset -pc 0 "$MAKER_PID" >/dev/null
run_tests "$@"
