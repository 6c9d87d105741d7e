#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Outer and inner header of a tunnel: what is copied, set, cleared and learnt (RFC 4301 section
# 5.1.2, RFC 6040), beside the kernel's own xfrm where that has the same.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/traffic.sh"

UDP=28

# nets WORDS_A [WORDS_B]: $A with espah, $B with xfrm; what their SAs say besides.
nets() {
	new_keys
	{
		states espah 10.9.0.1 10.9.0.2 tunnel | sed "s/$/ $1/"
		policies 10.9.0.1 10.9.0.2 tunnel 10.1.0.0/24 10.2.0.0/24
	} | configure espah "$A"
	{
		states xfrm 10.9.0.1 10.9.0.2 tunnel | sed "s/aead/${2-} aead/"
		policies 10.9.0.2 10.9.0.1 tunnel 10.2.0.0/24 10.1.0.0/24
	} | configure xfrm "$B"
}

# mangle WORDS: what $B does with each ESP packet that it sends.
mangle() {
	in_ns "$B" nft -f - <<-END
		table ip mangle
		delete table ip mangle
		table ip mangle {
			chain out {
				type route hook output priority mangle;
				ip protocol esp $1
			}
		}
	END
}

setup() {
	traffic_setup
	mangle accept
	in_ns "$HA" sysctl -qw net.ipv4.ip_no_pmtu_disc=0
	ip -n "$HA" route flush cache
	ip -n "$A" link set veth0 mtu 1500
	ip -n "$B" link set veth0 mtu 1500
}

# there TOS INNER OUTER: a datagram with this TOS that $A sends.
there() {
	local said

	wire_watch "$A@veth0"
	said=$(traffic header "$HA@10.1.0.2" "$HB@10.2.0.2" "$1")
	wire_protected
	assert_eq "$said" "result=arrived tos=$2 options=" "inside, of $1"
	assert_field "$wire" tos "$3"
}

# back TOS EXPECTED: with what TOS a datagram of this TOS arrives that $B sends, or that it is lost.
back() {
	local said expected="result=arrived tos=$2"

	[ "$2" != lost ] || expected='result=lost'
	said=$(traffic header "$HB@10.2.0.2" "$HA@10.1.0.2" "$1")
	assert_eq "${said% options=*}" "$expected" "inside, of $1"
}

# Figure 4 of RFC 6040: inner field, outer field, what becomes of it, and what is counted.
test_ecn_of_each_combination() {
	local inner outer becomes counted name last=''

	nets ''
	while read -r outer inner becomes counted; do
		[ "$outer" = "$last" ] || mangle "ip ecn set $outer"
		last=$outer
		counters_save "$A"
		back "$inner" "$becomes"
		# No port is open: there is an ICMP message in return.
		# shellcheck disable=SC2086
		only_counters "$A" out-ok $counted
		for name in $counted; do
			assert_counter_diff "$A" "$name" 1
		done
	done <<-END
		not-ect 0xb8 0xb8 in-ok
		not-ect 0xba 0xba in-ok
		not-ect 0xb9 0xb9 in-ok
		not-ect 0xbb 0xbb in-ok
		ect0 0xb8 0xb8 in-ok in-ecn-unused
		ect0 0xba 0xba in-ok
		ect0 0xb9 0xb9 in-ok in-ecn-unused
		ect0 0xbb 0xbb in-ok
		ect1 0xb8 0xb8 in-ok in-ecn-unused
		ect1 0xba 0xb9 in-ok
		ect1 0xb9 0xb9 in-ok
		ect1 0xbb 0xbb in-ok in-ecn-unused
		ce 0xb8 lost in-ecn
		ce 0xba 0xbb in-ok in-ecn-marked
		ce 0xb9 0xbb in-ok in-ecn-marked
		ce 0xbb 0xbb in-ok
	END
}

# Nothing of ECN outside, and what is there is not looked at; xfrm at the other end does the same.
test_noecn() {
	nets 'flag noecn' 'flag noecn'
	there 0xba 0xba 0xb8
	there 0xbb 0xbb 0xb8
	mangle 'ip ecn set ce'
	counters_save "$A"
	back 0xb8 0xb8
	back 0xba 0xba
	assert_counter_diff "$A" in-ok 2
	only_counters "$A" in-ok out-ok
}

test_dscp_outside() {
	nets '' 'extra-flag dont-encap-dscp'
	there 0xba 0xba 0xba
	nets 'extra-flag dont-encap-dscp'
	there 0xba 0xba 0x02
	nets 'dscp 10'
	there 0xba 0xba 0x2a
	nets 'dscp 0 flag noecn'
	there 0xbb 0xbb 0x00
}

test_dscp_inside() {
	mangle 'ip dscp set af11'
	nets ''
	back 0xba 0xba
	nets 'flag decap-dscp'
	back 0xba 0x2a
	back 0x00 0x28
	# Both, by the number that ip-xfrm(8) takes: congestion stays out as well.
	mangle 'ip dscp set af11 ip ecn set ce'
	nets 'flag 0x3'
	back 0xba 0x2a
}

# Of what $HA sends with 64, 63 are left in $A.
test_ttl() {
	local words expected

	while read -r expected words; do
		nets "$words"
		wire_watch "$A@veth0"
		assert_attempt arrived "$HA@10.1.0.2" "$HB@10.2.0.2"
		wire_protected
		assert_field "$wire" ttl "$expected"
	done <<-END
		64
		64 ttl auto
		9 ttl 9
		255 ttl 255
		63 ttl inherit
		63 ttl 0
	END
}

