#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Whatever allocation fails, a request changes nothing, a packet is counted or arrives, and nothing is lost.
. "$(dirname "$0")/../lib.sh"

# One Python process runs all tests: starting it takes seconds on an emulated CPU.
coproc python {
	PYTHONPATH=$(dirname "$0")/../net/lib exec python3 -B "$(dirname "$0")/lib/fault_serve.py"
}
exec {ask}>&"${python[1]}" {answer}<&"${python[0]}"

# run NAME LEAST: NAME is one of its tests, in which at least so many allocations must fail.
run() {
	local word words='' hits ways control packets

	echo "$1 ${A-} ${B-} ${H-}" >&"$ask"
	while read -r word words <&"$answer"; do
		[ "$word" != hits ] || break
		echo "$word: $words"
	done
	read -r hits ways control packets <<<"$words"
	read -r word <&"$answer" || fail 'expected a verdict, saw the Python process end'
	echo "$hits allocations failed, in $ways ways;" \
		"$((control + packets)) so far: $control of control, $packets of packets"
	[ "$word" = ok ] || fail "${word#failed }"
	[ "$hits" -ge "$2" ] || fail "allocations: expected at least $2 to fail, saw $hits"
}

# Two namespaces, a host behind the first, and threads that take in what comes from it, and to the second.
network() {
	ns_pair A B
	H=h-$$
	ns_add "$H"
	ip -n "$A" link add espfwd type veth peer name veth0 netns "$H"
	ip -n "$A" -b - <<-E
		addr add 10.1.0.1/24 dev espfwd
		link set espfwd up
	E
	ip -n "$H" -b - <<-E
		addr add 10.1.0.2/24 dev veth0
		link set veth0 up
		route add default via 10.1.0.1
	E
	in_ns "$A" sysctl -qw net.ipv4.ip_forward=1
}

# receive_in_thread NS DEVICE PEER_NS: NAPI needs GRO here, and a sender without TSO.
receive_in_thread() {
	in_ns "$3" ethtool -K veth0 tso off
	in_ns "$1" ethtool -K "$2" gro on
	in_ns "$1" bash -c "echo 1 >/sys/class/net/$2/threaded"
}

setup() {
	module_load
}

test_requests() {
	run requests 60
}

long_more_requests() {
	run more_requests 60
}

test_memory_for_each_cpu() {
	run per_cpu 5
}

test_any_reqid() {
	run any_reqid 1
}

test_interfaces() {
	run interfaces 3
}

test_namespaces() {
	run namespaces 3
}

long_module_is_loaded() {
	run load_begins 10
}

test_output() {
	run output 30
}

long_output() {
	run all_output 80
}

long_more_output() {
	run more_output 20
}

# As net/failclosed has it with whatever else can happen.
test_steady_traffic() {
	run steady 500
}

test_bundle() {
	run bundle 4
}

test_counters_of_an_sa() {
	run tally 3
}

test_dummies() {
	run dummies 3
}

test_every_context() {
	run every_context 15
}

long_every_context() {
	run all_contexts 100
}

long_received() {
	receive_in_thread "$B" veth0 "$A"
	run received 30
}

long_forwarded() {
	receive_in_thread "$A" espfwd "$H"
	run forwarded 10
}

long_storm() {
	run storm 100
}

asynchronous() {
	pcrypt_begin
	teardown() {
		pcrypt_end
	}
}

long_asynchronous() {
	asynchronous
	run asynchronous 30
}

long_storm_asynchronous() {
	asynchronous
	run storm_later 100
}

# As after/watch asks it at the end of every debug guest, but while the module is there and its
# functions have names. An object on its way from one place to another is not seen; one that
# is lost stays so.
long_nothing_is_lost() {
	local lost

	wait_until 60 grep -qx 0 /sys/module/espah/refcnt
	# While the module is there, its functions have names.
	echo scan >/sys/kernel/debug/kmemleak
	echo scan >/sys/kernel/debug/kmemleak
	lost=$(</sys/kernel/debug/kmemleak)
	[ -z "$lost" ] || fail "kmemleak: expected nothing, saw: $lost"
	module_unload
}

network

run_tests "$@"
