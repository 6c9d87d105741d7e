#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Packets that came out of their protection go straight on where nobody listens; whoever
# does sees them all the same, and they go where routes lead now.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/traffic.sh"

TRACING=/sys/kernel/tracing
TO_B='10.9.0.1 to 10.9.0.2'
BEHIND='10.1.0.2 to 10.2.0.2'

setup() {
	traffic_setup
	unprotect
	rules "$B" </dev/null
}

# send WAY: a datagram, so long in clear that nothing else is.
send() {
	case $1 in
	"$TO_B") traffic udp "$A@10.9.0.1" "$B@10.9.0.2" 333 ;;
	"$BEHIND") traffic udp "$HA@10.1.0.2" "$HB@10.2.0.2" 333 ;;
	esac >/dev/null
}

# How often a datagram of send() and the answer have entered a stack in clear meanwhile.
entered() {
	send "$1"
	: >"$TRACING/trace"
	echo 1 >"$TRACING/events/net/netif_receive_skb/enable"
	send "$1"
	echo 0 >"$TRACING/events/net/netif_receive_skb/enable"
	grep -c "len=$((333 + 28))\$" "$TRACING/trace" || true
}

test_straight_to_the_socket() {
	protect_pair espah espah tunnel
	assert_eq "$(entered "$TO_B")" 0 "times that packets between the ends enter a stack in clear"
}

# In clear they arrive at both gateways and both hosts, and nowhere a second time.
test_straight_on() {
	protect_nets espah espah
	assert_eq "$(entered "$BEHIND")" 4 "times that packets between hosts enter a stack in clear"
}

# One that listens at HOOK of $B counts what came through IPsec.
listener() {
	rules "$B" <<-END
		table ip filter {
			counter seen {}
			chain c {
				type filter hook $1 priority 0;
				meta secpath exists meta l4proto udp counter name seen
			}
		}
	END
}

# seen_at WAY HOOK...
seen_at() {
	local hook

	for hook in "${@:2}"; do
		listener "$hook"
		send "$1"
		assert_eq "$(packets "$B" seen)" 1 "packets with a mark that $hook has seen"
	done
	rules "$B" </dev/null
}

test_firewall_sees_what_is_for_this_host() {
	local mode

	for mode in transport tunnel; do
		protect_pair espah espah "$mode"
		send "$TO_B"
		seen_at "$TO_B" prerouting input
	done
}

test_firewall_sees_what_is_passed_on() {
	protect_nets espah espah
	send "$BEHIND"
	seen_at "$BEHIND" prerouting forward
}

# Before the IP layer is reached, too.
test_traffic_control_sees_it() {
	local said

	in_ns "$B" modprobe -qa sch_ingress cls_matchall act_gact ||
		skip "machine: this kernel has no cls_matchall"
	protect_pair espah espah tunnel
	send "$TO_B"
	in_ns "$B" tc qdisc add dev veth0 clsact
	in_ns "$B" tc filter add dev veth0 ingress matchall action pass
	said=$(entered "$TO_B")
	in_ns "$B" tc qdisc del dev veth0 clsact
	assert_eq "$said" 1 "times that packets enter the stack of $B in clear"
}

# Whether they want to see all or IPv4 alone, of one device or of all; one at a time, as each alone
# has to be noticed.
test_capture_sees_it() {
	local device protocol

	protect_pair espah espah tunnel
	for device in veth0 -; do
		for protocol in 0x0800 0x0003; do
			send "$TO_B"
			assert_eq "$(traffic captured "$A@10.9.0.1" "$B@10.9.0.2" "$device" "$protocol")" seen=True \
				"what a packet socket of protocol $protocol, bound to $device, sees"
		done
	done
}

