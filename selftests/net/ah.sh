#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# AH, between espah and the kernel's own xfrm.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/matrix.sh"
. "$(dirname "$0")/lib/traffic.sh"

# Around the ends of blocks and of words of 4 octets.
SIZES='0 1 15 16 17 1400'

proto=ah

setup() {
	numbers=''
	traffic_setup
	unprotect
	configure xfrm "$B" </dev/null
}

teardown() {
	unprotect
	pcrypt_end
	legacy_take 0
}

test_sha() {
	understood ah/sha1/{transport,tunnel}/4/w1024/seq/plain ah/sha256/{transport,tunnel}/4/w1024/seq/plain \
		ah/sha256_96/transport/4/w32/seq/plain ah/sha384/tunnel/4/w1024/seq/plain \
		ah/sha512/transport/4/w1024/seq/plain
}

test_xcbc_and_cmac() {
	understood ah/aesxcbc/tunnel/4/w1024/seq/plain ah/aescmac/transport/4/w32/seq/plain
}

# RFC 8221 says MUST NOT of it.
test_legacy() {
	assert_fails_with 'auth name: RFC 8221 .*legacy=1' espah -n "$A" state add src 10.9.0.1 \
		dst 10.9.0.2 proto ah spi 0x1100 auth 'hmac(md5)' "$(rand_key 16)"
	legacy_take 1
	new_auth 'hmac(md5)' 16 96
	protected transport 0 1 15 16 17 1400
	legacy_take 0
}

# What ip-xfrm(8) calls "auth" has the same ICV on both sides.
test_icv_of_xfrm() {
	new_auth 'hmac(sha256)' 32
	protected transport 0 1 15 16 17 1400
}

# Over IPv4, xfrm pads to 8 octets unless it is told otherwise, and so do we: what comes padded the
# other way is taken on both sides.
test_align4() {
	local here there

	for here in '' 'flag align4'; do
		for there in '' 'flag align4'; do
			new_auth 'hmac(sha256)' 32 128
			numbers=$here
			{
				states espah 10.9.0.1 10.9.0.2 transport
				policies 10.9.0.1 10.9.0.2 transport 10.9.0.1 10.9.0.2
			} | configure espah "$A"
			numbers=$there
			{
				states xfrm 10.9.0.1 10.9.0.2 transport
				policies 10.9.0.2 10.9.0.1 transport 10.9.0.2 10.9.0.1
			} | configure xfrm "$B"
			counters_save "$A"
			assert_attempt arrived "$B@10.9.0.2" "$A@10.9.0.1"
			assert_counter_diff "$A" in-ok 1
			# xfrm takes its own kind only.
			if [ "$here" = "$there" ]; then
				assert_attempt arrived "$A@10.9.0.1" "$B@10.9.0.2"
			else
				assert_attempt lost "$A@10.9.0.1" "$B@10.9.0.2"
			fi
			assert_counter_diff "$A" out-ok 1
		done
	done
}

# went_to DIGITS: the numbers of the SA that sends and of the one that receives begin so.
went_to() {
	local said

	said=$(espah -n "$A" state list)
	[[ $said == *'flag esn'* ]] || fail "expected 'flag esn', saw: $said"
	[[ $said == *" seq $1"* && $said == *" oseq $1"* ]] ||
		fail "expected numbers from $1.. on, saw: $said"
}

# Extended sequence numbers, over 2^32 on the way: the high half is in the ICV alone.
test_esn() {
	understood ah/sha256/{transport,tunnel}/4/w1024/esn/plain ah/aesxcbc/transport/4/w32/esn/plain
	numbers='flag esn replay-seq 0xfffffff8 replay-oseq 0xfffffff8 replay-seq-hi 7 replay-oseq-hi 7'
	new_auth 'hmac(sha1)' 20 96
	protected tunnel 0 1 15 16 17 1400
	went_to 0x8000000
}

# among_ourselves MODE: what xfrm does not know.
among_ourselves() {
	protect_keyed espah espah "$1"
	counters_save "$A"
	counters_save "$B"
	wire_watch "$A@veth0" "$B@veth0"
	# shellcheck disable=SC2086
	traffic udp "$A@10.9.0.1" "$B@10.9.0.2" $SIZES
	traffic tcp "$B@10.9.0.2" "$A@10.9.0.1" 20000
	wire_protected
	only_counters "$A" in-ok out-ok out-too-big
	only_counters "$B" in-ok out-ok out-too-big
}

test_gmac() {
	local octets

	for octets in 20 28; do
		new_aead 'rfc4543(gcm(aes))' "$octets" 128
		among_ourselves transport
	done
	numbers='flag esn replay-seq 0xfffffff8 replay-oseq 0xfffffff8'
	new_aead 'rfc4543(gcm(aes))' 36 128
	among_ourselves tunnel
}

# A hash that finishes later, on another thread, and GMAC that does on another CPU. The crypto API prefers
# what is wrapped from then on, until it is told to forget it.
test_asynchronous() {
	local said

	pcrypt_begin
	legacy_take 1
	new_auth 'cryptd(hmac(md5))' 16 96
	among_ourselves transport
	said=$(grep -A 8 'driver *: cryptd(hmac(md5' /proc/crypto)
	[[ $said =~ async\ *:\ yes ]] || fail "/proc/crypto: expected an asynchronous hash, saw '$said'"
	unprotect
	python3 -B "$(dirname "$0")/lib/crypto_forget.py" 'cryptd(hmac(md5-generic))'
	! grep 'cryptd(hmac(md5' /proc/crypto || fail "/proc/crypto: expected that it is gone"
	new_aead 'pcrypt(rfc4543(gcm(aes)))' 20 128
	among_ourselves tunnel
}

