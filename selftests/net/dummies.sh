#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Where an SA has nothing to send it sends dummies (RFC 4303 section 2.6), if it has asked for that.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/traffic.sh"

A6=fd00:9::1 B6=fd00:9::2

setup() {
	traffic_setup
	unprotect
	configure xfrm "$B" </dev/null
}

# ends STACK MODE MORE [ONE TWO [ENCAP]]: $A sends dummies to $B, which has that stack.
ends() {
	local one=${4:-10.9.0.1} two=${5:-10.9.0.2}

	new_keys
	{
		states espah "$one" "$two" "$2" | sed "s/\$/ ${6-}/; /spi 0x1100/ s/\$/ dummy_interval $3/"
		policies "$one" "$two" "$2" "$one" "$two"
	} | configure espah "$A"
	{
		states "$1" "$one" "$two" "$2" | sed "s/\$/ ${6-}/"
		policies "$two" "$one" "$2" "$two" "$one"
	} | configure "$1" "$B"
}

# have_come COUNTER NS N: since counters_save.
have_come() {
	[ "$(($(counter "$2" "$1") - $(counter_in "${counters_saved[$2]}" "$1")))" -ge "$3" ]
}

begin() {
	counters_save "$A"
	counters_save "$B"
	wire_watch "$A@veth0"
}

# dummies MODE MORE [ONE TWO]: they come, and nothing else does.
dummies() {
	ends espah "$@"
	begin
	wait_until 60 have_come in-dummy "$B" 5
	wire_protected
	only_counters "$A" out-dummy out-ok
	only_counters "$B" in-dummy
}

test_silent() {
	dummies tunnel 20
	[[ $(espah -n "$A" state) == *'dummy_interval 20'* ]] || fail "it is not listed"
	dummies transport 20
	# Nobody who sees them knows how long a packet would be.
	[ "$(field largest "$wire")" -gt "$(field smallest "$wire")" ] || fail "all are of one length: $wire"
}

test_ipv6() {
	dummies tunnel 20 "$A6" "$B6"
	dummies transport 20 "$A6" "$B6"
}

# As long as everything: 20 + 8 + 8 + 500 + 2, to a multiple of 4, and 16.
test_length() {
	dummies tunnel '20 tfcpad 500'
	assert_field "$wire" smallest 556
	assert_field "$wire" largest 556
}

test_in_udp() {
	local doors=''

	ip netns exec "$B" encap 4500 >"$scratch/encap" 2>&1 &
	doors=$!
	wait_until 60 grep -q ready "$scratch/encap"
	ends espah tunnel 20 '' '' 'encap espinudp 4500 4500 0.0.0.0'
	begin
	wait_until 60 have_come in-dummy "$B" 5
	only_counters "$B" in-dummy
	kill "$doors"
	wait "$doors" || true
}

# xfrm discards them, too, and counts them as what it does not know; what comes between, it takes.
test_xfrm_discards_them() {
	ends xfrm tunnel 20
	begin_counting
	errors=$(grep -v XfrmInStateProtoError <<<"$errors" || true)
	wait_until 60 have_come out-dummy "$A" 5
	traffic udp "$A@10.9.0.1" "$B@10.9.0.2" 100 1000
	traffic udp "$B@10.9.0.2" "$A@10.9.0.1" 100 1000
	assert_eq "$(xfrm_errors "$B" | grep -v XfrmInStateProtoError)" "$errors" "errors in xfrm's statistics"
}

# In BEET mode, a dummy has no inner packet to make a header of.
test_beet() {
	local key end='sel src 10.1.0.2/32 dst 10.2.0.2/32'
	local sa='state add src 10.9.0.1 dst 10.9.0.2 proto esp spi 0x1100 mode beet replay-window 64'

	key=$(rand_key 20)
	configure espah "$B" <<<"$sa aead $ALG $key 128 $end"
	configure espah "$A" <<<"$sa aead $ALG $key 128 dummy_interval 20 $end"
	begin
	wait_until 60 have_come in-dummy "$B" 5
	only_counters "$A" out-dummy out-ok
	only_counters "$B" in-dummy
}

# Nobody on the way tells them from the packets of a tunnel by their header.
test_header() {
	rules "$B" <<-END
		table ip filter {
			counter alike { }
			counter others { }
			chain before {
				type filter hook prerouting priority -300
				ip protocol esp ip ttl 9 ip dscp ef ip frag-off & 0x4000 != 0 counter name alike accept
				ip protocol esp counter name others
			}
		}
	END
	dummies tunnel '20 ttl 9 dscp 46'
	[ "$(packets "$B" alike)" -ge 5 ] || fail "none has the tunnel's header"
	assert_eq "$(packets "$B" others)" 0 "headers that a tunnel does not have"
	rules "$B" </dev/null
}

