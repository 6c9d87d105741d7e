#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A key that is given to the tool is not seen by others: not among the process's arguments, not
# in a sentence, not in a core file.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/tool.sh"

key=0x5ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec2
sa='src 10.0.0.1 dst 10.0.0.2 proto esp spi 0x100'
pid=

# A process that writes its sentence to a pipe that is full stays until it is looked at.
full_pipe() {
	rm -f "$scratch/full"
	mkfifo "$scratch/full"
	exec 9<>"$scratch/full"
	dd if=/dev/zero of="$scratch/full" bs=4096 count=1024 oflag=nonblock 2>/dev/null || true
}

start() {
	full_pipe
	"$@" 2>"$scratch/full" >"$scratch/out" </dev/null &
	pid=$!
}

stop() {
	kill "$pid"
	wait "$pid" 2>/dev/null || true
	exec 9>&-
}

cmdline() {
	tr '\0' ' ' <"/proc/$pid/cmdline"
}

# The arguments that are no secret are there, the key is not.
key_is_wiped() {
	local line

	line=$(cmdline)
	[[ $line == *10.0.0.2* && $line != *5ec2e7* ]]
}

# wiped COMMAND...
wiped() {
	start "$@"
	wait_until 20 key_is_wiped
	assert_ok kill -0 "$pid"
	stop
}

setup() {
	find_tool
}

test_key_that_was_read() {
	# shellcheck disable=SC2086
	wiped "$tool" state add $sa aead 'rfc4106(gcm(aes))' "$key" 128
}

test_key_that_was_wrong() {
	# shellcheck disable=SC2086
	wiped "$tool" state add $sa aead 'rfc4106(gcm(aes))' "${key}g" 128
}

test_key_behind_a_failure() {
	# shellcheck disable=SC2086
	wiped "$tool" state add $sa foo aead 'rfc4106(gcm(aes))' "$key" 128
}

test_key_of_an_algorithm_for_later() {
	# shellcheck disable=SC2086
	wiped "$tool" state add $sa enc 'cbc(aes)' "$key" auth 'hmac(sha256)' "$key"
}

test_key_in_a_wrong_place() {
	local words

	for words in "aead x $key" "aead $key" "aead x 0x00 $key" "$key" "spi $key" "proto $key" \
		"src $key" "mode $key" "sel src $key" "aead $key$key 0x00 128" "aead x ${key}g 128"; do
		# shellcheck disable=SC2086
		run "$tool" state add $words
		expect 1 '' 'espah: state add: .+'
		[[ $err != *5ec2e75ec2e7* ]] || fail "a key is in what is said about '$words': $err"
	done
}

is_hardened() {
	[ "$(stat -c %u "/proc/$pid/environ")" -eq 0 ] &&
		grep -qE '^Max core file size +0 +0 ' "/proc/$pid/limits"
}

test_no_core_file_and_no_looking_inside() {
	# Root's own files would say nothing of who may look.
	if [ "$(id -u)" -eq 0 ]; then
		chmod 755 "$scratch"
		cp "$tool" "$scratch/copy"
		start setpriv --reuid 65534 --clear-groups "$scratch/copy"
	else
		start "$tool"
	fi
	wait_until 20 is_hardened
	stop
}

run_tests "$@"
