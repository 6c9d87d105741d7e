#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Lines that people have written for `ip xfrm` do the same here, or are refused with a reason.
. "$(dirname "$0")/../lib.sh"

lib=$(dirname "$0")/lib

setup() {
	module_load
	legacy_take 0
	ours=ours-$$ theirs=theirs-$$
	ns_add "$ours"
	ns_add "$theirs"
}

normal() {
	python3 -I -S -B "$lib/lines.py"
}

# A listing ends a batch of ip's.
their_listing() {
	ip -n "$theirs" -o xfrm policy list
	ip -n "$theirs" -o xfrm state list
}

# list_group NAME: apply the lines of the file in both, each from nothing, and list what there is.
list_group() {
	local show=$'policy list\nstate list' clean=$'policy flush\nstate flush'

	{
		echo "$clean"
		cat "$scratch/group"
	} | sed 's/^/xfrm /' | ip -n "$theirs" -force -b - 2>"$scratch/err" || fail "$1: ip: $(<"$scratch/err")"
	{
		echo "$clean"
		cat "$scratch/group"
		echo "$show"
	} | espah -n "$ours" -o --show-keys -force -b - >"$scratch/ours" 2>"$scratch/err" ||
		fail "$1: $(<"$scratch/err")"
	{
		echo "== $1"
		normal <"$scratch/ours"
	} >>"$scratch/all.ours"
	{
		echo "== $1"
		their_listing | normal
	} >>"$scratch/all.theirs"
}

test_the_same_as_ip_xfrm() {
	local line name=''

	[ "$(grep -c '^state\|^policy' "$lib/lines")" -ge 80 ] || fail "expected 80 lines at least"
	while read -r line; do
		case $line in
		'#'*) ;;
		'== '*)
			[ -z "$name" ] || list_group "$name"
			name=${line#== }
			: >"$scratch/group"
			;;
		*) echo "$line" >>"$scratch/group" ;;
		esac
	done <"$lib/lines"
	list_group "$name"
	diff "$scratch/all.theirs" "$scratch/all.ours" >"$scratch/differ" ||
		fail "what ip has (<) and espah has not, and what it has instead (>): $(<"$scratch/differ")"
	assert_eq "$(espah -n "$ours" policy getdefault)" "$(ip -n "$theirs" xfrm policy getdefault)"
}

test_refused_with_a_reason() {
	local line number=0 words

	words=$(sed -n 's/.* => //p' "$lib/lines.refused")
	sed -n 's/ => .*//p' "$lib/lines.refused" >"$scratch/lines"
	! espah -n "$ours" -force -b "$scratch/lines" >/dev/null 2>"$scratch/said" || fail "nothing was refused"
	grep '^espah: ' "$scratch/said" >"$scratch/err"
	assert_eq "$(wc -l <"$scratch/err")" "$(wc -l <"$scratch/lines")" "lines of refusals ($(<"$scratch/err"))"
	while read -r line; do
		number=$((number + 1))
		sed -n "${number}p" "$scratch/err" | grep -qF -- "$line" ||
			fail "expected '$line' in: $(sed -n "${number}p" "$scratch/err")"
	done <<<"$words"
	assert_eq "$(espah -n "$ours" -b - <<<$'state list\npolicy list')" "" "what they have left"
}

run_tests "$@"
