#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The C sources are in the kernel's style, as its checkpatch.pl --strict sees it.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/files.sh"

# Complaints that are wrong here, each with its reason.
ignored=(
	# These are files, not a patch to the kernel that MAINTAINERS must know.
	FILE_PATH_CHANGES
)
# In userspace there is no kernel to take these from.
ignored_in_userspace=(
	PREFER_KERNEL_TYPES
	# OpenSSL has names like X509_get0_notAfter.
	CAMELCASE
)
# TRACE_EVENT is a macro whose arguments are laid out as no function's are.
ignored_in_trace=(
	OPEN_ENDED_LINE
	SPACING
	PARENTHESIS_ALIGNMENT
)
# A module outside of the kernel's tree has to ask for versions, in this file only.
ignored_in_compat=(
	LINUX_VERSION_CODE
	CONSTANT_COMPARISON
)

unpack_checkpatch() {
	mkdir "$1"
	tar -xf /usr/src/linux-source-6.1.tar.xz -C "$1" --strip-components=2 --occurrence=1 \
		linux-source-6.1/scripts/{checkpatch.pl,spelling.txt,const_structs.checkpatch}
}

# checkpatch TYPE-TO-IGNORE... -- FILE...
checkpatch() {
	local ignore='' version dir said

	while [ "$1" != -- ]; do
		ignore+=$1,
		shift
	done
	shift
	version=$(dpkg-query -W -f '${Version}' linux-source-6.1)
	dir=$CACHE/checkpatch/$version
	cached "$dir" "unpacking checkpatch.pl" unpack_checkpatch
	cd "$TOP"
	mapfile -t < <(not_yet_seen "$dir $ignore" "$@")
	[ ${#MAPFILE[@]} -gt 0 ] || return 0
	said=$("$dir/checkpatch.pl" --no-tree --strict --terse --no-summary --show-types \
		--ignore "$ignore" -f "${MAPFILE[@]}") || true
	# What it has learnt of names in the kernel's headers, it would leave here.
	rm -f .checkpatch-camelcase.*
	none "complaint of checkpatch.pl --strict" <<<"$said"
	seen "$dir $ignore" "${MAPFILE[@]}"
}

# It takes seconds for a large file, so what was clean is remembered of each by itself.
# marks HOW FILE...: a mark for each.
marks() {
	local how=$1 file

	shift
	for file in "$@"; do
		mark "$how" <"$file"
	done
}

not_yet_seen() {
	local file

	paste <(marks "$@") <(printf '%s\n' "${@:2}") | while read -r mark file; do
		[ -e "$clean/$mark" ] || echo "$file"
	done
}

seen() {
	marks "$@" | (cd "$clean" && xargs touch)
}

test_module() {
	local names

	mapfile -t names < <(files 'net/*.[ch]' 'include/*.h' \
		':!net/trace.h' ':!net/compat.h')
	checkpatch "${ignored[@]}" -- "${names[@]}"
}

test_compat_header() {
	checkpatch "${ignored[@]}" "${ignored_in_compat[@]}" -- net/compat.h
}

test_trace_header() {
	checkpatch "${ignored[@]}" "${ignored_in_trace[@]}" -- net/trace.h
}

test_userspace() {
	local names

	mapfile -t names < <(files 'tools/*.[ch]' 'selftests/*.[ch]')
	checkpatch "${ignored[@]}" "${ignored_in_userspace[@]}" -- "${names[@]}"
}

run_tests "$@"
