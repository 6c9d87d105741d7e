#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Selectors of ports, of ICMP's types and codes, of what has none to be seen, of interfaces and DSCPs.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/python.sh"

python_tests espsel.py

test_arriving() {
	run
}

test_arriving_over_ipv6() {
	run
}

test_leaving() {
	run
}

test_leaving_over_ipv6() {
	run
}

test_state() {
	run
}

test_dscp() {
	run
}

test_fragments_that_leave() {
	run
}

test_fragments_out_of_a_tunnel() {
	run
}

test_forwarded_in_fragments() {
	run
}

test_forwarded_and_fragmented_outside() {
	run
}

test_part_in_clear_is_no_part() {
	run
}

test_errors() {
	run
}

test_translated() {
	in_ns "$B" nft -f - <<-END
		table ip turned {
			chain prerouting {
				type nat hook prerouting priority dstnat;
				udp dport 7 redirect to :9
			}
		}
	END
	run
	in_ns "$B" nft flush ruleset
}

# What was asked for, listed: by both stacks in the same words where both have them.
test_words() {
	local line lines=(
		'src 10.9.0.0/24 dst 10.9.0.2/32 proto udp sport 500 dport 600'
		'src 10.9.0.0/24 dst 10.9.0.2/32 proto tcp dport 443'
		'src 10.9.0.0/24 dst 10.9.0.2/32 proto sctp sport 9'
		'src 10.9.0.0/24 dst 10.9.0.2/32 proto icmp type 8 code 0'
		'src fd00:9::/64 dst fd00:9::2/128 proto ipv6-icmp type 135 code 0'
		'src 10.9.0.0/24 dst 10.9.0.2/32 proto gre key 65541'
		'src 10.9.0.0/24 dst 10.9.0.2/32 dev veth0'
	)
	local ours=(
		'src 10.9.0.0/24 dst 10.9.0.2/32 proto tcp sport 1000-2000 dport 1-65535'
		'src 10.9.0.0/24 dst 10.9.0.2/32 proto dccp sport 0-65535'
		'src 10.9.0.0/24 dst 10.9.0.2/32 proto icmp type 3-5'
		'src fd00:9::/64 dst fd00:9::2/128 proto mobility-header type 5'
		'src 10.9.0.0/24 dst 10.9.0.2/32 proto udp opaque'
		'src 10.9.0.0/24 dst 10.9.0.2/32 proto udp dport 7 dev lo dscp 10,46'
		'src 10.9.0.0/24 dst 10.9.0.2/32 dev if99'
	)

	{
		echo 'policy flush'
		for line in "${lines[@]}" "${ours[@]}"; do
			echo "policy add $line dir out action block"
		done
	} | espah -n "$B" -b -
	assert_eq "$(espah -n "$B" -o policy list | sed 's/ dir out.*//; s/\\.*//; s/ *$//')" \
		"$(printf '%s\n' "${lines[@]}" "${ours[@]}")" "the policies of espah"
	{
		echo 'xfrm policy flush'
		printf 'xfrm policy add %s dir out action block\n' "${lines[@]}"
	} | ip -n "$B" -b -
	assert_eq "$(ip -n "$B" xfrm policy list | grep ^src | sed 's/ *$//' | sort)" \
		"$(printf '%s\n' "${lines[@]}" | sort)" "the policies of xfrm"
	ip -n "$B" xfrm policy flush
	assert_eq "$(espah -n "$B" -j policy list proto udp dport 7 dev lo dscp 10,12,46 |
		jq -c '.[] | [.dport, .dev, .dscp, .opaque]')" '["7","lo",[10,46],null]' "what matches"
	espah -n "$B" -b - <<-END
		policy delete ${lines[0]} dir out
		policy deleteall proto tcp sport 999-2000
	END
	assert_eq "$(espah -n "$B" -j policy list | jq length)" $((${#lines[@]} + ${#ours[@]} - 2)) \
		"policies that are left"
	espah -n "$B" policy flush
}

test_refused() {
	local udp='src any dst any proto udp' icmp='src any dst any proto icmp'

	refused() {
		assert_fails_with "$1" espah -n "$B" policy add "${@:2}" dir out action block
	}
	# shellcheck disable=SC2086
	{
		refused 'only TCP, UDP, .* have ports' src any dst any dport 7
		refused 'only TCP, UDP, .* have ports' $icmp sport 7
		refused 'have types' $udp type 7
		refused 'have codes' src any dst any proto mobility-header type 1 code 2
		refused 'codes are those of a type' $icmp code 2
		refused 'only GRE has a key' $udp key 2
		refused 'what is not there has no values' $udp dport 2 opaque
		refused 'which can be missing' src any dst any proto esp opaque
		refused "'sport': '7-' is not right; expected a number from 0 to 65535" $udp sport 7-
		refused "'sport': '8-7' is not right" $udp sport 8-7
		refused "'dport': '65536' is not right" $udp dport 65536
		refused "'type': '256' is not right" $icmp type 256
		refused "'dev': 'nobody' is not an interface" $udp dev nobody
		refused "'dscp': '64' is not right; expected numbers from 0 to 63" $udp dscp 64
		refused "'dscp': '1,' is not right" $udp dscp 1,
		assert_fails_with 'it tells outbound packets apart' \
			espah -n "$B" policy add $udp dscp 46 dir in action block
	}
}

module_load
ns_pair A B
ip -n "$A" addr add fd00:9::1/64 dev veth0 nodad
ip -n "$B" addr add fd00:9::2/64 dev veth0 nodad
run_tests "$@"
