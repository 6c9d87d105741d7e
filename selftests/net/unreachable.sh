#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What routers say of packets that come to nothing is counted by what it is, for the SA too, and
# changes nothing: anybody could send such a message.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/traffic.sh"

# shellcheck disable=SC2034 # used by name
A4=10.8.1.1 B4=10.8.2.1 R4=10.8.1.2 A6=fd00:8:1::1 B6=fd00:8:2::1 R6=fd00:8:1::2

# $A - $R - $B, which forwards both families, and answers as often as there is reason to.
router_between() {
	R=r-$$
	ns_add "$R"
	ip -n "$R" -b - <<-END
		link add veth1 type veth peer name veth2 netns $A
		link add veth2 type veth peer name veth2 netns $B
		addr add $R4/24 dev veth1
		addr add 10.8.2.2/24 dev veth2
		addr add $R6/64 dev veth1 nodad
		addr add fd00:8:2::2/64 dev veth2 nodad
		link set veth1 up
		link set veth2 up
	END
	in_ns "$R" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \
		net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
	router_end "$A" "$A4" "$A6" 10.8.2.0/24 fd00:8:2::/64 "$R4" "$R6"
	router_end "$B" "$B4" "$B6" 10.8.1.0/24 fd00:8:1::/64 10.8.2.2 fd00:8:2::2
	wait_until 30 in_ns "$A" ping -c 1 -W 1 "$B4"
	wait_until 30 in_ns "$A" ping -c 1 -W 1 "$B6"
}

# router_end NS ADDR4 ADDR6 THERE4 THERE6 NEXT4 NEXT6
router_end() {
	ip -n "$1" -b - <<-END
		link set veth2 up
		addr add $2/24 dev veth2
		addr add $3/64 dev veth2 nodad
		route add $4 via $6
		route add $5 via $7
	END
}

# protect FAMILY [WORDS]: a tunnel between $A and $B, whose SAs say this besides.
protect() {
	local a=A$1 b=B$1 numbers=${2-}

	new_keys
	[ "$proto" = esp ] || new_auth 'hmac(sha256)' 32 128
	{
		states espah "${!a}" "${!b}" tunnel
		policies "${!a}" "${!b}" tunnel "${!a}" "${!b}"
	} | configure espah "$A"
	{
		states espah "${!a}" "${!b}" tunnel
		policies "${!b}" "${!a}" tunnel "${!b}" "${!a}"
	} | configure espah "$B"
}

# said FAMILY COUNTER: a packet is lost, and this is all that is counted.
said() {
	local a=A$1 b=B$1

	counters_save "$A"
	assert_attempt lost "$A@${!a}" "$B@${!b}"
	assert_counter_diff "$A" out-ok 1
	assert_counter_diff "$A" "$2" 1
	only_counters "$A" out-ok "$2"
	[[ $(espah -n "$A" -s state) == *"$2 1"* ]] || fail "the SA does not have $2: $(espah -n "$A" -s state)"
}

# goes_on FAMILY: with the same SAs.
goes_on() {
	local a=A$1 b=B$1

	counters_save "$A"
	assert_attempt arrived "$A@${!a}" "$B@${!b}"
	only_counters "$A" out-ok in-ok
}

# route FAMILY TYPE COUNTER: $R has such a route to $B.
route() {
	local b=B$1

	ip -n "$R" route add "$2" "${!b}"
	said "$1" "$3"
	ip -n "$R" route del "$2" "${!b}"
	goes_on "$1"
}

# refuse FAMILY WITH COUNTER: a filter of $R's says so.
refuse() {
	rules "$R" <<-END
		table inet filter {
			chain forward {
				type filter hook forward priority filter;
				iifname veth1 reject with $2
			}
		}
	END
	said "$1" "$3"
	rules "$R" </dev/null
	goes_on "$1"
}

# of_each_kind FAMILY [WORDS]: what routers say of packets of SAs that say this besides.
of_each_kind() {
	local reject=icmp

	[ "$1" = 4 ] || reject=icmpv6
	protect "$@"
	route "$1" unreachable icmp-unreachable
	route "$1" prohibit icmp-prohibited
	# netfilter takes AH over IPv6 for a broken packet, and is silent.
	[ "$1 $proto" = '6 ah' ] || refuse "$1" "$reject type port-unreachable" icmp-refused
	protect "$1" "ttl 1 ${2-}"
	said "$1" icmp-expired
}

test_esp() {
	of_each_kind 4
	of_each_kind 6
}

test_ah() {
	local proto=ah

	of_each_kind 4
	of_each_kind 6
}

