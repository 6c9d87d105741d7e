#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# IPv6 outside, inside, or both: espah and the kernel's own xfrm are two ends of one wire.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/traffic.sh"
. "$(dirname "$0")/lib/families.sh"

setup() {
	local ns

	traffic_setup
	unprotect
	new_keys
	configure xfrm "$B" </dev/null
	# Another one in its place has not learnt of sizes.
	for ns in "$A" "$B"; do
		ip -n "$ns" route replace fd00:9::/64 dev veth0 proto kernel metric 256
	done
}

test_transport() {
	interop transport 6 6
}

test_tunnel() {
	interop tunnel 6 6
}

test_4_in_6() {
	interop tunnel 6 4
}

test_6_in_4() {
	interop tunnel 4 6
}

test_path_mtu() {
	ends espah xfrm tunnel 6 6
	in_ns "$A" ip -6 route flush cache
	# 1500 but for the outer header, 34 octets of ESP and 48 of IPv6 and UDP.
	assert_probe arrived 1500 "$A@$A6" "$B@$B6" 1378
	traffic icmp6_too_big "$B" "$B6" "$A6" "$B6" 0x1100 99 1400
	assert_probe EMSGSIZE 1426 "$A@$A6" "$B@$B6" 1379
	traffic icmp6_too_big "$B" "$B6" "$A6" "$B6" 0x1100 1 1400
	assert_probe EMSGSIZE 1326 "$A@$A6" "$B@$B6" 1378
	assert_probe arrived 1326 "$A@$A6" "$B@$B6" 1278
}

# With what routers look at, what only the last host does, and both.
test_extension_headers() {
	local mode

	for mode in transport tunnel; do
		ends espah xfrm "$mode" 6 6
		begin_counting
		wire_watch "$A@veth0"
		traffic extended "$A@$A6" "$B@$B6" 100 hop
		traffic extended "$A@$A6" "$B@$B6" 100 dst
		traffic extended "$A@$A6" "$B@$B6" 100 hop dst
		traffic extended "$B@$B6" "$A@$A6" 100 hop dst
		wire_protected
		both_ends_agree
	done
}

# assert_routed RESULT FROM TO VIA [SIZE]: what becomes of a datagram with a routing header.
assert_routed() {
	assert_eq "$(traffic routed "$2" "$3" "$4" "${5:-100}")" "result=$1" "a datagram by $4"
}

# RFC 8754: the policies are asked by where a packet goes in the end, at either end and whoever has sent
# it; what is in front of the protection sends it to the next address.
test_routing_header() {
	local mode there=fd00:9::a2 back=fd00:9::a1

	ip -n "$A" addr replace "$back/64" dev veth0 nodad
	ip -n "$B" addr replace "$there/64" dev veth0 nodad
	in_ns "$A" sysctl -qw net.ipv6.conf.all.seg6_enabled=1 net.ipv6.conf.veth0.seg6_enabled=1
	in_ns "$B" sysctl -qw net.ipv6.conf.all.seg6_enabled=1 net.ipv6.conf.veth0.seg6_enabled=1
	ends espah xfrm transport 6 6
	begin_counting
	wire_watch "$A@veth0" "$B@veth0"
	assert_routed arrived "$A@$A6" "$B@$B6" "$there"
	assert_routed arrived "$B@$B6" "$A@$A6" "$back"
	assert_routed arrived "$A@$A6" "$B@$B6" "$there" 1300
	wire_protected
	both_ends_agree
	assert_field "$wire" esp 3
	# Without an SA it does not go another way.
	espah -n "$A" state delete src "$A6" dst "$B6" proto esp spi 0x1100
	counters_save "$A"
	assert_routed EPERM "$A@$A6" "$B@$B6" "$there"
	assert_counter_diff "$A" out-no-sa 1
}

# door NS WORDS...: a socket that takes ESP out of UDP.
door() {
	local said=$scratch/encap-$1

	# Not in_ns: a function in the background has a process of its own, in between.
	ip netns exec "$1" encap 4500 6 "${@:2}" >"$said" 2>&1 &
	doors+=" $!"
	wait_until 60 grep -q ready "$said"
}

doors_close() {
	# shellcheck disable=SC2086
	kill $doors
	# shellcheck disable=SC2086
	wait $doors || true
	doors=''
}

