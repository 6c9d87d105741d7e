#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Whatever shape a packet has in memory (segments to be cut, pages of a file, a clone), it arrives intact.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/traffic.sh"

TRACING=/sys/kernel/tracing

# offloads FEATURE on|off ...: at both ends of the wire.
offloads() {
	local ns

	for ns in "$A" "$B"; do
		in_ns "$ns" ethtool -K veth0 "$@" >/dev/null
	done
}

# A transfer each way under protection, in both modes.
transfers() {
	local mode

	for mode in transport tunnel; do
		protect_pair espah espah "$mode"
		counters_save "$A"
		counters_save "$B"
		wire_watch "$A@veth0" "$B@veth0"
		traffic tcp "$A@10.9.0.1" "$B@10.9.0.2" 300000
		traffic udp "$A@10.9.0.1" "$B@10.9.0.2" 0 1 1400 4000
		wire_protected
		only_counters "$A" in-ok out-ok out-too-big
		only_counters "$B" in-ok out-ok out-too-big
		assert_agree "$A" espah "$B" espah
	done
}

test_segmentation_and_checksum_offload_on() {
	offloads tx on tso on gso on gro off
	transfers
}

test_segmentation_offload_off() {
	offloads tx on tso off gso off gro off
	transfers
}

test_checksum_offload_off() {
	offloads tx off gro off
	transfers
}

test_receive_coalescing() {
	offloads tx on tso on gso on gro on
	transfers
}

# The longest packet that enters a stack meanwhile: longest COMMAND...
longest() {
	: >"$TRACING/trace"
	echo 1 >"$TRACING/events/net/netif_receive_skb/enable"
	"$@" >/dev/null
	echo 0 >"$TRACING/events/net/netif_receive_skb/enable"
	sed -nE 's/.* len=([0-9]+)$/\1/p' "$TRACING/trace" | sort -n | tail -n 1
}

# What was protected in segments climbs the stack in few large packets, as it does in clear.
test_coalesced_when_its_protection_is_off() {
	local mode octets

	offloads tx on tso on gso on gro on
	for mode in transport tunnel; do
		protect_pair espah espah "$mode"
		octets=$(longest traffic tcp "$A@10.9.0.1" "$B@10.9.0.2" 300000)
		[ "$octets" -gt 1500 ] || fail "in $mode mode, no packet was longer than $octets octets, which a device carries"
	done
}

# Pages of the page cache go out encrypted and stay as they are.
test_sendfile() {
	local mode

	head -c 300000 /dev/urandom >"$scratch/file"
	for mode in transport tunnel; do
		protect_pair espah espah "$mode"
		wire_watch "$A@veth0" "$B@veth0"
		traffic sendfile "$A@10.9.0.1" "$B@10.9.0.2" "$scratch/file"
		traffic sendfile "$B@10.9.0.2" "$A@10.9.0.1" "$scratch/file"
		wire_protected
	done
}

test_zerocopy() {
	local mode

	for mode in transport tunnel; do
		protect_pair espah espah "$mode"
		wire_watch "$A@veth0" "$B@veth0"
		traffic zerocopy "$A@10.9.0.1" "$B@10.9.0.2" 300000
		wire_protected
	done
}

# A capture on each device holds a clone of every packet while it is worked on.
test_clones() {
	local mode ns

	for ns in "$A" "$B"; do
		ip netns exec "$ns" tcpdump -i veth0 -U -s 0 -w "$scratch/$ns.pcap" esp 2>"$scratch/$ns.said" &
		wait_until 60 grep -q 'listening on' "$scratch/$ns.said"
	done
	head -c 300000 /dev/urandom >"$scratch/file"
	for mode in transport tunnel; do
		protect_pair espah espah "$mode"
		wire_watch "$A@veth0" "$B@veth0"
		traffic udp "$A@10.9.0.1" "$B@10.9.0.2" 0 1 1400 4000
		traffic tcp "$A@10.9.0.1" "$B@10.9.0.2" 300000
		traffic sendfile "$A@10.9.0.1" "$B@10.9.0.2" "$scratch/file"
		wire_protected
	done
	for ns in "$A" "$B"; do
		[ "$(stat -c %s "$scratch/$ns.pcap")" -gt 300000 ] || fail "the capture in $ns has missed packets"
	done
}

# The kernel cuts one send into datagrams, each of which is protected by itself.
test_udp_segmentation() {
	local mode

	offloads tx on gso on
	for mode in transport tunnel; do
		protect_pair espah espah "$mode"
		counters_save "$A"
		traffic segmented "$A@10.9.0.1" "$B@10.9.0.2" 1000 20
		traffic segmented "$A@10.9.0.1" "$B@10.9.0.2" 33 40
		assert_counter_diff "$A" out-ok 60
	done
}

# Packets that were never in one piece: forwarded, and gathered by connection tracking.
test_gathered_fragments() {
	in_ns "$A" nft 'add table ip track; add chain ip track pre { type filter hook prerouting priority 0; };
		add rule ip track pre ct state invalid drop'
	protect_nets espah espah
	wire_watch "$A@veth0" "$B@veth0"
	traffic udp "$HA@10.1.0.2" "$HB@10.2.0.2" 2000 4000 20000
	traffic udp "$HB@10.2.0.2" "$HA@10.1.0.2" 2000 4000 20000
	wire_protected
	in_ns "$A" nft delete table ip track
}

ns_pair A B
hosts_behind
traffic_start
run_tests "$@"
