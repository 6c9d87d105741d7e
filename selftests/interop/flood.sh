#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Strangers who send IKE_SA_INIT from addresses that are not theirs keep nobody out, and
# fill no memory.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/ike.sh"

COUNT=$(short_or_long 2000 10000)
# Kilobytes more than before the flood.
BOUND=4096

# memory END: kilobytes.
memory() {
	local name value

	while read -r name value _; do
		[ "$name" != VmRSS: ] || echo "$value"
	done <"/proc/$(<"${home[$1]}/pid")/status"
}

test_a_peer_gets_in() {
	local before after said

	case_load peer_b=%any
	case_up a
	case_down a
	before=$(memory b)
	traffic strangers_start "$A" 10.9.0.2 "$COUNT"
	traffic strangers_sent $((COUNT / 2))
	case_up a
	said=$(traffic strangers_end)
	assert_field "$said" sent "$COUNT"
	case_down a
	after=$(memory b)
	[ $((after - before)) -le "$BOUND" ] ||
		fail "memory: expected at most $BOUND KB more than $before, saw $after"
}

ground_straight
# What is answered has to go somewhere.
ip -n "$B" route add 10.66.0.0/16 via 10.9.0.1
in_ns "$B" sysctl -qw net.ipv4.conf.all.rp_filter=0
ends charon espahd
run_tests "$@"
