#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# espah and the kernel's own xfrm are two ends of one wire, and understand each other.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/traffic.sh"

SIZES='0 1 15 16 17 1000 1400'

# interop MODE KEYBYTES WINDOW [REQID]: $A with espah, $B with xfrm.
interop() {
	protect_pair espah xfrm "$@"
	begin_counting
	wire_watch "$A@veth0" "$B@veth0"
	# shellcheck disable=SC2086
	{
		traffic udp "$A@10.9.0.1" "$B@10.9.0.2" $SIZES
		traffic udp "$B@10.9.0.2" "$A@10.9.0.1" $SIZES
	}
	traffic tcp "$A@10.9.0.1" "$B@10.9.0.2" "$BULK"
	traffic tcp "$B@10.9.0.2" "$A@10.9.0.1" 20000
	wire_protected
	both_ends_agree
}

test_transport_128() {
	interop transport 16 1024
}

long_transport_192_without_replay_window() {
	interop transport 24 0
}

test_transport_256_with_largest_replay_window() {
	interop transport 32 4096
}

long_tunnel_128() {
	interop tunnel 16 1024
}

test_tunnel_192_without_replay_window() {
	interop tunnel 24 0
}

long_tunnel_256_with_largest_replay_window() {
	interop tunnel 32 4096
}

# udp_pair MODE: both stacks behind UDP, as if there were NAT in between.
udp_pair() {
	local encap='encap espinudp 4500 4500 0.0.0.0' ns stack

	new_keys
	for stack in espah xfrm; do
		[ "$stack" = espah ] && ns=$A || ns=$B
		{
			states "$stack" 10.9.0.1 10.9.0.2 "$1" | sed "s/$/ $encap/"
			if [ "$stack" = espah ]; then
				policies 10.9.0.1 10.9.0.2 "$1" 10.9.0.1 10.9.0.2
			else
				policies 10.9.0.2 10.9.0.1 "$1" 10.9.0.2 10.9.0.1
			fi
		} | configure "$stack" "$ns"
		# Not in_ns: a function in the background has a process of its own, in between.
		ip netns exec "$ns" encap 4500 >"$scratch/encap-$stack" 2>&1 &
		doors+=" $!"
		wait_until 60 grep -q ready "$scratch/encap-$stack"
	done
}

test_in_udp() {
	local mode doors=''

	for mode in tunnel transport; do
		udp_pair "$mode"
		begin_counting
		# shellcheck disable=SC2086
		{
			traffic udp "$A@10.9.0.1" "$B@10.9.0.2" $SIZES
			traffic udp "$B@10.9.0.2" "$A@10.9.0.1" $SIZES
		}
		traffic tcp "$A@10.9.0.1" "$B@10.9.0.2" 100000
		traffic tcp "$B@10.9.0.2" "$A@10.9.0.1" 20000
		both_ends_agree
		# shellcheck disable=SC2086
		kill $doors
		# shellcheck disable=SC2086
		wait $doors || true
		doors=''
	done
}

# A template with reqid 0 takes an SA with any.
test_template_without_reqid() {
	local mode

	for mode in transport tunnel; do
		protect_pair espah xfrm "$mode" 16 1024 0
		wire_watch "$A@veth0" "$B@veth0"
		traffic udp "$A@10.9.0.1" "$B@10.9.0.2" 0 100
		wire_protected
	done
}

# SAs for UDP between the two hosts only, on both ends.
test_selector_on_sa() {
	local mode stack ns lines

	for mode in transport tunnel; do
		protect_pair espah xfrm "$mode"
		for stack in espah xfrm; do
			[ "$stack" = espah ] && ns=$A || ns=$B
			lines=$(states "$stack" 10.9.0.1 10.9.0.2 "$mode")
			lines=${lines/"$key_ab 128"/"$key_ab 128 sel src 10.9.0.1 dst 10.9.0.2 proto udp"}
			lines=${lines/"$key_ba 128"/"$key_ba 128 sel src 10.9.0.2 dst 10.9.0.1 proto udp"}
			{
				echo "$lines"
				if [ "$stack" = espah ]; then
					policies 10.9.0.1 10.9.0.2 "$mode" 10.9.0.1 10.9.0.2
				else
					policies 10.9.0.2 10.9.0.1 "$mode" 10.9.0.2 10.9.0.1
				fi
			} | configure "$stack" "$ns"
		done
		begin_counting
		wire_watch "$A@veth0" "$B@veth0"
		traffic udp "$A@10.9.0.1" "$B@10.9.0.2" 1 1000
		traffic udp "$B@10.9.0.2" "$A@10.9.0.1" 1 1000
		wire_protected
		both_ends_agree
	done
}

