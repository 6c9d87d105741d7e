# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What the static checks share: where the checkout is and what is in it.

. "$(dirname "${BASH_SOURCE[0]}")/../vm/host.sh"

# files [PATTERN...]: the files of the checkout, those too that are not committed yet.
files() {
	git -C "$TOP" ls-files --cached --others --exclude-standard -- "$@" |
		while IFS= read -r name; do
			# A file that was deleted is still listed until that is committed.
			[ ! -e "$TOP/$name" ] || echo "$name"
		done
}

# none WHAT: fail, listing what comes on stdin, unless that is nothing.
none() {
	local found

	found=$(cat)
	[ -z "$found" ] || fail "expected no $1, saw:"$'\n'"$found"
}

# What was looked at without a complaint has a file here, by its mark.
clean=$CACHE/clean
script=$(realpath "$0")
mkdir -p "$clean"

# mark HOW: a name for what is on stdin, HOW it is looked at, and the script that does.
mark() {
	{
		echo "$1"
		cat "$script" -
	} | sha256sum | cut -c 1-40
}

# unless_seen HOW COMMAND...: run COMMAND, which fails the test or returns, unless it has
# returned before with the same files, whose names are on stdin, the same HOW and script.
unless_seen() {
	local how=$1 mark

	shift
	mark=$clean/$(sort | (cd "$TOP" && xargs -d '\n' sha256sum) | mark "$how")
	[ ! -e "$mark" ] || return 0
	"$@"
	touch "$mark"
}
