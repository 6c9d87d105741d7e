#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# espah against the kernel's own xfrm: algorithms, modes, families, windows, encapsulation, each
# pair of which occurs in one run. MATRIX=REGEX: the runs with such names.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/matrix.sh"

matrix() {
	python3 -B "$matrix_py" "$A" "$B" "${MATRIX:-$1}"
}

# Each value occurs.
test_choice() {
	matrix short
}

# Each pair of values does.
long_matrix() {
	matrix long
}

setup() {
	module_load
	ns_pair A B
}

run_tests "$@"
