# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# How often each line was run, from what gcov counted.
#
# All halves of the report speak in lines of four fields with tabs between: the
# file as the checkout has it, the line's number, how often it was run, its text.

# passed WHERE: all tests of the TAP on stdin did; those that did not are shown with what they said.
passed() {
	local failed

	failed=$(awk '/no end after/ { print } /^# script/ { next } /^#/ { said = said $0 "\n"; next }
		/^not ok/ { printf "%s%s\n", said, $0 } { said = "" }')
	[ -z "$failed" ] || die "tests that fail reach too little, on the $1:"$'\n'"$failed"
}

# gcov_lines DIR BELOW PREFIX SOURCE...: DIR has the .gcno and .gcda of each SOURCE of the folder
# BELOW of the checkout. The compiler was told its name from there, or after PREFIX if that is
# not empty. What lies outside is left out.
gcov_lines() {
	local objects=$1 below=$2 prefix=$3

	shift 3
	(
		cd "$TOP/$below" || exit
		gcov -t ${prefix:+-s "$prefix"} -o "$objects" "$@" 2>/dev/null
	) | awk -v OFS='\t' -v below="$below" '
		{ count = $0; sub(/:.*/, "", count); gsub(/[ *]/, "", count)
		  number = $0; sub(/^[^:]*: */, "", number); sub(/:.*/, "", number)
		  text = $0; sub(/^[^:]*:[^:]*:/, "", text) }
		number == "0" && text ~ /^Source:/ { file = substr(text, 8); next }
		number !~ /^[0-9]+$/ || count == "-" || file ~ /^[.\/]/ { next }
		{ gsub(/^[ \t]+/, "", text)
		  print below "/" file, number, count ~ /[#=]/ ? 0 : count + 0, text }'
}
