#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Static analysis finds nothing in the programs: gcc's at each run, clang's, which is slower, at long ones.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/files.sh"

flags=(-std=gnu11 -D_GNU_SOURCE '-DESPAH_VERSION="0"' -I"$TOP/include/uapi"
	-I"$TOP/tools/lib" -I"$TOP/tools/ctl" -I"$TOP/tools/ike")

programs() {
	files 'tools/*.c' 'selftests/tools/*.c' 'selftests/fuzz/tools/*.c'
}

# Print the options for where an analyzer is wrong, each with its reason.
options() {
	case $1:$2 in
	gcc:tools/ctl/print.c)
		# jansson's memory is known by an address within what was allocated.
		echo -Wno-analyzer-malloc-leak
		;;
	gcc:selftests/tools/unit_ike_v2_world.c)
		# It loses sight of arrays that grow and of what is in them.
		echo -Wno-analyzer-malloc-leak
		;;
	clang:*)
		# It wants the functions of C11's Annex K, which glibc does not have.
		echo -Xclang -analyzer-disable-checker=security.insecureAPI.DeprecatedOrUnsafeBufferHandling
		;;
	esac
}

# analyze WHO COMMAND...
analyze() {
	local who=$1 name

	shift
	cd "$TOP"
	while read -r name; do
		# shellcheck disable=SC2046 # words
		"$@" "${flags[@]}" $(options "$who" "$name") "$name" 2>&1 ||
			echo "$name: error: cannot be analyzed"
	done < <(programs)
}

findings() {
	grep -E '(warning|error):' || true
}

gcc_analyzes() {
	analyze gcc gcc -fanalyzer -c -o /dev/null | findings | none "finding of gcc"
}

test_gcc() {
	files 'tools/*.[ch]' 'selftests/*.[ch]' 'include/*' |
		unless_seen "$(gcc --version)" gcc_analyzes
}

long_clang() {
	analyze clang clang-14 --analyze --analyzer-output text | findings | none "finding of clang"
}

run_tests "$@"
