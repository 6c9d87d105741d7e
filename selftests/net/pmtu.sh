#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A packet that is too large with its protection on: its sender is told, with the right size.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/traffic.sh"

# Octets that protection adds before its padding: outer or own IP header 20, ESP header
# 8, IV 8, ICV 16. What is between IV and ICV is a multiple of 4 and ends in 2 octets.
FIXED=52
UDP=28

# inner MODE OUTER: the largest packet that fits into OUTER octets when protected.
inner() {
	local udp=${encap:+8} room

	room=$((($2 - FIXED - ${udp:-0}) / 4 * 4 - 2))
	[ "$1" = tunnel ] || room=$((room + 20))
	echo "$room"
}

setup() {
	traffic_setup
	wire_mtu 1500
}

# wire_mtu N: of the wire between $A and $B; and forget what routes have learnt.
wire_mtu() {
	local ns

	for ns in "$A" "$B"; do
		ip -n "$ns" -b - <<-END
			link set veth0 mtu $1
			route flush cache
		END
	done
	for ns in "$HA" "$HB"; do
		ip -n "$ns" route flush cache
	done
}

# With DF, an octet too many is refused, and no octet less; round after round.
test_local_sender_is_told() {
	local mode mtu fits round

	while read -r mode mtu; do
		wire_mtu "$mtu"
		protect_pair espah espah "$mode"
		fits=$(inner "$mode" "$mtu")
		counters_save "$A"
		assert_probe arrived "$mtu" "$A@10.9.0.1" "$B@10.9.0.2" $((fits - UDP))
		for round in 1 2 3; do
			assert_probe EMSGSIZE "$fits" "$A@10.9.0.1" "$B@10.9.0.2" $((fits - UDP + 1))
			assert_probe arrived "$fits" "$A@10.9.0.1" "$B@10.9.0.2" $((fits - UDP))
		done
		# From the second round on the route knows.
		assert_counter_diff "$A" out-too-big 1
		assert_counter_diff "$A" out-ok $((round + 1))
		only_counters "$A" out-ok out-too-big
	done <<-END
		transport 1500
		tunnel 1500
		tunnel 1281
		transport 1280
	END
}

# A socket that has not asked for DF learns the size, and its datagram still gets through.
test_sender_that_has_not_asked_is_not_refused() {
	wire_mtu 1500
	protect_pair espah espah transport
	counters_save "$A"
	assert_attempt arrived "$A@10.9.0.1" "$B@10.9.0.2" $((1500 - UDP))
	only_counters "$A" out-ok
}

test_forwarded_sender_is_told() {
	local fits mtu

	for mtu in 1500 1280; do
		wire_mtu "$mtu"
		protect_nets espah espah
		fits=$(inner tunnel "$mtu")
		counters_save "$A"
		assert_probe arrived 1500 "$HA@10.1.0.2" "$HB@10.2.0.2" $((fits - UDP))
		assert_probe lost "$fits" "$HA@10.1.0.2" "$HB@10.2.0.2" $((fits - UDP + 1))
		assert_probe EMSGSIZE "$fits" "$HA@10.1.0.2" "$HB@10.2.0.2" $((fits - UDP + 1))
		assert_probe arrived "$fits" "$HA@10.1.0.2" "$HB@10.2.0.2" $((fits - UDP))
		assert_counter_diff "$A" out-too-big 1
		only_counters "$A" out-ok out-too-big
	done
}

# The packet bears the gateway's address by now; the host behind it must be told,
# and not only from its second packet on.
test_masqueraded_sender_is_told() {
	local mode fits

	for mode in transport tunnel; do
		wire_mtu 1500
		protect_pair espah espah "$mode"
		in_ns "$A" nft 'add table ip hide; add chain ip hide post { type nat hook postrouting priority srcnat; };
			add rule ip hide post ip saddr 10.1.0.0/24 masquerade'
		fits=$(inner "$mode" 1500)
		assert_probe lost "$fits" "$HA@10.1.0.2" "$B@10.9.0.2" $((fits - UDP + 1))
		assert_probe arrived "$fits" "$HA@10.1.0.2" "$B@10.9.0.2" $((fits - UDP))
		in_ns "$A" nft delete table ip hide
	done
}

