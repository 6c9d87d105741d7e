#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The uapi header says what the netlink spec says, and the spec holds together.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/files.sh"

spec=$TOP/Documentation/netlink/espah.yaml
header=$TOP/include/uapi/linux/espah.h

# /usr/bin/python3, because another one in PATH may lack the YAML module.
check() {
	/usr/bin/python3 "$(dirname "$0")/uapi_spec.py" "$1" "$spec" "$header"
}

test_spec_is_well_formed() {
	check form | none "fault in the spec"
}

test_header_has_the_values_of_the_spec() {
	check assertions >"$scratch/assertions.c"
	assert_ok grep -q 'ESPAH_CMD_' "$scratch/assertions.c"
	assert_ok gcc -std=gnu11 -Wall -Werror -fsyntax-only -I"$TOP/include/uapi" "$scratch/assertions.c"
}

test_header_has_no_other_names() {
	check names | none "name that only one of header and spec has"
}

run_tests "$@"
