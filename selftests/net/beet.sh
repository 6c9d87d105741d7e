#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# BEET mode (draft-nikander-esp-beet-mode-09): a tunnel whose inner header is not sent. What is made of
# it, espah and the kernel's xfrm agree on; in UDP, with other algorithms and windows: see matrix.sh.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/traffic.sh"
. "$(dirname "$0")/lib/families.sh"

# Inside; outside are A4 and so on. Nobody has a route but by the other end.
IN_A4=10.66.0.1 IN_B4=10.66.0.2 IN_A6=fd00:66::1 IN_B6=fd00:66::2
# Octets that protection adds to a packet, but for padding: ESP header 8, IV 8, ICV 16, and the
# two that padding ends in.
ADDED=34

addresses_inside() {
	ip -n "$A" -b - <<-END
		addr add $IN_A4/32 dev lo
		addr add $IN_A6/128 dev lo nodad
		route add $IN_B4 via $B4
		route add $IN_B6 via $B6
	END
	ip -n "$B" -b - <<-END
		addr add $IN_B4/32 dev lo
		addr add $IN_B6/128 dev lo nodad
		route add $IN_A4 via $A4
		route add $IN_A6 via $A6
	END
}

setup() {
	traffic_setup
	link_mtu 1500
	configure xfrm "$B" </dev/null
	configure espah "$B" </dev/null
}

link_mtu() {
	ip -n "$A" link set veth0 mtu "$1"
	ip -n "$B" link set veth0 mtu "$1"
	no_route_knows
}

# no_route_knows: of a path MTU
no_route_knows() {
	ip -n "$A" -6 route flush cache
	ip -n "$A" route flush cache
}

# beet STACK_A STACK_B OUTER INNER: protect INNER traffic between the addresses inside.
beet() {
	new_keys
	beet_end "$1" "$A" "$3" A B "$4"
	beet_end "$2" "$B" "$3" B A "$4"
}

# beet_end STACK NS OUTER ME PEER INNER
beet_end() {
	local one=A$3 two=B$3 in_one=IN_A$6 in_two=IN_B$6 numbers=''
	local me=$4$3 peer=$5$3 mine=IN_$4$6 theirs=IN_$5$6

	# shellcheck disable=SC2034 # states() reads it
	[ "$1" = espah ] || numbers='flag af-unspec'
	{
		states "$1" "${!one}" "${!two}" beet |
			sed "1s/$/ sel src ${!in_one} dst ${!in_two}/; 2s/$/ sel src ${!in_two} dst ${!in_one}/"
		policies "${!me}" "${!peer}" beet "${!mine}" "${!theirs}"
	} | configure "$1" "$2"
}

# inner OUTER INNER [MTU]: the largest packet that goes into 1500 octets, or into so many.
inner() {
	# shellcheck disable=SC2034 # used by name
	local header4=20 header6=40 outer=header$1 inner=header$2

	echo $(((${3:-1500} - ${!outer} - ADDED + 2) / 4 * 4 - 2 + ${!inner}))
}

both_ways() {
	local a=IN_A$1 b=IN_B$1

	# shellcheck disable=SC2086
	{
		traffic udp "$A@${!a}" "$B@${!b}" $SIZES
		traffic udp "$B@${!b}" "$A@${!a}" $SIZES
	}
	traffic tcp "$A@${!a}" "$B@${!b}" "$BULK"
	traffic tcp "$B@${!b}" "$A@${!a}" 20000
}

test_espah_alone() {
	local outer inner

	for outer in 4 6; do
		for inner in 4 6; do
			beet espah espah "$outer" "$inner"
			counters_save "$A"
			wire_watch "$A@veth0" "$B@veth0"
			both_ways "$inner"
			wire_protected
			only_counters "$A" in-ok out-ok out-too-big
		done
	done
}

# with_xfrm OUTER INNER
with_xfrm() {
	beet espah xfrm "$1" "$2"
	begin_counting
	wire_watch "$A@veth0" "$B@veth0"
	both_ways "$2"
	wire_protected
	both_ends_agree
}

test_4_in_4() {
	with_xfrm 4 4
}

test_6_in_6() {
	with_xfrm 6 6
}

test_4_in_6() {
	with_xfrm 6 4
}

test_6_in_4() {
	with_xfrm 4 6
}

# The pseudo header that each makes, the other reads; TOS and ECN come through.
test_options_and_xfrm() {
	local outer size options said

	for outer in 4 6; do
		beet espah xfrm "$outer" 4
		begin_counting
		for size in 0 4 8 12 36 40; do
			options=''
			[ "$size" = 0 ] || options=$(printf '82%02x%0*d' "$size" $((2 * size - 4)) 0)
			for said in "$(traffic header "$A@$IN_A4" "$B@$IN_B4" 0xba "${options:--}")" \
				"$(traffic header "$B@$IN_B4" "$A@$IN_A4" 0xba "${options:--}")"; do
				assert_eq "$said" "result=arrived tos=0xba options=$options" "$size octets, in IPv$outer"
			done
		done
		both_ends_agree
	done
}

