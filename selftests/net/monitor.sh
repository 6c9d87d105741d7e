#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Who listens hears each change, in order and without keys; who may not listen does not.
. "$(dirname "$0")/../lib.sh"

A_B='src 10.9.0.1 dst 10.9.0.2'
ID="$A_B proto esp spi 0x1100"
KEY=0x$(printf '%040d' 7)
SA="$ID aead rfc4106(gcm(aes)) $KEY 128"

hears() {
	grep -q "$2" "$1"
}

is_heard() {
	espah -n "$N" policy flush dir fwd
	hears "$1" fwd
}

# listen FILE WORDS...: what a monitor says, from now on. It has to listen to policies, since
# only by their events does it show that it listens; those are left out of what it said.
listen() {
	: >"$1"
	espah -n "$N" "${@:2}" >>"$1" 2>&1 &
	wait_until 30 is_heard "$1"
}

batch() {
	espah -n "$N" -b -
}

setup() {
	module_load
	N=n-$$
	ns_add "$N"
}

# words FILE: the events of a file of JSON, one word each.
words() {
	sed -E '/"dir":"fwd"/d; s/^\{"event":"([a-z-]+)".*/\1/' "$1" | tr '\n' ' '
}

test_changes_in_order() {
	local seen=$scratch/seen policy="policy add $A_B dir out"

	listen "$seen" -j monitor
	batch <<-END
		state add $SA
		state update $ID
		$policy
		policy update $A_B dir out action block
		policy delete $A_B dir out
		state delete $ID
		state allocspi $A_B proto esp min 0x1100 max 0x1100
		state update $SA
		state flush proto esp
		policy flush
	END
	wait_until 30 hears "$seen" '"policy-flush"'
	assert_eq "$(words "$seen")" "sa-add sa-update policy-add policy-update policy-delete sa-delete sa-add sa-update sa-flush policy-flush " "events"
	! grep -q "${KEY#0x}" "$seen" || fail "expected no key in events"
	[ "$(grep -c '"spi":"0x00001100"' "$seen")" -eq 5 ] || fail "expected five events with the SPI"
}

test_expire() {
	local seen=$scratch/seen

	listen "$seen" -j monitor expire policy
	batch <<<"state add $SA reqid 9 limit time-soft 1 limit time-hard 2"
	wait_until 30 hears "$seen" '"limit":"hard"'
	assert_eq "$(words "$seen")" "sa-expire sa-expire " "events"
	grep -q '"limit":"soft".*"reqid":9' "$seen" || fail "expected a soft limit first"
}

test_text() {
	local seen=$scratch/seen

	listen "$seen" -ts -o monitor sa policy
	batch <<-END
		state add $SA limit time-hard 1
		state delete $ID
		policy flush dir in
	END
	wait_until 30 hears "$seen" 'policy dir in'
	assert_eq "$(sed -E '/dir fwd$/d; s/^\[[-0-9T:.]+\] //; s/ dst .*//' "$seen")" \
		"src 10.9.0.1"$'\n'"Deleted src 10.9.0.1"$'\n'"Flushed policy dir in" "events"
}

test_others_hear_nothing() {
	local seen=$scratch/seen other=o-$$

	ns_add "$other"
	listen "$seen" -j monitor
	espah -n "$other" -b - <<<"state add $SA"
	batch <<<'state flush'
	wait_until 30 hears "$seen" '"sa-flush"'
	assert_eq "$(words "$seen")" "sa-flush " "events"
}

# send_esp TO SPI...: an ESP packet with each, to this address of this host.
send_esp() {
	in_ns "$N" python3 -I -S - "$@" <<-END
		import socket, struct, sys
		to = sys.argv[1]
		family = socket.AF_INET6 if ':' in to else socket.AF_INET
		with socket.socket(family, socket.SOCK_RAW, 50) as sock:
		    for spi in sys.argv[2:]:
		        sock.sendto(struct.pack('>II', int(spi, 0), 1) + bytes(40), (to, 0))
	END
}

# The kernel's own IPsec has one of them, and that is nobody's business.
test_unknown_spi() {
	local seen=$scratch/seen

	ip -n "$N" xfrm state add src 127.0.0.1 dst 127.0.0.1 proto esp spi 0x2000 \
		aead 'rfc4106(gcm(aes))' "$KEY" 128
	listen "$seen" -j monitor unknown-spi policy
	send_esp 127.0.0.1 0x2000 0x2001 0x2001 0x2001 0x2002
	wait_until 30 hears "$seen" 0x00002002
	assert_eq "$(grep unknown "$seen" | head -1)" \
		'{"event":"unknown-spi","packet":{"src":"127.0.0.1","dst":"127.0.0.1","proto":"esp","spi":"0x00002001"}}'
	! hears "$seen" 0x00002000 || fail "an SPI of xfrm's was told"
	send_esp ::1 0x2003
	wait_until 30 hears "$seen" \
		'{"event":"unknown-spi","packet":{"src":"::1","dst":"::1","proto":"esp","spi":"0x00002003"}}'
	: >"$seen"
	# What is told within a second is bounded; the test may meet the end of one.
	# shellcheck disable=SC2046 # words
	send_esp 127.0.0.1 $(seq 0x3000 0x3063)
	wait_until 30 is_heard "$seen"
	[ "$(grep -c unknown "$seen")" -le 24 ] || fail "told $(grep -c unknown "$seen") times of a hundred packets"
}

test_only_who_may() {
	assert_fails_with 'cannot listen.*not permitted' in_ns "$N" setpriv --bounding-set -net_admin \
		--inh-caps -net_admin --ambient-caps -net_admin espah monitor
}

run_tests "$@"
