#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Everything builds without a warning, from a fresh clone too, and make clean leaves nothing.
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

# What is committed, as a person gets it.
test_fresh_clone() {
	local clone=$scratch/clone

	git clone -q "$TOP" "$clone"
	(cd "$clone" && make -j "$(nproc)" 2>&1) >"$scratch/log" || fail "make failed: $(tail -n 20 "$scratch/log")"
	warnings <"$scratch/log" | none "warning of make"
	assert_ok test -s "$clone/espah.ko"
	assert_ok test -x "$clone/tools/espah"
	git -C "$clone" status --porcelain | none "built file that git does not ignore"
	make -C "$clone" clean >"$scratch/log" 2>&1
	git -C "$clone" status --porcelain --ignored | none "file left by make clean"
}

run_tests "$@"