# One octet more than fits is told to the sender, who knows the size then.
test_path_mtu() {
	local outer inner a b fits headers

	for outer in 4 6; do
		for inner in 4 6; do
			beet espah xfrm "$outer" "$inner"
			no_route_knows
			a=IN_A$inner b=IN_B$inner
			fits=$(inner "$outer" "$inner")
			headers=$((inner == 4 ? 28 : 48))
			counters_save "$A"
			traffic watch_start "$A@veth0"
			assert_probe arrived 1500 "$A@${!a}" "$B@${!b}" $((fits - headers))
			assert_probe EMSGSIZE "$fits" "$A@${!a}" "$B@${!b}" $((fits - headers + 1))
			assert_probe arrived "$fits" "$A@${!a}" "$B@${!b}" $((fits - headers))
			wire_protected
			assert_field "$wire" fragments 0
			assert_counter_diff "$A" out-too-big 1
			only_counters "$A" out-ok out-too-big
		done
	done
}

# The message speaks of the protected packet, whose inner header is not there to be quoted: the SA
# learns from it, and whoever sends too much afterwards is told. Only one that speaks of a size has one.
test_router_with_a_smaller_link() {
	local outer inner a b from to fits headers

	for outer in 4 6; do
		for inner in 4 6; do
			beet espah espah "$outer" "$inner"
			no_route_knows
			a=IN_A$inner b=IN_B$inner from=A$outer to=B$outer
			fits=$(inner "$outer" "$inner")
			headers=$((inner == 4 ? 28 : 48))
			counters_save "$A"
			assert_probe arrived 1500 "$A@${!a}" "$B@${!b}" $((fits - headers))
			[ "$outer" = 6 ] || traffic icmp_error "$B" "$B4" "$A4" "$B4" 3:1 0x1100 1
			assert_probe arrived 1500 "$A@${!a}" "$B@${!b}" $((fits - headers))
			traffic "icmp${outer/4/}_too_big" "$B" "${!to}" "${!from}" "${!to}" 0x1100 2 1400
			assert_probe EMSGSIZE "$(inner "$outer" "$inner" 1400)" "$A@${!a}" "$B@${!b}" $((fits - headers))
			fits=$(inner "$outer" "$inner" 1400)
			assert_probe arrived "$fits" "$A@${!a}" "$B@${!b}" $((fits - headers))
			only_counters "$A" out-ok out-too-big icmp-unreachable
		done
	done
}

# What an IPv4 fragment is known by has no place in the packet; an IPv6 fragment has it in a header
# of its own, and is put together where it comes out.
test_fragments_inside() {
	local outer

	for outer in 4 6; do
		beet espah espah "$outer" 4
		counters_save "$A"
		assert_eq "$(traffic parts "$A@$IN_A4" "$B@$IN_B4" first:protected second:protected)" \
			result=lost "an IPv4 datagram in two fragments"
		assert_counter_diff "$A" out-fragment 2
		only_counters "$A" out-fragment
		beet espah espah "$outer" 6
		counters_save "$A"
		assert_eq "$(traffic parts "$A@$IN_A6" "$B@$IN_B6" first:protected second:protected)" \
			result=arrived "an IPv6 datagram in two fragments"
		assert_counter_diff "$A" out-ok 2
		only_counters "$A" out-ok
	done
}

# refused REGEX WORDS...
refused() {
	assert_fails_with "$1" espah -n "$A" state add src "$A4" dst "$B4" spi 0x3000 mode beet "${@:2}"
}

test_refused() {
	local sel="sel src $IN_A4 dst $IN_B4" aead

	aead="proto esp aead $ALG $(rand_key 20) 128"
	# shellcheck disable=SC2086
	{
		refused 'sel: in BEET mode it is needed' $aead
		refused 'sel: in BEET mode.*one address' $aead sel src 10.66.0.0/24 dst $IN_B4
		refused 'sel: in BEET mode.*one address' $aead sel src $IN_A4
		refused 'ttl: .*tunnel mode' $aead ttl 3 $sel
		refused 'mode: BEET is a mode of ESP' proto ah auth-trunc 'hmac(sha256)' "$(rand_key 32)" 128 $sel
		assert_ok espah -n "$A" state add src $A4 dst $B4 spi 0x3000 mode beet $aead $sel
	}
	assert_fails_with 'tmpl mode: BEET is a mode of ESP' espah -n "$A" policy add dir out \
		src "$IN_A4" dst "$IN_B4" tmpl src "$A4" dst "$B4" proto ah mode beet
	[[ $(espah -n "$A" state) == *' mode beet'* ]] || fail "the mode is not listed: $(espah -n "$A" state)"
	[[ $(espah -n "$A" -j state) == *'"mode":"beet"'* ]] || fail "nor in JSON: $(espah -n "$A" -j state)"
}

ns_pair A B
addresses
addresses_inside
traffic_start
run_tests "$@"
