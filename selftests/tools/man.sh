#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The manual pages are well-formed; that of the tool names every object, command and option, that
# of the configuration every key.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/tool.sh"

page=$TOP/Documentation/man/espah.8

setup() {
	find_tool
}

test_well_formed() {
	local page seen

	command -v man >/dev/null || skip "no man"
	for page in "$TOP"/Documentation/man/*.[58]; do
		seen=$(LC_ALL=C.UTF-8 man --warnings -l "$page" 2>&1 >"$scratch/page")
		assert_eq "$seen" "" "warnings of $page"
		assert_ok test -s "$scratch/page"
	done
}

# named WORDS...: each is a word of the page.
named() {
	local word

	[ $# -gt 0 ] || fail "there are no words to look for"
	for word; do
		grep -qE "(^|[^a-z-])-*$word([^a-z-]|$)" "$page" || fail "the page does not name '$word'"
	done
}

# The words that the tool knows are in what it says when it does not know one.
words_of() {
	{ "$tool" "$@" 2>&1 || true; } | sed 's/.*expected one of: //; s/,//g'
}

# Other names of commands that are there, which ip(8) has too.
without_aliases() {
	tr ' ' '\n' | grep -vxE 'show|lst|delall|help'
}

test_names_all_words() {
	local command object

	for object in state policy; do
		# shellcheck disable=SC2046
		named $(words_of "$object" '?' | without_aliases)
		for command in add list delete; do
			# shellcheck disable=SC2046
			named $(words_of "$object" "$command" '?' | without_aliases)
		done
	done
}

test_names_all_of_ike() {
	# shellcheck disable=SC2046
	named $(words_of ike '?' | without_aliases)
}

# The words that a file of the configuration's parser can do: those that take a value.
keys_of() {
	grep -oE '\.name = "[a-z0-9_]+\*?", \.take' "$TOP"/tools/ike/conf_*.c | sed -E 's/.*"([a-z0-9_]+).*/\1/' | sort -u
}

test_names_all_keys() {
	local page=$TOP/Documentation/man/espahd.conf.5

	# shellcheck disable=SC2046
	named $(keys_of)
}

test_names_all_options() {
	# shellcheck disable=SC2046
	named $("$tool" help | sed -n '/OPTIONS :=/,$p' | grep -oE -- '-[a-zA-Z46-]+(\[[a-z]+\])?' |
		tr -d '[]' | sed -E 's/^-+//')
}

run_tests "$@"
