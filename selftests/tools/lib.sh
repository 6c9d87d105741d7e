# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What the tests of the tools share: they run on the host and need no kernel module.

top=$(realpath "$(dirname "$0")/../..")
name=$(basename "$0" .sh)
tool=
tests=0
failures=0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# build WHAT [VARIABLE=VALUE...]: make part of the tools in $dir.
build() {
	if ! make -s -C "$top/tools" OUT="$dir" -j "$(nproc)" "$@" >"$dir/log" 2>&1; then
		sed 's/^/# /' "$dir/log"
		echo "Bail out! the tools cannot be built"
		exit 1
	fi
}

# Where the tool is; BUILD says where it was built already.
find_tool() {
	if [ -n "${BUILD-}" ] && [ -x "$BUILD/espah" ]; then
		tool=$(realpath "$BUILD/espah")
	else
		build all
		# shellcheck disable=SC2034	# for whoever includes this
		tool=$dir/espah
	fi
}

# report WORDS PASSED [DIAGNOSTICS]
report() {
	tests=$((tests + 1))
	if [ "$2" = yes ]; then
		echo "ok $tests - $name/$1"
	else
		failures=$((failures + 1))
		echo "not ok $tests - $name/$1"
		[ -z "${3-}" ] || printf '%s\n' "$3" | sed 's/^/# /'
	fi
}

# run COMMAND...: the status is in $status, what was written in $out and $err.
run() {
	status=0
	"$@" >"$dir/out" 2>"$dir/err" </dev/null || status=$?
	out=$(<"$dir/out")
	err=$(<"$dir/err")
}

# expect WORDS STATUS OUT ERR: of what was run, each a whole line or lines, a regex.
expect() {
	if [ "$status" = "$2" ] && [[ $out =~ ^$3$ ]] && [[ $err =~ ^$4$ ]]; then
		report "$1" yes
	else
		report "$1" no "expected: status $2, output '$3', error '$4'
seen: status $status, output '$out', error '$err'"
	fi
}

finish() {
	echo "1..$tests"
	[ "$failures" -eq 0 ]
}
