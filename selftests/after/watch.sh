#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# At the end of a debug guest: what watched over memory and locks has nothing to tell.
. "$(dirname "$0")/../lib.sh"

leaks=/sys/kernel/debug/kmemleak

# The module goes first, and with it all that it may still hold.
test_no_memory_is_lost() {
	module_unload
	# An object is reported when two scans in a row have found nothing that points to
	# it; a pointer may sit in a register or on a stack for a moment.
	echo scan >"$leaks"
	echo scan >"$leaks"
	assert_eq "$(<"$leaks")" "" "memory that nothing points to"
}

# lockdep switches itself off with its first report, and when its tables are full.
test_locks_were_watched_to_the_end() {
	[[ $(</proc/lockdep_stats) =~ debug_locks:\ +([0-9]+) ]]
	assert_eq "${BASH_REMATCH[1]}" 1 "debug_locks of /proc/lockdep_stats"
}

# KASAN and UBSAN are in what is built for this kernel, and not only in its configuration.
test_module_was_watched() {
	local sign

	for sign in __asan_ __ubsan_handle_; do
		assert_ok grep -qa "$sign" /build/espah.ko
	done
}

run_tests "$@"