# The policies speak of the datagrams as well: the socket is excepted, or what is in them counts.
test_in_udp() {
	local mode doors='' BULK=100000

	door "$B"
	for mode in tunnel transport; do
		if [ "$mode" = tunnel ]; then
			door "$A"
		else
			doors_close
			door "$B"
			door "$A" judged
		fi
		ends espah xfrm "$mode" 6 6 'encap espinudp 4500 4500 ::'
		begin_counting
		passes 6
		both_ends_agree
	done
	doors_close
}

is_heard() {
	espah -n "$A" state flush
	grep -q sa-flush "$scratch/seen"
}

# A peer that sends from another port than its SA says.
test_new_mapping_is_told() {
	local doors=''

	door "$A"
	door "$B"
	espah -n "$A" -j monitor sa >"$scratch/seen" 2>&1 &
	wait_until 30 is_heard
	ends espah xfrm tunnel 6 6 'encap espinudp 4500 4500 ::'
	{
		echo "state delete src $B6 dst $A6 proto esp spi 0x1200"
		states espah "$A6" "$B6" tunnel | sed -n 's/$/ encap espinudp 4501 4500 ::/; /0x1200/p'
	} | espah -n "$A" -b -
	assert_attempt arrived "$B@$B6" "$A@$A6"
	wait_until 30 grep -q '"sa-mapping"' "$scratch/seen"
	assert_eq "$(jq -c 'select(.event == "sa-mapping") | .mapping | [.src, .sport]' "$scratch/seen")" \
		"[\"$B6\",4500]" "what a monitor shows"
	doors_close
}

# all_protected NS ME PEER: whatever goes from here, to everybody.
all_protected() {
	{
		states espah "$A6" "$B6" tunnel
		policies "$2" "$3" tunnel ::/0 ::/0
	} | configure espah "$1"
}

forget_neighbours() {
	ip -n "$A" -6 neigh flush dev veth0
	ip -n "$B" -6 neigh flush dev veth0
}

# Two hosts find each other, though everything is to be protected.
test_neighbours_find_each_other() {
	new_keys
	all_protected "$A" "$A6" "$B6"
	all_protected "$B" "$B6" "$A6"
	forget_neighbours
	wire_watch "$A@veth0" "$B@veth0"
	traffic udp "$A@$A6" "$B@$B6" 100
	wire_protected
}

# answers N: of $A, who listens on the link, have come to $B.
answers() {
	[ "$(packets "$B" heard inet)" -ge "$1" ]
}

# Who listens to what is said and asked in clear: switches that pass on solicitations need it.
test_listeners_are_found() {
	local link

	rules "$B" <<-END
		table inet filter {
			counter heard { }
			chain before {
				type filter hook prerouting priority raw
				icmpv6 type { mld-listener-report, mld2-listener-report } counter name heard
			}
		}
	END
	new_keys
	all_protected "$A" "$A6" "$B6"
	all_protected "$B" "$B6" "$A6"
	counters_save "$A"
	link=$(ip -n "$B" -6 -j addr show dev veth0 scope link | jq -r '.[].addr_info[]?.local // empty')
	assert_eq "$(traffic ask_listeners "$B" veth0 "$link")" result=sent "a query"
	wait_until 60 answers 1
	only_counters "$A"
	# From further away it is as anything else in clear.
	counters_save "$B"
	assert_eq "$(traffic ask_listeners "$B" veth0 "$B6")" result=EPERM "a query from elsewhere"
	assert_counter_diff "$B" out-multicast 1
	rules "$B" </dev/null
}

test_clear_arrivals() {
	ends espah xfrm transport 6 6
	ip -n "$B" xfrm policy flush
	counters_save "$A"
	assert_attempt lost "$B@$B6" "$A@$A6"
	assert_counter_diff "$A" in-clear 1
	only_counters "$A" in-clear
	# Policies speak of the packet as it was before NAT.
	nat "$A" "ip6 daddr $A6 udp dport 5201 dnat to fd00:1::2"
	assert_attempt lost "$B@$B6" "$HA@fd00:1::2" 100 "$A6"
	assert_counter_diff "$A" in-clear 2
	nat "$A"
	# Nobody speaks of this.
	assert_attempt arrived "$B@$B6" "$HA@fd00:1::2"
	espah -n "$A" policy add src ::/0 dst ::/0 dir fwd action block
	assert_attempt lost "$B@$B6" "$HA@fd00:1::2"
	assert_counter_diff "$A" fwd-clear-discard 1
	in_ns "$A" sysctl -qw net.ipv6.conf.veth0.disable_policy=1
	assert_attempt arrived "$B@$B6" "$A@$A6"
	in_ns "$A" sysctl -qw net.ipv6.conf.veth0.disable_policy=0
}

