#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Where there are many policies and SAs, each packet meets the right one.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/traffic.sh"

lib=$(dirname "$0")/lib
LINK='src 10.9.0.1 dst 10.9.0.2'

# $A is all of 10.20.0.0/16, and $B all of 10.30.0.0/16.
setup() {
	traffic_setup
	unprotect
	ip -n "$A" -b - <<-END
		addr replace 10.20.0.1/16 dev lo
		route replace 10.30.0.0/16 via 10.9.0.2 src 10.20.0.1
	END
	ip -n "$B" -b - <<-END
		addr replace 10.30.0.1/16 dev lo
		route replace 10.20.0.0/16 via 10.9.0.1
	END
}

# overlapping SEED COUNT FLOWS: so many policies, of which a packet matches some ten or hundred.
overlapping() {
	local src dst result

	espah -n "$A" -b - < <(python3 -I -S "$lib/scale.py" policies "$1" "$2")
	assert_eq "$(espah -n "$A" -j stat | jq '.policies.out')" "$2" 'policies'
	while read -r src dst result; do
		assert_attempt "$result" "$A@$src" "$B@$dst"
	done < <(python3 -I -S "$lib/scale.py" flows "$1" "$2" "$3")
}

test_first_of_many_that_match() {
	overlapping 5 1000 40
	espah -n "$A" policy flush
	# So few are not looked up but gone through.
	overlapping 6 5 10
}

# numbered COUNT FORMAT: the format with 10.30.X.Y, reqid and SPI for each number.
numbered() {
	awk -v n="$1" -v format="$2" 'BEGIN {
		for (i = 1; i <= n; i++)
			printf format "\n", int(i / 256), i % 256, i, 4096 + i
	}'
}

# A state for each of 2,000 destinations, all between the same two ends.
test_each_of_many_has_its_state() {
	local many=2000 state policy number said
	local -a wanted=()

	state="# 10.30.%d.%d
state add $LINK proto esp reqid %d spi %d mode tunnel replay-window 64 aead $ALG $(rand_key 20) 128"
	policy="policy add src 10.20.0.0/16 dst 10.30.%d.%d dir out priority 9 tmpl $LINK proto esp reqid %d mode tunnel
# %d"
	{
		numbered "$many" "$state"
		numbered "$many" "$policy"
	} >"$scratch/lines"
	configure espah "$A" <"$scratch/lines"
	{
		grep state "$scratch/lines"
		echo "policy add src 10.20.0.0/16 dst 10.30.0.0/16 dir in tmpl $LINK proto esp mode tunnel"
	} | configure espah "$B"
	# 1,000 more, of all sizes and none for these packets, are asked first.
	/build/many espah "$A" range 10000 1000 >/dev/null
	/build/many espah "$B" range-in 10000 1000 >/dev/null
	counters_save "$B"
	for number in 1 2 255 256 257 1023 1024 1999 2000; do
		wanted+=("0x$(printf %08x $((4096 + number)))")
		assert_attempt arrived "$A@10.20.0.1" "$B@10.30.$((number / 256)).$((number % 256))"
	done
	said=$(espah -n "$B" -j state | jq -r '.[] | select(.packets > 0) | .spi' | sort | xargs)
	assert_eq "$said" "${wanted[*]}" 'the SPIs that were used'
	only_counters "$B" in-ok
	espah -n "$A" -b - <<<$'policy flush\nstate flush'
	assert_eq "$(espah -n "$A" -j stat | jq -c '[.sa_count, .policies.out]')" '[0,0]' 'what is left'
}

ns_pair A B
traffic_start
run_tests "$@"
