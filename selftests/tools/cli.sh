#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The command's options, objects, verbs, batches and exit statuses, as far as no kernel is asked.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

# What a command ends with that was understood, where there is no module.
unloaded="the kernel module is not loaded: try 'modprobe espah'"
words='add, update, delete, deleteall, delall, show, lst, get, flush, count, help'
sa='src 10.0.0.1 dst 10.0.0.2 proto esp spi 0x100'

test_options() {
	run "$tool"
	expect "no words" 1 '' 'Usage: espah.*'
	run "$tool" help
	expect "help" 0 'Usage: espah.*' ''
	run "$tool" --help
	expect "the option help" 0 'Usage: espah.*' ''
	run "$tool" -V
	expect "the version" 0 'espah, version [0-9.]+' ''
	run "$tool" -x
	expect "an unknown option" 1 '' "espah: option '-x' is not known; try 'espah help'"
	run "$tool" --
	expect "an option without a name" 1 '' "espah: option '--' is not known; try 'espah help'"
	run "$tool" -n
	expect "an option without its value" 1 '' \
		"espah: option '-n' wants a value; try 'espah help'"
	run "$tool" -f ipx state
	expect "an unknown family" 1 '' \
		"espah: -family: 'ipx' is not right; expected inet or inet6"
	run "$tool" -s -j -p -o -4 --stats --json -pretty --oneline -6 -family inet --show-keys \
		state help
	expect "all options" 0 'Usage: espah state.*' ''
	run "$tool" -netns no/such state
	expect "a namespace that is not there" 1 '' \
		"espah: state list: cannot open the network namespace 'no/such': No such file.*"
	run "$tool" -n "$0" state
	expect "a namespace that is none" 1 '' \
		"espah: state list: cannot enter the network namespace '.*': .*"
}

test_objects() {
	run "$tool" foo
	expect "an unknown object" 1 '' \
		"espah: 'foo' is not an object; expected one of: state, policy, stat, help"
	run "$tool" ''
	expect "an empty object" 1 '' \
		"espah: '' is not an object; expected one of: state, policy, stat, help"
	run "$tool" st he
	expect "state and help cut short" 0 'Usage: espah state.*' ''
	run "$tool" p h
	expect "policy and help cut short" 0 'Usage: espah policy.*' ''
	run "$tool" stat help
	expect "stat is not state cut short" 0 'Usage: espah \[ -s \] stat.*' ''
	run "$tool" state foo
	expect "an unknown command" 1 '' \
		"espah: state: 'foo' is not a command; expected one of: list, $words"
	run "$tool" state d
	expect "delete comes before deleteall" 1 '' \
		"espah: state delete: 'proto' is missing; expected proto esp"
	run "$tool" state allocspi
	expect "a command for later" 1 '' \
		"espah: state: 'allocspi': allocating SPIs is not supported by this version"
	run "$tool" policy setdefault
	expect "another command for later" 1 '' \
		"espah: policy: 'setdefault': setting default actions is not supported by this version"
	run "$tool" monitor
	expect "an object for later" 1 '' \
		"espah: 'monitor': monitoring is not supported by this version"
	run "$tool" state count 5
	expect "a word too much" 1 '' \
		"espah: state count: '5' is too much; this command takes no words"
}

test_kernel() {
	if [ -e /sys/module/espah ]; then
		report "without the module # SKIP it is loaded" yes
		return
	fi
	for words in state 'state list' 'state flush' 'policy list dir in' 'stat show'; do
		# shellcheck disable=SC2086
		run "$tool" $words
		expect "'$words' wants the module" 2 '' "espah: [a-z ]+: $unloaded"
	done
	# shellcheck disable=SC2086
	run "$tool" state add $sa mode tunnel aead 'rfc4106(gcm(aes))' 0x00 128
	expect "an SA that is well-formed" 2 '' "espah: state add: $unloaded"
	echo 0x0001 >"$dir/key"
	# shellcheck disable=SC2086
	run "$tool" state add $sa aead 'rfc4106(gcm(aes))' "@$dir/key" 128
	expect "a key from a file" 2 '' "espah: state add: $unloaded"
	# shellcheck disable=SC2086
	run bash -c "echo 0x0001 | '$tool' state add $sa aead x - 128"
	expect "a key from standard input" 2 '' "espah: state add: $unloaded"
	# shellcheck disable=SC2086
	run "$tool" state add $sa aead 'rfc4106(gcm(aes))' "@$dir/none" 128
	expect "a key from no file" 1 '' \
		"espah: state add: 'aead': cannot open the key file '.*/none': No such file.*"
	# shellcheck disable=SC2086
	run "$tool" state add $sa aead 'rfc4106(gcm(aes))' - 128
	expect "a key from nothing" 1 '' \
		"espah: state add: 'aead': there is no key in standard input; expected .*"
}

test_batch() {
	local file=$dir/batch usage='Usage: espah state.*'

	printf '# nothing\n\n   \t\nstate help # words\n"state" '"'help'"'\nstate \\\n\\\n  help\nsta help' \
		>"$file"
	run "$tool" -b "$file"
	expect "comments, quotes, lines that go on, no last line end" 0 \
		"$usage$usage$usage$usage" ''
	printf 'state help\nstate \\\nfoo\nstate help\n' >"$file"
	run "$tool" -batch "$file"
	expect "the first failure ends it" 1 "$usage" \
		"espah: state: 'foo' is not.*Command failed $file:2"
	run "$tool" -force -b "$file"
	expect "force goes on" 1 "$usage.*$usage" \
		"espah: state: 'foo' is not.*Command failed $file:2"
	printf 'policy flush "dir\n' >"$file"
	run "$tool" -b "$file"
	expect "a quote without end" 1 '' \
		"espah: $file:1: a quote is not closed"$'\n'"Command failed $file:1"
	printf 'state\0flush\n' >"$file"
	run "$tool" -b "$file"
	expect "an octet of zero" 1 '' "espah: $file:1: a NUL octet; expected text.*"
	printf 'a %.0s' {1..300} >"$file"
	run "$tool" -b "$file"
	expect "a thousand words" 1 '' "espah: $file:1: the command has too many words.*"
	head -c 70000 /dev/zero | tr '\0' a >"$file"
	run "$tool" -b "$file"
	expect "a line without end" 1 '' "espah: $file:1: the command is too long.*"
	run "$tool" -b "$dir/none"
	expect "no file" 1 '' "espah: cannot open the batch file '.*/none': No such file.*"
	run "$tool" -b "$dir"
	expect "a folder" 1 '' "espah: $dir:0: Is a directory.*"
	run "$tool" -b "$file" state list
	expect "a batch and a command" 1 '' \
		"espah: 'state' is too much; the commands of a batch come from its file"
	run bash -c "echo state help | '$tool' -b -"
	expect "from standard input" 0 "$usage" ''
	run bash -c "echo state add aead x - 128 | '$tool' -b -"
	expect "from standard input, and the key as well" 1 '' \
		"espah: state add: 'aead': the key cannot come from standard input.*Command failed -:1"
}

test_output() {
	if [ ! -c /dev/full ]; then
		report "a full disk # SKIP no /dev/full" yes
		return
	fi
	run bash -c "'$tool' help >/dev/full"
	expect "a full disk" 1 '' 'espah: cannot write the output: No space left on device'
}

find_tool
test_options
test_objects
test_kernel
test_batch
test_output
finish