# door FAMILY: the socket of $B that takes ESP out of UDP.
door() {
	# Not in_ns: a function in the background has a process of its own, in between.
	ip netns exec "$B" encap 4500 "$1" >"$scratch/encap-$1" 2>&1 &
	door=$!
	wait_until 60 grep -q ready "$scratch/encap-$1"
}

door_close() {
	kill "$door"
	wait "$door" || true
}

# The IP layer tells the socket that has the port.
test_esp_in_udp() {
	local door

	door 4
	of_each_kind 4 'encap espinudp 4500 4500 0.0.0.0'
	door_close
	door 6
	of_each_kind 6 'encap espinudp 4500 4500 ::'
}

# forge FAMILY KIND COUNTER [SPI [PROTO [OCTETS]]]: a message of this type and code is counted as this, or not at all.
forge() {
	local a=A$1 b=B$1 r=R$1

	counters_save "$A"
	traffic icmp_error "$R" "${!r}" "${!a}" "${!b}" "$2" "${4:-0x1100}" 1 "${5:-esp}" "${6:-16}"
	[ -z "$3" ] || wait_until 30 counted "$3"
	# Those that count nothing have been looked at when this one has.
	traffic icmp_error "$R" "${!r}" "${!a}" "${!b}" "$([ "$1" = 4 ] && echo 3:1 || echo 1:0)" 0x1199 1 esp
	wait_until 30 counted icmp-unknown-spi
	only_counters "$A" icmp-unknown-spi "$3"
}

# counted NAME: since counters_save $A.
counted() {
	[ "$(counter "$A" "$1")" -gt "$(counter_in "${counters_saved[$A]}" "$1")" ]
}

# forged FAMILY: each line of standard input is a KIND, PROTO, SPI, OCTETS and COUNTER.
forged() {
	local kind proto spi octets counter

	while read -r kind proto spi octets counter; do
		forge "$1" "$kind" "$counter" "$spi" "$proto" "$octets"
	done
}

# (The IP layer keeps 11:1 to itself.)
test_each_type_and_code() {
	protect 4
	forged 4 <<-END
		3:0 esp 0x1100 8 icmp-unreachable
		3:1 esp 0x1100 8 icmp-unreachable
		3:2 esp 0x1100 8 icmp-refused
		3:3 esp 0x1100 8 icmp-refused
		3:4 esp 0x1100 8
		3:9 esp 0x1100 8 icmp-prohibited
		3:10 esp 0x1100 8 icmp-prohibited
		3:13 esp 0x1100 8 icmp-prohibited
		11:0 esp 0x1100 8 icmp-expired
		12:0 esp 0x1100 8 icmp-header
	END
	goes_on 4
	protect 6
	forged 6 <<-END
		1:0 esp 0x1100 8 icmp-unreachable
		1:1 esp 0x1100 8 icmp-prohibited
		1:3 esp 0x1100 8 icmp-unreachable
		1:4 esp 0x1100 8 icmp-refused
		1:5 esp 0x1100 8 icmp-prohibited
		1:6 esp 0x1100 8 icmp-prohibited
		3:0 esp 0x1100 8 icmp-expired
		3:1 esp 0x1100 8 icmp-expired
		4:0 esp 0x1100 8 icmp-header
		4:1 esp 0x1100 8 icmp-refused
		100:0 esp 0x1100 8
	END
	goes_on 6
}

# It has to quote what an SA sends: its SPI, its protocol, and behind UDP its ports.
test_forged() {
	protect 4
	forged 4 <<-END
		3:1 ah 0x1100 12 icmp-unknown-spi
		3:1 udp:4500:4500 0x1100 16
		11:0 esp 0x1101 8 icmp-unknown-spi
	END
	goes_on 4
	protect 4 'encap espinudp 4500 4501 0.0.0.0'
	forged 4 <<-END
		3:3 esp 0x1100 8 icmp-unknown-spi
		3:3 udp:4500:4501 0x1100 16 icmp-refused
		3:3 udp:4501:4500 0x1100 16
		3:3 udp:4500:4500 0x1100 16
		3:3 udp:4500:4501 0x1101 16
		3:3 udp:4500:4501 0x1100 15
		3:3 udp:4500:4501 0x1100 8
		3:3 udp:4500:4501 0x1100 0
	END
	protect 6 'encap espinudp 4500 4501 ::'
	forged 6 <<-END
		1:4 esp 0x1100 8 icmp-unknown-spi
		1:4 udp:4500:4501 0x1100 16 icmp-refused
		1:4 udp:4501:4500 0x1100 16
		1:4 udp:4500:4501 0x1101 16
		1:4 udp:4500:4501 0x1100 15
		1:4 udp:4500:4501 0x1100 7
	END
}

module_load
ns_pair A B
router_between
traffic_start
run_tests "$@"
