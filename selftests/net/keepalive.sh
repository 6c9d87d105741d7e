#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# An SA behind NAT that is silent sends keepalives (RFC 3948 sections 2.3 and 4).
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/traffic.sh"

A6=fd00:9::1 B6=fd00:9::2

# ends ONE TWO SECONDS: transport mode between $A and $B, in UDP; $A sends keepalives.
ends() {
	local encap="encap espinudp 4500 4501 ${4:-0.0.0.0}"

	new_keys
	{
		states espah "$1" "$2" transport |
			sed "/spi 0x1100/ s/\$/ $encap nat_keepalive_interval $3/; /spi 0x1200/ s/\$/ $encap/"
		policies "$1" "$2" transport "$1" "$2"
	} | configure espah "$A"
}

# What comes to $B and is a keepalive, octet for octet, from the right port to the right one.
# Nobody there takes it, and nobody is to say so.
count_keepalives() {
	rules "$B" <<-END
		table $1 filter {
			counter alive { }
			counter others { }
			chain before {
				type filter hook prerouting priority -300
				udp sport 4500 udp dport 4501 udp length 9 @th,64,8 0xff counter name alive drop
				udp dport 4501 udp length 9 counter name others drop
			}
		}
	END
}

# have_come N [FAMILY]
have_come() {
	[ "$(packets "$B" alive "${2:-ip}")" -ge "$1" ]
}

# have_left N
have_left() {
	[ "$(counter "$A" out-keepalive)" -ge "$1" ]
}

test_silent() {
	count_keepalives ip
	ends 10.9.0.1 10.9.0.2 1
	counters_save "$A"
	wait_until 60 have_come 3
	[ "$(packets "$B" others)" -eq 0 ] || fail "there was something else"
	only_counters "$A" out-keepalive
	[[ $(espah -n "$A" state) == *'nat_keepalive_interval 1'* ]] || fail "it is not listed"
}

test_ipv6() {
	count_keepalives ip6
	ends "$A6" "$B6" 1 ::
	counters_save "$A"
	wait_until 60 have_come 3 ip6
	[ "$(packets "$B" others ip6)" -eq 0 ] || fail "there was something else"
	only_counters "$A" out-keepalive
}

# Another SA says that time has passed.
test_ends_with_the_sa() {
	local before

	count_keepalives ip
	ends 10.9.0.1 10.9.0.2 1
	wait_until 60 have_come 1
	espah -n "$A" state flush
	before=$(packets "$B" alive)
	count_keepalives ip
	espah -n "$A" state add src 10.9.0.1 dst 10.9.0.2 proto esp spi 0x2000 aead "$ALG" "$key_ab" 128 \
		encap espinudp 4600 4501 0.0.0.0 nat_keepalive_interval 1
	counters_save "$A"
	wait_until 60 have_left $(($(counter "$A" out-keepalive) + 4))
	assert_eq "$(packets "$B" alive)" 0 "keepalives of an SA that is gone, after $before"
	[ "$(packets "$B" others)" -ge 4 ] || fail "the other SA's have not come"
}

# Between no ports there is nothing to keep alive.
test_refused_without_ports() {
	assert_fails_with 'nat-keepalive: encap-sport and encap-dport are needed' espah -n "$A" state add \
		src 10.9.0.1 dst 10.9.0.2 proto esp spi 0x2000 aead "$ALG" "$(rand_key 20)" 128 nat_keepalive_interval 1
}

# A namespace and the module go while the clock runs.
test_ends_with_the_namespace() {
	ns_add "short-$$"
	ip -n "short-$$" link set lo up
	espah -n "short-$$" state add src 127.0.0.1 dst 127.0.0.2 proto esp spi 0x2000 aead "$ALG" \
		"$(rand_key 20)" 128 encap espinudp 4500 4500 0.0.0.0 nat_keepalive_interval 1
	ip netns del "short-$$"
	espah -n "$A" -b - <<<$'policy flush\nstate flush'
	wait_until 60 module_unload
	module_load
}

# Where something was sent, there is no need.
test_traffic() {
	local end=$((SECONDS + 22))

	ends 10.9.0.1 10.9.0.2 10
	counters_save "$A"
	while ((SECONDS < end)); do
		traffic attempt "$A@10.9.0.1" "$B@10.9.0.2"
	done
	assert_counter_diff "$A" out-keepalive 0
	wait_until 60 have_left $(($(counter "$A" out-keepalive) + 1))
}

test_refused() {
	assert_fails_with 'nat-keepalive.*encap-sport' espah -n "$A" state add src 10.9.0.1 dst 10.9.0.2 \
		proto esp spi 0x3000 aead "$ALG" "$(rand_key 20)" 128 nat_keepalive_interval 20
}

module_load
ns_pair A B
ip -n "$A" addr add $A6/64 dev veth0 nodad
ip -n "$B" addr add $B6/64 dev veth0 nodad
traffic_start
run_tests "$@"
