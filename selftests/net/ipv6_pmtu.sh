#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# How large an IPv6 packet may be with its protection on, and who is told; a router with a smaller
# link is in between, and what every IPv6 link carries gets through.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/traffic.sh"

# Octets that protection adds before its padding: outer or own IPv6 header 40, ESP header
# 8, IV 8, ICV 16. What is between IV and ICV is a multiple of 4 and ends in 2 octets.
FIXED=72
# Octets of headers of a UDP datagram.
UDP=48
A6=fd00:8:1::1 B6=fd00:8:2::1
# IPv4 inside, of the same two hosts.
A4=10.9.0.1 B4=10.9.0.2

setup() {
	traffic_setup
	link_mtu 1500
	in_ns "$R" nft flush ruleset
}

# inner MODE OUTER: the largest packet that fits into OUTER octets when protected.
inner() {
	local udp=${encap:+8} room

	room=$((($2 - FIXED - ${udp:-0}) / 4 * 4 - 2))
	[ "$1" = tunnel ] || room=$((room + 40))
	echo "$room"
}

# told MODE OUTER: what a sender is told, who need not go below 1280 (RFC 8200 section 5).
told() {
	local fits

	fits=$(inner "$@")
	echo $((fits < 1280 ? 1280 : fits))
}

# router_between: $A - $R - $B, which are $A6 and $B6.
router_between() {
	R=r-$$
	ns_add "$R"
	ip -n "$R" -b - <<-END
		link add veth1 type veth peer name veth2 netns $A
		link add veth2 type veth peer name veth2 netns $B
		addr add fd00:8:1::2/64 dev veth1 nodad
		addr add fd00:8:2::2/64 dev veth2 nodad
		link set veth1 up
		link set veth2 up
	END
	in_ns "$R" sysctl -qw net.ipv6.conf.all.forwarding=1
	router_end "$A" "$A6" fd00:8:2::/64 fd00:8:1::2
	router_end "$B" "$B6" fd00:8:1::/64 fd00:8:2::2
	wait_until 30 in_ns "$A" ping -c 1 -W 1 "$B6"
}

# router_end NS ADDR THERE NEXT
router_end() {
	ip -n "$1" -b - <<-END
		link set veth2 up
		addr add $2/64 dev veth2 nodad
		route add $3 via $4
	END
}

# link_mtu N: of the link between $R and $B; and forget what routes have learnt.
link_mtu() {
	ip -n "$R" link set veth2 mtu "$1"
	ip -n "$B" link set veth2 mtu "$1"
	ip -n "$A" -6 route flush cache
	ip -n "$B" -6 route flush cache
}

# protect MODE [MINE THEIRS]: in UDP where $encap says so.
protect() {
	local mine=${2:-$A6} theirs=${3:-$B6} numbers=${encap-}

	ip -n "$A" -6 route flush cache
	new_keys
	{
		states espah "$A6" "$B6" "$1"
		policies "$A6" "$B6" "$1" "$mine" "$theirs"
	} | configure espah "$A"
	{
		states espah "$A6" "$B6" "$1"
		policies "$B6" "$A6" "$1" "$theirs" "$mine"
	} | configure espah "$B"
}

test_local_sender_is_told() {
	local mode fits

	for mode in transport tunnel; do
		protect "$mode"
		fits=$(inner "$mode" 1500)
		counters_save "$A"
		assert_probe arrived 1500 "$A@$A6" "$B@$B6" $((fits - UDP))
		assert_probe EMSGSIZE "$fits" "$A@$A6" "$B@$B6" $((fits - UDP + 1))
		assert_probe arrived "$fits" "$A@$A6" "$B@$B6" $((fits - UDP))
		assert_counter_diff "$A" out-too-big 1
		only_counters "$A" out-ok out-too-big
	done
}

# Packet Too Big speaks of the ESP packet: the SA learns from it, and who sends inside is told.
# TCP works from its first segment on, and fills what there is.
test_router_with_a_smaller_link() {
	local mode mtu round fits

	for mtu in 1400 1280; do
		for mode in transport tunnel; do
			link_mtu "$mtu"
			protect "$mode"
			for round in 1 2 3; do
				traffic watch_start "$A@veth2"
				traffic tcp "$A@$A6" "$B@$B6" 100000
				wire_protected
				[ "$round" = 1 ] || assert_field "$wire" largest "$mtu"
			done
			fits=$(told "$mode" "$mtu")
			assert_probe EMSGSIZE "$fits" "$A@$A6" "$B@$B6" $((fits - UDP + 1))
			assert_probe arrived "$fits" "$A@$A6" "$B@$B6" $((fits - UDP))
		done
	done
}

# door NS PORT: the socket that takes ESP out of UDP.
door() {
	ip netns exec "$1" encap "$2" 6 >"$scratch/encap-$1-$2" 2>&1 &
	wait_until 60 grep -q ready "$scratch/encap-$1-$2"
}

# The router tells the socket of the UDP port, who cannot do anything about it. TCP works from its
# first segment on all the same, and who sends inside is told.
test_router_and_esp_in_udp() {
	local mode mtu port encap fits

	for port in 4500 7000; do
		door "$A" "$port"
		door "$B" "$port"
		encap="encap espinudp $port $port ::"
		for mode in transport tunnel; do
			for mtu in 1400 1280; do
				link_mtu "$mtu"
				protect "$mode"
				counters_save "$B"
				traffic tcp "$A@$A6" "$B@$B6" 100000
				fits=$(told "$mode" "$mtu")
				assert_probe EMSGSIZE "$fits" "$A@$A6" "$B@$B6" $((fits - UDP + 1))
				assert_probe arrived "$fits" "$A@$A6" "$B@$B6" $((fits - UDP))
				only_counters "$B" in-ok out-ok out-too-big
			done
		done
	done
	protect tunnel "$A4" "$B4"
	traffic tcp "$A@$A4" "$B@$B4" 100000
}

