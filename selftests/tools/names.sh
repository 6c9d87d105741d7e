#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The attributes and counters are called in the tool what the protocol's spec calls them.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/tool.sh"

# Print "SET NUMBER NAME" for each attribute of the spec, but for those of rtnetlink.
spec_names() {
	awk '
	/^[a-z]/ { inside = /^attribute-sets:/ }
	!inside { next }
	/^    name:/ { set = $2; number = 0 }
	/^    name-prefix:/ { ours = $2 ~ /^espah-a-/ }
	ours && /^        name:/ { print set, ++number, $2 }
	' "$TOP/Documentation/netlink/espah.yaml"
}

test_names_are_those_of_the_spec() {
	build unit
	spec_names | sort >"$scratch/spec"
	"$built/unit" --names | sort >"$scratch/tool"
	assert_ok grep -q '^cnt .* in-ok$' "$scratch/spec"
	diff "$scratch/spec" "$scratch/tool" || fail "the spec (<) and the tool (>) differ"
}

run_tests "$@"
