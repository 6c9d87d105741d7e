#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# espah why says of a packet that there is not what then becomes of one that there is.
. "$(dirname "$0")/../lib.sh"

module_load
ns_pair A B
ip -n "$B" -b - <<-END
	addr add fd00:9::2/64 dev veth0 nodad
	route add 10.7.0.0/16 via 10.9.0.1
	route add 10.8.0.0/16 via 10.9.0.1
END
key='aead rfc4106(gcm(aes)) 0x000102030405060708090a0b0c0d0e0f10111213 128'
ends='src 10.9.0.2 dst 10.9.0.1'

world() {
	espah -n "$B" -b - <<-END
		state flush
		policy flush
		$1
	END
}

# says TEXT WORDS...: why WORDS says this first; policies have any number.
says() {
	local wanted=$1 seen

	shift
	seen=$(espah -n "$B" why "$@" | sed -E 's/policy [0-9]+/policy N/')
	[[ $seen == "$wanted"* ]] || fail "why $*: expected '$wanted', saw: $seen"
}

# becomes VERDICT [CAUSE] -- WORDS...: as programs see it.
becomes() {
	local wanted='' seen

	while [ "$1" != -- ]; do
		wanted+="$1 "
		shift
	done
	shift
	seen=$(espah -n "$B" -j why "$@" | python3 -c 'import json, sys
first = json.load(sys.stdin)["answers"][0]
print(first["verdict"], first.get("cause", ""))')
	assert_eq "${seen% } " "$wanted" "why $*"
}

# ends_by CAUSE DST PORT: UDP to there does end so.
ends_by() {
	local before

	before=$(counter "$B" "$1")
	in_ns "$B" bash -c "echo x >/dev/udp/$2/$3" 2>/dev/null || true
	wait_until 30 more "$1" "$before"
}

more() {
	[ "$(counter "$B" "$1")" -gt "$2" ]
}

test_leaves_in_clear() {
	world 'policy add dst 10.9.0.1 proto tcp dir out priority 7'
	says 'Out: no policy speaks of it: it leaves in clear.' 10.9.0.2 10.9.0.1 udp 99 7
	says 'Out: policy N (priority 7) lets it pass: it leaves in clear.' 10.9.0.2 10.9.0.1 tcp 99 7
	becomes clear -- 10.9.0.2 10.9.0.1 udp 99 7 dir out
	world "policy add dst 10.9.0.1 dir out tmpl $ends proto esp mode tunnel level use"
	says 'Out: policy N (priority 0) wants it protected where there is an SA (level use), and there is none: it leaves in clear.' \
		10.9.0.2 10.9.0.1
}

test_blocked() {
	world 'policy add dst 10.9.0.1 proto udp dport 7 dir out action block'
	says 'Out: policy N (priority 0) says block: packets are dropped (out-policy-discard).' 10.9.0.2 10.9.0.1 udp 99 7
	becomes drop out-policy-discard -- 10.9.0.2 10.9.0.1 udp 99 7
	ends_by out-policy-discard 10.9.0.1 7
	becomes clear -- 10.9.0.2 10.9.0.1 udp 99 8
	# As a later fragment.
	becomes clear -- 10.9.0.2 10.9.0.1 udp
	[[ $(espah -n "$B" why 10.9.0.2 10.9.0.1 udp 99 7) == *'Drops like it'*'out-policy-discard src'*' dport 7 '* ]] ||
		fail "the drop is not told of: $(espah -n "$B" why 10.9.0.2 10.9.0.1 udp 99 7)"
	[[ $(espah -n "$B" why 10.9.0.9 10.9.0.1 udp 99 7) == *'No drop like it'* ]]
}

test_protected() {
	world "state add $ends proto esp spi 0x1001 reqid 7 mode tunnel $key
		policy add dst 10.7.0.0/16 dir out priority 5 tmpl $ends proto esp reqid 7 mode tunnel"
	says 'Out: policy N (priority 5) protects it, by esp tunnel 10.9.0.2 -> 10.9.0.1 spi 0x00001001 reqid 7, and it leaves by veth0. Packets of up to 1446 octets fit, which are 1500 on the way.' \
		10.9.0.2 10.7.0.1 udp 99 7
	becomes protect -- 10.9.0.2 10.7.0.1
	ip -n "$B" link set veth0 mtu 1400
	says 'Out: policy N (priority 5) protects it, by esp tunnel 10.9.0.2 -> 10.9.0.1 spi 0x00001001 reqid 7, and it leaves by veth0. Packets of up to 1346 octets' \
		10.9.0.2 10.7.0.1 udp 99 7
	ip -n "$B" link set veth0 mtu 1500
	espah -n "$B" policy add dst 224.0.0.0/4 dir out tmpl src 10.9.0.2 dst 10.9.0.1 proto esp reqid 7 mode tunnel
	becomes drop out-multicast -- 10.9.0.2 224.0.0.9
}

# The longest that is said to fit does, and one more octet does not.
test_what_fits() {
	local fits before dst

	world "state add $ends proto esp spi 0x1001 reqid 7 mode tunnel $key
		state add $ends proto esp spi 0x1002 reqid 8 mode transport $key
		policy add dst 10.7.0.0/16 dir out tmpl $ends proto esp reqid 7 mode tunnel
		policy add dst 10.9.0.1 dir out tmpl proto esp reqid 8 mode transport"
	for dst in 10.7.0.1 10.9.0.1; do
		fits=$(espah -n "$B" -j why 10.9.0.2 "$dst" icmp | python3 -c 'import json, sys
print(json.load(sys.stdin)["answers"][0]["inner"])')
		before=$(counter "$B" out-ok)
		in_ns "$B" ping -c 1 -W 0.1 -M "do" -s $((fits - 28)) "$dst" >/dev/null || true
		assert_eq "$(counter "$B" out-ok)" $((before + 1)) "protected of $fits octets"
		before=$(counter "$B" out-too-big)
		in_ns "$B" ping -c 1 -W 0.1 -M "do" -s $((fits - 27)) "$dst" >/dev/null 2>&1 || true
		assert_eq "$(counter "$B" out-too-big)" $((before + 1)) "too big with $((fits + 1)) octets"
	done
}

test_without_an_sa() {
	world "policy add dst 10.7.0.0/16 dir out priority 100 tmpl $ends proto esp reqid 7 mode tunnel
		policy add dst 10.8.0.0/16 dir out tmpl $ends proto ah reqid 9 mode tunnel
		state add $ends proto ah spi 0x1002 reqid 9 mode tunnel auth-trunc hmac(sha256) 0x$(printf '%064d' 1) 128 sel dst 10.8.1.0/24"
	says 'Out: policy N (priority 100) protects it. No SA for its template esp tunnel 10.9.0.2 -> 10.9.0.1 reqid 7: packets are dropped (out-no-sa) and nobody listens for acquires.' \
		10.9.0.2 10.7.0.1 udp 99 7
	[[ $(espah -n "$B" why 10.9.0.2 10.7.0.1 udp 99 7) == *'out-no-sa: An outbound policy wants an SA'*espahd* ]]
	becomes drop out-no-sa -- 10.9.0.2 10.7.0.1
	ends_by out-no-sa 10.7.0.1 7
	says 'Out: policy N (priority 0) protects it. No SA for its template ah tunnel 10.9.0.2 -> 10.9.0.1 reqid 9 (one was passed over for its selector): packets are dropped (out-selector) and nobody' \
		10.9.0.2 10.8.0.1
	becomes drop out-selector -- 10.9.0.2 10.8.0.1 dir out
	ends_by out-selector 10.8.0.1 7
	becomes protect -- 10.9.0.2 10.8.1.1
}

test_while_somebody_listens() {
	world "policy add dst 10.7.0.0/16 dir out tmpl $ends proto esp reqid 7 mode tunnel"
	espah -n "$B" monitor acquire >"$scratch/events" &
	monitor=$!
	wait_until 60 waits
	kill "$monitor"
	wait "$monitor" || true
}

waits() {
	[[ $(espah -n "$B" why 10.9.0.2 10.7.0.1) == *'who listens is asked for it, and packets wait ten seconds at most (out-acquire-timeout).'* ]]
}

# Of several templates, the first that lacks its SA.
test_bundle() {
	world "state add $ends proto esp spi 0x1001 reqid 7 mode tunnel $key
		policy add dst 10.7.0.0/16 dir out tmpl $ends proto esp reqid 7 mode tunnel tmpl $ends proto ah reqid 8 mode transport"
	says 'Out: policy N (priority 0) protects it. No SA for its template ah transport 10.9.0.2 -> 10.9.0.1 reqid 8:' 10.9.0.2 10.7.0.1
	espah -n "$B" state add src 10.9.0.2 dst 10.9.0.1 proto ah spi 0x1002 reqid 8 auth-trunc 'hmac(sha256)' "0x$(printf '%064d' 1)" 128
	says 'Out: policy N (priority 0) protects it, by esp tunnel 10.9.0.2 -> 10.9.0.1 spi 0x00001001 reqid 7, inside of ah transport 10.9.0.2 -> 10.9.0.1 spi 0x00001002 reqid 8' \
		10.9.0.2 10.7.0.1
}

test_no_route() {
	world "state add src 10.9.0.2 dst 192.0.2.1 proto esp spi 0x1001 mode tunnel $key
		policy add dst 10.7.0.0/16 dir out tmpl src 10.9.0.2 dst 192.0.2.1 proto esp mode tunnel"
	becomes drop out-no-route -- 10.9.0.2 10.7.0.1
	ends_by out-no-route 10.7.0.1 7
}

test_inbound() {
	world "policy add src 10.7.0.0/16 dir in priority 3 tmpl src 10.9.0.1 dst 10.9.0.2 proto esp reqid 7 mode tunnel
		policy add src 10.8.0.0/16 dir fwd action block
		policy add src 10.8.0.0/16 dir in"
	says 'In: no policy speaks of it: it may come in clear; out of a tunnel it is dropped (in-no-policy).' \
		10.9.0.1 10.9.0.2 dir in
	says 'In: policy N (priority 3) wants it protected, by esp tunnel 10.9.0.1 -> 10.9.0.2 reqid 7. In clear it is dropped (in-clear).' \
		10.7.0.1 10.9.0.2 dir in
	becomes demand in-clear -- 10.7.0.1 10.9.0.2 dir in
	says 'In: policy N (priority 0) lets it pass in clear; out of a tunnel it is dropped (in-policy-mismatch).' 10.8.0.1 10.9.0.2 dir in
	says 'Forward: policy N (priority 0) says block: packets are dropped (fwd-clear-discard).' 10.8.0.1 10.6.0.1 dir fwd
	# All three, where none is asked for.
	[[ $(espah -n "$B" why 10.8.0.1 10.9.0.2) == Out:*$'\n'In:*$'\n'Forward:* ]]
	espah -n "$B" policy setdefault in block fwd block
	becomes drop in-clear-no-policy -- 10.9.0.1 10.9.0.2 dir in
	becomes drop fwd-clear-no-policy -- 10.9.0.1 10.6.0.1 dir fwd
	espah -n "$B" policy setdefault in accept fwd accept
}

test_marks_interfaces_classes() {
	world 'policy add dst 10.9.0.1 mark 5 dir out action block
		policy add dst 10.9.0.1 dev lo dir out action block
		policy add dst 10.7.0.1 dscp 46 dir out action block
		policy add dst 10.8.0.1 dev veth0 dir out action block'
	becomes clear -- 10.9.0.2 10.9.0.1
	becomes drop out-policy-discard -- 10.9.0.2 10.9.0.1 mark 5
	becomes drop out-policy-discard -- 10.9.0.2 10.9.0.1 dev lo
	becomes clear -- 10.9.0.2 10.7.0.1
	becomes drop out-policy-discard -- 10.9.0.2 10.7.0.1 dscp 46
	espah -n "$B" policy add dst 10.9.0.1 if_id 6 dir out action block priority 9
	becomes drop out-policy-discard -- 10.9.0.2 10.9.0.1 if_id 6
	# What leaves by an interface that nobody has named.
	becomes drop out-policy-discard -- 10.9.0.2 10.8.0.1
}

test_ipv6() {
	world "state add src fd00:9::2 dst fd00:9::1 proto esp spi 0x1001 mode tunnel $key
		policy add dst fd00:7::/64 dir out tmpl src fd00:9::2 dst fd00:9::1 proto esp mode tunnel
		policy add dst fd00:8::/64 proto 58 type 128 dir out action block"
	becomes protect -- fd00:9::2 fd00:7::1
	becomes drop out-policy-discard -- fd00:9::2 fd00:8::1 58 type 128 code 0
	becomes clear -- fd00:9::2 fd00:8::1 58 type 129 code 0
}

test_words() {
	assert_fails_with 'SRC is IPv4 and DST is IPv6' espah -n "$B" why 10.9.0.2 fd00::1
	assert_fails_with "'DST': an address is missing" espah -n "$B" why 10.9.0.2
	assert_fails_with "'foo' is not an IP protocol" espah -n "$B" why 10.9.0.2 10.9.0.1 foo
	assert_fails_with "'DPORT': a number is missing" espah -n "$B" why 10.9.0.2 10.9.0.1 udp 7
	assert_fails_with 'only TCP, UDP' espah -n "$B" why 10.9.0.2 10.9.0.1 icmp 7 7
	assert_fails_with 'a packet has one value of each' espah -n "$B" why 10.9.0.2 10.9.0.1 icmp type 8
	assert_fails_with 'is no cause' espah -n "$B" why cause in-ok
	[[ $(espah -n "$B" -s why cause in-icv) == 'in-icv: It was changed'*'(xfrm: XfrmInStateProtoError)' ]]
	[ "$(espah -n "$B" -j why cause | python3 -c 'import json, sys; print(len(json.load(sys.stdin)))')" -gt 40 ]
}

run_tests "$@"
