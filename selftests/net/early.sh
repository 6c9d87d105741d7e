#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What was found for a packet is known of the next one that looks like it, as long as it is what
# would be found; and whoever wants to see what arrives sees it.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/traffic.sh"

TRACING=/sys/kernel/tracing
FROM=10.9.0.1 TO=10.9.0.2

setup() {
	traffic_setup
	unprotect
	rules "$B" </dev/null
}

send() {
	traffic udp "$A@$FROM" "$B@$TO" 333 >/dev/null
}

# ends HOW: a datagram does not arrive.
ends() {
	assert_attempt "$1" "$A@$FROM" "$B@$TO"
}

# How often the IP layer has delivered a datagram of send() and the answer, protected or not.
delivered() {
	echo 'p:espah_delivered ip_local_deliver' >"$TRACING/kprobe_events"
	: >"$TRACING/trace"
	echo 1 >"$TRACING/events/kprobes/espah_delivered/enable"
	send
	echo 0 >"$TRACING/events/kprobes/espah_delivered/enable"
	grep -c espah_delivered: "$TRACING/trace" || true
	: >"$TRACING/kprobe_events"
}

# What is known is forgotten whenever a route changes, and known again of the next packet.
none_delivered() {
	[ "$(delivered)" = 0 ]
}

test_taken_early() {
	local mode

	for mode in transport tunnel; do
		protect_pair espah espah "$mode"
		send
		wait_until 60 none_delivered
		unprotect
	done
}

# One that listens at HOOK of $B counts what is protected.
listener() {
	rules "$B" <<-END
		table ip filter {
			counter seen {}
			chain c {
				type filter hook $1 priority 0;
				meta l4proto esp counter name seen
			}
		}
	END
}

test_firewall_sees_what_is_protected() {
	local hook mode

	for mode in transport tunnel; do
		protect_pair espah espah "$mode"
		send
		for hook in prerouting input; do
			listener "$hook"
			send
			assert_eq "$(packets "$B" seen)" 1 "packets of ESP that $hook has seen, in $mode mode"
			rules "$B" </dev/null
		done
		unprotect
	done
}

test_raw_sockets_see_it() {
	local number

	protect_pair espah espah tunnel
	for number in 50 17; do
		send
		assert_eq "$(traffic raw "$A@$FROM" "$B@$TO" "$number")" seen=True \
			"what a raw socket of protocol $number sees"
	done
}

# Not to this host any more, though its neighbour thinks so.
test_address_goes() {
	local mac

	protect_nets espah espah
	mac=$(in_ns "$B" cat /sys/class/net/veth0/address)
	ip -n "$A" neigh replace 10.9.0.2 lladdr "$mac" dev veth0 nud permanent
	assert_attempt arrived "$HA@10.1.0.2" "$HB@10.2.0.2"
	ip -n "$B" addr del 10.9.0.2/24 dev veth0
	assert_attempt lost "$HA@10.1.0.2" "$HB@10.2.0.2"
	ip -n "$B" -b - <<-END
		addr add 10.9.0.2/24 dev veth0
		route replace 10.1.0.0/24 via 10.9.0.1
	END
	assert_attempt arrived "$HA@10.1.0.2" "$HB@10.2.0.2"
	ip -n "$A" neigh del 10.9.0.2 dev veth0
}

# Of what is in clear, and of what comes out.
test_policy_says_something_else() {
	local policy=(src "$FROM" dst "$TO") ns dir how

	protect_pair espah espah transport
	for dir in out in; do
		ns=$A how=EPERM
		[ "$dir" = out ] || ns=$B how=lost
		send
		counters_save "$ns"
		espah -n "$ns" policy update "${policy[@]}" dir "$dir" action block
		ends "$how"
		assert_counter_diff "$ns" "$dir-policy-discard" 1
		espah -n "$ns" policy update "${policy[@]}" dir "$dir" tmpl proto esp reqid 1 mode transport
	done
	send
}

test_policy_goes_and_comes() {
	protect_pair espah espah transport
	send
	counters_save "$B"
	espah -n "$A" policy delete src "$FROM" dst "$TO" dir out
	ends lost
	assert_counter_diff "$B" in-clear 1
	espah -n "$A" policy add src "$FROM" dst "$TO" dir out tmpl proto esp reqid 1 mode transport
	send
	espah -n "$B" policy delete src "$FROM" dst "$TO" dir in
	espah -n "$B" policy add src "$FROM" dst "$TO" dir in tmpl proto esp reqid 2 mode transport
	counters_save "$B"
	ends lost
	assert_counter_diff "$B" in-policy-mismatch 1
}

test_sas_go() {
	protect_pair espah espah tunnel
	send
	counters_save "$B"
	espah -n "$B" state flush
	ends lost
	assert_counter_diff "$B" in-unknown-spi 1
	counters_save "$A"
	espah -n "$A" state flush
	ends EPERM
	assert_counter_diff "$A" out-no-sa 1
}

module_load
ns_pair A B
hosts_behind
traffic_start
# What is known is known of a CPU.
taskset -pc 0 "$MAKER_PID" >/dev/null
run_tests "$@"
