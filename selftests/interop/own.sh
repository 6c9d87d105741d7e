#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# espahd with itself.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/ike.sh"

test_tunnel()			{ ike_case mode=tunnel; }
test_transport()		{ ike_case mode=transport ike=aes256-sha384-ecp384 esp=aes256-sha384; }
test_rsa()			{ ike_case auth=rsa ike=aes256gcm16-prfsha384-modp3072; }
test_ecdsa()			{ ike_case auth=ecdsa256 ike=aes192-sha512-ecp256 esp=aes192-sha512; }
test_wrong_secret()		{ ike_case secret_b=other out=AUTHENTICATION_FAILED; }
test_other_esp_proposal()	{ ike_case esp_b=aes256-sha512 out=NO_PROPOSAL_CHOSEN; }
test_other_selectors()		{ ike_case local_b=10.3.0.0/24 remote_b=10.4.0.0/24 out=TS_UNACCEPTABLE; }
test_narrowed()			{ ike_case from=a local_a=10.1.0.0/16 remote_a=10.2.0.0/16 ts='10.1.0.0/24>10.2.0.0/24'; }

# tells END REGEX WORDS...: what `espah ike` prints of a daemon.
tells() {
	local said

	said=$(espah --socket "${home[$1]}/socket" ike "${@:3}") || fail "exit status $?: ike ${*:3}"
	[[ $said =~ $2 ]] || fail "ike ${*:3}: expected /$2/, saw: $said"
}

# follows FILE REGEX
follows() {
	[[ $(<"$1") =~ $2 ]]
}

# What an operator reads is what there is.
test_words_of_an_operator() {
	local hex='[0-9a-f]+' spis pid

	case_load
	tells a '^connections 1' stat
	tells a '^$' list
	espah --socket "${home[a]}/socket" ike log -f >"$scratch/log" 2>&1 &
	pid=$!
	case_up a
	spis=$(child_spis a)
	tells a "^peer established IKEv2 initiator spi $hex $hex"$'\n' list
	tells b "^peer established IKEv2 responder spi $hex $hex"$'\n' list
	tells a "  local 10\.9\.0\.1\[500\] id 'a\.test'"$'\n' list
	tells a "  remote 10\.9\.0\.2\[500\] id 'b\.test'"$'\n'"  aes128gcm16-prfsha256-curve25519"$'\n' list
	tells a $'\n\tnet up tunnel spi in 0x'"(${spis/ /|}) out 0x(${spis/ /|}) reqid [0-9]+"$'\n' list
	tells a $'\n\t  10\.1\.0\.0/24 === 10\.2\.0\.0/24\n\t  aes128gcm16-noesn\n' list
	tells a ' in [1-9][0-9]*\(bytes\), [1-9][0-9]*\(packets\) out [1-9]' list
	tells a '[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8}\.[0-9]{3} info    peer\[[0-9]+\]: established' log
	wait_until 60 follows "$scratch/log" 'established: .a\.test. with .b\.test.'
	kill "$pid"
	case_down a
	tells a '^$' list
	assert_fails_with "no connection and no child is called 'nobody'" \
		espah --socket "${home[a]}/socket" ike up nobody
}

# Another file than the daemon's own counts from then on; one with a fault in it does not.
test_load_another_file() {
	case_load
	sed 's/peer {/other {/' "${home[a]}/swanctl.conf" >"$scratch/other.conf"
	assert_ok espah --socket "${home[a]}/socket" ike load "$scratch/other.conf"
	assert_ok espah --socket "${home[a]}/socket" ike up net
	tells a '^other established' list
	echo 'connections { x {' >"$scratch/other.conf"
	assert_fails_with "$scratch/other.conf:[0-9]+:" espah --socket "${home[a]}/socket" ike load "$scratch/other.conf"
	tells a '^connections 1' stat
	assert_ok espah --socket "${home[a]}/socket" ike down other
	wait_until 30 nothing_left a
}

# interface END ADDRESS: espah0, with the id 7.
interface() {
	espah -n "${ns[$1]}" link add espah0 id 7
	ip -n "${ns[$1]}" -b - <<-END
		addr add $2/24 dev espah0
		link set espah0 up
	END
}

# What goes into the tunnel is for routes to say: the selectors say all there is. The packets that
# carry it, and IKE's, are none of that.
test_virtual_interface() {
	local any=0.0.0.0/0 said

	interface a 10.8.0.1
	interface b 10.8.0.2
	ike_case "local_a=$any" "remote_a=$any" "local_b=$any" "remote_b=$any" 'probe=10.8.0.1>10.8.0.2' \
		child=$'if_id_in = 7\nif_id_out = 0x7'
	traffic ike_watch_start "$A@veth0" "$B@veth0"
	case_up a
	rekeyed child b
	case_traffic
	assert_eq "$(espah -n "$A" -j state list | jq -c 'map(.if_id) | unique')" '[7]' "interfaces of SAs"
	assert_eq "$(espah -n "$A" -j policy list | jq -c 'map(.if_id)')" '[7,7,7]' "interfaces of policies"
	case_down a
	said=$(traffic attempt "$A@10.8.0.1" "$B@10.8.0.2")
	[[ $said != *arrived* ]] || fail "without SAs: expected no packet, saw $said"
	wire_keyed
	ip -n "$A" link del espah0
	ip -n "$B" link del espah0
}

ground_straight
ground_certs
ends espahd espahd
run_tests "$@"
