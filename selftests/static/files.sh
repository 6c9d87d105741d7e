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
