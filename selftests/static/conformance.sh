#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What Documentation/conformance.md names is there.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/files.sh"

check() {
	python3 "$(dirname "$0")/conformance.py" "$1" "$TOP"
}

test_rows_are_whole() {
	check rows </dev/null | none "row that is not whole"
}

test_code_is_there() {
	check code </dev/null | none "name of code that is not there"
}

# Those too that take long.
test_tests_are_there() {
	env -u T ESPAH_LONG=1 "$TOP/selftests/run" --list >"$scratch/tests"
	check tests <"$scratch/tests" | none "name of a test that is not there"
}

run_tests "$@"
