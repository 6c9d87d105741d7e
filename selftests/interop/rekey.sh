#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Keys are renewed while packets pass: none is lost, and none leaves in clear.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/ike.sh"

TIMES=$(short_or_long 3 50)

# The SPIs of the Child SA that packets use, whatever lingers; of the IKE SA.
keys_of() {
	case $2 in
	child) child_spis "$1" ;;
	ike) end "$1" ike_sas ;;
	esac
}

child_spis() {
	local -A found
	local text

	read_sas "$1" found text
	sorted "${!found[@]}"
}

# One pair of SAs, or one IKE SA, and not those of before.
renewed() {
	local seen

	seen=$(keys_of "$1" "$2")
	[[ $seen =~ ^[0-9a-f]+\ [0-9a-f]+$ ]] && [ "$seen" != "$3" ]
}

# rekeyed ike|child FROM...: the ends that begin, at once.
rekeyed() {
	local what=$1 before begins one

	shift
	before=$(keys_of a "$what")
	for one; do
		end "$one" rekey "$what" &
		begins+=" $!"
	done
	# shellcheck disable=SC2086 # several numbers
	wait $begins
	for one in a b; do
		wait_until 60 renewed "$one" "$what" "$before"
	done
	assert_eq "$(keys_of a "$what")" "$(keys_of b "$what")" "what the two ends have"
}

# under_traffic WHAT FROM...
under_traffic() {
	local said number

	case_load
	traffic ike_watch_start "$A@veth0" "$B@veth0"
	assert_ok end a up
	traffic steady_start "$A@10.1.0.1" "$B@10.2.0.1"
	for ((number = 0; number < TIMES; number++)); do
		traffic steady_carried 10
		rekeyed "$@"
	done
	traffic steady_carried 10
	said=$(traffic steady_stop)
	assert_field "$said" lost 0
	assert_field "$said" refused 0
	wire_keyed
	case_down a
}

test_child_by_one_end()		{ under_traffic child a; }
test_child_by_the_other()	{ under_traffic child b; }
test_ike_by_one_end()		{ under_traffic ike a; }
test_ike_by_the_other()		{ under_traffic ike b; }
test_child_by_both_at_once()	{ under_traffic child a b; }
test_ike_by_both_at_once()	{ under_traffic ike a b; }

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
