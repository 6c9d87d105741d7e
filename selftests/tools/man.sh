#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The manual page is well-formed, and names every object, command and option.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

page=$top/Documentation/man/espah.8

test_form() {
	local seen

	if ! command -v man >/dev/null; then
		report "well-formed # SKIP no man" yes
		return
	fi
	seen=$(LC_ALL=C.UTF-8 MANROFFSEQ='' man --warnings -l "$page" 2>&1 >"$dir/page")
	report "well-formed" "$([ -z "$seen" ] && [ -s "$dir/page" ] && echo yes)" "$seen"
}

# named WORDS...: each is a word of the page.
named() {
	local word missing=

	for word; do
		grep -qE "(^|[^a-z-])-*$word([^a-z-]|$)" "$page" || missing+=" $word"
	done
	report "names: $*" "$([ -z "$missing" ] && echo yes)" "missing:$missing"
}

# The words that the tool knows are in what it says when it does not know one.
words_of() {
	{ "$tool" "$@" 2>&1 || true; } | sed 's/.*expected one of: //; s/,//g'
}

# Other names of commands that are there, which ip(8) has too.
without_aliases() {
	tr ' ' '\n' | grep -vxE 'show|lst|delall|help'
}

test_words() {
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

test_options() {
	# shellcheck disable=SC2046
	named $("$tool" help | sed -n '/OPTIONS :=/,$p' | grep -oE -- '-[a-zA-Z46-]+(\[[a-z]+\])?' |
		tr -d '[]' | sed -E 's/^-+//')
}

find_tool
test_form
test_words
test_options
finish
