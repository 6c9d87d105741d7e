#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Two ends that share a secret have a tunnel, whoever begins.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/ike.sh"

test_tunnel()		{ ike_case mode=tunnel; }
test_transport()	{ ike_case mode=transport; }
test_secret_in_hex()	{ ike_case secret=0x000102030405060708090a0b0c0d0e0f; }
test_ids_are_addresses(){ ike_case id_a=10.9.0.1 expect_b=10.9.0.1 id_b=10.9.0.2 expect_a=10.9.0.2; }
test_ids_are_mail()	{ ike_case id_a=a@test expect_b=a@test id_b=b@test expect_a=b@test; }
test_several_selectors(){ ike_case local_a=10.1.0.0/24,10.1.1.0/24 remote_b=10.1.0.0/24,10.1.1.0/24 ts='10.1.0.0/24>10.2.0.0/24 10.1.1.0/24>10.2.0.0/24'; }

# One service is protected, and its answers.
test_ports() {
	local one='10.1.0.0/24>10.2.0.0/24[proto-udp-dport-5201]' from
	local back='10.2.0.0/24>10.1.0.0/24[proto-udp-sport-5201]'

	case_load 'local_a=10.1.0.0/24[udp]' 'remote_a=10.2.0.0/24[udp/5201]' \
		'local_b=10.2.0.0/24[udp/5201]' 'remote_b=10.1.0.0/24[udp]'
	for from in a b; do
		traffic ike_watch_start "$A@veth0" "$B@veth0"
		assert_ok end "$from" up
		passes || fail "no answer came from the service"
		wait_until 30 agree 1
		assert_eq "$(selectors a)" "$one" "selectors of a"
		assert_eq "$(selectors b)" "$back" "selectors of b"
		wire_keyed
		case_down "$from"
	done
}

# There may be two of everything then, and all of it works, and goes.
test_both_begin_at_once() {
	local begins

	case_load
	traffic ike_watch_start "$A@veth0" "$B@veth0"
	end a up &
	begins=$!
	end b up || true
	wait "$begins" || true
	wait_until 60 passes
	case_traffic
	wire_keyed
	case_down a
}

ground_straight
ends espahd charon
run_tests "$@"
