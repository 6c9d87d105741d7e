#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# AH over IPv6, and of one family in the other, between espah and the kernel's own xfrm.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/matrix.sh"
. "$(dirname "$0")/lib/traffic.sh"
. "$(dirname "$0")/lib/families.sh"

proto=ah

setup() {
	numbers=''
	traffic_setup
	unprotect
	configure xfrm "$B" </dev/null
}

teardown() {
	unprotect
}

test_transport() {
	understood ah/sha256/transport/6/w1024/seq/plain ah/aesxcbc/transport/6/w32/seq/plain
}

test_tunnel() {
	understood ah/sha512/tunnel/6/w1024/seq/plain ah/aescmac/tunnel/6/w32/seq/plain
}

test_mixed_families() {
	understood ah/sha384/tunnel/4in6/w1024/seq/plain ah/sha1/tunnel/6in4/w32/seq/plain
}

# Extended sequence numbers, over 2^32 on the way: the high half is in the ICV alone.
test_esn() {
	understood ah/sha256/{transport,tunnel}/6/w1024/esn/plain
}

# What xfrm does not know.
test_gmac() {
	new_aead 'rfc4543(gcm(aes))' 20 128
	ends espah espah transport 6 6
	counters_save "$A"
	counters_save "$B"
	wire_watch "$A@veth0" "$B@veth0"
	passes 6
	wire_protected
	only_counters "$A" in-ok out-ok out-too-big
	only_counters "$B" in-ok out-ok out-too-big
}

# Longer than the wire takes: AH covers the whole packet, and fragments of it are put together first.
test_fragments() {
	local mode

	for mode in transport tunnel; do
		new_auth 'hmac(sha256)' 32 128
		ends espah xfrm "$mode" 6 6
		begin_counting
		traffic udp "$A@$A6" "$B@$B6" 2000 20000 60000
		traffic udp "$B@$B6" "$A@$A6" 2000 20000 60000
		both_ends_agree
	done
}

# To the IP layer AH is an extension header, and who is behind it is asked about errors. What quotes too
# little, or a number that was never sent, is not believed.
test_path_mtu() {
	local told=("$B" "$B6" "$A6" "$B6" 0x1100)

	new_auth 'hmac(sha256)' 32 128
	ends espah xfrm tunnel 6 6
	in_ns "$A" ip -6 route flush cache
	# 1500 but for the outer header, 32 octets of AH and 48 of IPv6 and UDP.
	assert_probe arrived 1500 "$A@$A6" "$B@$B6" 1380
	traffic icmp6_too_big "${told[@]}" 1 1400 ah 8
	traffic icmp6_too_big "${told[@]}" 99 1400 ah
	assert_probe arrived 1500 "$A@$A6" "$B@$B6" 1380
	assert_probe EMSGSIZE 1428 "$A@$A6" "$B@$B6" 1381
	traffic icmp6_too_big "${told[@]}" 1 1400 ah
	assert_probe EMSGSIZE 1328 "$A@$A6" "$B@$B6" 1380
	assert_probe arrived 1328 "$A@$A6" "$B@$B6" 1280
}

# What a policy wants in AH is not taken in clear.
test_in_clear() {
	new_auth 'hmac(sha256)' 32 128
	ends espah espah transport 6 6
	configure espah "$A" </dev/null
	counters_save "$B"
	assert_attempt lost "$A@$A6" "$B@$B6"
	assert_counter_diff "$B" in-clear 1
}

# No choice of padding, no UDP.
test_refused() {
	local auth

	auth="auth-trunc hmac(sha256) $(rand_key 32) 128"
	# shellcheck disable=SC2086 # several words
	{
		assert_fails_with 'flags: align4 is for AH over IPv4' espah -n "$A" state add src "$A6" dst "$B6" \
			proto ah spi 0x1100 $auth flag align4
		assert_fails_with 'encap-sport.*AH does not' espah -n "$A" state add src "$A6" dst "$B6" \
			proto ah spi 0x1100 $auth encap espinudp 4500 4500 ::
	}
}

# The whole life of an SA is as that of one over IPv4.
test_larval_state_gets_its_key() {
	local said spi

	said=$(espah -n "$A" state allocspi src "$B6" dst "$A6" proto ah reqid 1 min 0x2000 max 0x2fff)
	[[ $said =~ spi\ (0x0000[0-9a-f]+) ]] || fail "there is no SPI in: $said"
	spi=${BASH_REMATCH[1]}
	espah -n "$A" state update src "$B6" dst "$A6" proto ah spi "$spi" replay-window 64 \
		auth-trunc 'hmac(sha256)' "$(rand_key 32)" 128
	said=$(espah -n "$A" -s state get dst "$A6" proto ah spi "$spi")
	[[ $said == *'proto ah'*'auth-trunc hmac(sha256) (key hidden) 128'* ]] ||
		fail "expected what was said, saw: $said"
}

module_load
ns_pair A B
addresses
traffic_start
run_tests "$@"
