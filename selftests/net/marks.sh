#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Policies and states of packets with a mark, and the marks that states give, as with the kernel's xfrm.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/traffic.sh"

A_B='src 10.9.0.1 dst 10.9.0.2'
TMPL='tmpl proto esp reqid 1 mode transport'
GCM='aead rfc4106(gcm(aes))'

setup() {
	traffic_setup
	unprotect
	configure xfrm "$A" </dev/null
	configure xfrm "$B" </dev/null
	rules "$A" </dev/null
	rules "$B" </dev/null
	new_keys
}

# ctl LINE: have espah do it in $A; what it shows is JSON.
ctl() {
	espah -n "$A" -j -b - <<<"$1"
}

# send_marked MARK: what $A sends from now on has this mark.
send_marked() {
	rules "$A" <<-END
		table ip filter {
			chain output {
				type route hook output priority mangle;
				udp dport 5201 meta mark set $1
			}
		}
	END
}

# receive_marked MARK: what arrives at $B protected has this mark.
receive_marked() {
	rules "$B" <<-END
		table ip filter {
			chain prerouting {
				type filter hook prerouting priority raw;
				ip protocol esp meta mark set $1
			}
		}
	END
}

# out_state SPI WORDS...: a state from $A to $B; each has the same key.
out_state() {
	echo "state add $A_B proto esp spi $1 reqid 1 replay-window 64 $GCM $key_ab 128 ${*:2}"
}

# $B takes the packets of the first two of these, by the kernel's xfrm.
xfrm_at_b() {
	configure xfrm "$B" <<-END
		$(out_state 0x1101)
		$(out_state 0x1102)
		policy add $A_B dir in $TMPL
	END
}

test_policy_is_for_its_mark() {
	xfrm_at_b
	configure espah "$A" <<-END
		$(out_state 0x1101)
		policy add $A_B dir out mark 0x5 mask 0xf $TMPL
	END
	# Clear, which $B does not take.
	assert_attempt lost "$A@10.9.0.1" "$B@10.9.0.2"
	send_marked 0x25
	assert_attempt arrived "$A@10.9.0.1" "$B@10.9.0.2"
	send_marked 0x26
	assert_attempt lost "$A@10.9.0.1" "$B@10.9.0.2"
	assert_eq "$(sa_packets espah "$A" 0x00001101)" 1 "packets of the state"
}

test_inbound_policy_is_for_its_mark() {
	configure espah "$A" <<-END
		$(out_state 0x1101)
		policy add $A_B dir out $TMPL
	END
	configure espah "$B" <<-END
		$(out_state 0x1101)
		policy add $A_B dir in mark 7 action block
		policy add $A_B dir in mark 8 $TMPL
	END
	counters_save "$B"
	assert_attempt arrived "$A@10.9.0.1" "$B@10.9.0.2"
	receive_marked 7
	assert_attempt lost "$A@10.9.0.1" "$B@10.9.0.2"
	assert_counter_diff "$B" in-policy-discard 1
	receive_marked 8
	assert_attempt arrived "$A@10.9.0.1" "$B@10.9.0.2"
	# What arrives in clear is refused by the mark that it has.
	configure espah "$A" </dev/null
	assert_attempt arrived "$A@10.9.0.1" "$B@10.9.0.2"
	rules "$B" <<-END
		table ip filter {
			chain prerouting {
				type filter hook prerouting priority raw;
				udp dport 5201 meta mark set 8
			}
		}
	END
	assert_attempt lost "$A@10.9.0.1" "$B@10.9.0.2"
	assert_counter_diff "$B" in-clear 1
}

marks_of() {
	espah -n "$A" -j policy list | jq -c 'map([.mark.value, .mark.mask, .priority])'
}

