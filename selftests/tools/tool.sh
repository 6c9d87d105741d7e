# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What the tests of the tools share. They run on the host and need no kernel module.

. "$(dirname "${BASH_SOURCE[0]}")/../vm/host.sh"

# build WHAT: make part of the tools, where only what changed since the last time is
# made again; the folder is in $built. TOOLS=coverage in the environment has gcov count
# what is run; otherwise ASan and UBSan watch.
build() {
	local lock variant=${TOOLS:-sanitized} option=SANITIZE=1

	[ "$variant" = sanitized ] || option=COVERAGE=1
	built=$(checkout_cache tools)/$variant
	mkdir -p "$built"
	exec {lock}>"$built/lock"
	flock "$lock"
	quietly make -s -C "$TOP/tools" OUT="$built" -j "$(nproc)" --no-print-directory "$option" "$1" ||
		fail "the tools cannot be built"
	exec {lock}>&-
}

# Where the tool is goes to $tool.
find_tool() {
	build all
	# shellcheck disable=SC2034 # the scripts use it
	tool=$built/espah
	# The tool does not let itself be looked into, which looking for leaks begins with.
	[ "$(id -u)" -eq 0 ] || export ASAN_OPTIONS=detect_leaks=0
}

# run COMMAND...: the status is in $status, what was written in $out and $err.
run() {
	# shellcheck disable=SC2154	# run_tests makes it
	local scratch=$scratch

	status=0
	"$@" >"$scratch/out" 2>"$scratch/err" </dev/null || status=$?
	out=$(<"$scratch/out")
	err=$(<"$scratch/err")
}

# expect STATUS OUT ERR: of what was run last; OUT and ERR are regular expressions for all of it.
expect() {
	assert_eq "$status" "$1" "exit status, after '$err'"
	[[ $out =~ ^$2$ ]] || fail "output: expected /$2/, saw '$out'"
	[[ $err =~ ^$3$ ]] || fail "error: expected /$3/, saw '$err'"
}
