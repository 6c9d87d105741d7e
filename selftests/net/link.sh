#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The virtual interface: what is routed to it goes under an SA of its id, and what comes under one
# arrives by it. The other end has the kernel's own interface of that kind, xfrm's.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/traffic.sh"

# shellcheck disable=SC2034 # for traffic_start
TRAFFIC_MAKER=waiting.py
GCM='aead rfc4106(gcm(aes))'
# Octets of a tunnel between IPv4 addresses, but for its padding; and what a datagram has besides.
FIXED=52
UDP=28

setup() {
	ns_pair A B
	# What interfaces say by themselves would be counted.
	in_ns "$A" sysctl -qw net.ipv6.conf.default.addr_gen_mode=1
	in_ns "$B" sysctl -qw net.ipv6.conf.default.addr_gen_mode=1
	ip -n "$A" addr add fd00:9::1/64 dev veth0 nodad
	ip -n "$B" -b - <<-END
		addr add fd00:9::2/64 dev veth0 nodad
		addr add 10.9.0.3/24 dev veth0
	END
	traffic_setup
	traffic deafen
	new_keys
}

teardown() {
	traffic close_pair
}

# pair STACK ONE TWO ID [SPI WORDS...]: both SAs of a tunnel; SPI is the higher half of both.
pair() {
	local common="proto esp reqid 1 mode tunnel replay-window 1024 if_id $4 ${*:6}" spi=${5:-0x1}

	[ "$1" = espah ] || common+=' flag af-unspec'
	echo "state add src $2 dst $3 spi ${spi}100 $common $GCM $key_ab 128"
	echo "state add src $3 dst $2 spi ${spi}200 $common $GCM $key_ba 128"
}

# everything ME PEER ID: policies for all that passes the interface, of both families.
everything() {
	local any

	for any in 0.0.0.0/0 ::/0; do
		echo "policy add src $any dst $any dir out if_id $3 tmpl src $1 dst $2 proto esp reqid 1 mode tunnel"
		echo "policy add src $any dst $any dir in if_id $3 tmpl src $2 dst $1 proto esp reqid 1 mode tunnel"
		echo "policy add src $any dst $any dir fwd if_id $3 tmpl src $2 dst $1 proto esp reqid 1 mode tunnel"
	done
}

# inner NS DEVICE N: an end of what is inside.
inner() {
	ip -n "$1" -b - <<-END
		addr add 10.8.0.$3/24 dev $2
		addr add fd08::$3/64 dev $2 nodad
		link set $2 up
	END
}

# at_b ONE TWO: the other end has this tunnel, and the interface xfrm0 for it.
at_b() {
	ip -n "$B" link add xfrm0 type xfrm if_id 7
	inner "$B" xfrm0 2
	{
		pair xfrm "$1" "$2" 7
		everything "$2" "$1" 7
	} | configure xfrm "$B"
}

# link_pair [ONE TWO]: espah0 in $A and xfrm0 in $B, between these outer addresses, both with the id 7.
link_pair() {
	at_b "${1:-10.9.0.1}" "${2:-10.9.0.2}"
	espah -n "$A" link add espah0 id 7
	inner "$A" espah0 1
	pair espah "${1:-10.9.0.1}" "${2:-10.9.0.2}" 7 | espah -n "$A" -b -
}

