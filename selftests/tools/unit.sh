#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The parts of the tools that need no kernel do what they say, under ASan and UBSan.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/tool.sh"

# Vectors of others; what needs them is skipped where they are missing.
export ESPAH_ORACLES=${ESPAH_ORACLES-$TOP/../shared/oracles}

# Each group has many checks; the ones that failed are shown.
group() {
	local rc=0

	"$built/unit" "$1" >"$scratch/tap" 2>&1 || rc=$?
	if [ "$rc" -ne 0 ]; then
		grep -v '^ok' "$scratch/tap"
		fail "exit status $rc"
	fi
	assert_ok grep -q '^ok' "$scratch/tap"
}

setup() {
	build unit
}

test_addresses() {
	group addresses
}

test_keys() {
	group keys
}

test_words() {
	group words
}

test_attributes() {
	group attributes
}

test_interfaces() {
	group interfaces
}

test_extended_acks() {
	group extended_acks
}

test_transport() {
	group transport
}

test_events() {
	group events
}

test_commands() {
	group commands
}

test_monitor() {
	group monitor
}

test_ike_buf() {
	group ike_buf
}

test_ike_key_derivation() {
	group ike_kdf
}

test_ike_diffie_hellman() {
	group ike_dh
}

test_ike_protected_payloads() {
	group ike_cipher
}

test_ike_shared_keys() {
	group ike_auth
}

test_ike_certificates() {
	group ike_cert
}

test_ike_signatures() {
	group ike_sign
}

test_ike_payloads() {
	group ike_payload
}

test_ike_proposals() {
	group ike_proposal
}

test_ike_traffic_selectors() {
	group ike_ts
}

test_ike_identities() {
	group ike_id
}

test_ike_loop() {
	group ike_loop
}

test_ike_net() {
	group ike_net
}

test_ike_sandbox() {
	group ike_sandbox
}

test_ike_options() {
	group ike_options
}

test_ike_kernel() {
	group ike_kernel
}

test_ike_v2_begin() {
	group ike_v2_begin
}

test_ike_configurations() {
	group ike_conf
}

test_ike_look_ups() {
	group ike_conf_find
}

test_ike_log() {
	group ike_log
}

test_ike_requests() {
	group ike_request
}

test_ike_v2_rekeying() {
	group ike_v2_rekey
}

test_ike_v2_collisions() {
	group ike_v2_collide
}

test_ike_v2_loss() {
	group ike_v2_loss
}

test_ike_v2_races() {
	group ike_v2_races
}

test_ike_v2_refusals() {
	group ike_v2_refuse
}

test_ike_v2_paths() {
	group ike_v2_paths
}

test_ike_v2_several_sas_of_one_peer() {
	group ike_v2_unique
}

test_ike_control_socket() {
	group ike_control
}

test_ike_v2_certificates() {
	group ike_v2_cert
}

test_ike_v2_hostile_network() {
	group ike_v2_hostile
}

test_ike_v2_what_was_not_offered() {
	group ike_v2_answers
}

test_ike_v2_ends() {
	group ike_v2_ends
}

test_ike_v2_without_memory() {
	group ike_v2_memory
}

test_ike_v2_trouble() {
	group ike_v2_trouble
}

run_tests "$@"
