#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Several templates in one policy: each is applied to what the one before it has made, and asked for in
# the reverse order, by espah and by the kernel's xfrm alike.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/traffic.sh"

# shellcheck disable=SC2034 # for traffic_start
TRAFFIC_MAKER=waiting.py
# What ESP and AH are given; AH's name has a wrapper in one test.
ESP_ALG=$ALG
AH_ALG='hmac(sha256)'
# The two ends, those of a tunnel inside of another, and sizes of datagrams up to some that are fragmented.
# shellcheck disable=SC2034 # used by name
NEAR4='10.9.0.1 10.9.0.2' FAR4='10.9.1.1 10.9.1.2'
# shellcheck disable=SC2034 # used by name
NEAR6='fd00:9::1 fd00:9::2' FAR6='fd00:91::1 fd00:91::2'
SIZES='0 1 100 1000 1300 1400 3000 9000'

setup() {
	local ns

	traffic_setup
	traffic deafen
	unprotect
	configure xfrm "$B" </dev/null
	# What the test before this one has learnt of sizes.
	for ns in "$A" "$B"; do
		ip -n "$ns" route flush cache
		ip -6 -n "$ns" route flush cache
	done
	esp_key=$(rand_key 20) ah_key=$(rand_key 32)
}

teardown() {
	traffic close_pair
	pcrypt_end
}

addresses() {
	ip -n "$1" -b - <<-END
		addr add 10.9.1.$2/24 dev veth0
		addr add fd00:9::$2/64 dev veth0 nodad
		addr add fd00:91::$2/64 dev veth0 nodad
	END
}

