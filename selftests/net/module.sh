#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The module goes in and out under traffic without a trace, and stays while it is needed.
. "$(dirname "$0")/../lib.sh"

lib=$(dirname "$0")/lib
sa='src 10.0.0.1 dst 10.0.0.2 proto esp spi 0x100'

# Also what a failed test has left inside.
teardown() {
	ns_cleanup
	[ ! -d /sys/module/espah ] || espah -b - <<-END
		state flush
		policy flush
	END
	module_unload
}

add_sa() {
	# shellcheck disable=SC2086 # words
	espah "$@" state add $sa aead 'rfc4106(gcm(aes))' "$(rand_key 20)" 128
}

test_many_rounds_leave_nothing() {
	ns_pair A B
	module_unload
	pcrypt_begin
	assert_ok python3 -B "$lib/genl_rounds.py" "$A" "$B" "$(short_or_long 30 100)"
	pcrypt_end
}

test_removal_is_refused_while_an_sa_exists() {
	module_load
	add_sa
	assert_fails_with "in use" rmmod espah
	assert_eq "$(espah state count)" "SAD count 1"
	espah state flush
	module_unload
}

test_removal_is_refused_while_a_policy_exists() {
	module_load
	espah policy add dir in action block src 10.0.0.0/24
	assert_fails_with "in use" rmmod espah
	assert_eq "$(espah policy count)" "SPD IN 1 OUT 0 FWD 0"
	espah policy delete dir in src 10.0.0.0/24
	module_unload
}

test_removal_is_refused_for_any_namespace() {
	module_load
	ns_add "one-$$"
	ns_add "two-$$"
	add_sa -n "one-$$"
	assert_fails_with "in use" rmmod espah
	espah -n "two-$$" policy add dir out src 10.0.0.0/24
	espah -n "one-$$" state flush
	# The SA's own reference goes with its memory, so wait for that one to be the last.
	wait_until 60 refcount_is 1
	assert_fails_with "in use" rmmod espah
	espah -n "two-$$" policy flush
	module_unload
}

refcount_is() {
	[ "$(</sys/module/espah/refcnt)" = "$1" ]
}

test_every_sa_and_policy_holds_the_module() {
	local spi

	# What the test before had is given back a moment later.
	module_unload
	module_load
	refcount_is 0 || fail "a module just loaded is in use"
	for spi in 256 257 258; do
		echo "state add src 10.0.0.1 dst 10.0.0.2 proto esp spi $spi" \
			"aead rfc4106(gcm(aes)) $(rand_key 20) 128"
		echo "policy add dir out src 10.1.0.$((spi - 256))"
	done | espah -b -
	assert_eq "$(</sys/module/espah/refcnt)" 6 "references"
	# What is refused leaves none.
	assert_fails_with EEXIST espah state add src 10.0.0.1 dst 10.0.0.2 proto esp spi 0x100 \
		aead 'rfc4106(gcm(aes))' "$(rand_key 20)" 128
	espah -b - <<-END
		state flush
		policy flush dir out
	END
	wait_until 60 refcount_is 0
	module_unload
}

test_second_module_of_this_name_is_refused() {
	module_load
	add_sa
	assert_fails_with "File exists" insmod /build/espah.ko
	assert_eq "$(espah state count)" "SAD count 1"
}

# The same code under another name finds its places taken, and takes back what it has begun.
test_second_handler_is_refused_cleanly() {
	local i

	module_load
	add_sa
	python3 -B "$lib/genl_rename.py" /build/espah.ko "$scratch/other.ko" espah hapse
	for i in 1 2 3; do
		assert_fails_with "File exists" insmod "$scratch/other.ko"
	done
	[ ! -d /sys/module/hapse ] || fail "the second module stayed"
	assert_eq "$(espah state count)" "SAD count 1"
	espah state flush
	module_unload
	insmod "$scratch/other.ko"
	assert_eq "$(espah state count)" "SAD count 0"
	rmmod hapse
}

run_tests "$@"
