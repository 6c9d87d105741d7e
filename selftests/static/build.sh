#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The module and its KUnit suites build without a warning.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/files.sh"

# module_log VARIABLE=VALUE...: build a copy of the module, and of the KUnit suites
# the objects only (they link with a kernel that has KUnit); show what make said.
module_log() {
	local copy=$scratch/module kdir suites

	kdir=$("$TOP/selftests/vm/kernel")
	mkdir -p "$copy"
	cp -rp "$TOP"/{Kbuild,net,include} "$copy"
	find "$copy" \( -name '*.o' -o -name '.*.cmd' \) -delete
	make -C "$kdir/build" M="$copy" -j "$(nproc)" "$@" modules 2>&1 ||
		echo "error: make failed"
	mapfile -t suites < <(cd "$copy/net/tests" && printf '%s\n' *.c | sed 's/c$/o/')
	make -C "$kdir/build" M="$copy/net/tests" -j "$(nproc)" "$@" "${suites[@]}" 2>&1 ||
		echo "error: make failed"
}

warnings() {
	sed -nE '/(warning|error):|^WARNING/p'
}

w1_and_sparse() {
	module_log W=1 C=2 CF=-Wsparse-error | warnings | none "warning with W=1, or of sparse"
}

test_module_w1_and_sparse() {
	files Kbuild 'net/*' 'include/*' |
		unless_seen "$("$TOP/selftests/vm/kernel") $(gcc --version) $(sparse --version 2>&1)" w1_and_sparse
}

run_tests "$@"
