#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A cipher that finishes later, on another CPU, changes nothing; nor does an SA's end while it works.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/traffic.sh"

ALG='pcrypt(rfc4106(gcm(aes)))'
here=$(dirname "$0")

setup() {
	pcrypt_begin
	traffic_setup
	unprotect
}

teardown() {
	module_load
	unprotect
	pcrypt_end
}

# again SCRIPT [TEST...]: all tests of a script, or these, with this algorithm.
again() {
	local said rc=0

	unprotect
	# A script that ends takes pcrypt along.
	pcrypt_begin
	said=$(ESPAH_ALG=$ALG ESPAH_BULK=200000 "$here/$1" "${@:2}" 2>&1) || rc=$?
	[[ $said == *$'\n'"ok 1 "* ]] || fail "no test ran: $said"
	[ "$rc" -eq 0 ] || fail "with $ALG: $said"
}

test_some_traffic() {
	again xfrm_interop.sh test_transport_128
	again firewall.sh test_masquerading_on_both_ends
	again policy.sh test_states_replaced_under_traffic
}

long_xfrm_interop() {
	again xfrm_interop.sh
}

long_coexist() {
	again coexist.sh
}

long_firewall() {
	again firewall.sh
}

long_pmtu() {
	again pmtu.sh
}

long_policy() {
	again policy.sh
}

long_offload() {
	again offload.sh
}

# Otherwise all of this would show nothing.
test_cipher_is_asynchronous() {
	local said

	protect_pair espah espah tunnel
	said=$(grep -A 8 'driver *: pcrypt(' /proc/crypto)
	[[ $said =~ async\ *:\ yes ]] || fail "/proc/crypto: expected an asynchronous pcrypt, saw '$said'"
	[[ $said =~ refcnt\ *:\ ([0-9]+) ]]
	# Four SAs, and the crypto API itself.
	[ "${BASH_REMATCH[1]}" -ge 5 ] || fail "/proc/crypto: expected four SAs to use pcrypt, saw '$said'"
}

# The ciphers run side by side, but the packets leave and arrive in their order.
test_order_is_kept() {
	local mode said word

	for mode in transport tunnel; do
		protect_pair espah espah "$mode"
		counters_save "$A"
		counters_save "$B"
		wire_watch "$A@veth0" "$B@veth0"
		traffic flood_start "$A@10.9.0.1" "$B@10.9.0.2" 500
		traffic flood_sent 2000
		said=$(traffic flood_stop all)
		wire_protected
		for word in lost refused reordered changed; do
			assert_field "$said" "$word" 0
		done
		only_counters "$A" out-ok
		only_counters "$B" in-ok
	done
}

# states_come_and_go NS: 100 times all SAs end while packets are inside of the cipher.
states_come_and_go() {
	local i new

	new=$(states espah 10.9.0.1 10.9.0.2 "$2")
	for ((i = 0; i < 100; i++)); do
		echo "state flush"
		echo "$new"
	done | espah -n "$1" -b -
}

# On both CPUs: packets on one, changes on the other; first the sender's SAs, then the
# receiver's. After it every SA is gone, with all that it held.
test_states_end_under_traffic() {
	local mode said

	for mode in transport tunnel; do
		protect_pair espah espah "$mode"
		wire_watch "$A@veth0"
		traffic flood_start "$A@10.9.0.1" "$B@10.9.0.2" 200
		states_come_and_go "$A" "$mode"
		states_come_and_go "$B" "$mode"
		traffic flood_sent 200
		espah -n "$A" state flush
		espah -n "$B" state flush
		said=$(traffic flood_stop)
		wire_protected
		assert_field "$said" changed 0
		unprotect
	done
	# Refused as long as anything is left.
	module_unload
	module_load
}

# Namespaces that end take their SAs along; the sockets of the flood are the last to hold them.
test_namespaces_end_with_their_states() {
	local C D

	ns_pair C D
	A=$C B=$D protect_pair espah espah tunnel
	traffic flood_start "$C@10.9.0.1" "$D@10.9.0.2" 200
	traffic flood_sent 100
	ip netns del "$C"
	ip netns del "$D"
	traffic flood_sent 100
	traffic flood_stop
	unprotect
	module_unload
}

ns_pair A B
traffic_start
module_load
run_tests "$@"
