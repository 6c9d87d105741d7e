#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What arrives in fragments is judged as the datagram that it is; over IPv6 netfilter sees fragments
# before the IP layer has put them together.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/traffic.sh"

A6=fd00:9::1 B6=fd00:9::2

setup() {
	traffic_setup
	unprotect
	in_ns "$B" nft flush ruleset
}

# no_sa: policies that want everything protected, and no SA.
no_sa() {
	policies "$A6" "$B6" transport "$A6" "$B6" | configure espah "$A"
	policies "$B6" "$A6" transport "$B6" "$A6" | configure espah "$B"
}

# protect MODE [STATE-WORDS]
protect() {
	new_keys
	{
		states espah "$A6" "$B6" "$1" | sed "s/\$/ ${2-}/"
		policies "$A6" "$B6" "$1" "$A6" "$B6"
	} | configure espah "$A"
	{
		states espah "$A6" "$B6" "$1" | sed "s/\$/ ${2-}/"
		policies "$B6" "$A6" "$1" "$B6" "$A6"
	} | configure espah "$B"
}

# conntrack_off_and_on FUNCTION: connection tracking puts fragments together before everybody.
conntrack_off_and_on() {
	"$1"
	in_ns "$B" nft 'add table inet track; add chain inet track in { type filter hook input priority 0; };
		add rule inet track in ct state invalid counter'
	"$1"
}

# assert_in_clear RESULT SIZE KIND: of one datagram to a socket of this kind.
assert_in_clear() {
	local said

	said=$(traffic in_clear "$A@$A6" "$B@$B6" "$2" "$3")
	assert_eq "$said" "result=$1" "a datagram of $2 octets to a socket that is $3"
}

# RFC 4301 section 5.2: refused, be it whole or in fragments.
refused() {
	local size

	for size in 100 4000 60000; do
		no_sa
		counters_save "$B"
		assert_in_clear lost "$size" plain
		assert_counter_diff "$B" in-clear 1
		only_counters "$B" in-clear
	done
}

# RFC 4301 section 7.3: what comes behind the first part shows no port, and the peer would not take it
# under such an SA. So it is the protected packet that goes in parts; under any other, parts are protected.
test_sa_that_asks_for_ports_carries_wholes() {
	local A6=10.9.0.1 B6=10.9.0.2

	protect tunnel
	in_parts 0
	espah -n "$A" state update src "$A6" dst "$B6" proto esp spi 0x1100 sel proto udp dport 5201
	in_parts 3
}

# in_parts N: a datagram of three packets is protected, and N of those on the wire are parts of one.
in_parts() {
	local said

	traffic watch_start "$A@veth0"
	traffic udp "$A@$A6" "$B@$B6" 4000
	said=$(traffic watch_stop)
	assert_field "$said" fragments "$1"
	assert_field "$said" esp 3
	assert_field "$said" clear 0
}

test_refused_in_fragments() {
	conntrack_off_and_on refused
}

# Large messages of IKE.
heard() {
	local size

	for size in 100 1453 4000 60000; do
		no_sa
		counters_save "$B"
		assert_in_clear arrived "$size" clear
		only_counters "$B"
	done
}

test_bypass_in_fragments() {
	conntrack_off_and_on heard
}

# What no policy speaks of, with headers in front of the fragment header that the IP layer has read
# already, and with such that it has not.
test_others_in_fragments() {
	configure espah "$B" <<-END
		policy add src fd00:7::/64 dst any dir in action block
	END
	counters_save "$B"
	traffic udp "$A@$A6" "$B@$B6" 1453 4000 60000
	traffic extended "$A@$A6" "$B@$B6" 4000 hop
	traffic extended "$A@$A6" "$B@$B6" 4000 dst
	traffic extended "$A@$A6" "$B@$B6" 4000 hop dst
	only_counters "$B"
}

# In transport mode what is protected is fragmented, its UDP header with it.
carried() {
	counters_save "$B"
	traffic udp "$A@$A6" "$B@$B6" 100 1453 4000 9000
	only_counters "$B" in-ok out-ok
}

test_esp_in_udp_in_fragments() {
	local ns doors=''

	for ns in "$A" "$B"; do
		# Not in_ns: a function in the background has a process of its own, in between.
		ip netns exec "$ns" encap 4500 6 >"$scratch/encap-$ns" 2>&1 &
		doors+=" $!"
		wait_until 60 grep -q ready "$scratch/encap-$ns"
	done
	protect transport 'encap espinudp 4500 4500 ::'
	conntrack_off_and_on carried
	# shellcheck disable=SC2086
	kill $doors
	# shellcheck disable=SC2086
	wait $doors || true
}

test_esp_in_fragments() {
	protect transport
	conntrack_off_and_on carried
}

# assert_parts RESULT FROM TO PART...
assert_parts() {
	assert_eq "$(traffic parts "${@:2}")" "result=$1" "${*:4}, to $3"
}

# A part was protected, the other was not: they are no datagram, whichever comes first. Those that were
# are one, in any order.
mixed() {
	assert_parts lost "$1" "$2" first:protected second:clear
	assert_parts lost "$1" "$2" second:clear first:protected
	assert_parts lost "$1" "$2" second:protected first:clear
	assert_parts lost "$1" "$2" first:clear second:protected
	assert_parts arrived "$1" "$2" first:protected second:protected
	assert_parts arrived "$1" "$2" second:protected first:protected
}

mixed6() {
	mixed "$A@$A6" "$B@$B6"
}

mixed4() {
	mixed "$A@10.9.0.1" "$B@10.9.0.2"
}

test_part_in_clear_of_what_was_protected() {
	protect tunnel
	conntrack_off_and_on mixed6
}

test_part_in_clear_of_what_was_protected_over_ipv4() {
	protect_pair espah espah tunnel
	conntrack_off_and_on mixed4
}

# RFC 5722: a part that overlaps another, in clear or out of a tunnel, ends its datagram, and is counted.
test_parts_that_overlap() {
	protect tunnel
	counters_save "$B"
	assert_parts lost "$A@$A6" "$B@$B6" first:clear across:clear
	assert_counter_diff "$B" in-fragment 1
	assert_parts lost "$A@$A6" "$B@$B6" first:protected across:protected
	assert_counter_diff "$B" in-fragment 2
	only_counters "$B" in-fragment in-ok
}

# Nobody judges what comes by this interface, in parts or whole.
test_interface_without_policies() {
	no_sa
	in_ns "$B" sysctl -qw net.ipv6.conf.veth0.disable_policy=1
	counters_save "$B"
	assert_in_clear arrived 100 clear
	assert_parts arrived "$A@$A6" "$B@$B6" first:clear second:clear
	only_counters "$B"
	in_ns "$B" sysctl -qw net.ipv6.conf.veth0.disable_policy=0
}

ns_pair A B
ip -n "$A" addr add $A6/64 dev veth0 nodad
ip -n "$B" addr add $B6/64 dev veth0 nodad
in_ns "$A" ping -q -c 1 -W 10 "$B6" >/dev/null
traffic_start
run_tests "$@"
