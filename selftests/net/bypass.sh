#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A socket that has asked for it speaks in clear; no other does, nor what is only like it.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/traffic.sh"

PORT=4433

# Policies that want everything protected, and no SA.
no_sa() {
	policies 10.9.0.1 10.9.0.2 transport 10.9.0.1 10.9.0.2 | configure espah "$A"
	policies 10.9.0.2 10.9.0.1 transport 10.9.0.2 10.9.0.1 | configure espah "$B"
}

# listen NS KIND: a socket on $PORT, which answers once; $listener is its process.
listen() {
	# Not in_ns: a function in the background has a process of its own, in between.
	ip netns exec "$1" bypass "$2" "$PORT" >"$scratch/listener" 2>&1 &
	listener=$!
	wait_until 60 grep -q ready "$scratch/listener"
}

# The listener ends, whatever it waits for.
gone() {
	kill "$listener"
	wait "$listener" 2>/dev/null || true
}

test_both_ways_in_clear() {
	no_sa
	counters_save "$A"
	counters_save "$B"
	listen "$B" clear
	assert_ok in_ns "$A" bypass clear "$PORT" 10.9.0.2 "$PORT"
	assert_ok wait "$listener"
	only_counters "$A"
	only_counters "$B"
}

test_discard_does_not_stop_it() {
	local ns

	for ns in "$A" "$B"; do
		configure espah "$ns" <<-END
			policy add src any dst any dir out action block
			policy add src any dst any dir in action block
		END
	done
	listen "$B" clear
	assert_ok in_ns "$A" bypass clear "$PORT" 10.9.0.2 "$PORT"
	assert_ok wait "$listener"
}

test_others_do_not_send() {
	no_sa
	counters_save "$A"
	listen "$A" clear
	assert_fails_with 'sending: Operation not permitted' \
		in_ns "$A" bypass plain 4434 10.9.0.2 "$PORT"
	assert_counter_diff "$A" out-no-sa 1
	gone
}

# dropped NS COUNTER: since counters_save, one more.
dropped() {
	(assert_counter_diff "$1" "$2" 1)
}

# refused_at NS COUNTER: a datagram to $PORT there from a socket in clear ends so.
refused_at() {
	counters_save "$1"
	ip netns exec "$A" bypass clear 4435 "${3:-10.9.0.2}" "$PORT" &
	wait_until 60 dropped "$1" "$2"
	kill "$!"
	wait "$!" 2>/dev/null || true
}

test_others_do_not_receive() {
	no_sa
	listen "$B" plain
	refused_at "$B" in-clear
	gone
	# Another port than the one of a socket that may.
	listen "$B" clear
	PORT=4436 refused_at "$B" in-clear
	gone
}

test_it_ends_with_the_socket() {
	no_sa
	listen "$B" clear
	gone
	refused_at "$B" in-clear
}

# A port here lets nothing pass through here.
test_forwarded_packets_are_not_for_the_socket() {
	policies 10.9.0.1 10.2.0.2 transport 10.9.0.1 10.2.0.2 | configure espah "$A"
	configure espah "$B" <<-END
		policy add src 10.9.0.0/24 dst 10.2.0.0/24 dir fwd action block
		policy add src 10.9.0.0/24 dst 10.2.0.0/24 dir in action block
	END
	listen "$B" clear
	refused_at "$B" fwd-clear-discard 10.2.0.2
	gone
}

test_without_the_right_to() {
	assert_fails_with 'CAP_NET_ADMIN is needed' \
		in_ns "$A" setpriv --bounding-set -net_admin --reuid 65534 --clear-groups \
		bypass clear "$PORT"
}

# What a policy of the socket's own asks for besides is xfrm's business.
test_half_a_bypass_is_none() {
	no_sa
	in_ns "$A" python3 -I -S - <<-'END'
		import errno, socket, struct

		def policy(prefixlen, action):
		    selector = struct.pack('=16s16s4H4BiI', b'', b'', 0, 0, 0, 0, 2, 0, 0, 0, 0, 0)
		    selector = selector[:42] + bytes([prefixlen]) + selector[43:]
		    return selector.ljust(56, b'\0') + bytes(64 + 32 + 8) + struct.pack('=4B4x', 1, action, 0, 0)

		for prefixlen, action, wanted in ((0, 0, 0), (1, 0, errno.EPERM), (0, 1, errno.EPERM)):
		    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
		        sock.setsockopt(socket.IPPROTO_IP, 17, policy(prefixlen, action))
		        try:
		            sock.sendto(b'x', ('10.9.0.2', 9))
		            seen = 0
		        except OSError as err:
		            seen = err.errno
		        assert seen == wanted, f'prefix length {prefixlen}, action {action}: {seen}'
	END
}

module_load
ns_pair A B
hosts_behind
ip -n "$A" route replace 10.2.0.0/24 via 10.9.0.2
traffic_start
run_tests "$@"
