# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What the host-side scripts share: where things are, and how things are cached.

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/espah
export TOP CACHE
# The Debian that all this is for.
# shellcheck disable=SC2034 # others use it
codename=bookworm
mkdir -p "$CACHE"

# What is built of this checkout, as KIND, goes there: checkout_cache KIND
checkout_cache() {
	echo "$CACHE/$1/$(echo "$TOP" | sha256sum | cut -c 1-12)"
}

# Bring a copy of parts of the checkout up to date, beside what was built of it: mirror FROM... TO
mirror() {
	mkdir -p "${*: -1}"
	rsync -a --delete --exclude='.*' --exclude='*.o' --exclude='*.ko' --exclude='*.a' \
		--exclude='*.gcno' --exclude='*.mod*' --exclude='modules.order' \
		--exclude='Module.symvers' "$@"
}

# Does this kernel watch itself? Then it is slow, and wants memory for what it keeps.
watches_itself() {
	[[ $1 = @(debug|kcsan) ]]
}

say() {
	echo "${0##*/}: $*" >&2
}

die() {
	say "$*"
	exit 1
}

# Run a command quietly; show what it printed only if it fails.
quietly() {
	local log rc=0

	log=$(mktemp)
	"$@" >"$log" 2>&1 || rc=$?
	[ "$rc" -eq 0 ] || cat "$log" >&2
	rm -f "$log"
	return "$rc"
}

# cached PATH WORDS MAKER [ARGS...]
# Unless PATH is there, say WORDS and have MAKER make it: it is called with the
# name to fill, which becomes PATH only when whole. Two runs at once make it once.
cached() {
	local path=$1 words=$2 lock

	shift 2
	[ ! -e "$path" ] || return 0
	mkdir -p "${path%/*}"
	exec {lock}>"$path.lock"
	flock "$lock"
	if [ ! -e "$path" ]; then
		say "$words"
		rm -rf "$path.tmp"
		"$@" "$path.tmp" || die "that failed"
		mv "$path.tmp" "$path"
	fi
	exec {lock}>&-
}

# Does the CPU run guests by itself, and may we let it?
has_kvm() {
	grep -qE '^flags.*\b(vmx|svm)\b' /proc/cpuinfo && [ -w /dev/kvm ]
}
