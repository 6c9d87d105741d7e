#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The daemon is killed: its policies stay and nothing leaves in clear. It comes back, and
# traffic brings the tunnel up again.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/ike.sh"

# What is up is closed: the next test's SAs are made with what that configures.
closed() {
	assert_ok end a down
	wait_until 60 no_sas a
}

# killed SIGNAL: what was there is there while the daemon is not.
killed() {
	local before after

	case_load child='start_action = trap' from=a
	traffic ike_watch_start "$A@veth0" "$B@veth0"
	wait_until 60 passes
	before=$(selectors a)
	end_kill a "$1"
	after=$(selectors a)
	assert_eq "$after" "$before" "selectors of the policies, without a daemon"
	traffic attempt "$A@10.1.0.1" "$B@10.2.0.1" >/dev/null
	traffic attempt "$B@10.2.0.1" "$A@10.1.0.1" >/dev/null
	end_start a
	end_ready a
	assert_ok end a load
	wait_until 60 passes
	case_traffic
	wire_keyed
	assert_eq "$(selectors a)" "$before" "selectors of the policies, afterwards"
	closed
}

test_killed()	{ killed KILL; }

# Again and again, at any moment.
test_killed_while_it_comes_up() {
	local number

	case_load child='start_action = trap'
	traffic ike_watch_start "$A@veth0" "$B@veth0"
	traffic steady_start "$A@10.1.0.1" "$B@10.2.0.1"
	for ((number = 0; number < $(short_or_long 3 30); number++)); do
		pause "0.$((RANDOM % 9))"
		end_kill a KILL
		end_start a
		end_ready a
		assert_ok end a load
	done
	wait_until 60 passes
	traffic steady_stop >/dev/null
	wire_keyed
	closed
}

# Who is asked to end closes everything, at both ends.
test_ended() {
	case_load
	traffic ike_watch_start "$A@veth0" "$B@veth0"
	case_up a
	end_kill a TERM
	nothing_left a || fail "it left SAs or policies: $(end a kernel state) $(selectors a)"
	wait_until 60 nothing_left b
	wire_keyed
	end_start a
	end_ready a
}

# Who is asked twice ends at once, and the policies stay.
test_ended_at_once() {
	local before

	case_load child='start_action = trap'
	wait_until 60 passes
	before=$(selectors a)
	end_kill b KILL
	end_now a
	assert_eq "$(selectors a)" "$before" "selectors of the policies, without a daemon"
	end_renew a
	end_renew b
}

ike_up() {
	[ -n "$(end "$1" ike_sas)" ]
}

logged() {
	[[ $(<"${home[$1]}/log") == *"$2"* ]]
}

# HUP has the configuration read again; one that is wrong changes nothing.
test_read_again() {
	local pid

	case_load
	pid=$(<"${home[a]}/pid")
	case_change a child='start_action = start'
	kill -HUP "$pid"
	wait_until 60 ike_up a
	case_change a child='start_action = never'
	kill -HUP "$pid"
	wait_until 60 logged a 'nothing was loaded: '
	ike_up a || fail "it has no IKE SA any more"
	closed
	case_change a child=''
	kill -HUP "$pid"
	wait_until 60 nothing_left a
}

# A peer that does not answer any more is given up, and found again when it is back.
long_peer_killed() {
	case_load conn='dpd_delay = 5' child='start_action = trap'
	traffic ike_watch_start "$A@veth0"
	wait_until 60 passes
	end_kill b KILL
	wait_until 300 no_sas a
	end_renew b
	case_write b
	assert_ok end b load
	wait_until 60 passes
	wire_keyed
}

ground_straight
ends espahd charon
run_tests "$@"
