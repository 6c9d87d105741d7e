#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Traffic-flow confidentiality (RFC 4303 section 2.7): nobody on the wire sees how long a packet is.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/traffic.sh"

# What a packet of 1,400 octets has outside: 20 + 8 + 8 + 1,400 + 2 to a multiple of 4, and 16.
PADDED=1456

# ends STACK_A STACK_B ONE TWO MINE THEIRS OCTETS: a tunnel; both ends pad, with the word that
# ip-xfrm(8) has for it.
ends() {
	local ns one=$3 two=$4 mine=$5 theirs=$6 stack=$1 more="tfcpad $7"

	new_keys
	for ns in "$A" "$B"; do
		# Of one family with what is inside, or of the other.
		[ "$stack" = espah ] || more+=' flag af-unspec'
		{
			states "$stack" "$3" "$4" tunnel | sed "s/$/ $more/"
			policies "$one" "$two" tunnel "$mine" "$theirs"
		} | configure "$stack" "$ns"
		one=$4 two=$3 mine=$6 theirs=$5 stack=$2 more="tfcpad $7"
	done
}

# nets STACK_A STACK_B OCTETS: between the networks behind $A and $B.
nets() {
	ends "$1" "$2" 10.9.0.1 10.9.0.2 10.1.0.0/24 10.2.0.0/24 "$3"
}

# watched: what was on the wire meanwhile, in $wire.
watched() {
	wire=$(traffic watch_stop)
	assert_field "$wire" clear 0
}

setup() {
	traffic_setup
	both_mtu 1500
}

both_mtu() {
	ip -n "$A" link set veth0 mtu "$1"
	ip -n "$B" link set veth0 mtu "$1"
}

# Empty ones and those that are just as long; xfrm pads too, and each takes the other's off.
test_between_networks() {
	nets espah xfrm 1400
	begin_counting
	wire_watch "$A@veth0"
	traffic udp "$HA@10.1.0.2" "$HB@10.2.0.2" 0 1 100 1371 1372
	watched
	assert_field "$wire" largest "$PADDED"
	assert_field "$wire" smallest "$PADDED"
	traffic tcp "$HA@10.1.0.2" "$HB@10.2.0.2" 20000
	both_ends_agree
}

# What is longer goes as it is, and padding takes no room that the path has not.
test_path_mtu() {
	local mtu

	nets espah xfrm 1400
	wire_watch "$A@veth0"
	assert_attempt arrived "$HA@10.1.0.2" "$HB@10.2.0.2" 1390
	watched
	assert_field "$wire" largest $((PADDED + 16))
	nets espah xfrm 60000
	for mtu in 1500 1280; do
		both_mtu "$mtu"
		wire_watch "$A@veth0"
		traffic udp "$HA@10.1.0.2" "$HB@10.2.0.2" 0 1000
		watched
		assert_field "$wire" largest "$mtu"
		assert_field "$wire" smallest "$mtu"
	done
}

# One header of 40 octets is 20 more outside, and 20 fewer of payload inside.
test_ipv6() {
	local from=$A@fd00:9::1 to=$B@fd00:9::2

	ends espah xfrm 10.9.0.1 10.9.0.2 fd00:9::1 fd00:9::2 1400
	begin_counting
	wire_watch "$A@veth0"
	traffic udp "$from" "$to" 0 1 100 1351 1352
	traffic udp "$to" "$from" 0 1 100 1351 1352
	watched
	assert_field "$wire" largest "$PADDED"
	assert_field "$wire" smallest "$PADDED"
	both_ends_agree
	ends espah xfrm fd00:9::1 fd00:9::2 10.9.0.1 10.9.0.2 1400
	wire_watch "$A@veth0"
	traffic udp "$A@10.9.0.1" "$B@10.9.0.2" 0 1 100 1371 1372
	watched
	assert_field "$wire" largest $((PADDED + 20))
	assert_field "$wire" smallest $((PADDED + 20))
}

# Padding is not counted as traffic.
test_counts() {
	local text

	nets espah xfrm 1400
	assert_attempt arrived "$HA@10.1.0.2" "$HB@10.2.0.2" 100
	text=$(espah -n "$A" -s state)
	[[ ${text#*spi 0x00001100} =~ ([0-9]+)\(bytes\) ]] || fail "no figures in: $text"
	assert_eq "${BASH_REMATCH[1]}" 128 "octets of the SA"
	[[ $text == *' tfcpad 1400'* ]] || fail "padding is not listed: $text"
}

# refused REGEX WORDS...: of an SA that would pad.
refused() {
	assert_fails_with "$1" espah -n "$A" state add src 10.9.0.1 dst 10.9.0.2 spi 0x3000 tfcpad 100 "${@:2}"
}

test_refused() {
	refused 'tfcpad.*transport mode' proto esp aead "$ALG" "$(rand_key 20)" 128
	refused 'tfcpad.*AH' proto ah mode tunnel auth 'hmac(sha256)' "$(rand_key 32)"
}

module_load
ns_pair A B
hosts_behind
ip -n "$A" addr add fd00:9::1/64 dev veth0 nodad
ip -n "$B" addr add fd00:9::2/64 dev veth0 nodad
traffic_start
run_tests "$@"