# Longer than the wire takes: AH covers the whole packet, and fragments of it are put together first.
test_fragments() {
	local mode

	for mode in transport tunnel; do
		new_auth 'hmac(sha256)' 32 128
		protect_keyed espah xfrm "$mode"
		begin_counting
		wire_watch "$A@veth0" "$B@veth0"
		traffic udp "$A@10.9.0.1" "$B@10.9.0.2" 2000 20000 60000
		traffic udp "$B@10.9.0.2" "$A@10.9.0.1" 2000 20000 60000
		wire_protected
		both_ends_agree
	done
}

# Of what a message quotes, the SPI comes first and the number later: without that it is not believed.
test_path_mtu() {
	new_auth 'hmac(sha256)' 32 128
	protect_keyed espah xfrm tunnel
	in_ns "$A" ip route flush cache
	# 1500 but for the outer header, 32 octets of AH and 28 of IP and UDP.
	assert_probe arrived 1500 "$A@10.9.0.1" "$B@10.9.0.2" 1420
	traffic icmp_too_big "$B" 10.9.0.2 10.9.0.1 10.9.0.2 0x1100 1 1000 ah 8
	traffic icmp_too_big "$B" 10.9.0.2 10.9.0.1 10.9.0.2 0x1100 99 1000 ah
	assert_probe arrived 1500 "$A@10.9.0.1" "$B@10.9.0.2" 1420
	assert_probe EMSGSIZE 1448 "$A@10.9.0.1" "$B@10.9.0.2" 1421
	traffic icmp_too_big "$B" 10.9.0.2 10.9.0.1 10.9.0.2 0x1100 1 1000 ah
	assert_probe EMSGSIZE 948 "$A@10.9.0.1" "$B@10.9.0.2" 1420
	assert_probe arrived 948 "$A@10.9.0.1" "$B@10.9.0.2" 920
}

# The whole life of an SA is as that of one with ESP.
test_larval_state_gets_its_key() {
	local said spi

	said=$(espah -n "$A" state allocspi src 10.9.0.2 dst 10.9.0.1 proto ah reqid 1 min 0x2000 max 0x2fff)
	[[ $said =~ spi\ (0x0000[0-9a-f]+) ]] || fail "there is no SPI in: $said"
	spi=${BASH_REMATCH[1]}
	[[ $said == *'proto ah'*'(larval)'* ]] || fail "expected a larval state of AH, saw: $said"
	espah -n "$A" state update src 10.9.0.2 dst 10.9.0.1 proto ah spi "$spi" replay-window 64 \
		auth-trunc 'hmac(sha256)' "$(rand_key 32)" 128 flag align4 limit packet-hard 10
	said=$(espah -n "$A" -s state get dst 10.9.0.1 proto ah spi "$spi")
	[[ $said == *'flag align4'*'auth-trunc hmac(sha256) (key hidden) 128'*'hard 10(packets)'* ]] ||
		fail "expected what was said, saw: $said"
	# An SPI of ESP with the same number is another.
	assert_fails_with 'no SA has this' espah -n "$A" state delete dst 10.9.0.1 proto esp spi "$spi"
	espah -n "$A" state flush proto esp
	espah -n "$A" state get dst 10.9.0.1 proto ah spi "$spi"
	espah -n "$A" state flush proto ah
	assert_fails_with 'no SA has this' espah -n "$A" state get dst 10.9.0.1 proto ah spi "$spi"
}

# What a listing prints can be read again, keys and all.
test_saved_and_restored() {
	local before

	new_auth 'hmac(sha384)' 48 192
	numbers='flag esn align4'
	protect_keyed espah xfrm transport
	before=$(espah -n "$A" --show-keys -o state list)
	[[ $before == *'proto ah'*'flag align4 esn'*'auth-trunc hmac(sha384) 0x'* ]] ||
		fail "expected AH with its key, saw: $before"
	espah -n "$A" -j state list | grep -q '"proto":"ah".*"align4":true'
}

refused() {
	assert_fails_with "$1" espah -n "$A" state add src 10.9.0.1 dst 10.9.0.2 spi 0x1100 "${@:2}"
}

test_refused() {
	local key32 key20 auth
	key32=$(rand_key 32) key20=$(rand_key 20)
	auth="auth-trunc hmac(sha256) $key32 128"

	# shellcheck disable=SC2086
	{
		refused 'enc: AH does not encrypt' proto ah $auth enc 'cbc(aes)' "$key32"
		refused 'tfcpad: AH hides nothing' proto ah mode tunnel $auth tfcpad 100
		refused 'encap-sport.*AH does not' proto ah $auth encap espinudp 4500 4500 0.0.0.0
		refused 'enc: .*needed' proto esp $auth
		refused 'flags: align4 is for AH' proto esp $auth enc 'cbc(aes)' "$key32" flag align4
	}
	refused 'aead: AH does not encrypt' proto ah aead 'rfc4106(gcm(aes))' "$key20" 128
	refused 'auth key: HMAC-SHA-256 takes 32' proto ah auth-trunc 'hmac(sha256)' "$key20" 128
	refused 'auth icv-bits' proto ah auth-trunc 'hmac(sha256)' "$key32" 64
	refused 'auth name: the crypto API' proto ah auth-trunc 'pcrypt(hmac(sha256))' "$key32" 128
	assert_eq "$(espah -n "$A" state count)" "$(espah -n "$B" state count)" 'states'
}

module_load
ns_pair A B
traffic_start
run_tests "$@"