# df WORDS INNER EXPECTED: whether ESP packets have DF, of a datagram that has it (1) or not.
df() {
	nets "$1"
	in_ns "$HA" sysctl -qw net.ipv4.ip_no_pmtu_disc=$((1 - $2))
	wire_watch "$A@veth0"
	assert_attempt arrived "$HA@10.1.0.2" "$HB@10.2.0.2"
	wire_protected
	assert_field "$wire" df "$3"
}

test_df() {
	df '' 0 0
	df '' 1 1
	df 'flag nopmtudisc' 1 0
	df 'df unset' 0 0
	df 'df set' 1 1
	df 'df set' 0 1
}

# The sender is told all the same, and the ESP packet may be fragmented further on.
test_large_without_df_outside() {
	local fits=$(((1500 - 52) / 4 * 4 - 2))

	nets 'df unset'
	assert_probe lost "$fits" "$HA@10.1.0.2" "$HB@10.2.0.2" $((fits - UDP + 1))
	assert_probe arrived "$fits" "$HA@10.1.0.2" "$HB@10.2.0.2" $((fits - UDP))
}

# What may be fragmented is fragmented inside, so that no ESP packet has to be; also when a
# router further on is what makes it too large.
test_large_with_df_outside() {
	local mtu

	nets 'df set'
	in_ns "$HA" sysctl -qw net.ipv4.ip_no_pmtu_disc=1
	for mtu in 1500 1280; do
		ip -n "$A" link set veth0 mtu "$mtu"
		counters_save "$A"
		wire_watch "$A@veth0"
		assert_attempt arrived "$HA@10.1.0.2" "$HB@10.2.0.2" 1472
		wire_protected
		assert_field "$wire" df 1
		assert_field "$wire" esp 2
		[ "$(field largest "$wire")" -le "$mtu" ] || fail "an ESP packet is too large: $wire"
		assert_counter_diff "$A" out-ok 2
		only_counters "$A" out-ok
	done
	ip -n "$A" link set veth0 mtu 1500
	traffic icmp_too_big "$B" 10.9.0.2 10.9.0.1 10.9.0.2 0x1100 4 1000
	wire_watch "$A@veth0"
	assert_attempt arrived "$HA@10.1.0.2" "$HB@10.2.0.2" 1472
	wire_protected
	assert_field "$wire" df 1
	[ "$(field largest "$wire")" -le 1000 ] || fail "an ESP packet is too large: $wire"
	# And who asks for DF is told.
	in_ns "$HA" sysctl -qw net.ipv4.ip_no_pmtu_disc=0
	assert_probe lost 946 "$HA@10.1.0.2" "$HB@10.2.0.2" 1400
}

# Large sends that are cut in segments, and this host's own packets.
test_large_of_this_host_with_df_outside() {
	new_keys
	{
		states espah 10.9.0.1 10.9.0.2 tunnel | sed 's/$/ df set/'
		policies 10.9.0.1 10.9.0.2 tunnel 10.9.0.1 10.9.0.2
	} | configure espah "$A"
	{
		states xfrm 10.9.0.1 10.9.0.2 tunnel
		policies 10.9.0.2 10.9.0.1 tunnel 10.9.0.2 10.9.0.1
	} | configure xfrm "$B"
	wire_watch "$A@veth0"
	in_ns "$A" sysctl -qw net.ipv4.ip_no_pmtu_disc=1
	traffic udp "$A@10.9.0.1" "$B@10.9.0.2" 1 1472 4000 20000
	traffic tcp "$A@10.9.0.1" "$B@10.9.0.2" 100000
	in_ns "$A" sysctl -qw net.ipv4.ip_no_pmtu_disc=0
	wire_protected
	assert_field "$wire" df 1
	[ "$(field largest "$wire")" -le 1500 ] || fail "an ESP packet is too large: $wire"
}

# As ip-xfrm(8) has it, in transport mode as well, where none of it has an effect.
test_words_of_ip_xfrm_in_transport_mode() {
	numbers='flag noecn decap-dscp nopmtudisc af-unspec esn extra-flag dont-encap-dscp'
	protect_pair espah xfrm transport
	begin_counting
	wire_watch "$A@veth0"
	traffic udp "$A@10.9.0.1" "$B@10.9.0.2" 0 100
	wire_protected
	assert_field "$wire" df 1
	both_ends_agree
	espah -n "$A" state | grep -q 'flag noecn decap-dscp nopmtudisc esn extra-flag dont-encap-dscp$' ||
		fail "the flags are not listed: $(espah -n "$A" state)"
	# Exactly those, as with ip-xfrm(8).
	assert_eq "$(espah -n "$A" -j state list flag esn noecn nopmtudisc decap-dscp | jq length)" 2 "states with these flags"
	assert_eq "$(espah -n "$A" state list flag noecn)" '' "states with one of them alone"
	assert_eq "$(espah -n "$A" state list flag 0x0)" '' "states without any"
}

test_listed() {
	local json

	nets 'ttl inherit dscp 46 df set flag decap-dscp'
	espah -n "$A" state | grep -q 'flag decap-dscp ttl inherit dscp 46 df set$' ||
		fail "the header is not listed: $(espah -n "$A" state)"
	json=$(espah -n "$A" -j state)
	[[ $json == *'"flags":["decap-dscp"],"ttl":"inherit","dscp":46,"df":"set"'* ]] ||
		fail "the header is not in JSON: $json"
}

module_load
ns_pair A B
hosts_behind
traffic_start
run_tests "$@"
