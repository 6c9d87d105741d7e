#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A key that is given to the tool is not seen by others: not among the process's arguments, not
# in a sentence, not in a core file.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

key=0x5ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec2
sa='src 10.0.0.1 dst 10.0.0.2 proto esp spi 0x100'
pid=

# A process that writes its sentence to a pipe that is full stays until it is looked at.
full_pipe() {
	rm -f "$dir/full"
	mkfifo "$dir/full"
	exec 9<>"$dir/full"
	dd if=/dev/zero of="$dir/full" bs=4096 count=1024 oflag=nonblock 2>/dev/null || true
}

start() {
	full_pipe
	"$@" 2>"$dir/full" >"$dir/out" </dev/null &
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

# until_true COMMAND...: for at most 20 s.
until_true() {
	local end=$((SECONDS + 20))

	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.02
	done
}

# wiped WORDS COMMAND...
wiped() {
	local words=$1

	shift
	start "$@"
	if until_true key_is_wiped && kill -0 "$pid"; then
		report "$words" yes
	else
		report "$words" no "arguments: $(cmdline)"
	fi
	stop
}

test_arguments() {
	# shellcheck disable=SC2086
	wiped "a key that was read" "$tool" state add $sa aead 'rfc4106(gcm(aes))' "$key" 128
	# shellcheck disable=SC2086
	wiped "a key that was wrong" "$tool" state add $sa aead 'rfc4106(gcm(aes))' "${key}g" 128
	# shellcheck disable=SC2086
	wiped "a key behind a failure" "$tool" state add $sa foo aead 'rfc4106(gcm(aes))' "$key" 128
	# shellcheck disable=SC2086
	wiped "a key of an algorithm for later" \
		"$tool" state add $sa enc 'cbc(aes)' "$key" auth 'hmac(sha256)' "$key"
}

test_sentences() {
	local words

	for words in "aead x $key" "aead $key" "aead x 0x00 $key" "$key" "spi $key" "proto $key" \
		"src $key" "mode $key" "sel src $key" "aead $key$key 0x00 128" "aead x ${key}g 128"; do
		# shellcheck disable=SC2086
		run "$tool" state add $words
		report "no key in what is said about '${words//$key/KEY}'" \
			"$([ "$status" = 1 ] && [ -n "$err" ] && [[ $err != *5ec2e75ec2e7* ]] && echo yes)" "$err"
	done
}

is_hardened() {
	[ "$(stat -c %u "/proc/$pid/environ")" -eq 0 ] &&
		grep -qE '^Max core file size +0 +0 ' "/proc/$pid/limits"
}

test_core() {
	# The user must be able to reach the tool.
	chmod 755 "$dir"
	cp -f "$tool" "$dir/copy"
	chmod 755 "$dir/copy"
	# Root's own files would say nothing of who may look.
	if [ "$(id -u)" -eq 0 ]; then
		start setpriv --reuid 65534 --clear-groups "$dir/copy"
	else
		start "$dir/copy"
	fi
	report "no core file, and nobody may look inside" \
		"$(until_true is_hardened && echo yes)" \
		"$(stat -c 'owner %u' "/proc/$pid/environ"; grep core "/proc/$pid/limits")"
	stop
}

find_tool
test_arguments
test_sentences
test_core
finish