# Inner and outer packet share a route here. TCP must not stand still, fill its
# packets to the last octet, and not shrink them from connection to connection.
test_tcp_between_hosts() {
	local mode mtu round

	for mtu in 1500 1280; do
		for mode in transport tunnel; do
			wire_mtu "$mtu"
			protect_pair espah espah "$mode"
			for round in 1 2 3; do
				wire_watch "$A@veth0" "$B@veth0"
				traffic tcp "$A@10.9.0.1" "$B@10.9.0.2" $((round == 1 ? BULK / 2 : 30000))
				wire_protected
				assert_field "$wire" largest "$mtu"
			done
		done
	done
}

test_tcp_between_networks() {
	local mtu

	for mtu in 1500 1280; do
		wire_mtu "$mtu"
		protect_nets espah espah
		wire_watch "$A@veth0" "$B@veth0"
		traffic tcp "$HA@10.1.0.2" "$HB@10.2.0.2" $((BULK / 2))
		wire_protected
		assert_field "$wire" largest "$mtu"
	done
}

# Without DF a packet is fragmented: in tunnel mode before it is protected (RFC 4301 section
# 8.2.1), so that no protected packet is a fragment, and each of them fits.
test_udp_without_df_in_a_tunnel() {
	local mtu

	for mtu in 1500 1280; do
		wire_mtu "$mtu"
		protect_pair espah espah tunnel
		counters_save "$A"
		counters_save "$B"
		wire_watch "$A@veth0" "$B@veth0"
		traffic udp "$A@10.9.0.1" "$B@10.9.0.2" 1473 8000 65507
		wire_protected
		assert_field "$wire" fragments 0
		[ "$(field largest "$wire")" -le "$mtu" ] || fail "an ESP packet is too large: $wire"
		only_counters "$A" out-ok in-ok
		only_counters "$B" out-ok in-ok
	done
}

# In transport mode after that: no header can name more than 65,535 octets.
test_udp_without_df_in_transport_mode() {
	local fits

	fits=$(inner transport 65535)
	protect_pair espah espah transport
	wire_watch "$A@veth0" "$B@veth0"
	traffic udp "$A@10.9.0.1" "$B@10.9.0.2" 1473 8000 $((fits - UDP))
	wire_protected
	[ "$(field fragments "$wire")" -gt 0 ] || fail "nothing was fragmented: $wire"
	counters_save "$A"
	assert_attempt EMSGSIZE "$A@10.9.0.1" "$B@10.9.0.2" $((fits - UDP + 1))
	assert_attempt EMSGSIZE "$A@10.9.0.1" "$B@10.9.0.2" 65507
	assert_counter_diff "$A" out-too-big 2
	only_counters "$A" out-too-big
	traffic udp "$A@10.9.0.1" "$B@10.9.0.2" 0 1400 8000
}

# raw_fragment NS SRC DST: send the first octets of a larger packet.
raw_fragment() {
	in_ns "$1" python3 -I -S -c '
import socket, struct, sys
src, dst = map(socket.inet_aton, sys.argv[1:])
more = 0x2000
packet = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 36, 1, more, 64, 17, 0, src, dst) + bytes(16)
with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as raw:
    raw.sendto(packet, (sys.argv[2], 0))' "$2" "$3"
}

# RFC 4303 section 3.3.4: in transport mode whole packets are protected, in tunnel mode fragments too.
test_fragment_that_a_process_makes() {
	protect_pair espah espah transport
	counters_save "$A"
	raw_fragment "$A" 10.9.0.1 10.9.0.2
	assert_counter_diff "$A" out-fragment 1
	only_counters "$A" out-fragment
	protect_pair espah espah tunnel
	counters_save "$A"
	raw_fragment "$A" 10.9.0.1 10.9.0.2
	assert_counter_diff "$A" out-ok 1
	only_counters "$A" out-ok
}

# --- a router between the two ------------------------------------------------

# $A (10.8.1.1) - $R - $B (10.8.2.1), with so large a link between $R and $B.
router_between() {
	R=r-$$
	ns_add "$R"
	ip -n "$R" -b - <<-END
		link add veth1 type veth peer name veth2 netns $A
		link add veth2 type veth peer name veth2 netns $B
		addr add 10.8.1.2/24 dev veth1
		addr add 10.8.2.2/24 dev veth2
		link set veth1 up
		link set veth2 up
	END
	router_end "$A" 10.8.1.1 10.8.2.0/24 10.8.1.2
	router_end "$B" 10.8.2.1 10.8.1.0/24 10.8.2.2
	in_ns "$R" sysctl -qw net.ipv4.ip_forward=1
	wait_until 30 in_ns "$A" ping -c 1 -W 1 10.8.2.1
}

