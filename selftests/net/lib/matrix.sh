# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs of the matrix: espah at one end, the kernel's own xfrm at the other.

matrix_py=$(dirname "${BASH_SOURCE[0]}")/matrix.py

# understood NAME...: in these runs neither stack has anything to complain of, and the wire looks as
# it has to. They have two namespaces of their own, once in a test.
understood() {
	local C D said

	ns_pair C D
	said=$(python3 -B "$matrix_py" "$C" "$D" runs "$@" 2>&1) || fail "$said"
}
