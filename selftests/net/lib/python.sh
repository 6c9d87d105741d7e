# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Tests that are written in Python. One process runs all of a script's: starting it takes seconds
# on an emulated CPU.

python_lib=$(dirname "${BASH_SOURCE[0]}")

# python_tests FILE: start it; the file is in this folder.
python_tests() {
	local file=$python_lib/$1

	coproc python { exec python3 -B "$file"; }
	exec {ask}>&"${python[1]}" {answer}<&"${python[0]}"
}

# Let it run the test that the calling function is named after.
run() {
	local verdict

	echo "${FUNCNAME[1]} $A $B" >&"$ask"
	read -r verdict <&"$answer" || fail 'expected a verdict, saw the Python process end'
	case $verdict in
	ok) ;;
	skip\ *) skip "${verdict#skip }" ;;
	*) fail "${verdict#failed }" ;;
	esac
}