test_policies_of_other_marks_are_others() {
	local words=" has a policy with this selector, mark and if-id"

	espah -n "$A" -b - <<-END
		policy add $A_B dir out mark 1 priority 1 action block
		policy add $A_B dir out mark 1 mask 1 priority 2 action block
		policy add $A_B dir out mark 2 priority 3 action block
		policy add $A_B dir out priority 4 action block
	END
	assert_eq "$(marks_of)" \
		'[[1,4294967295,1],[1,1,2],[2,4294967295,3],[null,null,4]]' "the policies"
	assert_fails_with "$words" ctl "policy add $A_B dir out mark 1 action block"
	assert_fails_with "$words" ctl "policy add $A_B dir out action block"
	ctl "policy update $A_B dir out mark 1 mask 1 priority 5 action block"
	assert_eq "$(marks_of)" \
		'[[1,4294967295,1],[2,4294967295,3],[null,null,4],[1,1,5]]' "after an update"
	assert_eq "$(ctl "policy get $A_B dir out mark 2" | jq '.[].priority')" 3 "of mark 2"
	ctl "policy delete $A_B dir out"
	ctl "policy delete $A_B dir out mark 1/1"
	assert_eq "$(marks_of)" '[[1,4294967295,1],[2,4294967295,3]]' "after two have gone"
	assert_fails_with "no policy with this selector" ctl "policy delete $A_B dir out mark 3"
}

# One policy; the mark says which state.
test_outbound_state_is_for_its_mark() {
	xfrm_at_b
	configure espah "$A" <<-END
		$(out_state 0x1101 mark 1)
		$(out_state 0x1102 mark 2 mask 0xf)
		policy add $A_B dir out $TMPL
	END
	counters_save "$A"
	send_marked 1
	assert_attempt arrived "$A@10.9.0.1" "$B@10.9.0.2"
	assert_eq "$(sa_packets espah "$A" 0x00001101)" 1 "packets of the first state"
	send_marked 0x32
	assert_attempt arrived "$A@10.9.0.1" "$B@10.9.0.2"
	assert_attempt arrived "$A@10.9.0.1" "$B@10.9.0.2"
	assert_eq "$(sa_packets espah "$A" 0x00001102)" 2 "packets of the second state"
	send_marked 3
	assert_attempt EPERM "$A@10.9.0.1" "$B@10.9.0.2"
	assert_counter_diff "$A" out-no-sa 1
	only_counters "$A" out-ok out-no-sa
}

# As with xfrm, the policy's mark is what the state is looked for by.
test_policy_chooses_the_state() {
	local stack

	for stack in xfrm espah; do
		configure "$stack" "$A" <<-END
			$(out_state 0x1101 mark 1)
			$(out_state 0x1102 mark 2)
			policy add $A_B dir out mark 2 mask 0xf $TMPL
		END
		[ "$stack" = espah ] || xfrm_at_b
		send_marked 0x52
		assert_attempt arrived "$A@10.9.0.1" "$B@10.9.0.2"
		assert_eq "$(sa_packets "$stack" "$A" 0x00001102)" 1 "packets of the state of $stack"
		configure "$stack" "$A" </dev/null
		xfrm_at_b
	done
}

test_inbound_state_is_for_its_mark() {
	configure espah "$A" <<-END
		$(out_state 0x1101)
		policy add $A_B dir out $TMPL
	END
	configure espah "$B" <<-END
		$(out_state 0x1101 mark 0x10 mask 0xf0)
	END
	counters_save "$B"
	assert_attempt lost "$A@10.9.0.1" "$B@10.9.0.2"
	assert_counter_diff "$B" in-mark 1
	receive_marked 0x1f
	assert_attempt arrived "$A@10.9.0.1" "$B@10.9.0.2"
	only_counters "$B" in-mark in-ok
	# The kernel's xfrm may have the same SPI for other packets.
	receive_marked 0x20
	ip -n "$B" -b - <<<"xfrm $(out_state 0x1101 mark 0x20)"
	assert_attempt arrived "$A@10.9.0.1" "$B@10.9.0.2"
	assert_counter_diff "$B" in-mark 2
	assert_eq "$(sa_packets xfrm "$B" 0x00001101)" 1 "packets of xfrm's state"
}

# count_marks NS: counters of what passes with mark 0x21, protected going out and in clear coming in.
count_marks() {
	rules "$1" <<-END
		table ip filter {
			counter out {}
			counter in {}
			chain output {
				type filter hook output priority 0;
				ip protocol esp meta mark 0x21 counter name out
			}
			chain input {
				type filter hook input priority 0;
				udp dport 5201 meta mark 0x21 counter name in
			}
		}
	END
}

