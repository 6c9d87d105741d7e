#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What a gateway protects stays out of nf_tables' flowtables, whose packets no hook sees.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/traffic.sh"

setup() {
	traffic_setup
	unprotect
	espah -n "$A" policy setdefault in accept out accept fwd accept
	flowtable_begin
}

# clear_while CMD...: what was on the wire in clear meanwhile, and that there was ESP.
clear_while() {
	local said

	traffic watch_start "$A@veth0" "$B@veth0"
	"$@"
	said=$(traffic watch_stop)
	assert_field "$said" clear 0
	[ "$(field esp "$said")" -gt 0 ] || fail "the wire: expected ESP, saw $said"
}

# That it says something: it does so where no policy is.
test_clear_flow_is_taken() {
	traffic flood_start "$HA@10.1.0.2" "$HB@10.2.0.2" 100
	wait_until 30 offloaded
	traffic flood_stop >/dev/null
}

test_protected_flows() {
	protect_nets espah espah
	clear_while both_ways
	! offloaded || fail "a flowtable has a protected flow"
	# None of them had to be forgotten for that.
	assert_eq "$(in_ns "$A" nft list chain inet fast forward | grep -o 'invalid counter packets [0-9]*')" \
		"invalid counter packets 0" "packets without a connection"
}

both_ways() {
	traffic udp "$HA@10.1.0.2" "$HB@10.2.0.2" 100 100 100 100
	traffic udp "$HB@10.2.0.2" "$HA@10.1.0.2" 100 100 100 100
	traffic tcp "$HA@10.1.0.2" "$HB@10.2.0.2" 50000
	traffic tcp "$HB@10.2.0.2" "$HA@10.1.0.2" 50000
}

# Behind source NAT, policies are for what the flow has become.
test_protected_after_nat() {
	protect_nets espah espah 10.9.0.1/32 10.2.0.0/24
	in_ns "$A" nft -f - <<-END
		table ip turn {
			chain post {
				type nat hook postrouting priority srcnat
				ip saddr 10.1.0.0/24 oifname veth0 snat to 10.9.0.1
			}
		}
	END
	clear_while from_behind
	! offloaded || fail "a flowtable has a protected flow"
}

from_behind() {
	traffic udp "$HA@10.1.0.2" "$HB@10.2.0.2" 100 100 100 100
	traffic tcp "$HA@10.1.0.2" "$HB@10.2.0.2" 50000
}

# What is there already does not go on past the policy.
comes_later() {
	traffic flood_start "$1" "$2" 100
	wait_until 30 offloaded
	protect_nets espah espah
	clear_while traffic flood_sent 500
	! offloaded || fail "a flowtable has a protected flow"
	traffic flood_stop >/dev/null
}

test_policy_comes_later() { comes_later "$HA@10.1.0.2" "$HB@10.2.0.2"; }

behind6() {
	ip -n "$A" -b - <<-END
		addr replace fd09::1/64 dev veth0 nodad
		addr replace fd01::1/64 dev veth1 nodad
		route replace fd02::/64 via fd09::2
	END
	ip -n "$B" -b - <<-END
		addr replace fd09::2/64 dev veth0 nodad
		addr replace fd02::1/64 dev veth1 nodad
		route replace fd01::/64 via fd09::1
	END
	in_ns "$A" sysctl -qw net.ipv6.conf.all.forwarding=1
	in_ns "$B" sysctl -qw net.ipv6.conf.all.forwarding=1
	ip -n "$HA" -b - <<<$'addr replace fd01::2/64 dev veth0 nodad\nroute replace default via fd01::1'
	ip -n "$HB" -b - <<<$'addr replace fd02::2/64 dev veth0 nodad\nroute replace default via fd02::1'
	wait_until 30 in_ns "$HA" ping -6 -c 1 -W 1 fd02::2
}

test_ipv6() {
	behind6
	traffic flood_start "$HA@fd01::2" "$HB@fd02::2" 100
	wait_until 30 offloaded
	protect_nets espah espah fd01::/64 fd02::/64
	clear_while traffic flood_sent 500
	! offloaded || fail "a flowtable has a protected flow"
	traffic flood_stop >/dev/null
	clear_while traffic udp "$HB@fd02::2" "$HA@fd01::2" 100 100 100 100
	! offloaded || fail "a flowtable has a protected flow"
}

# blocks_later COUNTER WORDS...: of espah, at the gateway.
blocks_later() {
	local before

	traffic flood_start "$HA@10.1.0.2" "$HB@10.2.0.2" 100
	wait_until 30 offloaded
	espah -n "$A" "${@:2}"
	traffic watch_start "$B@veth0"
	before=$(counter "$A" "$1")
	wait_until 30 blocked "$1" "$before"
	assert_field "$(traffic watch_stop)" clear 0
	traffic flood_stop >/dev/null
}

blocked() {
	[ "$(counter "$A" "$1")" -gt "$(($2 + 100))" ]
}

test_block_comes_later() {
	blocks_later out-policy-discard policy add src 10.1.0.0/24 dst 10.2.0.0/24 dir out action block
}

test_default_comes_later() {
	blocks_later out-no-policy policy setdefault out block
	espah -n "$A" policy setdefault out accept
}

# What a policy lets pass may go there.
test_bypassed_flow_is_taken() {
	protect_nets espah espah
	espah -n "$A" policy add src 10.1.0.0/24 dst 10.2.0.0/24 proto udp dir out priority 0
	espah -n "$A" policy update src 10.1.0.0/24 dst 10.2.0.0/24 dir out priority 5 action block
	configure espah "$B" </dev/null
	traffic flood_start "$HA@10.1.0.2" "$HB@10.2.0.2" 100
	wait_until 30 offloaded
	traffic flood_stop >/dev/null
}

ns_pair A B
hosts_behind
traffic_start
run_tests "$@"
