#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What is committed, as a person gets it: it builds without a warning, and make clean leaves nothing.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/files.sh"

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