# Without this, the tests above would show nothing.
test_wrong_key_passes_nothing() {
	protect_pair espah xfrm tunnel
	[ "${key_ba: -1}" = 0 ] && key_ba=${key_ba%?}1 || key_ba=${key_ba%?}0
	espah -n "$A" -b - <<-END
		state delete src 10.9.0.2 dst 10.9.0.1 proto esp spi 0x1200
		$(states espah 10.9.0.1 10.9.0.2 tunnel | sed -n 2p)
	END
	counters_save "$A"
	assert_attempt arrived "$A@10.9.0.1" "$B@10.9.0.2"
	assert_attempt lost "$B@10.9.0.2" "$A@10.9.0.1"
	assert_counter_diff "$A" in-icv 1
	assert_counter_diff "$A" in-ok 0
}

# Networks behind gateways: forwarded packets, fragments, IP options.
test_between_networks() {
	protect_nets espah xfrm
	begin_counting
	wire_watch "$A@veth0" "$B@veth0"
	traffic udp "$HA@10.1.0.2" "$HB@10.2.0.2" 0 1 1000 1400 4000 20000
	traffic udp "$HB@10.2.0.2" "$HA@10.1.0.2" 0 1 1000 1400 4000 20000
	traffic tcp "$HA@10.1.0.2" "$HB@10.2.0.2" 300000
	in_ns "$HA" ping -q -c 2 -i 0.05 -s 4000 -W 10 10.2.0.2
	wire_protected
	both_ends_agree
}

# DSCP is copied to the outside; so is ECN; options stay inside (RFC 4301 section 5.1.2.1).
test_dscp_ecn_and_options_between_networks() {
	local tos said

	protect_nets espah xfrm
	for tos in 0x00 0xb8 0xba 0x29; do
		wire_watch "$A@veth0"
		said=$(traffic header "$HA@10.1.0.2" "$HB@10.2.0.2" "$tos" 01010100)
		assert_eq "$said" "result=arrived tos=$tos options=01010100" "there"
		wire_protected
		assert_field "$wire" tos "$tos"
		said=$(traffic header "$HB@10.2.0.2" "$HA@10.1.0.2" "$tos" 01010100)
		assert_eq "$said" "result=arrived tos=$tos options=01010100" "back"
	done
}

# Congestion experienced on the way (RFC 6040 figure 4): it reaches an inner packet
# that can carry the news, and stops one that cannot.
test_ecn_marked_on_the_way() {
	local said

	protect_nets espah xfrm
	in_ns "$B" nft -f - <<-END
		table ip congest {
			chain out {
				type route hook output priority mangle;
				ip protocol esp ip ecn set ce
			}
		}
	END
	said=$(traffic header "$HB@10.2.0.2" "$HA@10.1.0.2" 0xba)
	assert_eq "$said" "result=arrived tos=0xbb options=" "ECT(0) inside"
	said=$(traffic header "$HB@10.2.0.2" "$HA@10.1.0.2" 0xb9)
	assert_eq "$said" "result=arrived tos=0xbb options=" "ECT(1) inside"
	counters_save "$A"
	said=$(traffic header "$HB@10.2.0.2" "$HA@10.1.0.2" 0xb8)
	assert_eq "$said" "result=lost" "no ECN inside"
	assert_counter_diff "$A" in-ecn 1
}

module_load
ns_pair A B
hosts_behind
traffic_start
run_tests "$@"
