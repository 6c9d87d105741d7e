#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A key is never seen: in logs, listings, arguments, request memory or core files; unless asked for.
. "$(dirname "$0")/../lib.sh"

alg='rfc4106(gcm(aes))'
id='src 10.0.0.1 dst 10.0.0.2 proto esp spi 0x100'

setup() {
	module_load
	ns=keys-$$
	ns_add "$ns"
	key=$(rand_key 20)
}

client() {
	in_ns "$ns" python3 -B "$(dirname "$0")/lib/$1.py" "${@:2}"
}

# add_sa SPI KEYWORD...: the key word as the tool takes it
add_sa() {
	espah -n "$ns" state add src 10.0.0.1 dst 10.0.0.2 proto esp spi "$1" aead "$alg" "$2" 128
}

# assert_hidden WHAT TEXT: no eight digits in a row of the key, however they are set apart.
assert_hidden() {
	local hex=${key#0x} text i

	text=${2,,}
	text=${text//[ :,.-]/}
	for ((i = 0; i + 8 <= ${#hex}; i++)); do
		[[ $text != *"${hex:i:8}"* ]] || fail "$1: expected no key, saw '${hex:i:8}'"
	done
}

test_listings_hide_keys() {
	local option

	add_sa 0x100 "$key"
	for option in '' -j -s '-j -p' '-s -o' '-s -j'; do
		# shellcheck disable=SC2086 # options
		assert_hidden "list $option" "$(espah -n "$ns" $option state list)"
		# shellcheck disable=SC2086 # words
		assert_hidden "get $option" "$(espah -n "$ns" $option state get $id)"
	done
	assert_eq "$(espah -n "$ns" -j state list | jq -c '.[0].aead')" \
		"{\"name\":\"$alg\",\"icv_bits\":128}" "aead without its key"
}

test_two_keys() {
	local out auth_key words option

	auth_key=$(rand_key 32)
	words="enc cbc(aes) $(rand_key 16) auth-trunc hmac(sha256) $auth_key 128"
	key=$(rand_key 32)
	# shellcheck disable=SC2086 # words
	espah -n "$ns" state add $id enc 'cbc(aes)' "$key" auth-trunc 'hmac(sha256)' "$auth_key" 128
	for option in '' -j -s '-s -o'; do
		# shellcheck disable=SC2086 # options
		out=$(espah -n "$ns" $option state list)
		assert_hidden "list $option: enc" "$out"
		key=$auth_key assert_hidden "list $option: auth" "$out"
	done
	out=$(espah -n "$ns" --show-keys state list)
	[[ $out == *"auth-trunc hmac(sha256) $auth_key 128"*"enc cbc(aes) $key"* ]] ||
		fail "list: expected both keys, saw '$out'"
	assert_eq "$(espah -n "$ns" -j --show-keys state list | jq -c '.[0] | [.aead, .enc, .auth]')" \
		"[null,{\"name\":\"cbc(aes)\",\"key\":\"$key\"},{\"name\":\"hmac(sha256)\",\"key\":\"$auth_key\",\"icv_bits\":128}]" \
		"both in JSON"
	# shellcheck disable=SC2086 # words
	assert_fails_with "EINVAL: only sel.*(attribute 'enc')" \
		espah -n "$ns" state update $id $words
	# shellcheck disable=SC2086 # words
	assert_fails_with "EINVAL: only sel.*(attribute 'auth')" espah -n "$ns" state update \
		$id enc 'cbc(aes)' "$key" auth-trunc 'hmac(sha256)' "$(rand_key 32)" 128
}

test_show_keys_shows_exactly_the_key() {
	local out

	add_sa 0x100 "$key"
	out=$(espah -n "$ns" --show-keys -j state list)
	assert_eq "$(jq -r '.[0].aead.key' <<<"$out")" "$key" "the key in a list"
	# shellcheck disable=SC2086 # words
	out=$(espah -n "$ns" --show-keys -j state get $id)
	assert_eq "$(jq -r '.[0].aead.key' <<<"$out")" "$key" "the key in an answer"
	out=$(espah -n "$ns" --show-keys state list)
	[[ $out == *"aead $alg $key 128"* ]] || fail "list: expected the key, saw '$out'"
	assert_hidden "list nokeys" "$(espah -n "$ns" --show-keys state list nokeys)"
	assert_hidden policies "$(espah -n "$ns" --show-keys policy list)"
}

sa_freed() {
	[[ $(dmesg) == *"sa "*": freed"* ]]
}

test_kernel_log_hides_keys() {
	local control=/sys/kernel/debug/dynamic_debug/control

	[ -w "$control" ] || skip "the kernel has no dynamic debugging"
	echo 'module espah +p' >"$control"
	add_sa 0x100 "$key"
	assert_fails_with EEXIST add_sa 0x100 "$key"
	# shellcheck disable=SC2086 # words
	assert_fails_with EINVAL espah -n "$ns" state update $id aead "$alg" "${key}00000000" 128
	espah -n "$ns" state flush
	echo 'module espah -p' >"$control"
	wait_until 60 sa_freed
	assert_hidden "the kernel's log" "$(dmesg)"
}

test_key_from_file_and_standard_input() {
	local file spi

	file=$(mktemp)
	echo "$key" >"$file"
	add_sa 0x100 "@$file"
	add_sa 0x101 - <"$file"
	printf %s "$key" >"$file"	# without a line end
	add_sa 0x102 "@$file"
	add_sa 0x103 - <<<"$key"$'\n'"and more"
	echo "state add src 10.0.0.1 dst 10.0.0.2 proto esp spi 0x104 aead $alg @$file 128" |
		espah -n "$ns" -b -
	for spi in 0 1 2 3 4; do
		assert_eq "$(espah -n "$ns" --show-keys -j state list spi "0x10$spi" |
			jq -r '.[0].aead.key')" "$key" "the key of SA 0x10$spi"
	done
	assert_fails_with "standard input" espah -b - <<<"state add $id aead $alg - 128"
	assert_fails_with "cannot open the key file" add_sa 0x105 @/none
	: >"$file"
	assert_fails_with "no key" add_sa 0x105 "@$file"
	rm "$file"
}

# Where it is refused, no sentence repeats it.
test_refusals_hide_keys() {
	local words

	add_sa 0x100 "$key"
	for words in "state add $id aead $alg $key 128" "state add $id aead $alg $key 96" \
		"state add $id aead $alg ${key}11 128" "state add $id aead none $key 128" \
		"state add $id aead $alg 128 $key" "state add $id $key" "state add $id mode $key" \
		"state add $id aead $alg ${key}x 128" "$key" "state $key" "state add spi $key"; do
		# shellcheck disable=SC2086 # words
		! espah -n "$ns" $words >/dev/null 2>"$scratch/words" || fail "accepted: $words"
		assert_hidden "what is said of '${words//$key/KEY}'" "$(<"$scratch/words")"
	done
}

# A FIFO for a namespace keeps the tool waiting, with its command read already.
test_arguments_hide_keys() {
	local fifo=$scratch/fifo pid line

	mkfifo "$fifo"
	# shellcheck disable=SC2086 # words
	espah -n "$fifo" state add $id aead "$alg" "$key" 128 sel proto tcp &
	pid=$!
	wait_until 30 opens_a_fifo "$pid"
	line=$(tr '\0' ' ' <"/proc/$pid/cmdline")
	[[ $line == *"aead $alg"* ]] || fail "cmdline: expected the other words, saw '$line'"
	assert_hidden cmdline "$line"
	assert_eq "$(awk '/^Max core file size/ { print $5, $6 }' "/proc/$pid/limits")" "0 0" \
		"room for a core file"
	echo "$scratch/core" >/proc/sys/kernel/core_pattern
	kill -ABRT "$pid"
	wait "$pid" 2>/dev/null || true
	! compgen -G "$scratch/core*" || fail "it left a core file"
}

# opens_a_fifo PID: it sleeps in open(), with all arguments read.
opens_a_fifo() {
	[[ $(<"/proc/$1/wchan") == wait_for_partner ]]
}

test_refused_requests_are_wiped() {
	assert_ok client genl_echo refused
}

test_accepted_requests_are_wiped() {
	ip -n "$ns" link add nlmon0 type nlmon
	ip -n "$ns" link set nlmon0 up
	assert_ok client genl_echo accepted
}

run_tests "$@"