# nat NS [RULE]
nat() {
	{
		echo 'table ip6 nat'
		echo 'delete table ip6 nat'
		[ -z "${2-}" ] || echo "table ip6 nat { chain in { type nat hook prerouting priority dstnat; $2; }; }"
	} | in_ns "$1" nft -f -
}

# What was protected goes on to where NAT sends it.
test_destination_nat() {
	ends espah espah transport 6 6
	nat "$B" 'udp dport 5201 dnat to fd00:2::2'
	wire_watch "$A@veth0" "$B@veth0"
	assert_eq "$(traffic ask "$A@$A6" "$HB@fd00:2::2" "$B6")" "result=answered seen_from=$A6" "a question"
	wire_protected
	nat "$B"
}

# listens: who listens in $A has heard that an SA is asked for.
listens() {
	traffic attempt "$A@$A6" "$B@$B6"
	grep -q acquire "$scratch/monitor"
}

# lacks MODE: the SA from $A to $B, which is $missing.
lacks() {
	ends espah espah "$1" 6 6
	missing=$(states espah "$A6" "$B6" "$1" | grep 0x1100)
	espah -n "$A" state delete src "$A6" dst "$B6" proto esp spi 0x1100
}

# comes: the SA does, and with it what waited.
comes() {
	counters_save "$B"
	espah -n "$A" -b - <<<"$missing"
	wait_until 30 has_arrived
}

# A packet waits for its SA; the way changes meanwhile, or there is none any more.
test_waits() {
	local mode missing monitor size=1440

	ip netns exec "$A" espah monitor acquire >"$scratch/monitor" 2>&1 &
	monitor=$!
	for mode in transport tunnel; do
		lacks "$mode"
		wait_until 60 listens
		wire_watch "$A@veth0" "$B@veth0"
		comes
		lacks "$mode"
		assert_attempt lost "$A@$A6" "$B@$B6"
		ip -n "$A" route add "$B6/128" dev veth0
		comes
		wire_protected
		lacks "$mode"
		assert_attempt lost "$A@$A6" "$B@$B6"
		ip -n "$A" -b - <<-END
			route del $B6/128 dev veth0
			route add unreachable $B6/128
		END
		counters_save "$A"
		espah -n "$A" -b - <<<"$missing"
		ip -n "$A" route del unreachable "$B6/128"
		assert_counter_diff "$A" out-no-route 1
		only_counters "$A" out-no-route
		# It is too large, as only its SA tells; in tunnel mode, less is.
		lacks "$mode"
		traffic probe "$A@$A6" "$B@$B6" "$size"
		counters_save "$A"
		espah -n "$A" -b - <<<"$missing"
		assert_counter_diff "$A" out-too-big 1
		only_counters "$A" out-too-big
		size=1410
	done
	kill "$monitor"
	wait "$monitor" || true
}

has_arrived() {
	[ "$(counter "$B" in-ok)" -gt "$(counter_in "${counters_saved[$B]}" in-ok)" ]
}

# labels INNER WORDS: in $labels, the flow labels outside of three flows, one packet each.
labels() {
	local a=A$1 b=B$1

	ends espah espah tunnel 6 "$1" "$2"
	wire_watch "$A@veth0"
	for _ in 1 2 3; do
		assert_attempt arrived "$A@${!a}" "$B@${!b}"
	done
	wire_protected
	labels=$(field labels "$wire")
}

# What is inside is UDP without a label of its own, as long as nobody makes one.
test_flow_label() {
	local inner labels

	in_ns "$A" sysctl -qw net.ipv6.auto_flowlabels=0
	for inner in 4 6; do
		labels "$inner" ''
		assert_eq "$labels" 0x00000 "of IPv$inner, by default"
		labels "$inner" 'flowlabel 0x12345'
		assert_eq "$labels" 0x12345 "of IPv$inner, set"
		labels "$inner" 'flowlabel auto'
		[[ $labels == 0x*,0x* && $labels != *0x00000* ]] ||
			fail "of IPv$inner: flows have no labels of their own: $labels"
	done
	in_ns "$A" sysctl -qw net.ipv6.auto_flowlabels=1
	labels 6 ''
	[[ $labels == 0x*,0x* ]] || fail "the labels inside are not copied: $labels"
	labels 6 'flowlabel 0'
	assert_eq "$labels" 0x00000 "of IPv6, hidden"
	espah -n "$A" state | grep -q 'flowlabel 0x00000$' || fail "it is not listed: $(espah -n "$A" state)"
	[[ $(espah -n "$A" -j state) == *'"flowlabel":0'* ]] || fail "it is not in JSON"
	assert_fails_with "this cannot change.*'flowlabel'" espah -n "$A" state update \
		src "$A6" dst "$B6" proto esp spi 0x1100 flowlabel 5
}

