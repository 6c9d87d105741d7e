#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# espah stat -w and espah top show what has come and gone meanwhile, as often as they are asked to.
. "$(dirname "$0")/../lib.sh"

key='aead rfc4106(gcm(aes)) 0x000102030405060708090a0b0c0d0e0f10111213 128'

module_load
ns_pair A B
ip -n "$B" route add 10.7.0.0/16 via 10.9.0.1
espah -n "$B" -b - <<-END
	state add src 10.9.0.2 dst 10.9.0.1 proto esp spi 0x1001 reqid 7 mode tunnel $key
	state add src 10.9.0.2 dst 10.9.0.1 proto esp spi 0x1002 reqid 8 mode tunnel $key
	policy add dst 10.7.0.1 dir out tmpl src 10.9.0.2 dst 10.9.0.1 proto esp reqid 7 mode tunnel
	policy add dst 10.7.0.2 dir out tmpl src 10.9.0.2 dst 10.9.0.1 proto esp reqid 8 mode tunnel
	policy add dst 10.7.0.3 dir out action block
END

# Some packets a second to each of three addresses, until the script ends.
for host in 1 2 3; do
	ip netns exec "$B" ping -q -i "0.0$host" "10.7.0.$host" >/dev/null 2>&1 &
	pings+=("$!")
done

finish() {
	kill "${pings[@]}"
	wait "${pings[@]}" 2>/dev/null || true
}

# json WORDS...: each line of the expression is about one of the documents, as doc.
json() {
	local expression=$1

	shift
	espah -n "$B" -j "$@" | python3 -c '
import json, sys
reader, text = json.JSONDecoder(), sys.stdin.read()
while text.strip():
    doc, end = reader.raw_decode(text.lstrip())
    text = text.lstrip()[end:]
    print(eval(sys.argv[1]))' "$expression"
}

test_stat() {
	local seen

	seen=$(json 'doc["out"] > 1, doc["in"], doc["octets"] > 84, [name for name in doc["counters"] if name[:4] != "icmp"], doc["counters"]["out-policy-discard"]["rate"] > 1, doc["seconds"] >= 0.9' \
		stat -w 1 -n 2)
	assert_eq "$seen" "(True, 0.0, True, ['out-policy-discard'], True, True)
(True, 0.0, True, ['out-policy-discard'], True, True)" "two documents"
	seen=$(espah -n "$B" stat -w -n 1)
	[[ $seen == 'in 0.0 packets/s, out '[1-9]*' 2 states'*'out-policy-discard '* ]] || fail "as text: $seen"
	# It is no terminal.
	[[ $seen != *$'\033'* ]] || fail "escapes in: $seen"
}

test_top() {
	local seen

	# The one with more is first.
	seen=$(json '[(one["spi"], one["packets_rate"] > 1, one["bytes_rate"] > 84) for one in doc["state"]]' top -n 2 -w 1.5)
	assert_eq "$seen" "[('0x00001001', True, True), ('0x00001002', True, True)]
[('0x00001001', True, True), ('0x00001002', True, True)]" "two documents"
	seen=$(espah -n "$B" top -n 1)
	[[ $seen == '2 of 2 states are busy'*'10.9.0.2 -> 10.9.0.1 esp spi 0x00001001 reqid 7 tunnel'*'spi 0x00001002'* ]] ||
		fail "as text: $seen"
}

# Until there is a signal: what was shown is whole.
test_stopped() {
	local rc=0

	espah -n "$B" -j top -w 0.1 >"$scratch/top" &
	top=$!
	wait_until 60 test -s "$scratch/top"
	kill -INT "$top"
	wait "$top" || rc=$?
	assert_eq "$rc" 0 "exit status after SIGINT"
	python3 -c 'import json, sys
reader, text = json.JSONDecoder(), sys.stdin.read().strip()
while text:
    text = text[reader.raw_decode(text)[1]:].strip()' <"$scratch/top"
}

test_refused() {
	assert_fails_with "'x' is not right; expected seconds" espah -n "$B" top -w x
	assert_fails_with "expected seconds from 0.01" espah -n "$B" stat -w 0
	assert_fails_with "expected a number from 1" espah -n "$B" top -n 0
	assert_fails_with "expected it outside of a batch" espah -n "$B" -b - <<<top
	[[ $(espah -n "$B" -b - <<<'stat -w 0.1 -n 1') == *states* ]]
}

run_tests "$@"
