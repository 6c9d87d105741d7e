#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A packet that no SA can protect is asked for, not too often, and never sent in clear.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/traffic.sh"

# acquires WORDS...: have datagrams refused; print what was asked for.
acquires() {
	in_ns "$A" python3 -B "$(dirname "$0")/lib/genl_acquire.py" "$@"
}

test_asked_for_once() {
	local said

	policies 10.9.0.1 10.9.0.2 tunnel 10.9.0.1 10.9.0.2 7 | configure espah "$A"
	counters_save "$A"
	said=$(acquires 10.9.0.2 20)
	assert_eq "$said" 'dir=1 src=10.9.0.1 dst=10.9.0.2 proto=17 tmpl=10.9.0.1>10.9.0.2 mode=1 reqid=7' \
		"what was asked for"
	assert_counter_diff "$A" out-no-sa 20
	only_counters "$A" out-no-sa
}

test_asked_again() {
	policies 10.9.0.1 10.9.0.2 transport 10.9.0.1 10.9.0.2 | configure espah "$A"
	# As soon as it may, it does: however long a machine takes for so many.
	assert_eq "$(acquires 10.9.0.2 until-twice)" \
		'dir=1 src=10.9.0.1 dst=10.9.0.2 proto=17 tmpl=any>any mode=0 reqid=1' "what was asked for"
}

# Nobody waits for SAs that are there, nor for what is bypassed or discarded.
test_not_asked_for() {
	configure espah "$A" <<-END
		policy add src 10.9.0.1 dst 10.9.0.2 dir out action block
	END
	assert_eq "$(acquires 10.9.0.2 3)" '' "for what is discarded"
	configure espah "$A" <<-END
		policy add src 10.9.0.1 dst 10.9.0.2 dir out tmpl proto esp mode transport level use
	END
	assert_eq "$(acquires 10.9.0.2 3 sent)" '' "for what may go in clear"
}

module_load
ns_pair A B
traffic_start
run_tests "$@"
