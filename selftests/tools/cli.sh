#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The command's options, objects, verbs, batches and exit statuses, as far as no kernel is asked, under ASan and UBSan.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/tool.sh"

# What a command ends with that was understood, where there is no module.
unloaded="the kernel module is not loaded: try 'modprobe espah'"
words='add, update, allocspi, delete, deleteall, delall, show, lst, get, flush, count, help'
sa='src 10.0.0.1 dst 10.0.0.2 proto esp spi 0x100'

setup() {
	find_tool
}

test_options() {
	run "$tool"
	expect 1 '' 'Usage: espah.*'
	run "$tool" help
	expect 0 'Usage: espah.*' ''
	run "$tool" --help
	expect 0 'Usage: espah.*' ''
	run "$tool" -V
	expect 0 'espah, version [0-9.]+' ''
	run "$tool" -x
	expect 1 '' "espah: option '-x' is not known; try 'espah help'"
	run "$tool" --
	expect 1 '' "espah: option '--' is not known; try 'espah help'"
	run "$tool" -n
	expect 1 '' \
		"espah: option '-n' wants a value; try 'espah help'"
	run "$tool" -f ipx state
	expect 1 '' \
		"espah: -family: 'ipx' is not right; expected inet or inet6"
	run "$tool" -s -j -p -o -4 --stats --json -pretty --oneline -6 -family inet --show-keys \
		state help
	expect 0 'Usage: espah state.*' ''
	run "$tool" -netns no/such state
	expect 1 '' \
		"espah: state list: cannot open the network namespace 'no/such': No such file.*"
	run "$tool" -n "$0" state
	expect 1 '' \
		"espah: state list: cannot enter the network namespace '.*': .*"
}

test_objects() {
	local endless

	run "$tool" foo
	expect 1 '' \
		"espah: 'foo' is not an object; expected one of: state, policy, stat, ike, monitor, drops, save, restore, sync, why, top, link, migrate, help"
	run "$tool" ''
	expect 1 '' \
		"espah: '' is not an object; expected one of: state, policy, stat, ike, monitor, drops, save, restore, sync, why, top, link, migrate, help"
	run "$tool" st he
	expect 0 'Usage: espah state.*' ''
	run "$tool" p h
	expect 0 'Usage: espah policy.*' ''
	run "$tool" stat help
	expect 0 'Usage: espah \[ -s \] stat.*' ''
	run "$tool" state foo
	expect 1 '' \
		"espah: state: 'foo' is not a command; expected one of: list, $words"
	run "$tool" state d
	expect 1 '' \
		"espah: state delete: 'proto' is missing; expected proto esp"
	run "$tool" state allocspi
	expect 1 '' \
		"espah: state allocspi: 'proto' is missing; expected proto esp"
	run "$tool" policy setdefault
	expect 1 '' \
		"espah: policy setdefault: nothing is said; expected in, out or fwd, each with accept or block"
	run "$tool" policy set
	expect 1 '' \
		"espah: policy: 'set': setting hash thresholds is not supported by this version"
	run "$tool" policy setdefault in allow
	expect 1 '' \
		"espah: policy setdefault: 'in': 'allow' is not right; expected accept or block"
	run "$tool" monitor help
	expect 0 'Usage: espah .*monitor.*' ''
	run "$tool" monitor report
	expect 1 '' \
		"espah: monitor: 'report': reports are not supported by this version"
	for endless in monitor 'ike log -f'; do
		run bash -c "echo $endless | '$tool' -b -"
		expect 1 '' \
			"espah: ${endless% -f}: it does not end, and what follows would never run; expected it outside of a batch.*"
	done
	run "$tool" state count 5
	expect 1 '' \
		"espah: state count: '5' is too much; this command takes no words"
}

test_kernel() {
	[ ! -e /sys/module/espah ] || skip "machine: the module is loaded"
	for words in state 'state list' 'state flush' 'policy list dir in' 'stat show'; do
		# shellcheck disable=SC2086
		run "$tool" $words
		expect 2 '' "espah: [a-z ]+: $unloaded"
	done
	# shellcheck disable=SC2086
	run "$tool" state add $sa mode tunnel aead 'rfc4106(gcm(aes))' 0x00 128
	expect 2 '' "espah: state add: $unloaded"
	echo 0x0001 >"$scratch/key"
	# shellcheck disable=SC2086
	run "$tool" state add $sa aead 'rfc4106(gcm(aes))' "@$scratch/key" 128
	expect 2 '' "espah: state add: $unloaded"
	# shellcheck disable=SC2086
	run bash -c "echo 0x0001 | '$tool' state add $sa aead x - 128"
	expect 2 '' "espah: state add: $unloaded"
	# shellcheck disable=SC2086
	run "$tool" state add $sa aead 'rfc4106(gcm(aes))' "@$scratch/none" 128
	expect 1 '' \
		"espah: state add: 'aead': cannot open the key file '.*/none': No such file.*"
	# shellcheck disable=SC2086
	run "$tool" state add $sa aead 'rfc4106(gcm(aes))' - 128
	expect 1 '' \
		"espah: state add: 'aead': there is no key in standard input; expected .*"
}

test_batch() {
	local file=$scratch/batch usage='Usage: espah state.*'

	printf '# nothing\n\n   \t\nstate help#words\n"state" '"'help'"'\nstate \\\n\\\n  help\nsta help' \
		>"$file"
	run "$tool" -b "$file"
	expect 0 \
		"$usage$usage$usage$usage" ''
	printf 'state help\nstate \\\nfoo\nstate help\n' >"$file"
	run "$tool" -batch "$file"
	expect 1 "$usage" \
		"espah: state: 'foo' is not.*Command failed $file:2"
	run "$tool" -force -b "$file"
	expect 1 "$usage.*$usage" \
		"espah: state: 'foo' is not.*Command failed $file:2"
	printf 'policy flush "dir\n' >"$file"
	run "$tool" -b "$file"
	expect 1 '' \
		"espah: $file:1: a quote is not closed"$'\n'"Command failed $file:1"
	printf 'state\0flush\n' >"$file"
	run "$tool" -b "$file"
	expect 1 '' "espah: $file:1: a NUL octet; expected text.*"
	printf 'a %.0s' {1..300} >"$file"
	run "$tool" -b "$file"
	expect 1 '' "espah: $file:1: the command has too many words.*"
	head -c 70000 /dev/zero | tr '\0' a >"$file"
	run "$tool" -b "$file"
	expect 1 '' "espah: $file:1: the command is too long.*"
	run "$tool" -b "$scratch/none"
	expect 1 '' "espah: cannot open the file '.*/none': No such file.*"
	run "$tool" -b "$scratch"
	expect 1 '' "espah: $scratch:0: Is a directory.*"
	run "$tool" -b "$file" state list
	expect 1 '' \
		"espah: 'state' is too much; the commands of a batch come from its file"
	run bash -c "echo state help | '$tool' -b -"
	expect 0 "$usage" ''
	run bash -c "echo state add aead x - 128 | '$tool' -b -"
	expect 1 '' \
		"espah: state add: 'aead': the key cannot come from standard input.*Command failed -:1"
}

test_output() {
	run bash -c "'$tool' help >/dev/full"
	expect 1 '' 'espah: cannot write the output: No space left on device'
}

run_tests "$@"