test_output_mark() {
	local stack mode

	for stack in xfrm espah; do
		for mode in transport tunnel; do
			configure "$stack" "$A" <<-END
				$(out_state 0x1101 mode "$mode" output-mark 0x21)
				policy add $A_B dir out tmpl $A_B proto esp reqid 1 mode $mode
			END
			configure "$stack" "$B" <<-END
				$(out_state 0x1101 mode "$mode" output-mark 0x21 mask 0xff)
				policy add $A_B dir in tmpl $A_B proto esp reqid 1 mode $mode
			END
			count_marks "$A"
			count_marks "$B"
			assert_attempt arrived "$A@10.9.0.1" "$B@10.9.0.2"
			assert_eq "$(packets "$B" in)" 1 "marked at $B by $stack in $mode mode"
			assert_eq "$(packets "$A" out)" 1 "marked at $A by $stack in $mode mode"
			configure "$stack" "$A" </dev/null
			configure "$stack" "$B" </dev/null
		done
	done
}

# The outer route is that of the mark, and no other mark has it from a cache.
test_outer_route_is_of_the_mark() {
	configure espah "$A" <<-END
		$(out_state 0x1101 mode tunnel output-mark 0x100 mask 0x100)
		policy add dst 10.2.0.0/24 dir out tmpl $A_B proto esp reqid 1 mode tunnel
	END
	configure espah "$B" <<-END
		$(out_state 0x1101 mode tunnel)
		policy add dst 10.2.0.0/24 dir in tmpl $A_B proto esp reqid 1 mode tunnel
	END
	ip -n "$B" addr add 10.2.0.1/32 dev lo
	ip -n "$A" -b - <<-END
		route add 10.2.0.0/24 via 10.9.0.2
		rule add to 10.9.0.2 fwmark 0x102 pref 10 unreachable
	END
	counters_save "$A"
	assert_attempt arrived "$A@10.9.0.1" "$B@10.2.0.1"
	send_marked 2
	assert_attempt EPERM "$A@10.9.0.1" "$B@10.2.0.1"
	send_marked 3
	assert_attempt arrived "$A@10.9.0.1" "$B@10.2.0.1"
	assert_attempt arrived "$A@10.9.0.1" "$B@10.2.0.1"
	send_marked 2
	assert_attempt EPERM "$A@10.9.0.1" "$B@10.2.0.1"
	assert_counter_diff "$A" out-no-route 2
	ip -n "$A" -b - <<-END
		rule del pref 10
		route del 10.2.0.0/24
	END
}

test_one_id_one_state() {
	ctl "$(out_state 0x1101 mark 1 output-mark 2/3)"
	assert_fails_with "exists" ctl "$(out_state 0x1101 mark 2)"
	assert_fails_with "no SA has" ctl "state delete $A_B proto esp spi 0x1101 mark 2"
	assert_eq "$(ctl "state get $A_B proto esp spi 0x1101 mark 1" |
		jq -c '.[] | [.mark, .output_mark]')" \
		'[{"value":1,"mask":4294967295},{"value":2,"mask":3}]' "what the state shows"
	ctl "state delete $A_B proto esp spi 0x1101"
}

test_lists_look_like_those_of_ip_xfrm() {
	local other=other-$$ lines

	ns_add "$other"
	lines=$(
		out_state 0x1101 mark 1
		out_state 0x1102 mark 0x10 mask 0xf0 output-mark 0x200
		out_state 0x1103 output-mark 0x5 mask 0xf
		echo "policy add $A_B dir out mark 0x5 mask 0xf $TMPL"
	)
	espah -n "$A" -b - <<<"$lines"
	ip -n "$other" -b - <<<"xfrm ${lines//$'\n'/$'\n'xfrm }"
	assert_eq "$(espah -n "$A" -o state list | grep -o 'mark [^ \\]*' | sort)" \
		"$(ip -n "$other" -o xfrm state list | grep -o 'mark [^ \\]*' | sort)" "the marks of states"
	assert_eq "$(espah -n "$A" -o policy list | grep -o 'mark [^ \\]*')" \
		"$(ip -n "$other" -o xfrm policy list | grep -o 'mark [^ \\]*')" "the marks of policies"
}

traffic_start
ns_pair A B
run_tests "$@"
