#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Every counter has its name everywhere, and every cause that packets end by a sentence and a test.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/files.sh"

test_every_counter_is_known_everywhere() {
	python3 -I "$(dirname "$0")/causes.py" "$TOP" | none "counter that is not known, or known too often"
}

run_tests "$@"