# router_end NS ADDR THERE NEXT
router_end() {
	ip -n "$1" -b - <<-END
		addr add $2/24 dev veth2
		link set veth2 up
		route add $3 via $4
	END
}

# link_mtu N: of the link between $R and $B.
link_mtu() {
	ip -n "$R" link set veth2 mtu "$1"
	ip -n "$B" link set veth2 mtu "$1"
}

# protect_routed MODE: in UDP where $encap says so.
protect_routed() {
	local numbers=${encap-}

	ip -n "$A" route flush cache
	new_keys
	{
		states espah 10.8.1.1 10.8.2.1 "$1"
		policies 10.8.1.1 10.8.2.1 "$1" 10.8.1.1 10.8.2.1
	} | configure espah "$A"
	{
		states espah 10.8.1.1 10.8.2.1 "$1"
		policies 10.8.2.1 10.8.1.1 "$1" 10.8.2.1 10.8.1.1
	} | configure espah "$B"
}

# Its message speaks of the ESP packet; the SA learns from it.
test_router_with_a_smaller_link() {
	local mode round

	link_mtu 1400
	for mode in transport tunnel; do
		protect_routed "$mode"
		for round in 1 2 3; do
			traffic watch_start "$A@veth2"
			traffic tcp "$A@10.8.1.1" "$B@10.8.2.1" 100000
			wire_protected
			[ "$round" = 1 ] || assert_field "$wire" largest 1400
		done
		assert_probe arrived "$(inner "$mode" 1400)" "$A@10.8.1.1" "$B@10.8.2.1" \
			$(($(inner "$mode" 1400) - UDP))
	done
	link_mtu 1500
}

# forge SPI SEQ MTU: a router's message, which anybody could send.
forge() {
	traffic icmp_too_big "$R" 10.8.1.2 10.8.1.1 10.8.2.1 "$@"
}

test_forged_messages_are_ignored() {
	local mode fits

	for mode in transport tunnel; do
		protect_routed "$mode"
		fits=$(($(inner "$mode" 1500) - UDP))
		assert_probe arrived 1500 "$A@10.8.1.1" "$B@10.8.2.1" "$fits"
		forge 0x1100 2 1000
		forge 0x1100 0x7fffffff 1000
		forge 0x1100 0xffffffff 1000
		forge 0x1100 0 1000
		forge 0x1101 1 1000
		forge 0x1100 1 0
		assert_probe arrived 1500 "$A@10.8.1.1" "$B@10.8.2.1" "$fits"
		# This one quotes what was sent, so the router is believed.
		forge 0x1100 2 1000
		assert_probe EMSGSIZE "$(inner "$mode" 1000)" "$A@10.8.1.1" "$B@10.8.2.1" "$fits"
	done
}

# A size so small that it would be an attack is taken for 552, as by the IP layer. What
# is left for the inner packet cannot be told by a route, which knows no less than 552.
test_message_with_tiny_size() {
	local fits mtu

	fits=$(($(inner tunnel 552) - UDP))
	for mtu in 551 68 1; do
		protect_routed tunnel
		assert_attempt arrived "$A@10.8.1.1" "$B@10.8.2.1"
		forge 0x1100 1 "$mtu"
		assert_probe EMSGSIZE 552 "$A@10.8.1.1" "$B@10.8.2.1" $((fits + 1))
		assert_probe arrived 552 "$A@10.8.1.1" "$B@10.8.2.1" "$fits"
	done
}

# forgotten OCTETS: a datagram so large gets through again.
forgotten() {
	[ "$(traffic probe "$A@10.8.1.1" "$B@10.8.2.1" "$1")" = 'result=arrived mtu=1500' ]
}

# RFC 4301 section 8.2.2: how long a router is believed is for the administrator to say.
test_belief_ends_with_that_of_the_ip_layer() {
	local fits

	fits=$(($(inner tunnel 1500) - UDP))
	in_ns "$A" sysctl -qw net.ipv4.route.mtu_expires=2
	protect_routed tunnel
	assert_probe arrived 1500 "$A@10.8.1.1" "$B@10.8.2.1" "$fits"
	forge 0x1100 1 1000
	wait_until 60 forgotten "$fits"
	in_ns "$A" sysctl -qw net.ipv4.route.mtu_expires=600
}