# forge SPI SEQ MTU SPORT DPORT: a router's message, which anybody could send.
forge() {
	traffic icmp6_too_big "$R" fd00:8:1::2 "$A6" "$B6" "${@:1:3}" "udp:$4:$5"
}

# forgotten OCTETS: a datagram so large gets through again.
forgotten() {
	[ "$(traffic probe "$A@$A6" "$B@$B6" "$1")" = 'result=arrived mtu=1500' ]
}

# It has to quote what was sent, from the ports that it was sent from; and is forgotten as by the IP layer.
test_forged_messages_about_esp_in_udp() {
	local mode fits encap='encap espinudp 4500 4500 ::'

	door "$A" 4500
	door "$B" 4500
	in_ns "$A" sysctl -qw net.ipv6.route.mtu_expires=2
	for mode in transport tunnel; do
		protect "$mode"
		fits=$(($(inner "$mode" 1500) - UDP))
		assert_probe arrived 1500 "$A@$A6" "$B@$B6" "$fits"
		forge 0x1100 1 1300 4500 4501
		forge 0x1100 1 1300 4501 4500
		forge 0x1101 1 1300 4500 4500
		forge 0x1100 0xffff 1300 4500 4500
		forge 0x1100 1 1279 4500 4500
		traffic icmp6_too_big "$R" fd00:8:1::2 "$A6" "$B6" 0x1100 1 1300 udp:4500:4500 12
		traffic icmp6_too_big "$R" fd00:8:1::2 "$A6" "$B6" 0x1100 1 1300 udp:4500:4500 7
		traffic icmp6_too_big "$R" fd00:8:1::2 "$A6" "$B6" 0x1100 1 1300 esp
		# The socket's route has learnt all of that.
		ip -n "$A" -6 route flush cache
		assert_probe arrived 1500 "$A@$A6" "$B@$B6" "$fits"
		forge 0x1100 1 1300 4500 4500
		ip -n "$A" -6 route flush cache
		assert_probe EMSGSIZE "$(told "$mode" 1300)" "$A@$A6" "$B@$B6" "$fits"
		wait_until 60 forgotten "$fits"
	done
	in_ns "$A" sysctl -qw net.ipv6.route.mtu_expires=600
}

# The same of IPv4 inside, which may be made smaller than 1280.
test_ipv4_inside() {
	local mtu ns

	# What a test before has learnt would have TCP never try what is too large.
	for ns in "$A" "$B"; do
		ip -n "$ns" route flush cache
	done
	for mtu in 1400 1280; do
		link_mtu "$mtu"
		protect tunnel "$A4" "$B4"
		traffic tcp "$A@$A4" "$B@$B4" 100000
		traffic watch_start "$A@veth2"
		traffic tcp "$A@$A4" "$B@$B4" 100000
		traffic udp "$A@$A4" "$B@$B4" 1472 8000
		wire_protected
		assert_field "$wire" largest "$mtu"
		assert_field "$wire" fragments 0
	done
}

# A router that never says why: TCP looks for the size by itself where it is allowed to (RFC 4821),
# and what is small enough is not held up.
test_router_that_says_nothing() {
	local mode

	in_ns "$R" nft 'add table ip6 mute; add chain ip6 mute out { type filter hook output priority 0; };
		add rule ip6 mute out icmpv6 type packet-too-big drop'
	in_ns "$A" sysctl -qw net.ipv4.tcp_mtu_probing=2
	in_ns "$A" sysctl -qw net.ipv4.tcp_base_mss=1000
	for mode in transport tunnel; do
		link_mtu 1400
		protect "$mode"
		traffic tcp "$A@$A6" "$B@$B6" 100000
		assert_attempt arrived "$A@$A6" "$B@$B6" $(($(inner "$mode" 1400) - UDP))
	done
	in_ns "$A" sysctl -qw net.ipv4.tcp_mtu_probing=0
	in_ns "$A" sysctl -qw net.ipv4.tcp_base_mss=1024
}

# gets_through OCTETS: routers forget what they say is too large.
gets_through() {
	[ "$(traffic attempt "$A@$A6" "$B@$B6" "$1")" = result=arrived ]
}

# Who leaves fragmenting to the IP layer: in tunnel mode done before protection, as the sender does.
test_datagrams_larger_than_any_link() {
	local mtu

	for mtu in 1500 1400; do
		link_mtu "$mtu"
		protect tunnel
		wait_until 60 gets_through 1453
		traffic watch_start "$A@veth2"
		traffic udp "$A@$A6" "$B@$B6" 1453 8000 60000
		wire_protected
		assert_field "$wire" fragments 0
		[ "$(field largest "$wire")" -le "$mtu" ] || fail "an ESP packet is too large: $wire"
	done
	protect transport
	wait_until 60 gets_through 1453
	traffic udp "$A@$A6" "$B@$B6" 8000 60000
}

ns_pair A B
router_between
traffic_start
run_tests "$@"