# A layer is PROTO/MODE/FAMILY/ENDS; PROTO may be udp, for ESP in it, and ENDS are NEAR or FAR. The first is
# the innermost.
# ends_of LAYER: sets $one and $two.
ends_of() {
	local rest=${1%/*} name=${1##*/}

	name+=${rest##*/}
	read -r one two <<<"${!name}"
}

# layer_states STACK NUMBER LAYER: its two SAs.
layer_states() {
	local one two proto=${3%%/*} mode alg=$ESP_ALG auth=$AH_ALG common

	mode=${3#*/} mode=${mode%%/*}
	ends_of "$3"
	# xfrm has the plain ones, and thinks that a tunnel carries its own family only, unless it is told.
	if [ "$1" = xfrm ]; then
		alg='rfc4106(gcm(aes))' auth='hmac(sha256)'
		[ "$mode" = transport ] || mode+=' flag af-unspec'
	fi
	common="reqid $2 mode $mode replay-window 1024"
	if [ "$proto" = udp ]; then
		proto=esp common+=" encap espinudp 4500 4500 0.0.0.0"
	fi
	if [ "$proto" = esp ]; then
		common+=" aead $alg $esp_key 128"
	else
		common+=" auth-trunc $auth $ah_key 128"
	fi
	echo "state add src $one dst $two proto $proto spi 0x110$2 $common"
	echo "state add src $two dst $one proto $proto spi 0x120$2 $common"
}

# layer_tmpl STACK NUMBER LAYER BACK: what a policy says of it.
layer_tmpl() {
	local one two proto=${3%%/*} mode=${3#*/} there=''

	mode=${mode%%/*}
	[ "$proto" != udp ] || proto=esp
	ends_of "$3"
	# xfrm wants to be told the family.
	if [ "$mode" = tunnel ] || [ "$1" = xfrm ]; then
		there="src $one dst $two "
		[ -z "$4" ] || there="src $two dst $one "
	fi
	echo -n " tmpl ${there}proto $proto reqid $2 mode $mode"
}

# templates STACK BACK LAYER...
templates() {
	local stack=$1 back=$2 n=0 layer

	for layer in "${@:3}"; do
		layer_tmpl "$stack" $((++n)) "$layer" "$back"
	done
}

# bundle_lines STACK WHO FAMILY LAYER...: the configuration of $A (WHO is 1) or $B (2).
bundle_lines() {
	local stack=$1 who=$2 family=NEAR$3 mine theirs there='' back=back n=0 layer

	read -r mine theirs <<<"${!family}"
	if [ "$who" = 2 ]; then
		there=back back=''
		read -r theirs mine <<<"${!family}"
	fi
	shift 3
	for layer in "$@"; do
		layer_states "$stack" $((++n)) "$layer"
	done
	echo "policy add src $mine dst $theirs dir out$(templates "$stack" "$there" "$@")"
	echo "policy add src $theirs dst $mine dir in$(templates "$stack" "$back" "$@")"
}

# bundle STACK_A STACK_B FAMILY LAYER...: protect what passes between $A and $B.
bundle() {
	bundle_lines "$1" 1 "${@:3}" | configure "$1" "$A"
	bundle_lines "$2" 2 "${@:3}" | configure "$2" "$B"
	local name=NEAR$3

	family=$3 layers=$(($# - 3))
	read -r one two <<<"${!name}"
	counters_save "$A"
	[ "$2" = xfrm ] || counters_save "$B"
}

# passes STACK_B PROTECTION: traffic of all kinds, each way; on the wire is that protection alone.
passes() {
	wire_watch "$A@veth0" "$B@veth0"
	# shellcheck disable=SC2086
	{
		traffic udp "$A@$one" "$B@$two" $SIZES
		traffic udp "$B@$two" "$A@$one" $SIZES
	}
	traffic tcp "$A@$one" "$B@$two" 300000
	traffic tcp "$B@$two" "$A@$one" 100000
	wire_protected
	assert_field "$wire" layers "$2"
	# The first layer's, and the last one's.
	assert_agree "$A" espah "$B" "$1" 0x0000110{1,"$layers"} 0x0000120{1,"$layers"}
	only_counters "$A" in-ok out-ok out-too-big
	[ "$1" = xfrm ] || only_counters "$B" in-ok out-ok out-too-big
}

# assert_length OCTETS: how long a datagram of 100 octets is on the wire.
assert_length() {
	wire_watch "$A@veth0"
	traffic udp "$A@$one" "$B@$two" 100
	wire_protected
	assert_eq "$(field smallest "$wire")-$(field largest "$wire")" "$1-$1" "octets on the wire"
}

# assert_largest OCTETS: the longest datagram with DF that passes; the next one's sender is told.
assert_largest() {
	local header=28

	[ "$family" = 4 ] || header=48
	assert_probe arrived "$(field mtu "$(traffic probe "$A@$one" "$B@$two" 10)")" "$A@$one" "$B@$two" "$1"
	assert_probe EMSGSIZE $(($1 + header)) "$A@$one" "$B@$two" $(($1 + 1))
}

# IP 20, AH 28 (12, 16 of ICV), ESP 8+8, UDP 8, 100, padding, 2, 16.
test_ah_over_esp_in_transport_mode() {
	bundle espah espah 4 esp/transport/4/NEAR ah/transport/4/NEAR
	assert_length $((20 + 28 + 4 + 16 + 108 + 2 + 2 + 16))
	passes espah ah+esp
}

test_ah_over_esp_in_transport_mode_with_xfrm() {
	bundle espah xfrm 4 esp/transport/4/NEAR ah/transport/4/NEAR
	passes xfrm ah+esp
	assert_eq "$(xfrm_errors "$B")" "" "errors in xfrm's statistics"
}

test_ah_over_an_esp_tunnel_with_xfrm() {
	bundle espah xfrm 4 esp/tunnel/4/NEAR ah/transport/4/NEAR
	assert_length $((20 + 32 + 16 + 20 + 108 + 2 + 2 + 16))
	passes xfrm ah+esp
}

test_tunnel_in_tunnel_with_xfrm() {
	bundle espah xfrm 4 esp/tunnel/4/FAR esp/tunnel/4/NEAR
	passes xfrm esp
}

test_transport_in_tunnel_with_xfrm() {
	bundle espah xfrm 4 ah/transport/4/NEAR esp/tunnel/4/FAR
	passes xfrm esp
}

test_ipv6_with_xfrm() {
	bundle espah xfrm 6 esp/transport/6/NEAR ah/transport/6/NEAR
	passes xfrm ah+esp
	bundle espah xfrm 6 esp/tunnel/6/FAR esp/tunnel/6/NEAR
	passes xfrm esp
}

test_both_families() {
	bundle espah espah 6 esp/tunnel/4/FAR ah/transport/4/FAR esp/tunnel/6/NEAR
	passes espah esp
	bundle espah espah 4 esp/transport/4/NEAR esp/tunnel/6/FAR ah/tunnel/4/NEAR
	passes espah ah+ipv6
}

# What is in a tunnel or under AH is for a socket, which takes ESP out of UDP.
test_esp_in_udp() {
	local ns doors=''

	for ns in "$A" "$B"; do
		# Not in_ns: a function in the background has a process of its own, in between.
		ip netns exec "$ns" encap 4500 4 >"$scratch/encap-$ns" 2>&1 &
		doors+=" $!"
		wait_until 60 grep -q ready "$scratch/encap-$ns"
	done
	bundle espah espah 4 udp/transport/4/NEAR ah/transport/4/NEAR
	passes espah ah+udp
	bundle espah espah 4 udp/tunnel/4/FAR esp/tunnel/4/NEAR
	passes espah esp
	# shellcheck disable=SC2086
	kill $doors
	# shellcheck disable=SC2086
	wait $doors || true
}

# As many as a policy may have.
test_six_layers() {
	bundle espah espah 4 esp/transport/4/NEAR ah/transport/4/NEAR esp/tunnel/4/FAR ah/transport/4/FAR \
		esp/tunnel/4/NEAR ah/transport/4/NEAR
	passes espah ah+esp
}

# What the whole bundle adds is taken into account.
test_longest_packet() {
	# IP 20, AH 32, ESP 16, UDP 8, trailer 2 (a multiple of 4), ICV 16.
	bundle espah espah 4 esp/transport/4/NEAR ah/transport/4/NEAR
	assert_largest $((1500 - 20 - 32 - 16 - 8 - 2 - 16))
	bundle espah espah 4 esp/tunnel/4/FAR esp/tunnel/4/NEAR
	local outer=$((1500 - 20 - 16 - 16)) inner

	inner=$((outer / 4 * 4 - 2 - 20 - 16 - 16))
	assert_largest $((inner / 4 * 4 - 2 - 28))
}

# $A's policies and SAs are others than $B asks for.
refused() {
	local with=$1

	bundle espah espah 4 esp/transport/4/NEAR ah/transport/4/NEAR
	{
		layer_states espah 1 esp/transport/4/NEAR
		layer_states espah 2 ah/transport/4/NEAR
		echo "policy add src 10.9.0.1 dst 10.9.0.2 dir out$with"
	} | configure espah "$A"
	counters_save "$B"
	assert_attempt lost "$A@10.9.0.1" "$B@10.9.0.2"
	assert_counter_diff "$B" in-policy-mismatch 1
	only_counters "$B" in-policy-mismatch
}

test_one_layer_only() {
	refused ' tmpl proto esp reqid 1'
	refused ' tmpl proto ah reqid 2'
}

test_wrong_order() {
	refused ' tmpl proto ah reqid 2 tmpl proto esp reqid 1'
}

# Transport mode that was not asked for does no harm, as with xfrm.
test_one_layer_more() {
	bundle espah espah 4 esp/transport/4/NEAR ah/transport/4/NEAR
	espah -n "$B" policy update src 10.9.0.1 dst 10.9.0.2 dir in tmpl proto esp reqid 1
	traffic udp "$A@10.9.0.1" "$B@10.9.0.2" 100
	espah -n "$B" policy update src 10.9.0.1 dst 10.9.0.2 dir in tmpl proto ah reqid 2
	traffic udp "$A@10.9.0.1" "$B@10.9.0.2" 100
}

# A tunnel that no template names is refused, wherever it was.
test_one_tunnel_more() {
	bundle espah espah 4 esp/tunnel/4/FAR esp/tunnel/4/NEAR
	espah -n "$B" policy update src 10.9.0.1 dst 10.9.0.2 dir in \
		tmpl src 10.9.1.1 dst 10.9.1.2 proto esp reqid 1 mode tunnel
	assert_attempt lost "$A@10.9.0.1" "$B@10.9.0.2"
	assert_counter_diff "$B" in-policy-mismatch 1
	espah -n "$B" policy update src 10.9.0.1 dst 10.9.0.2 dir in \
		tmpl src 10.9.0.1 dst 10.9.0.2 proto esp reqid 2 mode tunnel
	assert_attempt lost "$A@10.9.0.1" "$B@10.9.0.2"
	assert_counter_diff "$B" in-policy-mismatch 2
	espah -n "$B" policy delete src 10.9.0.1 dst 10.9.0.2 dir in
	assert_attempt lost "$A@10.9.0.1" "$B@10.9.0.2"
	assert_counter_diff "$B" in-no-policy 1
}

# What is optional is applied where there is an SA for it, and need not be there.
test_optional_layer() {
	bundle espah espah 4 esp/transport/4/NEAR ah/transport/4/NEAR
	espah -n "$A" policy update src 10.9.0.1 dst 10.9.0.2 dir out \
		tmpl proto esp reqid 1 tmpl proto ah reqid 2 level use
	espah -n "$B" policy update src 10.9.0.1 dst 10.9.0.2 dir in \
		tmpl proto esp reqid 1 tmpl proto ah reqid 2 level use
	passes espah ah+esp
	espah -n "$A" state delete src 10.9.0.1 dst 10.9.0.2 proto ah spi 0x1102
	wire_watch "$A@veth0"
	traffic udp "$A@10.9.0.1" "$B@10.9.0.2" 100
	wire_protected
	assert_field "$wire" layers esp
	# The other one is required.
	espah -n "$A" state delete src 10.9.0.1 dst 10.9.0.2 proto esp spi 0x1101
	counters_save "$A"
	assert_attempt EPERM "$A@10.9.0.1" "$B@10.9.0.2"
	assert_counter_diff "$A" out-no-sa 1
}

# Nothing leaves before the last SA has come; each is asked for, with the addresses that it has to have.
test_missing_sas() {
	local n lines

	lines=$(bundle_lines espah 1 4 esp/tunnel/4/FAR ah/transport/4/FAR)
	bundle espah espah 4 esp/tunnel/4/FAR ah/transport/4/FAR
	grep -v 'spi 0x110' <<<"$lines" | configure espah "$A"
	counters_save "$A"
	assert_attempt EPERM "$A@10.9.0.1" "$B@10.9.0.2"
	assert_counter_diff "$A" out-no-sa 1
	traffic hear "$A"
	traffic open_pair "$A@10.9.0.1" "$B@10.9.0.2" veth0
	espah -n "$A" monitor >"$scratch/asked" &
	wait_until 60 hears
	assert_eq "$(traffic send 3)" "sent=3 refused=0" "three datagrams"
	for n in 1 2; do
		wait_until 60 grep -q "reqid $n " "$scratch/asked"
		traffic silent
		grep "spi 0x110$n" <<<"$lines" | espah -n "$A" -b -
	done
	traffic arrived
	kill %1
	grep -q 'src 10.9.1.1 dst 10.9.1.2' "$scratch/asked" ||
		fail "what was asked for: expected 10.9.1.1 and 10.9.1.2, saw $(<"$scratch/asked")"
}

# Somebody tells what happens.
hears() {
	espah -n "$A" policy update src 10.9.77.1 dst 10.9.77.2 dir fwd action block
	grep -q 10.9.77.1 "$scratch/asked"
}

# The SAs stay with the packets that are under way, and go with the last of them.
test_policies_and_states_change_under_traffic() {
	local lines n

	lines=$(bundle_lines espah 1 4 esp/transport/4/NEAR ah/transport/4/NEAR)
	bundle espah espah 4 esp/transport/4/NEAR ah/transport/4/NEAR
	espah -n "$B" policy flush
	traffic flood_start "$A@10.9.0.1" "$B@10.9.0.2" 1000
	for n in {1..10}; do
		traffic flood_sent 20
		{
			echo "policy flush"
			echo "state flush"
			echo "policy add src 10.9.0.1 dst 10.9.0.2 dir out action block"
			echo "policy delete src 10.9.0.1 dst 10.9.0.2 dir out"
			# Never a number twice.
			echo "${lines//replay-window/replay-oseq $((n * 1000000)) replay-window}"
		} | espah -n "$A" -b -
	done
	traffic flood_stop
	unprotect
	module_unload
	module_load
}

# Both layers finish later, on another CPU or thread. The crypto API prefers the hash that is wrapped from
# then on, until it is told to forget it.
test_asynchronous() {
	local driver

	pcrypt_begin
	ESP_ALG='pcrypt(rfc4106(gcm(aes)))' AH_ALG='cryptd(hmac(sha256))'
	bundle espah espah 4 esp/transport/4/NEAR ah/transport/4/NEAR
	passes espah ah+esp
	bundle espah espah 6 esp/tunnel/4/FAR ah/transport/4/FAR esp/tunnel/6/NEAR
	passes espah esp
	unprotect
	pcrypt_end
	driver=$(sed -n 's/^driver *: \(cryptd(hmac(sha256.*\)/\1/p' /proc/crypto)
	python3 -B "$(dirname "$0")/lib/crypto_forget.py" "$driver"
	! grep 'cryptd(hmac(sha256' /proc/crypto || fail "/proc/crypto: expected that it is gone"
}

# What is printed is what was said.
test_listed_in_order() {
	local said line="src 10.9.0.1/32 dst 10.9.0.2/32 dir out priority 7"

	line+=" tmpl src 10.9.1.1 dst 10.9.1.2 proto esp reqid 1 mode tunnel"
	line+=" tmpl src 0.0.0.0 dst 0.0.0.0 proto ah reqid 2 mode transport level use"
	# shellcheck disable=SC2086
	espah -n "$A" policy add $line
	said=$(espah -n "$A" policy list | tr -s '\t\n ' ' ')
	assert_eq "${said% }" "$line" "the listing"
	said=$(espah -n "$A" -j policy list | tr -d ' \n')
	[[ $said == *'"tmpl":['*'"proto":"esp"'*'"proto":"ah"'*']'* ]] || fail "the listing as JSON: $said"
}

ns_pair A B
addresses "$A" 1
addresses "$B" 2
traffic_start
# Where xfrm's interfaces are there, it asks its policies about what is between two layers as well.
[ ! -e /sys/module/xfrm_interface ] || wait_until 30 modprobe -r xfrm_interface

run_tests "$@"
