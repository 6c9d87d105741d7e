#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Keys are renewed while packets pass: none is lost, and none leaves in clear.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/ike.sh"

TIMES=$(short_or_long 3 50)

# xfrm drops a packet that is on its way through it when the SA goes, after the policy has
# chosen that and before it is protected, and counts it here: charon's end, not ours.
caught_by_xfrm() {
	local said

	said=$(xfrm_errors "$B")
	[[ $said =~ XfrmOutStateInvalid\ ([0-9]+) ]] || BASH_REMATCH=(0 0)
	echo "${BASH_REMATCH[1]}"
}

# under_traffic WHAT FROM...
under_traffic() {
	local said number caught

	case_load
	caught=$(caught_by_xfrm)
	counters_save "$A"
	traffic ike_watch_start "$A@veth0" "$B@veth0"
	assert_ok end a up
	traffic steady_start "$A@10.1.0.1" "$B@10.2.0.1"
	for ((number = 0; number < TIMES; number++)); do
		traffic steady_carried 10
		rekeyed "$@"
	done
	traffic steady_carried 10
	said=$(traffic steady_stop)
	assert_field "$said" lost $(($(caught_by_xfrm) - caught))
	assert_field "$said" refused 0
	only_counters "$A" in-ok out-ok
	wire_keyed
	case_down a
}

test_child_by_one_end()		{ under_traffic child a; }
test_child_by_the_other()	{ under_traffic child b; }
test_ike_by_one_end()		{ under_traffic ike a; }
test_ike_by_the_other()		{ under_traffic ike b; }
test_child_by_both_at_once()	{ under_traffic child a b; }
test_ike_by_both_at_once()	{ under_traffic ike a b; }

# Of so many packets, which both ends have counted.
test_child_at_its_soft_limit() {
	local number before said

	case_load child=$'rekey_packets = 800\nrand_packets = 0\nlife_packets = 8000'
	traffic ike_watch_start "$A@veth0" "$B@veth0"
	assert_ok end a up
	traffic steady_start "$A@10.1.0.1" "$B@10.2.0.1"
	for ((number = 0; number < $(short_or_long 2 20); number++)); do
		before=$(keys_of a child)
		wait_until 60 renewed a child "$before"
	done
	said=$(traffic steady_stop)
	assert_field "$said" lost 0
	wire_keyed
	case_down a
}

# Keys of their own for the Child SA (PFS).
test_child_with_a_new_exchange() {
	case_load esp=aes128gcm16-curve25519
	assert_ok end a up
	rekeyed child a
	case_traffic
	case_down a
}

ground_straight
ends espahd charon
run_tests "$@"