# All packets of a flow have the same.
test_flow_label_of_one_flow() {
	ends espah espah tunnel 6 4 'flowlabel auto'
	wire_watch "$A@veth0"
	traffic udp "$A@$A4" "$B@$B4" 1 2 3 4 5
	wire_protected
	[[ $(field labels "$wire") == 0x????? ]] || fail "there are several labels: $wire"
	assert_field "$wire" esp 5
}

# RFC 4303 section 3.3.4: whole packets in transport mode, fragments too in tunnel mode. What
# goes to a group is not protected, but may have been.
test_fragments_and_groups() {
	ends espah xfrm transport 6 6
	counters_save "$A"
	traffic fragment6 "$A@$A6" "$B@$B6"
	assert_counter_diff "$A" out-fragment 1
	ends espah xfrm tunnel 6 6
	traffic fragment6 "$A@$A6" "$B@$B6"
	assert_counter_diff "$A" out-ok 1
	espah -n "$A" -b - <<-END
		policy add src ::/0 dst ff15::1 dir out tmpl src $A6 dst $B6 proto esp reqid 1 mode tunnel
		policy add src ::/0 dst ff15::1 dir in tmpl src $B6 dst $A6 proto esp reqid 1 mode tunnel
	END
	assert_attempt EPERM "$A@$A6" "$B@::" 100 ff15::1
	assert_counter_diff "$A" out-multicast 1
	# The inbound policy speaks of it, not the one for what is forwarded; nobody here is a member.
	ip -n "$B" xfrm policy add src ::/0 dst ff15::1 dir out tmpl src "$B6" dst "$A6" proto esp reqid 1 mode tunnel
	assert_attempt lost "$B@$B6" "$A@::" 100 ff15::1
	assert_counter_diff "$A" in-ok 1
	only_counters "$A" out-fragment out-ok out-multicast in-ok
}

# What was met outside is told inside.
test_congestion() {
	local outer

	for outer in 6 4; do
		ends espah xfrm tunnel "$outer" 6
		in_ns "$B" nft -f - <<-END
			table inet mangle {
				chain out {
					type filter hook output priority mangle;
					udp dport 5201 ip6 ecn set ect0
					ip6 nexthdr esp ip6 ecn set ce
					ip protocol esp ip ecn set ce
				}
			}
		END
		in_ns "$A" nft -f - <<-END
			table ip6 filter {
				chain in {
					type filter hook input priority 0; policy drop;
					icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
					meta l4proto esp accept
					ip6 ecn ce accept
				}
			}
		END
		counters_save "$A"
		assert_attempt arrived "$B@$B6" "$A@$A6"
		assert_counter_diff "$A" in-ecn-marked 1
		in_ns "$A" nft delete table ip6 filter
		in_ns "$B" nft delete table inet mangle
	done
}

# counting NS CHAIN RULE: a firewall that counts what it sees protected, and in clear by a rule.
counting() {
	rules "$1" <<-END
		table ip6 filter {
			counter protected {}
			counter clear {}
			counter unmarked {}
			chain $2 {
				type filter hook $2 priority 0;
				meta l4proto esp counter name protected
				$3
			}
		}
	END
}

# The firewall sees each packet twice, in clear and protected, when it leaves and when it arrives; and
# its matches know what came through IPsec.
test_firewall() {
	local mode ns counter

	for mode in transport tunnel; do
		counting "$A" output 'udp dport 5201 counter name clear'
		counting "$B" input 'udp dport 5201 meta secpath exists counter name clear
			udp dport 5201 meta secpath missing counter name unmarked'
		ends espah espah "$mode" 6 6
		assert_attempt arrived "$A@$A6" "$B@$B6"
		assert_attempt arrived "$A@$A6" "$B@$B6"
		for ns in "$A" "$B"; do
			for counter in protected clear; do
				assert_eq "$(packets "$ns" "$counter" ip6)" 2 "$mode: packets that are $counter in $ns"
			done
		done
		assert_eq "$(packets "$B" unmarked ip6)" 0 "$mode: packets of 'meta secpath missing'"
		rules "$A" </dev/null
		rules "$B" </dev/null
	done
}

