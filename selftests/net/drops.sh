#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A packet that ends is seen by the tracepoint, told as an event and kept for who asks later, with what is known of it.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/python.sh"

python_tests espdrops.py

test_protected() {
	run
}

test_in_clear() {
	run
}

test_types() {
	run
}

test_nothing_readable() {
	run
}

test_outbound() {
	run
}

test_flood() {
	run
}

test_traffic() {
	run
}

# drops_in WORDS: what the tool lists, without the times.
drops_in() {
	espah -n "$B" drops "$@" | sed 's/^\[[^]]*\] //'
}

# In a namespace of its own: what is kept stays.
test_listed() {
	local line log=$scratch/drops

	ns_add "c-$$"
	B=c-$$
	ip -n "$B" -b - <<-END
		link set lo up
		link add dummy0 type dummy
		addr add 10.9.9.1/24 dev dummy0
		link set dummy0 up
	END
	assert_ok test -z "$(drops_in)"
	espah -n "$B" -b - <<-END
		policy add src 10.9.9.1 dst 10.9.9.2 proto udp dir out action block
		policy add src 10.9.9.1 dst 10.9.9.3 dir out tmpl src 10.9.9.1 dst 10.9.9.3 proto esp
	END
	# Not in_ns: a function in the background has a process of its own, in between.
	espah -n "$B" -j monitor drop >"$log" &
	monitor=$!
	wait_until 60 told_one
	kill "$monitor"
	wait "$monitor" || true
	assert_fails in_ns "$B" ping -c 1 -W 0.1 10.9.9.3
	line=$(drops_in dst 10.9.9.2 | tail -n 1)
	[[ $line == "out-policy-discard src 10.9.9.1/32 dst 10.9.9.2/32 proto udp sport "*" dport 9 length "*" oif dummy0" ]] ||
		fail "listed: $line"
	line=$(drops_in cause out-no-sa)
	[[ $line == "out-no-sa src 10.9.9.1/32 dst 10.9.9.3/32 proto icmp type 8 code 0 length 84 oif dummy0" ]] ||
		fail "of one cause: $line"
	assert_ok test -z "$(drops_in spi 0x1000)"
	assert_ok test -z "$(drops_in dst 10.9.9.2 dport 10)"
	assert_fails_with "'foo' is no counter" espah -n "$B" drops cause foo
	line=$(espah -n "$B" -j drops cause out-no-sa | python3 -c 'import json, sys
[drop] = json.load(sys.stdin)
print(drop["cause"], drop["flow"]["type"], drop["oif"], "sa" in drop, drop["time"] > 1 << 60)')
	[ "$line" = 'out-no-sa 8 dummy0 False True' ] || fail "JSON: $line"
	grep -q '"event":"drop".*"cause":"out-policy-discard"' "$log" || fail "told: $(cat "$log")"
}

# As the tool has them, each with its name; a file of each namespace.
test_proc() {
	local seen wanted

	espah -n "$B" policy add src 10.9.0.2 dst 10.9.0.99 dir out action block
	assert_fails in_ns "$B" ping -c 1 -W 0.1 10.9.0.99
	espah -n "$B" policy flush
	seen=$(in_ns "$B" sed -E 's/[[:space:]]+/ /' /proc/net/espah_stat)
	wanted=$(espah -n "$B" -j stat | python3 -c 'import json, sys
for name, value in json.load(sys.stdin)["counters"].items():
    print(name, value)')
	[[ $seen == *out-policy-discard\ [1-9]* ]] || fail "no drop is counted: $seen"
	assert_eq "$(sort <<<"$seen")" "$(sort <<<"$wanted")" "/proc/net/espah_stat"
	in_ns "$A" grep -q '^out-policy-discard *[[:space:]]0$' /proc/net/espah_stat
}

# Whether the monitor listens yet is seen when it tells.
told_one() {
	in_ns "$B" bash -c 'echo x >/dev/udp/10.9.9.2/9' 2>/dev/null || true
	grep -q event "$log"
}

module_load
ns_pair A B
run_tests "$@"