# The kernel's own policies want to see the mark: one that asks for no protection by xfrm, but lets
# pass only what has been protected.
test_xfrm_sees_it() {
	local mode

	for mode in transport tunnel; do
		protect_pair espah espah "$mode"
		send "$TO_B"
		in_ns "$B" ip xfrm policy add src 10.9.0.1 dst 10.9.0.2 proto udp dir in \
			tmpl proto esp mode transport
		send "$TO_B"
		in_ns "$B" ip xfrm policy flush
	done
}

# A socket's own policy, likewise. A key daemon's asks for nothing.
test_socket_asks() {
	local mode

	for mode in transport tunnel; do
		protect_pair espah espah "$mode"
		send "$TO_B"
		assert_eq "$(traffic asking "$A@10.9.0.1" "$B@10.9.0.2")" result=heard \
			"what becomes of a datagram for a socket that asks for protection"
	done
	in_ns "$B" encap 4500 >"$scratch/encap" &
	wait_until 60 grep -q ready "$scratch/encap"
	assert_eq "$(entered "$TO_B")" 0 "times that packets enter a stack in clear beside a key daemon's socket"
	kill "$!"
}

# A tunnel's socket takes UDP off and hands what was inside to the IP layer, which may not know it.
test_socket_hands_back_what_was_inside() {
	modprobe -q fou || skip "machine: this kernel has no FOU"
	ip -n "$B" fou add port 7777 ipproto 1
	ip -n "$B" fou add port 7778 ipproto 252
	protect_pair espah espah tunnel
	for _ in 1 2; do
		assert_eq "$(traffic inside_udp "$A@10.9.0.1" "$B@10.9.0.2" 7777)" 'type=0 code=0' \
			"what is said of an echo request inside of UDP"
		assert_eq "$(traffic inside_udp "$A@10.9.0.1" "$B@10.9.0.2" 7778)" 'type=3 code=2' \
			"what is said of a protocol that nobody has"
	done
}

test_routes_change() {
	protect_nets espah espah
	send "$BEHIND"
	ip -n "$B" route add blackhole 10.2.0.2
	assert_attempt lost "$HA@10.1.0.2" "$HB@10.2.0.2"
	ip -n "$B" route del blackhole 10.2.0.2
	send "$BEHIND"
}

test_rules_come() {
	protect_nets espah espah
	send "$BEHIND"
	ip -n "$B" rule add ipproto udp to 10.2.0.2 blackhole
	assert_attempt lost "$HA@10.1.0.2" "$HB@10.2.0.2"
	ip -n "$B" rule del ipproto udp to 10.2.0.2 blackhole
	send "$BEHIND"
}

# What was this host's address is passed on, under a policy for that, and back.
test_address_moves() {
	protect_nets espah espah 10.1.0.0/24 10.2.0.0/24
	ip -n "$B" addr add 10.2.0.2/32 dev lo
	assert_attempt arrived "$HA@10.1.0.2" "$B@10.2.0.2"
	ip -n "$B" addr del 10.2.0.2/32 dev lo
	send "$BEHIND"
	ip -n "$B" addr add 10.2.0.2/32 dev lo
	assert_attempt arrived "$HA@10.1.0.2" "$B@10.2.0.2"
	ip -n "$B" addr del 10.2.0.2/32 dev lo
}

# Of the policies of both directions, the one speaks that is for where the packet goes.
test_directions_are_told_apart() {
	protect_nets espah espah
	espah -n "$B" policy delete src 10.1.0.0/24 dst 10.2.0.0/24 dir fwd
	espah -n "$B" policy add src 10.1.0.0/24 dst 10.2.0.0/24 dir fwd action block
	counters_save "$B"
	assert_attempt lost "$HA@10.1.0.2" "$HB@10.2.0.2"
	assert_attempt lost "$HA@10.1.0.2" "$HB@10.2.0.2"
	assert_counter_diff "$B" in-policy-discard 2
	assert_attempt arrived "$HA@10.1.0.2" "$B@10.2.0.1"
}

module_load
ns_pair A B
hosts_behind
traffic_start
run_tests "$@"