# passes [NS [NET...]]: UDP and TCP, both ways; protected on the wire, and no other counter moves.
passes() {
	local ns=${1:-$A} net

	shift || true
	[ $# -gt 0 ] || set -- 10.8.0. fd08::
	counters_save "$A"
	wire_watch "$A@veth0" "$B@veth0"
	for net; do
		traffic udp "$ns@${net}1" "$B@${net}2" 64 1200
		traffic udp "$B@${net}2" "$ns@${net}1" 64 1200
		traffic tcp "$ns@${net}1" "$B@${net}2" 50000
	done
	wire_protected
	only_counters "$A" in-ok out-ok out-too-big
}

test_ipv4_outside() {
	link_pair
	passes
}

test_ipv6_outside() {
	link_pair fd00:9::1 fd00:9::2
	passes
}

test_policies_say_which() {
	link_pair
	everything 10.9.0.1 10.9.0.2 7 | espah -n "$A" -b -
	passes
	# None of them, though it speaks of everything, speaks of what leaves in clear.
	assert_attempt arrived "$A@10.9.0.1" "$B@10.9.0.2"
	# Nor do those of no interface speak of what leaves by one.
	espah -n "$A" -b - <<-END
		policy add dir out priority 0 action block
		policy add dir in priority 0 action block
	END
	assert_attempt EPERM "$A@10.9.0.1" "$B@10.9.0.2"
	assert_attempt arrived "$A@10.8.0.1" "$B@10.8.0.2"
	assert_attempt arrived "$B@10.8.0.2" "$A@10.8.0.1"
}

# An SA without the id, or with another, is none of the interface's, whatever its policy says.
test_sa_of_another_id() {
	local words

	link_pair
	everything 10.9.0.1 10.9.0.2 7 | espah -n "$A" -b -
	for words in 'if_id 0' 'if_id 8'; do
		pair espah 10.9.0.1 10.9.0.2 0 0x1 | sed "s/if_id 0/$words/" | {
			echo 'state flush'
			cat
		} | espah -n "$A" -b -
		counters_save "$A"
		wire_watch "$A@veth0"
		assert_attempt EHOSTUNREACH "$A@10.8.0.1" "$B@10.8.0.2"
		assert_field "$(traffic watch_stop)" clear 0
		assert_counter_diff "$A" out-no-sa 1
		assert_attempt lost "$B@10.8.0.2" "$A@10.8.0.1"
		only_counters "$A" out-no-sa in-link in-no-policy
	done
}

# What no policy of the id wants protected does not go, and never in clear.
test_never_in_clear() {
	link_pair
	wire_watch "$A@veth0"
	counters_save "$A"
	espah -n "$A" policy add dst 10.8.0.2 dir out if_id 7 action block
	assert_attempt EACCES "$A@10.8.0.1" "$B@10.8.0.2"
	assert_counter_diff "$A" out-policy-discard 1
	espah -n "$A" policy update dst 10.8.0.2 dir out if_id 7 action allow
	assert_attempt EACCES "$A@10.8.0.1" "$B@10.8.0.2"
	assert_attempt EACCES "$A@fd08::1" "$B@fd08::2"
	assert_counter_diff "$A" out-no-policy 2
	espah -n "$A" -b - <<-END
		policy flush
		state flush
	END
	assert_attempt EHOSTUNREACH "$A@10.8.0.1" "$B@10.8.0.2"
	assert_attempt EHOSTUNREACH "$A@fd08::1" "$B@fd08::2"
	assert_counter_diff "$A" out-no-sa 2
	only_counters "$A" out-policy-discard out-no-policy out-no-sa
	assert_field "$(traffic watch_stop)" clear 0
}

# An SA that ends here has the id as well, and its key is the peer's to send under.
test_inbound_sa_is_not_for_sending() {
	link_pair
	espah -n "$A" state delete dst 10.9.0.2 proto esp spi 0x1100
	counters_save "$A"
	assert_attempt EHOSTUNREACH "$A@10.8.0.1" "$B@10.8.0.2"
	assert_counter_diff "$A" out-no-sa 1
	assert_attempt arrived "$B@10.8.0.2" "$A@10.8.0.1"
}

# What comes under the SA of an interface that is down, or not there, does not come at all.
test_arrives_by_the_interface_or_not() {
	link_pair
	counters_save "$A"
	ip -n "$A" link set espah0 down
	assert_attempt lost "$B@10.8.0.2" "$A@10.8.0.1"
	assert_counter_diff "$A" in-link 1
	espah -n "$A" link delete espah0
	assert_attempt lost "$B@10.8.0.2" "$A@10.9.0.1" 100 10.8.0.1
	assert_counter_diff "$A" in-link 2
	only_counters "$A" in-link
	espah -n "$A" link add espah1 id 7
	inner "$A" espah1 1
	passes
}

# Two peers by one interface: the route names the one, by its outer address.
test_peers_by_route() {
	espah -n "$A" link add espah0 id 7
	inner "$A" espah0 1
	{
		pair espah 10.9.0.1 10.9.0.2 7 0x1
		pair espah 10.9.0.1 10.9.0.3 7 0x2
	} | espah -n "$A" -b -
	ip -n "$A" -b - <<-END
		route add 10.20.2.0/24 via 10.9.0.2 dev espah0 onlink
		route add 10.20.3.0/24 via 10.9.0.3 dev espah0 onlink
		route add fd20:2::/64 via inet6 fe80::99 dev espah0 onlink
	END
	ip -n "$B" -b - <<-END
		link add xfrm0 type xfrm if_id 7
		link add xfrm1 type xfrm if_id 8
		addr add 10.20.2.2/32 dev xfrm0
		addr add 10.20.3.2/32 dev xfrm1
		link set xfrm0 up
		link set xfrm1 up
		route add 10.8.0.1 dev xfrm0 src 10.20.2.2
	END
	{
		pair xfrm 10.9.0.1 10.9.0.2 7 0x1
		everything 10.9.0.2 10.9.0.1 7
		pair xfrm 10.9.0.1 10.9.0.3 8 0x2
		everything 10.9.0.3 10.9.0.1 8
	} | configure xfrm "$B"
	assert_attempt arrived "$A@10.8.0.1" "$B@10.20.2.2"
	assert_eq "$(sa_packets espah "$A" 0x00001100)" 1 "packets to the one"
	assert_attempt arrived "$A@10.8.0.1" "$B@10.20.3.2"
	assert_attempt arrived "$A@10.8.0.1" "$B@10.20.3.2"
	assert_eq "$(sa_packets espah "$A" 0x00002100)" 2 "packets to the other"
	# Where the one that is named has no SA, the other's does not do in its place.
	espah -n "$A" state delete dst 10.9.0.3 proto esp spi 0x2100
	counters_save "$A"
	assert_attempt EHOSTUNREACH "$A@10.8.0.1" "$B@10.20.3.2"
	assert_counter_diff "$A" out-no-sa 1
	assert_eq "$(sa_packets espah "$A" 0x00001100)" 1 "packets to the one"
}

# The same where the peers, and what names them, are IPv6 addresses. IPv6 has none be such a hop
# that is known to be elsewhere.
test_peers_by_route_over_ipv6() {
	ip -n "$A" route add default via fd00:9::2
	ip -n "$B" addr add fd00:a::2/128 dev veth0 nodad
	link_pair fd00:9::1 fd00:a::2
	ip -n "$A" -b - <<-END
		route add 10.20.2.0/24 via inet6 fd00:a::2 dev espah0 onlink
		route add 10.20.3.0/24 via inet6 fd00:a::3 dev espah0 onlink
		route add fd20:2::/64 via fd00:a::2 dev espah0 onlink
		route add fd20:3::/64 via fd00:a::3 dev espah0 onlink
	END
	ip -n "$B" -b - <<-END
		addr add 10.20.2.2/32 dev xfrm0
		addr add fd20:2::2/128 dev xfrm0 nodad
		addr add 10.20.3.2/32 dev xfrm0
		addr add fd20:3::2/128 dev xfrm0 nodad
	END
	counters_save "$A"
	assert_attempt arrived "$A@10.8.0.1" "$B@10.20.2.2"
	assert_attempt arrived "$A@fd08::1" "$B@fd20:2::2"
	assert_attempt EHOSTUNREACH "$A@10.8.0.1" "$B@10.20.3.2"
	assert_attempt EHOSTUNREACH "$A@fd08::1" "$B@fd20:3::2"
	assert_counter_diff "$A" out-ok 2
	assert_counter_diff "$A" out-no-sa 2
}

# Who puts packets on the interface past the IP layer has them protected, too; where there is no
# route for one, it ends.
test_put_there_by_hand() {
	link_pair
	counters_save "$A"
	wire_watch "$A@veth0"
	assert_eq "$(traffic by_hand "$A@10.8.0.1" "$B@10.8.0.2" espah0)" result=arrived "a datagram"
	assert_eq "$(traffic by_hand "$A@fd08::1" "$B@fd08::2" espah0)" result=arrived "a datagram over IPv6"
	# No source of a packet is a multicast address; to the other there is no way by this interface.
	assert_eq "$(traffic by_hand "$A@224.0.0.1" "$B@10.8.0.2" espah0)" result=ENETUNREACH \
		"a datagram with a bad source"
	ip -n "$A" route add unreachable fd66::/64
	ip -n "$B" addr add fd66::2/128 dev lo nodad
	assert_eq "$(traffic by_hand "$A@fd08::1" "$B@fd66::2" espah0)" result=ENETUNREACH "a datagram to nowhere"
	wire_protected
	assert_counter_diff "$A" out-ok 2
	assert_counter_diff "$A" out-no-route 2
	only_counters "$A" out-ok out-no-route
}

# RFC 4301 section 6: an error about what a policy protects goes under its SA, though nothing speaks of
# ICMP; and the same where SAs do the speaking.
test_errors_about_what_is_carried() {
	local any

	link_pair
	everything 10.9.0.1 10.9.0.2 7 | sed 's/ dir / proto udp dir /' | espah -n "$A" -b -
	for any in 0.0.0.0/0 ::/0; do
		refused "$any"
	done
	espah -n "$A" policy flush
	for any in 0.0.0.0/0 ::/0; do
		pair espah 10.9.0.1 10.9.0.2 7 0x1 sel src "$any" dst "$any" proto udp |
			sed 's/ add / update /' | espah -n "$A" -b -
		refused "$any"
	done
}

# refused ANY: a port that is nobody's says so to who sends a datagram of this family.
refused() {
	local net=10.8.0.

	[ "$1" != ::/0 ] || net=fd08::
	counters_save "$A"
	assert_eq "$(traffic closed "$B@${net}2" "${net}1")" result=refused "a datagram to a closed port"
	assert_counter_diff "$A" out-ok 1
	only_counters "$A" in-ok out-ok
}

# Where the route names nobody, the SA's selector says whose the packet is.
test_peers_by_selector() {
	espah -n "$A" link add espah0 id 7
	inner "$A" espah0 1
	{
		pair espah 10.9.0.1 10.9.0.2 7 0x1 sel dst 10.8.0.2
		pair espah 10.9.0.1 10.9.0.3 7 0x2 sel dst 10.8.0.3
	} | espah -n "$A" -b -
	counters_save "$A"
	assert_attempt lost "$A@10.8.0.1" "$B@10.9.0.2" 100 10.8.0.2
	assert_eq "$(sa_packets espah "$A" 0x00001100)" 1 "packets to the one"
	assert_attempt lost "$A@10.8.0.1" "$B@10.9.0.2" 100 10.8.0.3
	assert_eq "$(sa_packets espah "$A" 0x00002100)" 1 "packets to the other"
	assert_attempt EHOSTUNREACH "$A@10.8.0.1" "$B@10.9.0.2" 100 10.8.0.4
	assert_counter_diff "$A" out-selector 1
	only_counters "$A" out-ok out-selector
}

# A packet waits for the SA that its policy wants, and who is asked for one hears the id.
test_waits_for_its_sa() {
	local sas

	link_pair
	everything 10.9.0.1 10.9.0.2 7 | espah -n "$A" -b -
	sas=$(pair espah 10.9.0.1 10.9.0.2 7)
	espah -n "$A" state flush
	counters_save "$A"
	traffic hear "$A"
	wire_watch "$A@veth0"
	espah -n "$A" -o monitor acquire >"$scratch/heard" &
	wait_until 60 listeners 2
	traffic open_pair "$A@10.8.0.1" "$B@10.8.0.2" veth0
	assert_eq "$(traffic send 5)" "sent=5 refused=0" "5 datagrams"
	traffic silent
	wait_until 60 grep -q 'if_id 0x7' "$scratch/heard"
	kill $!
	assert_field "$(traffic watch_stop)" clear 0
	espah -n "$A" -b - <<<"$sas"
	assert_counter_diff "$A" out-ok 5
	only_counters "$A" out-ok
	traffic deafen
	passes
}

# listeners N: so many listen to events.
listeners() {
	# This is awk's field.
	# shellcheck disable=SC2016
	[ "$(in_ns "$A" awk '$2 == 16 && $4 != "00000000"' /proc/net/netlink | wc -l)" -ge "$1" ]
}

# longest OUTER: the longest packet that goes through in so many octets.
longest() {
	echo $((($1 - FIXED) / 4 * 4 - 2))
}

test_size_follows_the_sa() {
	local fits mtu

	link_pair
	# The interface's own.
	assert_probe arrived 1420 "$A@10.8.0.1" "$B@10.8.0.2" $((1420 - UDP))
	assert_probe EMSGSIZE 1420 "$A@10.8.0.1" "$B@10.8.0.2" $((1421 - UDP))
	ip -n "$A" link set espah0 mtu 9000
	for mtu in 1500 1300; do
		ip -n "$A" link set veth0 mtu "$mtu"
		ip -n "$B" link set veth0 mtu "$mtu"
		fits=$(longest "$mtu")
		counters_save "$A"
		assert_probe EMSGSIZE "$fits" "$A@10.8.0.1" "$B@10.8.0.2" $((fits + 1 - UDP))
		assert_probe arrived "$fits" "$A@10.8.0.1" "$B@10.8.0.2" $((fits - UDP))
		assert_probe EMSGSIZE "$fits" "$A@10.8.0.1" "$B@10.8.0.2" $((fits + 1 - UDP))
		assert_counter_diff "$A" out-too-big 1
		ip -n "$A" route flush cache
	done
	ip -n "$A" -6 route flush cache
	assert_probe EMSGSIZE 1280 "$A@fd08::1" "$B@fd08::2" $((1281 - UDP - 20))
	assert_probe arrived 1280 "$A@fd08::1" "$B@fd08::2" $((1280 - UDP - 20))
	# TCP finds its size, and who has not asked for DF has it fragmented. (With less than this,
	# the other end has no room for IPv6's 1,280 octets.)
	ip -n "$A" link set veth0 mtu 1500
	ip -n "$B" link set veth0 mtu 1500
	ip -n "$A" route flush cache
	ip -n "$A" -6 route flush cache
	traffic tcp "$A@10.8.0.1" "$B@10.8.0.2" 300000
	traffic udp "$A@10.8.0.1" "$B@10.8.0.2" 4000
	traffic tcp "$A@10.8.0.1" "$B@10.8.0.2" 300000
	traffic tcp "$A@fd08::1" "$B@fd08::2" 300000
	traffic tcp "$B@10.8.0.2" "$A@10.8.0.1" 300000
}

test_forwards() {
	local fits

	link_pair
	hosts_behind
	ip -n "$A" route replace 10.2.0.0/24 dev espah0
	ip -n "$B" route replace 10.1.0.0/24 dev xfrm0
	wire_watch "$A@veth0" "$B@veth0"
	traffic udp "$HA@10.1.0.2" "$HB@10.2.0.2" 64 1200
	traffic udp "$HB@10.2.0.2" "$HA@10.1.0.2" 64 1200
	traffic tcp "$HA@10.1.0.2" "$HB@10.2.0.2" 200000
	wire_protected
	# A router tells who sends too much, though the interface itself would take it.
	ip -n "$A" link set espah0 mtu 9000
	ip -n "$HA" route flush cache
	fits=$(longest 1500)
	counters_save "$A"
	assert_probe lost "$fits" "$HA@10.1.0.2" "$HB@10.2.0.2" $((fits + 1 - UDP))
	assert_probe arrived "$fits" "$HA@10.1.0.2" "$HB@10.2.0.2" $((fits - UDP))
	assert_counter_diff "$A" out-too-big 1
	# And where it goes is the firewall's to say, as with any interface.
	rules "$A" <<-END
		table ip filter {
			chain forward {
				type filter hook forward priority filter;
				iifname espah0 drop
			}
		}
	END
	assert_attempt lost "$HB@10.2.0.2" "$HA@10.1.0.2"
	assert_attempt arrived "$HA@10.1.0.2" "$HB@10.2.0.2"
}

# The firewall sees the packet twice: in clear with the interface, and protected.
test_firewall_sees_both() {
	local counter

	link_pair
	rules "$A" <<-END
		table ip filter {
			counter out { }
			counter post { }
			counter sealed { }
			counter pre { }
			counter in { }
			chain output {
				type filter hook output priority filter;
				oifname espah0 udp dport 5201 counter name out
				oifname veth0 ip protocol esp counter name sealed
			}
			chain postrouting {
				type filter hook postrouting priority filter;
				oifname espah0 udp dport 5201 counter name post
			}
			chain prerouting {
				type filter hook prerouting priority filter;
				iifname espah0 udp sport 5201 counter name pre
			}
			chain input {
				type filter hook input priority filter;
				iifname espah0 udp sport 5201 meta secpath exists counter name in
			}
		}
	END
	traffic udp "$A@10.8.0.1" "$B@10.8.0.2" 10 20 30
	for counter in out post sealed pre in; do
		assert_eq "$(packets "$A" "$counter")" 3 "packets of the counter $counter"
	done
}

# Who captures on the interface sees clear packets, each once; and tc's filters do.
test_captured_in_clear() {
	local said

	link_pair
	in_ns "$A" tc -b - <<-END
		qdisc add dev espah0 clsact
		filter add dev espah0 ingress protocol ip pref 1 u32 match ip protocol 17 0xff action pass
		filter add dev espah0 egress protocol ip pref 1 u32 match ip dport 5202 0xffff action drop
	END
	wire_watch "$A@espah0"
	traffic udp "$A@10.8.0.1" "$B@10.8.0.2" 10 20 30
	said=$(traffic watch_stop)
	assert_field "$said" clear 3
	assert_field "$said" esp 0
	said=$(in_ns "$A" tc -s filter show dev espah0 ingress)
	[[ $said == *'84 bytes 3 pkt'* || $said == *' 3 pkt'* ]] || fail "what came, by tc: $said"
	assert_eq "$(espah -n "$A" -j link | jq -c '.[] | [.rx.packets, .tx.packets, .rx.dropped, .tx.dropped]')" \
		'[3,3,0,0]' "what the interface has counted"
}

# VRF: the inside is in one, the outside is not.
test_in_a_vrf() {
	ip -n "$A" -b - <<-END
		link add vrf0 type vrf table 100
		link set vrf0 up
	END
	espah -n "$A" link add espah0 id 7
	ip -n "$A" link set espah0 master vrf0
	inner "$A" espah0 1
	at_b 10.9.0.1 10.9.0.2
	pair espah 10.9.0.1 10.9.0.2 7 | espah -n "$A" -b -
	counters_save "$A"
	assert_ok in_ns "$A" ping -q -c 3 -i 0.2 -W 10 -I vrf0 10.8.0.2
	assert_ok in_ns "$A" ping -q -c 3 -i 0.2 -W 10 -I vrf0 fd08::2
	assert_counter_diff "$A" out-ok 6
	assert_counter_diff "$A" in-ok 6
	assert_ok in_ns "$B" ping -q -c 1 -W 10 10.8.0.1
	assert_fails_with unreachable in_ns "$A" ping -q -c 1 -W 1 10.8.0.2
}

# Moved to another namespace: the inside is there, SAs and the wire are where it was made.
test_in_another_namespace() {
	local there=there-$$ mtu

	ns_add "$there"
	in_ns "$there" sysctl -qw net.ipv6.conf.default.addr_gen_mode=1
	at_b 10.9.0.1 10.9.0.2
	espah -n "$A" link add espah0 id 7
	ip -n "$A" link set espah0 netns "$there"
	inner "$there" espah0 1
	pair espah 10.9.0.1 10.9.0.2 7 | espah -n "$A" -b -
	counters_save "$there"
	passes "$there"
	everything 10.9.0.1 10.9.0.2 7 | espah -n "$A" -b -
	passes "$there"
	only_counters "$there"
	assert_eq "$(espah -n "$there" -j link | jq -c '.[] | [.name, .id, .link_netnsid >= 0]')" \
		'["espah0",7,true]' "the interface there"
	assert_eq "$(espah -n "$A" -j link)" '[]' "the interfaces where it was made"
	# Who sends too much is told there.
	ip -n "$there" link set espah0 mtu 9000
	mtu=$(longest 1500)
	assert_probe EMSGSIZE "$mtu" "$there@10.8.0.1" "$B@10.8.0.2" $((mtu + 1 - UDP))
	assert_probe arrived "$mtu" "$there@10.8.0.1" "$B@10.8.0.2" $((mtu - UDP))
	# Its id is taken here still, and ends with it there.
	assert_fails_with 'another espah interface' espah -n "$A" link add espah1 id 7
	ip netns del "$there"
	wait_until 60 espah -n "$A" link add espah1 id 7
	inner "$A" espah1 1
	passes
}

# Where its SAs go, it goes, wherever it is.
test_ends_with_its_namespace() {
	local there=there-$$

	ns_add "$there"
	espah -n "$A" -b - <<-END
		link add espah0
		link add espah1
	END
	ip -n "$A" link set espah1 netns "$there"
	ip -n "$there" link set espah1 up
	ns_kill "$A"
	ip netns del "$A"
	wait_until 60 links_are "$there" 0
	module_unload
	module_load
}

# links_are NS N
links_are() {
	[ "$(espah -n "$1" -j link | jq length)" = "$2" ]
}

# A protected packet whose way is the interface itself, by one or by two.
test_loops_end() {
	link_pair
	wire_watch "$A@veth0"
	counters_save "$A"
	ip -n "$A" route add 10.9.0.2 dev espah0
	assert_attempt ENETUNREACH "$A@10.8.0.1" "$B@10.8.0.2"
	assert_counter_diff "$A" out-link-loop 1
	espah -n "$A" link add espah1 id 8
	ip -n "$A" -b - <<-END
		link set espah1 up
		route del 10.9.0.2 dev espah0
		route add 10.9.0.2 dev espah1
		route add 10.9.0.3 dev espah0
	END
	pair espah 10.9.0.1 10.9.0.3 8 0x2 | espah -n "$A" -b -
	traffic attempt "$A@10.8.0.1" "$B@10.8.0.2"
	assert_counter_diff "$A" out-link-loop 2
	assert_field "$(traffic watch_stop)" clear 0
}

# One tunnel in another: the protected packets of the one are routed to the other.
test_one_in_another() {
	local key_ab_0=$key_ab key_ba_0=$key_ba

	link_pair
	new_keys
	espah -n "$A" link add espah1 id 8
	ip -n "$B" link add xfrm1 type xfrm if_id 8
	ip -n "$A" -b - <<-END
		addr add 10.7.0.1/24 dev espah1
		link set espah1 up
	END
	ip -n "$B" -b - <<-END
		addr add 10.7.0.2/24 dev xfrm1
		link set xfrm1 up
	END
	pair espah 10.8.0.1 10.8.0.2 8 0x2 | espah -n "$A" -b -
	{
		pair xfrm 10.8.0.1 10.8.0.2 8 0x2
		everything 10.8.0.2 10.8.0.1 8
	} | sed 's/^/xfrm /' | ip -n "$B" -b -
	passes "$A" 10.7.0.
	key_ab=$key_ab_0 key_ba=$key_ba_0
	assert_eq "$(espah -n "$A" -j link | jq -c 'map(.rx.packets > 0 and .tx.packets > 0)')" '[true,true]' \
		"both have counted"
}

test_refused() {
	espah -n "$A" -b - <<-END
		link add espah0
		link add espah1 id 4294967295
		link add espah2
	END
	ip -n "$A" link add espah3 type espah
	assert_eq "$(espah -n "$A" -j link | jq -c 'map([.name, .id])')" \
		'[["espah0",1],["espah1",4294967295],["espah2",2],["espah3",3]]' "ids"
	assert_eq "$(espah -n "$A" link show espah1)" 'espah1: id 0xffffffff mtu 1420 down' "one of them"
	assert_fails_with 'EEXIST: id: another espah interface of this namespace has it' \
		espah -n "$A" link add espah9 id 2
	assert_fails_with EEXIST espah -n "$A" link add espah0 id 9
	assert_fails_with "'NAME'.*1 to 15 characters" espah -n "$A" link add espah0123456789a
	assert_fails_with 'address: an espah interface has none' \
		ip -n "$A" link add espah9 address 02:00:00:00:00:01 type espah
	assert_fails_with "'veth0' is not an interface of espah here" espah -n "$A" link delete veth0
	assert_fails_with "'espah9' is not an interface of espah here" espah -n "$A" link show espah9
	assert_fails_with 'SUPP*: id: that of an interface cannot change; add another' \
		in_ns "$A" python3 -B "$(dirname "$0")/lib/rtnl_link.py" espah0 9
	assert_ok in_ns "$A" python3 -B "$(dirname "$0")/lib/rtnl_link.py" espah0 1
	assert_fails_with 'in use' rmmod espah
	# What is gone leaves its id.
	espah -n "$A" link delete espah0
	espah -n "$A" link add espah9
	assert_eq "$(espah -n "$A" -j link show espah9 | jq '.[].id')" 1 "the lowest that is free"
	assert_eq "$(espah -n "$B" link)" '' "interfaces of another namespace"
}

traffic_start
run_tests "$@"
