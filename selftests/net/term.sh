#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A policy ends at its limits, and what it spoke of is then as any other packet.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/traffic.sh"

POLICY='policy add src 10.9.0.1 dst 10.9.0.2 proto udp dir out'
TMPL='tmpl proto esp reqid 1 mode transport'

setup() {
	traffic_setup
	configure espah "$A" </dev/null
	configure espah "$B" </dev/null
	at_a 'policy setdefault in accept out accept fwd accept'
}

teardown() {
	at_a 'policy setdefault in accept out accept fwd accept'
}

at_a() {
	espah -n "$A" -b - <<<"$1"
}

hears() {
	grep -q "$2" "$1"
}

is_heard() {
	at_a 'policy flush dir fwd'
	hears "$1" fwd
}

# listen FILE OPTIONS...: what expires at $A, from now on.
listen() {
	: >"$1"
	espah -n "$A" "${@:2}" monitor expire policy >>"$1" 2>&1 &
	wait_until 30 is_heard "$1"
}

policies() {
	espah -n "$A" -j policy list | jq length
}

no_policies() {
	[ "$(policies)" -eq 0 ]
}

attempt() {
	assert_attempt "$1" "$A@10.9.0.1" "$B@10.9.0.2"
}

# Nobody brings the SA that is asked for: while the policy is there nothing leaves, and then it leaves in clear.
test_seconds() {
	listen "$scratch/json" -j
	at_a "$POLICY limit time-soft 1 limit time-hard 3 $TMPL"
	attempt lost
	wait_until 60 no_policies
	attempt arrived
	wait_until 30 hears "$scratch/json" '"limit":"hard"'
	assert_eq "$(jq -c 'select(.event == "policy-expire") | [.limit, .unspoken, .policy.dir, .policy.limits]' "$scratch/json")" \
		'["soft","accept","out",{"time_soft":1,"time_hard":3}]
["hard","accept","out",{"time_soft":1,"time_hard":3}]' "events"
}

# What no policy speaks of is blocked: with the policy the packet's way does not open.
test_blocked_afterwards() {
	at_a 'policy setdefault out block'
	listen "$scratch/text" -o
	at_a "$POLICY limit time-hard 1"
	attempt arrived
	wait_until 60 no_policies
	attempt EPERM
	wait_until 30 hears "$scratch/text" Expired
	assert_eq "$(grep Expired "$scratch/text")" \
		$'Expired hard (default block) src 10.9.0.1/32 dst 10.9.0.2/32 proto udp\\\tdir out priority 0' "text"
}

# The seconds begin with the first packet.
test_seconds_of_use() {
	at_a "$POLICY limit time-use-hard 1"
	sleep 1.5
	assert_eq "$(policies)" 1 "policies before the first packet"
	attempt arrived
	wait_until 60 no_policies
}

# Looked at soon after packets have passed: who sends without a pause goes on for a moment.
test_traffic() {
	listen "$scratch/json" -j
	at_a "$POLICY limit packet-soft 1 limit packet-hard 3"
	attempt arrived
	wait_until 30 hears "$scratch/json" '"limit":"soft"'
	attempt arrived
	assert_eq "$(policies)" 1 "policies at the soft limit"
	attempt arrived
	wait_until 60 no_policies
	at_a "$POLICY limit byte-hard 100"
	attempt arrived
	wait_until 60 no_policies
}

# What is listed is read again, and an update begins anew, with other limits or none.
test_update() {
	local words

	at_a "$POLICY limit time-hard 2 limit byte-soft 5000"
	assert_eq "$(espah -n "$A" -j policy list | jq -c '.[0].limits')" '{"time_hard":2,"byte_soft":5000}' "limits"
	words=$(espah -n "$A" save policy | grep '^policy add')
	[[ $words == *'limit time-hard 2'*'limit byte-soft 5000'* ]] || fail "not saved: $words"
	at_a "${POLICY/add/update}"
	sleep 2.5
	assert_eq "$(policies)" 1 "policies without a limit"
	[[ $(espah -n "$A" -s policy list) == *'limit: soft (INF)(bytes), hard (INF)(bytes)'* ]] || fail "limits are listed"
	at_a "${POLICY/add/update} limit time-hard 1"
	wait_until 60 no_policies
}

module_load
ns_pair A B
traffic_start
run_tests "$@"
