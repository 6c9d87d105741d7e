# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# IPv6 outside, inside, or both, between two ends; comes after traffic.sh.

# The last two are fragmented: before they are protected in tunnel mode, or after that.
SIZES='0 1 15 16 17 1000 1300 3000 9000'

# What is inside, and what outside: IPv4 or IPv6 addresses of the two ends.
# shellcheck disable=SC2034 # used by name
A4=10.9.0.1 B4=10.9.0.2 A6=fd00:9::1 B6=fd00:9::2

# ends STACK_A STACK_B MODE OUTER INNER [ENCAP]: protect INNER traffic between $A and $B, with
# the keys that are set.
ends() {
	local outer_a=A$4 outer_b=B$4 inner_a=A$5 inner_b=B$5

	end_of "$1" "$A" "${!outer_a}" "${!outer_b}" "$3" "${!inner_a}" "${!inner_b}" "${6-}"
	end_of "$2" "$B" "${!outer_b}" "${!outer_a}" "$3" "${!inner_b}" "${!inner_a}" "${6-}"
}

# end_of STACK NS ME PEER MODE MINE THEIRS [ENCAP]
end_of() {
	local one=$3 two=$4 numbers=$numbers

	[ "$2" = "$A" ] || one=$4 two=$3
	# xfrm thinks that a tunnel carries its own family only, unless it is told.
	[ "$1" = espah ] || [ "$5" = transport ] || numbers="flag af-unspec ${numbers#flag }"
	{
		states "$1" "$one" "$two" "$5" | sed "s/$/ ${8-}/"
		policies "$3" "$4" "$5" "$6" "$7"
	} | configure "$1" "$2"
}

addresses() {
	ip -n "$A" addr add $A6/64 dev veth0 nodad
	ip -n "$B" addr add $B6/64 dev veth0 nodad
}

# passes INNER: traffic of either kind, each way.
passes() {
	local a=A$1 b=B$1

	# shellcheck disable=SC2086
	{
		traffic udp "$A@${!a}" "$B@${!b}" $SIZES
		traffic udp "$B@${!b}" "$A@${!a}" $SIZES
	}
	traffic tcp "$A@${!a}" "$B@${!b}" "$BULK"
	traffic tcp "$B@${!b}" "$A@${!a}" 20000
}

# interop MODE OUTER INNER: espah and the kernel's xfrm understand each other, with the keys that are set.
interop() {
	ends espah xfrm "$@"
	begin_counting
	wire_watch "$A@veth0" "$B@veth0"
	passes "$3"
	wire_protected
	both_ends_agree
}
