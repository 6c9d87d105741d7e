#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The attributes and counters are called in the tool what the protocol's spec calls them.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

# Print "SET NUMBER NAME" for each attribute of the spec.
spec_names() {
	awk '
	/^[a-z]/ { inside = /^attribute-sets:/ }
	!inside { next }
	/^    name:/ { set = $2; number = 0 }
	/^        name:/ { print set, ++number, $2 }
	' "$top/Documentation/netlink/espah.yaml"
}

build unit
spec_names | sort >"$dir/spec"
"$dir/unit" --names | sort >"$dir/tool"
for set in sa alg sel policy tmpl info cnt; do
	if diff <(grep "^$set " "$dir/spec") <(grep "^$set " "$dir/tool") >"$dir/diff"; then
		report "attribute-set $set" yes
	else
		report "attribute-set $set" no "$(<"$dir/diff")"
	fi
done
report "no set is forgotten" "$(cmp -s "$dir/spec" "$dir/tool" && echo yes)" \
	"$(diff "$dir/spec" "$dir/tool" || true)"
finish
