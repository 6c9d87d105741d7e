#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Traffic on both CPUs while SAs, policies and namespaces come and go: nothing leaves
# in clear, nothing arrives changed, and afterwards everything works as before.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/traffic.sh"

ROUNDS=$(short_or_long 6 1000)

# A flood each way, each on a CPU of its own.
floods_start() {
	traffic flood_start "$1@10.9.0.1" "$2@10.9.0.2" 200 0
	traffic flood_start "$2@10.9.0.2" "$1@10.9.0.1" 200 1
	traffic flood_sent 100
}

floods_stop() {
	local said

	for _ in 1 2; do
		said=$(traffic flood_stop)
		assert_field "$said" changed 0
	done
}

# churn NS WHAT: a batch of $ROUNDS times the lines of WHAT, of which some may be refused
# because the other end of the rope was quicker.
churn() {
	local i

	for ((i = 0; i < ROUNDS; i++)); do
		"$2" "$i"
	done | espah -n "$1" -force -b - >/dev/null 2>&1 || [ $? -eq 2 ]
}

# From both ends at once, and twice from each, so that changes meet changes as well.
churn_all() {
	local ns jobs=()

	for ns in "$A" "$B" "$A" "$B"; do
		churn "$ns" "$1" &
		jobs+=($!)
	done
	wait_each "${jobs[@]}"
}

# What protects stays protected: there is always a policy, if not always an SA.
states_of_a_round() {
	states espah 10.9.0.1 10.9.0.2 tunnel | sed "$(($1 % 2 + 1))s/ add / update /"
	echo "state delete dst 10.9.0.$(($1 % 2 + 1)) proto esp spi 0x1${1: -1}00"
	echo "state list"
	[ $(($1 % 8)) -ne 7 ] || echo "state flush"
	states espah 10.9.0.1 10.9.0.2 tunnel
}

test_states_change_under_traffic() {
	protect_pair espah espah tunnel
	wire_watch "$A@veth0" "$B@veth0"
	floods_start "$A" "$B"
	churn_all states_of_a_round
	floods_stop
	wire_protected
	and_then
}

policies_of_a_round() {
	local one=10.9.0.1 two=10.9.0.2

	echo "policy update src $one dst $two dir out priority $(($1 % 3)) tmpl src $one dst $two proto esp reqid 1 mode tunnel"
	echo "policy add src 10.20.$(($1 % 256)).0/24 dst 10.9.0.0/24 dir in action block priority 9"
	echo "policy list"
	echo "policy delete src 10.20.$(($1 % 256)).0/24 dst 10.9.0.0/24 dir in"
	echo "policy add src 10.0.0.0/8 dst 10.0.0.0/8 dir fwd priority $1"
	echo "policy flush dir fwd"
}

test_policies_change_under_traffic() {
	protect_pair espah espah tunnel
	wire_watch "$A@veth0" "$B@veth0"
	floods_start "$A" "$B"
	churn_all policies_of_a_round
	floods_stop
	wire_protected
	and_then
}

# All of it goes on as if nothing had been.
and_then() {
	local said

	protect_pair espah espah transport
	counters_save "$B"
	traffic flood_start "$A@10.9.0.1" "$B@10.9.0.2" 200
	traffic flood_sent 200
	said=$(traffic flood_stop all)
	assert_field "$said" lost 0
	only_counters "$B" in-ok
}

# Their SAs and policies go with them, packets or not.
test_namespaces_end_under_traffic_on_both_cpus() {
	local C D i

	unprotect
	for ((i = 0; i < $(short_or_long 2 20); i++)); do
		ns_pair C D
		A=$C B=$D protect_pair espah espah tunnel
		floods_start "$C" "$D"
		ip netns del "$D"
		traffic flood_sent 50
		ip netns del "$C"
		floods_stop
	done
	module_unload
}

ns_pair A B
traffic_start
module_load
run_tests "$@"