# --- sizes -------------------------------------------------------------------

# link_mtu N: between $A and $B.
link_mtu() {
	ip -n "$A" link set veth0 mtu "$1"
	ip -n "$B" link set veth0 mtu "$1"
}

# 40 octets of IPv6 outside, 32 of ESP with IV and ICV, and padding to 4; 8 of UDP inside.
test_sizes() {
	local mode fits

	while read -r mode fits; do
		ends espah espah "$mode" 6 6
		assert_probe EMSGSIZE "$fits" "$A@$A6" "$B@$B6" $((fits - 48 + 1))
		assert_probe arrived "$fits" "$A@$A6" "$B@$B6" $((fits - 48))
		wire_watch "$A@veth0" "$B@veth0"
		traffic tcp "$A@$A6" "$B@$B6" 100000
		traffic udp "$A@$A6" "$B@$B6" 3000 9000
		wire_protected
		assert_field "$wire" largest 1500
	done <<-END
		transport 1466
		tunnel 1426
	END
}

# What every IPv6 link carries gets through, though the protected packet is larger.
test_smallest_link() {
	local outer

	link_mtu 1280
	for outer in 6 4; do
		ends espah espah tunnel "$outer" 6
		wire_watch "$A@veth0" "$B@veth0"
		assert_probe arrived 1280 "$A@$A6" "$B@$B6" 1232
		traffic tcp "$A@$A6" "$B@$B6" 100000
		wire_protected
		[ "$(field largest "$wire")" -le 1280 ] || fail "an ESP packet is too large: $wire"
	done
	link_mtu 1500
}

# nets_protected: a tunnel between the networks behind $A and $B.
nets_protected() {
	new_keys
	{
		states espah "$A6" "$B6" tunnel
		policies "$A6" "$B6" tunnel fd00:1::/64 fd00:2::/64
	} | configure espah "$A"
	{
		states xfrm "$A6" "$B6" tunnel
		policies "$B6" "$A6" tunnel fd00:2::/64 fd00:1::/64
	} | configure xfrm "$B"
}

test_forwarded_sender_is_told() {
	nets_protected
	counters_save "$A"
	assert_probe arrived 1500 "$HA@fd00:1::2" "$HB@fd00:2::2" 1378
	assert_probe lost 1426 "$HA@fd00:1::2" "$HB@fd00:2::2" 1379
	assert_probe EMSGSIZE 1426 "$HA@fd00:1::2" "$HB@fd00:2::2" 1379
	assert_counter_diff "$A" out-too-big 1
	wire_watch "$A@veth0" "$B@veth0"
	traffic tcp "$HA@fd00:1::2" "$HB@fd00:2::2" 100000
	wire_protected
	assert_field "$wire" largest 1500
}

test_no_way_to_the_other_end() {
	nets_protected
	assert_attempt arrived "$HA@fd00:1::2" "$HB@fd00:2::2"
	ip -n "$A" route add unreachable "$B6/128"
	counters_save "$A"
	assert_attempt lost "$HA@fd00:1::2" "$HB@fd00:2::2"
	ip -n "$A" route del unreachable "$B6/128"
	assert_counter_diff "$A" out-no-route 1
	only_counters "$A" out-no-route
	assert_attempt arrived "$HA@fd00:1::2" "$HB@fd00:2::2"
}

# host6 HOST NS NET NEXT THERE
host6() {
	ip -n "$2" -b - <<-END
		addr add $3::1/64 dev veth1 nodad
		route add $5::/64 via $4
	END
	ip -n "$1" -b - <<-END
		addr add $3::2/64 dev veth0 nodad
		route add default via $3::1
	END
	in_ns "$2" sysctl -qw net.ipv6.conf.all.forwarding=1
}

ns_pair A B
addresses
hosts_behind
host6 "$HA" "$A" fd00:1 $B6 fd00:2
host6 "$HB" "$B" fd00:2 $A6 fd00:1
traffic_start
run_tests "$@"
