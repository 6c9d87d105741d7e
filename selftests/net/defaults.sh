#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What no policy speaks of passes, until somebody says that it ends: in each direction apart.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/traffic.sh"

A_B='src 10.9.0.1 dst 10.9.0.2'
B_A='src 10.9.0.2 dst 10.9.0.1'
TMPL='tmpl proto esp reqid 1 mode transport'

accept() {
	espah -n "$1" policy setdefault in accept out accept fwd accept
}

setup() {
	traffic_setup
	unprotect
	accept "$A"
	accept "$B"
	new_keys
}

# default NS WORDS...
default() {
	espah -n "$1" policy setdefault "${@:2}"
}

test_says_what_ip_xfrm_says() {
	local line

	for line in '' 'in block' 'out block' 'fwd block in accept' 'in block out accept'; do
		# shellcheck disable=SC2086 # words
		[ -z "$line" ] || {
			ip -n "$A" xfrm policy setdefault $line
			espah -n "$A" policy setdefault $line
		}
		assert_eq "$(espah -n "$A" policy getdefault)" "$(ip -n "$A" xfrm policy getdefault)"
	done
	assert_eq "$(espah -n "$A" -j policy getdefault)" \
		'{"in":"block","fwd":"block","out":"accept"}'
	ip -n "$A" xfrm policy setdefault in accept fwd accept out accept
}

test_outbound() {
	default "$A" out block
	counters_save "$A"
	assert_attempt EPERM "$A@10.9.0.1" "$B@10.9.0.2"
	assert_counter_diff "$A" out-no-policy 1
	only_counters "$A" out-no-policy
	configure espah "$A" <<<"policy add $A_B dir out"
	assert_attempt arrived "$A@10.9.0.1" "$B@10.9.0.2"
	{
		states espah 10.9.0.1 10.9.0.2 transport
		echo "policy add $A_B dir out $TMPL"
	} | configure espah "$A"
	states espah 10.9.0.1 10.9.0.2 transport | configure espah "$B"
	traffic watch_start "$A@veth0"
	assert_attempt arrived "$A@10.9.0.1" "$B@10.9.0.2"
	wire_protected
	configure espah "$A" </dev/null
	assert_attempt EPERM "$A@10.9.0.1" "$B@10.9.0.2"
	accept "$A"
	assert_attempt arrived "$A@10.9.0.1" "$B@10.9.0.2"
}

test_inbound() {
	default "$B" in block
	counters_save "$B"
	assert_attempt lost "$A@10.9.0.1" "$B@10.9.0.2"
	assert_counter_diff "$B" in-clear-no-policy 1
	only_counters "$B" in-clear-no-policy
	configure espah "$B" <<<"policy add $A_B dir in"
	assert_attempt arrived "$A@10.9.0.1" "$B@10.9.0.2"
	# In transport mode protection alone does not do either.
	{
		states espah 10.9.0.1 10.9.0.2 transport
		echo "policy add $A_B dir out $TMPL"
	} | configure espah "$A"
	states espah 10.9.0.1 10.9.0.2 transport | configure espah "$B"
	counters_save "$B"
	assert_attempt lost "$A@10.9.0.1" "$B@10.9.0.2"
	assert_counter_diff "$B" in-no-policy 1
	only_counters "$B" in-no-policy
	{
		states espah 10.9.0.1 10.9.0.2 transport
		echo "policy add $A_B dir in $TMPL"
	} | configure espah "$B"
	assert_attempt arrived "$A@10.9.0.1" "$B@10.9.0.2"
}

test_forwarded() {
	default "$B" fwd block
	counters_save "$B"
	assert_attempt lost "$HA@10.1.0.2" "$HB@10.2.0.2"
	assert_counter_diff "$B" fwd-clear-no-policy 1
	only_counters "$B" fwd-clear-no-policy
	# To this host it is another matter.
	assert_attempt arrived "$A@10.9.0.1" "$B@10.9.0.2"
	configure espah "$B" <<<'policy add src 10.1.0.0/24 dst 10.2.0.0/24 dir fwd'
	assert_attempt arrived "$HA@10.1.0.2" "$HB@10.2.0.2"
	default "$B" fwd accept out block
	assert_attempt lost "$HA@10.1.0.2" "$HB@10.2.0.2"
	assert_counter_diff "$B" out-no-policy 1
}

test_loopback_and_neighbours_are_exempt() {
	ip -n "$A" addr replace fd00:9::1/64 dev veth0 nodad
	ip -n "$B" addr replace fd00:9::2/64 dev veth0 nodad
	default "$A" in block out block
	configure espah "$A" <<-END
		policy add src fd00:9::1 dst fd00:9::2 dir out
		policy add src fd00:9::2 dst fd00:9::1 dir in
	END
	assert_attempt arrived "$A@127.0.0.1" "$A@127.0.0.1"
	assert_attempt arrived "$A@10.9.0.1" "$A@10.9.0.1"
	ip -n "$A" neigh flush dev veth0
	ip -n "$B" neigh flush dev veth0
	assert_attempt arrived "$A@fd00:9::1" "$B@fd00:9::2"
	assert_attempt arrived "$B@fd00:9::2" "$A@fd00:9::1"
	assert_attempt lost "$B@10.9.0.2" "$A@10.9.0.1"
}

test_sockets_that_speak_in_clear_are_exempt() {
	local ns listener

	for ns in "$A" "$B"; do
		default "$ns" in block out block
	done
	ip netns exec "$B" bypass clear 4433 >"$scratch/listener" 2>&1 &
	listener=$!
	wait_until 60 grep -q ready "$scratch/listener"
	assert_ok in_ns "$A" bypass clear 4433 10.9.0.2 4433
	assert_ok wait "$listener"
}

# An ICMP error about what may pass in clear may, too.
test_errors_about_what_may_pass() {
	default "$A" in block out block
	configure espah "$A" <<-END
		policy add $A_B proto udp dir out
		policy add $B_A proto udp dir in
	END
	assert_eq "$(traffic closed "$A@10.9.0.1" 10.9.0.2)" result=refused
	configure espah "$A" <<<"policy add $A_B proto udp dir out"
	counters_save "$A"
	assert_eq "$(traffic closed "$A@10.9.0.1" 10.9.0.2)" result=silent
	assert_counter_diff "$A" in-clear-no-policy 1
}

test_module_stays_while_something_is_blocked() {
	local ns=d-$$

	ns_add "$ns"
	unprotect
	default "$ns" fwd block
	assert_fails_with 'in use' rmmod espah
	espah -n "$ns" policy flush
	assert_fails_with 'in use' rmmod espah
	default "$ns" fwd accept
	module_unload
	module_load
	# The end of the namespace is the end of what it blocks.
	default "$ns" out block in block
	ip netns del "$ns"
	module_unload
	module_load
}

test_event() {
	local seen=$scratch/seen

	: >"$seen"
	espah -n "$A" -j monitor policy >>"$seen" 2>&1 &
	is_told() {
		default "$A" out block
		grep -q '{"event":"policy-default","default":{"in":"accept","fwd":"accept","out":"block"}}' "$seen"
	}
	wait_until 30 is_told
	kill $!
}

module_load
ns_pair A B
hosts_behind
traffic_start
run_tests "$@"
