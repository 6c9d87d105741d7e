#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Every file says under which licence it is, and it is the one for its place.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/files.sh"

# The licence that a file's place asks for.
licence_of() {
	case $1 in
	include/uapi/*) echo 'GPL-2.0-only WITH Linux-syscall-note' ;;
	tools/*) echo '(GPL-2.0-or-later|MIT)' ;;
	selftests/tools/* | Documentation/*) echo 'GPL-2.0-(only|or-later)' ;;
	*) echo 'GPL-2.0-only' ;;
	esac
}

# JSON has no comments, and a capture is no text.
test_every_file_has_its_licence() {
	local name

	files ':!LICENSE' ':!*.json' ':!*.pcap' | while read -r name; do
		head -n 3 "$TOP/$name" |
			grep -qE "SPDX-License-Identifier: $(licence_of "$name")( |\$)" || echo "$name"
	done | none "file without its SPDX line in the first three lines"
}

run_tests "$@"
