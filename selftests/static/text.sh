#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The scripts and the words are sound, as far as programs can tell.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/files.sh"

shell_scripts() {
	files | while read -r name; do
		IFS= read -r first <"$TOP/$name" || true
		[[ ! $first =~ ^('#!'.*[/ ](ba)?sh|'# shellcheck shell=') ]] || echo "$name"
	done 2>/dev/null
}

# SC2317: it does not see that run_tests calls the functions of a script.
check_scripts() {
	local names

	mapfile -t names < <(shell_scripts)
	cd "$TOP"
	{ shellcheck -x -P SCRIPTDIR -e SC2317 -f gcc "${names[@]}" || true; } | none "complaint of shellcheck"
}

test_shellcheck() {
	shell_scripts | unless_seen "$(shellcheck --version)" check_scripts
}

# Right here and wrong elsewhere: ECN-capable transport, a word of nft, a macro of man pages.
right=ect,iif,nd

check_words() {
	local names

	mapfile -t names < <(files ':!LICENSE')
	cd "$TOP"
	{ codespell -L "$right" "${names[@]}" || true; } | none "misspelt word"
}

test_codespell() {
	files ':!LICENSE' | unless_seen "$(codespell --version)" check_words
}

run_tests "$@"
