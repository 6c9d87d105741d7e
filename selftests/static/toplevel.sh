#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The layout is what Documentation/design.md says it is.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/files.sh"

test_top_level_entries() {
	files | cut -d / -f 1 | sort -u |
		sed -E '/^(Documentation|Kbuild|LICENSE|Makefile|README\.md|include|net|selftests|tools|\..*)$/d' |
		none "other entry at the top level"
}

test_design_names_every_source() {
	local name

	files 'net/*.c' 'tools/*.c' | while read -r name; do
		grep -qF "${name##*/}" "$TOP/Documentation/design.md" || echo "$name"
	done | none "source that Documentation/design.md does not name"
}

test_kbuild_links_every_source() {
	local name

	files 'net/*.c' ':!net/tests' | while read -r name; do
		grep -qF "${name%.c}.o" "$TOP/Kbuild" || echo "$name"
	done | none "source that Kbuild does not link"
}

run_tests "$@"