# And so is, by section 6.1.1, down to which size.
test_least_size_is_that_of_the_ip_layer() {
	local fits

	fits=$(($(inner tunnel 1500) - UDP))
	in_ns "$A" sysctl -qw net.ipv4.route.min_pmtu=1000
	protect_routed tunnel
	assert_probe arrived 1500 "$A@10.8.1.1" "$B@10.8.2.1" "$fits"
	forge 0x1100 1 600
	# What the route is told is no less either.
	assert_probe EMSGSIZE 1000 "$A@10.8.1.1" "$B@10.8.2.1" "$fits"
	assert_probe arrived 1000 "$A@10.8.1.1" "$B@10.8.2.1" $(($(inner tunnel 1000) - UDP))
	in_ns "$A" sysctl -qw net.ipv4.route.min_pmtu=552
}

# door NS: the socket that takes ESP out of UDP.
door() {
	ip netns exec "$1" encap 4500 >"$scratch/encap-$1" 2>&1 &
	wait_until 60 grep -q ready "$scratch/encap-$1"
}

# Behind NAT there is no DF unless somebody has asked for it: routers make fragments of what is too
# large for them, and nobody has to be told.
test_router_and_esp_in_udp() {
	local mode fits encap='encap espinudp 4500 4500 0.0.0.0'

	door "$A"
	door "$B"
	link_mtu 1400
	for mode in transport tunnel; do
		protect_routed "$mode"
		counters_save "$B"
		traffic tcp "$A@10.8.1.1" "$B@10.8.2.1" 100000
		fits=$(($(inner "$mode" 1500) - UDP))
		assert_probe arrived 1500 "$A@10.8.1.1" "$B@10.8.2.1" "$fits"
		only_counters "$B" in-ok out-ok out-too-big
	done
	link_mtu 1500
}

# With DF the router's message is about a UDP datagram, and the SA learns from it all the same.
test_router_and_esp_in_udp_with_df() {
	local round fits encap='encap espinudp 4500 4500 0.0.0.0 df set'

	door "$A"
	door "$B"
	link_mtu 1400
	protect_routed tunnel
	for round in 1 2; do
		traffic tcp "$A@10.8.1.1" "$B@10.8.2.1" 100000
	done
	fits=$(($(inner tunnel 1400) - UDP))
	assert_probe EMSGSIZE $((fits + UDP)) "$A@10.8.1.1" "$B@10.8.2.1" $((fits + 1))
	assert_probe arrived $((fits + UDP)) "$A@10.8.1.1" "$B@10.8.2.1" "$fits"
	link_mtu 1500
}

# forge_in_udp SPI SEQ MTU SPORT DPORT [OCTETS]
forge_in_udp() {
	traffic icmp_too_big "$R" 10.8.1.2 10.8.1.1 10.8.2.1 "${@:1:3}" "udp:$4:$5" "${6:-16}"
}

test_forged_messages_about_esp_in_udp() {
	local fits encap='encap espinudp 4500 4500 0.0.0.0 df set'

	door "$A"
	door "$B"
	protect_routed tunnel
	fits=$(($(inner tunnel 1500) - UDP))
	assert_probe arrived 1500 "$A@10.8.1.1" "$B@10.8.2.1" "$fits"
	forge_in_udp 0x1100 1 1000 4500 4501
	forge_in_udp 0x1100 1 1000 4501 4500
	forge_in_udp 0x1101 1 1000 4500 4500
	forge_in_udp 0x1100 0xffff 1000 4500 4500
	forge_in_udp 0x1100 1 0 4500 4500
	forge_in_udp 0x1100 1 1000 4500 4500 15
	forge_in_udp 0x1100 1 1000 4500 4500 7
	forge 0x1100 1 1000
	in_ns "$A" sysctl -qw net.ipv4.ip_no_pmtu_disc=1
	forge_in_udp 0x1100 1 1000 4500 4500
	in_ns "$A" sysctl -qw net.ipv4.ip_no_pmtu_disc=0
	# The socket's route has learnt some of that.
	ip -n "$A" route flush cache
	assert_probe arrived 1500 "$A@10.8.1.1" "$B@10.8.2.1" "$fits"
	forge_in_udp 0x1100 2 1000 4500 4500
	ip -n "$A" route flush cache
	assert_probe EMSGSIZE "$(inner tunnel 1000)" "$A@10.8.1.1" "$B@10.8.2.1" "$fits"
}

ns_pair A B
hosts_behind
router_between
traffic_start
run_tests "$@"
