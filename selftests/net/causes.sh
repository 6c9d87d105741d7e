#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Each cause that packets end by is seen in the counter, the tracepoint, the event, what is kept, and espah why.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/python.sh"

python_tests espcauses.py

test_each() {
	run
}

module_load
ns_pair A B
run_tests "$@"
