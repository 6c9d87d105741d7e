# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# How often each line was run, from what gcov counted.
#
# All halves of the report speak in lines of four fields with tabs between: the
# file as the checkout has it, the line's number, how often it was run, its text.

# gcov_lines DIR BELOW SOURCE...: DIR has the .gcno and .gcda of each SOURCE, which is named as
# the compiler was told, from the folder BELOW of the checkout. What lies outside is left out.
gcov_lines() {
	local objects=$1 below=$2

	shift 2
	(
		cd "$TOP/$below" || exit
		gcov -t -o "$objects" "$@" 2>/dev/null
	) | awk -v OFS='\t' -v below="$below" '
		{ count = $0; sub(/:.*/, "", count); gsub(/[ *]/, "", count)
		  number = $0; sub(/^[^:]*: */, "", number); sub(/:.*/, "", number)
		  text = $0; sub(/^[^:]*:[^:]*:/, "", text) }
		number == "0" && text ~ /^Source:/ { file = substr(text, 8); next }
		number !~ /^[0-9]+$/ || count == "-" || file ~ /^[.\/]/ { next }
		{ gsub(/^[ \t]+/, "", text)
		  print below "/" file, number, count ~ /[#=]/ ? 0 : count + 0, text }'
}
