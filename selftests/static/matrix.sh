#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The runs of net/matrix.sh: as few as may be, and nothing left out.
. "$(dirname "$0")/../lib.sh"

of_the_runs() {
	python3 -B "$(dirname "${BASH_SOURCE[0]}")/matrix.py" "$1"
}

test_each_pair_of_values() {
	of_the_runs each_pair
}

test_each_value_in_the_short_form() {
	of_the_runs each_value
}

test_same_seed() {
	of_the_runs same_seed
}

test_what_is_possible() {
	of_the_runs sound
}

run_tests "$@"