# Where there is traffic, nothing need be made up; afterwards there are some again.
test_traffic_takes_their_place() {
	local end=$((SECONDS + 8))

	ends espah tunnel 3000
	traffic flood_start "$A@10.9.0.1" "$B@10.9.0.2" 100
	counters_save "$A"
	while ((SECONDS < end)); do
		traffic flood_sent 1000
	done
	assert_counter_diff "$A" out-dummy 0
	traffic flood_stop
	wait_until 60 have_come out-dummy "$A" 1
}

# update WORDS...: of $A's SA
update() {
	espah -n "$A" state update src 10.9.0.1 dst 10.9.0.2 proto esp spi 0x1100 "$@"
}

# With another SA's dummies, so long that there would be some. $B may say that it does not know
# that SA, and protects what it says.
as_long_as_others_come() {
	espah -n "$A" state add src 10.9.0.1 dst 10.9.0.2 proto esp spi 0x2000 aead "$ALG" "$(rand_key 20)" 128 \
		dummy_interval 20
	counters_save "$B"
	wait_until 60 have_come in-unknown-spi "$B" 5
}

test_interval_changes() {
	ends espah tunnel 3600000
	begin
	update dummy_interval 20
	wait_until 60 have_come in-dummy "$B" 5
	[[ $(espah -n "$A" state) == *'dummy_interval 20'* ]] || fail "it is not listed"
	# What is not said stays.
	update limit packet-hard 1000000
	[[ $(espah -n "$A" state) == *'dummy_interval 20'* ]] || fail "another change has taken it away"
	update dummy_interval 0
	[[ $(espah -n "$A" state) != *dummy_interval* ]] || fail "it is listed"
	as_long_as_others_come
	only_counters "$B" in-unknown-spi out-ok
}

# Without a route they are dropped and counted as any packet is, and there are some when it is back.
test_no_route() {
	counters_save "$A"
	configure espah "$A" <<-END
		state add src 10.9.0.1 dst 10.7.0.2 proto esp spi 0x1100 aead $ALG $(rand_key 20) 128 dummy_interval 20
	END
	wait_until 60 have_come out-no-route "$A" 3
	only_counters "$A" out-no-route
	ip -n "$A" route add 10.7.0.0/24 via 10.9.0.2
	wait_until 60 have_come out-dummy "$A" 1
	ip -n "$A" route del 10.7.0.0/24
}

test_end_with_the_sa() {
	ends espah tunnel 20
	begin
	wait_until 60 have_come in-dummy "$B" 2
	espah -n "$A" state flush
	as_long_as_others_come
	only_counters "$B" in-unknown-spi out-ok
}

# They count against a limit like everything, wherever they arrive.
test_limit() {
	counters_save "$A"
	ends espah tunnel '20 limit packet-hard 4'
	wait_until 60 gone
	assert_counter_diff "$A" out-ok 4
	# Whoever has not been told yet says that he knows no ESP.
	only_counters "$A" out-ok out-dummy out-expired in-clear
}

gone() {
	! espah -n "$A" state get dst 10.9.0.2 proto esp spi 0x1100 2>/dev/null >&2
}

test_end_with_the_namespace() {
	ns_add "short-$$"
	ip -n "short-$$" link set lo up
	espah -n "short-$$" state add src 127.0.0.1 dst 127.0.0.2 proto esp spi 0x2000 aead "$ALG" \
		"$(rand_key 20)" 128 dummy_interval 1
	ip netns del "short-$$"
	unprotect
	wait_until 60 module_unload
	module_load
}

test_refused() {
	local sa='src 10.9.0.1 dst 10.9.0.2 proto ah spi 0x1100'

	assert_fails_with 'dummy-interval: AH has no dummies' espah -n "$A" -b - <<-END
		state add $sa auth-trunc hmac(sha256) $(rand_key 32) 128 mode tunnel dummy_interval 20
	END
	espah -n "$A" -b - <<<"state add $sa auth-trunc hmac(sha256) $(rand_key 32) 128 mode tunnel"
	assert_fails_with 'dummy-interval: AH has no dummies' espah -n "$A" -b - <<<"state update $sa dummy_interval 20"
}

ns_pair A B
ip -n "$A" addr add $A6/64 dev veth0 nodad
ip -n "$B" addr add $B6/64 dev veth0 nodad
in_ns "$A" ping -q -c 1 -W 10 "$B6" >/dev/null
traffic_start
run_tests "$@"
