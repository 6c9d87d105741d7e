#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A wire that loses, doubles and reorders: every exchange completes all the same.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/ike.sh"

ROUNDS=$(short_or_long 1 20)

# bad_wire WORDS...: what netem does to both directions, until it does something else.
bad_wire() {
	tc -n "$A" qdisc replace dev veth0 root netem "$@"
	tc -n "$B" qdisc replace dev veth0 root netem "$@"
}

# Both ends have one pair of SAs, the same.
one_pair() {
	local -A one two
	local text

	read_sas a one text
	read_sas b two text
	[ "${#one[@]}" -eq 2 ] && [ "${#two[@]}" -eq 2 ] || return
	[ "$(sorted "${!one[@]}")" = "$(sorted "${!two[@]}")" ]
}

# An exchange of each kind, begun by each end in turn.
exchanges() {
	local number from

	case_load
	traffic ike_watch_start "$A@veth0" "$B@veth0"
	bad_wire "$@"
	for ((number = 0; number < ROUNDS; number++)); do
		for from in a b; do
			assert_ok end "$from" up
			wait_until 120 one_pair
			wait_until 60 passes
			rekeyed child "$from"
			wait_until 60 passes
			rekeyed ike "$from"
			wait_until 60 passes
			assert_ok end "$from" down
			wait_until 120 nothing_left a
			wait_until 120 nothing_left b
		done
	done
	wire_keyed
}

long_loss()		{ exchanges delay 1ms loss 20%; }
long_doubles()		{ exchanges delay 1ms duplicate 50%; }
long_reordering()	{ exchanges delay 20ms reorder 30% 50%; }
test_all_of_it()	{ exchanges delay 10ms 8ms loss 20% duplicate 20% reorder 20%; }

ground_straight
modprobe sch_netem
ends espahd charon
run_tests "$@"
